using System.CommandLine;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Nagumo.Circuits;
using Nagumo.Neurons;
using Nagumo.Plots;
using Nagumo.Symbolics;

namespace Nagumo.Cli;

/// <summary><c>nagumo circuit draw</c>: the schematic of a neuron, a chain or a small network.</summary>
internal static partial class CircuitDrawCommand
{
    private const string Ground = "0";
    private const int ShownCells = 3;

    /// <summary>The command.</summary>
    public static Command Build()
    {
        var measured = new Option<bool>("--voltages") { Description = "Write in the voltages and powers at rest" };
        var target = new CircuitTarget(parsed => parsed.GetValue(measured) ? Use.State | Use.Title : Use.Title);
        var file = CommonOptions.Out("The picture, .svg or .png [default: circuit-TARGET.svg, with -2, -3, … when that is there]", "FILE");
        var json = CommonOptions.Json("one JSON object");
        var command = new Command("draw", "The schematic of a neuron, a chain or a small layered network");
        target.AddTo(command);
        foreach (Option option in (Option[])[file, measured, json])
            command.Add(option);
        command.SetAction(parsed =>
        {
            var output = parsed.InvocationConfiguration.Output;
            var options = target.Options(parsed);
            string path = parsed.GetValue(file) is { } named
                ? OutputPath.Picture(named)
                : OutputPath.FirstFree($"circuit-{TrainCommand.FileName(Path.GetFileNameWithoutExtension(target.Name(parsed)))}.svg");
            bool values = parsed.GetValue(measured);
            var (network, mode) = target.Find(parsed, parsed.InvocationConfiguration.Error);
            using var _ = network;
            network.Start(0, 1, mode);
            if (values)
            {
                if (network.Oscillates())
                    throw new InputException($"{network.Title}: it oscillates, so it has no voltages at rest; leave out --voltages.");
                // A chain's flat state is one of rest, too: a little noise lets its pattern grow.
                network.Start(0.05, 1, mode);
                if (!network.Relax().Converged)
                    throw new InputException($"{network.Title}: it does not come to rest; leave out --voltages.");
            }
            if (network.Network.Populations.Any(p => p.IsClamped))
                Layers(path, network, options, values);
            else
                Cells(path, network, options, values);
            if (parsed.GetValue(json))
                output.WriteLine(Json.Text(new JsonObject { ["target"] = target.Name(parsed), ["file"] = path }));
            else
                output.WriteLine(OutputPath.Said(path));
            return ExitCode.Done;
        });
        return command;
    }

    private static void Cells(string path, CircuitNetwork network, CircuitOptions options, bool values)
    {
        var circuit = network.Build(options);
        var elements = CircuitView.Elements(circuit);
        int size = network.Neurons,
            shown = Math.Min(size, ShownCells),
            first = (size - shown) / 2;
        string[] fields = ["u", .. network.Network.Populations[0].Neuron!.Inhibitors.Select(v => v.Name)];
        // From 0, as netlist and reports count.
        var nodes = Enumerable
            .Range(0, size)
            .Select(i =>
                fields
                    .Select((name, f) => (Name: name, At: CircuitView.Node(circuit, 0, f, i)))
                    .Where(n => n.At is not null)
                    .Select(n => (n.Name, n.At!.Value.Node, n.At!.Value.Volts))
                    .ToArray()
            )
            .ToArray();
        var all = nodes.SelectMany(n => n).Select(n => n.Node).ToHashSet();
        var cells = Enumerable
            .Range(first, shown)
            .Select(i =>
                (IReadOnlyList<SchematicNode>)
                    [
                        .. nodes[i]
                            .Select(
                                (n, row) =>
                                    new SchematicNode(
                                        row == 0 ? $"V_{{{(size == 1 ? "m" : i)}}}" : $"W_{{{n.Name}{(size == 1 ? "" : i)}}}",
                                        Branches(elements, n.Node, all, values, last: i == first + shown - 1 || size == 1, i == first),
                                        values ? Quantity(n.Volts, "V") : null
                                    )
                            ),
                    ]
            )
            .ToArray();
        SchematicElement? Link(int row) =>
            size == 1 ? null
            : elements.FirstOrDefault(e =>
                e.Kind == ElementKind.Resistor && e.Plus == nodes[first][row].Node && e.Minus == nodes[first + 1][row].Node
            )
                is { } link
                ? new(SchematicSymbol.Resistor, row == 0 ? "R_{u}" : "R_{v}", Quantity(link.Value, "Ω"))
            : null;
        string where = $"V_{{0}} = {Quantity(options.Units.Middle, "V")}, u = (V − V_{{0}})/{Quantity(options.Units.Span, "V")}";
        Schematic.Save(
            path,
            new(
                size == 1 ? "A neuron"
                    : size <= ShownCells ? $"A chain of {Counted.Of(size, "neuron")}"
                    : $"Three neurons of a chain of {size}",
                $"{network.Network.Populations[0].Neuron!.Name}{Law(network, options, elements)}; {where}{(nodes[first].Length > 1 ? $"; W{Inhibitor(elements)}" : "")}{(values ? "; voltages and powers at rest" : "")}"
            ),
            cells,
            [.. Enumerable.Range(0, nodes[first].Length).Select(Link)],
            continues: size > shown
        );
    }

