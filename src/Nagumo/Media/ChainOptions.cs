namespace Nagumo.Media;

/// <summary>What the two ends of a chain do.</summary>
public enum ChainEnds
{
    /// <summary>Nothing flows out: the chain's mirror image continues it.</summary>
    ZeroFlux,

    /// <summary>The last neuron is the first one's neighbour.</summary>
    Periodic,
}

/// <summary>A chain of equal neurons with diffusive couplings between neighbours.</summary>
/// <param name="Cells">Number of neurons, 3 to 1,000,000.</param>
/// <param name="DiffusionU">D_u ≥ 0 between activators, in neurons² per time.</param>
/// <param name="DiffusionV">D_v ≥ 0 between inhibitors, in neurons² per time (over τ_v in v').</param>
/// <param name="Current">Current into every activator.</param>
/// <param name="Ends">What the ends do.</param>
public sealed record ChainOptions(
    int Cells = 200,
    double DiffusionU = 1,
    double DiffusionV = 0,
    double Current = 0,
    ChainEnds Ends = ChainEnds.ZeroFlux
)
{
    /// <inheritdoc cref="ChainOptions"/>
    public int Cells { get; init; } = Check.That("cells", Cells, Cells is >= 3 and <= 1_000_000, "3 to 1000000; 200 is usual");

    /// <inheritdoc cref="ChainOptions"/>
    public double DiffusionU { get; init; } = Check.NotNegative("d_u", DiffusionU);

    /// <inheritdoc cref="ChainOptions"/>
    public double DiffusionV { get; init; } = Check.NotNegative("d_v", DiffusionV);

    /// <inheritdoc cref="ChainOptions"/>
    public double Current { get; init; } = Check.Finite("current", Current);
}
