namespace Nagumo.Plots.Drawing;

/// <summary>An opaque or translucent sRGB colour; each channel 0…255.</summary>
internal readonly record struct Color(byte R, byte G, byte B, byte A = 255)
{
    /// <summary>From 0xRRGGBB.</summary>
    public static Color Hex(int rgb) => new((byte)(rgb >> 16), (byte)(rgb >> 8), (byte)rgb);

    public string Css => $"#{R:x2}{G:x2}{B:x2}";

    /// <summary>Relative lightness 0…1, to choose black or white text on it.</summary>
    public double Luma => ((0.2126 * R) + (0.7152 * G) + (0.0722 * B)) / 255;
}

/// <summary>The colours of every figure. Series follow Okabe and Ito (2008), distinct under all common colour-vision deficiencies.</summary>
internal static class Ink
{
    public static readonly Color Paper = Color.Hex(0xFFFFFF);
    public static readonly Color Text = Color.Hex(0x1C2126);
    public static readonly Color Muted = Color.Hex(0x59626C);
    public static readonly Color Axis = Color.Hex(0x8B949E);
    public static readonly Color Grid = Color.Hex(0xE7EAED);
    public static readonly Color Tint = Color.Hex(0xEEF1F4);

    private static readonly Color[] Lines =
    [
        Color.Hex(0x0072B2),
        Color.Hex(0xD55E00),
        Color.Hex(0x009E73),
        Color.Hex(0xCC79A7),
        Color.Hex(0xE69F00),
        Color.Hex(0x56B4E9),
        Color.Hex(0x000000),
    ];

    public static Color Line(int index) => Lines[index % Lines.Length];
}
