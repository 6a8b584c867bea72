using System.Runtime.CompilerServices;

namespace Nagumo.Plots.Drawing;

/// <summary>Perceptually uniform colour maps: straight lines in OKLab, so equal steps of a value look like equal steps of colour.</summary>
/// <remarks>[Ottosson 2020, A perceptual color space for image processing]</remarks>
internal static class ColorMap
{
    /// <summary>Blue (−1) through near-white (0) to vermilion (+1); both arms have the same lightness at the same distance from zero.</summary>
    public static Color Signed(double t)
    {
        t = double.IsNaN(t) ? 0 : Math.Clamp(t, -1, 1);
        var a = Math.Abs(t);
        return Lch(0.98 - (0.50 * a), 0.155 * a, t < 0 ? 250 : 38);
    }

    /// <summary>White (0) to deep vermilion (1).</summary>
    public static Color Error(double t) => Signed(Math.Clamp(t, 0, 1) * 0.9);

    /// <summary>Near-black indigo (0) through red to pale yellow (1): lightness rises all the way, so a grey print reads the same.</summary>
    public static Color Sequential(double t) => SequentialTable[double.IsNaN(t) ? 0 : (int)Math.Round(Math.Clamp(t, 0, 1) * (Steps - 1))];

    /// <summary>How many colours <see cref="Sequential"/> has.</summary>
    public const int Steps = 240;

    private static readonly Color[] SequentialTable = MakeSequential();

    /// <summary>A curve through the gamut, cut into pieces of equal length in OKLab.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static Color[] MakeSequential()
    {
        const int Fine = 20_000;
        var length = new double[Fine + 1];
        for (var i = 1; i <= Fine; i++)
        {
            var (a, b) = (Curve((double)(i - 1) / Fine), Curve((double)i / Fine));
            length[i] = length[i - 1] + Math.Sqrt(Square(a.L - b.L) + Square(a.A - b.A) + Square(a.B - b.B));
        }
        var colors = new Color[Steps];
        for (int k = 0, i = 0; k < Steps; k++)
        {
            while (length[i] < length[Fine] * k / (Steps - 1))
            {
                i++;
            }
            var (l, a, b) = Curve((double)i / Fine);
            colors[k] = OkLab(l, a, b);
        }
        return colors;

        static double Square(double x) => x * x;

        static (double L, double A, double B) Curve(double t)
        {
            var chroma = 0.095 + (0.075 * Math.Sin(Math.PI * t));
            var (sin, cos) = Math.SinCos((275 + (190 * t)) * Math.PI / 180);
            return (0.17 + (0.80 * t), chroma * cos, chroma * sin);
        }
    }

    private static Color Lch(double l, double chroma, double hueDegrees)
    {
        var (sin, cos) = Math.SinCos(hueDegrees * Math.PI / 180);
        return OkLab(l, chroma * cos, chroma * sin);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static Color OkLab(double l, double a, double b)
    {
        var x = Cube(l + (0.3963377774 * a) + (0.2158037573 * b));
        var y = Cube(l - (0.1055613458 * a) - (0.0638541728 * b));
        var z = Cube(l - (0.0894841775 * a) - (1.2914855480 * b));
        return new Color(
            Srgb((4.0767416621 * x) - (3.3077115913 * y) + (0.2309699292 * z)),
            Srgb((-1.2684380046 * x) + (2.6097574011 * y) - (0.3413193965 * z)),
            Srgb((-0.0041960863 * x) - (0.7034186147 * y) + (1.7076147010 * z))
        );
    }

    private static double Cube(double v) => v * v * v;

    private static byte Srgb(double linear)
    {
        linear = Math.Clamp(linear, 0, 1);
        var v = linear <= 0.0031308 ? 12.92 * linear : (1.055 * Math.Pow(linear, 1 / 2.4)) - 0.055;
        return (byte)Math.Round(255 * v);
    }
}
