namespace Nagumo.Plots.Drawing;

/// <summary>Symbols of circuit elements, each drawn from one point to another with its leads.</summary>
/// <remarks>As textbooks have them: IEEE 315 for the resistor, capacitor, inductor, tunnel diode and battery.</remarks>
internal static class Symbols
{
    private const double Wire = 1.6,
        Dot = 3;

    /// <summary>A wire through points.</summary>
    public static void Lead(Canvas canvas, params Vec[] points) => canvas.Stroke(points, Wire, Ink.Text);

    /// <summary>Where wires join.</summary>
    public static void Joint(Canvas canvas, Vec at) => canvas.Marker(at, 0, Dot, Ink.Text);

    /// <summary>Ground, below a point.</summary>
    public static void Ground(Canvas canvas, Vec at)
    {
        Lead(canvas, at, new(at.X, at.Y + 8));
        for (var i = 0; i < 3; i++)
        {
            double half = 11 - (4 * i),
                y = at.Y + 8 + (4.5 * i);
            Lead(canvas, new(at.X - half, y), new(at.X + half, y));
        }
    }

    /// <summary>An element from <paramref name="a"/> to <paramref name="b"/>.</summary>
    public static void Draw(Canvas canvas, SchematicSymbol symbol, Vec a, Vec b, Color? color = null, double scale = 1)
    {
        var ink = color ?? Ink.Text;
        var axis = b - a;
        var ex = axis * (1 / axis.Length);
        var ey = new Vec(-ex.Y, ex.X);
        var middle = a + (axis * 0.5);
        Vec At(double x, double y) => middle + (ex * (x * scale)) + (ey * (y * scale));
        void Line(params Vec[] points) => canvas.Stroke(points, scale < 1 ? 1.3 : Wire, ink);
        void Leads(double half)
        {
            Line(a, At(-half, 0));
            Line(At(half, 0), b);
        }

        switch (symbol)
        {
            case SchematicSymbol.Resistor:
                Leads(22);
                Line([At(-22, 0), .. Enumerable.Range(0, 6).Select(i => At(-22 + (44 * (i + 0.5) / 6), i % 2 == 0 ? -7 : 7)), At(22, 0)]);
                break;
            case SchematicSymbol.Inductor:
                Leads(24);
                for (var loop = 0; loop < 4; loop++)
                {
                    var centre = -18 + (12 * loop);
                    Line([
                        .. Enumerable
                            .Range(0, 13)
                            .Select(i => Math.SinCos(Math.PI * i / 12))
                            .Select(angle => At(centre - (6 * angle.Cos), -7.5 * angle.Sin)),
                    ]);
                }
                break;
            case SchematicSymbol.Capacitor:
                Leads(4);
                Line(At(-4, -14), At(-4, 14));
                Line(At(4, -14), At(4, 14));
                break;
            case SchematicSymbol.TunnelDiode:
                Leads(9);
                canvas.Fill([At(-9, -10), At(-9, 10), At(9, 0)], ink);
                Line(At(4.5, -11), At(9, -11), At(9, 11), At(4.5, 11));
                break;
            case SchematicSymbol.Battery:
                Leads(4);
                Line(At(-4, -13), At(-4, 13));
                canvas.Stroke([At(4, -6.5), At(4, 6.5)], 3 * scale, ink);
                break;
            case SchematicSymbol.CurrentSource:
                Leads(14);
                Line([
                    .. Enumerable
                        .Range(0, 37)
                        .Select(i => Math.SinCos(2 * Math.PI * i / 36))
                        .Select(angle => At(14 * angle.Cos, 14 * angle.Sin)),
                ]);
                Arrow(-8, 8);
                break;
            case SchematicSymbol.DependentSource:
                Leads(16);
                Line(At(-16, 0), At(0, -13), At(16, 0), At(0, 13), At(-16, 0));
                Arrow(-9, 9);
                break;
            default:
                Line(a, b);
                break;
        }

        void Arrow(double from, double to)
        {
            Line(At(from, 0), At(to - 5, 0));
            canvas.Fill([At(to, 0), At(to - 7, -4), At(to - 7, 4)], ink);
        }
    }
}
