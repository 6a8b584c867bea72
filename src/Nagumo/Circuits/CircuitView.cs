using Nagumo.Couplings;
using Nagumo.Symbolics;

namespace Nagumo.Circuits;

/// <summary>The kind of an element, as a schematic draws it.</summary>
public enum ElementKind
{
    /// <summary>A tunnel diode.</summary>
    TunnelDiode,

    /// <summary>A resistor.</summary>
    Resistor,

    /// <summary>A capacitor.</summary>
    Capacitor,

    /// <summary>An inductor.</summary>
    Inductor,

    /// <summary>A voltage source.</summary>
    VoltageSource,

    /// <summary>A current source.</summary>
    CurrentSource,

    /// <summary>A current that voltages control.</summary>
    DependentSource,
}

/// <summary>An element for a schematic.</summary>
/// <param name="Name">Its name in the netlist; inside a neuron Xh_0.Cm.</param>
/// <param name="Kind">Its kind.</param>
/// <param name="Plus">First node; "0" is ground.</param>
/// <param name="Minus">Second node.</param>
/// <param name="Value">Ohms, farads, henries, volts, amperes or siemens, of a tunnel diode its slope at V0; NaN where no number says it.</param>
/// <param name="Watts">Power that it takes up at the circuit's start; meaningful when that is a rest state.</param>
public sealed record ElementView(string Name, ElementKind Kind, string Plus, string Minus, double Value, double Watts);

/// <summary>A layer of a layered network.</summary>
/// <param name="Name">Name of its population.</param>
/// <param name="Volts">Voltage of each node.</param>
/// <param name="Weights">Signed weights [neurons × nodes of the layer before]; null for the inputs.</param>
/// <param name="HasDiodes">Whether its neurons are tunnel diodes.</param>
public sealed record LayerView(string Name, IReadOnlyList<double> Volts, double[,]? Weights, bool HasDiodes);

/// <summary>A circuit as people look at it.</summary>
public static class CircuitView
{
    /// <summary>All elements, with their powers.</summary>
    public static IReadOnlyList<ElementView> Elements(Circuit circuit)
    {
        var point = OperatingPoint.Of(circuit);
        return
        [
            .. circuit.Elements.Select(e =>
            {
                var (kind, value) = e switch
                {
                    Resistor r => (ElementKind.Resistor, 1 / r.Conductance),
                    Capacitor c => (ElementKind.Capacitor, c.Capacitance),
                    Inductor l => (ElementKind.Inductor, l.Inductance),
                    VoltageSource v => (ElementKind.VoltageSource, v.Voltage),
                    CurrentSource i => (ElementKind.CurrentSource, i.Current),
                    Transconductor g => (ElementKind.DependentSource, g.G),
                    Diode d => (ElementKind.TunnelDiode, -d.Law.G),
                    _ => (ElementKind.DependentSource, double.NaN),
                };
                return new ElementView(e.FullName, kind, e.Plus, e.Minus, value, point.Power(e));
            }),
        ];
    }

    /// <summary>The node of a neuron's field.</summary>
    /// <param name="circuit">The circuit.</param>
    /// <param name="population">Index of the population.</param>
    /// <param name="field">0 the activator.</param>
    /// <param name="neuron">Index of the neuron.</param>
    /// <returns>Name and voltage; null for an inhibitor that is an inductor's current.</returns>
    public static (string Node, double Volts)? Node(Circuit circuit, int population, int field, int neuron)
    {
        foreach (var p in circuit.Probes)
            if ((p.Population, p.Field, p.Neuron) == (population, field, neuron))
                return p.Node is null ? null : (p.Node, p.Start);
        return null;
    }

