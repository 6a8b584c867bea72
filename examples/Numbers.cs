// Numbers to be learned that a program makes itself: a known function of eight variables, in the scale that the network gives.
//   dotnet run examples/Numbers.cs
// Expected: test error 1.0 % of the variance. Seconds after the first build.
#:property PublishAot=false
#:project ../src/Nagumo/Nagumo.csproj
using Nagumo.Compute;
using Nagumo.Data;
using Nagumo.Learning;

var data = new DataSet("sines", Draw(2000, seed: 1), Draw(400, seed: 2));
var experiment = Presets.Get("fhn-mlp").For(data).With(["data=sines", "epochs=30"]);
using var trainer = new Trainer(experiment, data, Environment.ProcessorCount);
while (trainer.Epoch < experiment.Epochs)
    trainer.TrainEpoch();
Console.WriteLine($"test error {100 * (1 - trainer.Test()["r2"]):f1} % of the variance");

static double Truth(ReadOnlySpan<float> x) => Math.Sin(2 * x[0]) + x[1] * x[2];

static Samples Draw(int count, ulong seed)
{
    var rng = new Rng(seed);
    float[] x = [.. Enumerable.Range(0, 8 * count).Select(_ => (float)(2 * rng.NextDouble() - 1))];
    double[] y = [.. Enumerable.Range(0, count).Select(i => Truth(x.AsSpan(8 * i, 8)))];
    return new([8], x, new NumberTargets([new("y")], y));
}
