using System.Numerics;
using System.Runtime.CompilerServices;
using Nagumo.Compute;

namespace Nagumo.Media;

/// <summary>Where a sheet lies in memory: two copies of its fields, the parities, and the currents.</summary>
/// <remarks>A field's rows stand one after the other, each with a whole line on both sides, for the cells beyond its ends.</remarks>
internal sealed class SheetMemory<T> : IDisposable
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly Buffer<T> _state;
    private readonly Buffer<T>? _current;
    private readonly MatView<T>[][] _padded,
        _fields;
    private readonly int _rows,
        _columns;
    private readonly bool _periodic;

    /// <param name="options">The medium.</param>
    /// <param name="current">[rows × columns], or empty.</param>
    public SheetMemory(SheetOptions options, ReadOnlySpan<T> current)
    {
        (_rows, _columns, _periodic) = (options.Rows, options.Columns, options.Edges == SheetEdges.Periodic);
        Fields = options.Kinetics.Fields.Count;
        // A whole line on both sides of a row, and every row begins on a line.
        int stride = ((_columns + Line - 1) / Line + 2) * Line;
        long fieldSize = Staggered((long)stride * _rows, 1088),
            paritySize = Staggered(Fields * fieldSize, 1472);
        _state = new(2 * paritySize);
        MatView<T> Padded(int parity, int field) =>
            _state.View(parity * paritySize + field * fieldSize + Line - 1, _rows, _columns + 2, stride);
        _padded = [.. from p in (int[])[0, 1] select (MatView<T>[])[.. Enumerable.Range(0, Fields).Select(f => Padded(p, f))]];
        _fields = [.. _padded.Select(fields => Array.ConvertAll(fields, x => x.Lanes(1, _columns)))];
        if (current.Length == 0)
            return;
        _current = new(fieldSize);
        Current = _current.View(Line, _rows, _columns, stride);
        Current.Write(current);
    }

    /// <summary>Elements of a cache line.</summary>
    public static int Line => Buffer<T>.Alignment / Unsafe.SizeOf<T>();

    /// <summary>The number of fields.</summary>
    public int Fields { get; }

    /// <summary>A field, [rows × columns].</summary>
    public MatView<T> Field(int parity, int field) => _fields[parity][field];

    /// <summary>The currents, [rows × columns]; the empty view where there are none.</summary>
    public MatView<T> Current { get; }

    /// <summary>The row that stands for one beyond the edge.</summary>
    public int Beyond(int row)
    {
        if ((uint)row < (uint)_rows)
            return row;
        return _periodic ? (row + _rows) % _rows : Math.Clamp(row, 0, _rows - 1);
    }

    /// <summary>Sets the cells beyond the ends of a row.</summary>
    public void Edge(int parity, int field, int row)
    {
        var x = _padded[parity][field];
        (x[row, 0], x[row, _columns + 1]) = _periodic ? (x[row, _columns], x[row, 1]) : (x[row, 1], x[row, _columns]);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _state.Dispose();
        _current?.Dispose();
    }

    /// <summary>At least so many elements, so that the next array begins this many bytes further into a page.</summary>
    /// <remarks>Arrays at the same place of their pages share the few lines of the first cache there, and a load looks as if it met the store
    /// before it, of which the processor compares the low 12 bits first.</remarks>
    private static long Staggered(long elements, int bytes)
    {
        const int Page = 4096;
        long over = (bytes - elements * Unsafe.SizeOf<T>() % Page + Page) % Page;
        return elements + over / Unsafe.SizeOf<T>();
    }
}
