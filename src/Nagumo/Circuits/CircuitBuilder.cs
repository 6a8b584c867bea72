using System.Globalization;
using Nagumo.Couplings;
using Nagumo.Networks;
using Nagumo.Symbolics;

namespace Nagumo.Circuits;

/// <summary>Builds a circuit from a machine and a state: its parameters, inputs, constant drives, and where the fields start.</summary>
/// <remarks>
/// Every lane is a copy of its own that shares nothing but the reference voltages. The flow of the circuit is the flow of the network:
/// C V' = −i_membrane − Σ c v + I − G u and so on, each term an element. An inhibitor that only its own neuron drives is the current of an
/// inductor; one that is coupled, driven or nonlinear is the voltage of a second capacitor, joined by a gyrator, the antisymmetric pair of
/// transconductors that the skew-gradient form asks for.
/// </remarks>
internal sealed class CircuitBuilder : IDisposable
{
    private const string Middle = "mid",
        Mirror = "mirror",
        Membrane = "m";
    private readonly Machine<double> _machine;
    private readonly State<double> _state;
    private readonly CircuitOptions _options;
    private readonly Units _units;
    private readonly List<Element> _elements = [],
        _inside = [];
    private readonly List<Probe> _probes = [];
    private readonly SpiceNames _nodeNames = new(),
        _elementNames = new();
    private readonly Dictionary<(int Population, int Field, int Neuron, int Lane), string> _nodes = [];
    private readonly Dictionary<(int Population, int Neuron, int Lane, double Gain), string> _sources = [];
    private readonly Dictionary<string, string> _inverted = [];
    private readonly Dictionary<double, string> _references = [];
    private readonly Dictionary<string, double> _cancelled = [];
    private readonly string[] _names;
    private readonly string[][] _inhibitors;
    private readonly State<double>? _inputs;
    private NeuronCell? _cell;
    private string? _mirror;

    /// <summary>Of what an element is a part: said where its value cannot be written.</summary>
    private (int? Population, int Neuron, int? Coupling) _at;

    private CircuitBuilder(Machine<double> machine, State<double> state, CircuitOptions options)
    {
        (_machine, _state, _options, _units) = (machine, state, options, options.Units);
        var populations = machine.Network.Populations;
        var unique = new SpiceNames();
        _names = [.. populations.Select(p => unique.Unique(SpiceNames.Clean(p.Name)))];
        _inhibitors =
        [
            .. populations.Select(p =>
            {
                var own = new SpiceNames();
                return (string[])[.. (p.Neuron?.Inhibitors ?? []).Select(v => own.Unique(SpiceNames.Clean(v.Name)))];
            }),
        ];
        _inputs = options.Inputs == Inputs.Sources ? InputsAlone() : null;
    }

    /// <summary>The circuit of a machine at a state that stores all fields, inputs and constants loaded.</summary>
    /// <param name="title">The netlist's first line.</param>
    /// <param name="machine">The machine.</param>
    /// <param name="state">Inputs, constant drives (a nudge included), and the start of every field.</param>
    /// <param name="options">How it is built.</param>
    /// <exception cref="ArgumentException">A neuron that cannot be built, a negative conductance, or more elements than <see cref="Circuit.MaxElements"/>.</exception>
    /// <param name="outputs">Neurons that are read, and their nudges −β ∂C/∂u: each a current source of its own, 0 in the free phase; null for none.</param>
    public static Circuit Build(
        string title,
        Machine<double> machine,
        State<double> state,
        CircuitOptions options,
        (EndPlace At, double[] Nudges)? outputs = null
    )
    {
        using var builder = new CircuitBuilder(machine, state, options);
        foreach (int p in machine.Relaxed)
            builder.Cells(p);
        for (int c = 0; c < machine.Network.Couplings.Count; c++)
            builder.Couple(c);
        builder.Cancel();
        if (outputs is var (at, nudges))
            for (int i = 0; i < nudges.Length; i++)
            {
                string node = builder.Node(at.Population, 0, at.First + i, 0);
                builder.Add(new CurrentSource($"Inudge_{node}", Element.Ground, node, nudges[i] * options.Units.Current));
            }
        return new(title, options.Units, builder._elements, builder._probes, builder.Renamed(), outputs?.At.Population);
    }

