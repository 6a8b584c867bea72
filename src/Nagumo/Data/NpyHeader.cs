using System.Buffers.Binary;
using System.Text;
using System.Text.RegularExpressions;

namespace Nagumo.Data;

/// <summary>What an npy file says of its array before the data: type, order of axes, shape.</summary>
/// <param name="Descriptor">NumPy's type, such as "&lt;f4": byte order, kind, bytes a value.</param>
/// <param name="IsFortran">Whether the first axis varies fastest.</param>
/// <param name="Shape">Sizes, outermost first.</param>
/// <param name="Start">Where the data begin.</param>
internal sealed partial record NpyHeader(string Descriptor, bool IsFortran, int[] Shape, int Start)
{
    /// <summary>Longest header that is read: a shape of 32 axes needs 500 bytes.</summary>
    private const int Longest = 1 << 16;

    /// <summary>Bytes from a file's beginning in which its header stands.</summary>
    public const int Prefix = Longest + 12;

    /// <summary>How many values.</summary>
    public long Count => Npy.Count(Shape);

    /// <summary>How many bytes of data.</summary>
    public long Bytes => Count * Size;

    private int Size => Descriptor[1] == 'U' ? 4 * int.Parse(Descriptor[2..]) : Descriptor[2] - '0';

    /// <summary>Reads the header from a file's first <see cref="Prefix"/> bytes, or all of them.</summary>
    /// <param name="file">Those bytes.</param>
    /// <param name="name">What messages call the file.</param>
    /// <param name="takesText">Whether texts are read as well as numbers.</param>
    /// <exception cref="InvalidDataException">Not npy, or an array of something else than numbers.</exception>
    public static NpyHeader Read(ReadOnlySpan<byte> file, string name, bool takesText = false)
    {
        if (!Npy.IsNpy(file) || file.Length < 12)
        {
            throw new InvalidDataException($"{name}: not an npy file.");
        }
        var (start, length) = file[6] switch
        {
            1 => (10, BinaryPrimitives.ReadUInt16LittleEndian(file[8..])),
            2 or 3 => (12, BinaryPrimitives.ReadUInt32LittleEndian(file[8..])),
            var version => throw new InvalidDataException($"{name}: npy version {version}; 1 to 3 are read."),
        };
        if (length > Longest || length > file.Length - start)
        {
            throw new InvalidDataException($"{name}: the npy file ends inside its header.");
        }
        var header = Encoding.UTF8.GetString(file.Slice(start, (int)length));
        var shape = ShapeOf(header, name);
        if (Npy.Count(shape) > System.Array.MaxLength)
        {
            throw new InvalidDataException($"{name}: shape [{string.Join(", ", shape)}] holds too many values.");
        }
        return new(TypeOf(header, name, takesText), FortranTrue().IsMatch(header), shape, start + (int)length);
    }

    /// <summary>The array, row-major and of a type that is kept.</summary>
    /// <param name="data">Exactly <see cref="Bytes"/> bytes.</param>
    /// <param name="name">What messages call the file.</param>
    public NpyArray Array(ReadOnlySpan<byte> data, string name)
    {
        var bytes = data.ToArray();
        if (Descriptor[1] == 'U')
        {
            return new NpyArray(Texts(bytes), Shape);
        }
        if (Descriptor[0] == '>' == BitConverter.IsLittleEndian && Size > 1)
        {
            Npy.Swap(bytes, Size);
        }
        if (IsFortran && Shape.Length > 1)
        {
            bytes = RowMajor(bytes);
        }
        System.Array values = Descriptor[1..] switch
        {
            "f2" => Converted<Half, float>(bytes, x => (float)x),
            "f4" => Converted<float, float>(bytes, x => x),
            "f8" => Converted<double, double>(bytes, x => x),
            "u1" => bytes,
            "i1" => Converted<sbyte, int>(bytes, x => x),
            "u2" => Converted<ushort, int>(bytes, x => x),
            "i2" => Converted<short, int>(bytes, x => x),
            "i4" => Converted<int, int>(bytes, x => x),
            "u4" => Converted<uint, long>(bytes, x => x),
            "i8" => Converted<long, long>(bytes, x => x),
            "u8" => Converted<ulong, long>(
                bytes,
                x =>
                    x <= long.MaxValue
                        ? (long)x
                        : throw new InvalidDataException(
                            $"{name}: the uint64 value {x} is above {long.MaxValue}; save it as float64 instead."
                        )
            ),
            _ => System.Array.ConvertAll(bytes, b => b != 0),
        };
        return new NpyArray(values, Shape);
    }

