using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;

namespace Nagumo.Data;

/// <summary>How bytes become inputs, value = offset + slope·byte.</summary>
/// <param name="Slope">Of one step of a byte, ≠ 0.</param>
/// <param name="Offset">The value of a byte 0, the background.</param>
public readonly record struct ByteMap(double Slope, double Offset);

/// <summary>Samples of one shape with their targets: one split (training or test) of a data set. Immutable.</summary>
/// <remarks>
/// Inputs are float32, taken as they are, or bytes, which stay bytes until a batch needs them: a picture takes a quarter of the memory, and its
/// unlit pixels can be left out of products. They lie sample-major and row-major, [count × shape]. The set is a view: it holds the memory it is
/// given and hands out spans of it.
/// </remarks>
public sealed class Samples
{
    private const int CacheLine = 64;
    private readonly ReadOnlyMemory<byte> _bytes;
    private readonly ReadOnlyMemory<float> _floats;
    private readonly int[] _shape;
    private double? _unlit;

    /// <summary>Samples of bytes.</summary>
    /// <param name="shape">The shape of one: [n], [rows, cols], [channels, rows, cols]; every length ≥ 1.</param>
    /// <param name="bytes">[count × shape]; not copied, so the caller no longer writes to it.</param>
    /// <param name="targets">[count].</param>
    /// <param name="map">What a byte means; null for pixels, which the experiment's <c>pixels.mean</c> and <c>pixels.gain</c> map.</param>
    /// <exception cref="ArgumentException">The bytes are not those of as many samples as there are targets, or the map is none.</exception>
    public Samples(ReadOnlySpan<int> shape, ReadOnlyMemory<byte> bytes, Targets targets, ByteMap? map = null)
        : this(shape, targets, bytes.Length, "bytes") => (_bytes, Map, IsBytes) = (bytes, Checked(map), true);

    /// <summary>Samples of real numbers.</summary>
    /// <param name="shape">The shape of one; every length ≥ 1.</param>
    /// <param name="floats">[count × shape], finite; not copied.</param>
    /// <param name="targets">[count].</param>
    /// <exception cref="ArgumentException">The numbers are not those of as many samples as there are targets, or one is not finite.</exception>
    public Samples(ReadOnlySpan<int> shape, ReadOnlyMemory<float> floats, Targets targets)
        : this(shape, targets, floats.Length, "numbers")
    {
        for (int i = 0; i < floats.Length; i++)
            if (!float.IsFinite(floats.Span[i]))
                throw new ArgumentException(
                    $"Value {i % Size} of sample {i / Size} is {floats.Span[i]:R}; finite numbers are expected.",
                    nameof(floats)
                );
        _floats = floats;
    }