    public void Dispose() => _inputs?.Dispose();

    /// <summary>The neurons of a population, in every lane.</summary>
    private void Cells(int p)
    {
        var population = _machine.Network.Populations[p];
        CellPlan? shared = null;
        double[]? loads = _options.Inputs == Inputs.Currents ? InputLoads(p) : null;
        bool varies = _machine.Site(p).Trained.Count > 0 || population.Parameters.Values.Any(v => v.Length > 1);
        for (int i = 0; i < population.Size; i++)
        {
            var plan = varies ? CellPlan.Of(population, Values(p, i)) : shared ??= CellPlan.Of(population, Values(p, i));
            for (int lane = 0; lane < _state.Lanes; lane++)
                Cell(p, i, lane, plan, loads?[i] ?? 0);
        }
    }

    private void Cell(int p, int i, int lane, CellPlan plan, double load)
    {
        var population = _machine.Network.Populations[p];
        string node = Node(p, 0, i, lane);
        double start = _state.X(p, 0)[i, lane],
            bias = Constant(p, 0, i, lane);
        _at = (p, i, null);
        Probe(p, 0, i, lane, $"v({node})", node, _units.Middle, _units.Span, start);
        _cell = new(_elementNames.Unique($"X{node}"), $"{SpiceNames.Clean(population.Neuron!.Name)}_{_names[p]}");
        _cell.AddPort(node, Membrane);
        Add(new Capacitor("Cm", node, Element.Ground, population.Scale * _units.Capacitance));
        for (int j = 0; j < plan.Inhibitors.Count; j++)
            Inhibitor(p, j + 1, i, lane, node, plan);
        if (plan.Linear is var (offset, slope))
        {
            bias -= offset;
            Load(Part.Leak, "m", node, slope);
        }
        else if (plan.IsDiode)
        {
            double zero = population.Scale * _units.Offset;
            bias += zero / _units.Current;
            var c = InVolts(plan.Membrane, plan).TryPolynomial(Volts(plan)[0], out var found)
                ? found.Select(x => ((Constant)x).Value).ToArray()
                : throw new InvalidOperationException("A diode's current is a cubic.");
            Add(new Diode("Xd", node, (zero + c[0], -c[1], c[2], c[3]), _units.Middle));
        }
        else
            Behave(Part.Leak, "Bm", node, Element.Ground, plan.Membrane, p, i, lane, plan);
        Close();
        Load(Part.Coupling, $"{node}_load", node, load);
        Inject($"I{node}", node, bias);
        for (int f = 1; f <= plan.Inhibitors.Count; f++)
            if (!IsBranch(p, f, plan))
                Inject($"I{Node(p, f, i, lane)}", Node(p, f, i, lane), Constant(p, f, i, lane));
    }

    /// <summary>Ends a neuron: its elements stand together, after the references that they asked for.</summary>
    private void Close()
    {
        _cell = null;
        foreach (var e in _inside)
            Append(e);
        _inside.Clear();
    }

    /// <summary>Whether an inhibitor is the current of an inductor.</summary>
    private bool IsBranch(int p, int f, CellPlan plan) =>
        plan.Inhibitors[f - 1].Plain is not null && !_machine.IsDriven(p, f) && _options.Inhibitors == InhibitorBranch.Auto;

