using System.Globalization;

namespace Nagumo.Networks;

/// <summary>The memory that a network needs, known before any of it is taken.</summary>
internal static class MemoryNeed
{
    /// <summary>What stands beside every weight while it is drawn, trained and saved: the draw in double, its gradient, packed copies, an
    /// optimiser's two moments, a checkpoint's copy of all.</summary>
    private const int Copies = 12;

    /// <summary>Scalars of a field's states: some 64 lanes, free and nudged, with their drives and constants.</summary>
    private const int PerField = 512;

    /// <summary>Throws where this machine cannot hold a network in scalars of so many bytes.</summary>
    /// <param name="network">The definition.</param>
    /// <param name="scalar">Bytes of a scalar.</param>
    /// <exception cref="ArgumentException">The network is too large.</exception>
    public static void Require(Network network, int scalar)
    {
        double weights = network.Blocks().Sum(b => b.Shape.Aggregate(1.0, (n, length) => n * length)) * scalar,
            fields = network.Populations.Where(p => !p.IsClamped).Sum(p => (double)p.Fields * p.Size) * scalar,
            all = Copies * weights + PerField * fields,
            has = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;
        if (weights > has)
            throw new ArgumentException($"The network is too large: the weights alone need {Size(weights)}; this machine has {Size(has)}.");
        if (all > has)
            throw new ArgumentException(
                $"The network is too large: the weights alone need {Size(weights)}, with gradients, copies and states about {Size(all)}; this machine has {Size(has)}."
            );
    }

    /// <summary>Throws where this machine cannot hold some dense matrices of double.</summary>
    /// <param name="what">What needs them, as the beginning of a sentence.</param>
    /// <param name="size">Rows and columns of each.</param>
    /// <param name="count">How many are held at once.</param>
    /// <param name="remedy">What else can be done, as a sentence.</param>
    /// <exception cref="ArgumentException">They are too large.</exception>
    public static void RequireDense(string what, int size, int count, string remedy)
    {
        double all = (double)size * size * count * sizeof(double),
            has = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;
        // A single array ends at 2³¹ numbers, whatever the machine has.
        if (all > has || (double)size * size > Array.MaxLength)
            throw new ArgumentException(
                $"{what}: {size} variables make matrices of {Size((double)size * size * sizeof(double))} each, {Size(all)} in all; this machine has {Size(has)}. {remedy}"
            );
    }

    private static string Size(double bytes) =>
        bytes < 1e9
            ? string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e6:0} MB")
            : string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e9:0.0} GB");
}
