// A network whose weights differ forth and back: EqProp as if they did not, and with the exact correction of the nudged phase.
//   dotnet run examples/Asymmetry.cs                       # 5,000 digits that ship inside
//   dotnet run examples/Asymmetry.cs -- mnist docs/images  # full MNIST, and two pictures into a folder
// Expected on the small set: test error 6.6 %. A minute after the first build.
#:project ../src/Nagumo/Nagumo.csproj
#:project ../src/Nagumo.Plots/Nagumo.Plots.csproj
using Nagumo.Audits;
using Nagumo.Compute;
using Nagumo.Data;
using Nagumo.Learning;
using Nagumo.Plots;

string data = args.Length > 0 ? args[0] : "mnist-mini";
string? folder = args.Length > 1 ? args[1] : null;

// 1. The bias against the asymmetry: x' = -x - x³ + W x + b, 30 units, W = cos φ (symmetric) + sin φ (antisymmetric).
const int n = 30;
double[] angles = [.. Enumerable.Range(0, 11).Select(i => i * Math.PI / 20)];
double[] naive = [.. angles.Select(a => Cosine(a, corrected: false))],
    exact = [.. angles.Select(a => Cosine(a, corrected: true))];
Console.WriteLine("asymmetry  naive cosine  corrected cosine");
for (int i = 0; i < angles.Length; i++)
    Console.WriteLine($"{Math.Sin(angles[i]), 9:f3}  {naive[i], 12:f6}  {exact[i], 16:f9}");

// 2. Both train.
var results = new List<(string Name, IReadOnlyList<EpochMetrics> History, double Error)>();
foreach (string preset in (string[])["asymmetric-naive", "asymmetric-corrected"])
{
    using var trainer = new Trainer(Presets.Get(preset) with { Data = data }, await DataSets.LoadAsync(data), threads: 1);
    for (int epoch = 1; epoch <= 5; epoch++)
        trainer.TrainEpoch();
    results.Add((preset, trainer.History, trainer.Test().ErrorPercent));
}
Console.WriteLine($"naive: {results[0].Error:f2} % of the test set wrong, training loss {results[0].History[^1].TrainLoss:f4}");
Console.WriteLine($"corrected: test error {results[1].Error:f2} %, training loss {results[1].History[^1].TrainLoss:f4}");

if (folder is not null)
{
    double[] asymmetry = [.. angles.Select(Math.Sin)];
    Chart.Save(
        Path.Combine(folder, "asymmetry-cosine.png"),
        new("EqProp's gradient in a network that is not its own adjoint", "x' = −x − x^{3} + W x + b, 30 units, centred, β = 10^{−3}"),
        new("asymmetry |W − W^{T}| / 2|W|"),
        new("cosine with the exact gradient"),
        [new(new("naive", asymmetry, naive)), new(new("corrected", asymmetry, exact))]
    );
    Series Line(string name, Func<EpochMetrics, double> y, IReadOnlyList<EpochMetrics> h) =>
        new(name, [.. h.Select(m => (double)m.Epoch)], [.. h.Select(y)]);
    LearningCurve.Save(
        Path.Combine(folder, "asymmetry-training.png"),
        new(
            "Weights that differ forth and back, trained both ways",
            $"784–128–128–10 FHN on {data}, seed 1; test error {results[0].Error:f2} % naive, {results[1].Error:f2} % corrected"
        ),
        [.. results.Select(r => Line(r.Name, m => m.TrainErrorPercent, r.History))],
        [.. results.Select(r => Line(r.Name, m => m.TrainLoss, r.History))]
    );
}

// Cosine of -d, EqProp's gradient with respect to b, with differences of the cost.
double Cosine(double angle, bool corrected)
{
    var rng = new Rng(4);
    var w = new double[n * n];
    for (int i = 0; i < n; i++)
    for (int k = 0; k < i; k++)
    {
        double even = 0.15 * rng.NextNormal(),
            odd = 0.15 * rng.NextNormal();
        w[i * n + k] = Math.Cos(angle) * even + Math.Sin(angle) * odd;
        w[k * n + i] = Math.Cos(angle) * even - Math.Sin(angle) * odd;
    }
    double[] b = new double[n],
        target = new double[3];
    rng.FillNormal(b);
    rng.FillNormal(target);
    FlowSystem System(double[] bias) =>
        new(
            "net",
            [.. Enumerable.Range(0, n).Select(i => $"x{i}")],
            (x, f) =>
            {
                for (int i = 0; i < n; i++)
                {
                    f[i] = bias[i] - x[i] - x[i] * x[i] * x[i];
                    for (int k = 0; k < n; k++)
                        f[i] += w[i * n + k] * x[k];
                }
            }
        );
    void Slope(ReadOnlySpan<double> x, Span<double> c)
    {
        for (int i = 0; i < target.Length; i++)
            c[i] = x[i] - target[i];
    }
    var run = CorrectedEqProp.Run(System(b), Slope, beta: 1e-3, corrected);
    double[] gradient = [.. run.Contrast.Select(d => -d)];
    double Cost(double[] bias)
    {
        var free = CorrectedEqProp.Run(System(bias), (_, c) => c.Clear(), beta: 1, corrected: false).Free;
        return target.Select((y, i) => (free[i] - y) * (free[i] - y) / 2).Sum();
    }
    double[] differences =
    [
        .. Enumerable
            .Range(0, n)
            .Select(i =>
            {
                double At(double step)
                {
                    double[] moved = [.. b];
                    moved[i] += step;
                    return Cost(moved);
                }
                const double h = 1e-3;
                return (At(-2 * h) - 8 * At(-h) + 8 * At(h) - At(2 * h)) / (12 * h);
            }),
    ];
    return gradient.Zip(differences, (x, y) => x * y).Sum() / Math.Sqrt(gradient.Sum(x => x * x) * differences.Sum(y => y * y));
}
