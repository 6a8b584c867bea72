using Nagumo.Compute;
using Nagumo.Kernels;
using Nagumo.Media;
using Nagumo.Neurons;

namespace Nagumo.Tests.Media;

/// <summary>Turing patterns of a chain against closed forms, against vectors and against its own linearisation.</summary>
public sealed class ChainTests
{
    public static TheoryData<string> Vectors => MediaVectors.Ids("turing");

    public static TheoryData<string> Sets => TuringSet.Names;

    [Theory]
    [MemberData(nameof(Sets))]
    public void Most_unstable_wave_is_the_closed_form(string name)
    {
        var s = TuringSet.Get(name);
        var d = s.Dispersion;
        double g = s.K * (1 - s.Rest.U * s.Rest.U),
            ratio = s.Dv / s.Du,
            growth = (g * ratio + s.Gamma - 2 * Math.Sqrt(ratio)) / (ratio - s.Tau),
            lambda = (g - 1 / Math.Sqrt(ratio) - growth) / s.Du;

        var found = d.MostUnstable;

        Assert.Equal(growth, found.Growth, 1e-9 * growth);
        Assert.Equal(lambda, found.Lambda, 1e-9 * lambda);
        double root = Math.Sqrt(1 - g * s.Gamma);
        Assert.Equal(Math.Pow((1 + root) / g, 2) * s.Du, d.Onset!.Value.DiffusionV, 1e-9);
        Assert.Equal(s.Mode, d.MostUnstableMode(s.N, ChainEnds.ZeroFlux).Mode);
    }

    [Theory]
    [MemberData(nameof(Vectors))]
    public void Theory_reproduces_the_vectors(string id)
    {
        var e = MediaVectors.Entry("turing", id);
        var p = e.GetProperty("params");
        var neuron = MediaVectors.Neuron(e);
        int n = e.GetProperty("N").GetInt32();
        var rest = new RestCurve(neuron).At(MediaVectors.Current(e)).Single();
        var d = new Dispersion(neuron, rest, p.Number("Du"), p.Number("Dv"));
        void Same(string key, double value) => Assert.Equal(e.Number(key), value, e.Number("tol_theory_rel") * Math.Abs(e.Number(key)));

        Same("Dv_c", d.Onset!.Value.DiffusionV);
        Same("Lambda_c", d.Onset.Value.Lambda);
        Same("wavelength_c", Dispersion.Wavelength(d.Onset.Value.Lambda));
        Same("lambda_max", d.MostUnstable.Growth);
        Same("Lambda_m", d.MostUnstable.Lambda);
        Same("wavelength_m", Dispersion.Wavelength(d.MostUnstable.Lambda));
        var (mode, growth) = d.MostUnstableMode(n, ChainEnds.ZeroFlux);
        Assert.Equal(e.GetProperty("n_star").GetInt32(), mode);
        Same("lambda_star", growth);
        Same("wavelength_star", Dispersion.Wavelength(mode, n, ChainEnds.ZeroFlux));
        Same("g3", d.Amplitude(d.Onset.Value.Lambda).Saturation);
        var band = d.UnstableModes(n, ChainEnds.ZeroFlux);
        Assert.Equal(e.GetProperty("unstable_band_n").EnumerateArray().Select(x => x.GetInt32()), [band[0], band[^1]]);
    }

    [Theory]
    [MemberData(nameof(Vectors))]
    public void Seeded_pattern_of_the_vectors(string id)
    {
        var e = MediaVectors.Entry("turing", id);
        var set = TuringSet.Get(id["turing.".Length..]);
        var seeded = e.GetProperty("seeded");

        var rest = Seeded(set);

        double tolerance = seeded.Number("tol_abs");
        var u = rest.State.AsSpan(0, set.N);
        Assert.Equal(seeded.GetProperty("n").GetInt32(), Pattern.Mode(u, ChainEnds.ZeroFlux));
        Assert.Equal(seeded.Number("u_max"), u.ToArray().Max(), tolerance);
        Assert.Equal(seeded.Number("u_min"), u.ToArray().Min(), tolerance);
        Assert.Equal(seeded.Number("A1"), Pattern.Amplitude(u, set.Mode), tolerance);
    }

