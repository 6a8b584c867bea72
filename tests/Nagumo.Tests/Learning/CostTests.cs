using Nagumo.Compute;
using Nagumo.Couplings;
using Nagumo.Learning;
using Nagumo.Networks;
using Nagumo.Neurons;

namespace Nagumo.Tests.Learning;

public sealed class CostTests
{
    private static readonly Dictionary<string, Cost> Known = new()
    {
        ["squared-error"] = new SquaredError(),
        ["cross-entropy"] = new CrossEntropy(),
        ["cross-entropy, κ = 5"] = new CrossEntropy(5),
        ["huber"] = new HuberError(0.7),
        ["absolute"] = new AbsoluteError(0.3),
        ["a cost of one's own"] = new LogCosh(),
    };

    public static TheoryData<string> All => [.. Known.Keys];

    [Theory, MemberData(nameof(All))]
    public void Gradient_is_the_slope_of_the_value(string name)
    {
        var cost = Known[name];
        Readouts.ForAll(
            (z, y) =>
            {
                var gradient = new double[z.Length];
                cost.Gradient(z, y, gradient);
                for (int i = 0; i < z.Length; i++)
                {
                    // Central difference, h = cbrt(ε): error about h² κ³ plus ε |C| / h.
                    const double h = 6e-6;
                    double Value(double dz)
                    {
                        var moved = z.ToArray();
                        moved[i] += dz;
                        return cost.Value(moved, y);
                    }
                    double Slope(double dz)
                    {
                        double[] moved = [.. z],
                            at = new double[z.Length];
                        moved[i] += dz;
                        cost.Gradient(moved, y, at);
                        return at[i];
                    }
                    // At a knee between z ± h the difference errs by as much as the slope bends.
                    double bend = Math.Abs(Slope(h) - 2 * gradient[i] + Slope(-h));
                    Assert.Equal((Value(h) - Value(-h)) / (2 * h), gradient[i], 1e-7 + bend);
                }
            },
            iter: 50
        );
    }

    [Theory, MemberData(nameof(All))]
    public void The_nudged_readout_solves_its_equation(string name)
    {
        var cost = Known[name];
        Gen.Select(Readouts, Gen.Double[0.2, 3], Gen.Double[-0.9, 4], Gen.Int)
            .ForAll(
                (readout, softest, fraction, seed) =>
                {
                    var (z, y) = readout;
                    var rng = new Rng((ulong)seed);
                    var stiffness = z.Select(_ => softest * (1 + rng.NextDouble())).ToArray();
                    var current = z.Select(_ => rng.NextNormal()).ToArray();
                    double beta = fraction * softest / cost.Curvature;
                    var delta = new double[z.Length];
                    cost.Nudged(z, delta, y, beta, stiffness, current);
                    var force = new double[z.Length];
                    var nudged = z.Zip(delta, (a, b) => a + b).ToArray();
                    cost.Gradient(nudged, y, force);
                    for (int i = 0; i < z.Length; i++)
                        Assert.Equal(
                            current[i],
                            stiffness[i] * delta[i] + beta * force[i],
                            1e-11 * Math.Max(1, Math.Abs(nudged[i])) * stiffness.Max()
                        );
                },
                iter: 300
            );
    }

    [Theory, MemberData(nameof(All))]
    public void Curvature_bounds_the_second_derivative(string name)
    {
        var cost = Known[name];
        Gen.Select(Readouts, Gen.Int)
            .ForAll(
                (readout, seed) =>
                {
                    var (z, y) = readout;
                    var rng = new Rng((ulong)seed);
                    var d = z.Select(_ => rng.NextNormal()).ToArray();
                    double norm = Math.Sqrt(d.Sum(x => x * x));
                    double[] a = new double[z.Length],
                        b = new double[z.Length];
                    const double h = 1e-5;
                    cost.Gradient([.. z.Zip(d, (x, y) => x + h * y / norm)], y, a);
                    cost.Gradient([.. z.Zip(d, (x, y) => x - h * y / norm)], y, b);
                    Assert.True(
                        Enumerable.Range(0, z.Length).Sum(i => (a[i] - b[i]) / (2 * h) * d[i] / norm) <= cost.Curvature * (1 + 1e-6)
                    );
                },
                iter: 100
            );
    }

    [Theory, MemberData(nameof(All))]
    public void Probabilities_are_some(string name) =>
        Readouts.ForAll(
            (z, _) =>
            {
                var p = new double[z.Length];
                Known[name].Probabilities([.. z.Select(x => 300 * x)], p);
                Assert.All(p, x => Assert.InRange(x, 0, 1));
                Assert.Equal(1, p.Sum(), 1e-12);
            },
            iter: 50
        );

