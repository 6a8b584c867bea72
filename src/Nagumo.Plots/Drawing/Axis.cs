using System.Globalization;

namespace Nagumo.Plots.Drawing;

/// <summary>A mark on an axis; minor marks have no label.</summary>
internal readonly record struct Tick(double Value, string Label);

/// <summary>A range of values, linear or logarithmic, with round ticks.</summary>
internal sealed class Axis
{
    private readonly double _from;
    private readonly double _to;

    private Axis(double min, double max, bool log, IReadOnlyList<Tick> ticks, bool down = false)
    {
        (Min, Max, Log, Ticks) = (min, max, log, ticks);
        (_from, _to) = log ? (Math.Log10(min), Math.Log10(max)) : (min, max);
        if (down)
        {
            (_from, _to) = (_to, _from);
        }
    }

    /// <summary>The same axis from its largest to its smallest value: upright, it runs downwards.</summary>
    public Axis Downwards => new(Min, Max, Log, Ticks, down: true);

    public double Min { get; }

    public double Max { get; }

    public bool Log { get; }

    public IReadOnlyList<Tick> Ticks { get; }

    /// <summary>An axis from the smallest to the largest value, widened to the next ticks when <paramref name="round"/>.</summary>
    /// <param name="whole">Ticks at whole numbers only.</param>
    public static Axis Linear(IEnumerable<double> values, bool round, int wanted = 6, bool whole = false)
    {
        var (min, max) = Range(values, v => true, 0, 1);
        if (max - min <= 1e-12 * Math.Max(Math.Abs(min), Math.Abs(max)))
        {
            (min, max) = (min - (min == 0 ? 1 : 0.1 * Math.Abs(min)), max + (max == 0 ? 1 : 0.1 * Math.Abs(max)));
        }
        var step = Math.Max(NiceStep((max - min) / wanted), whole ? 1 : 0);
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
        double from = Math.Log10(min),
            to = Math.Log10(max);
        var pad = Math.Max(margin * (to - from), 0.03);
        (from, to) = (from - pad, to + pad);
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

    /// <summary>Position 0…1 along the axis.</summary>
    public double Place(double value) => ((Log ? Math.Log10(value) : value) - _from) / (_to - _from);

    public bool CanShow(double value) => double.IsFinite(value) && (!Log || value > 0);

    /// <summary>A number with as many decimals as the step needs, a true minus sign and thin spaces between thousands.</summary>
    public static string Number(double value, double step)
    {
        var size = Math.Max(Math.Abs(value), step);
        if (value != 0 && (size >= 1e7 || step < 1e-5))
        {
            var power = (int)Math.Floor(Math.Log10(size) + 1e-9);
            return $"{Number(value / Math.Pow(10, power), step / Math.Pow(10, power))}·10^{{{Signed(power)}}}";
        }
        var decimals = Math.Clamp((int)Math.Ceiling(-Math.Log10(step) - 1e-9), 0, 9);
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
