using Nagumo.Symbolics;

namespace Nagumo.Circuits;

/// <summary>What an element is there for: the rows of a power budget.</summary>
internal enum Part
{
    Diode,
    Membrane,
    Branch,
    Leak,
    Coupling,
    Gyrator,
    Inverter,
    Supply,
}

/// <summary>One element of a netlist between two nodes.</summary>
/// <param name="Part">What it is there for.</param>
/// <param name="Name">Its name, the first letter the kind.</param>
/// <param name="Plus">First node.</param>
/// <param name="Minus">Second node.</param>
internal abstract record Element(Part Part, string Name, string Plus, string Minus)
{
    /// <summary>The ground node.</summary>
    public const string Ground = "0";

    /// <summary>The line of the netlist.</summary>
    public abstract string Card { get; }

    protected static string N(double value) => SpiceWriter.Plain(value);
}

/// <summary>A resistor of a conductance in siemens.</summary>
internal sealed record Resistor(Part Part, string Name, string Plus, string Minus, double Conductance) : Element(Part, Name, Plus, Minus)
{
    public override string Card => $"{Name} {Plus} {Minus} {N(1 / Conductance)}";
}

/// <summary>A capacitor in farads.</summary>
internal sealed record Capacitor(string Name, string Plus, string Minus, double Capacitance) : Element(Part.Membrane, Name, Plus, Minus)
{
    public override string Card => $"{Name} {Plus} {Minus} {N(Capacitance)}";
}

/// <summary>An inductor in henries, with its current at the start in amperes.</summary>
internal sealed record Inductor(string Name, string Plus, string Minus, double Inductance, double Start)
    : Element(Part.Branch, Name, Plus, Minus)
{
    public override string Card => $"{Name} {Plus} {Minus} {N(Inductance)} IC={N(Start)}";
}

/// <summary>A voltage source in volts.</summary>
internal sealed record VoltageSource(Part Part, string Name, string Plus, string Minus, double Voltage) : Element(Part, Name, Plus, Minus)
{
    public override string Card => $"{Name} {Plus} {Minus} DC {N(Voltage)}";
}

/// <summary>A current source in amperes, from <paramref name="Plus"/> through the source to <paramref name="Minus"/>.</summary>
internal sealed record CurrentSource(string Name, string Plus, string Minus, double Current) : Element(Part.Supply, Name, Plus, Minus)
{
    public override string Card => $"{Name} {Plus} {Minus} DC {N(Current)}";
}

/// <summary>A current g (V(high) − V(low)) from <paramref name="Plus"/> through the source to <paramref name="Minus"/>.</summary>
internal sealed record Transconductor(Part Part, string Name, string Plus, string Minus, string High, string Low, double G)
    : Element(Part, Name, Plus, Minus)
{
    public override string Card => $"{Name} {Plus} {Minus} {High} {Low} {N(G)}";
}

/// <summary>A voltage V(high) − V(low).</summary>
internal sealed record VoltageCopy(string Name, string Plus, string Minus, string High, string Low)
    : Element(Part.Inverter, Name, Plus, Minus)
{
    public override string Card => $"{Name} {Plus} {Minus} {High} {Low} 1";
}

/// <summary>The current of a voltage source, from <paramref name="Plus"/> through the copy to <paramref name="Minus"/>.</summary>
internal sealed record CurrentCopy(string Name, string Plus, string Minus, string Source) : Element(Part.Inverter, Name, Plus, Minus)
{
    public override string Card => $"{Name} {Plus} {Minus} {Source} 1";
}

/// <summary>A behavioural current from <paramref name="Plus"/> to <paramref name="Minus"/>, in amperes.</summary>
/// <param name="Part">What it is there for.</param>
/// <param name="Name">Its name.</param>
/// <param name="Plus">First node.</param>
/// <param name="Minus">Second node.</param>
/// <param name="Current">The current as an expression of symbols.</param>
/// <param name="Nodes">The symbols: node and the voltage that is subtracted from the node's.</param>
internal sealed record Behavioural(
    Part Part,
    string Name,
    string Plus,
    string Minus,
    Expr Current,
    IReadOnlyDictionary<Symbol, (string Node, double Reference)> Nodes
) : Element(Part, Name, Plus, Minus)
{
    public override string Card =>
        $"{Name} {Plus} {Minus} I="
        + SpiceWriter.Write(
            Current,
            s =>
                Nodes[s] is var (node, reference) && reference == 0 ? $"V({node})" : $"(V({Nodes[s].Node})-{SpiceWriter.Number(reference)})"
        );
}
