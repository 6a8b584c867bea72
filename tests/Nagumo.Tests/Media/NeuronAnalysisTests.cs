using System.Text.Json;
using Nagumo.Media;
using Nagumo.Neurons;

namespace Nagumo.Tests.Media;

/// <summary>Rest states, bifurcations, cycles and spikes against vectors and the closed forms of the FitzHugh–Nagumo neuron.</summary>
public sealed class NeuronAnalysisTests
{
    public static TheoryData<string> Singles => MediaVectors.Ids("single");

    [Theory]
    [MemberData(nameof(Singles))]
    public void Rest_states_are_all_found(string id)
    {
        var entry = MediaVectors.Entry("single", id);
        var rest = new RestCurve(MediaVectors.Neuron(entry)).At(MediaVectors.Current(entry));

        var expected = entry.GetProperty("rest").EnumerateArray().ToArray();
        Assert.Equal(expected.Length, rest.Count);
        foreach (var (e, r) in expected.Zip(rest))
        {
            Assert.Equal(e.Number("u"), r.U, entry.Number("tol_rest_abs"));
            Assert.Equal(e.Number("v"), r.V, entry.Number("tol_rest_abs"));
            var eigenvalue = e.GetProperty("eig")[0];
            Assert.Equal(eigenvalue[0].GetDouble(), r.Eigenvalues.First.Real, entry.Number("tol_eig_abs"));
            Assert.Equal(eigenvalue[1].GetDouble(), r.Eigenvalues.First.Imaginary, entry.Number("tol_eig_abs"));
        }
    }

    [Theory]
    [MemberData(nameof(Singles))]
    public void Bifurcation_currents(string id)
    {
        var entry = MediaVectors.Entry("single", id);
        var curve = new RestCurve(MediaVectors.Neuron(entry));

        if (entry.TryGetProperty("I_saddle_node", out var saddles))
            Assert.Equal(saddles.EnumerateArray().Select(s => s.GetDouble()), curve.SaddleNodes, (a, b) => Math.Abs(a - b) < 1e-12);
        var expected = entry.GetProperty("hopf");
        if (expected.ValueKind == JsonValueKind.Null)
        {
            Assert.Empty(curve.HopfPoints);
            return;
        }
        var hopf = curve.HopfPoints;
        Assert.Equal(2, hopf.Count);
        double tolerance = expected.Number("tol_abs");
        Assert.Equal(expected.Number("I_minus"), hopf[0].Current, tolerance);
        Assert.Equal(expected.Number("I_plus"), hopf[1].Current, tolerance);
        foreach (var point in hopf)
        {
            Assert.Equal(expected.Number("uH"), Math.Abs(point.U), tolerance);
            Assert.Equal(expected.Number("omega"), point.Omega, tolerance);
            Assert.Equal(expected.GetProperty("supercritical").GetBoolean(), point.IsSupercritical);
        }
    }

    [Theory]
    [MemberData(nameof(Singles))]
    public void Limit_cycle(string id)
    {
        var entry = MediaVectors.Entry("single", id);
        if (!entry.TryGetProperty("cycle", out var expected))
            return;
        var neuron = MediaVectors.Neuron(entry);
        double current = MediaVectors.Current(entry);

        var cycle = LimitCycle.Find(neuron, current, new RestCurve(neuron).At(current).Single());

        Assert.NotNull(cycle);
        double period = expected.Number("period");
        Assert.Equal(period, cycle.Period, expected.Number("tol_period_rel") * period);
        double tolerance = expected.Number("tol_amp_abs");
        Assert.Equal(expected.Number("umin"), cycle.UMin, tolerance);
        Assert.Equal(expected.Number("umax"), cycle.UMax, tolerance);
        Assert.Equal(expected.Number("vmin"), cycle.VMin, tolerance);
        Assert.Equal(expected.Number("vmax"), cycle.VMax, tolerance);
        Assert.True(cycle.IsStable);
    }

