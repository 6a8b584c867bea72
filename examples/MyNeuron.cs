// A neuron of one's own, outside the library: one formula, and training, the gradient check and a documentation page follow.
//   dotnet run examples/MyNeuron.cs
// Expected: test error 7.3 %. Seconds after the first build.
#:property PublishAot=false
#:project ../src/Nagumo/Nagumo.csproj
using Nagumo.Audits;
using Nagumo.Data;
using Nagumo.Learning;
using Nagumo.Neurons;
using Nagumo.Symbolics;
using static Nagumo.Symbolics.Functions;

NeuronModels.Register(new Adaptive());

// The new name stands in a network like any other: in C# as here, in a configuration file, in --set.
var experiment = new Experiment(
    new(
        [new("x", 784), new("h", 64, "adaptive"), new("out", 10, "linear")],
        [new("bilinear", "h", "x", Sd: 0.04), new("bias", "h"), new("bilinear", "out", "h", Sd: 0.05), new("bias", "out")]
    ),
    new("out", Kappa: 5),
    Epochs: 3,
    Batch: 32,
    Optimizer: new(Rate: 2e-3)
);
var data = await DataSets.LoadAsync("mnist-mini");

using var subject = new AuditSubject(experiment, data.Train, [0, 1, 2]);
var check = GradientAudit.Run(subject);
Console.WriteLine($"gradient check: cosine {check.Cosine("centred"):f6}, against finite differences {check.FiniteDifference:g2}");

using var trainer = new Trainer(experiment, data, threads: 1);
for (int epoch = 1; epoch <= experiment.Epochs; epoch++)
    Console.WriteLine($"epoch {epoch}: loss {trainer.TrainEpoch().TrainLoss:f3}");
Console.WriteLine($"test error {trainer.Test().ErrorPercent:f1} %");
Console.Write(ModelPage.Markdown(new Adaptive()));

/// <summary>A saturating activator with a linear inhibitor that adapts it.</summary>
sealed class Adaptive(double g = 1, double c = 0.5, double leak = 2, double tau = 3) : Neuron
{
    readonly Parameter G = new(g, min: 0),
        C = new(c, min: 1e-6),
        Leak = new(leak, min: 1e-6);
    readonly Inhibitor A = new("a", new Parameter(tau, min: 0));

    public override string Name => "adaptive";
    public override string Summary => "saturating activator with a linear inhibitor";

    public override Expr Potential(Expr u) => C * u * u / 2 + G * LogCosh(u) + u * A - Leak * A * A / 2;
}
