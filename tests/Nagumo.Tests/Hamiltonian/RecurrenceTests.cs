using Nagumo.Compute;
using Nagumo.Hamiltonian;
using Nagumo.Kernels;
using Nagumo.Learning;
using Nagumo.Networks;
using Nagumo.Neurons;
using Nagumo.Relaxation;

namespace Nagumo.Tests.Hamiltonian;

/// <summary>The recurrence as a map: symplectic, invertible, nearly conserving its spatial Hamiltonian; and its relation to rest states.</summary>
public sealed class RecurrenceTests
{
    /// <summary>A chain of FHN layers without bias (rest at 0), with random blocks.</summary>
    private static Machine<double> Chain(
        int depth,
        int size,
        double d,
        double k = 0.6,
        double gamma = 1,
        double step = 1,
        double strength = 0,
        int units = 5,
        double g = 1,
        double sd = 0.4,
        bool equalLayers = false
    )
    {
        var trunk = new Population("layer", new FitzHughNagumo(k, gamma, 0, 0.3), size, step);
        var machine = Ladder.Recurrence(new(trunk, depth, units, strength, g, d), strength == 0 ? 0 : sd, new Rng(7));
        for (int l = 1; equalLayers && l <= depth; l++)
            machine.Of("K", 0).Values.CopyTo(machine.Of("K", l).Values);
        machine.Load();
        return machine;
    }

    private static double[] Random(int n, double sd, ulong seed)
    {
        var x = new double[n];
        new Rng(seed).FillNormal(x, 0, sd);
        return x;
    }

    private static NeuronLayers Neighbours(double diffusion, ulong seed)
    {
        const int layers = 6,
            size = 5;
        var neuron = new TextNeuron("u^2/2 + c*u^4/4", new Dictionary<string, double> { ["c"] = 0.3 });
        return new(
            [.. Enumerable.Range(0, layers).Select(l => new Population($"u{l}", neuron, size))],
            [.. Enumerable.Range(0, layers - 1).Select(l => Random(size * size, 0.7, seed + (ulong)l))],
            [.. Enumerable.Range(0, layers).Select(l => Random(size, 0.3, 99 + (ulong)l))],
            diffusion
        );
    }

    [Theory, InlineData("residual"), InlineData("excitable"), InlineData("bilinear"), InlineData("energy")]
    public void Every_layer_is_symplectic_and_invertible(string kind)
    {
        using var machine = Chain(5, 6, d: kind == "excitable" ? 0.1 : 25, strength: 0.25);
        using LayeredAction action = kind switch
        {
            "bilinear" => Neighbours(1, 3),
            "energy" => Neighbours(0, 4),
            _ => new ResidualAction(new(machine)),
        };
        var (q, p) = (Random(action.Size(0), 0.3, 1), Random(action.Size(0), 0.1, 2));
        for (int l = 0; l < action.Layers - 1; l++)
        {
            Assert.True(LayeredAction.Asymplecticity(action.Jacobian(l, q)) <= 1e-13);
            var (x, momentum) = ((double[])q.Clone(), (double[])p.Clone());
            action.Step(l, x, momentum);
            // The Jacobian is that of the step: along a random direction, fourth-order differences.
            Assert.True(Misfit(action, l, q, p) < 1e-8);
            action.Inverse(l, x, momentum);
            double scale = Math.Max(1, q.Concat(p).Max(Math.Abs));
            Assert.True(Largest(x, q) <= 1e-12 * scale && Largest(momentum, p) <= 1e-12 * scale, $"{l}: {Largest(x, q):g3}");
            // Stay near 0: what is tested is the map, not where an orbit goes.
            (q, p) = (Random(action.Size(0), 0.3, 10 + (ulong)l), Random(action.Size(0), 0.1, 20 + (ulong)l));
        }

        static double Misfit(LayeredAction action, int l, double[] q, double[] p)
        {
            int n = q.Length;
            double[] along = Random(2 * n, 1, 5),
                numeric = new double[2 * n];
            const double h = 1e-3;
            foreach (var (m, weight) in new[] { (1, 8.0), (-1, -8.0), (2, -1.0), (-2, 1.0) })
            {
                double[] x = [.. q.Select((v, i) => v + m * h * along[i])],
                    y = [.. p.Select((v, i) => v + m * h * along[n + i])];
                action.Step(l, x, y);
                for (int i = 0; i < 2 * n; i++)
                    numeric[i] += weight / (12 * h) * (i < n ? x[i] : y[i - n]);
            }
            var j = action.Jacobian(l, q);
            double[] analytic = [.. Enumerable.Range(0, 2 * n).Select(i => Enumerable.Range(0, 2 * n).Sum(k => j[i, k] * along[k]))];
            return Largest(numeric, analytic) / analytic.Max(Math.Abs);
        }
    }