    private void Inhibitor(int p, int f, int i, int lane, string node, CellPlan plan)
    {
        var inhibitor = plan.Inhibitors[f - 1];
        string name = _inhibitors[p][f - 1],
            w = Node(p, f, i, lane);
        double start = _state.X(p, f)[i, lane];
        if (IsBranch(p, f, plan) && inhibitor.Plain is { } branch)
        {
            // The current is c v: (s τ/c²) i' = u + a/c − (γ/c²) i.
            double square = branch.C * branch.C,
                unit = branch.C * _units.Current;
            Probe(p, f, i, lane, $"i(l.{_cell!.Internal($"l_{name}")})", null, 0, unit, start);
            double inductance = inhibitor.Mass / square * _units.Capacitance / (_units.Conductance * _units.Conductance);
            string middle = _cell.Internal($"l_{name}"),
                source = _cell.Internal($"b_{name}");
            Add(new Inductor($"L_{name}", node, middle, inductance, start * unit));
            Add(new Resistor(Part.Branch, $"R_{name}", middle, source, square / branch.Gamma * _units.Conductance));
            Add(new VoltageSource(Part.Supply, $"V_{name}", source, Element.Ground, _units.Middle - branch.A / branch.C * _units.Span));
            return;
        }
        Probe(p, f, i, lane, $"v({w})", w, 0, _units.Span, start);
        _cell!.AddPort(w, $"w_{name}");
        Add(new Capacitor($"C_{name}", w, Element.Ground, inhibitor.Mass * _units.Capacitance));
        if (inhibitor.Plain is { } plain)
        {
            double g = plain.C * _units.Conductance;
            string reference = Reference(_units.Middle - plain.A / plain.C * _units.Span);
            Add(new Transconductor(Part.Gyrator, $"Gu_{name}", node, Element.Ground, w, Element.Ground, g));
            Add(new Transconductor(Part.Gyrator, $"Gw_{name}", Element.Ground, w, node, reference, g));
            Add(new Resistor(Part.Branch, $"R_{name}", w, Element.Ground, plain.Gamma * _units.Conductance));
        }
        else
            Behave(Part.Gyrator, $"B_{name}", Element.Ground, w, inhibitor.Force, p, i, lane, plan);
    }

    /// <summary>The symbols of the fields' voltages.</summary>
    private static Symbol[] Volts(CellPlan plan) => [.. plan.Fields.Select((_, k) => new Symbol($"_{k}"))];

    /// <summary>A current in amperes of the fields' voltages: u = (V − V0)/Vs and v = W/Vs, so that a polynomial gets numbers for coefficients.</summary>
    private Expr InVolts(Expr current, CellPlan plan)
    {
        var volts = Volts(plan);
        var e =
            _units.Current
            * current.Substitute(s => plan.Fields.ToList().IndexOf(s) is >= 0 and var k ? volts[k] / _units.Span : (Expr?)null);
        return e.TryPolynomial(volts[0], out var c) && c.All(x => x is Constant)
            ? c.Select((x, n) => x * Functions.Pow(volts[0], n)).Aggregate(Expr.Zero, (a, b) => a + b)
            : e;
    }

    /// <summary>A current of an expression of the neuron's fields, in units of Is.</summary>
    private void Behave(Part part, string name, string plus, string minus, Expr current, int p, int i, int lane, CellPlan plan)
    {
        var nodes = Volts(plan)
            .Select((v, f) => (Volt: v, Node: (Node(p, f, i, lane), f == 0 ? _units.Middle : 0)))
            .ToDictionary(v => v.Volt, v => v.Node);
        Add(new Behavioural(part, name, plus, minus, InVolts(current, plan), nodes));
    }

    private void Couple(int c)
    {
        _at = (null, 0, c);
        // Constants are part of a neuron's own source: biases, and inputs where they are currents.
        if (_machine.IsConstant(c) && !(_machine.ReadsInput(c) && _options.Inputs == Inputs.Sources))
            return;
        for (int lane = 0; lane < _state.Lanes; lane++)
            _machine.Network.Couplings[c].Stamp(new CouplingStamp(this, c, lane));
    }

    /// <summary>The elements of one coupling in one lane.</summary>
    private sealed class CouplingStamp(CircuitBuilder builder, int c, int lane) : ICircuit
    {
        private readonly EndPlace[] _ends = builder._machine.Ends(c).ToArray();

        public IReadOnlyList<double[]> Parameters { get; } = builder._machine.ParametersOf(c);

        public IReadOnlyList<double[]> Reverse { get; } = builder._machine.ParametersOf(c, reverse: true);

        public IReadOnlyList<EndShape> Ends { get; } = builder._machine.Network.Shapes(builder._machine.Network.Couplings[c]);

        private Coupling Coupling => builder._machine.Network.Couplings[c];

        private string Name(string label) => $"k{c}_{label}{builder.Suffix(lane)}";

        private string Node(int end, int i) => builder.Node(_ends[end], i, lane);

