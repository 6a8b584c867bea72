using Nagumo.Compute;
using Nagumo.Data;
using Nagumo.Learning;

namespace Nagumo.Tests.Learning;

public sealed class InputLoaderTests
{
    private const int Side = 28;

    [Fact]
    public void Plain_inputs_are_scaled_pixels()
    {
        var loader = new InputLoader<double>(new(Mean: 0.1, Gain: 2, Dropout: 0.5, Shift: 3), new Rng(1));
        var row = new double[3];
        loader.Load(Of(1, [0, 51, 255]), 0, row);
        Assert.Equal([-0.2, 0.2, 1.8], row, (a, b) => Math.Abs(a - b) < 1e-15);
    }

    [Theory]
    [InlineData(0.2)]
    [InlineData(0.5)]
    public void Dropout_switches_its_share_of_pixels_off_and_keeps_the_mean(double p)
    {
        const double mean = 0.1,
            gain = 2,
            background = -mean * gain;
        var loader = new InputLoader<double>(new(mean, gain, Dropout: p), new Rng(1));
        var image = new byte[Side * Side - 3];
        for (int i = 0; i < image.Length; i += 2)
            image[i] = (byte)(i % 3 == 0 ? 255 : 51);
        int lit = image.Count(x => x > 0);
        var set = Of(1, image, copies: 400);
        var (rng, row, sum) = (new Rng(0), new double[image.Length], new double[image.Length]);
        int dropped = 0,
            samples = 400;
        for (int sample = 0; sample < samples; sample++)
        {
            loader.Augment(set, 1, sample, row, rng);
            for (int i = 0; i < row.Length; i++)
            {
                double kept = background + gain * image[i] / 255 / (1 - p);
                Assert.True(row[i] == background || Math.Abs(row[i] - kept) < 1e-12, $"{row[i]} at {i}");
                sum[i] += row[i];
            }
            dropped += row.Where((x, i) => image[i] > 0 && x == background).Count();
        }
        double n = samples * (double)lit;
        // Five standard errors of a binomial share; and of a mean, where the largest of 781 may lie.
        Assert.Equal(p, dropped / n, 5 * Math.Sqrt(p * (1 - p) / n));
        loader.Load(set, 0, row);
        double error = gain * Math.Sqrt(p / (1 - p) / samples);
        Assert.All(Enumerable.Range(0, row.Length), i => Assert.Equal(row[i], sum[i] / samples, 5 * error * image[i] / 255 + 1e-12));
    }

    [Fact]
    public void Shifts_move_the_image_by_every_offset_equally_often()
    {
        const int shift = 2;
        var loader = new InputLoader<float>(new(Mean: 0.5, Gain: 1, Shift: shift), new Rng(1));
        var image = new byte[Side * Side];
        image[10 * Side + 7] = 255;
        var set = Of(Side, image, copies: 5000);
        var (rng, row) = (new Rng(0), new float[image.Length]);
        var seen = new Dictionary<(int, int), int>();
        const int samples = 5000;
        for (int sample = 0; sample < samples; sample++)
        {
            loader.Augment(set, 3, sample, row, rng);
            // One bright pixel, everything else background, the border too.
            int at = Assert.Single(Enumerable.Range(0, row.Length), i => row[i] == 0.5f);
            Assert.Equal(row.Length - 1, row.Count(x => x == -0.5f));
            var offset = (at / Side - 10, at % Side - 7);
            seen[offset] = seen.GetValueOrDefault(offset) + 1;
        }
        Assert.Equal(25, seen.Count);
        Assert.All(seen.Keys, o => Assert.True(Math.Abs(o.Item1) <= shift && Math.Abs(o.Item2) <= shift));
        // 200 expected of each, standard deviation 14.
        Assert.All(seen.Values, count => Assert.InRange(count, 130, 270));
    }

    [Fact]
    public void A_sample_s_stream_depends_on_seed_epoch_and_sample_alone()
    {
        var image = new byte[Side * Side];
        image.AsSpan().Fill(200);
        float[] Draw(ulong seed, int epoch, int sample, Rng rng)
        {
            var row = new float[image.Length];
            new InputLoader<float>(new(Dropout: 0.3, Shift: 1), new Rng(seed)).Augment(
                Of(Side, image, copies: 100),
                epoch,
                sample,
                row,
                rng
            );
            return row;
        }
        var used = new Rng(0);
        Draw(1, 5, 99, used);
        Assert.Equal(Draw(1, 2, 7, new Rng(0)), Draw(1, 2, 7, used));
        Assert.NotEqual(Draw(1, 2, 7, used), Draw(1, 2, 8, used));
        Assert.NotEqual(Draw(1, 2, 7, used), Draw(1, 3, 7, used));
        Assert.NotEqual(Draw(1, 2, 7, used), Draw(2, 2, 7, used));
    }

    /// <summary>Numbers are what they are, and are shifted and dropped exactly as bytes with the map value = byte.</summary>
    [Fact]
    public void Numbers_are_augmented_as_bytes_are()
    {
        var rng = new Rng(3);
        byte[] bytes = [.. Enumerable.Range(0, 2 * 35).Select(_ => (byte)rng.NextInt(256))];
        var targets = new ClassTargets(1, new int[1]);
        var asBytes = new Samples([2, 5, 7], bytes, targets, new ByteMap(1, 0));
        var asFloats = new Samples([2, 5, 7], Array.ConvertAll(bytes, b => (float)b), targets);
        double[] one = new double[70],
            other = new double[70];
        for (int epoch = 1; epoch < 200; epoch++)
        {
            var loader = new InputLoader<double>(new(Dropout: 0.25, Shift: 2), new Rng(1));
            loader.Augment(asBytes, epoch, 0, one, new Rng(0));
            loader.Augment(asFloats, epoch, 0, other, new Rng(0));
            Assert.Equal(one, other);
        }
        new InputLoader<double>(new(), new Rng(1)).Load(asFloats, 0, other);
        Assert.Equal(bytes.Select(b => (double)b), other);
    }

    private static Samples Of(int rows, byte[] image, int copies = 1) =>
        new(
            [rows, image.Length / rows],
            Enumerable.Repeat(image, copies).SelectMany(b => b).ToArray(),
            new ClassTargets(1, new int[copies])
        );

    [Fact]
    public void Refuses()
    {
        Assert.Contains(
            "pixels.dropout = 1: give a number in [0, 1)",
            Assert.Throws<ArgumentOutOfRangeException>(() => new PixelOptions(Dropout: 1)).Message,
            StringComparison.Ordinal
        );
        Assert.Contains(
            "has no rows and columns to shift",
            Assert
                .Throws<ArgumentException>(() =>
                    InputLoader<double>.Require(new(Shift: 1), new Samples([4], new float[4], new ClassTargets(1, new int[1])))
                )
                .Message,
            StringComparison.Ordinal
        );
        Assert.Contains(
            "pixels.shift = 9: give 0 to 8 pixels",
            Assert.Throws<ArgumentOutOfRangeException>(() => new PixelOptions(Shift: 9)).Message,
            StringComparison.Ordinal
        );
    }
}
