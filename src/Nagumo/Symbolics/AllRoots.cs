namespace Nagumo.Symbolics;

/// <summary>How a function passes a place where it has values of both signs, or 0.</summary>
internal enum Passage
{
    /// <summary>Through 0, continuously.</summary>
    Crosses,

    /// <summary>It is 0 there and has one sign around it.</summary>
    Touches,

    /// <summary>From one sign to the other by a jump.</summary>
    Jumps,
}

/// <summary>A root, or a jump through 0.</summary>
/// <param name="At">Where.</param>
/// <param name="Passage">How.</param>
internal readonly record struct Root(double At, Passage Passage)
{
    /// <summary>Whether the function is 0 there.</summary>
    public bool IsZero => Passage != Passage.Jumps;

    /// <summary>Whether its sign changes there.</summary>
    public bool ChangesSign => Passage != Passage.Touches;
}

/// <summary>All roots of a function of one symbol in an interval, isolated by interval arithmetic.</summary>
/// <remarks>
/// A box whose enclosure of f leaves 0 out holds no root; one whose enclosure of f' leaves 0 out holds at most one, and the signs at its ends
/// tell. Any other box is halved: on a scale that is logarithmic far from 0 and beside it, so that roots of every magnitude are isolated alike.
/// Nothing is missed, however close two roots lie; where they cannot be told apart in double they are one. Boxes nearest to 0
/// come first: of a function with ever more roots, the nearest are found. Poles are no roots. A function with max, min, abs, sign or select is cut where
/// these change from one argument to another (<see cref="Cut"/>), and each smooth piece searched by itself. [Moore 1966]
/// </remarks>
internal static class AllRoots
{
    private const int MostBoxes = 200_000;

    /// <summary>Ends of pieces; a function with more is searched as a whole.</summary>
    private const int MostEnds = 64;

    /// <summary>So many boxes without a verdict are no roots but a stretch.</summary>
    private const int MostNarrow = 4000;

    /// <summary>A box this narrow, relative to its place, is a root of even order or a jump as far as double can tell.</summary>
    private const double Narrow = 1e-12;

    /// <summary>Where the scale that boxes are halved on turns from logarithmic to linear, and a box that is narrow whatever its place.</summary>
    private const double Linear = 1e-60,
        Tiny = 1e-66;

    /// <summary>The roots in increasing order.</summary>
    /// <param name="f">A function of <paramref name="x"/> alone.</param>
    /// <param name="x">Its symbol.</param>
    /// <param name="low">Lower end.</param>
    /// <param name="high">Upper end.</param>
    /// <param name="most">At most so many, those nearest to 0.</param>
    /// <exception cref="ArgumentException">The function is 0, or so flat or irregular, along a whole stretch that its roots cannot be isolated.</exception>
    public static IReadOnlyList<Root> Of(Expr f, Symbol x, double low, double high, int most = int.MaxValue) =>
        Cut(f, x, low, high) is { Pieces.Count: > 1 } pieces
            ? [.. pieces.Roots.OrderBy(r => Math.Abs(r.At)).Take(most).OrderBy(r => r.At)]
            : Isolated(f, x, low, high, most);

    /// <summary>The function cut where what decides about its pieces changes sign; one piece where that cannot be isolated, or is too much.</summary>
    public static Piecewise<Smooth> Cut(Expr f, Symbol x, double low, double high)
    {
        List<double> ends = [low];
        List<Smooth> pieces = [];
        try
        {
            Add(f, low, high);
        }
        catch (Exception e) when (e is ArgumentException or DivideByZeroException)
        {
            // Also where a case makes a denominator 0 along a whole piece.
            return new([low, high], [new(f, x)]);
        }
        return ends.Count <= MostEnds ? new(ends, pieces) : new([low, high], [new(f, x)]);

        void Add(Expr g, double from, double to)
        {
            if (ends.Count > MostEnds || Innermost(g) is not { } call)
            {
                ends.Add(to);
                pieces.Add(new(g, x));
                return;
            }
            Smooth condition = new(Condition(call), x);
            double[] changes =
            [
                .. (condition.Roots(from, to))
                    .Where(r =>
                        r.ChangesSign && !Piecewise<Smooth>.IsEnd(condition, from, r.At) && !Piecewise<Smooth>.IsEnd(condition, to, r.At)
                    )
                    .Select(r => r.At),
            ];
            foreach (var (a, b) in changes.Prepend(from).Zip(changes.Append(to)))
            {
                double sign = ((double[])[Middle(new(a, b)), a + 0.5 * (b - a), a + 0.3 * (b - a)])
                    .Select(condition.At)
                    .FirstOrDefault(value => value is > 0 or < 0);
                Add(g.Substitute(_ => null, new() { [call] = Case(call, sign) }), a, b);
            }
        }
    }

