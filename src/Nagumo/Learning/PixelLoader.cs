using System.Numerics;
using Nagumo.Compute;
using Nagumo.Data;

namespace Nagumo.Learning;

/// <summary>Turns images into rows of inputs.</summary>
/// <remarks>Each sample draws from its own stream, split by epoch and sample, so that bytes do not depend on threads or batch.</remarks>
internal sealed class PixelLoader<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly PixelOptions _options;
    private readonly T[] _kept = [T.Zero, T.One];
    private readonly T[] _plain = new T[256],
        _scaled = new T[256];
    private readonly Rng _rng;

    public PixelLoader(PixelOptions options, Rng rng)
    {
        (_options, _rng) = (options, rng);
        for (int p = 0; p < 256; p++)
        {
            double x = (p / 255.0 - options.Mean) * options.Gain;
            _plain[p] = T.CreateChecked(x);
            _scaled[p] = T.CreateChecked(x / (1 - options.Dropout));
        }
    }

    /// <summary>Inputs of one image as they are, for evaluation.</summary>
    public void Load(ReadOnlySpan<byte> image, Span<T> row)
    {
        for (int i = 0; i < image.Length; i++)
            row[i] = _plain[image[i]];
    }

    /// <summary>Inputs of one image, augmented.</summary>
    /// <param name="image">rows × cols bytes.</param>
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
        _rng.Split(((ulong)epoch << 32) | (uint)sample, rng);
        int rows = image.Length / cols,
            span = 2 * _options.Shift + 1,
            dy = _options.Shift == 0 ? 0 : rng.NextInt(span) - _options.Shift,
            dx = _options.Shift == 0 ? 0 : rng.NextInt(span) - _options.Shift;
        for (int y = 0; y < rows; y++)
        {
            int from = y - dy;
            var line = row.Slice(y * cols, cols);
            if ((uint)from >= (uint)rows)
            {
                line.Fill(_scaled[0]);
                continue;
            }
            var source = image.Slice(from * cols, cols);
            for (int x = 0; x < cols; x++)
                line[x] = (uint)(x - dx) < (uint)cols ? _scaled[source[x - dx]] : _scaled[0];
        }
        if (_options.Dropout == 0)
            return;
        // Four 16-bit draws from each word: the probability is exact to 2⁻¹⁶. Without branches: a fifth of them would be mispredicted.
        int limit = (int)Math.Round(_options.Dropout * 65536);
        ulong bits = 0;
        for (int i = 0; i < row.Length; i++, bits >>= 16)
        {
            if (i % 4 == 0)
                bits = rng.NextUInt64();
            row[i] *= _kept[(limit - 1 - (int)(bits & 0xFFFF)) >>> 31];
        }
    }
}
