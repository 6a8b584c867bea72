using CsCheck;
using Nagumo.Compute;
using Nagumo.Media;
using Nagumo.Neurons;
using Nagumo.Symbolics;

namespace Nagumo.Tests.Media;

/// <summary>No claim about a medium depends on the unit or the origin of u, v or t: the presets of <c>simulate</c>, rescaled and shifted.</summary>
public sealed class MediumRescalingTests
{
    /// <summary>k, γ, a, τ and D_u, D_v of spiral, target, spots, holes, labyrinth, and of what is none: bistable, oscillating, at rest.</summary>
    private static readonly (double K, double Gamma, double A, double Tau, double Du, double Dv, bool Turing)[] Presets =
    [
        (1, 0.5, 0.7, 11, 4, 0, false),
        (1, 0.5, 0.7, 12.5, 1, 0, false),
        (1, 0.5, 0.2, 0.2, 1, 8.455, true),
        (1, 0.5, -0.25, 0.2, 1, 10.237, true),
        (1, 0.5, 0, 0.2, 1, 5.828, true),
        (1, 1.5, 0, 1, 1, 0, false),
        (1, 0.5, 0, 20, 1, 5.828, false),
        (1, 0.5, 0.2, 0.2, 1, 1, false),
        (2, 2, 0.4, 1, 1, 0, false),
    ];

    // In the neuron's own units every copy is the same neuron: folds at ∓1, so the middle (0, 0), sizes 1 and k, time 1/k.
    [Fact]
    public void A_neurons_own_units_follow_it_into_any_others()
    {
        Gen.Select(Rescaling.Random, Gen.Int[0, Presets.Length - 1])
            .ForAll(
                (to, i) =>
                {
                    var (k, gamma, a, tau, du, dv, turing) = Presets[i];
                    var options = new SheetOptions(
                        to.Of(k, gamma, a, tau),
                        32,
                        32,
                        0.01,
                        new Dictionary<string, double> { ["u"] = to.DiffusionU(du), ["v"] = to.DiffusionV(dv) }
                    );
                    var plain = SheetRest.Of(
                        new(new FitzHughNagumo(k, gamma, a, tau), 32, 32, 0.01, new Dictionary<string, double> { ["u"] = du })
                    );
                    var rest = SheetRest.Of(options);
                    Assert.Equal(plain.All.Count, rest.All.Count);
                    Assert.Equal(plain.Stable.Count, rest.Stable.Count);
                    Assert.Equal(to.InU(plain.State[0]), rest.State[0], 1e-7 * to.U);
                    Assert.Equal(to.InV(plain.State[1]), rest.State[1], 1e-7 * to.V);

                    var units = CellUnits.Of(options.Kinetics, null, rest.State)!;
                    Assert.Equal(to.OriginU, units.MiddleU, 1e-7 * to.U);
                    Assert.Equal(to.OriginV, units.MiddleV, 1e-7 * to.V);
                    Assert.Equal(to.U, units.U, 1e-7 * to.U);
                    Assert.Equal(k * to.V, units.V, 1e-7 * to.V);
                    Assert.Equal(to.T / k, units.T, 1e-7 * to.T);
                    Assert.Equal(to.Current(k), units.Drive, 1e-7 * to.Current(k));
                    Assert.Equal(turing, TuringStart.Of(options).IsTuring);
                },
                iter: 500
            );
    }

    // Published speeds at D_u = 1: 0.77998 for γ = 0.8, 1.0581 for γ = 0.5; at D_u = 0.1 and 0.02 the lattice stops the pulse.
    [Theory]
    [Trait("speed", "slow")]
    [InlineData(0.8, 1, 0.77998)]
    [InlineData(0.8, 0.1, null)]
    [InlineData(0.5, 1, 1.0581)]
    [InlineData(0.5, 0.02, null)]
    public void A_pulse_runs_at_the_same_speed(double gamma, double du, double? speed) =>
        Rescaling.Random.ForAll(
            to =>
            {
                var neuron = new PlanarNeuron(to.Of(1, gamma, 0.7, 12.5));
                var chain = new Chain(neuron, new(80, to.DiffusionU(du)));
                var pulse = TravellingPulse.Run(
                    chain,
                    new RestCurve(neuron).At(0).Single(),
                    sampleEvery: 0.5 * to.T,
                    tolerance: 1e-6,
                    longest: 5000 * to.T
                );
                Assert.Equal(speed is null, pulse.Speed is null);
                if (speed is { } c)
                {
                    Assert.Equal(c, pulse.Speed!.Value * to.T, 0.003 * c);
                    Assert.Equal(2.5 * to.U, pulse.Kick, 1e-6 * to.U);
                }
            },
            iter: 30
        );

