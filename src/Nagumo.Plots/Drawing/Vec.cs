namespace Nagumo.Plots.Drawing;

/// <summary>A point or a displacement in the plane.</summary>
internal readonly record struct Vec(double X, double Y)
{
    public double Length => Math.Sqrt((X * X) + (Y * Y));

    public static Vec operator +(Vec a, Vec b) => new(a.X + b.X, a.Y + b.Y);

    public static Vec operator -(Vec a, Vec b) => new(a.X - b.X, a.Y - b.Y);

    public static Vec operator *(Vec a, double s) => new(a.X * s, a.Y * s);
}

/// <summary>A rectangle; y points down.</summary>
internal readonly record struct Box(double X, double Y, double Width, double Height)
{
    public double Right => X + Width;

    public double Bottom => Y + Height;
}
