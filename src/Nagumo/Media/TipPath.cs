using System.Numerics;

namespace Nagumo.Media;

/// <summary>A circle through points in the least-squares sense, and the deviation of their distances from its radius.</summary>
public readonly record struct CircleFit(SheetPoint Centre, double Radius, double Deviation)
{
    /// <summary>Σ (x² + y² − 2 x x₀ − 2 y y₀ − c)² → min, a linear problem; then the mean distance. [Kåsa 1976, doi:10.1109/TIM.1976.6312298]</summary>
    public static CircleFit Of(IReadOnlyList<SheetPoint> points)
    {
        double n = points.Count,
            mx = points.Sum(p => p.Column) / n,
            my = points.Sum(p => p.Row) / n,
            xx = 0,
            xy = 0,
            yy = 0,
            xz = 0,
            yz = 0;
        foreach (var p in points)
        {
            double x = p.Column - mx,
                y = p.Row - my,
                z = x * x + y * y;
            (xx, xy, yy, xz, yz) = (xx + x * x, xy + x * y, yy + y * y, xz + x * z, yz + y * z);
        }
        double det = 2 * (xx * yy - xy * xy);
        var centre = new SheetPoint(mx + (xz * yy - yz * xy) / det, my + (yz * xx - xz * xy) / det);
        double[] radii = [.. points.Select(p => Math.Sqrt(p.SquareTo(centre)))];
        double radius = radii.Sum() / n;
        return new(centre, radius, Math.Sqrt(radii.Sum(r => (r - radius) * (r - radius)) / n));
    }
}

/// <summary>How a spiral's tip moves.</summary>
public enum TipMotion
{
    /// <summary>The path is too short, or still settles.</summary>
    Unknown,

    /// <summary>On a circle.</summary>
    Rigid,

    /// <summary>On no circle, for good.</summary>
    Meandering,
}

/// <summary>The path of one spiral's tip: of the point where u and v cross the middle of their ranges.</summary>
/// <param name="units">The cell's own units, which say where the middle is.</param>
public sealed class TipPath(CellUnits units)
{
    private readonly List<(double Time, SheetPoint At)> _points = [];

    /// <summary>Times and places.</summary>
    public IReadOnlyList<(double Time, SheetPoint At)> Points => _points;

    /// <summary>How many tips the last look found.</summary>
    public int Tips { get; private set; }

    /// <summary>Looks for the tip: the one nearest to where it was, at first the one nearest to the middle.</summary>
    public void Look<T>(Sheet<T> sheet)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var tips = SpiralTip.FindAll(sheet, units.MiddleU, units.MiddleV);
        Tips = tips.Count;
        if (Tips == 0)
            return;
        var near = _points.Count > 0 ? _points[^1].At : new(0.5 * sheet.Options.Columns, 0.5 * sheet.Options.Rows);
        Add(sheet.Time, tips.MinBy(near.SquareTo));
    }

    internal void Add(double time, SheetPoint at) => _points.Add((time, at));

    /// <summary>The path since a time.</summary>
    public IReadOnlyList<SheetPoint> Since(double time) => [.. _points.Where(p => p.Time >= time).Select(p => p.At)];

    /// <summary>How often the tip went around a point since a time.</summary>
    public double Turns(SheetPoint centre, double since)
    {
        double sum = 0,
            last = double.NaN;
        foreach (var p in Since(since))
        {
            double angle = Math.Atan2(p.Row - centre.Row, p.Column - centre.Column);
            if (!double.IsNaN(last))
                sum += Math.IEEERemainder(angle - last, 2 * Math.PI);
            last = angle;
        }
        return Math.Abs(sum) / (2 * Math.PI);
    }

    /// <summary>How often the tip went around where it is on average over a turn: a place that a meandering tip takes along.</summary>
    /// <param name="period">A turn's time, &gt; 0.</param>
    public double Turns(double period)
    {
        double sum = 0,
            last = double.NaN;
        int from = 0,
            to = 0;
        double column = 0,
            row = 0,
            half = 0.5 * period;
        foreach (var (now, at) in _points)
        {
            // A whole turn at the ends of the path, too.
            double time = Math.Max(_points[0].Time + half, Math.Min(now, _points[^1].Time - half));
            for (; to < _points.Count && (to == 0 || _points[to].Time <= time + half); to++)
                (column, row) = (column + _points[to].At.Column, row + _points[to].At.Row);
            for (; from < to - 1 && _points[from].Time < time - half; from++)
                (column, row) = (column - _points[from].At.Column, row - _points[from].At.Row);
            double angle = Math.Atan2(at.Row - row / (to - from), at.Column - column / (to - from));
            if (!double.IsNaN(last))
                sum += Math.IEEERemainder(angle - last, 2 * Math.PI);
            last = angle;
        }
        return Math.Abs(sum) / (2 * Math.PI);
    }

    /// <summary>Turns that one circle is fitted to.</summary>
    public const int TurnsOfCircle = 4;

    /// <summary>
    /// How the tip moves: rigidly where the last turns lie on a circle to 1 %. Otherwise it meanders if it did so as much before; where the deviation
    /// still falls, or there are no two circles to compare, nobody can tell.
    /// </summary>
    /// <param name="period">A turn's time, &gt; 0.</param>
    public TipMotion Motion(double period)
    {
        const double Round = 0.01,
            Settles = 0.7;
        var spreads = Spreads(period);
        if (spreads.Count == 0)
            return TipMotion.Unknown;
        if (spreads[0] < Round)
            return TipMotion.Rigid;
        int half = spreads.Count / 2;
        return half > 0 && spreads.Take(half).Average() > Settles * spreads.TakeLast(half).Average()
            ? TipMotion.Meandering
            : TipMotion.Unknown;
    }

    /// <summary>Deviation over radius of the circles through each few turns, the last ones first.</summary>
    private List<double> Spreads(double period)
    {
        var spreads = new List<double>();
        if (_points.Count == 0)
            return spreads;
        double width = TurnsOfCircle * period;
        int from = _points.Count;
        for (double end = _points[^1].Time; end - width >= _points[0].Time; end -= width)
        {
            int behind = from;
            while (from > 0 && _points[from - 1].Time > end - width)
                from--;
            SheetPoint[] part = [.. _points.Take(from..behind).Select(p => p.At)];
            if (part.Length <= 10)
                break;
            var circle = CircleFit.Of(part);
            spreads.Add(circle.Deviation / circle.Radius);
        }
        return spreads;
    }
}