    // Set A, far: the fastest mode of 240 neurons is 44, its pattern's largest u 0.99120 (seeded at that mode).
    [Fact]
    [Trait("speed", "slow")]
    public void A_chains_pattern_is_the_same() =>
        Rescaling.Random.ForAll(
            to =>
            {
                var neuron = new PlanarNeuron(to.Of(1, 0.5, 0, 0.2));
                var chain = new Chain(neuron, new(240, to.DiffusionU(1), to.DiffusionV(5.828)));
                var rest = new RestCurve(neuron).At(0).Single();
                var dispersion = new Dispersion(neuron, rest, chain.Options.DiffusionU, chain.Options.DiffusionV);
                var (mode, growth) = dispersion.MostUnstableMode(240, ChainEnds.ZeroFlux);
                Assert.Equal(44, mode);
                Assert.Equal(0.26645, growth * to.T, 1e-4);
                Assert.Equal(2.914214, dispersion.Onset!.Value.DiffusionV / to.DiffusionV(1), 1e-6);
                var run = SpaceTime.Run(chain, Pattern.Seed(chain, rest, mode, 0.1 * to.U), new(60 * to.T, 3, Tolerance: 1e-6));
                var settled = ChainRest.Find(chain, run.States[^1]);
                Assert.True(settled.Converged);
                Assert.Equal(mode, Pattern.Mode(settled.State.AsSpan(0, 240), ChainEnds.ZeroFlux));
                Assert.Equal(0.99120, (settled.State.Take(240).Max() - to.OriginU) / to.U, 1e-4);
                Assert.True(ChainRest.Rightmost(chain, settled.State).Real * to.T < 1e-6);
                Assert.InRange(Adjointness.OfJacobian(chain, settled.State), 0, 1e-9);
            },
            iter: 20
        );

    // The onset of mode 50: exponent ½ and the published amplitudes at 1 and 2 %.
    [Theory]
    [Trait("speed", "slow")]
    [InlineData(1e-3, 10, 1e3, -4, 3)]
    [InlineData(1e3, 1e-2, 1e-3, 2e3, 0.05)]
    public void An_onset_is_the_same(double u, double v, double t, double originU, double originV)
    {
        var to = new Rescaling(u, v, t, originU * u, originV * v);
        var neuron = new PlanarNeuron(to.Of(1, 0.5, 0, 0.2));
        var sweep = TuringSweep.Run(
            neuron,
            new(240, to.DiffusionU(1)),
            new RestCurve(neuron).At(0).Single(),
            50,
            [.002, .005, .01],
            cancel: TestContext.Current.CancellationToken
        );
        Assert.Equal(2.914223740, sweep.Onset / to.DiffusionV(1), 1e-7);
        double[] published = [.057555, .090916, .128372];
        foreach (var (amplitude, p) in published.Zip(sweep.Points))
        {
            Assert.Equal(amplitude, p.Amplitude / to.U, 2e-4 * amplitude);
            Assert.Equal(p.GrowthTheory, p.Growth, 0.02 * p.GrowthTheory);
        }
        Assert.Equal(0.5, sweep.Exponent, 0.02);
        Assert.Equal(sweep.CriticalSlopeTheory, sweep.CriticalSlope, 0.02 * sweep.CriticalSlopeTheory);
    }

    // The coarse spiral, 60² cells: period 37.332, radius 1.961 cells. Single precision bears origins a few ranges away.
    [Theory]
    [Trait("speed", "slow")]
    [InlineData(1, 1, 1, 0, 2)]
    [InlineData(40, 40, 1, 0, 0)]
    [InlineData(1e-3, 1e3, 10, 5, -7)]
    [InlineData(1e3, 0.1, 1e-3, -8, 4)]
    public void A_spiral_turns_with_the_same_period(double u, double v, double t, double originU, double originV)
    {
        var to = new Rescaling(u, v, t, originU * u, originV * v);
        var options = new SheetOptions(
            to.Of(1, 0.5, 0.7, 11),
            60,
            60,
            0.04 * t,
            new Dictionary<string, double> { ["u"] = to.DiffusionU(1) }
        );
        double[] rest = SheetStart.Rest(options);
        var units = CellUnits.Of(options.Kinetics, null, rest)!;
        using var sheet = new Sheet<float>(options);
        SheetStart.BrokenWave(sheet, rest, units);
        var tip = new TipPath(units);
        var probe = new Passages();
        for (int sample = 0; sample < 15_000; sample++)
        {
            sheet.Advance(1);
            probe.Add(sheet.Time, sheet[0, 9, 9] - units.MiddleU);
            if (sample % 10 == 0)
                tip.Look(sheet);
        }
        Assert.Equal(37.332, probe.Period() / t, 0.005 * 37.3);
        Assert.Equal(1.961, CircleFit.Of(tip.Since(440 * t)).Radius, 0.03 * 1.961);
    }
}
