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

/// <summary>The path of one spiral's tip.</summary>
public sealed class TipPath
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
        var tips = SpiralTip.FindAll(sheet);
        Tips = tips.Count;
        if (Tips == 0)
            return;
        var near = _points.Count > 0 ? _points[^1].At : new(0.5 * sheet.Options.Columns, 0.5 * sheet.Options.Rows);
        _points.Add((sheet.Time, tips.MinBy(near.SquareTo)));
    }

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
}