    [Fact]
    public void A_thousand_elliptic_layers_forward_and_back()
    {
        const int depth = 1000;
        // Equal layers: random ones kick the orbit about until it escapes.
        using var machine = Chain(
            depth,
            8,
            d: 100,
            k: 0.6,
            gamma: 0.1,
            step: 0.25,
            strength: 0.05,
            units: 8,
            sd: 1 / Math.Sqrt(8),
            equalLayers: true
        );
        var layers = new DepthRecurrence<double>(machine);
        using State<double> q = layers.CreateLayer(1),
            p = layers.CreateLayer(1);
        using var ws = new Workspace<double>();
        double[] start = Random(8, 0.05, 3);
        for (int r = 0; r < 8; r++)
            q.X(0, 0)[r, 0] = start[r];
        for (int l = 0; l < depth; l++)
        {
            layers.Kick(l, q, p, ws);
            layers.Drift(q, p);
        }
        for (int f = 0; f < 2; f++)
        for (int r = 0; r < 8; r++)
            p.X(0, f)[r, 0] *= -1;
        for (int l = depth - 1; l >= 0; l--)
        {
            layers.Drift(q, p);
            layers.Kick(l, q, p, ws);
        }
        for (int r = 0; r < 8; r++)
        {
            Assert.Equal(start[r], q.X(0, 0)[r, 0], 1e-10);
            Assert.Equal(0, p.X(0, 0)[r, 0], 1e-10);
            Assert.Equal(0, q.X(0, 1)[r, 0], 1e-10);
        }
    }

    /// <summary>Twenty length units of the continuous system, the step halved: symplectic Euler is first order, with the centred momentum second.</summary>
    [Fact]
    public void The_spatial_Hamiltonian_is_conserved_to_the_order_of_the_step()
    {
        double Spread(double h, bool centred)
        {
            int depth = (int)Math.Round(20 / h);
            using var machine = Chain(depth, 2, d: 25 / h, g: 1 / h, gamma: 0.2, step: h, strength: 0.2 * h, units: 3, equalLayers: true);
            using var action = new ResidualAction(new(machine));
            var (q, p) = Shooting.Forward(action, [0.3, -0.2, 0, 0.1], new double[4]);
            double[] energies = [.. Enumerable.Range(0, depth).Select(l => action.SpatialHamiltonian(l, q[l], p[l], centred) / h)];
            return energies.Max() - energies.Min();
        }
        Assert.InRange(Math.Log2(Spread(0.1, false) / Spread(0.05, false)), 0.9, 1.1);
        Assert.InRange(Math.Log2(Spread(0.1, true) / Spread(0.05, true)), 1.9, 2.1);
        // And not at all when layers differ.
        Assert.True(Spread(0.05, true) < 1e-3);
    }

    public static TheoryData<int, double, double, double> Rests
    {
        get
        {
            var data = new TheoryData<int, double, double, double>();
            foreach (int depth in new[] { 2, 4, 8, 16, 32, 64 })
            {
                foreach (double d in new[] { 0.1, 1, 4, 7, 7.35 })
                    data.Add(depth, d, 0.6, 0);
                data.Add(depth, 1, 0.4, 0.3);
                data.Add(depth, 4, 0.5, -0.3);
                data.Add(depth, 6, 0.45, -0.1);
            }
            return data;
        }
    }

