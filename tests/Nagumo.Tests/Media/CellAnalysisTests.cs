using Nagumo.Media;
using Nagumo.Neurons;

namespace Nagumo.Tests.Media;

/// <summary>Cells as users bring them, with published numbers, closed forms and values of independent programs.</summary>
public class CellAnalysisTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private static PlanarNeuron Text(string potential, double tau, params (string Name, double Value)[] parameters) =>
        new(new TextNeuron(potential, parameters.ToDictionary(p => p.Name, p => p.Value), new Dictionary<string, double> { ["v"] = tau }));

    private static PlanarNeuron Equations(string text) => new(EquationFile.Parse(text, "cell").Kinetics);

    // u in mV: the textbook's neuron × 40, its threshold between rest and rest + 0.555 × 40 for the level in the middle of the spike.
    [Fact]
    public void The_textbook_neuron_in_millivolts_is_excitable()
    {
        var neuron = Text("-(u^2/2 - u^4/(12*s^2)) + u*v - 0.8*v^2/2 + 0.7*s*v", 12.5, ("s", 40));
        var report = RegimeReport.Of(neuron, 0, Cancel);
        Assert.Equal((Regime.Excitable, true), (report.Regime, report.Confirmed));
        Assert.Equal(22.2, report.Pulse!.Threshold, 0.05);
    }

    // Rates of 1/ε, written out and with time rescaled by hand.
    [Theory]
    [InlineData("(u^4/4 - 1.1*u^3/3 + 0.1*u^2/2 + u*v - 0.5*v^2/2)/0.01", 100)]
    [InlineData("-(u^2/2 - u^4/4) + u*v - v^2/4 + v/2", 50)]
    public void Stiff_rates_have_an_answer(string potential, double tau)
    {
        var report = RegimeReport.Of(Text(potential, tau), 0, Cancel);
        Assert.Equal((Regime.Excitable, true), (report.Regime, report.Confirmed));
    }

    // Two stable foci, each in an unstable cycle, and a large stable cycle round all. [Runge–Kutta, independent: T = 45.728, u in ±1.7416]
    [Fact]
    public void Cycles_are_found_beside_several_rest_states()
    {
        var neuron = new PlanarNeuron(new FitzHughNagumo(1, 1.4, 0, 9));
        var report = RegimeReport.Of(neuron, 0, Cancel);
        Assert.Equal((Regime.Bistable, true), (report.Regime, report.Confirmed));
        Assert.Equal("2 stable foci, a saddle, 2 unstable cycles, a stable cycle", report.Attractors);
        Assert.Equal(45.728, report.Cycle!.Period, 1e-3);
        Assert.Equal(1.7416, report.Cycle.UMax, 1e-4);
        Assert.Equal(-1.7416, report.Cycle.UMin, 1e-4);
    }

    // u' = −u + H(u − a) − v: at I = 0 rest at 0 and at u = 1/3, v = 2/3; the corner u = a is met at I = 3a and 3a − 1.
    [Fact]
    public void Corners_are_bifurcations()
    {
        var neuron = Text("u^2/2 - max(u-a, 0) + u*v - g*v^2/2", 50, ("a", 0.25), ("g", 0.5));
        var report = RegimeReport.Of(neuron, 0, Cancel);
        Assert.Equal([0, 1.0 / 3], report.Rest.Select(r => r.U), (x, y) => Math.Abs(x - y) < 1e-10);
        Assert.Equal([-0.25, 0.75], report.SaddleNodes, (x, y) => Math.Abs(x - y) < 1e-9);
        Assert.Equal(0.25, report.Pulse!.Threshold, 1e-6);
        Assert.Equal(3.77, report.Pulse.Gain, 0.01);
        Assert.True(report.Confirmed);
        // With less recovery fed back the second state is gone: v = 4u meets 1 − v at u = 0.2 < a.
        var excitable = RegimeReport.Of(Text("u^2/2 - max(u-a, 0) + u*v - g*v^2/2", 50, ("a", 0.25), ("g", 0.25)), 0, Cancel);
        Assert.Equal((Regime.Excitable, true), (excitable.Regime, excitable.Confirmed));
        // A continuous force with corners at ±1: the trace jumps from −1 − … to 1 − … there.
        var linear = Text("abs(u-1)*(u-1)/2 - abs(u+1)*(u+1)/2 + u^2/2 + u*v - v^2/4", 10);
        Assert.All(new RestCurve(linear).HopfPoints, h => Assert.Equal("at a corner", h.Kind));
        Assert.Equal(2, new RestCurve(linear).HopfPoints.Count);
        // F_u slopes 1 and −1, G slopes 1/10 and −1/20: determinants 1/20 and 3/20, and half a turn with each.
        double slow = Math.Sqrt(0.05),
            fast = Math.Sqrt(0.15);
        Assert.All(new RestCurve(linear).HopfPoints, h => Assert.Equal(2 / (1 / slow + 1 / fast), h.Omega, 1e-12));
    }

    // u'' = −u below 0 and −4u above: π there and π/2 here. In linear pieces steps are long, and a corner behind a step's last substep changes none of them.
    [Fact]
    public void A_turn_over_corners_takes_the_time_of_its_halves()
    {
        var neuron = Equations("u' = -v\nv' = max(u, 4*u)");
        CellUnits scales = new(0, 0, 1, 1, 1, 1, 2, 1);
        foreach (bool precise in (bool[])[false, true])
        {
            var flow = PlanarFlow.Start(neuron, 0, scales, precise, cancel: Cancel);
            double[] x = [-1, 0.1, 0];
            LimitCycle.Turn(flow, scales, x, -0.5, 100);
            for (int turn = 0; turn < 20; turn++)
                Assert.Equal(1.5 * Math.PI, LimitCycle.Turn(flow, scales, x, -0.5, 100)!.Value, precise ? 1e-11 : 1e-8);
        }
    }

    // At the exact Hopf point a₁ decides: van der Pol's u = a = 1 attracts and a linear oscillator is a centre.
    [Fact]
    public void Trace_zero_is_decided_by_the_cubic_term()
    {
        var weak = RegimeReport.Of(Text("-(u^2/2 - u^4/12) + u*v - v", 20), 0, Cancel);
        Assert.Equal("weakly attracting focus", weak.Rest.Single().Kind);
        Assert.True(weak.Rest.Single().IsStable);
        Assert.Empty(weak.Cycles);
        var centre = RegimeReport.Of(Text("u*v", 1), 0, Cancel);
        Assert.Equal("centre", centre.Rest.Single().Kind);
        Assert.Equal((Regime.Neutral, true), (centre.Regime, centre.Confirmed));
        Assert.Empty(centre.Cycles);
    }

    // u' = u² − v + I, 10 v' = u − v: saddle-node at I = 1/4, rest (1 ± √(1 − 4I))/2.
    [Fact]
    public void What_runs_away_is_an_answer()
    {
        var neuron = Text("-u^3/3 + u*v - v^2/2", 10);
        var report = RegimeReport.Of(neuron, -0.1, Cancel);
        double root = Math.Sqrt(1.4);
        Assert.Equal([(1 - root) / 2, (1 + root) / 2], report.Rest.Select(r => r.U), (x, y) => Math.Abs(x - y) < 1e-12);
        Assert.Equal(["stable focus", "saddle"], report.Rest.Select(r => r.Kind));
        Assert.Equal(0.25, report.SaddleNodes.Single(), 1e-12);
        Assert.Equal(Regime.Escaping, report.Regime);
        double escape = report.Pulse!.Escape!.Value;
        Assert.True(double.IsInfinity(PulseTest.Farthest(neuron, -0.1, report.Rest[0], 1.001 * escape, Cancel)));
        Assert.True(double.IsFinite(PulseTest.Farthest(neuron, -0.1, report.Rest[0], 0.999 * escape, Cancel)));
        Assert.True(TimeCourse.Run(neuron, -0.1, report.Rest[0].U + 2 * escape, report.Rest[0].V, 100, cancel: Cancel).Escapes);
        Assert.Contains(
            "0.25",
            Assert.Throws<ArgumentException>(() => RegimeReport.Of(neuron, 1, Cancel)).Message,
            StringComparison.Ordinal
        );
    }

    // [van der Pol: T(μ = 1) = 6.6632868593; u'' = μ(1 − u²)u' − u is u' = μ(u − u³/3 − v), v' = u/μ]
    [Fact]
    public void The_period_of_van_der_Pol()
    {
        var report = RegimeReport.Of(Equations("u' = mu*(u - u^3/3 - v)\nv' = u/mu\nmu = 1"), 0, Cancel);
        Assert.Equal(Regime.Oscillatory, report.Regime);
        Assert.Equal(6.6632868593, report.Cycle!.Period, 1e-8);
        Assert.Equal(2.00862, report.Cycle.UMax, 1e-5);
    }

    // A rest state of any magnitude.
    [Theory]
    [InlineData(1e-13, 1, 0.5)]
    [InlineData(1e9, 1e12, 0.5e12)]
    public void Slow_rates_and_large_states(double rate, double u, double v)
    {
        var rest = RegimeReport.Of(Equations($"u' = {rate:R}*({u:R} - u)\nv' = {rate:R}*(0.5*u - v)"), 0, Cancel).Rest.Single();
        Assert.Equal(u, rest.U, 1e-9 * u);
        Assert.Equal(v, rest.V, 1e-9 * v);
    }

    // [Rinzel and Ermentrout 1998: with these parameters rest loses stability by a Hopf bifurcation near 94 µA/cm² and regains it near 212]
    [Fact]
    public void Morris_Lecar_is_analysed_from_its_equations()
    {
        var neuron = Equations(
            """
            C*V' = - gL*(V-VL) - gCa*0.5*(1+tanh((V-V1)/V2))*(V-VCa) - gK*n*(V-VK)
            n' = phi*0.5*(exp((V-V3)/(2*V4)) + exp(-(V-V3)/(2*V4)))*(0.5*(1+tanh((V-V3)/V4)) - n)
            C = 20; gL = 2; gCa = 4.4; gK = 8; VL = -60; VCa = 120; VK = -84; V1 = -1.2; V2 = 18; V3 = 2; V4 = 30; phi = 0.04
            """
        );
        var curve = new RestCurve(neuron);
        Assert.Equal([93.86, 212.02], curve.HopfPoints.Select(h => h.Current), (a, b) => Math.Abs(a - b) < 0.05);
        // Rest and cycle side by side below the subcritical onset, from about 88.3.
        var branch = CycleBranch.FromHopf(
            new(neuron),
            curve.HopfPoints[0].Current,
            curve.HopfPoints[0].U,
            curve.HopfPoints[0].V,
            80,
            230,
            cancel: Cancel
        );
        Assert.Equal(88.29, branch.Folds[0].Parameter, 0.05);
        Assert.Equal(CycleEnd.Hopf, branch.End);
        Assert.Equal([false, true], branch.At(90).Select(c => c.IsStable));
        var report = RegimeReport.Of(neuron, 90, Cancel);
        Assert.Equal((Regime.Bistable, true), (report.Regime, report.Confirmed));
    }

    // Every factor of v' has its own rest states: (0.2, 0.16) inside, (0, 0) and (1, 0) on the axis.
    [Fact]
    public void Factors_of_an_equation_are_all_followed()
    {
        var neuron = Equations("x' = x*(1 - x) - 2*x*y/(x + 0.2)\ny' = 0.1*y*(2*x/(x + 0.2) - 1)");
        var rest = new RestCurve(neuron).At(0);
        Assert.Contains(rest, r => Math.Abs(r.U - 0.2) < 1e-12 && Math.Abs(r.V - 0.16) < 1e-12);
        Assert.Contains(rest, r => Math.Abs(r.U - 1) < 1e-12 && r.V == 0);
        Assert.Contains(rest, r => r.U == 0 && r.V == 0);
        Assert.Equal(Regime.Oscillatory, RegimeReport.Of(neuron, 0, Cancel).Regime);
    }

    // Below the textbook neuron's subcritical onset an unstable cycle from the Hopf point and a stable one lie side by side.
    [Fact]
    public void Branches_of_cycles_in_the_current_and_in_a_parameter()
    {
        var neuron = new PlanarNeuron(new FitzHughNagumo(tau: 12.5));
        var onset = new RestCurve(neuron).HopfPoints[0];
        var small = CycleBranch.FromHopf(new(neuron), onset.Current, onset.U, onset.V, 0, 2, cancel: Cancel);
        Assert.Contains(small.At(0.328), c => !c.IsStable && c.Amplitude < 0.5);
        var large = RegimeReport.Of(neuron, 0.5, Cancel).Cycle!;
        Assert.Equal(39.47441498, large.Period, 1e-6);
        var branch = CycleBranch.FromCycle(new(neuron), 0.5, large, 0, 2, cancel: Cancel);
        Assert.Contains(branch.At(0.328), c => c.IsStable && c.Amplitude > 1);
        Assert.Empty(branch.At(0.32));
        // The same cycles in another parameter.
        var inTau = CycleBranch.FromCycle(new(neuron, 0.5, "tau"), 12.5, large, 5, 20, cancel: Cancel);
        var at = RegimeReport.Of(new(new FitzHughNagumo(tau: 15)), 0.5, Cancel).Cycle!;
        Assert.Equal(at.Period, inTau.At(15).Single().Period, 1e-6);
    }

    // The unstable cycle round one of two foci grows into the saddle's loop, its period without bound.
    [Fact]
    public void A_branch_that_ends_at_a_saddle_is_called_homoclinic()
    {
        var neuron = new PlanarNeuron(new FitzHughNagumo(1, 1.4, 0, 9));
        var onset = new RestCurve(neuron).HopfPoints[0];
        var branch = CycleBranch.FromHopf(new(neuron), onset.Current, onset.U, onset.V, -0.2, 0.2, cancel: Cancel);
        Assert.Equal(CycleEnd.Homoclinic, branch.End);
        Assert.True(branch.Points[^1].Cycle.Period > 3 * branch.Points[0].Cycle.Period);
    }

    // Any order of magnitude between the rates: answers, in bounded time.
    [Theory]
    [InlineData(1, 1e6)]
    [InlineData(1e6, 12.5)]
    [InlineData(1, 1e-30)]
    public void Any_ratio_of_rates_has_an_answer(double k, double tau)
    {
        var report = RegimeReport.Of(new(new FitzHughNagumo(k, 0.8, 0.7, tau)), 0, Cancel);
        Assert.True(report.Confirmed);
    }
}
