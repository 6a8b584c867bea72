namespace Nagumo.Circuits;

/// <summary>How signed weights of bilinear couplings are built.</summary>
public enum Weights
{
    /// <summary>Two equal transconductors, one each way: no load.</summary>
    Transconductors,

    /// <summary>
    /// A resistor to the neuron or, for a negative weight, to its mirror image behind an ideal inverter. Such resistors load both ends by |w|; a
    /// bilinear term has no load, so a negative conductance cancels it. A rail-resistive coupling has the load in its term and needs none.
    /// </summary>
    Rails,
}

/// <summary>How inhibitors are built.</summary>
public enum InhibitorBranch
{
    /// <summary>Inductor, resistor and source; a gyrator with a second capacitor where the inhibitor is coupled or nonlinear.</summary>
    Auto,

    /// <summary>Always the gyrator.</summary>
    Gyrator,
}

/// <summary>How clamped inputs are built.</summary>
public enum Inputs
{
    /// <summary>A voltage source for every input, and an element for every weight.</summary>
    Sources,

    /// <summary>One current and one load for every neuron: what its inputs and weights come to, exactly.</summary>
    Currents,
}

/// <summary>How a network becomes a circuit.</summary>
/// <param name="Units">Volts, amperes, farads; null for a 1N3716-like diode.</param>
/// <param name="Weights">Realisation of signed weights.</param>
/// <param name="Inhibitors">Realisation of inhibitors.</param>
/// <param name="Inputs">Realisation of clamped inputs.</param>
public sealed record CircuitOptions(
    Units? Units = null,
    Weights Weights = Weights.Transconductors,
    InhibitorBranch Inhibitors = InhibitorBranch.Auto,
    Inputs Inputs = Inputs.Sources
)
{
    /// <inheritdoc cref="CircuitOptions"/>
    public Units Units { get; init; } = Units ?? Circuits.Units.Of(TunnelDiode.Like1N3716);
}
