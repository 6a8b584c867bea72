using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Nagumo.Compute;
using Nagumo.Data;

namespace Nagumo.Learning;

/// <summary>Turns samples into rows of inputs, shifted and dropped out in training: numbers as they are, bytes by x = offset + slope·byte.</summary>
/// <remarks>
/// The map of bytes is the samples' own, or (byte/255 − mean)·gain where they have none. Each sample draws from its own stream, split by epoch and
/// sample, so that bytes do not depend on threads or batch.
/// </remarks>
internal sealed class InputLoader<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private const int MaxValues = 1 << 16;
    private readonly PixelOptions _options;
    private readonly Rng _rng;

    public InputLoader(PixelOptions options, Rng rng) => (_options, _rng) = (options, rng);

    /// <summary>Up to this share of inputs that differ from the background, leaving the others out is faster (docs/results.md, Speed).</summary>
    private const double Sparse = 0.55;

    /// <summary>What products may leave out because most inputs of a set hold it; null for nothing. Decided by the whole set, so that threads and
    /// batches do not matter.</summary>
    public T? Expected(Samples set, bool training) => Density(set, training) <= Sparse ? Background(set) : null;

    /// <summary>The input of a value 0.</summary>
    private T Background(Samples set) => set.IsBytes ? T.CreateChecked(Map(set).Offset) : T.Zero;

    /// <summary>Expected share of the inputs that differ from <see cref="Background"/>.</summary>
    private double Density(Samples set, bool training) => (1 - set.Unlit) * (training ? 1 - _options.Dropout : 1);

    /// <summary>Throws where samples cannot be augmented as the options say.</summary>
    /// <exception cref="ArgumentException">A shift of samples that have no rows and columns, or samples that are too large.</exception>
    public static void Require(PixelOptions options, Samples set)
    {
        if (options.Shift > 0 && set.Shape.Count < 2)
            throw new ArgumentException(
                $"pixels.shift = {options.Shift}, but a sample is a list of {Counted.Of(set.Size, "value")}, which has no rows and columns to shift. Set it to 0."
            );
        if ((options.Shift > 0 || options.Dropout > 0) && set.Size > MaxValues)
            throw new ArgumentException(
                $"Samples of more than {MaxValues} values are not augmented; these have {set.Size}. Set pixels.shift and pixels.dropout to 0."
            );
    }

    /// <summary>Inputs of one sample as they are, for evaluation.</summary>
    public void Load(Samples set, int sample, Span<T> row)
    {
        if (set.IsBytes)
        {
            var (slope, offset) = Map(set);
            Convert(set.Bytes(sample), row, T.CreateChecked(slope), T.CreateChecked(offset));
        }
        else
            Copy(set.Floats(sample), row, T.One);
    }

    /// <summary>Inputs of one sample, augmented.</summary>
    /// <param name="set">The samples.</param>
    /// <param name="epoch">Epoch.</param>
    /// <param name="sample">Index of the sample in its set.</param>
    /// <param name="row">Receives the inputs.</param>
    /// <param name="rng">The thread's generator, reseeded for this sample.</param>
    public void Augment(Samples set, int epoch, int sample, Span<T> row, Rng rng)
    {
        if (_options is { Shift: 0, Dropout: 0 })
        {
            Load(set, sample, row);
            return;
        }
        _rng.Split(((ulong)epoch << 32) | (uint)sample, rng);
        if (set.IsBytes)
        {
            Span<byte> changed = stackalloc byte[set.Size];
            Change(set, set.Bytes(sample), changed, rng);
            var (slope, offset) = Map(set);
            Convert(changed, row, T.CreateChecked(slope / (1 - _options.Dropout)), T.CreateChecked(offset));
        }
        else
        {
            Span<float> changed = stackalloc float[set.Size];
            Change(set, set.Floats(sample), changed, rng);
            Copy(changed, row, T.CreateChecked(1 / (1 - _options.Dropout)));
        }
    }

    private ByteMap Map(Samples set) => set.Map ?? new(_options.Gain / 255, -_options.Mean * _options.Gain);

    private void Change<TValue>(Samples set, ReadOnlySpan<TValue> values, Span<TValue> changed, Rng rng)
        where TValue : unmanaged
    {
        if (_options.Shift == 0)
            values.CopyTo(changed);
        else
        {
            int span = 2 * _options.Shift + 1,
                dy = rng.NextInt(span) - _options.Shift,
                dx = rng.NextInt(span) - _options.Shift,
                plane = set.Rows * set.Cols;
            for (int at = 0; at < values.Length; at += plane)
                Shift(values.Slice(at, plane), set.Cols, dy, dx, changed.Slice(at, plane));
        }
        if (_options.Dropout > 0)
            Drop(changed, (ushort)Math.Round(_options.Dropout * 65536), rng);
    }

    /// <summary>One plane moved by (dy, dx); what comes in from outside is 0.</summary>
    private static void Shift<TValue>(ReadOnlySpan<TValue> plane, int cols, int dy, int dx, Span<TValue> shifted)
    {
        shifted.Clear();
        int rows = plane.Length / cols,
            width = cols - Math.Abs(dx);
        for (int y = Math.Max(0, dy); y < Math.Min(rows, rows + dy) && width > 0; y++)
            plane.Slice((y - dy) * cols + Math.Max(0, -dx), width).CopyTo(shifted[(y * cols + Math.Max(0, dx))..]);
    }

    private static void Copy(ReadOnlySpan<float> values, Span<T> row, T factor)
    {
        if (factor == T.One && typeof(T) == typeof(float))
            values.CopyTo(MemoryMarshal.Cast<T, float>(row));
        else
            for (int i = 0; i < values.Length; i++)
                row[i] = factor * T.CreateChecked(values[i]);
    }

    /// <summary>row = slope·byte + offset, product and sum rounded apart.</summary>
    private static void Convert(ReadOnlySpan<byte> image, Span<T> row, T slope, T offset)
    {
        int i = 0;
        if (typeof(T) == typeof(float))
        {
            var (a, b) = (Vector128.Create((float)(object)slope), Vector128.Create((float)(object)offset));
            var target = MemoryMarshal.Cast<T, Vector128<float>>(row);
            foreach (var bytes in MemoryMarshal.Cast<byte, Vector128<byte>>(image))
            {
                var (low, high) = Vector128.Widen(bytes);
                var (q0, q1) = Vector128.Widen(low);
                var (q2, q3) = Vector128.Widen(high);
                target[i / 4] = a * Vector128.ConvertToSingle(q0.AsInt32()) + b;
                target[i / 4 + 1] = a * Vector128.ConvertToSingle(q1.AsInt32()) + b;
                target[i / 4 + 2] = a * Vector128.ConvertToSingle(q2.AsInt32()) + b;
                target[i / 4 + 3] = a * Vector128.ConvertToSingle(q3.AsInt32()) + b;
                i += Vector128<byte>.Count;
            }
        }
        for (; i < image.Length; i++)
            row[i] = slope * T.CreateTruncating(image[i]) + offset;
    }

    /// <summary>Sets values to 0 with probability limit/65536: one 16-bit draw each, four from a word.</summary>
    [SkipLocalsInit]
    private static void Drop<TValue>(Span<TValue> values, ushort limit, Rng rng)
        where TValue : unmanaged
    {
        Span<ulong> bits = stackalloc ulong[(values.Length + 3) / 4];
        foreach (ref ulong word in bits)
            word = rng.NextUInt64();
        var draws = MemoryMarshal.Cast<ulong, ushort>(bits);
        int i = 0;
        if (typeof(TValue) == typeof(byte))
        {
            var least = Vector128.Create(limit);
            var drawn = MemoryMarshal.Cast<ushort, Vector128<ushort>>(draws);
            foreach (ref var bytes in MemoryMarshal.Cast<TValue, Vector128<byte>>(values))
            {
                int at = i / Vector128<ushort>.Count;
                bytes &= Vector128.Narrow(
                    Vector128.GreaterThanOrEqual(drawn[at], least),
                    Vector128.GreaterThanOrEqual(drawn[at + 1], least)
                );
                i += Vector128<byte>.Count;
            }
        }
        for (; i < values.Length; i++)
            if (draws[i] < limit)
                values[i] = default;
    }
}
