using Nagumo.Compute;

namespace Nagumo.Tests;

/// <summary>
/// Properties over draws that are the same on every run: CsCheck's own begin with the clock, and a failure would
/// meet whoever comes next rather than who caused it. <c>NAGUMO_DRAWS=N</c> gives other ones.
/// </summary>
internal static class Draws
{
    private static readonly ulong First = ulong.Parse(Environment.GetEnvironmentVariable("NAGUMO_DRAWS") ?? "1");

    /// <summary>Asserts for <paramref name="iter"/> draws; the first one that fails is shrunk by CsCheck and named by its seed.</summary>
    public static void ForAll<T>(this Gen<T> gen, Action<T> assert, int iter = 100)
    {
        var seeds = new Rng(First);
        for (int i = 0; i < iter; i++)
        {
            string seed = new PCG((uint)i % 64, seeds.NextUInt64()).ToString();
            try
            {
                gen.Sample(assert, seed: seed, iter: 1, threads: 1);
            }
            catch (CsCheckException)
            {
                gen.Sample(assert, seed: seed, iter: iter, threads: 1);
                throw;
            }
        }
    }

    /// <inheritdoc cref="ForAll{T}"/>
    public static void ForAll<T1, T2>(this Gen<(T1, T2)> gen, Action<T1, T2> assert, int iter = 100) =>
        gen.ForAll(t => assert(t.Item1, t.Item2), iter);

    /// <inheritdoc cref="ForAll{T}"/>
    public static void ForAll<T1, T2, T3>(this Gen<(T1, T2, T3)> gen, Action<T1, T2, T3> assert, int iter = 100) =>
        gen.ForAll(t => assert(t.Item1, t.Item2, t.Item3), iter);

    /// <inheritdoc cref="ForAll{T}"/>
    public static void ForAll<T1, T2, T3, T4>(this Gen<(T1, T2, T3, T4)> gen, Action<T1, T2, T3, T4> assert, int iter = 100) =>
        gen.ForAll(t => assert(t.Item1, t.Item2, t.Item3, t.Item4), iter);

    /// <inheritdoc cref="ForAll{T}"/>
    public static void ForAll<T1, T2, T3, T4, T5>(this Gen<(T1, T2, T3, T4, T5)> gen, Action<T1, T2, T3, T4, T5> assert, int iter = 100) =>
        gen.ForAll(t => assert(t.Item1, t.Item2, t.Item3, t.Item4, t.Item5), iter);

    /// <inheritdoc cref="ForAll{T}"/>
    public static void ForAll<T1, T2, T3, T4, T5, T6>(
        this Gen<(T1, T2, T3, T4, T5, T6)> gen,
        Action<T1, T2, T3, T4, T5, T6> assert,
        int iter = 100
    ) => gen.ForAll(t => assert(t.Item1, t.Item2, t.Item3, t.Item4, t.Item5, t.Item6), iter);

    /// <inheritdoc cref="ForAll{T}"/>
    public static void ForAll<T1, T2, T3, T4, T5, T6, T7>(
        this Gen<(T1, T2, T3, T4, T5, T6, T7)> gen,
        Action<T1, T2, T3, T4, T5, T6, T7> assert,
        int iter = 100
    ) => gen.ForAll(t => assert(t.Item1, t.Item2, t.Item3, t.Item4, t.Item5, t.Item6, t.Item7), iter);

    /// <inheritdoc cref="ForAll{T}"/>
    public static void ForAll<T1, T2, T3, T4, T5, T6, T7, T8>(
        this Gen<(T1, T2, T3, T4, T5, T6, T7, T8)> gen,
        Action<T1, T2, T3, T4, T5, T6, T7, T8> assert,
        int iter = 100
    ) => gen.ForAll(t => assert(t.Item1, t.Item2, t.Item3, t.Item4, t.Item5, t.Item6, t.Item7, t.Item8), iter);
}
