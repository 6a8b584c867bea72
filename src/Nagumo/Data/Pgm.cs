namespace Nagumo.Data;

/// <summary>Decoder of portable grey maps, text (P2) and binary (P5).</summary>
/// <remarks>Values 0 to maxval (at most 255 here) become 0 to 255, rounded. [Netpbm, "PGM format specification"]</remarks>
internal static class Pgm
{
    public static bool IsPgm(ReadOnlySpan<byte> file) => file is [(byte)'P', (byte)'2' or (byte)'5', ..];

    public static byte[] Decode(ReadOnlySpan<byte> file, string name, int rows, int cols)
    {
        var at = 2;
        var width = Number(file, ref at, name);
        var height = Number(file, ref at, name);
        var most = Number(file, ref at, name);
        ImageFile.CheckSize(name, height, width, rows, cols);
        if (most is < 1 or > 255)
        {
            throw new InvalidDataException($"{name}: largest value {most}; PGM with 1 to 255 is read.");
        }
        var pixels = new byte[rows * cols];
        if (file[1] == '5')
        {
            // One white-space byte ends the header.
            var data = file[Math.Min(at + 1, file.Length)..];
            if (data.Length < pixels.Length)
            {
                throw new InvalidDataException($"{name}: ends after {data.Length} of {pixels.Length} pixels.");
            }
            data[..pixels.Length].CopyTo(pixels);
        }
        for (var i = 0; i < pixels.Length; i++)
        {
            var value = file[1] == '5' ? pixels[i] : Number(file, ref at, name);
            if (value > most)
            {
                throw new InvalidDataException($"{name}: pixel {i} is {value}, above the largest value {most}.");
            }
            pixels[i] = (byte)((value * 255 + most / 2) / most);
        }
        return pixels;
    }

    /// <summary>The next number; white space and comments (# to the end of the line) before it are skipped.</summary>
    private static int Number(ReadOnlySpan<byte> file, ref int at, string name)
    {
        while (at < file.Length && (file[at] == '#' || IsSpace(file[at])))
        {
            if (file[at] == '#')
            {
                var end = file[at..].IndexOf((byte)'\n');
                at = end < 0 ? file.Length : at + end;
            }
            else
            {
                at++;
            }
        }
        var start = at;
        var value = 0;
        for (; at < file.Length && char.IsAsciiDigit((char)file[at]); at++)
        {
            value = Math.Min(value * 10 + file[at] - '0', 1 << 24);
        }
        return at > start ? value : throw new InvalidDataException($"{name}: a number is missing at byte {at} of the PGM file.");
    }

    private static bool IsSpace(byte b) => b is (byte)' ' or (>= 9 and <= 13);
}