    [Theory]
    [MemberData(nameof(Sets))]
    public void Seeded_at_the_fastest_mode_it_stays(string name)
    {
        var set = TuringSet.Get(name);

        var rest = Seeded(set);

        Assert.True(rest.Residual <= 1e-10, $"{rest.Residual}");
        Assert.Equal(set.Mode, Pattern.Mode(rest.State.AsSpan(0, set.N), ChainEnds.ZeroFlux));
        // Five digits are printed in the findings.
        Assert.Equal(set.UMax, rest.State.Take(set.N).Max(), 6e-6);
        Assert.True(ChainRest.Rightmost(set.Chain, rest.State).Real < 0);
    }

    [Theory]
    [InlineData("A_far")]
    [InlineData("E_far")]
    public void From_noise_the_mean_mode_is_near_the_fastest(string name)
    {
        var set = TuringSet.Get(name);
        var chain = set.Chain;
        var modes = new List<int>();
        for (ulong seed = 1; seed <= 6; seed++)
        {
            var run = SpaceTime.Run(
                chain,
                Noise(set, chain, seed),
                new(60, 2, Tolerance: 1e-5),
                cancel: TestContext.Current.CancellationToken
            );
            var rest = ChainRest.Find(chain, run.States[^1], cancel: TestContext.Current.CancellationToken);
            Assert.True(rest.Residual <= 1e-10, $"seed {seed}: {rest.Residual}");
            int n = Pattern.Mode(rest.State.AsSpan(0, set.N), ChainEnds.ZeroFlux);
            Assert.True(Math.Abs(n - set.Mode) <= Math.Max(3, 0.15 * set.Mode), $"seed {seed}: n = {n}");
            modes.Add(n);
        }
        // Six seeds: the spread of one is about 4 %, the bias up to 3 %.
        Assert.Equal(set.Mode, modes.Average(), 0.06 * set.Mode);
    }

    // Figure 1 A of the publication, three seeds.
    [Fact]
    public void Figure_1A()
    {
        var set = new TuringSet("figure-1a", 1, .5, .1, 0, .2, 4, 36, 200, 17, 0);
        Assert.Equal(-.19743463, set.Rest.U, 1e-8);
        Assert.Equal(-.19486927, set.Rest.V, 1e-8);
        Assert.Equal(17, set.Dispersion.MostUnstableMode(200, ChainEnds.ZeroFlux).Mode);
        var chain = set.Chain;
        for (ulong seed = 1; seed <= 3; seed++)
        {
            var run = SpaceTime.Run(chain, Noise(set, chain, seed), new(60, 601), cancel: TestContext.Current.CancellationToken);
            double[] deviation = [.. run.States.Select(x => Pattern.Deviation(x.AsSpan(0, 200)))];
            double at = run.Times[Array.FindIndex(deviation, d => d >= 0.9 * deviation[^1])];
            Assert.InRange(at, 14, 22);
            int n = Pattern.Mode(run.States[^1].AsSpan(0, 200), ChainEnds.ZeroFlux);
            Assert.InRange(Dispersion.Wavelength(n, 200, ChainEnds.ZeroFlux), 22, 25.01);
        }
    }

    // S J symmetric, and du_i/dI_j = du_j/dI_i of the nonlinear system, on the pattern of 100 neurons.
    [Fact]
    public void Pattern_is_its_own_adjoint()
    {
        var set = new TuringSet("small", 1, .5, .1, 0, .2, 1, 9, 100, 17, 0);
        var chain = set.Chain;
        var rest = ChainRest.Find(
            chain,
            SpaceTime.Run(chain, Pattern.Seed(chain, set.Rest, 17, 0.1), new(60, 2), cancel: TestContext.Current.CancellationToken).States[
                ^1
            ],
            1e-13,
            cancel: TestContext.Current.CancellationToken
        );

        Assert.InRange(Adjointness.OfJacobian(chain, rest.State), 0, 1e-12 / 100);
        foreach (var (i, j) in ((int, int)[])[(10, 13), (40, 47), (3, 90)])
        {
            double there = Adjointness.Response(chain, rest.State, i, j),
                back = Adjointness.Response(chain, rest.State, j, i);
            Assert.Equal(there, back, 1e-9 * Math.Abs(there));
            Assert.True(Math.Abs(there) > 1e-6, $"{i}, {j}: {there}");
        }
    }

