using Nagumo.Media;
using Nagumo.Neurons;
using Nagumo.Symbolics;

namespace Nagumo.Tests.Media;

/// <summary>Equations without a potential are analysed as a potential's are: FitzHugh–Nagumo typed as rates is FitzHugh–Nagumo.</summary>
public class KineticsTests
{
    private const double TauU = 3,
        Gain = 0.25;

    /// <summary>The neuron with its first equation times 3 and its second times ¼: the same flow, other units of what drives it.</summary>
    private static Kinetics Rates(double k, double gamma, double a, double tau)
    {
        Symbol u = new("u"),
            v = new("v");
        Parameter c = new(k),
            g = new(gamma),
            b = new(a),
            t = new(tau);
        return new("rates", [u, v], [TauU * (c * (u - u * u * u / 3) - v), Gain * (u + b - g * v)], [TauU, Gain * t], [c, g, b, t]);
    }

    [Fact]
    public void Rest_states_onsets_and_cycles_are_the_neurons()
    {
        var neuron = new PlanarNeuron(new FitzHughNagumo(tau: 12.5));
        var rates = new PlanarNeuron(Rates(1, 0.8, 0.7, 12.5));
        Assert.Null(rates.Kinetics.Neuron);
        RestCurve expected = new(neuron),
            curve = new(rates);
        var (rest, same) = (expected.At(0)[0], curve.At(0)[0]);
        Assert.Equal(rest.U, same.U, 1e-12);
        Assert.Equal(rest.Trace, same.Trace, 1e-12);
        Assert.Equal(rest.Determinant, same.Determinant, 1e-12);
        foreach (var (h, r) in expected.HopfPoints.Zip(curve.HopfPoints))
        {
            Assert.Equal(TauU * h.Current, r.Current, 1e-10);
            Assert.Equal(h.Omega, r.Omega, 1e-11);
            Assert.Equal(h.Lyapunov, r.Lyapunov, 1e-11);
            Assert.Equal(h.GrowthPerCurrent / TauU, r.GrowthPerCurrent, 1e-10);
        }
        var cycle = RegimeReport.Of(rates, TauU * 0.5, TestContext.Current.CancellationToken).Cycle!;
        // Of the same equations, by an independent program. [media vectors]
        Assert.Equal(39.47441498, cycle.Period, 1e-6);
    }

    [Fact]
    public void Waves_and_patterns_of_a_row_are_the_neurons()
    {
        const double Du = 0.02,
            Dv = 0.5;
        var neuron = new PlanarNeuron(new FitzHughNagumo(1, 2, 0.1, 1));
        var rates = new PlanarNeuron(Rates(1, 2, 0.1, 1));
        var rest = new RestCurve(neuron).At(0).First(r => r.IsStable || !r.IsSaddle);
        Dispersion expected = new(neuron, rest, Du, Dv),
            waves = new(rates, RestState.At(rates, rest.U, rest.V), TauU * Du, Gain * Dv);
        foreach (double lambda in (double[])[0, 0.1, 1, 3.9])
        {
            Assert.Equal(expected.Growth(lambda), waves.Growth(lambda), 1e-12);
            var (drive, saturation) = expected.Amplitude(lambda);
            var (d, s) = waves.Amplitude(lambda);
            Assert.Equal(drive / saturation, d / s, 1e-10 * Math.Abs(drive / saturation));
        }
        Assert.Equal(expected.MostUnstable.Lambda, waves.MostUnstable.Lambda, 1e-10);
        Assert.Equal(expected.Onset?.DiffusionV * Gain, waves.Onset?.DiffusionV);
        Chain row = new(neuron, new(40, Du, Dv)),
            same = new(rates, new(40, TauU * Du, Gain * Dv));
        double[] start = row.Uniform(rest.U, rest.V);
        for (int i = 0; i < 40; i++)
            start[i] += 0.1 * Math.Cos(Math.PI * 3 * (i + 0.5) / 40);
        var (pattern, again) = (
            ChainRest.Find(row, start, cancel: TestContext.Current.CancellationToken),
            ChainRest.Find(same, start, cancel: TestContext.Current.CancellationToken)
        );
        Assert.True(pattern.Converged && again.Converged);
        double rightmost = ChainRest.Rightmost(row, pattern.State).Real;
        Assert.Equal(rightmost, ChainRest.Rightmost(same, pattern.State).Real, 1e-7 * Math.Max(1, Math.Abs(rightmost)));
    }

    [Fact]
    public void A_sheet_of_equations_is_the_sheet_of_the_neuron()
    {
        var (neuron, rates) = (new FitzHughNagumo(1, 0.8, 0.7, 12.5), Rates(1, 0.8, 0.7, 12.5));
        using var expected = new Sheet<double>(new(neuron, 9, 11, 0.02, new Dictionary<string, double> { ["u"] = 1, ["v"] = 0.3 }));
        using var sheet = new Sheet<double>(new(rates, 9, 11, 0.02, new Dictionary<string, double> { ["u"] = TauU, ["v"] = Gain * 0.3 }));
        foreach (var s in (Sheet<double>[])[expected, sheet])
        {
            for (int r = 0; r < 9; r++)
            for (int c = 0; c < 11; c++)
                (s[0, r, c], s[1, r, c]) = (Math.Sin(r + 2.0 * c), Math.Cos(3.0 * r - c));
            s.Advance(100);
        }
        for (int r = 0; r < 9; r++)
        for (int c = 0; c < 11; c++)
        for (int f = 0; f < 2; f++)
            Assert.Equal(expected[f, r, c], sheet[f, r, c], 1e-11);
    }

    [Fact]
    public void What_is_no_kinetics_is_named()
    {
        Symbol u = new("u"),
            x = new("x");
        Assert.Contains(
            "'x'",
            Assert.Throws<ArgumentException>(() => new Kinetics("k", [u], [u * x], [1], [])).Message,
            StringComparison.Ordinal
        );
        Assert.Contains(
            "2 equations",
            Assert.Throws<ArgumentException>(() => new Kinetics("k", [u], [u, u], [1], [])).Message,
            StringComparison.Ordinal
        );
    }
}