    private Samples(ReadOnlySpan<int> shape, Targets targets, int given, string what)
    {
        long size = 1;
        foreach (int length in shape)
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(length, 1, nameof(shape));
            size *= length;
            ArgumentOutOfRangeException.ThrowIfGreaterThan(size, int.MaxValue, nameof(shape));
        }
        if (shape.IsEmpty)
            throw new ArgumentException("A sample needs a shape: [n] for n numbers.", nameof(shape));
        (_shape, Size, Targets) = (shape.ToArray(), (int)size, targets);
        if (given != targets.Count * size)
            throw new ArgumentException(
                $"{targets.Count} targets need {targets.Count} × {ShapeText} = {targets.Count * size} {what}; got {given}.",
                nameof(given)
            );
    }

    private Samples(Samples like, ByteMap? map) =>
        (_shape, Size, Targets, _bytes, Map, IsBytes, _unlit, Origin) = (
            like._shape,
            like.Size,
            like.Targets,
            like._bytes,
            Checked(map),
            true,
            like._unlit,
            like.Origin
        );

    /// <summary>Number of samples.</summary>
    public int Count => Targets.Count;

    /// <summary>The shape of a sample.</summary>
    public IReadOnlyList<int> Shape => _shape;

    /// <summary>"28 × 28".</summary>
    internal string ShapeText => string.Join(" × ", _shape);

    /// <summary>Where each sample stands in its source; null where that is not known.</summary>
    internal SampleOrigin? Origin { get; init; }

    /// <summary>Values of a sample, the product of its shape.</summary>
    public int Size { get; }

    /// <summary>What is to be learned of each sample.</summary>
    public Targets Targets { get; }

    /// <summary>The classes of the samples.</summary>
    /// <exception cref="InvalidOperationException">Their targets are numbers.</exception>
    public ClassTargets Classes =>
        Targets as ClassTargets ?? throw new InvalidOperationException($"These samples have {Targets} as targets, and no classes.");

    /// <summary>The class of each sample.</summary>
    /// <exception cref="InvalidOperationException">Their targets are numbers.</exception>
    public ReadOnlySpan<int> Labels => Classes.Labels;

    /// <summary>Whether the samples are bytes.</summary>
    public bool IsBytes { get; }

    /// <summary>What a byte means; null for pixels whose meaning the experiment gives, and for float32.</summary>
    public ByteMap? Map { get; }

    /// <summary>Columns of a picture: the last length of the shape.</summary>
    internal int Cols => _shape[^1];

    /// <summary>Rows of a picture; 1 for a row of values.</summary>
    internal int Rows => _shape.Length > 1 ? _shape[^2] : 1;

    /// <summary>Share of the values that are 0, counted once.</summary>
    internal double Unlit => _unlit ??= Size * (long)Count == 0 ? 0 : (double)Zeros / ((double)Size * Count);

    private int Zeros => IsBytes ? _bytes.Span.Count((byte)0) : _floats.Span.Count(0f);

    /// <summary>All bytes, [count × shape]; empty for float32.</summary>
    public ReadOnlySpan<byte> AllBytes => _bytes.Span;

    /// <summary>All numbers, [count × shape]; empty for bytes.</summary>
    public ReadOnlySpan<float> AllFloats => _floats.Span;

    /// <summary>The bytes of one sample.</summary>
    /// <exception cref="InvalidOperationException">The samples are float32.</exception>
    public ReadOnlySpan<byte> Bytes(int sample) =>
        IsBytes
            ? _bytes.Span.Slice(Checked(sample) * Size, Size)
            : throw new InvalidOperationException("These samples are float32: read Floats, or Read for either.");

    /// <summary>The numbers of one sample.</summary>
    /// <exception cref="InvalidOperationException">The samples are bytes.</exception>
    public ReadOnlySpan<float> Floats(int sample) =>
        IsBytes
            ? throw new InvalidOperationException("These samples are bytes: read Bytes, or Read for either.")
            : _floats.Span.Slice(Checked(sample) * Size, Size);

    /// <summary>Writes the values of one sample, [size]: numbers as they are, bytes by their <see cref="Map"/>, and as they are without one.</summary>
    public void Read(int sample, Span<double> values)
    {
        if (!IsBytes)
        {
            var numbers = Floats(sample);
            for (int i = 0; i < numbers.Length; i++)
                values[i] = numbers[i];
            return;
        }
        var (slope, offset) = Map ?? new(1, 0);
        var bytes = Bytes(sample);
        for (int i = 0; i < bytes.Length; i++)
            values[i] = slope * bytes[i] + offset;
    }

    /// <summary>The same samples with another meaning of their bytes; nothing is copied.</summary>
    /// <exception cref="InvalidOperationException">The samples are float32.</exception>
    public Samples WithMap(ByteMap? map) =>
        IsBytes ? new(this, map) : throw new InvalidOperationException("These samples are float32 and mean what they are.");

    /// <summary>Asks memory for the values of one sample, so that reading them soon need not wait: shuffled samples are never in a cache.</summary>
    internal unsafe void Prefetch(int sample)
    {
        if (!Sse.IsSupported)
            return;
        var values = IsBytes ? Bytes(sample) : MemoryMarshal.AsBytes(Floats(sample));
        fixed (byte* first = values)
            for (int at = 0; at < values.Length; at += CacheLine)
                Sse.Prefetch0(first + at);
    }

    /// <summary>New samples, the given ones in the given order. This copies; a batch reads single samples instead.</summary>
    public Samples Select(ReadOnlySpan<int> order)
    {
        var targets = Targets.Select(order);
        var origin = Origin?.Select(order);
        return IsBytes
            ? new(_shape, (ReadOnlyMemory<byte>)Chosen(_bytes.Span, order), targets, Map) { Origin = origin }
            : new(_shape, (ReadOnlyMemory<float>)Chosen(_floats.Span, order), targets) { Origin = origin };
    }

    private T[] Chosen<T>(ReadOnlySpan<T> all, ReadOnlySpan<int> order)
    {
        var chosen = new T[checked(order.Length * Size)];
        for (int i = 0; i < order.Length; i++)
            all.Slice(Checked(order[i]) * Size, Size).CopyTo(chosen.AsSpan(i * Size, Size));
        return chosen;
    }

    private static ByteMap? Checked(ByteMap? map) =>
        map is not { } m || (m.Slope != 0 && double.IsFinite(m.Slope) && double.IsFinite(m.Offset))
            ? map
            : throw new ArgumentException(
                $"Bytes cannot be mapped by the slope {m.Slope:R} and the offset {m.Offset:R}: give finite numbers, the slope not 0.",
                nameof(map)
            );

    private int Checked(int sample) =>
        (uint)sample < (uint)Count
            ? sample
            : throw new ArgumentOutOfRangeException(nameof(sample), $"There is no sample {sample}: they are 0 to {Count - 1}.");
}