    [Theory]
    [InlineData("single.monostable", Regime.Monostable)]
    [InlineData("single.excitable_std", Regime.Excitable)]
    [InlineData("single.oscillatory_std", Regime.Oscillatory)]
    [InlineData("single.oscillatory_super", Regime.Oscillatory)]
    [InlineData("single.bistable", Regime.Bistable)]
    public void Regime_is_named_and_confirmed(string id, Regime expected)
    {
        var entry = MediaVectors.Entry("single", id);

        var report = RegimeReport.Of(MediaVectors.Neuron(entry), MediaVectors.Current(entry));

        Assert.Equal(expected, report.Regime);
        Assert.True(report.Confirmed);
    }

    [Fact]
    public void Pulse_test_of_the_excitable_neuron()
    {
        var entry = MediaVectors.Entry("excitability", "excitable_std.pulse");
        var neuron = MediaVectors.Neuron(entry);
        double current = MediaVectors.Current(entry);
        var rest = new RestCurve(neuron).At(current).Single();

        foreach (var peak in entry.GetProperty("peaks").EnumerateArray())
            Assert.Equal(peak.Number("peak_u"), PulseTest.Farthest(neuron, current, rest, peak.Number("du")), entry.Number("tol_peak"));
        Assert.Equal(
            entry.Number("threshold_du_peak_0p5"),
            PulseTest.ThresholdFor(neuron, current, rest, 0.5, 1),
            entry.Number("tol_threshold")
        );
    }

    // I_SN and I_H of the findings' closed forms, over random parameters.
    [Fact]
    public void Closed_forms_of_bifurcations() =>
        Gen.Select(Gen.Double[0.3, 2], Gen.Double[0.1, 3], Gen.Double[-0.8, 0.8], Gen.Double[0.05, 20])
            .Sample(
                (k, gamma, a, tau) =>
                {
                    // Where Hopf points and saddle-nodes meet, rounding decides whether there is any.
                    if (Math.Abs(gamma * gamma - tau) < 1e-9 || Math.Abs(gamma - k * tau) < 1e-9 || Math.Abs(k * gamma - 1) < 1e-9)
                        return;
                    var curve = new RestCurve(new(new FitzHughNagumo(k, gamma, a, tau)));
                    double[] hopf = [],
                        saddles = [];
                    if (gamma * gamma < tau && gamma < k * tau)
                    {
                        double u = Math.Sqrt(1 - gamma / (k * tau)),
                            half = u * (1 / gamma - 2 * k / 3 - gamma / (3 * tau));
                        hopf = [a / gamma - Math.Abs(half), a / gamma + Math.Abs(half)];
                        double lyapunov = -(k / 8) * (1 - 2 * k * gamma * u * u / (1 - gamma * gamma / tau));
                        foreach (var point in curve.HopfPoints)
                            Assert.Equal(lyapunov, point.Lyapunov, 1e-10 * Math.Max(1, Math.Abs(lyapunov)));
                    }
                    if (k * gamma > 1)
                    {
                        double half = 2.0 / 3 * (k - 1 / gamma) * Math.Sqrt(1 - 1 / (k * gamma));
                        saddles = [a / gamma - half, a / gamma + half];
                    }
                    Assert.Equal(
                        hopf,
                        curve.HopfPoints.Select(p => p.Current),
                        (x, y) => Math.Abs(x - y) < 1e-11 * Math.Max(1, Math.Abs(x))
                    );
                    Assert.Equal(saddles, curve.SaddleNodes, (x, y) => Math.Abs(x - y) < 1e-11 * Math.Max(1, Math.Abs(x)));
                },
                iter: 300
            );

