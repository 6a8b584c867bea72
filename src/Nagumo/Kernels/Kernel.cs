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

    protected abstract bool Run(Rows<T>* operands, nint rows, nint cols);

    [DoesNotReturn]
    private void ThrowOperands(int given) =>
        throw new ArgumentException($"The kernel takes {operandCount} operands (streams, uniforms, outputs), not {given}.", "operands");
}