    /// <summary>What the inhibitor's node is: beside a gyrator with the bias that it works against.</summary>
    private static string Inhibitor(IReadOnlyList<ElementView> elements) =>
        elements.Any(e => e.Kind == ElementKind.VoltageSource)
            ? $" carries the inhibitor, E{Biases(elements)} is the voltage of its bias"
            : " carries the inhibitor";

    /// <summary>The parameters, where some current is a law that no number beside its symbol says.</summary>
    private static string Law(CircuitNetwork network, CircuitOptions options, IReadOnlyList<ElementView> elements)
    {
        if (!elements.Any(e => double.IsNaN(e.Value)))
            return "";
        var (neuron, scale) = (network.Network.Populations[0].Neuron!, network.Network.Populations[0].Scale);
        string unit = $"{(scale == 1 ? "" : $"{Equations.Number(scale)} ")}I_{{s}}";
        var laws = Kinetics
            .Of(neuron)
            .Fields.Where((x, f) => elements.Any(e => double.IsNaN(e.Value) && Inside(e) == (f == 0 ? MembraneLaw : InhibitorLaw + x.Name)))
            .Select(x => $"i_{{{x.Name}}} = {unit} ({Typeset(neuron.H.Derive(x))})");
        string span = string.Concat(neuron.Inhibitors.Select(v => $", {v.Name} = W_{{{v.Name}}}/{Quantity(options.Units.Span, "V")}"));
        return string.Concat(network.Network.Populations[0].Parameters.Select(p => $", {p.Key} = {Equations.Number(p.Value[0])}"))
            + $"; {string.Join(", ", laws)}, I_{{s}} = {Quantity(options.Units.Current, "A")}{span}";
    }

    private const string MembraneLaw = "Bm",
        InhibitorLaw = "B_";

    /// <summary>An element's name inside its neuron.</summary>
    private static string Inside(ElementView e) => e.Name[(e.Name.LastIndexOf('.') + 1)..];

    /// <summary>A formula with a true minus sign and raised powers.</summary>
    private static string Typeset(Expr formula) =>
        Power().Replace(formula.ToString().Replace('-', '−').Replace("*", "·", StringComparison.Ordinal), "^{$1}");

    [GeneratedRegex(@"\^(\d+)")]
    private static partial Regex Power();

    /// <summary>The voltages against which gyrators work.</summary>
    private static string Biases(IReadOnlyList<ElementView> elements) =>
        string.Join(", ", elements.Where(e => e.Name.StartsWith("Vref", StringComparison.Ordinal)).Select(e => Quantity(e.Value, "V")))
            is { Length: > 0 } volts
            ? $" = {volts}"
            : "";

    /// <summary>The branches from a node to ground; those to other neurons are links.</summary>
    private static IReadOnlyList<IReadOnlyList<SchematicElement>> Branches(
        IReadOnlyList<ElementView> elements,
        string node,
        HashSet<string> neurons,
        bool powers,
        bool last,
        bool valued
    )
    {
        var branches = new List<IReadOnlyList<SchematicElement>>();
        foreach (var start in elements.Where(e => e.Plus == node || e.Minus == node))
        {
            var branch = new List<SchematicElement>();
            var e = start;
            string at = node;
            while (true)
            {
                string next = e.Plus == at ? e.Minus : e.Plus;
                branch.Add(Drawn(e, upwards: e.Minus == at, powers, valued));
                if (next == Ground || neurons.Contains(next))
                {
                    at = next;
                    break;
                }
                var follow = elements.FirstOrDefault(x => x != e && (x.Plus == next || x.Minus == next));
                if (follow is null)
                    break;
                (e, at) = (follow, next);
            }
            if (at == Ground)
                branches.Add(branch);
        }
        // As in the paper: the diode first, then capacitor, branch, sources.
        return [.. branches.OrderBy(b => Order(b[0].Symbol)).ThenBy(b => b.Count)];

        static int Order(SchematicSymbol symbol) =>
            symbol switch
            {
                SchematicSymbol.TunnelDiode => 0,
                SchematicSymbol.Capacitor => 1,
                SchematicSymbol.Inductor => 2,
                SchematicSymbol.Resistor => 3,
                SchematicSymbol.CurrentSource => 5,
                _ => 4,
            };
    }

