using Nagumo.Symbolics;

namespace Nagumo.Circuits;

/// <summary>Voltages and currents of a circuit at rest: capacitors carry no current, inductors no voltage.</summary>
/// <remarks>
/// The neurons' nodes are given; sources, copies and inductors give the others. Elements with a law of their own carry what it says; sources, copies
/// and inductors carry what Kirchhoff's current law leaves for them, node by node. What is left over at the neurons' nodes tells how
/// far the given voltages are from rest.
/// </remarks>
internal sealed class OperatingPoint
{
    private readonly Dictionary<string, double> _volts = new() { [Element.Ground] = 0 };
    private readonly Dictionary<Element, double> _amperes = [];

    private OperatingPoint() { }

    /// <summary>Largest current that does not add up at a node, in amperes.</summary>
    public double Imbalance { get; private set; }

    /// <summary>Voltage of a node.</summary>
    public double Voltage(string node) => _volts[node];

    /// <summary>Current of an element from its first node through it to its second, in amperes.</summary>
    public double Current(Element e) => _amperes[e];

    /// <summary>Power that an element takes up, in watts; a source that delivers has a negative one.</summary>
    public double Power(Element e) => (_volts[e.Plus] - _volts[e.Minus]) * _amperes[e];

    /// <summary>The operating point of a circuit whose probes start at rest.</summary>
    public static OperatingPoint Of(Circuit circuit)
    {
        var point = new OperatingPoint();
        foreach (var p in circuit.Probes)
            if (p.Node is not null)
                point._volts[p.Node] = p.Start;
        point.Voltages(circuit.Elements);
        point.Currents(circuit.Elements);
        return point;
    }

    private void Voltages(IReadOnlyList<Element> elements)
    {
        var open = elements.Where(e => e is VoltageSource or VoltageCopy or Inductor).ToList();
        while (open.Count > 0)
        {
            int before = open.Count;
            open.RemoveAll(e =>
            {
                double? across = e switch
                {
                    VoltageSource v => v.Voltage,
                    VoltageCopy c when _volts.ContainsKey(c.High) && _volts.ContainsKey(c.Low) => _volts[c.High] - _volts[c.Low],
                    Inductor => 0,
                    _ => null,
                };
                if (across is not { } u)
                    return false;
                if (_volts.TryGetValue(e.Minus, out double minus))
                    _volts.TryAdd(e.Plus, minus + u);
                else if (_volts.TryGetValue(e.Plus, out double plus))
                    _volts.TryAdd(e.Minus, plus - u);
                else
                    return false;
                return true;
            });
            if (open.Count == before)
                throw new InvalidOperationException($"The voltage of {open[0].FullName} hangs on nothing.");
        }
    }

    private void Currents(IReadOnlyList<Element> elements)
    {
        var sum = new Dictionary<string, double>();
        var unknown = new Dictionary<string, List<Element>>();
        foreach (var e in elements)
            if (Law(e) is { } i)
                Carry(e, i);
            else if (e is not CurrentCopy)
                foreach (string node in (string[])[e.Plus, e.Minus])
                    if (node != Element.Ground)
                        (unknown.TryGetValue(node, out var list) ? list : unknown[node] = []).Add(e);
        var copies = elements.OfType<CurrentCopy>().ToLookup(c => c.Source);
        // A node with one unknown current left determines it.
        var ready = new Queue<string>(unknown.Where(n => n.Value.Count == 1).Select(n => n.Key));
        while (ready.TryDequeue(out string? node))
        {
            if (unknown[node] is not [var e])
                continue;
            double leaving = -sum.GetValueOrDefault(node);
            Carry(e, e.Plus == node ? leaving : -leaving);
            foreach (var copy in copies[e.Name])
                Carry(copy, _amperes[e]);
            foreach (string end in (string[])[e.Plus, e.Minus])
                if (end != Element.Ground && unknown[end].Remove(e) && unknown[end].Count == 1)
                    ready.Enqueue(end);
        }
        Imbalance = sum.Where(n => n.Key != Element.Ground).Max(n => Math.Abs(n.Value));

        void Carry(Element e, double i)
        {
            _amperes[e] = i;
            sum[e.Plus] = sum.GetValueOrDefault(e.Plus) + i;
            sum[e.Minus] = sum.GetValueOrDefault(e.Minus) - i;
        }
    }

    /// <summary>The current that an element's own law gives; null where there is none.</summary>
    private double? Law(Element e) =>
        e switch
        {
            Resistor r => r.Conductance * (_volts[r.Plus] - _volts[r.Minus]),
            Capacitor => 0,
            CurrentSource s => s.Current,
            Transconductor t => t.G * (_volts[t.High] - _volts[t.Low]),
            Diode d => d.Current(_volts[d.Plus]),
            Behavioural b => b.Current.Evaluate((Symbol s) => _volts[b.Nodes[s].Node] - b.Nodes[s].Reference),
            _ => null,
        };
}
