using System.Runtime.Intrinsics;

namespace Nagumo.Compute;

/// <summary>The ways to compute with vectors. Results do not depend on them.</summary>
internal enum Simd
{
    Vector512,
    Vector256,
    Vector128,
    Scalar,

    /// <summary>Kernels are walked through rather than compiled; matrix products are scalar.</summary>
    Interpreter,
}

/// <summary>The vector widths of this machine, and the one that everything runs with.</summary>
internal static class Widths
{
    /// <summary>What the machine has, the widest first.</summary>
    public static IReadOnlyList<Simd> Available { get; } = [.. Enum.GetValues<Simd>().Where(Has)];

    /// <summary>The width that the environment variable NAGUMO_SIMD names, otherwise the widest.</summary>
    /// <exception cref="ArgumentException">Any other name, or a width that the machine lacks.</exception>
    public static Simd Default => chosen.Value;

    // Lazy, so that what is wrong with the variable is said as it is, and not as a failed initialisation of this class.
    private static readonly Lazy<Simd> chosen = new(() => Parse(Environment.GetEnvironmentVariable("NAGUMO_SIMD")));

    /// <param name="name">512, 256, 128, scalar or interpreter; null or empty for the widest.</param>
    /// <exception cref="ArgumentException">Any other name, or a width that the machine lacks.</exception>
    public static Simd Parse(string? name)
    {
        if (string.IsNullOrEmpty(name))
            return Available[0];
        int at = Array.IndexOf(names, name);
        if (at < 0)
            throw new ArgumentException($"NAGUMO_SIMD is '{name}'; it may be 512, 256, 128, scalar or interpreter.", nameof(name));
        if (!Has((Simd)at))
            throw new ArgumentException(
                $"NAGUMO_SIMD is '{name}', which this machine lacks; it has {string.Join(", ", Available.Select(w => names[(int)w]))}.",
                nameof(name)
            );
        return (Simd)at;
    }

    private static readonly string[] names = ["512", "256", "128", "scalar", "interpreter"];

    private static bool Has(Simd width) =>
        width switch
        {
            Simd.Vector512 => Vector512.IsHardwareAccelerated,
            Simd.Vector256 => Vector256.IsHardwareAccelerated,
            Simd.Vector128 => Vector128.IsHardwareAccelerated,
            _ => true,
        };
}
