// A network whose weights differ forth and back: EqProp as if they did not, and with the exact correction of the nudged phase.
//   dotnet run examples/Asymmetry.cs                       # 5,000 digits that ship inside
//   dotnet run examples/Asymmetry.cs -- mnist docs/images  # full MNIST, and two pictures into a folder
// Expected on the small set: test error 6.6 %. Under a minute after the first build.
#:property PublishAot=false
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
var cosines = angles.Select(Cosines).ToArray();
double[] naive = [.. cosines.Select(c => c.Naive)],
    exact = [.. cosines.Select(c => c.Corrected)];
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
        [.. results.Select(r => Line(r.Name, m => m.TrainScore, r.History))],
        [.. results.Select(r => Line(r.Name, m => m.TrainLoss, r.History))]
    );
}

// Cosines of -d, EqProp's gradient with respect to b, with the exact one, dC/db = -λ where Jᵀ λ = ∂C/∂x.
(double Naive, double Corrected) Cosines(double angle)
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
    var system = new FlowSystem(
        "net",
        [.. Enumerable.Range(0, n).Select(i => $"x{i}")],
        (x, f) =>
        {
            for (int i = 0; i < n; i++)
            {
                f[i] = b[i] - x[i] - x[i] * x[i] * x[i];
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
    double Cosine(bool corrected)
    {
        var run = CorrectedEqProp.Run(system, Slope, beta: 1e-3, corrected);
        double[] free = [.. run.Free],
            cost = new double[n],
            transposed = new double[n * n];
        Slope(free, cost);
        for (int i = 0; i < n; i++)
        for (int k = 0; k < n; k++)
            transposed[k * n + i] = w[i * n + k] - (i == k ? 1 + 3 * free[i] * free[i] : 0);
        double[] adjoint = Solve(transposed, cost),
            found = [.. run.Contrast];
        return found.Zip(adjoint, (x, y) => x * y).Sum() / Math.Sqrt(found.Sum(x => x * x) * adjoint.Sum(y => y * y));
    }
    return (Cosine(corrected: false), Cosine(corrected: true));
}

// Gaussian elimination with the largest pivot of each column.
double[] Solve(double[] a, double[] y)
{
    double[] x = [.. y];
    for (int p = 0; p < n; p++)
    {
        int largest = Enumerable.Range(p, n - p).MaxBy(i => Math.Abs(a[i * n + p]));
        for (int k = 0; k < n; k++)
            (a[p * n + k], a[largest * n + k]) = (a[largest * n + k], a[p * n + k]);
        (x[p], x[largest]) = (x[largest], x[p]);
        for (int i = p + 1; i < n; i++)
        {
            double factor = a[i * n + p] / a[p * n + p];
            for (int k = p; k < n; k++)
                a[i * n + k] -= factor * a[p * n + k];
            x[i] -= factor * x[p];
        }
    }
    for (int i = n - 1; i >= 0; i--)
    {
        for (int k = i + 1; k < n; k++)
            x[i] -= a[i * n + k] * x[k];
        x[i] /= a[i * n + i];
    }
    return x;
}
