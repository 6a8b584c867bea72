using System.Globalization;

namespace Nagumo.Plots.Drawing;

/// <summary>A mark on an axis; minor marks have no label.</summary>
internal readonly record struct Tick(double Value, string Label);

/// <summary>A range of values, linear or logarithmic, with round ticks.</summary>
internal sealed class Axis
{
    /// <summary>Between these sizes a linear axis has a range; beyond, differences overflow or have no digits.</summary>
    private const double Largest = 5e307,
        Least = 1e-303;

    private readonly double _from;
    private readonly double _to;

    /// <summary>Where a signed logarithmic axis passes from the line to the logarithm; 0 on any other.</summary>
    private readonly double _knee;

    private Axis(double min, double max, bool log, IReadOnlyList<Tick> ticks, bool down = false, double knee = 0)
    {
        (Min, Max, Log, Ticks, _knee) = (min, max, log, ticks, knee);
        (_from, _to) = (Scaled(min), Scaled(max));
        if (down)
        {
            (_from, _to) = (_to, _from);
        }
    }

    /// <summary>The same axis from its largest to its smallest value: upright, it runs downwards.</summary>
    public Axis Downwards => new(Min, Max, Log, Ticks, down: true, _knee);

    public double Min { get; }

    public double Max { get; }

    public bool Log { get; }

    /// <summary>Stands behind the label, so that no logarithm goes unsaid.</summary>
    public string Scale =>
        Log ? ", log scale"
        : _knee > 0 ? ", signed log scale"
        : "";

    public IReadOnlyList<Tick> Ticks { get; }

    /// <summary>An axis from the smallest to the largest value, widened to the next ticks when <paramref name="round"/>.</summary>
    /// <param name="values">The values; what is not finite does not count.</param>
    /// <param name="round">Whether both ends are ticks.</param>
    /// <param name="wanted">About how many ticks.</param>
    /// <param name="whole">Ticks at whole numbers only.</param>
    /// <param name="margin">Share of the range that stays free at both ends, so that markers lie within the frame.</param>
    public static Axis Linear(IEnumerable<double> values, bool round, int wanted = 6, bool whole = false, double margin = 0)
    {
        var (min, max) = Range(values, v => true, 0, 1);
        // So that neither a range nor what is added to it overflows.
        (min, max) = (Math.Clamp(min, -Largest, Largest), Math.Clamp(max, -Largest, Largest));
        var size = Math.Max(Math.Abs(min), Math.Abs(max));
        if (max - min <= Math.Max(1e-12 * size, Least))
        {
            // A range that is rounding alone has no ticks of its own.
            var half = size <= Least ? 1 : 0.1 * size;
            (min, max) = (min - half, max + half);
        }
        var step = Math.Max(NiceStep((max - min) / wanted), whole ? 1 : 0);
        var air = margin * (max - min);
        // What has one sign keeps it.
        (min, max) = (min >= 0 && round ? Math.Max(0, min - air) : min - air, max + air);
        if (round)
        {
            (min, max) = (Math.Floor((min / step) + 1e-9) * step, Math.Ceiling((max / step) - 1e-9) * step);
        }
        var ticks = new List<Tick>();
        for (var k = (long)Math.Ceiling((min / step) - 1e-9); k * step <= max + (1e-9 * step); k++)
        {
            ticks.Add(new Tick(k * step, Number(k * step, step)));
        }
        return new Axis(min, max, false, ticks);
    }

    /// <summary>A logarithmic axis around the positive values; over a decade and a half it is labelled by powers of ten.</summary>
    public static Axis Logarithmic(IEnumerable<double> values, double margin = 0.06)
    {
        var (min, max) = Range(values, v => v > 0, 0.1, 10);
        // The powers of ten that a number holds, with room for the margins.
        double from = Math.Clamp(Math.Log10(min), -306, 307),
            to = Math.Clamp(Math.Log10(max), -306, 307);
        var pad = Math.Max(margin * (to - from), 0.03);
        (from, to) = (Math.Max(from - pad, -307), Math.Min(to + pad, 308));
        var ticks = new List<Tick>();
        var plain = from >= -3.2 && to <= 4.5;
        if (to - from < 2.2)
        {
            int[] labelled =
                to - from < 0.6 ? [1, 2, 3, 4, 5, 6, 7, 8, 9]
                : to - from < 1.3 ? [1, 2, 3, 5, 7]
                : [1, 2, 5];
            for (var k = (int)Math.Floor(from); k <= to; k++)
            {
                for (var digit = 1; digit < 10; digit++)
                {
                    var label =
                        !labelled.Contains(digit) ? ""
                        : plain ? PlainPower(digit, k)
                        : $"{digit}·10^{{{Signed(k)}}}";
                    Add(ticks, digit * Math.Pow(10, k), label, from, to);
                }
            }
        }
        else
        {
            var every = (int)Math.Ceiling((to - from) / 9);
            for (var k = (int)Math.Floor(from); k <= to; k++)
            {
                Add(
                    ticks,
                    Math.Pow(10, k),
                    k % every != 0 ? ""
                        : plain ? PlainPower(1, k)
                        : $"10^{{{Signed(k)}}}",
                    from,
                    to
                );
                for (var digit = 2; digit < 10 && to - from < 6; digit++)
                {
                    Add(ticks, digit * Math.Pow(10, k), "", from, to);
                }
            }
        }
        return new Axis(Math.Pow(10, from), Math.Pow(10, to), true, ticks);
    }