    // S diag(1, τ) J symmetric to 1e-12: its elements are below 100. du_i/dI_j = du_j/dI_i to 1e-9.
    [Theory]
    [MemberData(nameof(Vectors))]
    public void Pattern_of_the_vectors_is_its_own_adjoint(string id)
    {
        var set = TuringSet.Get(id["turing.".Length..]);
        var chain = set.Chain;
        var rest = Seeded(set);

        Assert.InRange(Adjointness.OfJacobian(chain, rest.State), 0, 1e-12 / 100);
        foreach (var (i, j) in ((int, int)[])[(10, 11), (10, 13), (40, 47), (100, 112), (3, 90)])
        {
            double there = Adjointness.Response(chain, rest.State, i, j),
                back = Adjointness.Response(chain, rest.State, j, i);
            Assert.Equal(there, back, 1e-9 * Math.Abs(there));
            Assert.True(Math.Abs(there) > 0.01, $"{i}, {j}: {there}");
        }
    }

    // Two rest states found each by itself: the pattern's slow phase mode leaves six digits of their difference.
    [Theory]
    [MemberData(nameof(Vectors))]
    public void Response_is_the_difference_of_two_rest_states(string id)
    {
        const double Current = 1e-6;
        var set = TuringSet.Get(id["turing.".Length..]);
        var chain = set.Chain;
        var rest = Seeded(set);
        double[] up = Moved(Current),
            down = Moved(-Current);
        foreach (int i in (int[])[3, 37, 40, 47, 60, 130])
        {
            double response = Adjointness.Response(chain, rest.State, i, 40);
            Assert.Equal((up[i] - down[i]) / (2 * Current), response, 1e-5 * Math.Max(1, Math.Abs(response)));
        }

        double[] Moved(double current)
        {
            chain.Current[40] += current;
            var found = ChainRest.Find(chain, rest.State, 1e-14, cancel: TestContext.Current.CancellationToken);
            chain.Current[40] -= current;
            return found.State;
        }
    }

    [Fact]
    public void All_integrators_agree()
    {
        var set = new TuringSet("small", 1, .5, .1, 0, .2, 1, 4, 40, 7, 0);
        foreach (var ends in Enum.GetValues<ChainEnds>())
        {
            var chain = new Chain(set.Neuron, new(41, 1, 4, 0, ends));
            var start = Noise(set, chain, 5);
            double[] Last(ChainMethod method, double tolerance = 1e-9, double step = 0.002) =>
                [
                    .. SpaceTime
                        .Run(chain, start, new(4, 3, method, tolerance, step), cancel: TestContext.Current.CancellationToken)
                        .States[^1],
                ];
            double[] reference = Last(ChainMethod.Explicit, 1e-12);
            Assert.Equal(reference, Last(ChainMethod.Explicit), (a, b) => Math.Abs(a - b) < 1e-7);
            Assert.Equal(reference, Last(ChainMethod.SemiImplicit), (a, b) => Math.Abs(a - b) < 1e-6);
            // Euler: the error falls in proportion to the step.
            double Error(double step) => Last(ChainMethod.Euler, step: step).Zip(reference, (a, b) => Math.Abs(a - b)).Max();
            Assert.InRange(Error(0.002) / Error(0.001), 1.9, 2.1);
        }
    }

