using Nagumo.Symbolics;

namespace Nagumo.Neurons;

/// <summary>Linear neuron with leak c: the usual readout.</summary>
/// <remarks>h(u) = c u²/2;  u' = −c u + I. Dimensionless.</remarks>
public sealed class Linear(double c = 1) : Neuron
{
    /// <summary>Leak conductance c.</summary>
    public readonly Parameter C = new(c, min: 1e-6);

    /// <inheritdoc/>
    public override string Name => "linear";

    /// <inheritdoc/>
    public override string Summary => "linear leak: a readout";

    /// <inheritdoc/>
    public override Expr Potential(Expr u) => C * u * u / 2;
}
