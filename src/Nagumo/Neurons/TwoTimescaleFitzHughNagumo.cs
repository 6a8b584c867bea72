using Nagumo.Symbolics;
using static Nagumo.Symbolics.Functions;

namespace Nagumo.Neurons;

/// <summary>FitzHugh–Nagumo neuron with a fast inhibitor v and a slow one w.</summary>
/// <remarks>
/// h(u, v, w) = −k(u²/2 − u⁴/12) + uv − γv²/2 + av + uw − ηw²/2;  u' = k(u − u³/3) − v − w + I,  τ v' = u + a − γv,
/// τ_w w' = u − ηw. Dimensionless. The slow current gives bursts and adaptation. [Rinzel 1987, doi:10.1007/978-3-642-93360-8_26]
/// </remarks>
public sealed class TwoTimescaleFitzHughNagumo(
    double k = 1,
    double gamma = 0.8,
    double a = 0.7,
    double eta = 4,
    double tau = 0.5,
    double tauSlow = 5
) : Neuron
{
    /// <summary>Strength k of the cubic; leak γ and bias a of the fast inhibitor; leak η of the slow one.</summary>
    public readonly Parameter K = new(k, min: 0),
        Gamma = new(gamma, min: 1e-6),
        A = new(a),
        Eta = new(eta, min: 1e-6);

    /// <summary>The fast and the slow inhibitor.</summary>
    public readonly Inhibitor V = new("v", new Parameter(tau, min: 0)),
        W = new("w", new Parameter(tauSlow, min: 0, name: "tau_w"));

    /// <inheritdoc/>
    public override string Name => "fitzhugh-nagumo-two-timescale";

    /// <inheritdoc/>
    public override string Summary => "FitzHugh–Nagumo with a second, slow inhibitor: adaptation and bursts";

    /// <inheritdoc/>
    public override string Reference => "Rinzel 1987, doi:10.1007/978-3-642-93360-8_26";

    /// <inheritdoc/>
    public override Expr Potential(Expr u) =>
        -K * (u * u / 2 - Pow(u, 4) / 12) + u * V - Gamma * V * V / 2 + A * V + u * W - Eta * W * W / 2;
}
