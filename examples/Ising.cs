// The ground state of a chain of six spins learns to tell two interleaved half-moons apart: Equilibrium Propagation of a quantum system.
//   dotnet run examples/Ising.cs
//   dotnet run examples/Ising.cs -- docs/images   # and a picture into a folder
// Expected: test error 0.0 %. A minute after the first build.
#:project ../src/Nagumo/Nagumo.csproj
#:project ../src/Nagumo.Plots/Nagumo.Plots.csproj
using Nagumo.Compute;
using Nagumo.Plots;
using Nagumo.Quantum;

const int sites = 6,
    epochs = 40,
    batch = 10;
const double beta = 1e-4;
var rng = new Rng(1);
var chain = new IsingChain(sites) { Tolerance = 1e-12 };
double[] z = chain.Z(sites - 1),
    // Longitudinal field of site i: offset_i + encoder_i · (x, y).
    offset = new double[sites],
    encoder = new double[2 * sites];
Array.Fill(chain.Parameters.Coupling, 0.7);
Array.Fill(chain.Parameters.Transverse, 0.8);
rng.FillNormal(offset, 0, 0.3);
rng.FillNormal(encoder, 0, 1);

var train = Moons(150, rng.Split("train"));
var test = Moons(200, rng.Split("test"));
double[][] parameters = [chain.Parameters.Coupling, chain.Parameters.Transverse, offset, encoder];
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
            var (x, y, label) = train[sample];
            Show(x, y);
            var ground = chain.Ground();
            double miss = IsingChain.Expectation(ground, z) - label;
            loss += miss * miss / 2 / train.Length;
            // The cost ½(⟨Z⟩ - label)² is not linear in the state: it is nudged by its slope times Z.
            var g = chain.Gradient(ground, [.. z.Select(s => miss * s)], beta);
            double[] encoded = [.. g.Longitudinal.Select(b => b * x), .. g.Longitudinal.Select(b => b * y)];
            double[][] gradients = [g.Coupling, g.Transverse, g.Longitudinal, encoded];
            for (int p = 0; p < sum.Length; p++)
            for (int i = 0; i < sum[p].Length; i++)
                sum[p][i] += gradients[p][i] / part.Length;
        }
        Adam(sum, ++updates, 0.08 * 0.5 * (1 + Math.Cos(Math.PI * (epoch - 1) / epochs)));
    }
    losses.Add(loss);
    trainErrors.Add(Errors(train));
    testErrors.Add(Errors(test));
    Console.WriteLine($"epoch {epoch, 2}: loss {loss:f4}, {trainErrors[^1]:f1} % of training points wrong");
}
Console.WriteLine($"test error {testErrors[^1]:f1} %");
if (args.Length > 0)
{
    double[] x = [.. Enumerable.Range(1, epochs).Select(e => (double)e)];
    LearningCurve.Save(
        Path.Combine(args[0], "ising.png"),
        new(
            "Six spins in their ground state tell two half-moons apart",
            "Transverse-field Ising chain, centred EqProp, β = 10^{−4}, 150 training points, seed 1"
        ),
        [new("training", x, trainErrors), new("test", x, testErrors)],
        [new("training", x, losses)]
    );
}

static (double X, double Y, int Label)[] Moons(int count, Rng rng) =>
    [
        .. Enumerable
            .Range(0, count)
            .Select(k =>
            {
                double angle = Math.PI * rng.NextDouble();
                var (x, y) = k % 2 == 0 ? (Math.Cos(angle), Math.Sin(angle)) : (1 - Math.Cos(angle), 0.5 - Math.Sin(angle));
                return (x - 0.5 + 0.1 * rng.NextNormal(), y - 0.25 + 0.1 * rng.NextNormal(), k % 2 == 0 ? 1 : -1);
            }),
    ];

void Show(double x, double y)
{
    for (int i = 0; i < sites; i++)
        chain.Parameters.Longitudinal[i] = offset[i] + encoder[i] * x + encoder[sites + i] * y;
}

double Errors((double X, double Y, int Label)[] points) =>
    100.0
    * points.Count(p =>
    {
        Show(p.X, p.Y);
        return IsingChain.Expectation(chain.Ground(), z) * p.Label <= 0;
    })
    / points.Length;

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
    // A transverse field keeps the gap open.
    for (int i = 0; i < sites; i++)
        chain.Parameters.Transverse[i] = Math.Max(0.3, chain.Parameters.Transverse[i]);
}
