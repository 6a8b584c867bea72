using Nagumo.Compute;
using Nagumo.Couplings;
using Nagumo.Networks;
using Nagumo.Neurons;
using Nagumo.Relaxation;

namespace Nagumo.Tests.Relaxation;

public sealed class FlowTests
{
    private static readonly Workspace<double> Scratch = new();

    /// <summary>One neuron u' = u − u³, with τ of its own scale.</summary>
    private static Machine<double> Cubic(double scale = 1) =>
        new(
            new Network(
                [new Population("u", new TextNeuron("-k*u^2/2 + u^4/4", new Dictionary<string, double> { ["k"] = 1 }), 1, scale)],
                []
            ),
            new Rng(1),
            responds: false
        );

    private static double At(double u0, double t) => 1 / Math.Sqrt(1 + (1 / (u0 * u0) - 1) * Math.Exp(-2 * t));

    public static TheoryData<string> Methods => [.. ButcherTable.All.Select(t => t.Name)];

    [Theory]
    [MemberData(nameof(Methods))]
    public void The_error_falls_with_the_order_of_the_method(string method)
    {
        using var machine = Cubic();
        using var s = machine.CreateState(1, allFields: true);
        var table = ButcherTable.All.First(t => t.Name == method);
        double[] logs = [.. new[] { 8, 16 }.Select(Error).Select(Math.Log2)];
        Assert.InRange(logs[0] - logs[1], table.Order - 0.4, table.Order + 0.4);

        double Error(int steps)
        {
            // Begin anew before each step: the step stays what it is, also of an adaptive method.
            using var flow = new Flow<double>(machine, 1, new(method, 2.0 / steps, Error: 1), Scratch);
            s.X(0, 0)[0, 0] = 0.3;
            for (int i = 0; i < steps; i++)
            {
                flow.Begin(s);
                flow.Step();
            }
            return Math.Abs(s.X(0, 0)[0, 0] - At(0.3, 2));
        }
    }

    [Theory]
    [MemberData(nameof(Methods))]
    public void Tables_are_consistent(string method)
    {
        var t = ButcherTable.All.First(x => x.Name == method);
        Assert.Equal(1, t.B.Sum(), 1e-15);
        Assert.Equal(t.Stages - 1, t.A.Length);
        var c = t.A.Select(row => row.Sum()).Prepend(0).ToArray();
        Assert.Equal(0.5, t.B.Zip(c, (b, x) => b * x).Sum(), 1e-15);
        Assert.Equal(1.0 / 3, t.B.Zip(c, (b, x) => b * x * x).Sum(), 1e-15);
        if (t.E is not null)
            Assert.Equal(0, t.E.Sum(), 1e-15);
    }

    [Fact]
    public void Adaptive_steps_follow_the_closed_form_and_the_scale_is_a_time_constant_of_the_drive_alone()
    {
        // s τ u' = −s ∂h/∂u: without a drive the scale cancels.
        foreach (double scale in new[] { 1, 0.3 })
        {
            using var machine = Cubic(scale);
            using var s = machine.CreateState(3, allFields: true);
            double[] start = [0.1, 0.5, 1.7];
            start.CopyTo(s.X(0, 0).Row(0));
            using var flow = new Flow<double>(machine, 3, new(MaxTime: 3, Tolerance: 0), Scratch);
            var report = flow.Relax(s);
            Assert.Equal(("flow", 3.0), (report.Method, Math.Round(report.Time, 12)));
            for (int l = 0; l < 3; l++)
                Assert.Equal(At(start[l], 3), s.X(0, 0)[0, l], 1e-9);
        }
    }

