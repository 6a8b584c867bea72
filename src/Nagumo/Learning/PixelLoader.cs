using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Nagumo.Compute;
using Nagumo.Data;

namespace Nagumo.Learning;

/// <summary>Turns images into rows of inputs x = (pixel/255 − mean)·gain, shifted and dropped out in training.</summary>
/// <remarks>Each sample draws from its own stream, split by epoch and sample, so that bytes do not depend on threads or batch.</remarks>
internal sealed class PixelLoader<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private const int MaxPixels = 1 << 16;
    private readonly PixelOptions _options;
    private readonly Rng _rng;
    private readonly T _slope,
        _offset,
        _keptFactor;

    public PixelLoader(PixelOptions options, Rng rng)
    {
        (_options, _rng) = (options, rng);
        _slope = T.CreateChecked(options.Gain / 255);
        _offset = T.CreateChecked(-options.Mean * options.Gain);
        _keptFactor = T.CreateChecked(1 / (1 - options.Dropout));
    }

    /// <summary>The input of an unlit pixel: in training before dropout, or in evaluation.</summary>
    public T Background(bool training) => training ? _offset * _keptFactor : _offset;

    /// <summary>Share of the inputs that differ from <see cref="Background"/>.</summary>
    public double Density(ImageSet set, bool training) => 1 - set.Unlit * (training ? 1 - _options.Dropout : 1);

    /// <summary>Inputs of one image as they are, for evaluation.</summary>
    public void Load(ReadOnlySpan<byte> image, Span<T> row) => Convert(image, row, _slope, _offset);

    /// <summary>Inputs of one image, augmented.</summary>
    /// <param name="image">rows × cols bytes, at most 65,536.</param>
    /// <param name="cols">Columns of the image.</param>
    /// <param name="epoch">Epoch.</param>
    /// <param name="sample">Index of the sample in its set.</param>
    /// <param name="row">Receives the inputs.</param>
    /// <param name="rng">The thread's generator, reseeded for this sample.</param>
    public void Augment(ReadOnlySpan<byte> image, int cols, int epoch, int sample, Span<T> row, Rng rng)
    {
        if (_options is { Shift: 0, Dropout: 0 })
        {
            Load(image, row);
            return;
        }
        if (image.Length > MaxPixels)
            throw new ArgumentException($"Images of more than {MaxPixels} pixels are not augmented; this one has {image.Length}.");
        _rng.Split(((ulong)epoch << 32) | (uint)sample, rng);
        if (_options.Shift == 0)
            Convert(image, row, _slope * _keptFactor, _offset * _keptFactor);
        else
        {
            Span<byte> shifted = stackalloc byte[image.Length];
            int span = 2 * _options.Shift + 1;
            Shift(image, cols, rng.NextInt(span) - _options.Shift, rng.NextInt(span) - _options.Shift, shifted);
            Convert(shifted, row, _slope * _keptFactor, _offset * _keptFactor);
        }
        if (_options.Dropout > 0)
            Drop(row, (ushort)Math.Round(_options.Dropout * 65536), rng);
    }

    /// <summary>The image moved by (dy, dx); what comes in from outside is background.</summary>
    private static void Shift(ReadOnlySpan<byte> image, int cols, int dy, int dx, Span<byte> shifted)
    {
        shifted.Clear();
        int rows = image.Length / cols,
            width = cols - Math.Abs(dx);
        for (int y = Math.Max(0, dy); y < Math.Min(rows, rows + dy); y++)
            image.Slice((y - dy) * cols + Math.Max(0, -dx), width).CopyTo(shifted[(y * cols + Math.Max(0, dx))..]);
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

    /// <summary>Sets inputs to 0 with probability limit/65536: one 16-bit draw each, four from a word.</summary>
    [SkipLocalsInit]
    private static void Drop(Span<T> row, ushort limit, Rng rng)
    {
        int words = (row.Length + 3) / 4;
        Span<ulong> bits = stackalloc ulong[words];
        foreach (ref ulong word in bits)
            word = rng.NextUInt64();
        var draws = MemoryMarshal.Cast<ulong, ushort>(bits);
        int i = 0;
        if (typeof(T) == typeof(float))
        {
            var least = Vector128.Create(limit);
            var target = MemoryMarshal.Cast<T, Vector128<float>>(row);
            var drawn = MemoryMarshal.Cast<ulong, Vector128<ushort>>(bits);
            for (; i + Vector128<ushort>.Count <= row.Length; i += Vector128<ushort>.Count)
            {
                var kept = Vector128.GreaterThanOrEqual(drawn[i / Vector128<ushort>.Count], least);
                var (low, high) = Vector128.Widen(kept.AsInt16());
                target[i / 4] &= low.AsSingle();
                target[i / 4 + 1] &= high.AsSingle();
            }
        }
        for (; i < row.Length; i++)
            if (draws[i] < limit)
                row[i] = T.Zero;
    }
}