    /// <summary>
    /// Both signs and many sizes: from −<paramref name="limit"/> to <paramref name="limit"/>, a line about 0 and a logarithm beyond
    /// ±<paramref name="knee"/>: sign(x)·log₁₀(1 + |x|/knee).
    /// </summary>
    public static Axis SignedLogarithmic(double limit, double knee)
    {
        int first = (int)Math.Ceiling(Math.Log10(knee) - 1e-9),
            last = (int)Math.Floor(Math.Log10(limit) + 1e-9),
            every = 1 + ((last - first) / 4);
        var ticks = new List<Tick> { new(0, "0") };
        for (var k = last; k >= first; k -= every)
        {
            // So close to 0 their numbers would run into its own.
            var label =
                Math.Log10(1 + (Math.Pow(10, k) / knee)) < 0.09 * Math.Log10(1 + (limit / knee)) ? ""
                : k is >= -3 and <= 4 ? PlainPower(1, k)
                : $"10^{{{Signed(k)}}}";
            ticks.Add(new(Math.Pow(10, k), label));
            ticks.Add(new(-Math.Pow(10, k), label.Length > 0 ? "−" + label : ""));
        }
        return new Axis(-limit, limit, false, ticks, knee: knee);
    }

    /// <summary>Position 0…1 along the axis.</summary>
    public double Place(double value) => (Scaled(value) - _from) / (_to - _from);

    private double Scaled(double value) =>
        Log ? Math.Log10(value)
        : _knee > 0 ? Math.Sign(value) * Math.Log10(1 + (Math.Abs(value) / _knee))
        : value;

    public bool CanShow(double value) => double.IsFinite(value) && (!Log || value > 0);

    /// <summary>
    /// A number with as many decimals as the step needs, a true minus sign and thin spaces between thousands; with a power of ten where
    /// it is long or its step tiny.
    /// </summary>
    public static string Number(double value, double step)
    {
        var size = Math.Max(Math.Abs(value), step);
        if (size < 1e7 && step >= 1e-5)
        {
            return Plain(value, step);
        }
        if (value == 0)
        {
            return "0";
        }
        var power = (int)Math.Floor(Math.Log10(size) + 1e-9);
        var mantissa = Plain(value / Math.Pow(10, power), step / Math.Pow(10, power));
        return power == 0 ? mantissa : $"{mantissa}·10^{{{Signed(power)}}}";
    }

    private static string Plain(double value, double step)
    {
        // A double has no more digits.
        var decimals = Math.Clamp((int)Math.Ceiling(-Math.Log10(step) - 1e-9), 0, 15);
        var text = Math.Abs(value).ToString("F" + decimals, CultureInfo.InvariantCulture);
        var whole = text.Split('.')[0].Length;
        for (var at = whole - 3; whole > 4 && at > 0; at -= 3)
        {
            text = text.Insert(at, "\u2009");
        }
        return value < 0 && text.Any(c => c is >= '1' and <= '9') ? "−" + text : text;
    }

    private static string PlainPower(int digit, int power) => Number(digit * Math.Pow(10, power), Math.Min(1, Math.Pow(10, power)));

    private static string Signed(int k) =>
        k < 0 ? "−" + (-k).ToString(CultureInfo.InvariantCulture) : k.ToString(CultureInfo.InvariantCulture);

    private static void Add(List<Tick> ticks, double value, string label, double from, double to)
    {
        var at = Math.Log10(value);
        if (at >= from - 1e-9 && at <= to + 1e-9)
        {
            ticks.Add(new Tick(value, label));
        }
    }

    private static double NiceStep(double rough)
    {
        var power = Math.Pow(10, Math.Floor(Math.Log10(rough)));
        var digit = rough / power;
        return power
            * (
                digit <= 1 ? 1
                : digit <= 2 ? 2
                : digit <= 5 ? 5
                : 10
            );
    }

    private static (double Min, double Max) Range(IEnumerable<double> values, Func<double, bool> use, double min, double max)
    {
        var finite = values.Where(v => double.IsFinite(v) && use(v)).ToList();
        return finite.Count == 0 ? (min, max) : (finite.Min(), finite.Max());
    }
}