    /// <summary>The layers of a network whose populations form one line from its inputs, at its present state.</summary>
    /// <param name="network">The network.</param>
    /// <param name="circuit">Its circuit.</param>
    /// <exception cref="ArgumentException">It is no such line.</exception>
    public static IReadOnlyList<LayerView> Layers(CircuitNetwork network, Circuit circuit)
    {
        var units = circuit.Units;
        var diodes = circuit.Elements.Where(e => e.Part == Part.Diode).Select(e => e.Plus).ToHashSet();
        var populations = network.Network.Populations;
        int at = Enumerable.Range(0, populations.Count).FirstOrDefault(p => populations[p] is { IsClamped: true, Rail: null }, -1);
        if (at < 0)
            throw NoLine();
        var layers = new List<LayerView> { new(populations[at].Name, Volts(network, at, units), null, false) };
        var seen = new HashSet<int> { at };
        while (true)
        {
            var next = new List<(int Population, double[,] Weights)>();
            for (int c = 0; c < network.Network.Couplings.Count; c++)
            {
                var ends = network.Machine.Ends(c).ToArray();
                if (
                    ends.Length != 2
                    || ends.All(e => e.Population != at)
                    || ends.Any(e => e.Population != at && seen.Contains(e.Population))
                )
                    continue;
                if (ends.Any(e => e.Field > 0 || e.Count != populations[e.Population].Size) || ends[0].Population == ends[1].Population)
                    throw NoLine();
                int other = ends.Single(e => e.Population != at).Population;
                next.Add((other, Weights(network, c, transposed: ends[0].Population == at)));
            }
            if (next.Count == 0)
                break;
            if (next.Count > 1)
                throw NoLine();
            (at, var weights) = next[0];
            seen.Add(at);
            layers.Add(
                new(
                    populations[at].Name,
                    Volts(network, at, units),
                    weights,
                    Node(circuit, at, 0, 0) is var (node, _) && diodes.Contains(node)
                )
            );
        }
        return layers;

        ArgumentException NoLine() => new($"{network.Title}: only networks of layers, each coupled to the next, are drawn.");
    }

    private static double[] Volts(CircuitNetwork network, int p, Units units) =>
        [.. Enumerable.Range(0, network.Network.Populations[p].Size).Select(i => units.Middle + units.Span * network.State.X(p, 0)[i, 0])];

    private static double[,] Weights(CircuitNetwork network, int coupling, bool transposed)
    {
        var forth = new SignedWeights(network.Machine, coupling);
        network.Network.Couplings[coupling].Stamp(forth);
        var w = forth.Weights;
        var weights = transposed ? new double[w.GetLength(1), w.GetLength(0)] : w;
        for (int i = 0; transposed && i < weights.GetLength(0); i++)
        for (int j = 0; j < weights.GetLength(1); j++)
            weights[i, j] = w[j, i];
        return weights;
    }

    /// <summary>What end 0 feels of end 1, summed over the elements between two neurons.</summary>
    private sealed class SignedWeights : ICircuit
    {
        public SignedWeights(Networks.Machine<double> machine, int coupling)
        {
            (Parameters, Reverse) = (machine.ParametersOf(coupling), machine.ParametersOf(coupling, reverse: true));
            Ends = machine.Network.Shapes(machine.Network.Couplings[coupling]);
            Weights = new double[Ends[0].Size, Ends[1].Size];
        }

        public double[,] Weights { get; }

        public IReadOnlyList<double[]> Parameters { get; }

        public IReadOnlyList<double[]> Reverse { get; }

        public IReadOnlyList<EndShape> Ends { get; }

        public void Resistor(string label, int i, int j, double conductance, double ratio = 1) => Weights[i, j] += conductance * ratio;

        public void Transconductor(string label, int end, int i, int j, double g) =>
            Weights[end == 0 ? i : j, end == 0 ? j : i] += end == 0 ? g : 0;

        public void Product(string label, int i, int j, double forth, double back) => Weights[i, j] += forth;

        public void Source(string label, int end, int i, double current) { }

        public void Behaviour(
            string label,
            int end,
            int i,
            Expr current,
            params ReadOnlySpan<(Symbol Symbol, int End, int Neuron)> fields
        ) => throw new ArgumentException($"Element {label} is nonlinear: only networks of linear couplings are drawn as crossbars.");
    }
}
