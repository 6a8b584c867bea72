using System.Numerics;
using Nagumo.Compute;
using Nagumo.Kernels;
using Nagumo.Symbolics;

namespace Nagumo.Media;

/// <summary>A kernel of a <see cref="Stencil"/> on the rows of a sheet: reads one copy of the fields, writes the other.</summary>
internal sealed class SheetStencil<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
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
                    ? new Source(memory.Current, memory.Current, 0)
                    : new Source(memory.Field(0, r.Field), memory.Field(1, r.Field), r.Offset)
            ),
        ];
    }

    /// <summary>From the copy of this parity to the other, for rows of which those around them are at their places: one row, or inner ones.</summary>
    public void Run(int parity, int row, int rows = 1)
    {
        var operands = new Operands<T>();
        int above = _memory.Beyond(row - 1),
            below = _memory.Beyond(row + 1);
        foreach (ref readonly var source in _sources.AsSpan())
            operands.Add(
                parity == 0 ? source.Even : source.Odd,
                source.Offset == 0 ? row
                    : source.Offset < 0 ? above
                    : below
            );
        for (int f = 0; f < _memory.Fields; f++)
            operands.Add(_memory.Field(parity ^ 1, f), row);
        operands.Run(_kernel, rows, _columns);
    }

    /// <summary>Where a stream of the kernel begins at either parity, and which row it reads beside the updated one.</summary>
    private readonly record struct Source(MatView<T> Even, MatView<T> Odd, int Offset);
}

/// <summary>The rows of a sheet that Euler steps take on.</summary>
internal sealed class ExplicitRows<T>(SheetMemory<T> memory, Stencil stencil, SheetOptions options, Simd simd) : ISheetRows
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly SheetStencil<T> _step = new(memory, stencil.Rows, KernelCompiler.Compile<T>(stencil.Step, simd), options.Columns);

    /// <inheritdoc/>
    public void Update(int parity, int row)
    {
        _step.Run(parity, row);
        for (int f = 0; f < memory.Fields; f++)
            memory.Edge(parity ^ 1, f, row);
    }
}
