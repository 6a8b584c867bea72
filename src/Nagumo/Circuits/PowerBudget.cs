using System.Globalization;
using System.Text;

namespace Nagumo.Circuits;

/// <summary>The power of one kind of elements.</summary>
/// <param name="Name">What they are.</param>
/// <param name="Count">How many.</param>
/// <param name="Watts">What they take up; negative where they deliver.</param>
public sealed record PowerShare(string Name, int Count, double Watts);

/// <summary>The resistors of a circuit's couplings.</summary>
/// <param name="Count">How many.</param>
/// <param name="LeastSiemens">Smallest conductance.</param>
/// <param name="LargestSiemens">Largest conductance.</param>
public sealed record ConductanceRange(int Count, double LeastSiemens, double LargestSiemens);

/// <summary>What a circuit takes from its supplies at rest, and where it goes.</summary>
/// <remarks>
/// What idealised elements leave out: an amplifier's own supply (transconductors, inverters, gyrators are counted by what flows at their
/// terminals), the losses of inductors and capacitors, the reading of voltages, the writing of conductances, and everything digital.
/// </remarks>
/// <param name="Shares">By kind of elements.</param>
/// <param name="SupplyWatts">What all sources deliver.</param>
/// <param name="Imbalance">|Sum of all powers| as a part of the largest kind: 0 but for rounding and the distance from rest.</param>
/// <param name="Couplings">The coupling resistors; null when there are none.</param>
/// <param name="Transconductances">The coupling transconductors' |g|; null when there are none.</param>
public sealed record PowerBudget(
    IReadOnlyList<PowerShare> Shares,
    double SupplyWatts,
    double Imbalance,
    ConductanceRange? Couplings,
    ConductanceRange? Transconductances
)
{
    /// <summary>The budget of a network's circuit at the network's present state, which is at rest.</summary>
    public static PowerBudget Of(Circuit circuit)
    {
        var point = OperatingPoint.Of(circuit);
        var shares = circuit
            .Elements.Where(e => e is not Capacitor)
            .GroupBy(Kind)
            .OrderBy(g => g.Key.Part)
            .ThenBy(g => g.Key.Name, StringComparer.Ordinal)
            .Select(g => new PowerShare(g.Key.Name, g.Count(), g.Sum(point.Power)))
            .ToArray();
        double largest = shares.Max(s => Math.Abs(s.Watts));
        return new(
            shares,
            -circuit.Elements.Where(e => e.Part == Part.Supply).Sum(point.Power),
            largest == 0 ? 0 : Math.Abs(circuit.Elements.Where(e => e is not Capacitor).Sum(point.Power)) / largest,
            Range(circuit.Elements.OfType<Resistor>().Where(r => r.Part == Part.Coupling).Select(r => r.Conductance)),
            Range(circuit.Elements.OfType<Transconductor>().Where(r => r.Part == Part.Coupling).Select(r => Math.Abs(r.G)))
        );
    }

    /// <summary>Every coupling's conductance as a table: element, nodes, siemens, ohms.</summary>
    public static string Conductances(Circuit circuit)
    {
        var text = new StringBuilder("element,node,other_node,conductance_s,resistance_ohm\n");
        foreach (var e in circuit.Elements.Where(e => e.Part == Part.Coupling))
        {
            var (a, b, g) = e switch
            {
                Resistor r => (r.Plus, r.Minus, r.Conductance),
                Transconductor t => (t.Plus == Element.Ground ? t.Minus : t.Plus, t.High, t.G),
                _ => throw new InvalidOperationException($"{e.Name} is no conductance."),
            };
            text.Append(CultureInfo.InvariantCulture, $"{e.Name},{a},{b},{g:R},{1 / g:R}\n");
        }
        return text.ToString();
    }

    private static ConductanceRange? Range(IEnumerable<double> conductances) =>
        conductances.ToArray() is { Length: > 0 } g ? new(g.Length, g.Min(), g.Max()) : null;

    private static (Part Part, string Name) Kind(Element e) =>
        (
            e.Part,
            (e.Part, e) switch
            {
                (Part.Diode, _) => "tunnel diodes",
                (Part.Branch, Inductor) => "inductors",
                (Part.Branch, _) => "branch resistors",
                (Part.Leak, _) => "other membrane currents",
                (Part.Coupling, Resistor) => "coupling resistors",
                (Part.Coupling, _) => "coupling transconductors",
                (Part.Gyrator, _) => "gyrators",
                (Part.Inverter, _) => "inverters",
                (_, CurrentSource) => "current sources",
                _ => "voltage sources",
            }
        );
}
