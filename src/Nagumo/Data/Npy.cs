using System.Runtime.InteropServices;
using System.Text;

namespace Nagumo.Data;

/// <summary>An array as NumPy stores it: a shape and its values in row-major order.</summary>
public sealed class NpyArray
{
    /// <param name="values">float[], double[], byte[], int[], long[] or bool[]; not copied.</param>
    /// <param name="shape">Sizes, outermost first; their product is the number of values; empty for a single number.</param>
    public NpyArray(Array values, params int[] shape)
    {
        if (Npy.Descriptor(values) is null)
        {
            throw new ArgumentException(
                $"{values.GetType().Name} cannot be stored; float[], double[], byte[], int[], long[], bool[] and string[] can.",
                nameof(values)
            );
        }
        if (Array.Exists(shape, n => n < 0) || Npy.Count(shape) != values.Length)
        {
            throw new ArgumentException(
                $"Shape [{string.Join(", ", shape)}] does not hold {Counted.Of(values.Length, "value")}.",
                nameof(shape)
            );
        }
        (Values, Shape) = (values, shape);
    }

    /// <summary>Sizes, outermost first; empty for a single number.</summary>
    public int[] Shape { get; }

    /// <summary>The values, as an array of their own type.</summary>
    public Array Values { get; }

    /// <summary>The values as <typeparamref name="T"/>, which must be their type.</summary>
    public T[] As<T>()
        where T : unmanaged =>
        Values as T[] ?? throw new InvalidDataException($"The array holds {Values.GetType().Name}, not {typeof(T).Name}[].");

    /// <summary>The values as float32, rounded where they are wider; true is 1.</summary>
    public float[] ToSingles() =>
        Values switch
        {
            float[] x => x,
            double[] x => Array.ConvertAll(x, v => (float)v),
            byte[] x => Array.ConvertAll(x, v => (float)v),
            int[] x => Array.ConvertAll(x, v => (float)v),
            long[] x => Array.ConvertAll(x, v => (float)v),
            string[] => throw new InvalidDataException("The array holds texts, where numbers are expected."),
            _ => Array.ConvertAll((bool[])Values, v => v ? 1f : 0f),
        };
}

/// <summary>Reads and writes .npy files (NumPy arrays) of numbers; no pickle.</summary>
/// <remarks>
/// Written are float32, float64, uint8, int32, int64 and bool, little-endian and row-major. Read are all of NumPy's floats up to 64 bits, integers and
/// bools in either byte order and either order of axes: float16 becomes float32; int8, int16 and uint16 become int32; uint32 and uint64 become int64.
/// [NumPy, "NEP 1 — A Simple File Format for NumPy Arrays"]; version 1.0 is written, 1.0 to 3.0 are read, those of Python 2 too.
/// </remarks>
public static class Npy
{
    internal static ReadOnlySpan<byte> Magic => [0x93, (byte)'N', (byte)'U', (byte)'M', (byte)'P', (byte)'Y'];

    /// <summary>Writes an array to a file, which appears whole or not at all.</summary>
    public static void Write(string path, NpyArray array) => AtomicFile.Write(path, stream => Write(stream, array));

    /// <summary>Writes an array to a stream, as version 1.0, and leaves the stream open.</summary>
    public static void Write(Stream stream, NpyArray array)
    {
        var shape = array.Shape.Length == 1 ? $"{array.Shape[0]}," : string.Join(", ", array.Shape);
        var header = $"{{'descr': '{Descriptor(array.Values)}', 'fortran_order': False, 'shape': ({shape}), }}";
        // Magic, version and length take 10 bytes; the data begins at a multiple of 64.
        var length = (10 + header.Length + 1 + 63) / 64 * 64 - 10;
        stream.Write(Magic);
        stream.Write([1, 0, (byte)length, (byte)(length >> 8)]);
        stream.Write(Encoding.ASCII.GetBytes(header.PadRight(length - 1) + "\n"));
        var bytes = array.Values is string[] texts ? Text(texts) : Bytes(array.Values);
        if (BitConverter.IsLittleEndian || array.Values is string[])
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

    /// <summary>Reads an array.</summary>
    /// <exception cref="InvalidDataException">Not npy, no numbers, or not exactly as long as its header says.</exception>
    public static NpyArray Read(string path) => Read(File.ReadAllBytes(path), path);

    internal static bool IsNpy(ReadOnlySpan<byte> file) => file.StartsWith(Magic);

    internal static NpyArray Read(ReadOnlySpan<byte> file, string name)
    {
        var header = NpyHeader.Read(file, name);
        var data = file[header.Start..];
        if (data.Length != header.Bytes)
        {
            throw new InvalidDataException(
                $"{name}: {data.Length} bytes of data; shape [{string.Join(", ", header.Shape)}] of '{header.Descriptor}' needs {header.Bytes}."
            );
        }
        return header.Array(data, name);
    }

    internal static string? Descriptor(Array values) =>
        values switch
        {
            float[] => "<f4",
            double[] => "<f8",
            byte[] => "|u1",
            int[] => "<i4",
            long[] => "<i8",
            bool[] => "|b1",
            string[] x when Array.TrueForAll(x, t => t is not null) => $"<U{Longest(x)}",
            _ => null,
        };

    /// <summary>Texts as NumPy keeps them: UTF-32, each as long as the longest, ended by zeros.</summary>
    private static byte[] Text(string[] texts)
    {
        int size = 4 * Longest(texts);
        var bytes = new byte[texts.Length * size];
        for (var i = 0; i < texts.Length; i++)
        {
            Encoding.UTF32.GetBytes(texts[i], bytes.AsSpan(i * size, size));
        }
        return bytes;
    }

    private static int Longest(string[] texts) =>
        Math.Max(1, texts.Select(t => Encoding.UTF32.GetByteCount(t) / 4).DefaultIfEmpty(1).Max());

    /// <summary>How many values a shape holds; above <see cref="Array.MaxLength"/> only that it does.</summary>
    internal static long Count(int[] shape) =>
        Array.Exists(shape, n => n == 0) ? 0 : shape.Aggregate(1L, (product, n) => product > Array.MaxLength ? product : product * n);

    internal static Span<byte> Bytes(Array values) =>
        MemoryMarshal.CreateSpan(ref MemoryMarshal.GetArrayDataReference(values), Buffer.ByteLength(values));

    internal static void Swap(Span<byte> bytes, int size)
    {
        for (var at = 0; at < bytes.Length; at += size)
        {
            bytes.Slice(at, size).Reverse();
        }
    }

    private static int SizeOf(Array values) => Buffer.ByteLength(values) / Math.Max(1, values.Length);
}
