// Coupled Duffing oscillators hear a tone in noise and say whether it rises, falls or stays: recurrent Hamiltonian echo learning.
//   dotnet run examples/Oscillators.cs
//   dotnet run examples/Oscillators.cs -- docs/images   # and a picture into a folder
// Expected: test error 13.7 %. A minute after the first build.
#:property PublishAot=false
#:project ../src/Nagumo/Nagumo.csproj
#:project ../src/Nagumo.Plots/Nagumo.Plots.csproj
using Nagumo.Compute;
using Nagumo.Data;
using Nagumo.Hamiltonian;
using Nagumo.Learning;
using Nagumo.Plots;

const int size = 12,
    classes = 3,
    steps = 100,
    epochs = 20;
var rng = new Rng(1);
var network = new OscillatorNetwork(size, branches: 6, step: 0.25);
var theta = network.Parameters;
double[] input = new double[size];
rng.FillNormal(input, 0, 0.5);
rng.FillNormal(theta.Branches, 0, 0.3);
for (int i = 0; i < size; i++)
{
    // Frequencies from 0.5 to 2, springs between all, and hardening so that nothing escapes.
    theta.Stiffness[i * size + i] = Math.Pow(0.5 + 1.5 * i / (size - 1), 2);
    theta.Cubic[i] = 0.3;
    for (int k = 0; k < i; k++)
        theta.Stiffness[i * size + k] = theta.Stiffness[k * size + i] = 0.05 * rng.NextNormal();
}

// In the second half the squared displacements of the first three oscillators are read.
using var learner = new OscillatorLearner(network, input, classes, unheard: steps / 2);
var data = new DataSet("tones", Tones(300, rng.Split("train")), Tones(300, rng.Split("test")));
using var trainer = new Trainer<double>(learner, data, new(new(Rate: 0.01), epochs, Batch: 10));
var testErrors = new List<double>();
for (int epoch = 1; epoch <= epochs; epoch++)
{
    var met = trainer.TrainEpoch();
    testErrors.Add(trainer.Test().ErrorPercent);
    Console.WriteLine($"epoch {epoch, 2}: loss {met.TrainLoss:f3}, {met.TrainScore:f1} % of training tones wrong");
}
Console.WriteLine($"test error {testErrors[^1]:f1} %");
if (args.Length > 0)
{
    double[] x = [.. Enumerable.Range(1, epochs).Select(e => (double)e)];
    LearningCurve.Save(
        Path.Combine(args[0], "oscillators.png"),
        new(
            "Twelve Duffing oscillators tell rising, falling and steady tones apart",
            "Hamiltonian echo, ε = 10^{−3}, 300 training tones, seed 1"
        ),
        [new("training, as met", x, [.. trainer.History.Select(m => m.TrainScore)]), new("test", x, testErrors)],
        [new("training, as met", x, [.. trainer.History.Select(m => m.TrainLoss)])]
    );
}

// A tone of random phase in noise, whose frequency goes up, down, or stays in between.
static Samples Tones(int count, Rng rng)
{
    var sounds = new float[count * steps];
    for (int k = 0; k < count; k++)
    {
        double phase = 2 * Math.PI * rng.NextDouble(),
            middle = 1.1 + 0.2 * rng.NextDouble(),
            slope = (k % classes - 1) * 0.4;
        for (int t = 0; t < steps; t++)
        {
            phase += 0.25 * (middle + slope * (2.0 * t / steps - 1));
            sounds[k * steps + t] = (float)(Math.Sin(phase) + 0.8 * rng.NextNormal());
        }
    }
    return new([steps], sounds, new ClassTargets(classes, Enumerable.Range(0, count).Select(k => k % classes).ToArray()));
}
