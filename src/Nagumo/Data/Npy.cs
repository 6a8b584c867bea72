using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.RegularExpressions;

namespace Nagumo.Data;

/// <summary>An array as NumPy stores it: a shape and its values in row-major order.</summary>
public sealed class NpyArray
{
    /// <param name="values">float[], double[], byte[], int[] or long[]; not copied.</param>
    /// <param name="shape">Sizes, outermost first; their product is the number of values; empty for a single number.</param>
    public NpyArray(Array values, params int[] shape)
    {
        if (Npy.Descriptor(values) is null)
        {
            throw new ArgumentException(
                $"{values.GetType().Name} cannot be stored; float[], double[], byte[], int[] and long[] can.",
                nameof(values)
            );
        }
        if (Array.Exists(shape, n => n < 0) || Npy.Count(shape) != values.Length)
        {
            throw new ArgumentException($"Shape [{string.Join(", ", shape)}] does not hold {values.Length} values.", nameof(shape));
        }
        (Values, Shape) = (values, shape);
    }

    public int[] Shape { get; }

    /// <summary>The values, as an array of their own type.</summary>
    public Array Values { get; }

    /// <summary>The values as <typeparamref name="T"/>, which must be their type.</summary>
    public T[] As<T>()
        where T : unmanaged =>
        Values as T[] ?? throw new InvalidDataException($"The array holds {Values.GetType().Name}, not {typeof(T).Name}[].");
}

/// <summary>Reads and writes .npy files (NumPy arrays) of float32, float64, uint8, int32 and int64; little-endian, row-major, no pickle.</summary>
/// <remarks>[NumPy, "NEP 1 — A Simple File Format for NumPy Arrays"]; version 1.0 is written, 1.0 to 3.0 are read.</remarks>
public static partial class Npy
{
    private static ReadOnlySpan<byte> Magic => [0x93, (byte)'N', (byte)'U', (byte)'M', (byte)'P', (byte)'Y'];

    public static void Write(string path, NpyArray array) => AtomicFile.Write(path, stream => Write(stream, array));

    public static void Write(Stream stream, NpyArray array)
    {
        var shape = array.Shape.Length == 1 ? $"{array.Shape[0]}," : string.Join(", ", array.Shape);
        var header = $"{{'descr': '{Descriptor(array.Values)}', 'fortran_order': False, 'shape': ({shape}), }}";
        // Magic, version and length take 10 bytes; the data begins at a multiple of 64.
        var length = (10 + header.Length + 1 + 63) / 64 * 64 - 10;
        stream.Write(Magic);
        stream.Write([1, 0, (byte)length, (byte)(length >> 8)]);
        stream.Write(Encoding.ASCII.GetBytes(header.PadRight(length - 1) + "\n"));
        var bytes = Bytes(array.Values);
        if (BitConverter.IsLittleEndian)
        {
            stream.Write(bytes);
        }
        else
        {
            var swapped = bytes.ToArray();
            Swap(swapped, SizeOf(array.Values));
            stream.Write(swapped);
        }
    }

    /// <exception cref="InvalidDataException">Not npy, a type or order that is not read, or not exactly as long as its header says.</exception>
    public static NpyArray Read(string path) => Read(File.ReadAllBytes(path), path);

    internal static bool IsNpy(ReadOnlySpan<byte> file) => file.StartsWith(Magic);

