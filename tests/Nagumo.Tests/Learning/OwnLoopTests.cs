using Nagumo.Compute;
using Nagumo.Couplings;
using Nagumo.Learning;
using Nagumo.Networks;
using Nagumo.Neurons;
using Nagumo.Relaxation;
using Nagumo.Tests.Networks;

namespace Nagumo.Tests.Learning;

/// <summary>A program of one's own: machine and states by name, gradient and update by hand.</summary>
public sealed class OwnLoopTests
{
    private const int Lanes = 3;

    public static TheoryData<string> Networks => [.. SmallNetworks.All.Keys];

    /// <summary>The contrast of two states that a program relaxed itself is the slope of the cost, by finite differences of the cost alone.</summary>
    [Theory, MemberData(nameof(Networks))]
    public void The_contrast_is_the_slope_of_the_cost(string name)
    {
        using var machine = new Machine<double>(SmallNetworks.All[name](), new Rng(7));
        Assert.SkipUnless(machine.IsReciprocal, "no potential, no contrast");
        using var free = machine.CreateState(Lanes);
        var rng = new Rng(11);
        foreach (var clamped in machine.Network.Populations.Where(p => p is { IsClamped: true, Rail: null }))
            free.Write(clamped.Name, Draw(rng, Lanes * clamped.Size));
        double[] target = Draw(rng, free.Read("out").Length);

        const double beta = 1e-3;
        Rest(machine, free);
        double[] force = [.. free.Read("out").Select((z, i) => z - target[i])];
        using State<double> plus = free.Copy(),
            minus = free.Copy();
        plus.Nudge("out", [.. force.Select(f => -beta * f)]);
        minus.Nudge("out", [.. force.Select(f => beta * f)]);
        Rest(machine, plus);
        Rest(machine, minus);
        machine.Contrast(plus, minus, 2 * beta);
        double[][] gradient = [.. machine.Parameters.Select(p => p.Gradients.ToArray())];

        for (int t = 0; t < gradient.Length; t++)
        {
            var tensor = machine.Parameters[t];
            int i = (int)(rng.NextUInt64() % (ulong)tensor.Values.Length);
            double slope = (Cost(t, i, 1e-5) - Cost(t, i, -1e-5)) / 2e-5,
                size = Math.Sqrt(gradient[t].Average(g => g * g));
            Assert.True(
                Math.Abs(gradient[t][i] - slope) <= 1e-4 * (size + Math.Abs(slope)) + 1e-9,
                $"{tensor.Name}[{i}]: {gradient[t][i]:R}, by finite differences {slope:R}"
            );
        }

        double Cost(int t, int i, double step)
        {
            double before = machine.Parameters[t].Values[i];
            machine.Parameters[t].Values[i] = before + step;
            machine.Load();
            Rest(machine, free);
            machine.Parameters[t].Values[i] = before;
            machine.Load();
            return free.Read("out").Select((z, k) => (z - target[k]) * (z - target[k]) / 2).Sum() / Lanes;
        }
    }

    /// <summary>Fields are what was written, lane by lane or for all lanes; at rest forces vanish and the neurons' equations hold.</summary>
    [Fact]
    public void Fields_have_names()
    {
        using var machine = Fhn();
        using var state = machine.CreateState(2, allFields: true);
        double[] h = [.. Enumerable.Range(0, 8).Select(i => i / 10.0)];
        state.Write("h", h);
        Assert.Equal(h, state.Read("h.u"));
        state.Write("h.v", [1, 2, 3, 4]);
        Assert.Equal([1, 2, 3, 4, 1, 2, 3, 4], state.Read("h.v"));
        state.Write("x", [0.5, -0.5, 1, 2]);

        Rest(machine, state);
        Assert.All(machine.Residual(state), r => Assert.True(r <= 1e-11, $"{r}"));
        using var forces = machine.CreateState(2, allFields: true);
        machine.Forces(state, forces);
        Assert.All(forces.Read("h").Concat(forces.Read("h.v")), f => Assert.True(Math.Abs(f) <= 1e-11, $"{f}"));
        double[] u = state.Read("h"),
            v = state.Read("h.v");
        Assert.All(Enumerable.Range(0, 8), i => Assert.Equal((u[i] + 0.7) / 0.8, v[i], 1e-12));
        double[][] copy = [state.Read("x"), state.Read("h")];
        using var other = state.Copy();
        other.Write("x", [9, 9]);
        Rest(machine, other);
        Assert.Equal(copy[0], state.Read("x"));
        Assert.Equal(copy[1], state.Read("h"));
        Assert.NotEqual(copy[1], other.Read("h"));
    }

    /// <summary>A state knows when its constant drives are those of other parameters, inputs or nudges.</summary>
    [Fact]
    public void Changes_are_seen()
    {
        using var machine = Fhn();
        using var state = machine.CreateState(1);
        state.Write("x", [1, 1]);
        double[] first = Z();
        machine.Parameters.First(p => p.Name.EndsWith(".b", StringComparison.Ordinal)).Values[0] += 0.5;
        machine.Load();
        double[] second = Z();
        Assert.NotEqual(first, second);
        state.Nudge("h", [0, 0, 0, 0.25]);
        double[] third = Z();
        Assert.NotEqual(second, third);
        state.Nudge("h", []);
        Assert.Equal(second, Z(), (a, b) => Math.Abs(a - b) <= 1e-11);

        double[] Z()
        {
            Rest(machine, state);
            return state.Read("h");
        }
    }

    [Fact]
    public void What_is_wrong_is_named()
    {
        using var machine = Fhn();
        using var state = machine.CreateState(2);
        Assert.Contains("'x' is clamped and holds no values", Assert.Throws<InvalidOperationException>(() => machine.Relax(state)).Message);
        Assert.Contains("'x' is clamped and holds no values", Assert.Throws<ArgumentException>(() => state.Read("x")).Message);
        Assert.Contains("Did you mean 'h'", Assert.Throws<ArgumentException>(() => state.Read("hh")).Message);
        Assert.Contains("It has: u, v", Assert.Throws<ArgumentException>(() => state.Read("h.w")).Message);
        Assert.Contains("allFields: true", Assert.Throws<ArgumentException>(() => state.Read("h.v")).Message);
        Assert.Contains("give 4, 2 for each of 2 lanes, or 2", Assert.Throws<ArgumentException>(() => state.Write("x", [1, 2, 3])).Message);
        Assert.Contains("Value 1 for 'x' is NaN", Assert.Throws<ArgumentException>(() => state.Write("x", [1, double.NaN])).Message);
        Assert.Contains("is clamped: nudge", Assert.Throws<ArgumentException>(() => state.Nudge("x", [1, 1])).Message);
    }

    private static Machine<double> Fhn() =>
        new(
            new([Population.Clamped("x", 2), new("h", new FitzHughNagumo(), 4)], [new Bilinear("h", "x", sd: 0.5), new Bias("h", 0.3)]),
            new Rng(3)
        );

    private static void Rest(Machine<double> machine, State<double> state)
    {
        var report = machine.Relax(state, new(5000, 1e-13));
        Assert.True(report.Residual <= 1e-11, $"{report}");
    }

    private static double[] Draw(Rng rng, int count) =>
        [.. Enumerable.Range(0, count).Select(_ => 2 * (rng.NextUInt64() >> 11) / (double)(1UL << 53) - 1)];
}
