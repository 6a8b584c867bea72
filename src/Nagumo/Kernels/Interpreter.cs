using System.Numerics;
using Nagumo.Compute;
using Nagumo.Symbolics;

namespace Nagumo.Kernels;

/// <summary>Runs a kernel without emitting code: blocks of elements, one instruction after the other.</summary>
/// <typeparam name="T">The scalar.</typeparam>
/// <typeparam name="V">The vector.</typeparam>
/// <typeparam name="L">The operations on the vector.</typeparam>
internal sealed unsafe class Interpreter<T, V, L> : Kernel<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
    where V : unmanaged
    where L : ILanes<V, T>
{
    private const int Block = 128;

    [ThreadStatic]
    private static T[]? scratch;

    private readonly KernelProgram program;
    private readonly Tables<T> tables;

    public Interpreter(KernelProgram program)
        : base(program.Operands)
    {
        this.program = program;
        tables = new(program);
    }

    protected override bool Run(Rows<T>* operands, nint rows, nint cols)
    {
        var nodes = program.Nodes.Count;
        var good = true;
        if (scratch is not { } memory || memory.Length < nodes * Block)
            scratch = memory = new T[nodes * Block];
        fixed (T* values = memory)
        {
            for (nint row = 0; row < rows; row++)
            {
                Evaluate(operands, row, 0, Block, values, varying: false);
                for (nint column = 0; column < cols; column += Block)
                {
                    var count = (int)Math.Min(Block, cols - column);
                    Evaluate(operands, row, column, count, values, varying: true);
                    for (var k = 0; k < count && program.Watched >= 0; k++)
                        good &= !T.IsNaN(values[(program.Watched * Block) + k]);
                    for (var i = 0; i < program.Results.Count; i++)
                    {
                        var target = operands[program.Streams + program.Uniforms + i];
                        new ReadOnlySpan<T>(values + (program.Results[i] * Block), count).CopyTo(
                            new Span<T>(target.Data + (row * target.Stride) + column, count)
                        );
                    }
                }
            }
        }
        return good;
    }

    private void Evaluate(Rows<T>* operands, nint row, nint column, int count, T* values, bool varying)
    {
        for (var node = 0; node < program.Nodes.Count; node++)
        {
            if (program.IsVarying(node) != varying)
                continue;
            var i = program.Nodes[node];
            var target = values + (node * Block);
            switch (i.Op)
            {
                case Op.Constant:
                    new Span<T>(target, Block).Fill(T.CreateTruncating(i.Value));
                    break;
                case Op.LoadUniform:
                    new Span<T>(target, Block).Fill(operands[i.A].Data[row * operands[i.A].Stride]);
                    break;
                case Op.Load:
                    var source = operands[i.A].Data + (row * operands[i.A].Stride) + column + (nint)i.Value;
                    new ReadOnlySpan<T>(source, count).CopyTo(new Span<T>(target, Block));
                    break;
                case Op.Lookup:
                    var table = tables[i.A];
                    var mask = tables.Mask(i.A);
                    for (var k = 0; k < count; k += L.Count)
                        L.Store(target + k, L.Lookup(table, mask, L.Load(values + (i.B * Block) + k)));
                    break;
                default:
                    Apply(i, values, target, count);
                    break;
            }
        }
    }

    private static void Apply(Instruction i, T* values, T* target, int count)
    {
        var a = values + (i.A * Block);
        var b = values + (i.B * Block);
        var c = values + (i.C * Block);
        var d = values + (i.D * Block);
        // Blocks are whole vectors, so the last vector may run over the count but not over the block.
        for (var k = 0; k < count; k += L.Count)
        {
            var x = L.Load(a + k);
            L.Store(
                target + k,
                i.Op switch
                {
                    Op.Add => L.Add(x, L.Load(b + k)),
                    Op.Sub => L.Sub(x, L.Load(b + k)),
                    Op.Mul => L.Mul(x, L.Load(b + k)),
                    Op.Div => L.Div(x, L.Load(b + k)),
                    Op.Fma => L.Fma(x, L.Load(b + k), L.Load(c + k)),
                    Op.Fnma => L.Fnma(x, L.Load(b + k), L.Load(c + k)),
                    Op.Neg => L.Neg(x),
                    Op.Abs => L.Abs(x),
                    Op.Sqrt => L.Sqrt(x),
                    Op.Min => L.Min(x, L.Load(b + k)),
                    Op.Max => L.Max(x, L.Load(b + k)),
                    Op.Select => L.Select(x, L.Load(b + k), L.Load(c + k), L.Load(d + k)),
                    Op.CopySign => L.CopySign(x, L.Load(b + k)),
                    Op.Scale => L.Scale(x, L.Load(b + k)),
                    Op.Exponent => L.Exponent(x),
                    Op.Mantissa => L.Mantissa(x),
                    Op.Shift => L.Shift(x, (int)i.Value),
                    _ => throw new NotSupportedException(i.Op.ToString()),
                }
            );
        }
    }
}
