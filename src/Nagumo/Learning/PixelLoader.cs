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
        _keptSlope;

    public PixelLoader(PixelOptions options, Rng rng)
    {
        (_options, _rng) = (options, rng);
        _slope = T.CreateChecked(options.Gain / 255);
        _offset = T.CreateChecked(-options.Mean * options.Gain);
        _keptSlope = T.CreateChecked(options.Gain / 255 / (1 - options.Dropout));
    }

    /// <summary>The input of an unlit pixel.</summary>
    public T Background => _offset;

    /// <summary>Expected share of the inputs that differ from <see cref="Background"/>.</summary>
    public double Density(ImageSet set, bool training) => (1 - set.Unlit) * (training ? 1 - _options.Dropout : 1);

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
        Span<byte> changed = stackalloc byte[image.Length];
        if (_options.Shift == 0)
            image.CopyTo(changed);
        else
        {
            int span = 2 * _options.Shift + 1;
            Shift(image, cols, rng.NextInt(span) - _options.Shift, rng.NextInt(span) - _options.Shift, changed);
        }
        if (_options.Dropout > 0)
            Drop(changed, (ushort)Math.Round(_options.Dropout * 65536), rng);
        Convert(changed, row, _keptSlope, _offset);
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

    /// <summary>Switches pixels off with probability limit/65536: one 16-bit draw each, four from a word.</summary>
    [SkipLocalsInit]
    private static void Drop(Span<byte> image, ushort limit, Rng rng)
    {
        Span<ulong> bits = stackalloc ulong[(image.Length + 3) / 4];
        foreach (ref ulong word in bits)
            word = rng.NextUInt64();
        var draws = MemoryMarshal.Cast<ulong, ushort>(bits);
        int i = 0;
        var least = Vector128.Create(limit);
        var drawn = MemoryMarshal.Cast<ushort, Vector128<ushort>>(draws);
        foreach (ref var pixels in MemoryMarshal.Cast<byte, Vector128<byte>>(image))
        {
            int at = i / Vector128<ushort>.Count;
            pixels &= Vector128.Narrow(Vector128.GreaterThanOrEqual(drawn[at], least), Vector128.GreaterThanOrEqual(drawn[at + 1], least));
            i += Vector128<byte>.Count;
        }
        for (; i < image.Length; i++)
            if (draws[i] < limit)
                image[i] = 0;
    }
}