    /// <summary>A function without cases.</summary>
    internal sealed class Smooth(Expr f, Symbol x) : ISmooth
    {
        /// <summary>Relative rounding of a place: a few bits.</summary>
        private const double Ulps = 1e-15;

        private Enclosing? _enclosing;

        public bool IsZero => f is Constant { Value: 0 };

        public IReadOnlyList<Root> Roots(double low, double high) => f.Contains(x) ? Isolated(f, x, low, high, int.MaxValue) : [];

        public double At(double at) => f.Evaluate((Symbol _) => at);

        public double Rounding(double at)
        {
            var range = (_enclosing ??= new(f)).On(new Enclosure(at - Ulps * Math.Abs(at), at + Ulps * Math.Abs(at)));
            return 0.5 * (range.High - range.Low);
        }
    }

    /// <summary>A call of max, min, abs, sign or select in whose condition there is none.</summary>
    private static Call? Innermost(Expr f)
    {
        foreach (var child in f.Children)
            if (Innermost(child) is { } inner)
                return inner;
        return IsCase(f) ? (Call)f : null;
    }

    /// <summary>Where it is ≥ 0, the first of the cases holds.</summary>
    private static Expr Condition(Call call) =>
        call.Function.Name switch
        {
            "min" => call.Arguments[1] - call.Arguments[0],
            "max" => call.Arguments[0] - call.Arguments[1],
            _ => call.Arguments[0],
        };

    private static Expr Case(Call call, double condition) =>
        call.Function.Name switch
        {
            "abs" => condition >= 0 ? call.Arguments[0] : -call.Arguments[0],
            "sign" => Math.Sign(condition),
            "select" => call.Arguments[condition >= 0 ? 1 : 2],
            _ => call.Arguments[condition >= 0 ? 0 : 1],
        };

    private static IReadOnlyList<Root> Isolated(Expr f, Symbol x, double low, double high, int most)
    {
        Expr slope = f.Derive(x),
            bend = slope.Derive(x);
        double At(double at) => f.Evaluate((Symbol _) => at);
        double SlopeAt(double at) => slope.Evaluate((Symbol _) => at);
        List<double> roots = [];
        List<Enclosure> narrow = [];
        Enclosing value = new(f),
            rise = new(slope);
        Enclosing[] conditions = [.. Conditions(f).Select(c => new Enclosing(c))];
        var boxes = new PriorityQueue<Enclosure, double>();
        Push(new(low, high));
        for (int seen = 0; boxes.TryDequeue(out var box, out double distance); seen++)
        {
            if (roots.Count >= most)
                break;
            if (narrow.Count > MostNarrow || seen == MostBoxes)
            {
                // Ever more roots outwards: what is nearer is complete.
                if (narrow.Count <= MostNarrow && roots.Count > 0 && distance > Linear)
                    break;
                throw new ArgumentException(
                    $"The roots of {f} cannot be isolated in [{low:R}, {high:R}]: it vanishes along a stretch, or its formula is too irregular."
                );
            }
            double half = box.Low + 0.5 * (box.High - box.Low);
            // Where a condition may change, f may jump: its slope says nothing.
            var slopes = Array.Exists(conditions, c => c.On(box).Contains(0)) ? Enclosure.Everything : rise.On(box);
            // The mean-value form wins where terms cancel, the plain one far out.
            if (!value.On(box).Contains(0) || !value.On(new Enclosure(half, half)).Plus(slopes, half - box.Low).Contains(0))
                continue;
            // Beyond what numbers hold.
            if (!double.IsFinite(At(box.Low)) && !double.IsFinite(At(half)) && !double.IsFinite(At(box.High)))
                continue;
            if (!slopes.Contains(0))
            {
                double left = At(box.Low),
                    right = At(box.High);
                // A root on an end belongs to the box that begins with it.
                if (left == 0)
                    roots.Add(box.Low);
                else if (left < 0 ? right > 0 : right < 0)
                    roots.Add(Polish(At, SlopeAt, box, left < 0));
                continue;
            }
            if (box.High - box.Low <= Math.Max(Tiny, Narrow * Math.Max(Math.Abs(box.Low), Math.Abs(box.High))))
            {
                narrow.Add(box);
                continue;
            }
            double centre = Middle(box);
            Push(new(box.Low, centre));
            Push(new(centre, box.High));
        }
        var all = roots.Select(r => new Root(r, Passage.Crosses)).Concat(Judged(narrow, At).Select(Bottom)).OrderBy(r => r.At).ToList();
        // Between two roots that rounding made of one, f is 0 to rounding.
        for (int i = all.Count - 1; i > 0; i--)
        {
            double middle = all[i - 1].At + 0.5 * (all[i].At - all[i - 1].At);
            if (all[i].IsZero && all[i - 1].IsZero && value.On(new Enclosure(middle, middle)).Contains(0))
            {
                all[i - 1] = new(all[i - 1].At, all[i].ChangesSign == all[i - 1].ChangesSign ? Passage.Touches : Passage.Crosses);
                all.RemoveAt(i);
            }
        }
        return all;

        // A smooth root of even order is a simple root of the slope, which tells its place to the last bits.
        Root Bottom(Root root)
        {
            if (root.Passage != Passage.Touches)
                return root;
            double at = root.At - SlopeAt(root.At) / bend.Evaluate((Symbol _) => root.At);
            return Math.Abs(at - root.At) <= 1e3 * Math.Max(Tiny, Narrow * Math.Abs(root.At)) && Math.Abs(At(at)) <= Math.Abs(At(root.At))
                ? root with
                {
                    At = at,
                }
                : root;
        }

        void Push(Enclosure box) => boxes.Enqueue(box, box.Contains(0) ? 0 : Math.Min(Math.Abs(box.Low), Math.Abs(box.High)));
    }