        public void Resistor(string label, int i, int j, double conductance, double ratio = 1)
        {
            if (conductance == 0 && !Ends[1].Clamped)
                return;
            string far =
                Ends[1].Clamped ? builder.Input(_ends[1].Population, _ends[1].First + j, lane, ratio)
                : ratio == 1 ? Node(1, j)
                : ratio == -1 ? builder.Inverted(Node(1, j))
                : throw new ArgumentException(
                    $"Coupling '{Coupling.Name}': a resistor behind a gain of {ratio:R} ({label}). Between relaxed neurons there are wires (1) and inverters (-1)."
                );
            Resist(label, Node(0, i), far, conductance);
        }

        public void Transconductor(string label, int end, int i, int j, double g) =>
            builder.Transfer($"G{(end == 0 ? 'a' : 'b')}{Name(label)}", Node(end, i), Node(1 - end, j), _ends[1 - end], g);

        public void Product(string label, int i, int j, double forth, double back)
        {
            bool free = !Ends[0].Clamped && !Ends[1].Clamped;
            string left = Node(0, i),
                right = Node(1, j);
            if (builder._options.Weights == Weights.Rails && free && !Ends[0].Inhibitor && !Ends[1].Inhibitor && left != right)
            {
                if (forth != back)
                    throw new ArgumentException(
                        $"Coupling '{Coupling.Name}': hardware.pair_mismatch gives the halves of a pair different values, and a resistor is the same from both sides. Use --weights transconductors."
                    );
                Resist(label, left, forth > 0 ? right : builder.Inverted(right), Math.Abs(forth));
                foreach (string end in (string[])[left, right])
                    builder._cancelled[end] = builder._cancelled.GetValueOrDefault(end) + Math.Abs(forth);
                return;
            }
            if (!Ends[0].Clamped)
                Transconductor(label, 0, i, j, forth);
            if (!Ends[1].Clamped)
                Transconductor(label, 1, j, i, back);
        }

        public void Source(string label, int end, int i, double current) => builder.Inject($"I{Name(label)}", Node(end, i), current);

        public void Behaviour(
            string label,
            int end,
            int i,
            Symbolics.Expr current,
            params ReadOnlySpan<(Symbol Symbol, int End, int Neuron)> fields
        )
        {
            var nodes = new Dictionary<Symbol, (string, double)>();
            var volts = new Dictionary<Symbol, Expr>();
            foreach (var (symbol, of, neuron) in fields)
            {
                var volt = new Symbol($"_{nodes.Count}");
                nodes[volt] = (Node(of, neuron), Ends[of].Inhibitor ? 0 : builder._units.Middle);
                volts[symbol] = volt / builder._units.Span;
            }
            var amperes = builder._units.Current * current.Substitute(s => volts.GetValueOrDefault(s));
            builder.Add(
                new Behavioural(Part.Coupling, $"B{(end == 0 ? 'a' : 'b')}{Name(label)}", Element.Ground, Node(end, i), amperes, nodes)
            );
        }

        private void Resist(string label, string a, string b, double g)
        {
            if (!(g >= 0) || !double.IsFinite(g))
                throw new ArgumentException(
                    $"Coupling '{Coupling.Name}': conductance {g:R} (k{c}_{label}). A resistor needs a finite number ≥ 0; 0 is left out."
                );
            if (g > 0 && a != b)
                builder.Add(new Resistor(Part.Coupling, $"R{Name(label)}", a, b, g * builder._units.Conductance));
        }
    }

    /// <summary>A current w x into a node, x the field at another node.</summary>
    private void Transfer(string name, string into, string from, EndPlace field, double w) =>
        Add(
            new Transconductor(
                Part.Coupling,
                name,
                Element.Ground,
                into,
                from,
                field.Field == 0 ? Reference(_units.Middle) : Element.Ground,
                w * _units.Conductance
            )
        );

    /// <summary>A conductance from a node to the middle voltage: a resistor, or where it is negative a transconductor.</summary>
    private void Load(Part part, string name, string node, double g)
    {
        if (g > 0)
            Add(new Resistor(part, $"R{name}", node, Reference(_units.Middle), g * _units.Conductance));
        else if (g < 0)
            Add(new Transconductor(part, $"G{name}", node, Element.Ground, node, Reference(_units.Middle), g * _units.Conductance));
    }

