using Nagumo.Compute;
using Nagumo.Couplings;
using Nagumo.Networks;
using Nagumo.Neurons;
using Nagumo.Relaxation;

namespace Nagumo.Tests.Relaxation;

public sealed class RelaxerTests
{
    private static readonly Workspace<double> Scratch = new();

    /// <summary>
    /// A population coupled to itself by −w(11ᵀ − 1). Its neurons answer together, and overshoot once w (n − 1) is above their slope; the
    /// rest state is unique while w is below it.
    /// </summary>
    private static Machine<double> Inhibiting(Neuron neuron, double w, int size = 6)
    {
        var machine = new Machine<double>(
            new Network([new Population("h", neuron, size)], [new Bilinear("h", "h", 0), new Bias("h", 1)]),
            new Rng(1)
        );
        for (int i = 0; i < size; i++)
        {
            for (int j = 0; j < size; j++)
                machine.Parameters[0].Value[i, j] = i == j ? 0 : -w / 2;
            machine.Parameters[1].Value[i, 0] = 1 + 0.1 * i;
        }
        machine.Load();
        return machine;
    }

    private static State<double> Start(Machine<double> machine, int lanes = 3, bool allFields = false)
    {
        var s = machine.CreateState(lanes, allFields);
        machine.LoadConstants(s, Scratch);
        for (int p = 0; p < machine.Network.Populations.Count; p++)
        for (int l = 0; l < lanes && !machine.Network.Populations[p].IsClamped; l++)
            s.X(p, 0)[0, l] = 0.1 * l;
        return s;
    }

    public static TheoryData<string> Diverging => ["linear", "log-cosh", "fitzhugh-nagumo", "hopfield"];

    [Theory]
    [MemberData(nameof(Diverging))]
    public void Sweeps_that_diverge_are_accelerated_to_rest(string model)
    {
        using var machine = Inhibiting(NeuronModels.All.First(n => n.Name == model), 0.2, size: 12);
        using var s = Start(machine);
        SweepOptions options = new(200, 1e-11);
        Assert.False(BlockSweeps.Relax(machine, s, options, -1, Scratch).Converged);
        using var again = Start(machine);
        var trace = new List<double>();
        var report = Relaxers.HandOver.Relax(machine, again, options);
        Assert.True(report.Converged, report.ToString());
        Assert.Equal("accelerated", report.Method);
        Assert.InRange(report.Residual, 0, 1e-11);
        Assert.InRange(report.Sweeps, 2, 120);
        BlockSweeps.Measure(machine, again, Scratch);
        Assert.InRange(BlockSweeps.Judge(again, 0).Residual, 0, 1e-11);
    }

    [Fact]
    public void Where_sweeps_converge_nothing_else_is_done()
    {
        using var machine = Inhibiting(new FitzHughNagumo(), 0.02);
        using State<double> a = Start(machine),
            b = Start(machine);
        SweepOptions options = new(200, 1e-12);
        Assert.Equal(BlockSweeps.Relax(machine, a, options, -1, Scratch), Relaxers.HandOver.Relax(machine, b, options));
        for (int r = 0; r < 6; r++)
            Assert.Equal(a.X(0, 0).Row(r).ToArray(), b.X(0, 0).Row(r).ToArray());
    }

    [Fact]
    public void Slow_sweeps_are_accelerated()
    {
        // Two layers that pull each other up: contraction 0.99, far too slow for 200 sweeps.
        using var machine = new Machine<double>(
            new Network(
                [new Population("a", new Linear(), 2), new Population("b", new Linear(), 2)],
                [new Bilinear("a", "b", 0), new Bias("a", 0.01)]
            ),
            new Rng(1)
        );
        machine.Parameters[0].Value[0, 0] = machine.Parameters[0].Value[1, 1] = 0.999;
        machine.Load();
        using var s = Start(machine);
        Assert.False(BlockSweeps.Relax(machine, s, new(200, 1e-10), -1, Scratch).Converged);
        using var again = Start(machine);
        var report = Relaxers.HandOver.Relax(machine, again, new(200, 1e-10));
        Assert.True(report.Converged, report.ToString());
        Assert.Equal("accelerated", report.Method);
        Assert.Equal(0.01 / (1 - 0.999 * 0.999), again.X(0, 0)[0, 0], 1e-6);
    }

    [Fact]
    public void What_is_not_finite_is_reported_at_once()
    {
        using var machine = Inhibiting(new FitzHughNagumo(), 0.6);
        using var s = Start(machine);
        s.Constant(0, 0)[0, 1] = double.NaN;
        var report = Relaxers.HandOver.Relax(machine, s, new(200, 1e-11));
        Assert.True(double.IsNaN(report.Residual));
        Assert.InRange(report.Sweeps, 1, 2);
        Assert.False(report.Converged);
    }

    [Theory]
    [InlineData("fitzhugh-nagumo")]
    [InlineData("fitzhugh-nagumo-nonlinear-inhibitor")]
    [InlineData("fitzhugh-nagumo-two-timescale")]
    [InlineData("log-cosh")]
    [InlineData("hopfield")]
    public void Newton_converges_quadratically(string model)
    {
        using var machine = Inhibiting(NeuronModels.All.First(n => n.Name == model), model.EndsWith("inhibitor") ? 0.02 : 0.1);
        using var s = Start(machine, allFields: true);
        // As after a sweep: from u = v = 0 a nonlinear inhibitor's Hessian is singular on the way.
        BlockSweeps.Relax(machine, s, new(1, 0), -1, Scratch);
        var trace = new List<double>();
        var report = new NewtonRelaxer { Watch = (_, residual) => trace.Add(residual) }.Relax(machine, s, new(Tolerance: 1e-13));
        Assert.True(report.Converged, report.ToString());
        Assert.Equal("newton", report.Method);
        // r' ≤ C r² where both are above rounding and below the first steps' damping.
        for (int i = 1; i < trace.Count; i++)
            if (trace[i - 1] is < 1e-2 and > 1e-6)
                Assert.True(trace[i] <= 30 * trace[i - 1] * trace[i - 1] + 1e-14, string.Join(" ", trace));
        using var swept = Start(machine, allFields: true);
        Relaxers.HandOver.Relax(machine, swept, new(500, 1e-13));
        for (int r = 0; r < 6; r++)
            Assert.Equal(swept.X(0, 0)[r, 1], s.X(0, 0)[r, 1], 1e-11);
    }

    /// <summary>A state that holds activators only is brought to the same rest state as one of all fields.</summary>
    [Fact]
    public void Newton_finds_inhibitors_that_are_not_stored()
    {
        using var machine = Inhibiting(new FitzHughNagumo(), 0.1);
        using State<double> all = Start(machine, allFields: true),
            some = Start(machine);
        BlockSweeps.Relax(machine, all, new(1, 0), -1, Scratch);
        BlockSweeps.Relax(machine, some, new(1, 0), -1, Scratch);
        foreach (var s in (State<double>[])[all, some])
            Assert.True(Relaxers.Newton.Relax(machine, s, new(Tolerance: 1e-12)).Converged);
        for (int r = 0; r < 6; r++)
            Assert.Equal(all.X(0, 0)[r, 1], some.X(0, 0)[r, 1], 1e-11);
        Assert.Throws<ArgumentOutOfRangeException>(() => new NewtonOptions(MaxSteps: 0));
    }
}
