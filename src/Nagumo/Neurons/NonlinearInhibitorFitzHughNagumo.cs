using Nagumo.Symbolics;
using static Nagumo.Symbolics.Functions;

namespace Nagumo.Neurons;

/// <summary>FitzHugh–Nagumo neuron whose inhibitor saturates: no closed-form elimination.</summary>
/// <remarks>
/// h(u, v) = −k(u²/2 − u⁴/12) + uv − γv²/2 − δv⁴/4 + av;  u' = k(u − u³/3) − v + I,  τ v' = u + a − γv − δv³. δ ≥ 0 keeps h concave
/// in v, so v stays bounded. Dimensionless. [FitzHugh 1961, doi:10.1016/S0006-3495(61)86902-6, with a quartic inhibitor]
/// </remarks>
public sealed class NonlinearInhibitorFitzHughNagumo(
    double k = 0.5,
    double gamma = 0.5,
    double delta = 0.2,
    double a = 0.7,
    double tau = 0.5
) : Neuron
{
    /// <summary>Strength k of the cubic; inhibitor leak γ, stiffening δ and bias a.</summary>
    public readonly Parameter K = new(k, min: 0),
        Gamma = new(gamma, min: 1e-6),
        Delta = new(delta, min: 0),
        A = new(a);

    /// <summary>The inhibitor.</summary>
    public readonly Inhibitor V = new("v", new Parameter(tau, min: 0));

    /// <inheritdoc/>
    public override string Name => "fitzhugh-nagumo-nonlinear-inhibitor";

    /// <inheritdoc/>
    public override string Summary => "FitzHugh–Nagumo with a stiffening inhibitor: no field can be eliminated in closed form";

    /// <inheritdoc/>
    public override string Reference => "FitzHugh 1961, doi:10.1016/S0006-3495(61)86902-6 (inhibitor made nonlinear)";

    /// <inheritdoc/>
    public override Expr Potential(Expr u) => -K * (u * u / 2 - Pow(u, 4) / 12) + u * V - Gamma * V * V / 2 - Delta * Pow(V, 4) / 4 + A * V;
}