    /// <summary>Negative conductances that take back the load of rail resistors whose term has none.</summary>
    private void Cancel()
    {
        foreach (var (node, g) in _cancelled)
            Load(Part.Coupling, $"{node}_cancel", node, -g);
    }

    private void Inject(string name, string node, double current)
    {
        if (current != 0)
            Add(new CurrentSource(name, Element.Ground, node, current * _units.Current));
    }

    /// <summary>The node that carries −u, driven through an ideal inverter that hands its current back to the neuron.</summary>
    private string Inverted(string node)
    {
        if (_inverted.TryGetValue(node, out string? x))
            return x;
        _inverted[node] = x = _nodeNames.Unique($"{node}_inv");
        string output = _nodeNames.Unique($"{x}_e");
        if (_mirror is null)
        {
            _mirror = _nodeNames.Unique(Mirror);
            Add(new VoltageSource(Part.Supply, $"V{_mirror}", _mirror, Element.Ground, 2 * _units.Middle));
        }
        Add(new VoltageCopy($"E{x}", output, Element.Ground, _mirror, node));
        string sense = Add(new VoltageSource(Part.Inverter, $"V{x}", x, output, 0));
        Add(new CurrentCopy($"F{x}", node, Element.Ground, sense));
        return x;
    }

    /// <summary>A clamped neuron's voltage source: V0 + gain · x · Vs.</summary>
    private string Input(int p, int i, int lane, double gain)
    {
        if (_sources.TryGetValue((p, i, lane, gain), out string? name))
            return name;
        string sign =
            gain == 1 ? ""
            : gain > 0 ? "_p"
            : "_n";
        _sources[(p, i, lane, gain)] = name = _nodeNames.Unique($"{_names[p]}_{i}{sign}{Suffix(lane)}");
        Add(new VoltageSource(Part.Supply, $"V{name}", name, Element.Ground, _units.Middle + gain * _state.X(p, 0)[i, lane] * _units.Span));
        return name;
    }

    /// <summary>A reference voltage against ground, made once.</summary>
    private string Reference(double voltage)
    {
        if (_references.TryGetValue(voltage, out string? name))
            return name;
        name = _nodeNames.Unique(voltage == _units.Middle ? Middle : $"ref_{_references.Count + 1}");
        _references[voltage] = name;
        Append(new VoltageSource(Part.Supply, _elementNames.Unique($"V{name}"), name, Element.Ground, voltage));
        return name;
    }

    /// <summary>The constant current into a field: biases and nudges, and the inputs where they are currents.</summary>
    private double Constant(int p, int f, int i, int lane)
    {
        var all = _state.Constant(p, f);
        return all.IsEmpty ? 0 : all[i, lane] - (_inputs?.Constant(p, f)[i, lane] ?? 0);
    }

    /// <summary>A state whose constant drives are those of the inputs alone, without biases and nudges.</summary>
    private State<double> InputsAlone()
    {
        var inputs = _machine.CreateState(_state.Lanes, allFields: true);
        using var workspace = new Workspace<double>();
        inputs.CopyFrom(_state, 0);
        _machine.LoadInputs(inputs, workspace);
        return inputs;
    }

    /// <summary>The conductance of each neuron's inputs.</summary>
    private double[] InputLoads(int p)
    {
        var loads = new double[_machine.Network.Populations[p].Size];
        for (int c = 0; c < _machine.Network.Couplings.Count; c++)
        {
            var ends = _machine.Ends(c);
            for (int e = 0; e < ends.Length; e++)
                if (
                    ends[e] is var (population, field)
                    && (population, field) == (p, 0)
                    && _machine.IsConstant(c)
                    && _machine.ReadsInput(c)
                    && _machine.Couplings[c].HasLoads(e)
                )
                    _machine.Couplings[c].AddLoads(e, loads.AsSpan(ends[e].First, ends[e].Count));
        }
        return loads;
    }

    private Func<Symbol, double> Values(int p, int i) => symbol => _machine.NeuronParameter(p, symbol.Name, i);