    /// <summary>Step by step, not by shooting: one step of the recurrence from each layer of the rest state gives the next.</summary>
    [Theory, MemberData(nameof(Rests))]
    public void A_rest_state_satisfies_the_recurrence(int depth, double d, double k, double strength)
    {
        using var machine = Chain(depth, 4, d, k: k, strength: strength);
        using var action = new ResidualAction(new(machine));
        var problem = new BoundaryProblem(action, Injection: Random(8, 0.3, 11));
        var q = problem.Start();
        Assert.True(BoundarySolver.Solve(problem, q).Converged);
        var p = problem.Momenta(q);
        for (int l = 0; l < depth; l++)
        {
            var (x, momentum) = ((double[])q[l].Clone(), (double[])p[l].Clone());
            action.Step(l, x, momentum);
            Assert.True(Largest(x, q[l + 1]) <= 1e-10 && Largest(momentum, p[l + 1]) <= 1e-10);
        }
    }

    /// <summary>κ from the multipliers of the uniform layer, a closed form, against how fast a shot error grows.</summary>
    [Theory, InlineData(0.1), InlineData(0.3), InlineData(1), InlineData(2), InlineData(4)]
    public void Shooting_loses_digits_at_the_rate_kappa(double d)
    {
        double kappa = SpatialSpectrum.Of(-0.6, 1, -1, 1, d).Kappa;
        Assert.True(kappa >= 0.2);
        int depth = Math.Min(60, (int)(22 / kappa));
        using var machine = Chain(depth, 3, d);
        using var action = new ResidualAction(new(machine));
        var problem = new BoundaryProblem(action, Injection: Random(6, 0.02, 11));
        var q = problem.Start();
        Assert.True(BoundarySolver.Solve(problem, q, new(1e-15)).Residual < 1e-14);
        // A known error at the start in place of rounding's unknown one.
        double[] start = [.. q[0].Zip(Random(6, 1e-12, 12), (a, b) => a + b)];
        double[] lost = Shooting.Distance(Shooting.Forward(action, start, problem.Momenta(q)[0]).Q, q);
        int[] layers = [.. Enumerable.Range(2, depth - 1).Where(l => lost[l] is > 0 and < 1e-3)];
        double[] logs = [.. layers.Select(l => Math.Log(lost[l]))];
        double meanX = layers.Average(),
            meanY = logs.Average(),
            slope = layers.Zip(logs, (l, y) => (l - meanX) * (y - meanY)).Sum() / layers.Sum(l => (l - meanX) * (l - meanX));
        Assert.InRange(slope / kappa, 0.9, 1.1);
        Assert.InRange(Conditioning.Exponents(action, q).Largest / kappa, 0.9, 1.1);
    }

    [Fact]
    public void Elliptic_exactly_where_the_closed_form_says()
    {
        var rng = new Rng(5);
        for (int draw = 0; draw < 20_000; draw++)
        {
            double ke = 2 * rng.NextDouble() - 0.5,
                gamma = 2 * rng.NextDouble(),
                g = 0.1 + 2 * rng.NextDouble(),
                d = 0.1 + 30 * rng.NextDouble(),
                h = 0.1 + rng.NextDouble();
            var spectrum = SpatialSpectrum.Of(-h * ke, h, -h * gamma, g, d);
            double root = Math.Sqrt(spectrum.Discriminant);
            bool closed =
                ke > 0
                && ke * gamma < 1
                && ke * d > gamma * g
                && ke * Math.Sqrt(d / g) + gamma * Math.Sqrt(g / d) > 2
                && (spectrum.MuTrace - root) / 2 > -4;
            Assert.Equal(closed, spectrum.IsElliptic);
            // On the circle to rounding of a double root, off it otherwise.
            Assert.Equal(closed, spectrum.Moduli[^1] < 1 + 1e-6);
        }
    }

