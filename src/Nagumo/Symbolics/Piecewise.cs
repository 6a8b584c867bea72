namespace Nagumo.Symbolics;

/// <summary>A smooth function of one variable whose roots can be isolated.</summary>
internal interface ISmooth
{
    /// <summary>All its roots in an interval, increasing.</summary>
    IReadOnlyList<Root> Roots(double low, double high);

    /// <summary>Its value.</summary>
    double At(double x);

    /// <summary>Whether it is 0 everywhere.</summary>
    bool IsZero { get; }

    /// <summary>What rounding of the numbers it was made of, and of the place, may have changed the value by.</summary>
    double Rounding(double x);
}

/// <summary>A function put together from smooth pieces, as max, min, abs, sign and select make it.</summary>
/// <remarks>
/// Inside a piece roots are those of its smooth function. Where two pieces meet, the signs beside the place tell: a function that goes on continuously
/// is 0 there where one of its pieces is, to rounding; one that does not may jump through 0. So a root that rounding pushes over the end of its
/// piece is neither lost nor counted twice.
/// </remarks>
/// <param name="Ends">Ends of the pieces, increasing: one more than there are pieces.</param>
/// <param name="Pieces">The functions between them.</param>
internal sealed record Piecewise<F>(IReadOnlyList<double> Ends, IReadOnlyList<F> Pieces)
    where F : ISmooth
{
    /// <summary>Two values that differ by less than so many times their rounding are one.</summary>
    private const double Same = 4;

    /// <summary>How far from the end of a piece its sign is looked for first, relative to the place, and at the place 0.</summary>
    private const double Near = 1e-15,
        Tiny = 1e-60;

    /// <summary>The function of the piece that holds a place; at an end, of the piece that begins there.</summary>
    public F At(double x)
    {
        int i = 0;
        while (i < Pieces.Count - 1 && x >= Ends[i + 1])
            i++;
        return Pieces[i];
    }

    /// <summary>The functions on both sides of the end nearest to a place; one and the same where there is no end.</summary>
    public (F Left, F Right) Beside(double x)
    {
        if (Pieces.Count == 1)
            return (Pieces[0], Pieces[0]);
        int i = Enumerable.Range(1, Pieces.Count - 1).MinBy(end => Math.Abs(Ends[end] - x));
        return (Pieces[i - 1], Pieces[i]);
    }

    /// <summary>The same pieces, each mapped.</summary>
    public Piecewise<G> Select<G>(Func<F, G> map)
        where G : ISmooth => new(Ends, [.. Pieces.Select(map)]);

    /// <summary>Whether it is 0 along a whole piece, but not everywhere.</summary>
    public bool HasStretch => Pieces.Count > 1 && Pieces.Any(p => p.IsZero);

    /// <summary>All roots, and jumps through 0, increasing. Where it is 0 along a whole piece, its sign may change at the piece's beginning.</summary>
    public IReadOnlyList<Root> Roots
    {
        get
        {
            if (Pieces.Count == 1)
                return Pieces[0].Roots(Ends[0], Ends[1]);
            var all = new List<Root>();
            int before = 0;
            double? meeting = null;
            for (int i = 0; i < Pieces.Count; i++)
            {
                var f = Pieces[i];
                double low = Ends[i],
                    high = Ends[i + 1];
                Root[] inside =
                [
                    .. f.Roots(low, high).Where(r => (i == 0 || !IsEnd(f, low, r.At)) && (i == Pieces.Count - 1 || !IsEnd(f, high, r.At))),
                ];
                int first = Sign(f, low, inside.Length > 0 ? inside[0].At : high);
                if (i > 0)
                    meeting ??= low;
                if (first == 0)
                    continue;
                if (meeting is { } at)
                {
                    bool zero = at < low || IsContinuous(i) && (Vanishes(Pieces[i - 1], low) || Vanishes(f, low));
                    if (before * first < 0)
                        all.Add(new(at, zero ? Passage.Crosses : Passage.Jumps));
                    else if (zero && before != 0)
                        all.Add(new(at, Passage.Touches));
                }
                all.AddRange(inside);
                (before, meeting) = (Sign(f, high, inside.Length > 0 ? inside[^1].At : low), null);
            }
            return all;
        }
    }

    /// <summary>Where it jumps, and its values on both sides.</summary>
    public IEnumerable<(double At, double Left, double Right)> Jumps =>
        Enumerable
            .Range(1, Pieces.Count - 1)
            .Where(i => !IsContinuous(i))
            .Select(i => (Ends[i], Pieces[i - 1].At(Ends[i]), Pieces[i].At(Ends[i])));

    /// <summary>Whether a root of a piece is that at its end: no value between them is other than rounding.</summary>
    public static bool IsEnd(F f, double end, double root) => root == end || Vanishes(f, end) && Vanishes(f, 0.5 * (end + root));

    private bool IsContinuous(int i) =>
        Math.Abs(Pieces[i - 1].At(Ends[i]) - Pieces[i].At(Ends[i]))
        <= Same * (Pieces[i - 1].Rounding(Ends[i]) + Pieces[i].Rounding(Ends[i]));

    private static bool Vanishes(F f, double x) => Math.Abs(f.At(x)) <= f.Rounding(x);

    /// <summary>The sign beside an end of a piece, towards a place up to which it does not change; 0 where it has none.</summary>
    private static int Sign(F f, double end, double towards)
    {
        double value = f.At(end);
        if (double.IsFinite(value) && !Vanishes(f, end))
            return Math.Sign(value);
        for (double h = Math.Max(Near * Math.Abs(end), Tiny); h < Math.Abs(towards - end); h *= 8)
        {
            double x = towards > end ? end + h : end - h;
            if (f.At(x) is var beside && !double.IsNaN(beside) && !Vanishes(f, x))
                return Math.Sign(beside);
        }
        return 0;
    }
}
