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

/// <summary>How an element's card is written: at the top level with its numbers, in a subcircuit with the names of its parameters.</summary>
internal interface ICardWords
{
    /// <summary>A node's name.</summary>
    string Node(string node);

    /// <summary>An element's value.</summary>
    /// <param name="name">Its name as a parameter of a subcircuit.</param>
    /// <param name="value">The value.</param>
    string Value(string name, double value);

    /// <summary>A number in an expression; a negative one in parentheses.</summary>
    string Constant(double value);
}

/// <summary>One element of a netlist between two nodes.</summary>
/// <param name="Part">What it is there for.</param>
/// <param name="Name">Its name, the first letter the kind; unique in its cell, or in the circuit.</param>
/// <param name="Plus">First node.</param>
/// <param name="Minus">Second node.</param>
internal abstract record Element(Part Part, string Name, string Plus, string Minus)
{
    /// <summary>The ground node.</summary>
    public const string Ground = "0";

    /// <summary>The neuron that it is a part of; null for couplings, sources and references.</summary>
    public NeuronCell? Cell { get; init; }

    /// <summary>Its name in the whole circuit.</summary>
    public string FullName => Cell is null ? Name : $"{Cell.Name}.{Name}";

    /// <summary>The line of the netlist.</summary>
    public abstract string Card(ICardWords w);

    /// <summary>What its value is measured in, for messages.</summary>
    public abstract string Unit { get; }

    /// <summary>Name and the two nodes.</summary>
    protected string Head(ICardWords w) => $"{Name} {w.Node(Plus)} {w.Node(Minus)}";
}

/// <summary>A resistor of a conductance in siemens.</summary>
internal sealed record Resistor(Part Part, string Name, string Plus, string Minus, double Conductance) : Element(Part, Name, Plus, Minus)
{
    public override string Card(ICardWords w) => $"{Head(w)} {w.Value(Name, 1 / Conductance)}";

    public override string Unit => "Ω";
}

/// <summary>A capacitor in farads.</summary>
internal sealed record Capacitor(string Name, string Plus, string Minus, double Capacitance) : Element(Part.Membrane, Name, Plus, Minus)
{
    public override string Card(ICardWords w) => $"{Head(w)} {w.Value(Name, Capacitance)}";

    public override string Unit => "F";
}

/// <summary>An inductor in henries, with its current at the start in amperes.</summary>
internal sealed record Inductor(string Name, string Plus, string Minus, double Inductance, double Start)
    : Element(Part.Branch, Name, Plus, Minus)
{
    public override string Card(ICardWords w) => $"{Head(w)} {w.Value(Name, Inductance)} IC={w.Value($"S{Name[1..]}", Start)}";

    public override string Unit => "H";
}

/// <summary>A voltage source in volts.</summary>
internal sealed record VoltageSource(Part Part, string Name, string Plus, string Minus, double Voltage) : Element(Part, Name, Plus, Minus)
{
    public override string Card(ICardWords w) => $"{Head(w)} DC {w.Value(Name, Voltage)}";

    public override string Unit => "V";
}

/// <summary>A current source in amperes, from <paramref name="Plus"/> through the source to <paramref name="Minus"/>.</summary>
internal sealed record CurrentSource(string Name, string Plus, string Minus, double Current) : Element(Part.Supply, Name, Plus, Minus)
{
    public override string Card(ICardWords w) => $"{Head(w)} DC {w.Value(Name, Current)}";

    public override string Unit => "A";
}

/// <summary>A current g (V(high) − V(low)) from <paramref name="Plus"/> through the source to <paramref name="Minus"/>.</summary>
internal sealed record Transconductor(Part Part, string Name, string Plus, string Minus, string High, string Low, double G)
    : Element(Part, Name, Plus, Minus)
{
    public override string Card(ICardWords w) => $"{Head(w)} {w.Node(High)} {w.Node(Low)} {w.Value(Name, G)}";

    public override string Unit => "S";
}

/// <summary>A voltage V(high) − V(low).</summary>
internal sealed record VoltageCopy(string Name, string Plus, string Minus, string High, string Low)
    : Element(Part.Inverter, Name, Plus, Minus)
{
    public override string Card(ICardWords w) => $"{Head(w)} {w.Node(High)} {w.Node(Low)} 1";

    public override string Unit => "";
}

/// <summary>The current of a voltage source, from <paramref name="Plus"/> through the copy to <paramref name="Minus"/>.</summary>
internal sealed record CurrentCopy(string Name, string Plus, string Minus, string Source) : Element(Part.Inverter, Name, Plus, Minus)
{
    public override string Card(ICardWords w) => $"{Head(w)} {Source} 1";

    public override string Unit => "";
}

/// <summary>A tunnel diode against ground: i = i₀ − g x + q x² + c x³, x = V − V0; an instance of the subcircuit <see cref="Model"/>.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Plus">Its anode.</param>
/// <param name="Law">i₀ in A, g in A/V, q in A/V², c in A/V³.</param>
/// <param name="Middle">V0 in volts.</param>
internal sealed record Diode(string Name, string Plus, (double I0, double G, double Q, double C) Law, double Middle)
    : Element(Part.Diode, Name, Plus, Ground)
{
    /// <summary>The subcircuit that all diodes are instances of.</summary>
    public const string Model = "tunnel_diode";

    public override string Card(ICardWords w) =>
        $"{Name} {w.Node(Plus)} {Model} i0={w.Value("i0", Law.I0)} g={w.Value("g", Law.G)}{(Law.Q == 0 ? "" : $" q={w.Value("q", Law.Q)}")} c={w.Value("c", Law.C)}";

    public override string Unit => "A/Vⁿ";

    /// <summary>The current at a voltage.</summary>
    public double Current(double volts)
    {
        double x = volts - Middle;
        return Law.I0 + x * (-Law.G + x * (Law.Q + x * Law.C));
    }
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
    public override string Card(ICardWords w) =>
        $"{Head(w)} I="
        + SpiceWriter.Write(
            Current,
            s =>
                Nodes[s] is var (node, reference) && reference == 0
                    ? $"V({w.Node(node)})"
                    : $"(V({w.Node(Nodes[s].Node)})-{w.Constant(Nodes[s].Reference)})",
            w.Constant
        );

    public override string Unit => "A";
}