    // The rest state of a ring by the folded band matrix: the same as the run reaches.
    [Fact]
    public void Ring_and_line_rest_where_their_flow_does()
    {
        foreach (var ends in Enum.GetValues<ChainEnds>())
        foreach (int cells in (int[])[3, 4, 24, 25])
        {
            // Bistable cells, weakly coupled: a front is pinned, rest is isolated.
            var chain = new Chain(new(new FitzHughNagumo(1, 2, 0.1, 1)), new(cells, 0.02, 0.05, 0, ends));
            var start = chain.Uniform(-1, -0.5);
            for (int i = 0; i < cells / 2; i++)
                (start[i], start[cells + i]) = (1, 0.5);
            var run = SpaceTime.Run(chain, start, new(300, 2, Tolerance: 1e-10), cancel: TestContext.Current.CancellationToken).States[^1];

            var rest = ChainRest.Find(chain, start, cancel: TestContext.Current.CancellationToken);

            Assert.True(rest.Converged);
            Assert.Equal(run, rest.State, (a, b) => Math.Abs(a - b) < 1e-8);
        }
    }

    [Fact]
    public void Growth_of_a_wave_is_the_dispersion_relation()
    {
        var set = TuringSet.Get("C_near");
        var chain = set.Chain;
        foreach (int n in (int[])[20, 36, 60])
        {
            double expected = set.Dispersion.Growth(Dispersion.Lambda(n, set.N, ChainEnds.ZeroFlux));
            // Long enough for the wave's other eigenvector to die, small enough to stay linear.
            double time = (expected > 0 ? 4 : 10) / Math.Abs(expected),
                amplitude = expected > 0 ? 1e-6 : 1e-3;
            var run = SpaceTime.Run(
                chain,
                Pattern.Seed(chain, set.Rest, n, amplitude),
                new(time, 3, Tolerance: 1e-12),
                cancel: TestContext.Current.CancellationToken
            );
            double early = Pattern.Amplitude(run.States[1].AsSpan(0, set.N), n),
                late = Pattern.Amplitude(run.States[2].AsSpan(0, set.N), n);
            Assert.Equal(expected, 2 * Math.Log(late / early) / time, 1e-4 * Math.Abs(expected));
        }
    }

    [Fact]
    public void Refusals_are_one_line_with_bound_and_remedy()
    {
        var set = TuringSet.Get("A_far");
        var chain = set.Chain;
        var start = chain.Uniform(0, 0);
        var e = Assert.Throws<ArgumentOutOfRangeException>(() =>
            SpaceTime.Run(chain, start, new(1, 2, ChainMethod.Euler, Step: 0.1), cancel: TestContext.Current.CancellationToken)
        );
        Assert.Contains("step = 0.1 is above Euler's stability limit 0.0168", e.Message);
        Assert.Contains("cells = 2: give 3", Assert.Throws<ArgumentOutOfRangeException>(() => new ChainOptions(2)).Message);
        Assert.Contains("d_u = NaN", Assert.Throws<ArgumentOutOfRangeException>(() => new ChainOptions(9, double.NaN)).Message);
        Assert.Contains("d_v = -1", Assert.Throws<ArgumentOutOfRangeException>(() => new ChainOptions(9, 1, -1)).Message);
        Assert.Contains("time = NaN", Assert.Throws<ArgumentOutOfRangeException>(() => new ChainRunOptions(double.NaN)).Message);
    }

    private static ChainRest Seeded(TuringSet set)
    {
        var chain = set.Chain;
        double time = set.Name.EndsWith("near", StringComparison.Ordinal) ? 400 : 60;
        var run = SpaceTime.Run(
            chain,
            Pattern.Seed(chain, set.Rest, set.Mode, 0.1),
            new(time, 2, Tolerance: 1e-5),
            cancel: TestContext.Current.CancellationToken
        );
        return ChainRest.Find(chain, run.States[^1], cancel: TestContext.Current.CancellationToken);
    }

    private static double[] Noise(TuringSet set, Chain chain, ulong seed)
    {
        var x = chain.Uniform(set.Rest.U, set.Rest.V);
        var rng = new Rng(seed).Split("noise");
        for (int i = 0; i < chain.Cells; i++)
            x[i] += 0.05 * rng.NextNormal();
        return x;
    }
}