    /// <summary>Texts of one length each in UTF-32, ended by zeros; several axes stand in the order of the file.</summary>
    private string[] Texts(byte[] bytes)
    {
        var encoding = new UTF32Encoding(bigEndian: Descriptor[0] == '>', byteOrderMark: false);
        var texts = new string[Count];
        for (var i = 0; i < texts.Length; i++)
        {
            texts[i] = encoding.GetString(bytes, i * Size, Size).TrimEnd('\0');
        }
        return texts;
    }

    private static TTo[] Converted<TFrom, TTo>(byte[] bytes, Func<TFrom, TTo> convert)
        where TFrom : unmanaged
    {
        var from = System.Runtime.InteropServices.MemoryMarshal.Cast<byte, TFrom>(bytes);
        var to = new TTo[from.Length];
        for (var i = 0; i < to.Length; i++)
        {
            to[i] = convert(from[i]);
        }
        return to;
    }

    /// <summary>Values in the order in which the last axis varies fastest.</summary>
    private byte[] RowMajor(byte[] bytes)
    {
        var sorted = new byte[bytes.Length];
        var index = new int[Shape.Length];
        for (long to = 0; to < Count; to++)
        {
            long from = 0;
            for (var axis = Shape.Length - 1; axis >= 0; axis--)
            {
                from = from * Shape[axis] + index[axis];
            }
            bytes.AsSpan((int)(from * Size), Size).CopyTo(sorted.AsSpan((int)(to * Size)));
            for (var axis = Shape.Length - 1; axis >= 0 && ++index[axis] == Shape[axis]; axis--)
            {
                index[axis] = 0;
            }
        }
        return sorted;
    }

    private static int[] ShapeOf(string header, string name)
    {
        var match = ShapePattern().Match(header);
        var sizes = match.Groups[1].Value.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        var shape = new int[sizes.Length];
        for (var i = 0; i < sizes.Length && match.Success; i++)
        {
            // Python 2 wrote long integers as 28L.
            if (!int.TryParse(sizes[i].TrimEnd('L'), out shape[i]))
            {
                throw new InvalidDataException($"{name}: npy dimension '{sizes[i]}' is too large.");
            }
        }
        return match.Success ? shape : throw new InvalidDataException($"{name}: the npy header has no shape.");
    }

    private static string TypeOf(string header, string name, bool takesText)
    {
        var given = DescriptorPattern().Match(header);
        var type = given.Success ? given.Groups[1].Value : "";
        if (KnownType().IsMatch(type) || (takesText && TextType().IsMatch(type)))
        {
            return type;
        }
        var what =
            !given.Success ? "records (a structured type)"
            : type is [_, 'O', ..] ? "Python objects"
            : type is [_, 'S' or 'U', ..] ? "text"
            : type is [_, 'c', ..] ? "complex numbers"
            : $"type '{type}'";
        throw new InvalidDataException(
            $"{name}: npy of {what}; floats of 16 to 64 bits, integers and bools are read. Save x.astype('float32') instead."
        );
    }

    [GeneratedRegex(@"'shape':\s*\(([0-9L,\s]*)\)")]
    private static partial Regex ShapePattern();

    [GeneratedRegex(@"'fortran_order':\s*True")]
    private static partial Regex FortranTrue();

    [GeneratedRegex(@"'descr':\s*'([^']*)'")]
    private static partial Regex DescriptorPattern();

    [GeneratedRegex(@"^([<>=|][fiu][248]|[<>=|][iu]1|[<>=|]b1)$(?<!\|[fiu][248])")]
    private static partial Regex KnownType();

    [GeneratedRegex("^[<>=|]U[0-9]{1,6}$")]
    private static partial Regex TextType();
}
