using Nagumo.Compute;

namespace Nagumo.Couplings;

/// <summary>Initial values of parameters.</summary>
internal static class Initial
{
    /// <summary>Uniform with mean 0 and the given standard deviation: bound sd·√3.</summary>
    public static Action<Rng, Span<double>> Uniform(double sd) => Between(-Bound(sd), Bound(sd));

    /// <summary>The largest magnitude of <see cref="Uniform"/>.</summary>
    public static double Bound(double sd) => sd * Math.Sqrt(3);

    /// <summary>Uniform in [low, high).</summary>
    public static Action<Rng, Span<double>> Between(double low, double high) =>
        (rng, values) =>
        {
            foreach (ref double x in values)
                x = low + (high - low) * rng.NextDouble();
        };

    /// <summary>Positive part (sign = 1) or negative part (−1) of mean + a uniform sample: equal generator states give the parts of one sample.</summary>
    public static Action<Rng, Span<double>> Part(int sign, double sd, double mean = 0) =>
        (rng, values) =>
        {
            Uniform(sd)(rng, values);
            foreach (ref double x in values)
                x = Math.Max(0, sign * (mean + x));
        };

    /// <summary>The same value everywhere.</summary>
    public static Action<Rng, Span<double>> Constant(double value) => (_, values) => values.Fill(value);
}
