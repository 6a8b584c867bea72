using System.Numerics;
using System.Runtime.CompilerServices;
using Nagumo.Compute;
using Nagumo.Kernels;
using Nagumo.Symbolics;

namespace Nagumo.Media;

/// <summary>A kernel of a <see cref="Stencil"/> on the rows of a sheet: reads one copy of the fields, writes the other.</summary>
internal sealed unsafe class SheetStencil<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Most rows that a kernel reads and writes.</summary>
    public const int MaxOperands = 48;

    private readonly SheetMemory<T> _memory;
    private readonly Kernel<T> _kernel;
    private readonly Source[] _sources;
    private readonly int _columns;

    /// <param name="memory">The sheet.</param>
    /// <param name="rows">What the kernel's streams read.</param>
    /// <param name="kernel">The kernel, its outputs the fields.</param>
    /// <param name="columns">Columns of the sheet.</param>
    public SheetStencil(SheetMemory<T> memory, IReadOnlyList<StencilRow> rows, Kernel<T> kernel, int columns)
    {
        (_memory, _kernel, _columns) = (memory, kernel, columns);
        _sources =
        [
            .. rows.Select(r =>
                r == StencilRow.Current
                    ? new Source((nint)memory.Current(0), (nint)memory.Current(0), 0)
                    : new Source((nint)memory.At(0, r.Field, 0), (nint)memory.At(1, r.Field, 0), r.Offset)
            ),
        ];
    }

    /// <summary>From the copy of this parity to the other, for rows of which those around them are at their places: one row, or inner ones.</summary>
    [SkipLocalsInit]
    public void Run(int parity, int row, int rows = 1)
    {
        var operands = stackalloc Rows<T>[MaxOperands];
        int n = 0;
        nint stride = _memory.Stride,
            here = row * stride,
            above = _memory.Beyond(row - 1) * stride,
            below = _memory.Beyond(row + 1) * stride;
        foreach (ref readonly var source in _sources.AsSpan())
        {
            nint at =
                source.Offset == 0 ? here
                : source.Offset < 0 ? above
                : below;
            operands[n++] = new((T*)(parity == 0 ? source.Even : source.Odd) + at, stride);
        }
        T* next = _memory.At(parity ^ 1, 0, row);
        for (int f = 0; f < _memory.Fields; f++)
            operands[n++] = new(next + f * _memory.FieldSize, stride);
        _kernel.Run(new ReadOnlySpan<Rows<T>>(operands, n), rows, _columns);
    }

    /// <summary>Where a stream of the kernel begins at either parity, and which row it reads beside the updated one.</summary>
    private readonly record struct Source(nint Even, nint Odd, int Offset);
}

/// <summary>The rows of a sheet that Euler steps take on.</summary>
internal sealed unsafe class ExplicitRows<T>(SheetMemory<T> memory, Stencil stencil, SheetOptions options, Simd simd) : ISheetRows
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly SheetStencil<T> _step = new(memory, stencil.Rows, KernelCompiler.Compile<T>(stencil.Step, simd), options.Columns);

    /// <inheritdoc/>
    public void Update(int parity, int row)
    {
        _step.Run(parity, row);
        for (int f = 0; f < memory.Fields; f++)
            memory.Edge(memory.At(parity ^ 1, f, row));
    }
}
