using Nagumo.Symbolics;

namespace Nagumo.Neurons;

/// <summary>An inhibitor v of a neuron: an expression leaf that ascends the potential, τ v' = +∂H/∂v.</summary>
/// <param name="name">Name in the potential's text.</param>
/// <param name="tau">Time constant τ ≥ 0, in units of the activator's.</param>
public sealed class Inhibitor(string name, Parameter tau) : Symbol(name)
{
    /// <summary>Time constant τ.</summary>
    public Parameter Tau { get; } = tau;
}
