using System.Globalization;
using System.Text;
using Nagumo.Networks;

namespace Nagumo.Circuits;

/// <summary>A network as a circuit: its elements, and where each field of each neuron is found in it.</summary>
public sealed class Circuit
{
    /// <summary>The most elements that a circuit may have.</summary>
    public const int MaxElements = 250_000;

    private const int PerLine = 20,
        MostPrinted = 8;

    /// <summary>The last time by which ngspice surely has a point: it may end a rounding error before the end.</summary>
    private const double JustBeforeTheEnd = 1 - 1e-9;

    private readonly IReadOnlyList<string> _renamed;
    private readonly int? _outputs;

    internal Circuit(
        string title,
        Units units,
        IReadOnlyList<Element> elements,
        IReadOnlyList<Probe> probes,
        IReadOnlyList<string> renamed,
        int? outputs
    ) => (Title, Units, Elements, Probes, _renamed, _outputs) = (title, units, elements, probes, renamed, outputs);

    /// <summary>What it is, in one line.</summary>
    public string Title { get; }

    /// <summary>Its units.</summary>
    public Units Units { get; }

    /// <summary>Number of elements.</summary>
    public int Size => Elements.Count;

    internal IReadOnlyList<Element> Elements { get; }

    internal IReadOnlyList<Probe> Probes { get; }

    /// <summary>The netlist for ngspice: a header, subcircuits, elements, the start, and a transient analysis.</summary>
    /// <param name="transient">Times and tolerances.</param>
    public string Netlist(Transient transient) => Text(transient, "");

    /// <summary>
    /// The netlist that runs as it is (<c>ngspice -b FILE</c>): it prints the course of the outputs, or of the first fields, and at the end every voltage and inductor current, and u of every neuron.
    /// </summary>
    /// <param name="transient">Times and tolerances.</param>
    public string Export(Transient transient)
    {
        var text = new StringBuilder(".print tran ");
        var printed = Probes.Where(p => _outputs is null || (p.Population, p.Field) == (_outputs, 0));
        text.AppendJoin(' ', printed.Take(MostPrinted).Select(p => p.Vector)).Append('\n');
        string at = SpiceWriter.Plain(transient.EndSeconds(Units) * JustBeforeTheEnd);
        foreach (var p in Probes)
        {
            text.Append(CultureInfo.InvariantCulture, $".meas tran {p.Label} FIND {p.Vector} AT={at}\n");
            if (p.Field == 0)
                text.Append(CultureInfo.InvariantCulture, $".meas tran u{p.Label[1..]} PARAM='({p.Label}-V0)/Vs'\n");
        }
        return Text(transient, text.ToString());
    }

    private string Text(Transient transient, string report)
    {
        var text = new StringBuilder();
        Header(text);
        string N(double x) => SpiceWriter.Plain(x);
        text.Append(CultureInfo.InvariantCulture, $".param V0={N(Units.Middle)} Vs={N(Units.Span)}\n");
        text.Append(NetlistText.Write(Elements));
        foreach (var p in Probes.Where(p => p.Node is not null))
            text.Append(CultureInfo.InvariantCulture, $".ic v({p.Node})={N(p.Start)}\n");
        for (int i = 0; i < Probes.Count; i += PerLine)
            text.Append(".save ").AppendJoin(' ', Probes.Skip(i).Take(PerLine).Select(p => p.Vector)).Append('\n');
        text.Append(transient.Cards(Units)).Append(report).Append(".end\n");
        return text.ToString();
    }

    private void Header(StringBuilder text)
    {
        string E(double x) => x.ToString("G6", CultureInfo.InvariantCulture);
        // The first line is the title, whatever it holds.
        text.Append("* ").Append(string.Concat(Title.Select(c => char.IsControl(c) ? ' ' : c))).Append('\n');
        text.Append(
            CultureInfo.InvariantCulture,
            $"""
            * u = (V - {E(Units.Middle)} V)/{E(Units.Span)} V, currents in {E(Units.Current)} A, conductances in {E(
                Units.Conductance
            )} S, time in {E(Units.Time)} s.

            """
        );
        foreach (string line in _renamed)
            text.Append("* ").Append(line).Append('\n');
        if (Elements.All(e => e.Part != Part.Diode))
            return;
        var (from, to) = ActiveBelow();
        text.Append(
            CultureInfo.InvariantCulture,
            $"""
            * The diode is a cubic: exact at its peak and valley only. At 0 V it carries {E(DiodeAtZero())} A instead of none, and from {E(
                to
            )} V down to {E(from)} V
            * it delivers power, which no diode does; currents that this offsets are part of the bias. Sources, transconductors, inverters are ideal.

            """
        );
    }

    private double DiodeAtZero() => Cubic(-Units.Middle / Units.Span);

    private double Cubic(double u) => Units.Offset - Units.Current * (u - u * u * u / 3);

    /// <summary>The voltages below 0 at which the cubic's current is still positive.</summary>
    private (double From, double To) ActiveBelow()
    {
        double high = -Units.Middle / Units.Span,
            low = Math.Min(high, -1);
        while (Cubic(low) > 0)
            low -= 1;
        for (int i = 0; i < 100; i++)
        {
            double middle = (low + high) / 2;
            (low, high) = Cubic(middle) > 0 ? (low, middle) : (middle, high);
        }
        return (Units.Middle + low * Units.Span, 0);
    }

    /// <summary>Copies the voltages and currents of a run into a state that stores all fields.</summary>
    internal void Read(IReadOnlyDictionary<string, double> values, State<double> state)
    {
        foreach (var p in Probes)
            state.X(p.Population, p.Field)[p.Neuron, p.Lane] = p.ToModel(values[p.Vector]);
    }
}

/// <summary>Where a field of a neuron is found: a node's voltage, or an inductor's current.</summary>
/// <param name="Population">Population.</param>
/// <param name="Field">Field: 0 the activator.</param>
/// <param name="Neuron">Neuron.</param>
/// <param name="Lane">Lane.</param>
/// <param name="Vector">ngspice's name of the quantity.</param>
/// <param name="Label">A name for its measurement, unique in the circuit.</param>
/// <param name="Node">The node; null for a current.</param>
/// <param name="Zero">Voltage or current at 0.</param>
/// <param name="Unit">Voltage or current of 1.</param>
/// <param name="Start">Voltage or current at the start.</param>
internal readonly record struct Probe(
    int Population,
    int Field,
    int Neuron,
    int Lane,
    string Vector,
    string Label,
    string? Node,
    double Zero,
    double Unit,
    double Start
)
{
    /// <summary>The field's value.</summary>
    public double ToModel(double value) => (value - Zero) / Unit;
}
