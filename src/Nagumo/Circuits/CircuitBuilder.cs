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
        Mirror = "mirror";
    private readonly Machine<double> _machine;
    private readonly State<double> _state;
    private readonly CircuitOptions _options;
    private readonly Units _units;
    private readonly List<Element> _elements = [];
    private readonly List<Probe> _probes = [];
    private readonly HashSet<string> _inverted = [],
        _sources = [],
        _references = [];
    private readonly Dictionary<string, double> _cancelled = [];
    private readonly string[] _names;
    private readonly State<double>? _inputs;

    private CircuitBuilder(Machine<double> machine, State<double> state, CircuitOptions options)
    {
        (_machine, _state, _options, _units) = (machine, state, options, options.Units);
        _names = Names(machine.Network.Populations);
        _inputs = options.Inputs == Inputs.Sources ? InputsAlone() : null;
    }

    /// <summary>The circuit of a machine at a state that stores all fields, inputs and constants loaded.</summary>
    /// <param name="title">The netlist's first line.</param>
    /// <param name="machine">The machine.</param>
    /// <param name="state">Inputs, constant drives (a nudge included), and the start of every field.</param>
    /// <param name="options">How it is built.</param>
    /// <exception cref="ArgumentException">A neuron that cannot be built, a negative conductance, or more elements than <see cref="Circuit.MaxElements"/>.</exception>
    /// <param name="outputs">Population that is read, and its nudges −β ∂C/∂u: each a current source of its own, 0 in the free phase; null for none.</param>
    public static Circuit Build(
        string title,
        Machine<double> machine,
        State<double> state,
        CircuitOptions options,
        (int Population, double[] Nudges)? outputs = null
    )
    {
        using var builder = new CircuitBuilder(machine, state, options);
        foreach (int p in machine.Relaxed)
            builder.Cells(p);
        for (int c = 0; c < machine.Network.Couplings.Count; c++)
            builder.Couple(c);
        builder.Cancel();
        if (outputs is var (population, nudges))
            for (int i = 0; i < nudges.Length; i++)
            {
                string node = builder.Node(population, 0, i, 0);
                builder.Add(new CurrentSource($"Inudge_{node}", Element.Ground, node, nudges[i] * options.Units.Current));
            }
        return new(title, options.Units, builder._elements, builder._probes);
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
        Probe(p, 0, i, lane, $"v({node})", node, _units.Middle, _units.Span, start);
        Add(new Capacitor($"C{node}", node, Element.Ground, population.Scale * _units.Capacitance));
        for (int j = 0; j < plan.Inhibitors.Count; j++)
            Inhibitor(p, j + 1, i, lane, node, plan);

        if (plan.Linear is var (offset, slope))
        {
            bias -= offset;
            Load(Part.Leak, $"{node}_leak", node, slope);
        }
        else
        {
            double zero = plan.IsDiode ? population.Scale * _units.Offset : 0;
            bias += zero / _units.Current;
            Behave(plan.IsDiode ? Part.Diode : Part.Leak, $"B{node}", node, Element.Ground, zero, plan.Membrane, p, i, lane, plan);
        }
        Load(Part.Coupling, $"{node}_load", node, load);
        Inject($"I{node}", node, bias);
    }

    private void Inhibitor(int p, int f, int i, int lane, string node, CellPlan plan)
    {
        var inhibitor = plan.Inhibitors[f - 1];
        string w = Node(p, f, i, lane);
        double start = _state.X(p, f)[i, lane];
        bool coupled = _machine.IsDriven(p, f);
        if (inhibitor.Plain is { } branch && !coupled && _options.Inhibitors == InhibitorBranch.Auto)
        {
            // The current is c v: (s τ/c²) i' = u + a/c − (γ/c²) i.
            double square = branch.C * branch.C,
                unit = branch.C * _units.Current;
            Probe(p, f, i, lane, $"i(l{w})", null, 0, unit, start);
            double inductance = inhibitor.Mass / square * _units.Capacitance / (_units.Conductance * _units.Conductance);
            Add(new Inductor($"L{w}", node, $"{w}_m", inductance, start * unit));
            Add(new Resistor(Part.Branch, $"R{w}", $"{w}_m", $"{w}_b", square / branch.Gamma * _units.Conductance));
            Add(new VoltageSource(Part.Supply, $"V{w}", $"{w}_b", Element.Ground, _units.Middle - branch.A / branch.C * _units.Span));
            return;
        }
        Probe(p, f, i, lane, $"v({w})", w, 0, _units.Span, start);
        Add(new Capacitor($"C{w}", w, Element.Ground, inhibitor.Mass * _units.Capacitance));
        if (inhibitor.Plain is { } plain)
        {
            double g = plain.C * _units.Conductance;
            string reference = Reference(_units.Middle - plain.A / plain.C * _units.Span);
            Add(new Transconductor(Part.Gyrator, $"Gu{w}", node, Element.Ground, w, Element.Ground, g));
            Add(new Transconductor(Part.Gyrator, $"Gw{w}", Element.Ground, w, node, reference, g));
            Add(new Resistor(Part.Branch, $"R{w}", w, Element.Ground, plain.Gamma * _units.Conductance));
        }
        else
            Behave(Part.Gyrator, $"B{w}", Element.Ground, w, 0, inhibitor.Force, p, i, lane, plan);
        Inject($"I{w}", w, Constant(p, f, i, lane));
    }

    /// <summary>A current of an expression of the neuron's fields, in units of Is.</summary>
    private void Behave(Part part, string name, string plus, string minus, double zero, Expr current, int p, int i, int lane, CellPlan plan)
    {
        // In volts: u = (V − V0)/Vs and v = W/Vs, so that a polynomial gets numbers for coefficients.
        var volts = plan.Fields.Select((f, k) => (Field: f, Volt: new Symbol($"_{k}"))).ToArray();
        var e = _units.Current * current.Substitute(s => volts.FirstOrDefault(v => v.Field == s).Volt is { } x ? x / _units.Span : null);
        if (e.TryPolynomial(volts[0].Volt, out var c) && c.All(x => x is Constant))
            e = c.Select((x, n) => x * Functions.Pow(volts[0].Volt, n)).Aggregate(Expr.Zero, (a, b) => a + b);
        var nodes = volts
            .Select((v, f) => (v.Volt, Node: (Node(p, f, i, lane), f == 0 ? _units.Middle : 0)))
            .ToDictionary(v => v.Volt, v => v.Node);
        Add(new Behavioural(part, name, plus, minus, zero + e, nodes));
    }

    private void Couple(int c)
    {
        var coupling = _machine.Network.Couplings[c];
        var ends = _machine.Ends(c).ToArray();
        var (first, _) = _machine.TensorsOf(c);
        var tensors = _machine.Parameters;
        bool clamped = ends.Any(e => _machine.Network.Populations[e.Population].IsClamped);
        // Biases are part of a neuron's own source; so are inputs where they are currents.
        if (coupling is Bias || (clamped && _options.Inputs == Inputs.Currents))
            return;
        for (int lane = 0; lane < _state.Lanes; lane++)
            switch (coupling)
            {
                case Bilinear:
                    Each(tensors[first].Value, (i, j, w) => Signed(c, ends[0], i, ends[1], j, lane, w));
                    break;
                case Asymmetric:
                    Each(
                        tensors[first].Value,
                        (i, j, w) => Transfer($"Gak{c}_{i}_{j}{Suffix(lane)}", Node(ends[0], i, lane), Node(ends[1], j, lane), ends[1], w)
                    );
                    Each(
                        tensors[first + 1].Value,
                        (i, j, v) => Transfer($"Gbk{c}_{i}_{j}{Suffix(lane)}", Node(ends[1], j, lane), Node(ends[0], i, lane), ends[0], v)
                    );
                    break;
                case Resistive:
                    Each(
                        tensors[first].Value,
                        (i, j, g) => Resist($"k{c}_{i}_{j}", c, Node(ends[0], i, lane), Node(ends[1], j, lane), g, lane)
                    );
                    break;
                case Diffusive:
                    Each(
                        tensors[first].Value,
                        (i, _, d) => Resist($"k{c}_{i}", c, Node(ends[0], i, lane), Node(ends[1], i, lane), d, lane)
                    );
                    break;
                case ChainDiffusive:
                    for (int i = 0; i + 1 < _machine.Network.Populations[ends[0].Population].Size; i++)
                        Resist($"k{c}_{i}", c, Node(ends[0], i, lane), Node(ends[0], i + 1, lane), tensors[first].Values[0], lane);
                    break;
                case DifferentialResistive d:
                    foreach (int sign in (int[])[1, -1])
                        Each(
                            tensors[sign > 0 ? first : first + 1].Value,
                            (i, j, w) =>
                                Resist(
                                    $"k{c}_{i}_{j}{(sign > 0 ? "p" : "n")}",
                                    c,
                                    Node(ends[0], i, lane),
                                    Input(ends[1].Population, j, lane, sign * d.Gain),
                                    w / d.Gain,
                                    lane
                                )
                        );
                    break;
                case RailResistive:
                    Each(
                        tensors[first].Value,
                        (i, j, w) => Resist($"k{c}_{i}_{j}p", c, Node(ends[0], i, lane), Node(ends[1], j, lane), w, lane)
                    );
                    Each(
                        tensors[first + 1].Value,
                        (i, j, w) =>
                        {
                            if (w > 0)
                                Resist($"k{c}_{i}_{j}n", c, Node(ends[0], i, lane), Inverted(Node(ends[1], j, lane)), w, lane);
                        }
                    );
                    break;
                default:
                    throw new ArgumentException($"Coupling '{coupling.Name}': no circuit is known for {coupling.GetType().Name}.");
            }
    }

    /// <summary>One weight of a bilinear term, each end driven by the other with the sign that its field asks for.</summary>
    private void Signed(int c, (int Population, int Field) a, int i, (int Population, int Field) b, int j, int lane, double w)
    {
        if (w == 0)
            return;
        int term = a.Field == 0 && b.Field == 0 ? -1 : 1;
        bool IsClamped((int Population, int Field) end) => _machine.Network.Populations[end.Population].IsClamped;
        string left = Node(a, i, lane),
            right = Node(b, j, lane),
            name = $"k{c}_{i}_{j}{Suffix(lane)}";
        bool free = !IsClamped(a) && !IsClamped(b);
        if (_options.Weights == Weights.Rails && free && a.Field == 0 && b.Field == 0 && left != right)
        {
            Resist($"k{c}_{i}_{j}", c, left, w > 0 ? right : Inverted(right), Math.Abs(w), lane);
            foreach (string end in (string[])[left, right])
                _cancelled[end] = _cancelled.GetValueOrDefault(end) + Math.Abs(w);
            return;
        }
        // An activator's drive is −∂term/∂u, an inhibitor's +∂term/∂v.
        if (!IsClamped(a))
            Transfer($"Ga{name}", left, right, b, (a.Field == 0 ? -term : term) * w);
        if (!IsClamped(b))
            Transfer($"Gb{name}", right, left, a, (b.Field == 0 ? -term : term) * w);
    }

    /// <summary>A current w x into a node, x the field at another node.</summary>
    private void Transfer(string name, string into, string from, (int Population, int Field) field, double w) =>
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

    private void Resist(string name, int coupling, string a, string b, double g, int lane)
    {
        if (!(g >= 0) || !double.IsFinite(g))
            throw new ArgumentException(
                $"Coupling '{_machine.Network.Couplings[coupling].Name}': conductance {g:R} ({name}). A resistor needs a finite number ≥ 0; 0 is left out."
            );
        if (g > 0 && a != b)
            Add(new Resistor(Part.Coupling, $"R{name}{Suffix(lane)}", a, b, g * _units.Conductance));
    }

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
        string x = $"{node}_inv";
        if (_inverted.Add(x))
        {
            if (_references.Add(Mirror))
                Add(new VoltageSource(Part.Supply, $"V{Mirror}", Mirror, Element.Ground, 2 * _units.Middle));
            Add(new VoltageCopy($"E{x}", $"{x}_e", Element.Ground, Mirror, node));
            Add(new VoltageSource(Part.Inverter, $"V{x}", x, $"{x}_e", 0));
            Add(new CurrentCopy($"F{x}", node, Element.Ground, $"V{x}"));
        }
        return x;
    }

    /// <summary>A clamped neuron's voltage source: V0 + gain · x · Vs.</summary>
    private string Input(int p, int i, int lane, double gain)
    {
        string name = $"{_names[p]}_{i}{(gain == 1 ? "" : gain > 0 ? "_p" : "_n")}{Suffix(lane)}";
        if (_sources.Add(name))
            Add(
                new VoltageSource(
                    Part.Supply,
                    $"V{name}",
                    name,
                    Element.Ground,
                    _units.Middle + gain * _state.X(p, 0)[i, lane] * _units.Span
                )
            );
        return name;
    }

    /// <summary>A reference voltage against ground, made once.</summary>
    private string Reference(double voltage)
    {
        string name =
            voltage == _units.Middle
                ? Middle
                : "ref_" + BitConverter.DoubleToInt64Bits(voltage).ToString("x", CultureInfo.InvariantCulture);
        if (_references.Add(name))
            Add(new VoltageSource(Part.Supply, $"V{name}", name, Element.Ground, voltage));
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
        _machine.LoadConstants(inputs, workspace);
        for (int c = 0; c < _machine.Network.Couplings.Count; c++)
            if (_machine.Network.Couplings[c] is Bias)
            {
                var (p, f) = _machine.Ends(c)[0];
                var b = _machine.Parameters[_machine.TensorsOf(c).First].Values;
                for (int i = 0; i < b.Length; i++)
                for (int lane = 0; lane < _state.Lanes; lane++)
                    inputs.Constant(p, f).Row(i)[lane] -= b[i];
            }
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
                    ends.Length == 2
                    && ends[e] == (p, 0)
                    && _machine.Network.Populations[ends[1 - e].Population].IsClamped
                    && _machine.Couplings[c].HasLoads(e)
                )
                    _machine.Couplings[c].AddLoads(e, loads);
        }
        return loads;
    }

    private Func<Symbol, double> Values(int p, int i) =>
        symbol =>
        {
            if (_machine.Site(p).Trained.TryGetValue(symbol.Name, out var tensor))
                return tensor.Values[tensor.Rows > 1 ? i : 0];
            var values = _machine.Network.Populations[p].Parameters[symbol.Name];
            return values[values.Length > 1 ? i : 0];
        };

    private string Node((int Population, int Field) end, int i, int lane) =>
        _machine.Network.Populations[end.Population].IsClamped
            ? Input(end.Population, i, lane, 1)
            : Node(end.Population, end.Field, i, lane);

    private string Node(int p, int f, int i, int lane) =>
        f == 0
            ? $"{_names[p]}_{i}{Suffix(lane)}"
            : $"{_names[p]}_{i}_{Clean(_machine.Network.Populations[p].Neuron!.Inhibitors[f - 1].Name)}{Suffix(lane)}";

    private string Suffix(int lane) => _state.Lanes == 1 ? "" : $"_s{lane}";

    private void Probe(int p, int f, int i, int lane, string vector, string? node, double zero, double unit, double start) =>
        _probes.Add(new(p, f, i, lane, vector, node, zero, unit, zero + unit * start));

    private void Add(Element element)
    {
        if (_elements.Count == Circuit.MaxElements)
            throw new ArgumentException(
                $"The circuit has more than {Circuit.MaxElements:N0} elements, the most that is written. Use a smaller network, fewer samples, or inputs as currents (--inputs currents)."
            );
        _elements.Add(element);
    }

    private static void Each(Compute.MatView<double> m, Action<int, int, double> visit)
    {
        for (int i = 0; i < m.Rows; i++)
        for (int j = 0; j < m.Cols; j++)
            visit(i, j, m[i, j]);
    }

    /// <summary>Names of populations as SPICE takes them: small letters, digits, underscores; a name that two would share gets the index.</summary>
    private static string[] Names(IReadOnlyList<Population> populations)
    {
        string[] names = [.. populations.Select(p => Clean(p.Name))];
        return [.. names.Select((n, p) => names.Count(m => m == n) > 1 ? $"{n}_{p}x" : n)];
    }

    private static string Clean(string name) =>
        string.Concat(name.ToLowerInvariant().Select(c => char.IsAsciiLetterOrDigit(c) ? c : '_')) is var text
        && char.IsAsciiLetter(text[0])
            ? text
            : "n" + text;
}
