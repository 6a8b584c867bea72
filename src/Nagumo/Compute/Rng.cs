using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Text;

namespace Nagumo.Compute;

/// <summary>A seeded stream of random numbers that splits into independent streams by purpose.</summary>
/// <remarks>
/// xoshiro256**: 256 bits of state, period 2²⁵⁶ − 1, seeded by SplitMix64. A split depends on the seed and the names on its path only, never
/// on how many numbers were drawn, so a new consumer leaves the numbers of the others alone. Not for secrets; not thread-safe (split
/// per thread or per item instead).
/// [Blackman and Vigna 2021, doi:10.1145/3460772; Steele, Lea and Flood 2014, doi:10.1145/2660193.2660195]
/// </remarks>
public sealed class Rng
{
    readonly ulong seed;
    ulong s0,
        s1,
        s2,
        s3;

    /// <param name="seed">Any value; equal seeds give equal streams.</param>
    public Rng(ulong seed)
    {
        this.seed = seed;
        (s0, s1, s2, s3) = (SplitMix(ref seed), SplitMix(ref seed), SplitMix(ref seed), SplitMix(ref seed));
    }

    /// <summary>The position in the stream, for checkpoints. To resume, make the generator with the same seed and splits and set it.</summary>
    /// <exception cref="ArgumentException">All four words are zero, which is no state of the generator.</exception>
    public (ulong S0, ulong S1, ulong S2, ulong S3) State
    {
        get => (s0, s1, s2, s3);
        set
        {
            if (value == default)
                throw new ArgumentException("Four zero words are no state of xoshiro256**.", nameof(value));
            (s0, s1, s2, s3) = value;
        }
    }

    /// <summary>An independent stream for a purpose; the same purpose gives the same stream, from its start.</summary>
    /// <param name="purpose">Such as "weights" or "shuffle"; compared as UTF-8, case matters.</param>
    public Rng Split(string purpose)
    {
        ArgumentNullException.ThrowIfNull(purpose);
        // Words of eight bytes, each mixed in full; the length first, so that padding is no collision.
        var bytes = Encoding.UTF8.GetBytes(purpose);
        var key = Mix(seed ^ 0x70_75_72_70_6F_73_65UL) + (ulong)bytes.Length;
        Span<byte> word = stackalloc byte[8];
        for (var i = 0; i < bytes.Length; i += 8)
        {
            word.Clear();
            bytes.AsSpan(i, Math.Min(8, bytes.Length - i)).CopyTo(word);
            key = Mix(key ^ BinaryPrimitives.ReadUInt64LittleEndian(word)) + Golden;
        }
        return new(Mix(key));
    }

    /// <summary>An independent stream for item <paramref name="index"/>, such as an epoch or a sample.</summary>
    /// <param name="index">Any value.</param>
    public Rng Split(ulong index) => new(Mix(Mix(seed ^ 0x69_6E_64_65_78UL) ^ (index * Golden)));

    /// <summary>The same into an existing generator, for inner loops: nothing is allocated. <paramref name="into"/> must not be split.</summary>
    internal void Split(ulong index, Rng into)
    {
        var start = Mix(Mix(seed ^ 0x69_6E_64_65_78UL) ^ (index * Golden));
        (into.s0, into.s1, into.s2, into.s3) = (SplitMix(ref start), SplitMix(ref start), SplitMix(ref start), SplitMix(ref start));
    }

    /// <summary>Uniform over all 2⁶⁴ values.</summary>
    public ulong NextUInt64()
    {
        var result = BitOperations.RotateLeft(s1 * 5, 7) * 9;
        var t = s1 << 17;
        s2 ^= s0;
        s3 ^= s1;
        s1 ^= s2;
        s0 ^= s3;
        s2 ^= t;
        s3 = BitOperations.RotateLeft(s3, 45);
        return result;
    }

    /// <summary>Uniform on [0, 1): a multiple of 2⁻⁵³.</summary>
    public double NextDouble() => (NextUInt64() >> 11) * (1.0 / (1UL << 53));

    /// <summary>Uniform on [0, 1): a multiple of 2⁻²⁴.</summary>
    public float NextSingle() => (NextUInt64() >> 40) * (1f / (1 << 24));

