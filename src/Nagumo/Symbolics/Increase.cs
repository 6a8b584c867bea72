namespace Nagumo.Symbolics;

/// <summary>What is known of where a function rises: whether it does everywhere, and if not, where it falls most or is no number.</summary>
/// <param name="Holds">Whether no place was found where it falls.</param>
/// <param name="Where">Where it falls most, or is not a number; NaN where it rises.</param>
/// <param name="IsNumber">Whether its slope is a number everywhere.</param>
internal readonly record struct Increase(bool Holds, double Where, bool IsNumber = true)
{
    /// <summary>Most boxes that are looked into beyond the samples.</summary>
    private const int MostBoxes = 400;

    /// <summary>A box so narrow, relative to its place, is no longer halved.</summary>
    private const double Narrow = 1e-7;

    /// <summary>A slope beyond this has overflowed: what is not a number next to it says nothing about the function's domain.</summary>
    private const double Huge = 1e30;

    /// <summary>Looks at samples, ±1e−6…1e6 and denser within ±10, or evenly and towards the ends in a finite range; then, where the slope can be
    /// enclosed, into every box that may hide a dip between them.</summary>
    /// <param name="slope">The slope at a point.</param>
    /// <param name="enclosure">The slope on an interval; null where it cannot be enclosed.</param>
    /// <param name="range">Where the function is asked about; infinite ends are allowed.</param>
    public static Increase Of(Func<double, double> slope, Func<Enclosure, Enclosure>? enclosure, Enclosure range)
    {
        double[] samples = double.IsInfinity(range.Low) && double.IsInfinity(range.High) ? everywhere : [.. Samples(range)];
        double[] slopes = [.. samples.Select(slope)];
        // A slope of 0 at a point is allowed (kγ = 1), and rounding may leave it a little below.
        double allowed =
            -1e-12
            * (
                double.IsFinite(range.High - range.Low)
                    ? Math.Abs(slopes[samples.Length / 2])
                    : samples.Zip(slopes).Where(s => Math.Abs(s.First) <= 1).Max(s => Math.Abs(s.Second))
            );
        if (!double.IsFinite(allowed))
            allowed = 0;
        var (where, worst, rises) = (double.NaN, allowed, false);
        for (int i = 0; i < samples.Length; i++)
        {
            if (double.IsNaN(slopes[i]) && !Overflown(i))
                return new(false, samples[i], IsNumber: false);
            rises |= slopes[i] > 0;
            if (slopes[i] < worst)
                (where, worst) = (samples[i], slopes[i]);
        }
        if (!double.IsNaN(where))
            return new(false, where);
        if (!rises)
            return new(false, samples[samples.Length / 2]);
        double dip = enclosure is null ? double.NaN : Dip(slope, enclosure, range, allowed);
        return new(double.IsNaN(dip), dip);

        // Nearer to 0, on the same side, it was so large already.
        bool Overflown(int i) =>
            samples.Zip(slopes).Any(s => s.First * samples[i] > 0 && Math.Abs(s.First) < Math.Abs(samples[i]) && Math.Abs(s.Second) > Huge);
    }

    /// <summary>Of a polynomial of degree 3 at the most, whose slope is least at its vertex or at an end.</summary>
    /// <param name="c">Its coefficients, lowest power first; finite.</param>
    /// <param name="range">Where the function is asked about; infinite ends are allowed.</param>
    public static Increase OfCubic(ReadOnlySpan<double> c, Enclosure range)
    {
        double linear = c.Length > 1 ? c[1] : 0,
            square = c.Length > 2 ? 2 * c[2] : 0,
            cube = c.Length > 3 ? 3 * c[3] : 0;
        double Slope(double x) => linear + x * (square + x * cube);
        double low = Math.Max(range.Low, -Far),
            high = Math.Min(range.High, Far),
            vertex = cube > 0 ? Math.Clamp(0 - square / (2 * cube), low, high) : low,
            where = new[] { vertex, low, high }.MinBy(Slope);
        // As of samples: 0 is allowed at a point, and rounding of what the slope is where the function is used.
        double used = double.IsFinite(range.High - range.Low)
            ? Math.Abs(Slope(low + (high - low) / 2))
            : new[] { -1.0, 0, 1 }.Max(x => Math.Abs(Slope(Math.Clamp(x, low, high))));
        bool holds = Slope(where) >= -1e-12 * used && (Slope(low) > 0 || Slope(high) > 0);
        return new(holds, holds ? double.NaN : where);
    }

    /// <summary>A place where the slope is below what is allowed, by halving the boxes that may hold one; NaN when none was found.</summary>
    private static double Dip(Func<double, double> slope, Func<Enclosure, Enclosure> enclosure, Enclosure range, double allowed)
    {
        double low = Math.Max(range.Low, -Far),
            high = Math.Min(range.High, Far);
        var boxes = new Stack<Enclosure>();
        if (low < 0 && high > 0)
            boxes.Push(new(low, 0));
        boxes.Push(new(low < 0 && high > 0 ? 0 : low, high));
        for (int seen = 0; seen < MostBoxes && boxes.TryPop(out var box); seen++)
        {
            if (enclosure(box).Low >= allowed)
                continue;
            double centre = Middle(box);
            if (slope(centre) < allowed)
                return centre;
            if (box.High - box.Low <= Narrow * Math.Max(Narrow, Math.Abs(centre)))
                continue;
            boxes.Push(new(box.Low, centre));
            boxes.Push(new(centre, box.High));
        }
        return double.NaN;

        // Geometric between numbers of one sign and different size.
        static double Middle(Enclosure b) =>
            b.Low > 0 && b.High > 4 * b.Low ? Math.Sqrt(b.Low) * Math.Sqrt(b.High)
            : b.High < 0 && b.Low < 4 * b.High ? -Math.Sqrt(-b.Low) * Math.Sqrt(-b.High)
            : b.Low + (b.High - b.Low) / 2;
    }

    private const double Far = 1e6;

    private static readonly double[] everywhere = [.. Samples(new(double.NegativeInfinity, double.PositiveInfinity))];

    /// <summary>The points of a range that are looked at, in increasing order.</summary>
    public static IEnumerable<double> Samples(Enclosure range)
    {
        var points = new List<double>(3201);
        if (double.IsFinite(range.High - range.Low))
            for (int i = 0; i <= 400; i++)
            {
                double width = range.High - range.Low,
                    near = width * Math.Pow(10, -i / 50.0);
                points.AddRange([range.Low + width * i / 400, range.Low + near, range.High - near]);
            }
        else
        {
            points.Add(0);
            for (int i = -600; i <= 600; i++)
                points.AddRange([Math.Pow(10, i / 100.0), -Math.Pow(10, i / 100.0)]);
            for (int i = 1; i <= 400; i++)
                points.AddRange([i * 0.025, -i * 0.025]);
        }
        points.Sort();
        return points.Where((x, i) => x >= range.Low && x <= range.High && (i == 0 || x != points[i - 1]));
    }
}
