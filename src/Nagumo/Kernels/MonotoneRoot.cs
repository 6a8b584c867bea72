using Nagumo.Symbolics;

namespace Nagumo.Kernels;

/// <summary>An increasing function with its derivative.</summary>
internal interface IIncreasing
{
    (double Value, double Slope) At(double x);
}

/// <summary>The root of an increasing function, to the last bits of double: a bracket, Newton inside it, bisection where Newton fails.</summary>
internal static class MonotoneRoot
{
    private const int MaxIterations = 3000; // more than bisection needs across all of double

    /// <summary>The root; ±∞ when the function does not change sign, NaN when it is NaN at the start.</summary>
    public static double Of<F>(ref F f, double start)
        where F : struct, IIncreasing, allows ref struct
    {
        var x = start;
        var (value, slope) = f.At(x);
        if (value == 0 || double.IsNaN(value))
            return value == 0 ? x : double.NaN;
        var (low, high) = (double.NegativeInfinity, double.PositiveInfinity);
        var right = value < 0;
        var step = Newton(value, slope) is > 0 and < 1e300 and var first ? first : 1;
        while (double.IsInfinity(low) || double.IsInfinity(high))
        {
            (low, high) = value < 0 ? (x, high) : (low, x);
            if (double.IsFinite(low) && double.IsFinite(high))
                break;
            x += right ? step : -step;
            if (!double.IsFinite(x))
                return x;
            (value, slope) = f.At(x);
            if (value == 0)
                return x;
            // So far out that the function overflows to ∞ − ∞: the root lies before.
            if (double.IsNaN(value))
                value = right ? 1 : -1;
            step *= 2;
        }

        return Close(ref f, low, high, x, value, slope);
    }

    /// <summary>The root in [low, high], at whose ends the function is known to be ≤ 0 and ≥ 0.</summary>
    public static double Within<F>(ref F f, double low, double high)
        where F : struct, IIncreasing, allows ref struct
    {
        var x = low + ((high - low) / 2);
        var (value, slope) = f.At(x);
        if (value == 0 || double.IsNaN(value))
            return value == 0 ? x : double.NaN;
        (low, high) = value < 0 ? (x, high) : (low, x);
        return Close(ref f, low, high, x, value, slope);
    }

    private static double Close<F>(ref F f, double low, double high, double x, double value, double slope)
        where F : struct, IIncreasing, allows ref struct
    {
        var last = high - low;
        for (var i = 0; i < MaxIterations; i++)
        {
            var delta = -value / slope;
            var next = x + delta;
            // Newton must stay inside and at least halve its step every time.
            if (!(next > low && next < high) || Math.Abs(delta) > 0.5 * last)
            {
                next = Middle(low, high);
                delta = next - x;
            }
            last = Math.Abs(delta);
            if (next == x || next == low || next == high)
                return next;
            x = next;
            (value, slope) = f.At(x);
            if (value == 0 || double.IsNaN(value))
                return x;
            (low, high) = value < 0 ? (x, high) : (low, x);
        }
        return x;
    }

    private static double Newton(double value, double slope) => Math.Abs(value / slope);

    // Geometric between numbers of one sign and different size, so that tiny roots take no thousand halvings.
    private static double Middle(double low, double high)
    {
        if (low > 0 && high > 4 * low)
            return Math.Sqrt(low) * Math.Sqrt(high);
        if (high < 0 && low < 4 * high)
            return -Math.Sqrt(-low) * Math.Sqrt(-high);
        return low + ((high - low) / 2);
    }
}