    /// <summary>What decides about the pieces of a function that may jump: the conditions of its select and sign.</summary>
    private static IEnumerable<Expr> Conditions(Expr f) => Cases(f).Where(c => c.Function.Name is "select" or "sign").Select(Condition);

    /// <summary>The functions that are 0 at the corners and jumps of a function: the conditions of all its cases.</summary>
    public static IEnumerable<Expr> Corners(Expr f) => Cases(f).Select(Condition);

    /// <summary>Every call of max, min, abs, sign or select.</summary>
    private static IEnumerable<Call> Cases(Expr f)
    {
        var seen = new HashSet<Expr>();
        var open = new Stack<Expr>([f]);
        while (open.TryPop(out var next))
        {
            if (!seen.Add(next))
                continue;
            if (IsCase(next))
                yield return (Call)next;
            foreach (var child in next.Children)
                open.Push(child);
        }
    }

    private static bool IsCase(Expr f) => f is Call { Function.Name: "abs" or "sign" or "min" or "max" or "select" };

    /// <summary>The middle on a scale that is logarithmic far from 0.</summary>
    private static double Middle(Enclosure box)
    {
        static double Scale(double x) => Math.Sign(x) * Math.Log(1 + Math.Abs(x) / Linear);
        double low = Scale(box.Low),
            high = Scale(box.High),
            half = box.Low + 0.5 * (box.High - box.Low);
        if (high - low < 2)
            return half;
        double middle = 0.5 * (low + high),
            at = Math.Sign(middle) * Linear * (Math.Exp(Math.Abs(middle)) - 1);
        return at > box.Low && at < box.High ? at : half;
    }

    /// <summary>Boxes without a verdict that lie side by side are one place: a root of even order, a kink, a jump, or a pole.</summary>
    private static IEnumerable<Root> Judged(List<Enclosure> narrow, Func<double, double> f)
    {
        narrow.Sort((a, b) => a.Low.CompareTo(b.Low));
        for (int i = 0; i < narrow.Count; )
        {
            double low = narrow[i].Low,
                high = narrow[i].High;
            for (i++; i < narrow.Count && narrow[i].Low - high <= 4 * Math.Max(Tiny, Narrow * Math.Abs(high)); i++)
                high = narrow[i].High;
            double width = high - low,
                left = f(low - width),
                right = f(high + width),
                near = Math.Abs(left) + Math.Abs(right),
                beyond = Math.Abs(f(low - 1000 * width)) + Math.Abs(f(high + 1000 * width)),
                at = low + 0.5 * width;
            bool changes = left < 0 != right < 0;
            // A thousand times nearer, what is continuous is far smaller; a jump as large; a pole larger.
            if (!double.IsFinite(near) || near > 3 * beyond)
                continue;
            if (near <= 0.3 * beyond || near == 0)
                yield return new(at, changes ? Passage.Crosses : Passage.Touches);
            else if (changes)
                yield return new(at, Passage.Jumps);
        }
    }

    /// <summary>The root between two ends of different sign: Newton inside the bracket, else halving, to the last bits.</summary>
    private static double Polish(Func<double, double> f, Func<double, double> slope, Enclosure bracket, bool rising)
    {
        var (low, high) = (bracket.Low, bracket.High);
        double x = low + 0.5 * (high - low);
        for (int i = 0; i < 400; i++)
        {
            double value = f(x);
            if (value == 0)
                return x;
            if (value < 0 == rising)
                low = x;
            else
                high = x;
            double next = x - value / slope(x);
            // Halving every fourth time: Newton's steps alone may creep.
            if (!(next > low && next < high) || i % 4 == 3)
                next = Middle(new(low, high));
            if (next == x || next == low || next == high)
                return next;
            x = next;
        }
        return x;
    }
}
