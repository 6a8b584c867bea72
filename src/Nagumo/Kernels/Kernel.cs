using System.Diagnostics.CodeAnalysis;
using System.Numerics;
using Nagumo.Symbolics;

namespace Nagumo.Kernels;

/// <summary>A compiled <see cref="KernelDefinition"/>. Thread-safe: it holds no state.</summary>
/// <remarks>
/// The bits of every element are the same for every width, position and tail. An output may be exactly a stream (same pointer and
/// stride): the loads of an element come before its stores. Any other overlap is undefined. NaN goes in, NaN comes out.
/// </remarks>
internal abstract unsafe class Kernel<T>(int operandCount)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <param name="operands">Streams, uniforms, outputs, in the order of the definition.</param>
    /// <param name="rows">Number of rows.</param>
    /// <param name="cols">Number of elements of a row; any number, no alignment or padding needed.</param>
    /// <returns>False where the watched node (<see cref="KernelProgram.Watched"/>) was NaN somewhere; seldom also where it was not.</returns>
    public bool Run(ReadOnlySpan<Rows<T>> operands, int rows, int cols)
    {
        if (operands.Length != operandCount)
            ThrowOperands(operands.Length);
        if (rows <= 0 || cols <= 0)
            return true;
        fixed (Rows<T>* p = operands)
            return Run(p, rows, cols);
    }

    /// <summary>Over fields that lie one after another in vectors of the host: streams of a, b and c, uniforms, outputs over c's fields.</summary>
    /// <param name="cells">Elements of a field.</param>
    /// <param name="a">Fields, so many cells each.</param>
    /// <param name="b">More of them, or none.</param>
    /// <param name="c">More of them, each replaced by the output of its place.</param>
    /// <param name="uniforms">Parameters.</param>
    public void Run(int cells, ReadOnlySpan<T> a, ReadOnlySpan<T> b, Span<T> c, ReadOnlySpan<T> uniforms)
    {
        var operands = new Operands<T>();
        fixed (
            T* pa = a,
                pb = b,
                pc = c,
                pu = uniforms
        )
        {
            Add(pa, a.Length, ref operands);
            Add(pb, b.Length, ref operands);
            Add(pc, c.Length, ref operands);
            for (var i = 0; i < uniforms.Length; i++)
                operands.Add(new Rows<T>(pu + i, 0));
            Add(pc, c.Length, ref operands);
            operands.Run(this, 1, cells);
        }

        void Add(T* at, int length, ref Operands<T> operands)
        {
            for (var i = 0; i < length; i += cells)
                operands.Add(new Rows<T>(at + i, cells));
        }
    }

    protected abstract bool Run(Rows<T>* operands, nint rows, nint cols);

    [DoesNotReturn]
    private void ThrowOperands(int given) =>
        throw new ArgumentException($"The kernel takes {operandCount} operands (streams, uniforms, outputs), not {given}.", "operands");
}
