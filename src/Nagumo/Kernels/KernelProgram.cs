using Nagumo.Symbolics;

namespace Nagumo.Kernels;

/// <summary>The graph of a kernel: instructions in evaluation order, shared by structure, split into per-row and per-element.</summary>
internal sealed class KernelProgram
{
    private readonly Dictionary<Instruction, int> known = [];

    /// <summary>Beyond, an analysis would take minutes: the derivatives of a quotient of 25 functions, or of 45 nested ones, are that long.</summary>
    private const int MostNodes = 50_000;

    private readonly List<Instruction> nodes = [];
    private readonly List<bool> varying = [];

    /// <param name="streams">Number of operands with a value per element; they come first.</param>
    /// <param name="uniforms">Number of operands with a value per row; they follow.</param>
    /// <param name="wide">True for double, false for float: chooses the polynomials of the elementary functions.</param>
    public KernelProgram(int streams, int uniforms, bool wide) => (Streams, Uniforms, Wide) = (streams, uniforms, wide);

    public int Streams { get; }

    public int Uniforms { get; }

    public bool Wide { get; }

    public IReadOnlyList<Instruction> Nodes => nodes;

    /// <summary>The node stored into each output operand.</summary>
    public List<int> Results { get; } = [];

    /// <summary>A node for which the kernel says whether it was a number everywhere; −1 for none.</summary>
    public int Watched { get; set; } = -1;

    /// <summary>Tables of <see cref="Op.Lookup"/>: each a power of two long.</summary>
    public List<double[]> Tables { get; } = [];

    public int Operands => Streams + Uniforms + Results.Count;

    public (int PerElement, int PerRow) OperationCount
    {
        get
        {
            var arithmetic = Enumerable.Range(0, nodes.Count).Where(i => nodes[i].Op > Op.Lookup).ToList();
            return (arithmetic.Count(IsVarying), arithmetic.Count(i => !IsVarying(i)));
        }
    }

    /// <summary>The most values of an element that are needed at once, and the values of a row that its elements need.</summary>
    public (int PerElement, int PerRow) Live
    {
        get
        {
            var last = new int[nodes.Count];
            for (var node = 0; node < nodes.Count; node++)
                foreach (var operand in nodes[node].Operands)
                    last[operand] = IsVarying(node) ? node : last[operand];
            // Copies of a stream are stored as soon as it is loaded.
            foreach (var result in Results.Where(r => nodes[r].Op != Op.Load))
                last[result] = nodes.Count;
            var (live, most) = (0, 0);
            for (var node = 0; node < nodes.Count; node++)
            {
                live -= nodes[node].Operands.Distinct().Count(i => IsVarying(i) && last[i] == node);
                if (IsVarying(node))
                    most = Math.Max(most, ++live);
            }
            return (most, Enumerable.Range(0, nodes.Count).Count(i => !IsVarying(i) && nodes[i].Op != Op.Constant && last[i] > 0));
        }
    }

    public static KernelProgram Of(KernelDefinition definition, bool wide)
    {
        var program = new KernelProgram(definition.Streams.Count, definition.Uniforms.Count, wide);
        var lowering = new Lowering(program, definition.Streams, definition.Uniforms);
        foreach (var (symbol, stream, columns) in definition.Neighbours)
            lowering.Bind(symbol, program.Load(definition.Streams.ToList().IndexOf(stream), columns));
        var first = program.Streams + program.Uniforms;
        for (var i = 0; i < definition.Outputs.Count; i++)
        {
            var (value, kind) = definition.Outputs[i];
            var node = lowering.Lower(value);
            program.Results.Add(
                kind switch
                {
                    OutputKind.Add => program.Sum(program.Load(first + i), node),
                    OutputKind.MaxInto => program.Largest(program.Load(first + i), node),
                    _ => node,
                }
            );
        }
        return program;
    }

    /// <summary>Does the node differ between the elements of a row?</summary>
    public bool IsVarying(int node) => varying[node];

    public int Constant(double value) => Add(new(Op.Constant, Value: value));

    /// <param name="operand">The stream or output.</param>
    /// <param name="columns">How many columns to the right of the element.</param>
    public int Load(int operand, int columns = 0) => Add(new(Op.Load, operand, Value: columns));

    public int LoadUniform(int operand) => Add(new(Op.LoadUniform, operand));

    public int Sum(int a, int b) => Add(new(Op.Add, a, b));

    public int Difference(int a, int b) => Add(new(Op.Sub, a, b));

    public int Times(int a, int b) => Add(new(Op.Mul, a, b));

    public int Over(int a, int b) => Add(new(Op.Div, a, b));

    public int Fma(int a, int b, int c) => Add(new(Op.Fma, a, b, c));

    public int Fnma(int a, int b, int c) => Add(new(Op.Fnma, a, b, c));

    public int Unary(Op op, int a, double value = 0) => Add(new(op, a, Value: value));

    public int Binary(Op op, int a, int b) => Add(new(op, a, b));

    public int Select(int a, int b, int whenNotLess, int otherwise) => Add(new(Op.Select, a, b, whenNotLess, otherwise));

    /// <summary>max(a, b), NaN where either is.</summary>
    public int Largest(int a, int b) => Select(a, a, Binary(Op.Max, a, b), a);

    /// <summary>min(a, b), NaN where either is.</summary>
    public int Smallest(int a, int b) => Select(a, a, Binary(Op.Min, a, b), a);

    public int Lookup(double[] table, int index)
    {
        Tables.Add(table);
        return Add(new(Op.Lookup, Tables.Count - 1, index));
    }

    private int Add(Instruction instruction)
    {
        if (known.TryGetValue(instruction, out var node))
            return node;
        if (nodes.Count == MostNodes)
            throw new ArgumentException(
                $"A formula whose derivatives take more than {MostNodes} operations is too long: write it with fewer functions. Long quotients and deep nesting grow fastest."
            );
        nodes.Add(instruction);
        varying.Add(instruction.Op == Op.Load || instruction.Operands.Any(IsVarying));
        known.Add(instruction, nodes.Count - 1);
        return nodes.Count - 1;
    }
}