    [Fact]
    public void Cross_entropy_of_equal_outputs_is_the_logarithm_of_their_number() =>
        Assert.Equal(Math.Log(10), new CrossEntropy(3).Value(new double[10], OneOf(10, 4)), 1e-14);

    /// <summary>The largest β is softest stiffness / curvature; a centred estimator with the full cost refuses it, one below it settles.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_full_cost_nudge_beyond_its_largest_beta_is_refused(bool paired)
    {
        // Leak 0.5; a pair of outputs answers with half the stiffness of one.
        var network = new Network([Population.Clamped("x", 4), new("out", new Linear(0.5), 6)], [new Bilinear("out", "x", 0.1)]);
        var readout = new Readout(network, "out", paired, new CrossEntropy(2));
        double largest = (paired ? 0.25 : 0.5) / 2;
        using var machine = new Machine<double>(network, new Rng(1));
        Assert.Equal(largest, CostNudge<double>.LargestBeta(machine, readout), 1e-15);
        using var team = new WorkerTeam(1);
        EqProp<double> Build(double beta, string kind) =>
            new(machine, team, readout, new(kind, beta, "cost"), new(), new(), new(), new Rng(1), 4);
        var error = Assert.Throws<ArgumentOutOfRangeException>(() => Build(largest, "centred"));
        Assert.Contains($"estimator.beta = {largest:R} is not below {largest:g4}", error.Message, StringComparison.Ordinal);
        Build(0.99 * largest, "centred").Dispose();
        Build(2 * largest, "one-sided").Dispose();
    }

    [Fact]
    public void A_full_cost_nudge_needs_a_linear_readout()
    {
        var network = new Network([Population.Clamped("x", 4), new("out", new Hopfield(), 3)], [new Bilinear("out", "x", 0.1)]);
        using var machine = new Machine<double>(network, new Rng(1));
        var error = Assert.Throws<ArgumentException>(() =>
            CostNudge<double>.LargestBeta(machine, new(network, "out", false, new SquaredError()))
        );
        Assert.Contains("needs a linear readout; 'out' is hopfield", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Refuses()
    {
        Assert.Contains(
            "kappa = 0: give a finite number > 0",
            Assert.Throws<ArgumentOutOfRangeException>(() => new CrossEntropy(0)).Message,
            StringComparison.Ordinal
        );
        var network = new Network([Population.Clamped("x", 4), new("out", new Linear(), 3)], [new Bilinear("out", "x", 0.1)]);
        Assert.Contains(
            "'x' is clamped",
            Assert.Throws<ArgumentException>(() => new Readout(network, "x", false, new SquaredError())).Message,
            StringComparison.Ordinal
        );
        Assert.Contains(
            "even number of outputs; 'out' has 3",
            Assert.Throws<ArgumentException>(() => new Readout(network, "out", true, new SquaredError())).Message,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void A_cost_of_one_s_own_is_known_by_its_name()
    {
        Costs.Register("log-cosh", _ => new LogCosh());
        Assert.IsType<LogCosh>(Costs.Of(new("out", "log-cosh")));
        Assert.Contains("Did you mean 'log-cosh'?", Assert.Throws<ArgumentException>(() => Costs.Of(new("out", "log-csoh"))).Message);
        Assert.Contains("already", Assert.Throws<ArgumentException>(() => Costs.Register("log-cosh", _ => new SquaredError())).Message);
        Assert.Contains(
            "readout.width = 0",
            Assert.Throws<ArgumentOutOfRangeException>(() => Costs.Of(new("out", "huber", Width: 0))).Message
        );
    }

    /// <summary>C = Σ ln cosh(z − y): no closed form for its nudge.</summary>
    private sealed class LogCosh : Cost
    {
        public override double Curvature => 1;

        public override double Value(ReadOnlySpan<double> z, ReadOnlySpan<double> y)
        {
            double sum = 0;
            for (int i = 0; i < z.Length; i++)
                sum += Math.Log(Math.Cosh(z[i] - y[i]));
            return sum;
        }

        public override void Gradient(ReadOnlySpan<double> z, ReadOnlySpan<double> y, Span<double> gradient)
        {
            for (int i = 0; i < z.Length; i++)
                gradient[i] = Math.Tanh(z[i] - y[i]);
        }
    }

    private static double[] OneOf(int classes, int label) => [.. Enumerable.Range(0, classes).Select(c => c == label ? 1.0 : 0)];

    private static readonly Gen<(double[], double[])> Readouts = Gen.Double[-3, 3]
        .Array[2, 11]
        .SelectMany(z => Gen.Int[0, z.Length - 1].Select(label => (z, OneOf(z.Length, label))));
}
