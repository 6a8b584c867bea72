using Nagumo.Symbolics;
using static Nagumo.Symbolics.Functions;

namespace Nagumo.Neurons;

/// <summary>FitzHugh–Nagumo neuron: a cubic activator u and a linear inhibitor v.</summary>
/// <remarks>
/// h(u, v) = −k(u²/2 − u⁴/12) + uv − γv²/2 + av;  u' = k(u − u³/3) − v + I,  τ v' = u + a − γv.  Dimensionless.
/// The response u(I) is unique when kγ ≤ 1. [FitzHugh 1961, doi:10.1016/S0006-3495(61)86902-6]
/// </remarks>
public sealed class FitzHughNagumo(double k = 1, double gamma = 0.8, double a = 0.7, double tau = 0.5) : Neuron
{
    /// <summary>Strength k of the cubic; inhibitor leak γ; inhibitor bias a.</summary>
    public readonly Parameter K = new(k, min: 0),
        Gamma = new(gamma, min: 1e-6),
        A = new(a);

    /// <summary>The inhibitor.</summary>
    public readonly Inhibitor V = new("v", new Parameter(tau, min: 0));

    /// <inheritdoc/>
    public override string Name => "fitzhugh-nagumo";

    /// <inheritdoc/>
    public override string Summary => "cubic activator, linear inhibitor: a tunnel diode with an inductive recovery branch";

    /// <inheritdoc/>
    public override string Reference =>
        "FitzHugh 1961, doi:10.1016/S0006-3495(61)86902-6; Nagumo, Arimoto, Yoshizawa 1962, doi:10.1109/JRPROC.1962.288235";

    /// <inheritdoc/>
    public override Expr Potential(Expr u) => -K * (u * u / 2 - Pow(u, 4) / 12) + u * V - Gamma * V * V / 2 + A * V;
}
