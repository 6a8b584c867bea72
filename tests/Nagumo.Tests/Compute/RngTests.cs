using System.Numerics;
using MathNet.Numerics.Distributions;
using Nagumo.Compute;

namespace Nagumo.Tests.Compute;

public sealed class RngTests
{
    [Fact]
    public void SplitMix64_and_xoshiro256_known_answers()
    {
        // The published SplitMix64 outputs for seed 1234567 are the state words; then the published recurrence, in integers of any size.
        ulong[] published = [6457827717110365317, 3203168211198807973, 9817491932198370423, 4593380528125082431];
        var rng = new Rng(1234567);
        Assert.Equal((published[0], published[1], published[2], published[3]), rng.State);

        // The published xoshiro256** outputs for the state 1, 2, 3, 4.
        rng.State = (1, 2, 3, 4);
        ulong[] expected =
        [
            11520,
            0,
            1509978240,
            1215971899390074240,
            1216172134540287360,
            607988272756665600,
            16172922978634559625,
            8476171486693032832,
            10595114339597558777,
            2904607092377533576,
        ];
        foreach (var x in expected)
            Assert.Equal(x, rng.NextUInt64());
    }

    [Fact]
    public void Agrees_with_the_recurrence_in_big_integers() =>
        Gen.ULong.ForAll(
            seed =>
            {
                var word = BigInteger.Pow(2, 64);
                BigInteger Rotate(BigInteger x, int k) => x * BigInteger.Pow(2, k) % word + x / BigInteger.Pow(2, 64 - k);
                var rng = new Rng(seed);
                var (a, b, c, d) = rng.State;
                BigInteger[] s = [a, b, c, d];
                for (var i = 0; i < 20; i++)
                {
                    Assert.Equal((ulong)(Rotate(s[1] * 5 % word, 7) * 9 % word), rng.NextUInt64());
                    var t = s[1] * (1 << 17) % word;
                    s[2] ^= s[0];
                    s[3] ^= s[1];
                    s[1] ^= s[2];
                    s[0] ^= s[3];
                    s[2] ^= t;
                    s[3] = Rotate(s[3], 45);
                }
            },
            iter: 20
        );

    [Fact]
    public void A_split_depends_on_seed_and_purpose_only()
    {
        var fresh = new Rng(5);
        var used = new Rng(5);
        used.NextDouble();
        Assert.Equal(fresh.Split("weights").State, used.Split("weights").State);
        Assert.Equal(fresh.Split(3).State, used.Split(3).State);
        var states = new HashSet<(ulong, ulong, ulong, ulong)>();
        foreach (var name in new[] { "", "\0", "a", "a\0", "weights", "weights of", "weights of 1", "shuffle" })
            Assert.True(states.Add(fresh.Split(name).State), name);
        for (ulong i = 0; i < 1000; i++)
            Assert.True(states.Add(fresh.Split(i).State));
        Assert.True(states.Add(fresh.Split("a").Split("b").State));
        Assert.True(states.Add(fresh.Split("b").Split("a").State));
    }

    [Fact]
    public void State_resumes_the_stream()
    {
        var rng = new Rng(9);
        rng.NextNormal();
        var state = rng.State;
        var next = rng.NextUInt64();
        Assert.Equal(next, new Rng(9) { State = state }.NextUInt64());
        Assert.Throws<ArgumentException>(() => rng.State = default);
    }

    [Fact]
    public void Integers_are_uniform()
    {
        var rng = new Rng(11);
        const int n = 7,
            draws = 70_000;
        var counts = new int[n];
        for (var i = 0; i < draws; i++)
            counts[rng.NextInt(n)]++;
        var expected = (double)draws / n;
        var chi2 = counts.Sum(c => (c - expected) * (c - expected) / expected);
        // 6 degrees of freedom: P(χ² > 22.5) = 0.001; the seed is fixed.
        Assert.True(chi2 < 22.5, $"χ² = {chi2:g4}");
        Assert.Throws<ArgumentOutOfRangeException>(() => rng.NextInt(0));
        Assert.Equal(0, rng.NextInt(1));
    }

    [Fact]
    public void Moments_of_uniform_and_normal_numbers()
    {
        var rng = new Rng(12);
        const int n = 200_000;
        double u1 = 0,
            u2 = 0,
            f1 = 0,
            g1 = 0,
            g2 = 0,
            g4 = 0;
        for (var i = 0; i < n; i++)
        {
            var u = rng.NextDouble();
            var f = rng.NextSingle();
            var g = rng.NextNormal();
            Assert.True(u is >= 0 and < 1 && f is >= 0 and < 1);
            (u1, u2, f1) = (u1 + u, u2 + u * u, f1 + f);
            (g1, g2, g4) = (g1 + g, g2 + g * g, g4 + g * g * g * g);
        }
        // Five standard errors: the deviations of u, u², g, g², g⁴ are √(1/12), √(4/45), 1, √2, √96.
        var five = 5 / Math.Sqrt(n);
        Assert.Equal(0.5, u1 / n, five * Math.Sqrt(1 / 12.0));
        Assert.Equal(0.5, f1 / n, five * Math.Sqrt(1 / 12.0));
        Assert.Equal(1 / 3.0, u2 / n, five * Math.Sqrt(4 / 45.0));
        Assert.Equal(0, g1 / n, five);
        Assert.Equal(1, g2 / n, five * Math.Sqrt(2));
        Assert.Equal(3, g4 / n, five * Math.Sqrt(96));
    }

    [Fact]
    public void Normal_quantile_inverts_the_distribution_function()
    {
        // Values from tables of the normal distribution, and Φ(Φ⁻¹(p)) = p.
        Assert.Equal(1.959963984540054, Rng.Quantile(0.975), 1e-14);
        Assert.Equal(-8.222082216130435, Rng.Quantile(1e-16), 1e-13);
        Gen.Double[1e-12, 1 - 1e-12].ForAll(p => Assert.Equal(p, Normal.CDF(0, 1, Rng.Quantile(p)), 1e-13));
        // Both sides of the joints of the three ranges.
        foreach (var p in new[] { 0.075, 0.925, Math.Exp(-25) })
            Assert.Equal(1, Rng.Quantile(p * (1 - 1e-9)) / Rng.Quantile(p * (1 + 1e-9)), 1e-7);
    }

    [Fact]
    public void Shuffle_gives_every_order_equally_often()
    {
        var rng = new Rng(13);
        var counts = new Dictionary<string, int>();
        for (var i = 0; i < 24_000; i++)
        {
            int[] order = [0, 1, 2, 3];
            rng.Shuffle(order);
            var key = string.Concat(order);
            counts[key] = counts.GetValueOrDefault(key) + 1;
        }
        Assert.Equal(24, counts.Count);
        // 23 degrees of freedom: P(χ² > 49.7) = 0.001.
        Assert.True(counts.Values.Sum(c => (c - 1000.0) * (c - 1000.0) / 1000) < 49.7);
    }

    [Fact]
    public void Fills_stay_in_range_and_follow_the_stream()
    {
        var values = new float[1000];
        new Rng(4).FillUniform(values, -2, 3);
        Assert.All(values, x => Assert.InRange(x, -2, 3));
        Assert.Equal(-2 + 5 * new Rng(4).NextSingle(), values[0]);
        var normal = new double[3];
        new Rng(4).FillNormal(normal, 1, 2);
        Assert.Equal(1 + 2 * new Rng(4).NextNormal(), normal[0]);
    }
}
