using System.Globalization;
using Nagumo.Circuits;

namespace Nagumo.Tests.Circuits;

/// <summary>A measured characteristic gives the diode whose cubic has its peak and its valley.</summary>
public sealed class DiodeCurveTests
{
    private static readonly TunnelDiode Known = TunnelDiode.Like1N3716;

    /// <summary>The cubic itself: its extrema are known, and it is exact everywhere.</summary>
    private static double Cubic(double volts)
    {
        var units = Units.Of(Known);
        double u = (volts - units.Middle) / units.Span;
        return units.Offset - units.Current * (u - u * u * u / 3);
    }

    private static IEnumerable<(double, double)> Sweep(int points, Func<double, double> current) =>
        Enumerable.Range(0, points).Select(i => 0.45 * i / (points - 1)).Select(v => (v, current(v)));

    [Fact]
    public void A_cubic_is_found_again()
    {
        var curve = new DiodeCurve("cubic", Sweep(91, Cubic));
        // A parabola through three points of a cubic, h apart, misses its extremum by h² f'''/(6 f'') = h²/(6 Vs) at most.
        double off = 0.005 * 0.005 / (6 * Units.Of(Known).Span) * 1.01;
        Assert.Equal(Known.PeakVoltage, curve.Peak.Volts, off);
        Assert.Equal(Known.ValleyVoltage, curve.Valley.Volts, off);
        Assert.Equal(Known.PeakCurrent, curve.Peak.Amperes, 1e-6);
        Assert.Equal(Known.ValleyCurrent, curve.Valley.Amperes, 1e-6);
        Assert.InRange(curve.Misfit, 0, 3e-6);
        Assert.Equal(5e-12, curve.Diode(5e-12).Capacitance);
    }

    /// <summary>The exponential model of a tunnel diode, I = Ip (V/Vp) exp(1 − V/Vp) + I0 exp(V/Vt): its peak is at Vp but for the last term.</summary>
    [Fact]
    public void A_real_shape_keeps_its_peak_and_says_how_far_the_cubic_is_off()
    {
        static double Current(double v) => 4.7e-3 * (v / 0.065) * Math.Exp(1 - v / 0.065) + 1e-9 * Math.Exp(v / 0.026);
        var curve = new DiodeCurve("model", Sweep(451, Current));
        Assert.Equal(0.065, curve.Peak.Volts, 1e-4);
        Assert.Equal(4.7e-3, curve.Peak.Amperes, 1e-6);
        // A valley is where the current's slope changes its sign.
        double v = curve.Valley.Volts;
        Assert.True(Current(v - 0.01) > Current(v) && Current(v + 0.01) > Current(v));
        Assert.True(curve.Misfit > 0.2e-3);
    }

    /// <summary>Noise makes extrema of its own; the steepest fall stays where it was.</summary>
    [Fact]
    public void Noise_moves_peak_and_valley_by_no_more_than_it_must()
    {
        var rng = new Nagumo.Compute.Rng(3);
        var curve = new DiodeCurve("noisy", Sweep(91, v => Cubic(v) + 2e-5 * rng.NextNormal()));
        // Within 4 σ of the extremum, a parabola's half width √(2·4σ/|I''|), I'' = 2 Is/Vs².
        var units = Units.Of(Known);
        double width = Math.Sqrt(2 * 8e-5 / (2 * units.Current / (units.Span * units.Span))) + 0.005;
        Assert.Equal(Known.PeakVoltage, curve.Peak.Volts, width);
        Assert.Equal(Known.ValleyVoltage, curve.Valley.Volts, width);
        Assert.Equal(Known.PeakCurrent, curve.Peak.Amperes, 1e-4);
    }

    [Theory]
    [InlineData(",")]
    [InlineData(";")]
    [InlineData("\t")]
    [InlineData("  ")]
    public void Text_is_read_in_its_dialects(string separator)
    {
        var lines = Sweep(91, Cubic).Select(p => FormattableString.Invariant($"{p.Item1:R}{separator}{p.Item2:R}"));
        string text = $"# a comment\nV{separator}I\n{string.Join("\r\n", lines)}\n* the end\n";
        Assert.Equal(Known.PeakVoltage, DiodeCurve.Parse(text, "file").Peak.Volts, 1e-4);
    }

    /// <summary>One curve in many units, in either order of the columns: the same diode.</summary>
    [Theory]
    [InlineData("V (mV),I (mA)", ",", 1e3, 1e3)]
    [InlineData("Voltage [V];Current [uA]", ";", 1, 1e6)]
    [InlineData("U/mV\tI/µA", "\t", 1e3, 1e6)]
    [InlineData("voltage_uV,current_nA", ",", 1e6, 1e9)]
    [InlineData("mV mA", " ", 1e3, 1e3)]
    [InlineData("# V (mV)   I (mA)", "  ", 1e3, 1e3)]
    [InlineData("millivolts,Amps", ",", 1e3, 1)]
    [InlineData("Voltage,Current", ",", 1, 1)]
    [InlineData("Id (mA),Vd (V)", ",", 1, 1e3, true)]
    [InlineData("current,voltage", ",", 1, 1, true)]
    public void Units_of_the_heading_are_honoured(string heading, string separator, double volts, double amperes, bool currentFirst = false)
    {
        var lines = Sweep(91, Cubic)
            .Select(p => (V: p.Item1 * volts, I: p.Item2 * amperes))
            .Select(p => currentFirst ? (p.I, p.V) : (p.V, p.I))
            .Select(p => FormattableString.Invariant($"{p.Item1:R}{separator}{p.Item2:R}"));
        var curve = DiodeCurve.Parse($"{heading}\n{string.Join('\n', lines)}", "file");
        Assert.Equal(Known.PeakVoltage, curve.Peak.Volts, 1e-4);
        Assert.Equal(Known.PeakCurrent, curve.Peak.Amperes, 1e-6);
        Assert.Equal(Known.ValleyCurrent, curve.Valley.Amperes, 1e-6);
    }

    [Theory]
    [InlineData("V (dB),I (mA)", "unknown unit 'dB' of 'V (dB)'; known are V, mV, uV or µV")]
    [InlineData("V (mV),I (lx)", "unknown unit 'lx'")]
    [InlineData("V (mV),I (mV)", "are voltages: give a voltage and a current")]
    [InlineData("I (A),current (mA)", "are currents: give a voltage and a current")]
    public void Unknown_units_are_refused(string heading, string expected) =>
        Assert.Contains(expected, Assert.Throws<ArgumentException>(() => DiodeCurve.Parse($"{heading}\n0,0\n1,1", "file")).Message);

    [Theory]
    [InlineData("0 0\n0.1 1e-3\n0.2 2e-3\n0.3 3e-3", "has no peak with a valley beyond it")]
    [InlineData("0 0\n0.1 3e-3\n0.2 2e-3\n0.3 1e-3", "has no peak with a valley beyond it")]
    [InlineData("0 0\n0.1 1e-3", "2 points are no characteristic")]
    [InlineData("0 0\n0.1 1e-3\n0.1 2e-3\n0.3 1e-3", "two currents at 0.1 V")]
    [InlineData("0 0\n0.1 1e-3 mA", "file, line 2: '0.1 1e-3 mA' is not a voltage and a current, e.g. 0.065, 4.7e-3")]
    [InlineData("0 0\n0,1;1e-3", "file, line 2")]
    public void What_is_no_characteristic_is_refused(string text, string expected) =>
        Assert.Contains(expected, Assert.Throws<ArgumentException>(() => DiodeCurve.Parse(text, "file")).Message);
}