    private static SchematicElement Drawn(ElementView e, bool upwards, bool powers, bool valued)
    {
        var (symbol, label, unit) = e.Kind switch
        {
            ElementKind.TunnelDiode => (SchematicSymbol.TunnelDiode, "D", "S"),
            ElementKind.Capacitor => (SchematicSymbol.Capacitor, "C", "F"),
            ElementKind.Inductor => (SchematicSymbol.Inductor, "L", "H"),
            ElementKind.Resistor => (SchematicSymbol.Resistor, "R", "Ω"),
            ElementKind.VoltageSource => (SchematicSymbol.Battery, "E", "V"),
            ElementKind.CurrentSource => (SchematicSymbol.CurrentSource, "I", "A"),
            _ => (SchematicSymbol.DependentSource, "g", "S"),
        };
        // A gyrator's two halves: W draws from the membrane, the membrane feeds W.
        string name = Inside(e);
        if (e.Kind == ElementKind.Capacitor && name.StartsWith("C_", StringComparison.Ordinal))
            label = $"C_{{{name["C_".Length..]}}}";
        if (e.Kind == ElementKind.DependentSource)
            label =
                name.StartsWith("Gu_", StringComparison.Ordinal) ? $"g W_{{{name["Gu_".Length..]}}}"
                : name.StartsWith("Gw_", StringComparison.Ordinal) ? "g (V − E)"
                : name == MembraneLaw && double.IsNaN(e.Value) ? "i_{u}"
                : name.StartsWith(InhibitorLaw, StringComparison.Ordinal) ? $"i_{{{name[InhibitorLaw.Length..]}}}"
                : double.IsNaN(e.Value) ? "i(V)"
                : "g V";
        double value = e.Kind == ElementKind.VoltageSource ? Math.Abs(e.Value) : e.Value;
        return new(
            symbol,
            label,
            !valued || double.IsNaN(e.Value) ? null : Quantity(value, unit),
            powers && e.Kind is not (ElementKind.Capacitor or ElementKind.Inductor) ? Quantity(e.Watts, "W") : null,
            e.Kind == ElementKind.VoltageSource ? e.Value < 0 : upwards
        );
    }

    /// <summary>A quantity with a true minus sign.</summary>
    private static string Quantity(double value, string unit, int digits = 3) => Engineering.Text(value, unit, digits).Replace('-', '−');

    private static void Layers(string path, CircuitNetwork network, CircuitOptions options, bool values)
    {
        var layers = CircuitView.Layers(network, network.Build(options));
        string Short(double volts) => Quantity(volts, "V", 2);
        bool passive = network.Network.Couplings.All(c => c.IsPassive) || options.Weights == Weights.Rails;
        Crossbar.Save(
            path,
            new(
                network.Title,
                $"every neuron is one wire: down through its inputs, across its outputs; biases are not drawn; largest |w|: {string.Join(", ", layers.Where(l => l.Weights is not null).Select(l => $"{l.Name} {Terminal.Short(l.Weights!.Cast<double>().Max(Math.Abs))}"))}{(values ? "; voltages at rest" : "")}"
            ),
            [
                .. layers.Select(
                    (l, k) =>
                        new CrossbarLayer(
                            l.Name,
                            [.. l.Volts.Select((v, i) => k == 0 && values ? $"{l.Name}_{{{i}}} {Short(v)}" : $"{l.Name}_{{{i}}}")],
                            l.Weights,
                            k > 0 && values ? [.. l.Volts.Select(Short)] : null,
                            l.HasDiodes ? SchematicSymbol.TunnelDiode : SchematicSymbol.Resistor
                        )
                ),
            ],
            passive ? "resistor to the neuron (w > 0)" : "transconductor pair, w > 0",
            passive ? "resistor to its mirror image (w < 0)" : "transconductor pair, w < 0"
        );
    }
}
