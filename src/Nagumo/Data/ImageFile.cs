namespace Nagumo.Data;

/// <summary>Reads grey images from PNG, PGM and npy files, told apart by their first bytes.</summary>
/// <remarks>Nothing is inverted or scaled to size: MNIST digits are bright on a dark ground. Colours become grey by Rec. 601 luma,
/// (299 R + 587 G + 114 B)/1000; transparency lies over black. An npy array of bytes is taken as it is; of floats, 0 to 1 becomes 0 to 255.</remarks>
public static class ImageFile
{
    /// <summary>The pixels of the file, [images × rows × cols] with values 0 to 255; only an npy file can hold more than one image.</summary>
    /// <exception cref="InvalidDataException">Unknown or damaged format, or another size; the message names the file.</exception>
    public static byte[] Read(string path, int rows, int cols)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(rows, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(cols, 1);
        return Decode(File.ReadAllBytes(path), path, rows, cols);
    }

    internal static byte[] Decode(byte[] file, string name, int rows, int cols) =>
        Png.IsPng(file) ? Png.Decode(file, name, rows, cols)
        : Pgm.IsPgm(file) ? Pgm.Decode(file, name, rows, cols)
        : Npy.IsNpy(file) ? FromNpy(Npy.Read(file, name), name, rows, cols)
        : throw new InvalidDataException($"{name}: neither PNG nor PGM (P2, P5) nor npy.");

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
        if (array.Shape is not ([_, _] or [_, _, _]))
        {
            throw new InvalidDataException(
                $"{name}: an array of shape [{string.Join(", ", array.Shape)}]; [{rows}, {cols}] or [images, {rows}, {cols}] expected."
            );
        }
        CheckSize(name, array.Shape[^2], array.Shape[^1], rows, cols);
        return array.Values switch
        {
            byte[] bytes => bytes,
            float[] singles => Array.ConvertAll(singles, x => FromUnit(x, name)),
            double[] doubles => Array.ConvertAll(doubles, x => FromUnit(x, name)),
            _ => throw new InvalidDataException($"{name}: images in npy files are bytes (0 to 255) or floats (0 to 1)."),
        };
    }

    private static byte FromUnit(double x, string name) =>
        x is >= 0 and <= 1
            ? (byte)Math.Round(255 * x, MidpointRounding.AwayFromZero)
            : throw new InvalidDataException($"{name}: the value {x:R} is outside 0 to 1, the range of images as floats.");
}