    /// <summary>Uniform on 0, …, n − 1, without bias.</summary>
    /// <remarks>[Lemire 2019, doi:10.1145/3230636]</remarks>
    /// <param name="n">≥ 1.</param>
    public int NextInt(int n)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(n, 1);
        var high = Math.BigMul(NextUInt64(), (ulong)n, out var low);
        if (low < (ulong)n)
        {
            var reject = (0UL - (ulong)n) % (ulong)n;
            while (low < reject)
                high = Math.BigMul(NextUInt64(), (ulong)n, out low);
        }
        return (int)high;
    }

    /// <summary>Normal with mean 0 and variance 1: the inverse distribution function of one uniform number.</summary>
    /// <remarks>One number drawn per value, so the position in the stream is known; relative error about 1e-16.
    /// [Wichura 1988, algorithm AS 241, doi:10.2307/2347330]</remarks>
    public double NextNormal()
    {
        // Symmetric about ½ and never 0 or 1: |result| < 8.3.
        var p = ((NextUInt64() >> 12) + 0.5) * (1.0 / (1UL << 52));
        return Quantile(p);
    }

    /// <summary>A uniform random order. [Fisher–Yates; Durstenfeld 1964, doi:10.1145/364520.364540]</summary>
    public void Shuffle(Span<int> values)
    {
        for (var i = values.Length - 1; i > 0; i--)
        {
            var j = NextInt(i + 1);
            (values[i], values[j]) = (values[j], values[i]);
        }
    }

    /// <summary>Fills with numbers uniform on [min, max); one drawn per value.</summary>
    /// <param name="values">Overwritten.</param>
    /// <param name="min">Finite.</param>
    /// <param name="max">Finite, ≥ min. Rounding may give max itself.</param>
    public void FillUniform(Span<float> values, float min = 0, float max = 1)
    {
        foreach (ref var x in values)
            x = min + (max - min) * NextSingle();
    }

    /// <inheritdoc cref="FillUniform(Span{float}, float, float)"/>
    public void FillUniform(Span<double> values, double min = 0, double max = 1)
    {
        foreach (ref var x in values)
            x = min + (max - min) * NextDouble();
    }

    /// <summary>Fills with normal numbers; one drawn per value.</summary>
    /// <param name="values">Overwritten.</param>
    /// <param name="mean">Mean.</param>
    /// <param name="deviation">Standard deviation, ≥ 0.</param>
    public void FillNormal(Span<float> values, double mean = 0, double deviation = 1)
    {
        foreach (ref var x in values)
            x = (float)(mean + deviation * NextNormal());
    }

    /// <inheritdoc cref="FillNormal(Span{float}, double, double)"/>
    public void FillNormal(Span<double> values, double mean = 0, double deviation = 1)
    {
        foreach (ref var x in values)
            x = mean + deviation * NextNormal();
    }

    const ulong Golden = 0x9E3779B97F4A7C15;

    static ulong SplitMix(ref ulong state) => Mix(state += Golden);

    static ulong Mix(ulong z)
    {
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }

    /// <summary>Φ⁻¹(p) for 0 &lt; p &lt; 1.</summary>
    internal static double Quantile(double p)
    {
        var q = p - 0.5;
        if (Math.Abs(q) <= 0.425)
        {
            var r = 0.180625 - q * q;
            return q * Horner(Centre, r) / Horner(CentreBelow, r);
        }
        var t = Math.Sqrt(-Math.Log(q < 0 ? p : 1 - p));
        var x = t <= 5 ? Horner(Tail, t - 1.6) / Horner(TailBelow, t - 1.6) : Horner(Far, t - 5) / Horner(FarBelow, t - 5);
        return q < 0 ? -x : x;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static double Horner(ReadOnlySpan<double> c, double x)
    {
        var sum = 0.0;
        for (var i = c.Length - 1; i >= 0; i--)
            sum = sum * x + c[i];
        return sum;
    }

    static ReadOnlySpan<double> Centre =>
        [
            3.3871328727963666080,
            133.14166789178437745,
            1971.5909503065514427,
            13731.693765509461125,
            45921.953931549871457,
            67265.770927008700853,
            33430.575583588128105,
            2509.0809287301226727,
        ];

    static ReadOnlySpan<double> CentreBelow =>
        [
            1,
            42.313330701600911252,
            687.18700749205790830,
            5394.1960214247511077,
            21213.794301586595867,
            39307.895800092710610,
            28729.085735721942674,
            5226.4952788528545610,
        ];

    static ReadOnlySpan<double> Tail =>
        [
            1.42343711074968357734,
            4.63033784615654529590,
            5.76949722146069140550,
            3.64784832476320460504,
            1.27045825245236838258,
            0.241780725177450611770,
            2.27238449892691845833e-2,
            7.74545014278341407640e-4,
        ];

    static ReadOnlySpan<double> TailBelow =>
        [
            1,
            2.05319162663775882187,
            1.67638483018380384940,
            0.689767334985100004550,
            0.148103976427480074590,
            1.51986665636164571966e-2,
            5.47593808499534494600e-4,
            1.05075007164441684324e-9,
        ];

    static ReadOnlySpan<double> Far =>
        [
            6.65790464350110377720,
            5.46378491116411436990,
            1.78482653991729133580,
            0.296560571828504891230,
            2.65321895265761230930e-2,
            1.24266094738807843860e-3,
            2.71155556874348757815e-5,
            2.01033439929228813265e-7,
        ];

    static ReadOnlySpan<double> FarBelow =>
        [
            1,
            0.599832206555887937690,
            0.136929880922735805310,
            1.48753612908506148525e-2,
            7.86869131145613259100e-4,
            1.84631831751005468180e-5,
            1.42151175831644588870e-7,
            2.04426310338993978564e-15,
        ];
}
