using System.Numerics;

namespace Nagumo.Media;

/// <summary>A point of a sheet, in cells: the middle of the first cell is (0, 0).</summary>
public readonly record struct SheetPoint(double Column, double Row)
{
    /// <summary>Squared distance.</summary>
    public double SquareTo(SheetPoint other)
    {
        double x = Column - other.Column,
            y = Row - other.Row;
        return x * x + y * y;
    }
}

/// <summary>Tips of spirals: the points where u and v cross the middle of their ranges, both bilinear between four cells.</summary>
internal static class SpiralTip
{
    /// <summary>All tips of a sheet.</summary>
    /// <param name="sheet">The sheet.</param>
    /// <param name="middleU">Level of the activator.</param>
    /// <param name="middleV">Level of the first inhibitor.</param>
    public static List<SheetPoint> FindAll<T>(Sheet<T> sheet, double middleU, double middleV)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        T u = T.CreateChecked(middleU),
            v = T.CreateChecked(middleV);
        var found = new List<SheetPoint>();
        for (int r = 0; r + 1 < sheet.Options.Rows; r++)
        {
            ReadOnlySpan<T> u0 = sheet.Read(0, r),
                u1 = sheet.Read(0, r + 1),
                v0 = sheet.Read(1, r),
                v1 = sheet.Read(1, r + 1);
            for (int c = 0; c + 1 < u0.Length; c++)
                if (
                    Changes(u, u0[c], u0[c + 1], u1[c], u1[c + 1])
                    && Changes(v, v0[c], v0[c + 1], v1[c], v1[c + 1])
                    && Crossing(Square(middleU, u0, u1, c), Square(middleV, v0, v1, c)) is { } at
                )
                    found.Add(new(c + at.Column, r + at.Row));
        }
        return found;
    }

    private static bool Changes<T>(T level, T a, T b, T c, T d)
        where T : IBinaryFloatingPointIeee754<T>
    {
        bool below = a < level;
        return b < level != below || c < level != below || d < level != below;
    }

    /// <summary>The bilinear function of four cells above a level, p + q x + r y + s x y on the unit square.</summary>
    private static (double P, double Q, double R, double S) Square<T>(double level, ReadOnlySpan<T> upper, ReadOnlySpan<T> lower, int c)
        where T : IBinaryFloatingPointIeee754<T>
    {
        double a = double.CreateChecked(upper[c]) - level,
            b = double.CreateChecked(upper[c + 1]) - level,
            d = double.CreateChecked(lower[c]) - level,
            e = double.CreateChecked(lower[c + 1]) - level;
        return (a, b - a, d - a, a - b - d + e);
    }

    /// <summary>Where both functions vanish inside the square, by eliminating x: a quadratic in y.</summary>
    private static SheetPoint? Crossing((double P, double Q, double R, double S) u, (double P, double Q, double R, double S) v)
    {
        // x = −(p + r y)/(q + s y) from u, put into v.
        double a = v.R * u.S - v.S * u.R,
            b = v.P * u.S + v.R * u.Q - v.Q * u.R - v.S * u.P,
            c = v.P * u.Q - v.Q * u.P;
        foreach (double y in Roots(a, b, c))
        {
            double x = -(u.P + u.R * y) / (u.Q + u.S * y);
            if (y is >= 0 and <= 1 && x is >= 0 and <= 1)
                return new(x, y);
        }
        return null;
    }

    private static double[] Roots(double a, double b, double c)
    {
        double root = Math.Sqrt(b * b - 4 * a * c);
        if (double.IsNaN(root))
            return [];
        // The larger sum first, so that nothing cancels; a may be 0.
        double q = -0.5 * (b + Math.CopySign(root, b));
        return [c / q, q / a];
    }
}
