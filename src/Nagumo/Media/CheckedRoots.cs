using Nagumo.Symbolics;

namespace Nagumo.Media;

/// <summary>Roots of functions that are not rational: isolated by intervals, and checked by samples.</summary>
/// <remarks>
/// s is counted from where the formula counts it: intervals tell most beside their 0. Far out terms may cancel beyond what they tell; then another form of the
/// function, and then windows of the formula's own lengths, are searched. Whatever was searched, samples out to 1e60 on both sides must have the signs that the
/// roots say: a root that was lost is a refusal, never silence.
/// </remarks>
/// <param name="s">The functions' symbol.</param>
/// <param name="origin">Where the formula counts it from.</param>
internal sealed class CheckedRoots(Symbol s, double origin)
{
    private const double Far = 1e60;
    private const int Most = 400;

    /// <summary>Windows, in lengths of the formula, where the whole line is too much.</summary>
    private static readonly double[] Windows = [1e12, 1e8, 1e5];

    /// <summary>Samples: powers of ten of the length, from and to, a third of one apart; beyond, two.</summary>
    private const int Nearest = -6,
        Dense = 13;

    /// <summary>A value that so many times outgrows what was beside it is at a pole.</summary>
    private const double Pole = 1e3;

    /// <summary>All roots of a function, in increasing order.</summary>
    /// <param name="f">The function.</param>
    /// <param name="other">Another form of it.</param>
    /// <exception cref="ArgumentException">They cannot be isolated.</exception>
    public IReadOnlyList<Root> Of(Expr f, Lazy<Expr>? other = null)
    {
        if (!f.Contains(s))
            return [];
        var form = Moved(f);
        double length = Length(form);
        IEnumerable<Func<(Expr, double)>> ways =
        [
            () => (form, Far),
            .. other is null ? (Func<(Expr, double)>[])[] : [() => (Moved(other.Value), Far)],
            .. Windows.Select(w => (Func<(Expr, double)>)(() => (form, w * length))),
        ];
        ArgumentException? refused = null;
        foreach (var way in ways)
            try
            {
                var (g, far) = way();
                var roots = g.Contains(s) ? AllRoots.Of(g, s, -far, far, Most) : [];
                Check(form, roots, length);
                return [.. roots.Select(r => r with { At = origin + r.At })];
            }
            catch (ArgumentException e)
            {
                refused = e;
            }
        throw refused!;
    }

    /// <summary>Where a function jumps, and its values on both sides.</summary>
    public IEnumerable<(double S, double Left, double Right)> Jumps(Expr f) =>
        AllRoots.Cut(Moved(f), s, -Far, Far).Jumps.Select(j => (origin + j.At, j.Left, j.Right));

    /// <summary>A function's values on both sides of a corner.</summary>
    public (double Left, double Right) Sides(Expr f, double at)
    {
        var (left, right) = AllRoots.Cut(Moved(f), s, -Far, Far).Beside(at - origin);
        return (left.At(at - origin), right.At(at - origin));
    }

    /// <summary>Whether a function is 0 along a stretch.</summary>
    public bool HasStretch(Expr f) => AllRoots.Cut(Moved(f), s, -Far, Far).HasStretch;

    private Expr Moved(Expr f) => f.Substitute(x => x == s ? origin + s : null);

    /// <summary>Over which the arguments of the formula's functions change by 1, the middle one of them.</summary>
    private double Length(Expr f)
    {
        double[] lengths =
        [
            .. Calls(f)
                .SelectMany(c => c.Arguments)
                .Select(a => 1 / Math.Abs(a.Derive(s).Evaluate((Symbol _) => 0.0)))
                .Where(l => l > 0 && double.IsFinite(l))
                .Order(),
        ];
        return lengths.Length > 0 ? lengths[lengths.Length / 2] : 1;
    }

    private static IEnumerable<Call> Calls(Expr f)
    {
        var seen = new HashSet<Expr>();
        var open = new Stack<Expr>([f]);
        while (open.TryPop(out var next))
            if (seen.Add(next))
            {
                if (next is Call call)
                    yield return call;
                foreach (var child in next.Children)
                    open.Push(child);
            }
    }

    /// <summary>Whether the signs of samples are those that the roots say.</summary>
    /// <exception cref="ArgumentException">A root is missing.</exception>
    internal void Check(Expr f, IReadOnlyList<Root> roots, double length)
    {
        var values = new Enclosing(f);
        double At(double x) => f.Evaluate((Symbol _) => x);
        bool IsCertain(double x, double value) => double.IsFinite(value) && !values.On(new Enclosure(x, x)).Contains(0);
        var places = new SortedSet<double>(Samples(length));
        // Of a wave the nearest roots are found, and nothing is said of what lies beyond.
        if (Calls(f).Any(c => c.Function == Function.Sin || c.Function == Function.Cos))
            places.RemoveWhere(x => roots.Count == 0 || x < roots[0].At || x > roots[^1].At);
        for (int i = 0; i < roots.Count; i++)
        {
            double at = roots[i].At,
                gap = Math.Min(i > 0 ? at - roots[i - 1].At : length, i + 1 < roots.Count ? roots[i + 1].At - at : length),
                beside = Math.Min(gap / 4, 1e-6 * length + 1e-9 * Math.Abs(at));
            places.Add(at - beside);
            places.Add(at + beside);
        }
        double last = double.NaN,
            before = double.NaN;
        int next = 0;
        foreach (double x in places)
        {
            double value = At(x);
            bool passed = false;
            for (; next < roots.Count && roots[next].At <= x; next++)
                passed = true;
            if (!passed && before * value < 0 && IsCertain(last, before) && IsCertain(x, value) && !IsPole(At, last, x))
                throw new ArgumentException(
                    $"The roots of {f} cannot be isolated: its sign changes between {origin + last:G6} and {origin + x:G6}, where none was found."
                );
            (last, before) = (x, value);
        }
    }

    /// <summary>Whether a function grows without bound where its sign changes.</summary>
    private static bool IsPole(Func<double, double> f, double low, double high)
    {
        double first = f(low),
            beside = Math.Abs(first) + Math.Abs(f(high));
        for (int i = 0; i < 200; i++)
        {
            double middle = low + 0.5 * (high - low);
            if (middle <= low || middle >= high)
                break;
            if (f(middle) < 0 == first < 0)
                low = middle;
            else
                high = middle;
        }
        return !(Math.Abs(f(low)) + Math.Abs(f(high)) <= Pole * beside);
    }

    private static IEnumerable<double> Samples(double length)
    {
        yield return 0;
        for (double power = Nearest; length * Math.Pow(10, power) is var x && x < Far; power += power < Dense ? 1.0 / 3 : 2)
        {
            yield return x;
            yield return -x;
        }
    }
}
