// The ground state of a chain of eight spins learns to tell two interleaved half-moons apart: Equilibrium Propagation of a quantum system.
//   dotnet run examples/Ising.cs
//   dotnet run examples/Ising.cs -- docs/images   # and a picture into a folder
// Expected: test error 8.0 %. A minute after the first build.
#:property PublishAot=false
#:project ../src/Nagumo/Nagumo.csproj
#:project ../src/Nagumo.Plots/Nagumo.Plots.csproj
using Nagumo.Compute;
using Nagumo.Data;
using Nagumo.Learning;
using Nagumo.Plots;
using Nagumo.Quantum;

const int epochs = 20;
var rng = new Rng(1);
using var learner = new IsingLearner(new IsingChain(8) { Tolerance = 1e-11 }, inputs: 2, rng);
var data = new DataSet("moons", Moons(150, rng.Split("train")), Moons(300, rng.Split("test")));
using var trainer = new Trainer<double>(learner, data, new(new(Rate: 0.05), epochs, Batch: 10));
var testErrors = new List<double>();
for (int epoch = 1; epoch <= epochs; epoch++)
{
    var met = trainer.TrainEpoch();
    testErrors.Add(trainer.Test().ErrorPercent);
    Console.WriteLine($"epoch {epoch, 2}: loss {met.TrainLoss:f4}, {met.TrainScore:f1} % of training points wrong");
}
Console.WriteLine($"test error {testErrors[^1]:f1} %");
if (args.Length > 0)
{
    double[] x = [.. Enumerable.Range(1, epochs).Select(e => (double)e)];
    LearningCurve.Save(
        Path.Combine(args[0], "ising.png"),
        new(
            "Eight spins in their ground state tell two half-moons apart",
            "Transverse-field Ising chain, centred EqProp, β = 10^{−3}, 150 training points, seed 1"
        ),
        [new("training, as met", x, [.. trainer.History.Select(m => m.TrainScore)]), new("test", x, testErrors)],
        [new("training, as met", x, [.. trainer.History.Select(m => m.TrainLoss)])]
    );
}

static Samples Moons(int count, Rng rng)
{
    var (points, labels) = (new float[2 * count], new int[count]);
    for (int k = 0; k < count; k++)
    {
        double angle = Math.PI * rng.NextDouble();
        var (x, y) = k % 2 == 0 ? (Math.Cos(angle), Math.Sin(angle)) : (1 - Math.Cos(angle), 0.5 - Math.Sin(angle));
        (points[2 * k], points[2 * k + 1]) = ((float)(x - 0.5 + 0.1 * rng.NextNormal()), (float)(y - 0.25 + 0.1 * rng.NextNormal()));
        labels[k] = 1 - k % 2;
    }
    return new([2], points, new ClassTargets(2, labels));
}
