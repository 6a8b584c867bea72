using System.Text.Json;
using Nagumo.Media;
using Nagumo.Neurons;

namespace Nagumo.Tests.Media;

/// <summary>Rest states, bifurcations, cycles and spikes against vectors and the closed forms of the FitzHugh–Nagumo neuron.</summary>
public sealed class NeuronAnalysisTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

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

        var cycle = LimitCycle.Find(neuron, current, new RestCurve(neuron).At(current).Single(), cancel: Cancel);

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

        var report = RegimeReport.Of(MediaVectors.Neuron(entry), MediaVectors.Current(entry), cancel: Cancel);

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
            Assert.Equal(
                peak.Number("peak_u"),
                PulseTest.Farthest(neuron, current, rest, peak.Number("du"), cancel: Cancel),
                entry.Number("tol_peak")
            );
        Assert.Equal(
            entry.Number("threshold_du_peak_0p5"),
            PulseTest.ThresholdFor(neuron, current, rest, 0.5, 1, cancel: Cancel),
            entry.Number("tol_threshold")
        );
    }

    // I_SN and I_H of the findings' closed forms, over random parameters.
    [Fact]
    public void Closed_forms_of_bifurcations() =>
        Gen.Select(Gen.Double[0.3, 2], Gen.Double[0.1, 3], Gen.Double[-0.8, 0.8], Gen.Double[0.05, 20])
            .ForAll(
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
            .ForAll(
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
        var jet = neuron.Jet(U, V);
        // Central difference: error ~ h² |f'''| ≈ 1e-10.
        Assert.Equal((neuron.Velocity(U + H, V, 0).U - neuron.Velocity(U - H, V, 0).U) / (2 * H), jet.F.U, 1e-8);
        Assert.Equal((neuron.Velocity(U, V + H, 0).U - neuron.Velocity(U, V - H, 0).U) / (2 * H), jet.F.V, 1e-8);
        Assert.Equal((neuron.Velocity(U, V + H, 0).V - neuron.Velocity(U, V - H, 0).V) / (2 * H), jet.G.V / 3, 1e-8);
        var (up, down) = (neuron.Jet(U, V + H), neuron.Jet(U, V - H));
        Assert.Equal((up.G.VV - down.G.VV) / (2 * H), jet.G.VVV, 1e-7);
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
        var report = RegimeReport.Of(neuron, 0.1, cancel: Cancel);
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
        var report = RegimeReport.Of(neuron, 0.328, cancel: Cancel);

        Assert.Single(report.Rest, r => r.IsStable);
        Assert.NotNull(report.Cycle);
        Assert.Null(RegimeReport.Of(neuron, 0.32, cancel: Cancel).Cycle);
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

        var cycle = LimitCycle.Find(neuron, current, rest, rest.V - onset.Omega * amplitude, near: true, cancel: Cancel);

        Assert.NotNull(cycle);
        Assert.False(cycle.IsStable);
        Assert.Equal(amplitude, cycle.Amplitude, 0.1 * amplitude);
        // A start just inside falls to rest, one just outside to the large cycle.
        Assert.Null(LimitCycle.Find(neuron, current, rest, rest.V + 0.9 * (cycle.V - rest.V), cancel: Cancel));
        Assert.True(LimitCycle.Find(neuron, current, rest, rest.V + 1.1 * (cycle.V - rest.V), cancel: Cancel)!.Amplitude > 1);
    }

    // The cycle lives on beside rest outside the subcritical onsets and ends where an unstable one meets it: the folds are those of an independent
    // continuation, I = 0.324178523 and its mirror image, whatever the currents asked for; rest ends at the Hopf currents.
    [Theory]
    [InlineData(0.25, 1.5, 11)]
    [InlineData(0.3, 1.45, 81)]
    [InlineData(-0.4, 3, 2)]
    // Far wider than the cell: what was looked through is said.
    [InlineData(-50, 200, 2)]
    [InlineData(-8e5, 1.08e7, 2)]
    [InlineData(-2.4e7, 3.24e8, 2)]
    [InlineData(-1e30, 1e18, 2)]
    public void The_frequency_curve_ends_where_its_cycle_does(double low, double high, int count)
    {
        var neuron = new PlanarNeuron(new FitzHughNagumo(tau: 12.5));

        var curve = CurrentFrequency.Of(neuron, low, high, count, cancel: Cancel);

        var firing = Assert.Single(curve.Firing);
        Assert.Equal((CycleEnd.Fold, CycleEnd.Fold), (firing.Begin, firing.End));
        Assert.Equal(0.324178523, firing.Currents[0], 1e-9);
        Assert.Equal(1.425821477, firing.Currents[^1], 1e-9);
        Assert.Equal(firing.Currents.Order(), firing.Currents);
        Assert.Equal(2, curve.Resting.Count);
        Assert.Equal((low, high), (curve.Resting[0].From, curve.Resting[1].To));
        Assert.Equal(0.331281337, curve.Resting[0].To, 1e-9);
        Assert.Equal(1.418718663, curve.Resting[1].From, 1e-9);
        Assert.InRange(curve.Examined.From, Math.Max(low, -10), 0.324178523);
        Assert.InRange(curve.Examined.To, 1.425821477, Math.Min(high, 10));
    }

    [Fact]
    public void The_frequency_is_one_over_the_period()
    {
        var curve = CurrentFrequency.Of(new(new FitzHughNagumo(tau: 12.5)), 0.5, 1, 3, cancel: Cancel);

        var firing = Assert.Single(curve.Firing);
        Assert.Equal((CycleEnd.Range, CycleEnd.Range), (firing.Begin, firing.End));
        Assert.Equal((0.5, 1), (firing.Currents[0], firing.Currents[^1]));
        Assert.Equal(1 / 39.474414980230904, firing.Frequencies[0], 1e-10);
        Assert.Empty(curve.Resting);
    }

    // From a supercritical onset the frequency begins at ω/2π: γ = 0.25, a = 0, τ = 2 has u² = 1 − γ/τ, ω² = (1 − γ²/τ)/τ there.
    [Fact]
    public void At_a_supercritical_onset_the_frequency_is_that_of_the_rest_state()
    {
        const double Gamma = 0.25,
            Tau = 2;
        var neuron = new PlanarNeuron(new FitzHughNagumo(1, Gamma, 0, Tau));
        double u = Math.Sqrt(1 - Gamma / Tau),
            onset = u / Gamma - u + u * u * u / 3,
            frequency = Math.Sqrt((1 - Gamma * Gamma / Tau) / Tau) / (2 * Math.PI);

        var firing = Assert.Single(CurrentFrequency.Of(neuron, -1.2 * onset, 1.2 * onset, 3, cancel: Cancel).Firing);

        Assert.Equal((CycleEnd.Hopf, CycleEnd.Hopf), (firing.Begin, firing.End));
        Assert.Equal(-onset, firing.Currents[0], 1e-9);
        Assert.Equal(onset, firing.Currents[^1], 1e-9);
        Assert.Equal(frequency, firing.Frequencies[0], 1e-9);
        Assert.Equal(frequency, firing.Frequencies[^1], 1e-9);
    }

    // u' = v − u² + I, v' = (v − u)/10 goes from its Hopf point, I = −0.0475, to a homoclinic orbit, where the saddle's manifolds meet: I = −0.0243802053
    // by DOP853 (SciPy, rtol 1e-12), from 1e-5 and 1e-6 beside the saddle alike. There a turn takes for ever.
    [Fact]
    public void At_a_homoclinic_end_the_frequency_is_0()
    {
        var neuron = new PlanarNeuron(EquationFile.Parse("u' = v - u^2\nv' = (v - u)/10", "quadratic").Kinetics);

        var firing = Assert.Single(CurrentFrequency.Of(neuron, -0.3, 0.1, 11, cancel: Cancel).Firing);

        Assert.Equal((CycleEnd.Hopf, CycleEnd.Homoclinic), (firing.Begin, firing.End));
        Assert.Equal(-0.0475, firing.Currents[0], 1e-12);
        Assert.Equal(-0.0243802053, firing.Currents[^1], 1e-9);
        Assert.Equal(0, firing.Frequencies[^1]);
    }

    // For I → ∞ the rest state of u' = u − u³/3 − v + I, v' = (u − 0.9 tanh v + 0.3)/10 tends to u = 0.6 and never becomes stable: one cycle from the only Hopf
    // point on, listed once, to the end of the range or of what was examined.
    [Theory]
    [InlineData(1.1)]
    [InlineData(11)]
    [InlineData(110)]
    [InlineData(1e4)]
    [InlineData(1e12)]
    [Trait("speed", "slow")]
    public void A_cycle_without_end_is_one_range(double high)
    {
        var neuron = new PlanarNeuron(EquationFile.Parse("u' = u - u^3/3 - v\nv' = 0.1*(u - 0.9*tanh(v) + 0.3)", "endless").Kinetics);

        var curve = CurrentFrequency.Of(neuron, -0.1 * high - 0.5, high, 2, cancel: Cancel);

        var firing = Assert.Single(curve.Firing);
        Assert.Equal((CycleEnd.Hopf, CycleEnd.Range), (firing.Begin, firing.End));
        Assert.Equal(-0.320886511, firing.Currents[0], 1e-8);
        Assert.Equal(curve.Examined.To, firing.Currents[^1]);
        Assert.InRange(curve.Examined.To, 0.5, high);
    }

    // γ = 1.5, τ = 0.5: two stable nodes and no oscillation at any current.
    [Fact]
    public void Without_a_cycle_nothing_fires()
    {
        var curve = CurrentFrequency.Of(new(new FitzHughNagumo(1, 1.5, 0, 0.5)), -0.2, 0.2, cancel: Cancel);

        Assert.Empty(curve.Firing);
        Assert.Equal((-0.2, 0.2), Assert.Single(curve.Resting));
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
