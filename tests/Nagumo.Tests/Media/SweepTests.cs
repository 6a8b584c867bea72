using System.Text.Json;
using Nagumo.Media;
using Nagumo.Neurons;

namespace Nagumo.Tests.Media;

/// <summary>Onsets, exponents and critical slowing down against theory, and travelling pulses, with independent vectors.</summary>
public sealed class SweepTests
{
    public static TheoryData<string> Pulses => MediaVectors.Ids("pulse");

    [Fact]
    public void Hopf_sweep()
    {
        var e = MediaVectors.Entry("hopf_sweep", "hopf_sweep.super");
        var neuron = MediaVectors.Neuron(e);
        var onset = new RestCurve(neuron).HopfPoints[0];
        var rows = e.GetProperty("rows").EnumerateArray().ToArray();
        Assert.Equal(e.Number("I_minus"), onset.Current, 1e-12);
        Assert.Equal(e.Number("a1_lyapunov"), onset.Lyapunov, 1e-12);
        Assert.Equal(e.Number("dReLambda_dI"), onset.GrowthPerCurrent, 1e-12);

        var sweep = HopfSweep.Run(neuron, onset, [.. rows.Select(r => r.Number("dI"))], cancel: TestContext.Current.CancellationToken);

        foreach (var (row, p) in rows.Zip(sweep.Points))
        {
            double amplitude = row.Number("amplitude"),
                period = row.Number("period");
            Assert.Equal(amplitude, p.Amplitude, e.Number("tol_amplitude_rel") * amplitude);
            Assert.Equal(period, p.Period!.Value, e.Number("tol_period_rel") * period);
            Assert.Equal(row.Number("amplitude_theory"), p.AmplitudeTheory, 1e-9);
            Assert.Equal(row.Number("re_lambda_rest"), p.GrowthTheory, 1e-11);
            Assert.Equal(row.Number("floquet_rate"), p.Return, 2e-4 * Math.Abs(row.Number("floquet_rate")));
        }
    }

    [Fact]
    public void Hopf_onset_exponent_and_slowing_down()
    {
        var onset = new RestCurve(new(new FitzHughNagumo(1, .25, 0, 2))).HopfPoints[0];
        Check(
            HopfSweep.Run(
                new(new FitzHughNagumo(1, .25, 0, 2)),
                onset,
                [.0005, .001, .002, .005, .01],
                cancel: TestContext.Current.CancellationToken
            )
        );
    }

    [Fact]
    [Trait("speed", "slow")]
    public void Turing_onset_exponent_and_slowing_down()
    {
        var set = TuringSet.Get("A_near");
        Check(
            TuringSweep.Run(
                set.Neuron,
                new(set.N, set.Du),
                set.Rest,
                50,
                [.0005, .001, .002, .005, .01],
                cancel: TestContext.Current.CancellationToken
            )
        );
    }

    [Fact]
    public void Turing_sweep_of_the_vectors()
    {
        var e = MediaVectors.Entry("turing_sweep", "turing_sweep.A");
        var set = TuringSet.Get("A_near");
        int n = e.GetProperty("n").GetInt32();
        var rows = e.GetProperty("rows").EnumerateArray().ToArray();

        double onset = set.Dispersion.OnsetOf(Dispersion.Lambda(n, set.N, ChainEnds.ZeroFlux))!.Value;
        Assert.Equal(e.Number("Dv_n"), onset, 1e-9 * onset);
        foreach (var row in rows)
        {
            var chain = new Chain(set.Neuron, new(set.N, set.Du, onset * (1 + row.Number("mu"))));
            var theory = new Dispersion(set.Neuron, set.Rest, set.Du, chain.Options.DiffusionV);
            double lambda = Dispersion.Lambda(n, set.N, ChainEnds.ZeroFlux);
            var (drive, saturation) = theory.Amplitude(lambda);
            double amplitude = Math.Sqrt(drive / saturation);
            Assert.Equal(row.Number("A_theory"), amplitude, 1e-8);
            Assert.Equal(row.Number("lambda_"), theory.Growth(lambda), 1e-12);
            var rest = ChainRest.Find(
                chain,
                Pattern.Seed(chain, set.Rest, n, amplitude),
                1e-12,
                cancel: TestContext.Current.CancellationToken
            );
            double measured = row.Number("A");
            Assert.Equal(measured, Pattern.Amplitude(rest.State.AsSpan(0, set.N), n), e.Number("tol_A_rel") * measured);
        }
    }

    [Theory]
    [MemberData(nameof(Pulses))]
    public void Travelling_pulse(string id)
    {
        var e = MediaVectors.Entry("pulse", id);
        var p = e.GetProperty("params");
        var neuron = MediaVectors.Neuron(e);
        int n = e.GetProperty("N").GetInt32();
        var chain = new Chain(neuron, new(n, p.Number("Du")));
        var rest = new RestCurve(neuron).At(MediaVectors.Current(e)).Single();

        var pulse = TravellingPulse.Run(chain, rest, cancel: TestContext.Current.CancellationToken);

        var speed = e.GetProperty("speed_neurons_per_time");
        if (speed.ValueKind == JsonValueKind.Null)
        {
            Assert.Null(pulse.Speed);
            return;
        }
        double tolerance = e.Number("tol_rel");
        Assert.Equal(speed.GetDouble(), pulse.Speed!.Value, tolerance * speed.GetDouble());
        Assert.Equal(e.Number("peak_u"), pulse.Peak, tolerance * e.Number("peak_u"));
    }

    [Fact]
    public void A_subcritical_onset_is_refused()
    {
        var neuron = new PlanarNeuron(new FitzHughNagumo(tau: 12.5));
        var e = Assert.Throws<ArgumentException>(() =>
            HopfSweep.Run(neuron, new RestCurve(neuron).HopfPoints[0], [.001, .002, .003], cancel: TestContext.Current.CancellationToken)
        );
        Assert.Contains("subcritical", e.Message);
        var stiff = new PlanarNeuron(new FitzHughNagumo(1, .5, .3, .2));
        e = Assert.Throws<ArgumentException>(() =>
            TuringSweep.Run(
                stiff,
                new(200, 2),
                new RestCurve(stiff).At(0).Single(),
                null,
                [.001, .002, .003],
                cancel: TestContext.Current.CancellationToken
            )
        );
        Assert.Contains("subcritical", e.Message);
    }

    private static void Check(OnsetSweep sweep)
    {
        Assert.InRange(sweep.Exponent, 0.48, 0.52);
        Assert.Equal(sweep.Onset, sweep.OnsetByAmplitude, 0.005 * Math.Abs(sweep.Onset));
        Assert.Equal(sweep.Onset, sweep.OnsetByGrowth, 0.005 * Math.Abs(sweep.Onset));
        Assert.Equal(sweep.CriticalSlopeTheory, sweep.CriticalSlope, 0.02 * sweep.CriticalSlopeTheory);
        foreach (var p in sweep.Points)
        {
            Assert.Equal(p.GrowthTheory, p.Growth, 0.02 * p.GrowthTheory);
            Assert.Equal(p.DecayTheory, p.Decay, 0.02 * -p.DecayTheory);
            // Twice the growth rate is the leading order: 2 % holds close to the onset.
            if (p.Distance <= 0.002)
                Assert.Equal(p.ReturnTheory, p.Return, 0.02 * -p.ReturnTheory);
        }
    }
}