    private string Node(EndPlace end, int i, int lane) =>
        _machine.Network.Populations[end.Population].IsClamped
            ? Input(end.Population, end.First + i, lane, 1)
            : Node(end.Population, end.Field, end.First + i, lane);

    /// <summary>The node of a field; of an inductor's current, only a name.</summary>
    private string Node(int p, int f, int i, int lane)
    {
        if (_nodes.TryGetValue((p, f, i, lane), out string? node))
            return node;
        string field = f == 0 ? "" : $"_{_inhibitors[p][f - 1]}";
        return _nodes[(p, f, i, lane)] = _nodeNames.Unique($"{_names[p]}_{i}{field}{Suffix(lane)}");
    }

    private string Suffix(int lane) => _state.Lanes == 1 ? "" : $"_s{lane}";

    private void Probe(int p, int f, int i, int lane, string vector, string? node, double zero, double unit, double start)
    {
        double value = zero + unit * start;
        if (!SpiceWriter.IsWritable(value))
            throw new ArgumentException($"{Where()}: it would start at {value:R} {(node is null ? "A" : "V")}, which no netlist can say.");
        _probes.Add(new(p, f, i, lane, vector, $"{vector[0]}_{Node(p, f, i, lane)}", node, zero, unit, value));
    }

    /// <summary>Adds an element, to the neuron that is being built or to the circuit, under a name that no other has.</summary>
    /// <returns>Its name.</returns>
    private string Add(Element element)
    {
        Check(element);
        if (_cell is not null)
        {
            _inside.Add(element with { Cell = _cell });
            return element.Name;
        }
        element = element with { Name = _elementNames.Unique(element.Name) };
        Append(element);
        return element.Name;
    }

    private void Append(Element element)
    {
        if (_elements.Count == Circuit.MaxElements)
            throw new ArgumentException(
                $"The circuit has more than {Circuit.MaxElements:N0} elements, the most that is written. Use a smaller network, fewer samples, or inputs as currents (--inputs currents)."
            );
        _elements.Add(element);
    }

    /// <summary>Refuses a value that is not finite, or none that SPICE calculates with.</summary>
    private void Check(Element element)
    {
        var numbers = new Numbers();
        element.Card(numbers);
        foreach (double value in numbers.All)
            if (!SpiceWriter.IsWritable(value) || (value == 0 && element is Resistor or Capacitor or Inductor && value == numbers.All[0]))
                throw new ArgumentException(
                    $"{Where()}: element {element.Name} would have the value {value.ToString("G6", CultureInfo.InvariantCulture)} {element.Unit}, and a netlist takes {SpiceWriter.Least:R} to {SpiceWriter.Largest:R}. Change the parameters that it comes from, the scale, or the device."
                );
    }

    /// <summary>The neuron or coupling that is being built.</summary>
    private string Where() =>
        _at.Coupling is { } c
            ? $"Coupling {SpiceNames.Quoted(_machine.Network.Couplings[c].Name)}"
            : $"Population {SpiceNames.Quoted(_machine.Network.Populations[_at.Population ?? 0].Name)}, neuron {_at.Neuron}";

    /// <summary>The numbers of a card.</summary>
    private sealed class Numbers : ICardWords
    {
        public List<double> All { get; } = [];

        public string Node(string node) => node;

        public string Value(string name, double value) => Constant(value);

        public string Constant(double value)
        {
            All.Add(value);
            return "";
        }
    }

    /// <summary>Which of the user's names are written differently, a line each.</summary>
    private List<string> Renamed()
    {
        var lines = new List<string>();
        var populations = _machine.Network.Populations;
        for (int p = 0; p < populations.Count; p++)
        {
            if (_names[p] != populations[p].Name)
                lines.Add($"Population {SpiceNames.Quoted(populations[p].Name)} is written {_names[p]}.");
            for (int f = 0; f < _inhibitors[p].Length; f++)
                if (populations[p].Neuron!.Inhibitors[f].Name is var name && name != _inhibitors[p][f])
                    lines.Add($"Inhibitor {SpiceNames.Quoted(name)} of {_names[p]} is written {_inhibitors[p][f]}.");
        }
        return lines;
    }
}