    [Fact]
    public void C1_is_sharp_and_means_a_unique_rest_state()
    {
        // Uniform chains just below and just above k = m; γ = 1, d = 4: m = 2·½ − ¼ = 0.75.
        foreach (var (ratio, holds) in new[] { (0.98, true), (1.02, false) })
        {
            using var machine = Chain(60, 1, d: 4, k: 0.75 * ratio);
            using var action = new ResidualAction(new(machine));
            var (strength, bound) = Conditioning.Condition(new(machine));
            Assert.Equal(0.75, bound, 1e-12);
            Assert.Equal(holds, strength < bound);
            var problem = new BoundaryProblem(action);
            Assert.Equal(holds, Conditioning.Of(problem, problem.Start(), new Rng(1)).Rightmost < 0);
        }
        // γ beyond √(d/g): m = 1/γ.
        using var stiff = Chain(2, 1, d: 1, k: 0.2, gamma: 2);
        Assert.Equal(0.5, Conditioning.Condition(new(stiff)).Bound, 1e-12);
        // Blocks of activator type take away from it: k + (s/h) σ².
        using var blocks = Chain(3, 4, d: 4, k: 0.3, strength: 0.1);
        double sigma = Enumerable.Range(0, 4).Max(l => Conditioning.LargestSingularValue(blocks.Of("K", l)));
        Assert.Equal(0.3 + 0.1 * sigma * sigma, Conditioning.Condition(new(blocks)).Strength, 1e-9);
        using var inhibiting = Chain(3, 4, d: 4, k: 0.3, strength: -0.1);
        Assert.Equal(0.3, Conditioning.Condition(new(inhibiting)).Strength, 1e-9);

        // Where it holds, different starts end in one state.
        using var random = Chain(12, 4, d: 4, k: 0.5, strength: 0.05);
        Assert.True(Conditioning.Condition(new(random)) is var (s, m) && s < m);
        using var randomAction = new ResidualAction(new(random));
        var posed = new BoundaryProblem(randomAction, Injection: Random(8, 0.5, 3));
        double[][] first = posed.Start(),
            second = posed.Start();
        for (int l = 0; l < second.Length; l++)
            Random(8, 1, 40 + (ulong)l).CopyTo(second[l], 0);
        Assert.True(BoundarySolver.Solve(posed, first).Converged && BoundarySolver.Solve(posed, second).Converged);
        Assert.True(Shooting.Distance(first, second).Max() < 1e-10);
    }

    [Fact]
    public void Multiple_shooting_works_with_short_segments()
    {
        using var machine = Chain(20, 3, d: 1);
        using var action = new ResidualAction(new(machine));
        var problem = new BoundaryProblem(action, Injection: Random(6, 0.3, 11));
        var rest = problem.Start();
        Assert.True(BoundarySolver.Solve(problem, rest).Converged);
        // From a start 1e-3 away; from 0 the cubic escapes within the first segment.
        double[][] shot = [.. rest.Select((layer, l) => layer.Zip(Random(6, 1e-3, 60 + (ulong)l), (a, b) => a + b).ToArray())];
        double residual = Shooting.Multiple(problem, shot, segment: 5);
        Assert.True(residual < 1e-12, $"{residual:g3}");
        Assert.True(Shooting.Distance(rest, shot).Max() < 1e-10);
        // Without segments the same start is lost.
        double[][] plain = [.. rest.Select((layer, l) => layer.Zip(Random(6, 1e-3, 60 + (ulong)l), (a, b) => a + b).ToArray())];
        Assert.False(Shooting.Multiple(problem, plain, segment: 20) < 1e-10);
    }

    [Theory]
    [InlineData(6, 4, "over-determined")]
    [InlineData(4, 6, "not determined locally")]
    [InlineData(4, 4, "singular")]
    public void Links_that_cannot_be_inverted_are_refused(int below, int above, string message)
    {
        var neuron = new TextNeuron("u^2/2", new Dictionary<string, double>());
        using var action = new NeuronLayers(
            [new Population("a", neuron, below), new Population("b", neuron, above)],
            [new double[below * above]],
            [new double[below], new double[above]]
        );
        var error = Assert.Throws<ArgumentException>(() => action.Step(0, new double[below], new double[below]));
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
        Assert.Contains("Use the boundary-value solver", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_degenerate_rest_state_is_named()
    {
        // k = 0, no inhibitor to hold it and free ends: the uniform displacement costs nothing.
        var neuron = new TextNeuron("c*u^4/4", new Dictionary<string, double> { ["c"] = 1 });
        using var machine = Ladder.Recurrence(new(new Population("layer", neuron, 2), 4, 1, 0, 1, 1), 0, new Rng(1));
        using var action = new ResidualAction(new(machine));
        var problem = new BoundaryProblem(action, Cost: new TargetEnd([1, 1]));
        var error = Assert.Throws<ArithmeticException>(() => problem.Response(problem.Start()));
        Assert.Contains("The Hessian is singular", error.Message, StringComparison.Ordinal);
    }

    private static double Largest(double[] a, double[] b) => a.Zip(b, (x, y) => Math.Abs(x - y)).Max();
}