    // Any number of rest states: their residual vanishes, and their number is that of the sign changes of a fine scan.
    [Fact]
    public void No_rest_state_is_missed() =>
        Gen.Select(Gen.Double[0.5, 2], Gen.Double[0.5, 3], Gen.Double[-0.5, 0.5], Gen.Double[-0.5, 0.5], Gen.Bool)
            .Sample(
                (k, gamma, a, current, stiff) =>
                {
                    Neuron model = stiff ? new NonlinearInhibitorFitzHughNagumo(k, gamma, 0.3, a, 2) : new FitzHughNagumo(k, gamma, a, 2);
                    var neuron = new PlanarNeuron(model);
                    var rest = new RestCurve(neuron).At(current);
                    foreach (var r in rest)
                    {
                        var velocity = neuron.Velocity(r.U, r.V, current);
                        Assert.True(Math.Abs(velocity.U) < 1e-12 && Math.Abs(velocity.V) < 1e-12);
                    }
                    int changes = 0;
                    double? before = null;
                    for (int i = 0; i <= 20_000; i++)
                    {
                        double v = -4.0123 + 8.0 * i / 20_000,
                            u = gamma * v + (stiff ? 0.3 * v * v * v : 0) - a,
                            f = k * (u - u * u * u / 3) - v + current;
                        if (before * f < 0)
                            changes++;
                        before = f;
                    }
                    Assert.Equal(changes, rest.Count);
                },
                iter: 60
            );

    // The jet against central differences of the velocity: the flow and its derivatives come from one formula.
    [Fact]
    public void Jacobian_is_the_derivative_of_the_flow()
    {
        var neuron = new PlanarNeuron(new NonlinearInhibitorFitzHughNagumo(tau: 3));
        const double U = 0.4,
            V = -0.7,
            H = 1e-5;
        var h = neuron.Jet(U, V);
        // Central difference: error ~ h² |f'''| ≈ 1e-10.
        Assert.Equal((neuron.Velocity(U + H, V, 0).U - neuron.Velocity(U - H, V, 0).U) / (2 * H), -h.UU, 1e-8);
        Assert.Equal((neuron.Velocity(U, V + H, 0).U - neuron.Velocity(U, V - H, 0).U) / (2 * H), -h.UV, 1e-8);
        Assert.Equal((neuron.Velocity(U, V + H, 0).V - neuron.Velocity(U, V - H, 0).V) / (2 * H), h.VV / 3, 1e-8);
        var (up, down) = (neuron.Jet(U, V + H), neuron.Jet(U, V - H));
        Assert.Equal((up.VVV - down.VVV) / (2 * H), h.VVVV, 1e-7);
    }

    [Fact]
    public void A_neuron_that_is_not_FitzHugh_Nagumo_oscillates_as_its_own_equations_say()
    {
        // Stiffening inhibitor: no closed form; the period agrees with a fixed-step Runge–Kutta run (error ~ dt⁴).
        var neuron = new PlanarNeuron(
            new TextNeuron(
                "-(u^2/2 - u^4/12) + u*v - v^2/4 - v^4/40",
                new Dictionary<string, double>(),
                new Dictionary<string, double> { ["v"] = 8 }
            )
        );
        var report = RegimeReport.Of(neuron, 0.1);
        Assert.Equal(Regime.Oscillatory, report.Regime);

        double Period(double dt)
        {
            (double U, double V) F(double u, double v) => (u - u * u * u / 3 - v + 0.1, (u - v / 2 - v * v * v / 10) / 8);
            double u = report.Cycle!.U,
                v = report.Cycle.V,
                t = 0,
                last = double.NaN;
            for (; t < 300; t += dt)
            {
                var k1 = F(u, v);
                var k2 = F(u + dt / 2 * k1.U, v + dt / 2 * k1.V);
                var k3 = F(u + dt / 2 * k2.U, v + dt / 2 * k2.V);
                var k4 = F(u + dt * k3.U, v + dt * k3.V);
                double next = u + dt / 6 * (k1.U + 2 * k2.U + 2 * k3.U + k4.U);
                v += dt / 6 * (k1.V + 2 * k2.V + 2 * k3.V + k4.V);
                if (t > 1 && u < report.Cycle.U && next >= report.Cycle.U)
                {
                    // Hermite is not needed: the linear crossing is good to dt².
                    last = t + dt * (report.Cycle.U - u) / (next - u);
                    break;
                }
                u = next;
            }
            return last;
        }
        Assert.Equal(Period(1e-3), report.Cycle!.Period, 1e-5);
    }

