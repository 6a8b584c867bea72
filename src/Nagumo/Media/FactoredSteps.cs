using System.Numerics;
using System.Runtime.CompilerServices;
using Nagumo.Compute;
using Nagumo.Kernels;
using Nagumo.Symbolics;

namespace Nagumo.Media;

/// <summary>Steps of a sheet with explicit reaction and implicit diffusion, factored into its two directions.</summary>
/// <remarks>
/// With F the whole flow, diffusion included, and r = dt D/τ of a field,
///
///     (1 − r δ_x²)(1 − r δ_y²) (x_new − x) = dt F(x)
///
/// [Douglas and Gunn 1964, doi:10.1007/BF01386093]. Nothing moves where F = 0: rest states and patterns at rest are those of the flow itself,
/// exactly, whatever the step, and so are the bounds of a box. In time the order is 1, as that of Euler's rule. A wave with
/// eigenvalues Λ_x, Λ_y of −δ² and damping c is multiplied by 1 − dt (c + D (Λ_x + Λ_y))/τ / ((1 + r Λ_x)(1 + r Λ_y)), whose size stays
/// below 1 for dt &lt; 2τ/c. The sum over all cells changes as that of dt F does.
/// The differences stand in the other copy of the fields.
/// </remarks>
internal sealed class FactoredSteps<T> : ITeamWork, ISheetSteps
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Rows that are turned over and solved along x together: four vectors of 512 bits of float.</summary>
    private const int Group = 64;

    /// <summary>Bytes of a field that are solved along y together: they stay in the second cache on the way down and up.</summary>
    private const int PanelBytes = 1 << 17;

    /// <summary>Cells below which a strip costs more than its thread gains.</summary>
    private const int LeastCells = 1 << 14;

    private readonly SheetMemory<T> _memory;
    private readonly SheetStencil<T> _increment;
    private readonly Kernel<T> _addition;
    private readonly LineSolver<T>?[] _alongX,
        _alongY;
    private readonly Buffer<T>[] _turned;
    private readonly WorkerTeam? _team;
    private readonly int _rows,
        _columns,
        _strips,
        _panel;
    private int _parity;
    private bool _vertical;

    public FactoredSteps(SheetMemory<T> memory, Stencil stencil, SheetOptions options, Simd simd, int threads)
    {
        (_memory, _rows, _columns) = (memory, options.Rows, options.Columns);
        _increment = new(memory, stencil.Rows, KernelCompiler.Compile<T>(stencil.Increment, simd), _columns);
        _addition = KernelCompiler.Compile<T>(stencil.Addition, simd);
        bool ring = options.Edges == SheetEdges.Periodic;
        LineSolver<T>?[] Along(int cells) =>
            [
                .. Enumerable
                    .Range(0, memory.Fields)
                    .Select(f => stencil.DiffusionOf(f) > 0 ? LineSolver<T>.Create(cells, stencil.Reach(f), ring, simd) : null),
            ];
        (_alongX, _alongY) = (Along(_columns), Along(_rows));
        int line = SheetMemory<T>.Line;
        _strips = (int)Math.Clamp((long)_rows * _columns / LeastCells, 1, Math.Min(threads, Math.Min(_rows, (_columns + line - 1) / line)));
        _team = _strips > 1 ? new(_strips) : null;
        _panel = Math.Max(4, PanelBytes / Unsafe.SizeOf<T>() / _rows / line) * line;
        // The turned rows of a thread, then a row of scratch.
        _turned = [.. Enumerable.Range(0, _strips).Select(_ => new Buffer<T>((long)Group * _columns + Math.Max(Group, _panel)))];
    }

    /// <inheritdoc/>
    public int Run(int parity, long steps)
    {
        for (_parity = parity; steps > 0; steps--)
        {
            _vertical = false;
            Together();
            _vertical = true;
            Together();
        }
        return parity;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _team?.Dispose();
        foreach (var buffer in _turned)
            buffer.Dispose();
    }

    /// <inheritdoc/>
    void ITeamWork.Run(int thread, int threads)
    {
        int line = SheetMemory<T>.Line,
            lines = (_columns + line - 1) / line;
        var turned = _turned[thread];
        if (!_vertical)
            for (int row = Edge(_rows, thread); row < Edge(_rows, thread + 1); row += Group)
                Horizontal(row, Math.Min(Group, Edge(_rows, thread + 1) - row), turned);
        else
            for (int column = line * Edge(lines, thread); column < Math.Min(_columns, line * Edge(lines, thread + 1)); column += _panel)
                Vertical(column, Math.Min(_panel, Math.Min(_columns, line * Edge(lines, thread + 1)) - column), turned);
    }

    private void Together()
    {
        if (_team is null)
            ((ITeamWork)this).Run(0, 1);
        else
            _team.Run(this);
    }

    private int Edge(int count, int strip) => (int)((long)count * strip / _strips);

    /// <summary>dt F of some rows, solved along x.</summary>
    private void Horizontal(int first, int count, Buffer<T> memory)
    {
        for (int f = 0; f < _memory.Fields; f++)
        for (int row = first; row < first + count; row++)
            _memory.Edge(_parity, f, row);
        int end = first + count;
        for (int row = first, together; row < end; row += together)
        {
            // The rows beside an edge have their neighbours elsewhere.
            together = row == 0 || row == _rows - 1 ? 1 : Math.Min(end, _rows - 1) - row;
            _increment.Run(_parity, row, together);
        }
        for (int f = 0; f < _memory.Fields; f++)
        {
            if (_alongX[f] is not { } solver)
                continue;
            MatView<T> rows = _memory.Field(_parity ^ 1, f).Rows(first, count),
                turned = memory.View(0, _columns, count, Group);
            rows.TransposeTo(turned);
            solver.Solve(turned, Scratch(memory, count));
            turned.TransposeTo(rows);
        }
    }

    /// <summary>The rest of the step for some columns: solved along y and added.</summary>
    private void Vertical(int first, int count, Buffer<T> memory)
    {
        var operands = new Operands<T>();
        int fields = _memory.Fields;
        for (int f = 0; f < fields; f++)
            operands.Add(_memory.Field(_parity, f).Lanes(first, count));
        for (int f = 0; f < fields; f++)
        {
            var added = _memory.Field(_parity ^ 1, f).Lanes(first, count);
            _alongY[f]?.Solve(added, Scratch(memory, count));
            operands.Add(added);
        }
        for (int f = 0; f < fields; f++)
            operands.Add(_memory.Field(_parity, f).Lanes(first, count));
        operands.Run(_addition, _rows, count);
    }

    /// <summary>A thread's row of scratch, behind its turned rows.</summary>
    private MatView<T> Scratch(Buffer<T> memory, int count) => memory.View((long)Group * _columns, 1, count);
}
