using Nagumo.Symbolics;

namespace Nagumo.Neurons;

/// <summary>Continuous Hopfield neuron in the box [0, 1]: the field's hard sigmoid.</summary>
/// <remarks>h(u) = u²/2, 0 ≤ u ≤ 1; the response is clip(I, 0, 1). [Scellier &amp; Bengio 2017, doi:10.3389/fncom.2017.00024]</remarks>
public sealed class Hopfield : Neuron
{
    /// <inheritdoc/>
    public override Interval? Box => (0, 1);

    /// <inheritdoc/>
    public override string Name => "hopfield";

    /// <inheritdoc/>
    public override string Summary => "quadratic energy in the box [0, 1]: the hard sigmoid";

    /// <inheritdoc/>
    public override string Reference => "Scellier, Bengio 2017, doi:10.3389/fncom.2017.00024";

    /// <inheritdoc/>
    public override Expr Potential(Expr u) => u * u / 2;
}
