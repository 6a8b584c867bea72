using System.Runtime.Intrinsics.X86;

namespace Nagumo.Data;

/// <summary>Labelled grey images of one size: one split (training or test) of a data set.</summary>
/// <remarks>Pixels are bytes, 0 (background) to 255, [count × rows × cols], sample-major and row-major; labels are class indices, [count].
/// The set is a view: it holds the memory it is given and hands out spans of it.</remarks>
public sealed class ImageSet
{
    private const int CacheLine = 64;
    private readonly ReadOnlyMemory<byte> pixels;
    private readonly ReadOnlyMemory<byte> labels;
    private double? unlit;

    /// <param name="rows">Rows of an image, ≥ 1.</param>
    /// <param name="cols">Columns of an image, ≥ 1.</param>
    /// <param name="classes">Number of classes, 1 to 256; every label is below it.</param>
    /// <param name="pixels">[labels × rows × cols]; not copied, so the caller no longer writes to it.</param>
    /// <param name="labels">[count]; not copied.</param>
    public ImageSet(int rows, int cols, int classes, ReadOnlyMemory<byte> pixels, ReadOnlyMemory<byte> labels)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(rows, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(cols, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(classes, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(classes, 256);
        if (pixels.Length != (long)labels.Length * rows * cols)
        {
            throw new ArgumentException(
                $"{labels.Length} labels need {labels.Length} × {rows} × {cols} = {(long)labels.Length * rows * cols} pixels; got {pixels.Length}.",
                nameof(pixels)
            );
        }
        if (classes < 256)
        {
            var wrong = labels.Span.IndexOfAnyInRange((byte)classes, byte.MaxValue);
            if (wrong >= 0)
            {
                throw new ArgumentException(
                    $"Label {labels.Span[wrong]} of sample {wrong} is not below the number of classes, {classes}.",
                    nameof(labels)
                );
            }
        }
        (Rows, Cols, Classes, this.pixels, this.labels) = (rows, cols, classes, pixels, labels);
    }

    public int Count => labels.Length;
    public int Rows { get; }
    public int Cols { get; }
    public int Classes { get; }

    /// <summary>Share of the pixels that are 0, counted once.</summary>
    internal double Unlit => unlit ??= pixels.Length == 0 ? 0 : (double)Pixels.Count((byte)0) / pixels.Length;

    /// <summary>All pixels, [count × rows × cols].</summary>
    public ReadOnlySpan<byte> Pixels => pixels.Span;

    /// <summary>All labels, [count].</summary>
    public ReadOnlySpan<byte> Labels => labels.Span;

    /// <summary>The pixels of one sample, [rows × cols].</summary>
    public ReadOnlySpan<byte> Image(int sample)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(sample);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(sample, Count);
        return pixels.Span.Slice(sample * Rows * Cols, Rows * Cols);
    }

    /// <summary>Asks memory for the pixels of one sample, so that reading them soon need not wait: shuffled samples are never in a cache.</summary>
    internal unsafe void Prefetch(int sample)
    {
        if (!Sse.IsSupported)
            return;
        var image = Image(sample);
        fixed (byte* first = image)
            for (var at = 0; at < image.Length; at += CacheLine)
                Sse.Prefetch0(first + at);
    }

    /// <summary>How many samples each class has, [classes].</summary>
    public int[] ClassCounts()
    {
        var counts = new int[Classes];
        foreach (var label in Labels)
        {
            counts[label]++;
        }
        return counts;
    }

    /// <summary>A new set of the given samples in the given order. This copies; a batch indexes <see cref="Pixels"/> instead.</summary>
    public ImageSet Select(ReadOnlySpan<int> order)
    {
        var size = Rows * Cols;
        var chosen = new byte[checked(order.Length * size)];
        var named = new byte[order.Length];
        for (var i = 0; i < order.Length; i++)
        {
            Image(order[i]).CopyTo(chosen.AsSpan(i * size, size));
            named[i] = Labels[order[i]];
        }
        return new ImageSet(Rows, Cols, Classes, chosen, named);
    }
}