    [Fact]
    public void A_driven_population_has_its_own_time_constant()
    {
        // s u' = −s u + b: u = b/s (1 − e^−t).
        using var machine = new Machine<double>(new Network([new Population("u", new Linear(), 1, 0.25)], [new Bias("u", 2)]), new Rng(1));
        using var s = machine.CreateState(1, allFields: true);
        machine.LoadConstants(s, Scratch);
        using var flow = new Flow<double>(machine, 1, new("runge-kutta-4", 0.01, MaxTime: 1, Tolerance: 0), Scratch);
        flow.Relax(s);
        Assert.Equal(8 * (1 - Math.Exp(-1)), s.X(0, 0)[0, 0], 1e-9);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    public void The_inhibitors_follow_with_their_own_time_constant(double ratio)
    {
        // k = 0, u held by nothing: v' = (u + a − γ v)/τ and u' = −v, a damped oscillator: ω² = 1/τ − (γ/2τ)².
        using var machine = new Machine<double>(
            new Network([new Population("n", new FitzHughNagumo(k: 0, gamma: 0.5, a: 0, tau: 2), 1)], []),
            new Rng(1)
        );
        using var s = machine.CreateState(1, allFields: true);
        s.X(0, 0)[0, 0] = 1;
        double tau = 2 * ratio,
            damping = 0.5 / (2 * tau),
            omega = Math.Sqrt(1 / tau - damping * damping);
        using var flow = new Flow<double>(machine, 1, new(MaxTime: 5, Tolerance: 0, TauRatio: ratio), Scratch);
        flow.Relax(s);
        // u = e^−dt (cos ωt + d/ω sin ωt): u(0) = 1, u'(0) = 0.
        double expected = Math.Exp(-damping * 5) * (Math.Cos(omega * 5) + damping / omega * Math.Sin(omega * 5));
        Assert.Equal(expected, s.X(0, 0)[0, 0], 1e-8);
    }

    [Fact]
    public void Activators_stay_in_their_box()
    {
        using var machine = new Machine<double>(
            new Network([new Population("h", new Hopfield(), 2)], [new Bias("h", 3), new Bilinear("h", "h", 0.2)]),
            new Rng(1)
        );
        using var s = machine.CreateState(2, allFields: true);
        machine.LoadConstants(s, Scratch);
        using var flow = new Flow<double>(machine, 2, new(), Scratch);
        var report = flow.Relax(s);
        Assert.True(report.Converged);
        Assert.Equal(1, s.X(0, 0)[0, 0]);
    }

    [Fact]
    public void Steps_allocate_nothing()
    {
        using var machine = new Machine<double>(
            new Network(
                [new Population("a", new FitzHughNagumo(), 4), new Population("b", new FitzHughNagumo(), 3)],
                [new Bilinear("a", "b", 0.1)]
            ),
            new Rng(1)
        );
        using var s = machine.CreateState(5, allFields: true);
        using var flow = new Flow<double>(machine, 5, new(), Scratch);
        flow.Begin(s);
        for (int i = 0; i < 100; i++)
            flow.Step();
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 50; i++)
            flow.Step();
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public void What_is_not_finite_stops_at_once()
    {
        using var machine = Cubic();
        using var s = machine.CreateState(1, allFields: true);
        s.X(0, 0)[0, 0] = double.NaN;
        using var flow = new Flow<double>(machine, 1, new(), Scratch);
        var report = flow.Relax(s);
        Assert.True(double.IsNaN(report.Residual));
        Assert.Equal((0, 1), (report.Sweeps, report.NotConverged));
    }

    /// <summary>A first step that is far too long cubes its way beyond all numbers in its stages: the error of infinite terms is no number, and no small one.</summary>
    [Fact]
    public void A_step_that_overflows_is_repeated_smaller()
    {
        using var machine = Cubic();
        using var s = machine.CreateState(1, allFields: true);
        s.X(0, 0)[0, 0] = 0.3;
        using var flow = new Flow<double>(machine, 1, new(Step: 1e6), Scratch);
        flow.Begin(s);
        flow.Step();
        Assert.InRange(flow.Time, 1e-3, 10);
        Assert.Equal(At(0.3, flow.Time), s.X(0, 0)[0, 0], 1e-10);
    }

    [Fact]
    public void Refusals_name_the_remedy()
    {
        using var machine = new Machine<double>(new Network([new Population("n", new FitzHughNagumo(tau: 0), 1)], []), new Rng(1));
        Assert.Contains("time constant > 0", Assert.Throws<ArgumentException>(() => new Flow<double>(machine, 1, new(), Scratch)).Message);
        Assert.Contains("dormand-prince-5", Assert.Throws<ArgumentException>(() => new FlowOptions("dormand-prince").Table).Message);
        Assert.Throws<ArgumentOutOfRangeException>(() => new FlowOptions(Step: 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => new FlowOptions(TauRatio: double.NaN));
        using var cubic = Cubic();
        using var flow = new Flow<double>(cubic, 2, new(), Scratch);
        using var s = cubic.CreateState(1, allFields: true);
        Assert.Contains("2 lanes", Assert.Throws<ArgumentException>(() => flow.Begin(s)).Message);
    }
}