    [Fact]
    public void Subcritical_onset_leaves_rest_and_cycle_side_by_side()
    {
        var neuron = new PlanarNeuron(new FitzHughNagumo(tau: 12.5));
        var report = RegimeReport.Of(neuron, 0.328);

        Assert.Single(report.Rest, r => r.IsStable);
        Assert.NotNull(report.Cycle);
        Assert.Null(RegimeReport.Of(neuron, 0.32).Cycle);
    }

    // Below a subcritical onset an unstable cycle separates rest from the large stable one.
    [Fact]
    public void The_unstable_cycle_is_found_from_near_by()
    {
        var neuron = new PlanarNeuron(new FitzHughNagumo(tau: 12.5));
        var curve = new RestCurve(neuron);
        var onset = curve.HopfPoints[0];
        double current = onset.Current - 0.001;
        var rest = curve.At(current).Single();
        double amplitude = Math.Sqrt(onset.GrowthPerCurrent * 0.001 / onset.Lyapunov);

        var cycle = LimitCycle.Find(neuron, current, rest, rest.V - onset.Omega * amplitude, near: true);

        Assert.NotNull(cycle);
        Assert.False(cycle.IsStable);
        Assert.Equal(amplitude, cycle.Amplitude, 0.1 * amplitude);
        // A start just inside falls to rest, one just outside to the large cycle.
        Assert.Null(LimitCycle.Find(neuron, current, rest, rest.V + 0.9 * (cycle.V - rest.V)));
        Assert.True(LimitCycle.Find(neuron, current, rest, rest.V + 1.1 * (cycle.V - rest.V))!.Amplitude > 1);
    }

    // f = 1/period where it oscillates; the cycle lives on beside rest below the subcritical onset, down to 0.3245.
    [Fact]
    public void Frequency_against_current()
    {
        var neuron = new PlanarNeuron(new FitzHughNagumo(tau: 12.5));
        double[] currents = [0.25, 0.32, 0.326, 0.33, 0.335, 0.5, 1.0];

        var points = CurrentFrequency.Run(neuron, currents, TestContext.Current.CancellationToken);

        Assert.Equal(currents, points.Select(p => p.Current));
        Assert.Equal([true, true, true, true, false, false, false], points.Select(p => p.Rests));
        Assert.Equal([false, false, true, true, true, true, true], points.Select(p => p.Frequency is not null));
        Assert.Equal(1 / 39.474414980230904, points[5].Frequency!.Value, 1e-10);
    }

    // A nullcline's points lie on it: the velocity there is that of linear interpolation between grid points.
    [Fact]
    public void Nullclines_are_where_the_velocity_vanishes()
    {
        var neuron = new PlanarNeuron(new FitzHughNagumo(tau: 12.5));
        for (int field = 0; field < 2; field++)
        {
            var (u, v) = Nullcline.Of(neuron, 0.5, field, (-2.5, 2.5), (-1.5, 2));
            // One curve each: a single gap, at its end.
            Assert.Equal(1, u.Count(double.IsNaN));
            for (int i = 0; i < u.Count - 1; i++)
            {
                var velocity = neuron.Velocity(u[i], v[i], 0.5);
                Assert.Equal(0, field == 0 ? velocity.U : velocity.V, 1e-3);
                if (i > 0)
                    Assert.True(Math.Abs(u[i] - u[i - 1]) < 0.05 && Math.Abs(v[i] - v[i - 1]) < 0.05);
            }
        }
    }

    [Fact]
    public void Without_inhibitor_there_is_one_clear_line()
    {
        var e = Assert.Throws<ArgumentException>(() => new PlanarNeuron(new Hopfield()));
        Assert.Contains("has no inhibitor", e.Message);
        e = Assert.Throws<ArgumentException>(() => new PlanarNeuron(new TwoTimescaleFitzHughNagumo()));
        Assert.Contains("2 inhibitors (v, w)", e.Message);
        e = Assert.Throws<ArgumentException>(() => new PlanarNeuron(new FitzHughNagumo(tau: 0)));
        Assert.Contains("time constant > 0", e.Message);
    }
}
