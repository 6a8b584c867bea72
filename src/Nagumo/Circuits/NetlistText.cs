using System.Text;

namespace Nagumo.Circuits;

/// <summary>Elements as text: neurons of one structure are instances of one subcircuit, tunnel diodes of another; everything else is a line.</summary>
/// <remarks>
/// A subcircuit's parameters are its elements' values; the first neuron's are the defaults, and an instance states what differs. Numbers in expressions
/// are parameters where they differ among the neurons.
/// </remarks>
internal sealed class NetlistText
{
    private readonly Dictionary<string, Model> _models = [];
    private readonly List<Model> _order = [];
    private readonly SpiceNames _names = new();
    private readonly List<object> _body = [];

    private NetlistText() => _names.Unique(Diode.Model);

    /// <summary>The lines of all elements.</summary>
    /// <param name="elements">The elements; those of a cell stand together.</param>
    public static string Write(IReadOnlyList<Element> elements)
    {
        var netlist = new NetlistText();
        for (int i = 0; i < elements.Count; )
            if (elements[i].Cell is not { } cell)
                netlist._body.Add(elements[i++].Card(TopLevel.Words));
            else
            {
                int first = i;
                while (i < elements.Count && elements[i].Cell == cell)
                    i++;
                netlist.Take(cell, elements.Skip(first).Take(i - first));
            }
        var text = new StringBuilder();
        var diodes = elements.OfType<Diode>().ToArray();
        if (diodes.Length > 0)
            WriteDiode(text, diodes.Any(d => d.Law.Q != 0));
        foreach (var model in netlist._order)
            model.Write(text);
        foreach (object line in netlist._body)
            text.Append(line is Instance instance ? instance.Card : (string)line).Append('\n');
        return text.ToString();
    }

    /// <summary>The cubic in one place; a quadratic part only where a diode has one.</summary>
    private static void WriteDiode(StringBuilder text, bool quadratic)
    {
        const string X = "(V(a)-{V0})";
        text.Append($"* Tunnel diode from node a to ground: i = i0 - g x{(quadratic ? " + q x x" : "")} + c x x x, x = V(a) - V0.\n")
            .Append($".subckt {Diode.Model} a params: i0=0 g=0 {(quadratic ? "q=0 " : "")}c=0\n")
            .Append($"B a 0 I=({{i0}}-({{g}})*{X}{(quadratic ? $"+({{q}})*{X}*{X}" : "")}+({{c}})*{X}*{X}*{X})\n")
            .Append($".ends {Diode.Model}\n");
    }

    private void Take(NeuronCell cell, IEnumerable<Element> elements)
    {
        var inside = new Inside(cell);
        var lines = new StringBuilder();
        foreach (var e in elements)
            lines.Append(inside.Begin(e).Card(inside)).Append('\n');
        string terminals = string.Join(' ', cell.Ports.Select(p => p.Inside)),
            key = $"{cell.Model} {terminals}\n{lines}";
        if (!_models.TryGetValue(key, out var model))
        {
            _models[key] = model = new(_names.Unique(cell.Model), terminals, lines.ToString(), inside.Slots);
            _order.Add(model);
        }
        else
            model.Meet(inside.Slots);
        _body.Add(new Instance(cell, model, [.. inside.Slots.Select(s => s.Value)]));
    }

    /// <summary>A number of a cell: always a parameter, or (in an expression) only where it varies.</summary>
    private readonly record struct Slot(string Name, double Value, bool IsConstant)
    {
        /// <summary>What stands for it in the lines.</summary>
        public string Text => IsConstant ? $"({{{Name}}})" : $"{{{Name}}}";
    }

    /// <summary>A subcircuit.</summary>
    private sealed class Model(string name, string terminals, string lines, List<Slot> first)
    {
        private readonly bool[] _varies = new bool[first.Count];

        public string Name => name;

        public void Meet(List<Slot> others)
        {
            for (int i = 0; i < first.Count; i++)
                _varies[i] |= others[i].Value != first[i].Value;
        }

        public bool IsParameter(int slot) => _varies[slot] || !first[slot].IsConstant;

        /// <summary>What an instance states: the parameters whose values are not the defaults.</summary>
        public string Stated(double[] values)
        {
            var text = new StringBuilder();
            for (int i = 0; i < values.Length; i++)
                if (IsParameter(i) && values[i] != first[i].Value)
                    text.Append(' ').Append(first[i].Name).Append('=').Append(SpiceWriter.Plain(values[i]));
            return text.ToString();
        }

        public void Write(StringBuilder text)
        {
            text.Append(".subckt ").Append(name).Append(' ').Append(terminals);
            string body = lines;
            bool any = false;
            for (int i = 0; i < first.Count; i++)
                if (IsParameter(i))
                {
                    text.Append(any ? " " : " params: ").Append(first[i].Name).Append('=').Append(SpiceWriter.Plain(first[i].Value));
                    any = true;
                }
                else
                    body = body.Replace(first[i].Text, SpiceWriter.Number(first[i].Value), StringComparison.Ordinal);
            text.Append('\n').Append(body).Append(".ends ").Append(name).Append('\n');
        }
    }

    private sealed record Instance(NeuronCell Cell, Model Model, double[] Values)
    {
        public string Card => $"{Cell.Name} {string.Join(' ', Cell.Ports.Select(p => p.Node))} {Model.Name}{Model.Stated(Values)}";
    }

    /// <summary>The words of a line in a subcircuit, its numbers collected.</summary>
    private sealed class Inside(NeuronCell cell) : ICardWords
    {
        private string _element = "";
        private int _constants;

        public List<Slot> Slots { get; } = [];

        public Element Begin(Element e)
        {
            (_element, _constants) = (e.Name, 0);
            return e;
        }

        public string Node(string node) => cell.Inside(node);

        public string Value(string name, double value) => Take(new(name, value, IsConstant: false));

        public string Constant(double value) => Take(new($"{_element}_{++_constants}", value, IsConstant: true));

        private string Take(Slot slot)
        {
            Slots.Add(slot);
            return slot.Text;
        }
    }
}

/// <summary>The words of a line at the top level: names and numbers as they are.</summary>
internal sealed class TopLevel : ICardWords
{
    /// <summary>The only one.</summary>
    public static readonly TopLevel Words = new();

    /// <inheritdoc/>
    public string Node(string node) => node;

    /// <inheritdoc/>
    public string Value(string name, double value) => SpiceWriter.Plain(value);

    /// <inheritdoc/>
    public string Constant(double value) => SpiceWriter.Number(value);
}
