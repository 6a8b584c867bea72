using System.Globalization;

namespace Nagumo.Circuits;

/// <summary>A measured characteristic of a tunnel diode: currents in amperes at rising voltages in volts.</summary>
/// <remarks>
/// Its peak and its valley are the pair of points, the valley at the higher voltage, between which the current falls most: noise on the flanks makes small
/// extrema of its own, but no such pair. Each is the vertex of the parabola through the point and its neighbours.
/// </remarks>
public sealed class DiodeCurve
{
    private static readonly char[] Separators = [',', ';', '\t', ' '];
    private readonly double[] _volts,
        _amperes;

    /// <summary>A curve by its points, which are sorted by voltage.</summary>
    /// <param name="name">What it is called in messages.</param>
    /// <param name="points">Volts and amperes, at least four.</param>
    /// <exception cref="ArgumentException">Too few points, two at one voltage, or no peak with a valley beyond it.</exception>
    public DiodeCurve(string name, IEnumerable<(double Volts, double Amperes)> points)
    {
        var sorted = points.OrderBy(p => p.Volts).ToArray();
        (_volts, _amperes) = ([.. sorted.Select(p => p.Volts)], [.. sorted.Select(p => p.Amperes)]);
        if (sorted.Length < 4)
            throw new ArgumentException($"{name}: {sorted.Length} points are no characteristic: give at least 4, better 50.");
        for (int i = 1; i < _volts.Length; i++)
            if (_volts[i] == _volts[i - 1])
                throw new ArgumentException($"{name}: two currents at {_volts[i]:R} V: give one sweep, or the mean of several.");
        (int peak, int valley) = SteepestFall();
        if (!(_amperes[peak] > _amperes[valley]) || peak == 0 || valley == _volts.Length - 1)
            throw new ArgumentException(
                $"{name}: its current has no peak with a valley beyond it, between {_volts[0]:R} V and {_volts[^1]:R} V: no tunnel diode, or the sweep ends too soon."
            );
        (Peak, Valley) = (Vertex(peak), Vertex(valley));
    }

    /// <summary>Voltage and current of the peak.</summary>
    public (double Volts, double Amperes) Peak { get; }

    /// <summary>Voltage and current of the valley.</summary>
    public (double Volts, double Amperes) Valley { get; }

    /// <summary>Reads lines of a voltage and a current, separated by a comma, a semicolon, a tab or blanks; # and * begin a comment, and a first line of words is a
    /// heading. Units stand in the heading, as in <c>V (mV), I (mA)</c>; without them numbers are volts and amperes.</summary>
    /// <param name="text">The lines.</param>
    /// <param name="name">What the curve is called in messages.</param>
    /// <exception cref="ArgumentException">A line is no such pair, a heading has an unknown unit, or see the constructor.</exception>
    public static DiodeCurve Parse(string text, string name)
    {
        var points = new List<(double, double)>();
        string[] lines = text.ReplaceLineEndings("\n").Split('\n');
        DiodeHeading? heading = null;
        for (int i = 0; i < lines.Length; i++)
        {
            string line = lines[i].Trim();
            if (line.Length == 0)
                continue;
            if (line[0] is '#' or '*')
            {
                // Programs write the heading of their columns as a comment.
                if (points.Count == 0 && DiodeHeading.OfComment(line[1..]) is { } stated)
                    heading = stated;
                continue;
            }
            string[] parts = line.Split(Separators, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
            if (parts.Length == 2 && Number(parts[0], out double first) && Number(parts[1], out double second))
                points.Add((heading ?? DiodeHeading.None).Point(first, second));
            else if (points.Count == 0 && heading is not { IsLine: true } && !parts.Any(p => Number(p, out _)))
                heading = DiodeHeading.Of(line, $"{name}, line {i + 1}");
            else
                throw new ArgumentException(
                    $"{name}, line {i + 1}: '{Excerpt.Of(line)}' is not a voltage and a current, e.g. 0.065, 4.7e-3 (volts and amperes, unless a first line such as V (mV), I (mA) states others)."
                );
        }
        return new(name, points);

        static bool Number(string text, out double value) =>
            double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out value) && double.IsFinite(value);
    }

    /// <summary>The diode with this peak and this valley.</summary>
    /// <param name="capacitance">Membrane capacitance in farads, which no characteristic tells.</param>
    public TunnelDiode Diode(double capacitance) => new(Peak.Volts, Peak.Amperes, Valley.Volts, Valley.Amperes, capacitance);

    /// <summary>The largest distance in amperes of the neuron's cubic from the measured points between peak and valley, where both agree.</summary>
    public double Misfit
    {
        get
        {
            var units = Units.Of(Diode(1));
            double worst = 0;
            for (int i = 0; i < _volts.Length; i++)
            {
                double u = (_volts[i] - units.Middle) / units.Span;
                if (Math.Abs(u) <= 1)
                    worst = Math.Max(worst, Math.Abs(units.Offset - units.Current * (u - u * u * u / 3) - _amperes[i]));
            }
            return worst;
        }
    }

    private (int Peak, int Valley) SteepestFall()
    {
        (int Peak, int Valley) best = (0, 0);
        int highest = 0;
        for (int i = 0; i < _amperes.Length; i++)
        {
            if (_amperes[i] > _amperes[highest])
                highest = i;
            if (_amperes[highest] - _amperes[i] > _amperes[best.Peak] - _amperes[best.Valley])
                best = (highest, i);
        }
        return best;
    }

    /// <summary>The vertex of the parabola through a point and its neighbours; the point itself where they are no extremum.</summary>
    private (double Volts, double Amperes) Vertex(int i)
    {
        double x0 = _volts[i - 1] - _volts[i],
            x1 = _volts[i + 1] - _volts[i],
            y0 = _amperes[i - 1] - _amperes[i],
            y1 = _amperes[i + 1] - _amperes[i],
            bend = (y1 / x1 - y0 / x0) / (x1 - x0),
            slope = y0 / x0 - bend * x0,
            at = -slope / (2 * bend);
        return at > x0 && at < x1 ? (_volts[i] + at, _amperes[i] + slope * at / 2) : (_volts[i], _amperes[i]);
    }
}
