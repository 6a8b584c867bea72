namespace Nagumo.Media;

/// <summary>A neuron along one of its parameters, or along the current.</summary>
/// <param name="Neuron">The neuron; the values of its other parameters hold.</param>
/// <param name="Current">The current, unless it is what varies.</param>
/// <param name="Parameter">The parameter that varies; null for the current.</param>
public sealed record CellFamily(PlanarNeuron Neuron, double Current = 0, string? Parameter = null)
{
    /// <summary>The neuron and its current at a value.</summary>
    /// <exception cref="ArgumentException">The value is out of the parameter's range.</exception>
    public (PlanarNeuron Neuron, double Current) At(double value) =>
        Parameter is null ? (Neuron, value) : (Neuron.With(Parameter, value), Current);
}
