using Nagumo.Symbolics;
using static Nagumo.Symbolics.Functions;

namespace Nagumo.Neurons;

/// <summary>Neuron whose response is tanh: an activity in [−1, 1], Hopfield's graded neuron.</summary>
/// <remarks>
/// h(u) = T ((1 + u) ln(1 + u) + (1 − u) ln(1 − u))/2 = T ∫ artanh, −1 ≤ u ≤ 1;  u' = −T artanh(u) + I; the response is u = tanh(I/T): Hopfield's
/// amplifier of gain 1/T. Dimensionless. States stay 2⁻²³ away from ±1. [Hopfield 1984, doi:10.1073/pnas.81.10.3088]
/// </remarks>
public sealed class TanhNeuron(double temperature = 1) : Neuron
{
    /// <summary>Temperature T, the inverse of the gain.</summary>
    public readonly Parameter T = new(temperature, min: 1e-3, name: "T");

    /// <inheritdoc/>
    public override Interval? Box => (-1, 1);

    /// <inheritdoc/>
    public override string Name => "tanh";

    /// <inheritdoc/>
    public override string Summary => "activity in [-1, 1] with tanh as its response: Hopfield's graded neuron";

    /// <inheritdoc/>
    public override string Reference => "Hopfield 1984, doi:10.1073/pnas.81.10.3088";

    /// <inheritdoc/>
    public override Expr Potential(Expr u) => T * ((1 + u) * Log(1 + u) + (1 - u) * Log(1 - u)) / 2;
}
