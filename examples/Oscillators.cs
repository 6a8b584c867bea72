// Coupled Duffing oscillators hear a tone in noise and say whether it rises, falls or stays: recurrent Hamiltonian echo learning.
//   dotnet run examples/Oscillators.cs
//   dotnet run examples/Oscillators.cs -- docs/images   # and a picture into a folder
// Expected: test error 11.3 %. Half a minute after the first build.
#:property PublishAot=false
#:project ../src/Nagumo/Nagumo.csproj
#:project ../src/Nagumo.Plots/Nagumo.Plots.csproj
using Nagumo.Compute;
using Nagumo.Hamiltonian;
using Nagumo.Plots;

const int size = 12,
    classes = 3,
    steps = 100,
    heard = steps / 2,
    epochs = 20,
    batch = 10;
const double gain = 4;
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

var train = Tones(300, rng.Split("train"));
var test = Tones(300, rng.Split("test"));
double[][] parameters = [theta.Stiffness, theta.Cubic, theta.Branches, theta.InverseMass, input];
var (first, second) = (parameters.Select(p => new double[p.Length]).ToArray(), parameters.Select(p => new double[p.Length]).ToArray());
var (trainErrors, testErrors, losses) = (new List<double>(), new List<double>(), new List<double>());
int updates = 0;
for (int epoch = 1; epoch <= epochs; epoch++)
{
    int[] order = [.. Enumerable.Range(0, train.Length)];
    rng.Split((ulong)epoch).Shuffle(order);
    double loss = 0;
    foreach (int[] part in order.Chunk(batch))
    {
        double[][] sum = [.. parameters.Select(p => new double[p.Length])];
        foreach (int sample in part)
        {
            var (sound, label) = train[sample];
            var echo = network.Gradient(Drive(sound), new double[size], new double[size], (t, q, g) => Cost(t, q, g, label), 1e-3);
            loss += echo.Cost / train.Length;
            double[] listening = new double[size];
            for (int t = 0; t < steps; t++)
            for (int i = 0; i < size; i++)
                listening[i] += echo.Drive[t * size + i] * sound[t];
            var g = echo.Parameters;
            double[][] gradients = [g.Stiffness, g.Cubic, g.Branches, g.InverseMass, listening];
            for (int p = 0; p < sum.Length; p++)
            for (int i = 0; i < sum[p].Length; i++)
                sum[p][i] += gradients[p][i] / part.Length;
        }
        Adam(sum, ++updates, 0.01 * 0.5 * (1 + Math.Cos(Math.PI * (epoch - 1) / epochs)));
    }
    losses.Add(loss);
    trainErrors.Add(Errors(train));
    testErrors.Add(Errors(test));
    Console.WriteLine($"epoch {epoch, 2}: loss {loss:f3}, {trainErrors[^1]:f1} % of training tones wrong");
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
        [new("training", x, trainErrors), new("test", x, testErrors)],
        [new("training", x, losses)]
    );
}

// A tone of random phase in noise, whose frequency goes up, down, or stays in between.
static (double[] Sound, int Label)[] Tones(int count, Rng rng) =>
    [
        .. Enumerable
            .Range(0, count)
            .Select(k =>
            {
                double phase = 2 * Math.PI * rng.NextDouble(),
                    middle = 1.1 + 0.2 * rng.NextDouble(),
                    slope = (k % classes - 1) * 0.4;
                var sound = new double[steps];
                for (int t = 0; t < steps; t++)
                {
                    phase += 0.25 * (middle + slope * (2.0 * t / steps - 1));
                    sound[t] = Math.Sin(phase) + 0.8 * rng.NextNormal();
                }
                return (sound, k % classes);
            }),
    ];

double[] Drive(double[] sound) => [.. sound.SelectMany(_ => input, (s, a) => s * a)];

// In the second half the squared displacements of the first three oscillators are read as a softmax.
double Cost(int t, ReadOnlySpan<double> q, Span<double> gradient, int label)
{
    if (t <= heard)
        return 0;
    double[] p = new double[classes];
    for (int c = 0; c < classes; c++)
        p[c] = Math.Exp(gain * Math.Min(q[c] * q[c], 20));
    double sum = p.Sum();
    for (int c = 0; c < classes; c++)
        gradient[c] = 2 * gain * q[c] * (p[c] / sum - (c == label ? 1 : 0)) / (steps - heard);
    return -Math.Log(p[label] / sum) / (steps - heard);
}

double Errors((double[] Sound, int Label)[] tones) =>
    100.0
    * tones.Count(tone =>
    {
        double[] power = new double[classes];
        network.Run(
            Drive(tone.Sound),
            new double[size],
            new double[size],
            (t, q, _) =>
            {
                for (int c = 0; t > heard && c < classes; c++)
                    power[c] += q[c] * q[c];
                return 0;
            }
        );
        return Array.IndexOf(power, power.Max()) != tone.Label;
    })
    / tones.Length;

void Adam(double[][] gradients, int step, double rate)
{
    for (int p = 0; p < parameters.Length; p++)
    for (int i = 0; i < parameters[p].Length; i++)
    {
        double g = gradients[p][i];
        first[p][i] = 0.9 * first[p][i] + 0.1 * g;
        second[p][i] = 0.999 * second[p][i] + 0.001 * g * g;
        parameters[p][i] -= rate * first[p][i] / (1 - Math.Pow(0.9, step)) / (Math.Sqrt(second[p][i] / (1 - Math.Pow(0.999, step))) + 1e-8);
    }
    // What keeps an oscillator one: hardening springs and positive masses.
    for (int i = 0; i < size; i++)
        (theta.Cubic[i], theta.InverseMass[i]) = (Math.Max(0.05, theta.Cubic[i]), Math.Clamp(theta.InverseMass[i], 0.2, 4));
}
