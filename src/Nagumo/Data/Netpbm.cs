namespace Nagumo.Data;

/// <summary>Decoder of portable grey maps and pixel maps, text (P2, P3) and binary (P5, P6).</summary>
/// <remarks>Values 0 to maxval become 0 to 255, rounded; above 255 a binary value takes two bytes. [Netpbm, "PGM format specification", "PPM format
/// specification"]</remarks>
internal static class Netpbm
{
    public static bool IsNetpbm(ReadOnlySpan<byte> file) => file is [(byte)'P', (byte)'2' or (byte)'3' or (byte)'5' or (byte)'6', ..];

    /// <summary>The size and whether it has colours, from the file's beginning.</summary>
    public static (int Rows, int Cols, bool IsColour) Size(ReadOnlySpan<byte> file, string name)
    {
        var at = 2;
        var width = Number(file, ref at, name);
        return (Number(file, ref at, name), width, file[1] is (byte)'3' or (byte)'6');
    }

    /// <summary>The values, [rows × cols] or, of a colour map, [rows × cols × 3].</summary>
    public static byte[] Decode(ReadOnlySpan<byte> file, string name, int rows, int cols)
    {
        var at = 2;
        var width = Number(file, ref at, name);
        var height = Number(file, ref at, name);
        var most = Number(file, ref at, name);
        ImageFile.CheckSize(name, height, width, rows, cols);
        if (most is < 1 or > 65535)
        {
            throw new InvalidDataException($"{name}: largest value {most}; PGM and PPM have 1 to 65535.");
        }
        var isText = file[1] is (byte)'2' or (byte)'3';
        var values = new byte[checked(rows * cols * (file[1] is (byte)'3' or (byte)'6' ? 3 : 1))];
        var size = most < 256 ? 1 : 2;
        ReadOnlySpan<byte> data = [];
        if (!isText)
        {
            // One white-space byte ends the header; writers on Windows may make two of it.
            data = file[Math.Min(at + 1, file.Length)..];
            if (at + 1 < file.Length && file[at] == '\r' && file[at + 1] == '\n' && data.Length == values.Length * size + 1)
            {
                data = data[1..];
            }
            if (data.Length < values.Length * size)
            {
                throw new InvalidDataException($"{name}: ends after {data.Length / size} of {values.Length} values.");
            }
        }
        for (var i = 0; i < values.Length; i++)
        {
            var value =
                isText ? Number(file, ref at, name)
                : size == 1 ? data[i]
                : 256 * data[2 * i] + data[2 * i + 1];
            if (value > most)
            {
                throw new InvalidDataException($"{name}: value {i} is {value}, above the largest value {most}.");
            }
            values[i] = (byte)((value * 255 + most / 2) / most);
        }
        return values;
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
        return at > start ? value : throw new InvalidDataException($"{name}: a number is missing at byte {at} of the PGM or PPM file.");
    }

    private static bool IsSpace(byte b) => b is (byte)' ' or (>= 9 and <= 13);
}
