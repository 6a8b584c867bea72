namespace Nagumo.Symbolics;

/// <summary>All roots of a function of one symbol in an interval, isolated by interval arithmetic.</summary>
/// <remarks>
/// A box whose enclosure of f leaves 0 out holds no root; one whose enclosure of f' leaves 0 out holds at most one, and the signs at its ends
/// tell. Any other box is halved. Nothing is missed, however close two roots lie; where they cannot be told apart in double they are
/// one. [Moore 1966]
/// </remarks>
internal static class AllRoots
{
    private const int MostBoxes = 200_000;

    /// <summary>A box this narrow, relative to its place, is a root of even order as far as double can tell.</summary>
    private const double Narrow = 1e-12;

    /// <summary>The roots in increasing order.</summary>
    /// <param name="f">A function of <paramref name="x"/> alone.</param>
    /// <param name="x">Its symbol.</param>
    /// <param name="low">Lower end.</param>
    /// <param name="high">Upper end.</param>
    /// <exception cref="ArgumentException">The function is 0, or so flat or irregular, along a whole stretch that its roots cannot be isolated.</exception>
    public static IReadOnlyList<double> Of(Expr f, Symbol x, double low, double high)
    {
        var slope = f.Derive(x);
        double At(double at) => f.Evaluate((Symbol _) => at);
        double SlopeAt(double at) => slope.Evaluate((Symbol _) => at);
        var roots = new List<double>();
        double first = 0,
            last = 0;
        var boxes = new Stack<Enclosure>();
        // Split away from 0, where symmetric functions have their roots.
        double middle = low + 0.5017 * (high - low);
        boxes.Push(new(middle, high));
        boxes.Push(new(low, middle));
        for (int seen = 0; boxes.TryPop(out var box); seen++)
        {
            if (seen == MostBoxes)
                throw new ArgumentException(
                    $"The roots of {f} cannot be isolated in [{low:R}, {high:R}]: it vanishes along a stretch, or its formula is too irregular."
                );
            double centre = box.Low + 0.5 * (box.High - box.Low);
            var slopes = Enclosure.Of(slope, x, box);
            // The mean-value form wins where terms cancel, the plain one far out.
            if (!Enclosure.Of(f, x, box).Contains(0) || !Enclosure.Of(f, x, new(centre, centre)).Plus(slopes, centre - box.Low).Contains(0))
                continue;
            if (!slopes.Contains(0))
            {
                double left = At(box.Low),
                    right = At(box.High);
                // A root on an end belongs to the box that begins with it.
                if (left == 0)
                    Add(box.Low);
                else if (left < 0 ? right > 0 : right < 0)
                    Add(Polish(At, SlopeAt, box, left < 0));
                continue;
            }
            if (box.High - box.Low <= Narrow * Math.Max(1, Math.Abs(centre)))
                Add(centre);
            else
            {
                boxes.Push(new(centre, box.High));
                boxes.Push(new(box.Low, centre));
            }
        }
        return roots;

        // Boxes without a verdict that lie side by side are one root: it lies in their middle.
        void Add(double root)
        {
            if (roots.Count > 0 && root - last <= 4 * Narrow * Math.Max(1, Math.Abs(root)))
                roots[^1] = first + 0.5 * (root - first);
            else
            {
                first = root;
                roots.Add(root);
            }
            last = root;
        }
    }

    /// <summary>The root between two ends of different sign: Newton inside the bracket, else halving, to the last bits.</summary>
    private static double Polish(Func<double, double> f, Func<double, double> slope, Enclosure bracket, bool rising)
    {
        var (low, high) = (bracket.Low, bracket.High);
        double x = low + 0.5 * (high - low);
        for (int i = 0; i < 200; i++)
        {
            double value = f(x);
            if (value == 0)
                return x;
            if (value < 0 == rising)
                low = x;
            else
                high = x;
            double next = x - value / slope(x);
            if (!(next > low && next < high))
                next = low + 0.5 * (high - low);
            if (next == x || next == low || next == high)
                return next;
            x = next;
        }
        return x;
    }
}
