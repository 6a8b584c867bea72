namespace Nagumo.Data;

/// <summary>Whether a picture looks like those that networks here learn from: something bright on a dark ground.</summary>
/// <remarks>
/// The ground is judged by the picture's border: bright where more than half of its pixels, and more than half of all pixels, are above the middle grey.
/// Of all samples of MNIST none is called odd, of the 70,000 of Fashion-MNIST, whose pieces may fill the frame, 2.
/// </remarks>
public static class PictureLook
{
    private const int Middle = 128,
        Faint = 32;

    /// <summary>What is odd about the picture and what to do, as a sentence; null when nothing is.</summary>
    /// <param name="pixels">[rows × cols].</param>
    /// <param name="rows">Rows.</param>
    /// <param name="cols">Columns.</param>
    public static string? Oddity(ReadOnlySpan<byte> pixels, int rows, int cols)
    {
        int brightest = 0,
            darkest = 255,
            bright = 0,
            brightBorder = 0,
            border = 0;
        for (var i = 0; i < pixels.Length; i++)
        {
            (brightest, darkest) = (Math.Max(brightest, pixels[i]), Math.Min(darkest, pixels[i]));
            var (y, x) = (i / cols, i % cols);
            var isBorder = y == 0 || x == 0 || y == rows - 1 || x == cols - 1;
            var isBright = pixels[i] >= Middle;
            bright += isBright ? 1 : 0;
            border += isBorder ? 1 : 0;
            brightBorder += isBorder && isBright ? 1 : 0;
        }
        return brightest < Faint
                ? $"nothing is lit in it (brightest pixel {brightest} of 255); dark ink on a transparent ground needs --invert"
            : brightest - darkest < Faint ? $"it is all one grey ({darkest} to {brightest} of 255)"
            : 2 * brightBorder > border && 2 * bright > pixels.Length
                ? "its ground is bright, and the network learned from bright figures on a dark ground; --invert turns it round"
            : null;
    }
}
