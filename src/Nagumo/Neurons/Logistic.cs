using Nagumo.Symbolics;
using static Nagumo.Symbolics.Functions;

namespace Nagumo.Neurons;

/// <summary>Logistic neuron: an activity in [0, 1] whose potential is the entropy of a coin, and whose response is the sigmoid.</summary>
/// <remarks>
/// h(u) = T (u ln u + (1 − u) ln(1 − u)), 0 ≤ u ≤ 1;  u' = −T ln(u/(1 − u)) + I; the response is u = 1/(1 + e^(−I/T)). The temperature T sets the
/// slope 1/(4T) at u = ½; T → 0 is a step. Dimensionless. States stay 2⁻²⁴ away from 0 and 1.
/// [Hopfield 1984, doi:10.1073/pnas.81.10.3088; Peterson, Anderson 1987, Complex Systems 1, 995]
/// </remarks>
public sealed class Logistic(double temperature = 1) : Neuron
{
    /// <summary>Temperature T.</summary>
    public readonly Parameter T = new(temperature, min: 1e-3, name: "T");

    /// <inheritdoc/>
    public override Interval? Box => (0, 1);

    /// <inheritdoc/>
    public override string Name => "logistic";

    /// <inheritdoc/>
    public override string Summary => "activity in [0, 1] with the sigmoid as its response";

    /// <inheritdoc/>
    public override string Reference =>
        "Hopfield 1984, doi:10.1073/pnas.81.10.3088; Peterson, Anderson 1987, Complex Systems 1, 995 (mean field)";

    /// <inheritdoc/>
    public override Expr Potential(Expr u) => T * (u * Log(u) + (1 - u) * Log(1 - u));
}
