namespace Nagumo.Data;

/// <summary>Reads images from PNG, PGM, PPM and npy files, told apart by their first bytes.</summary>
/// <remarks>
/// Nothing is scaled to size, and nothing inverted unless asked: MNIST digits are bright on a dark ground. Colours become grey by Rec. 601 luma,
/// (299 R + 587 G + 114 B)/1000; transparency lies over black, over white where the picture is inverted. An npy array of whole numbers from 0 to 255
/// is taken as it is; of floats, 0 to 1 becomes 0 to 255; of bools, true is 255. Axes of length 1 are left out, and a flat array is read row by row.
/// </remarks>
public static class ImageFile
{
    /// <summary>The pixels of the file, [images × rows × cols] with values 0 to 255; only an npy file can hold more than one image.</summary>
    /// <param name="path">The file.</param>
    /// <param name="rows">Rows that the image must have, ≥ 1.</param>
    /// <param name="cols">Columns, ≥ 1.</param>
    /// <param name="invert">Whether dark ink on a bright ground is to be read as bright ink on a dark one.</param>
    /// <exception cref="InvalidDataException">Unknown or damaged format, or another size; the message names the file.</exception>
    public static byte[] Read(string path, int rows, int cols, bool invert = false)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(rows, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(cols, 1);
        return Decode(File.ReadAllBytes(path), path, rows, cols, invert);
    }

    internal static byte[] Decode(byte[] file, string name, int rows, int cols, bool invert = false)
    {
        var pixels =
            Png.IsPng(file) ? Png.Decode(file, name, rows, cols, invert ? (byte)255 : (byte)0)
            : Netpbm.IsNetpbm(file) ? Grey(Netpbm.Decode(file, name, rows, cols), rows * cols)
            : Npy.IsNpy(file) ? FromNpy(Npy.Read(file, name), name, rows, cols)
            : throw new InvalidDataException(Unknown(file, name));
        return invert ? Array.ConvertAll(pixels, p => (byte)(255 - p)) : pixels;
    }

    /// <summary>Rows, columns, and whether a picture may have colours, without unpacking it.</summary>
    /// <exception cref="InvalidDataException">Unknown or damaged.</exception>
    internal static (long Rows, long Cols, bool IsColour) Size(ReadOnlySpan<byte> file, string name) =>
        Png.IsPng(file) ? Png.Size(file, name)
        : Netpbm.IsNetpbm(file) ? Netpbm.Size(file, name)
        : throw new InvalidDataException(Unknown(file, name));

    /// <summary>A picture in planes, [3 × rows × cols]: red, green, blue.</summary>
    internal static byte[] Planes(ReadOnlySpan<byte> file, string name, int rows, int cols)
    {
        int size = rows * cols;
        byte[] pixels = Png.IsPng(file) ? Png.Decode(file, name, rows, cols, 0, colour: true) : Netpbm.Decode(file, name, rows, cols),
            planes = new byte[checked(3 * size)];
        bool isGrey = pixels.Length == size;
        for (int i = 0; i < size; i++)
        for (int s = 0; s < 3; s++)
            planes[s * size + i] = pixels[isGrey ? i : 3 * i + s];
        return planes;
    }

    private static byte[] Grey(byte[] pixels, int size)
    {
        if (pixels.Length == size)
            return pixels;
        byte[] grey = new byte[size];
        for (int i = 0; i < size; i++)
            grey[i] = Luma(pixels[3 * i], pixels[3 * i + 1], pixels[3 * i + 2]);
        return grey;
    }

    /// <summary>Rec. 601.</summary>
    internal static byte Luma(int r, int g, int b) => (byte)((299 * r + 587 * g + 114 * b + 500) / 1000);

    private static string Unknown(ReadOnlySpan<byte> file, string name) =>
        file is [0xff, 0xd8, 0xff, ..]
            ? $"{name}: JPEG, which is not read; as PNG it loses nothing more: mogrify -format png '{name}'"
            : $"{name}: neither PNG nor PGM (P2, P5), PPM (P3, P6) nor npy.";

    internal static void CheckSize(string name, long rows, long cols, int wantedRows, int wantedCols)
    {
        if ((rows, cols) != (wantedRows, wantedCols))
        {
            throw new InvalidDataException(
                $"{name}: the image is {rows} × {cols} (rows × columns); {wantedRows} × {wantedCols} expected. Resize it first."
            );
        }
    }

    private static byte[] FromNpy(NpyArray array, string name, int rows, int cols)
    {
        int[] shape = [.. array.Shape.Where(n => n != 1)],
            image = [.. new[] { rows, cols }.Where(n => n != 1)];
        var fits = shape.SequenceEqual(image) || shape.SequenceEqual([rows * cols]) || shape is [_, .. var one] && one.SequenceEqual(image);
        if (!fits)
        {
            throw new InvalidDataException(
                $"{name}: an array of shape [{string.Join(", ", array.Shape)}]; [{rows}, {cols}] or [images, {rows}, {cols}] expected. Reshape or resize it first."
            );
        }
        return array.Values switch
        {
            byte[] bytes => bytes,
            bool[] bits => Array.ConvertAll(bits, b => b ? (byte)255 : (byte)0),
            int[] numbers => Array.ConvertAll(numbers, x => FromByte(x, name)),
            long[] numbers => Array.ConvertAll(numbers, x => FromByte(x, name)),
            float[] singles => Array.ConvertAll(singles, x => FromUnit(x, name)),
            var values => Array.ConvertAll((double[])values, x => FromUnit(x, name)),
        };
    }

    private static byte FromByte(long x, string name) =>
        x is >= 0 and <= 255
            ? (byte)x
            : throw new InvalidDataException($"{name}: the value {x} is outside 0 to 255, the range of images as whole numbers.");

    private static byte FromUnit(double x, string name) =>
        x is >= 0 and <= 1
            ? (byte)Math.Round(255 * x, MidpointRounding.AwayFromZero)
            : throw new InvalidDataException($"{name}: the value {x:R} is outside 0 to 1, the range of images as floats.");
}
