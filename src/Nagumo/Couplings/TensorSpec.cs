using Nagumo.Compute;

namespace Nagumo.Couplings;

/// <summary>A parameter block to be made: name (appended to the coupling's), shape, range, initial values.</summary>
/// <param name="Name">Appended to the coupling's.</param>
/// <param name="Shape">Length along every axis, at least one; kernels see [first axis × all others].</param>
/// <param name="Initialise">Draws the initial values, row by row.</param>
/// <param name="Min">Smallest admissible value.</param>
/// <param name="Max">Largest admissible value.</param>
/// <param name="Decays">Whether weight decay applies.</param>
/// <param name="ByColumns">Whether columns lie one after another in memory.</param>
/// <param name="IsPaired">Whether two relaxed ends feel the value, each through a transconductor of its own.</param>
/// <param name="Start">Largest magnitude that an initial value can have, whatever the seed.</param>
public sealed record TensorSpec(
    string Name,
    IReadOnlyList<int> Shape,
    Action<Rng, Span<double>> Initialise,
    double Min = double.NegativeInfinity,
    double Max = double.PositiveInfinity,
    bool Decays = false,
    bool ByColumns = false,
    bool IsPaired = false,
    double Start = 0
)
{
    /// <summary>Length of the first axis.</summary>
    public int Rows => Shape[0];

    /// <summary>Number of elements of one row.</summary>
    public int Cols => Shape.Skip(1).Aggregate(1, (n, length) => n * length);
}
