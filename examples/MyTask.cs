// A task of one's own, outside the library: numbers that must be met within a tolerance, on data that a program makes itself.
//   dotnet run examples/MyTask.cs
// Expected: test error 16.0 %. Seconds after the first build.
#:property PublishAot=false
#:project ../src/Nagumo/Nagumo.csproj
using Nagumo.Compute;
using Nagumo.Data;
using Nagumo.Learning;

LearningTasks.Register(new Tolerance());

// Eight inputs, one number: sin 2a + bc + d²/2.
var data = new DataSet("known", Draw(2000, 1), Draw(500, 2));
var experiment = new Experiment(
    new(
        [new("x", 8), new("h", 40, "fitzhugh-nagumo"), new("out", 1, "linear")],
        [new("bilinear", "h", "x", Sd: 0.4), new("bias", "h", Value: 0.9), new("bilinear", "out", "h", Sd: 0.1), new("bias", "out")]
    ),
    new("out", "huber"),
    Epochs: 20,
    Batch: 32,
    Optimizer: new(Rate: 3e-3),
    Task: "tolerance"
);
using var trainer = new Trainer(experiment, data, threads: 1);
for (int epoch = 1; epoch <= experiment.Epochs; epoch++)
    Console.WriteLine($"epoch {epoch}: {trainer.TrainEpoch().TrainScore:f1} % beyond the tolerance");
Console.WriteLine($"test error {trainer.Test().Score.Value:f1} %");

static Samples Draw(int count, ulong seed)
{
    var rng = new Rng(seed);
    float[] x = [.. Enumerable.Range(0, 8 * count).Select(_ => (float)(2 * rng.NextDouble() - 1))];
    double[] y = [.. Enumerable.Range(0, count).Select(i => Truth(x.AsSpan(8 * i, 8)))];
    return new([8], x, new NumberTargets([new("y")], y));
}

static double Truth(ReadOnlySpan<float> x) => Math.Sin(2 * x[0]) + x[1] * x[2] + x[3] * x[3] / 2;

/// <summary>A number is missed where it is off by more than 0.25.</summary>
sealed class Tolerance : LearningTask
{
    public override string Name => "tolerance";
    public override string Cost => "huber";

    public override bool Accepts(Targets targets) => targets is NumberTargets { Width: 1 };

    public override double Miss(ReadOnlySpan<double> z, ReadOnlySpan<double> y) => Math.Abs(z[0] - y[0]) > 0.25 ? 1 : 0;

    public override string ScoreName(Targets targets) => "missed_percent";

    public override Metric Score(double mean, Targets targets) => new("missed_percent", 100 * mean);
}