    internal static NpyArray Read(ReadOnlySpan<byte> file, string name)
    {
        var header = Header(file, name, out var data);
        var shape = Shape(header, name);
        if (!FortranFalse().IsMatch(header) && shape.Length > 1)
        {
            throw new InvalidDataException($"{name}: column-major npy; save numpy.ascontiguousarray(x) instead.");
        }
        var descriptor = DescriptorPattern().Match(header).Groups[1].Value;
        var count = Count(shape);
        if (count > Array.MaxLength)
        {
            throw new InvalidDataException($"{name}: shape [{string.Join(", ", shape)}] holds too many values.");
        }
        var size =
            descriptor is "|u1" ? 1
            : descriptor is "<f4" or "<i4" ? 4
            : 8;
        if (descriptor is not ("<f4" or "<f8" or "|u1" or "<i4" or "<i8"))
        {
            throw new InvalidDataException(
                $"{name}: npy of type '{descriptor}'; read are little-endian float32, float64, uint8, int32 and int64."
            );
        }
        if (data.Length != count * size)
        {
            throw new InvalidDataException(
                $"{name}: {data.Length} bytes of data; shape [{string.Join(", ", shape)}] of '{descriptor}' needs {count * size}."
            );
        }
        Array values = descriptor switch
        {
            "<f4" => new float[count],
            "<f8" => new double[count],
            "|u1" => new byte[count],
            "<i4" => new int[count],
            _ => new long[count],
        };
        var bytes = Bytes(values);
        data.CopyTo(bytes);
        if (!BitConverter.IsLittleEndian)
        {
            Swap(bytes, size);
        }
        return new NpyArray(values, shape);
    }

    internal static string? Descriptor(Array values) =>
        values switch
        {
            float[] => "<f4",
            double[] => "<f8",
            byte[] => "|u1",
            int[] => "<i4",
            long[] => "<i8",
            _ => null,
        };

    /// <summary>How many values a shape holds; above <see cref="Array.MaxLength"/> only that it does.</summary>
    internal static long Count(int[] shape) =>
        Array.Exists(shape, n => n == 0) ? 0 : shape.Aggregate(1L, (product, n) => product > Array.MaxLength ? product : product * n);

    private static int SizeOf(Array values) => Buffer.ByteLength(values) / Math.Max(1, values.Length);

    private static Span<byte> Bytes(Array values) =>
        MemoryMarshal.CreateSpan(ref MemoryMarshal.GetArrayDataReference(values), Buffer.ByteLength(values));

    private static void Swap(Span<byte> bytes, int size)
    {
        for (var at = 0; at < bytes.Length; at += size)
        {
            bytes.Slice(at, size).Reverse();
        }
    }

    private static string Header(ReadOnlySpan<byte> file, string name, out ReadOnlySpan<byte> data)
    {
        if (!IsNpy(file) || file.Length < 12)
        {
            throw new InvalidDataException($"{name}: not an npy file.");
        }
        var (start, length) = file[6] switch
        {
            1 => (10, BinaryPrimitives.ReadUInt16LittleEndian(file[8..])),
            2 or 3 => (12, BinaryPrimitives.ReadUInt32LittleEndian(file[8..])),
            var version => throw new InvalidDataException($"{name}: npy version {version}; 1 to 3 are read."),
        };
        if (length > file.Length - start)
        {
            throw new InvalidDataException($"{name}: the npy file ends inside its header.");
        }
        data = file[(start + (int)length)..];
        return Encoding.UTF8.GetString(file.Slice(start, (int)length));
    }

    private static int[] Shape(string header, string name)
    {
        var match = ShapePattern().Match(header);
        var sizes = match.Groups[1].Value.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        var shape = new int[sizes.Length];
        for (var i = 0; i < sizes.Length && match.Success; i++)
        {
            if (!int.TryParse(sizes[i], out shape[i]))
            {
                throw new InvalidDataException($"{name}: npy dimension '{sizes[i]}' is too large.");
            }
        }
        return match.Success ? shape : throw new InvalidDataException($"{name}: the npy header has no shape.");
    }

    [GeneratedRegex(@"'shape':\s*\(([0-9,\s]*)\)")]
    private static partial Regex ShapePattern();

    [GeneratedRegex(@"'fortran_order':\s*False")]
    private static partial Regex FortranFalse();

    [GeneratedRegex(@"'descr':\s*'([^']*)'")]
    private static partial Regex DescriptorPattern();
}
