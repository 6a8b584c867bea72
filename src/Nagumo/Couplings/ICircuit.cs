using Nagumo.Symbolics;

namespace Nagumo.Couplings;

/// <summary>A circuit under construction, as a coupling sees it: its own fields and parameters, in the network's units.</summary>
/// <remarks>
/// A field is a node whose voltage stands for the field's value, 0 being the circuit's middle; a current of 1 into it is a drive of 1. A
/// resistor of conductance g between nodes i and j therefore is the term ½ g (x_i − x_j)². A label makes an element's name unique within the
/// coupling: letters, digits and underscores.
/// </remarks>
public interface ICircuit
{
    /// <summary>The coupling's tensors, each row by row.</summary>
    IReadOnlyList<double[]> Parameters { get; }

    /// <summary>The tensors as the second end of a pair feels them: the same unless hardware.pair_mismatch makes the halves differ.</summary>
    IReadOnlyList<double[]> Reverse { get; }

    /// <summary>The ends.</summary>
    IReadOnlyList<EndShape> Ends { get; }

    /// <summary>A resistor between neuron i of end 0 and neuron j of end 1; none where the conductance is 0.</summary>
    /// <param name="label">Unique in the coupling.</param>
    /// <param name="i">Neuron of end 0.</param>
    /// <param name="j">Neuron of end 1.</param>
    /// <param name="conductance">≥ 0.</param>
    /// <param name="ratio">The resistor's far end shows ratio × the field of j: 1, −1 (through an ideal inverter), or any gain of a clamped field.</param>
    void Resistor(string label, int i, int j, double conductance, double ratio = 1);

    /// <summary>A transconductor: a current g × the other end's field into a neuron. There are two ends.</summary>
    /// <param name="label">Unique in the coupling and end.</param>
    /// <param name="end">The end that is driven.</param>
    /// <param name="i">Neuron of this end.</param>
    /// <param name="j">Neuron of the other end.</param>
    /// <param name="g">Any sign.</param>
    void Transconductor(string label, int end, int i, int j, double g);

    /// <summary>The two currents of a product term: forth × x_j into neuron i of end 0, back × x_i into neuron j of end 1; none into a clamped one.</summary>
    /// <remarks>Two transconductors, or, where the circuit is built so, a resistor whose load is taken back.</remarks>
    /// <param name="label">Unique in the coupling.</param>
    /// <param name="i">Neuron of end 0.</param>
    /// <param name="j">Neuron of end 1.</param>
    /// <param name="forth">Drive of i for x_j = 1.</param>
    /// <param name="back">Drive of j for x_i = 1.</param>
    void Product(string label, int i, int j, double forth, double back);

    /// <summary>A constant current into a neuron.</summary>
    /// <param name="label">Unique in the coupling.</param>
    /// <param name="end">The end.</param>
    /// <param name="i">Neuron of this end.</param>
    /// <param name="current">The drive.</param>
    void Source(string label, int end, int i, double current);

    /// <summary>A current that any fields of the coupling control, into a neuron: the nonlinear element.</summary>
    /// <param name="label">Unique in the coupling.</param>
    /// <param name="end">The end.</param>
    /// <param name="i">Neuron of this end.</param>
    /// <param name="current">The drive, loads included: −∂term/∂x of an activator, +∂term/∂x of an inhibitor.</param>
    /// <param name="fields">The symbols in it: of which end and neuron each is the field.</param>
    void Behaviour(string label, int end, int i, Expr current, params ReadOnlySpan<(Symbol Symbol, int End, int Neuron)> fields);
}
