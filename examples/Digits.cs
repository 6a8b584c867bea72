// The program of the README: a FitzHugh–Nagumo network learns digits by Equilibrium Propagation, from a real subset that ships inside.
//   dotnet run examples/Digits.cs
// Expected: test error 6.6 %. Seconds after the first build.
#:property PublishAot=false
#:project ../src/Nagumo/Nagumo.csproj
using Nagumo.Data;
using Nagumo.Learning;

var experiment = new Experiment(
    new(
        [new("x", 784), new("h", 128, "fitzhugh-nagumo"), new("out", 10, "linear")],
        [new("bilinear", "h", "x", Sd: 0.04), new("bias", "h", Value: 0.875), new("bilinear", "out", "h", Sd: 0.01), new("bias", "out")]
    ),
    new("out", Kappa: 5),
    Epochs: 5,
    Batch: 32
);
using var trainer = new Trainer(experiment, await DataSets.LoadAsync("mnist-mini"), threads: 2);
for (int epoch = 1; epoch <= experiment.Epochs; epoch++)
    Console.WriteLine($"epoch {epoch}: {trainer.TrainEpoch().TrainScore:f1} % wrong in training");
Console.WriteLine($"test error {trainer.Test().ErrorPercent:f1} %");
