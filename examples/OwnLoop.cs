// Equilibrium Propagation by hand: a machine, its states by name, two nudged phases, and gradient descent in a loop of one's own.
//   dotnet run examples/OwnLoop.cs
// Expected: test error 6.0 %. Seconds after the first build.
#:property PublishAot=false
#:project ../src/Nagumo/Nagumo.csproj
using Nagumo.Compute;
using Nagumo.Couplings;
using Nagumo.Learning;
using Nagumo.Networks;
using Nagumo.Neurons;
using Nagumo.Relaxation;

// γ = 0.5 keeps one rest state for couplings of norm up to 1.
var gamma = new Dictionary<string, double[]> { ["gamma"] = [0.5] };
var network = new Network(
    [Population.Clamped("x", 2), new("h", new FitzHughNagumo(), 24, parameters: gamma), new("out", new Linear(), 1)],
    [new Bilinear("h", "x", sd: 1), new Bias("h", 1.4), new Bilinear("out", "h", sd: 0.05), new Bias("out")]
);
using var machine = new Machine<double>(network, new Rng(1));
using var free = machine.CreateState(lanes: 200, allFields: true);

// Points of a square; their product is to be learned, and an answer of the wrong sign is an error.
var random = new Random(1);
double[] x = [.. Enumerable.Range(0, 800).Select(_ => 2 * random.NextDouble() - 1)],
    y = [.. Enumerable.Range(0, 400).Select(i => x[2 * i] * x[2 * i + 1])];
const double beta = 0.1,
    rate = 0.1;
var rest = new SweepOptions(MaxSweeps: 200, Tolerance: 1e-9);

// Where sweeps fail, Newton's method takes over.
var way = Relaxers.First(Relaxers.Sweeps, then: Relaxers.Newton);
for (int step = 1; step <= 1000; step++)
{
    double[] z = Answer(0);
    using State<double> plus = free.Copy(),
        minus = free.Copy();
    plus.Nudge("out", [.. z.Select((z, i) => -beta * (z - y[i]))]); // −β ∂C/∂z of C = (z − y)²/2
    minus.Nudge("out", [.. z.Select((z, i) => beta * (z - y[i]))]);
    machine.Relax(plus, rest, by: way);
    machine.Relax(minus, rest, by: way);
    machine.Contrast(plus, minus, 2 * beta);
    foreach (var parameter in machine.Parameters)
        for (int i = 0; i < parameter.Values.Length; i++)
            parameter.Values[i] -= rate * parameter.Gradients[i];
    machine.Load();
    if (step % 200 == 0)
        Console.WriteLine(
            $"step {step}: cost {z.Select((z, i) => (z - y[i]) * (z - y[i]) / 2).Average():f3}, mean H {machine.Potential(free).Average():f3}"
        );
}
double wrong = Answer(200).Where((z, i) => z * y[200 + i] <= 0).Count() / 200.0;
Console.WriteLine($"test error {100 * wrong:f1} %");

double[] Answer(int from)
{
    free.Write("x", x.AsSpan(2 * from, 400));
    machine.Relax(free, rest, by: way);
    return free.Read("out");
}
