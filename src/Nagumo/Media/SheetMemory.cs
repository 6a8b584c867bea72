using System.Numerics;
using Nagumo.Compute;

namespace Nagumo.Media;

/// <summary>Where a sheet lies in memory: two copies of its fields, the parities, and the currents.</summary>
/// <remarks>A field's rows stand one after the other, each with a whole line on both sides, for the cells beyond its ends.</remarks>
internal sealed unsafe class SheetMemory<T> : IDisposable
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly Buffer<T> _state;
    private readonly Buffer<T>? _current;
    private readonly int _rows,
        _columns;
    private readonly bool _periodic;
    private readonly nint _paritySize;

    /// <param name="options">The medium.</param>
    /// <param name="current">[rows × columns], or empty.</param>
    public SheetMemory(SheetOptions options, ReadOnlySpan<T> current)
    {
        (_rows, _columns, _periodic) = (options.Rows, options.Columns, options.Edges == SheetEdges.Periodic);
        Fields = options.Kinetics.Fields.Count;
        // A whole line on both sides of a row, and every row begins on a line.
        Stride = ((_columns + Line - 1) / Line + 2) * Line;
        FieldSize = Staggered(Stride * _rows, 1088);
        _paritySize = Staggered(Fields * FieldSize, 1472);
        _state = new(2 * _paritySize);
        if (current.Length == 0)
            return;
        _current = new(FieldSize);
        for (int r = 0; r < _rows; r++)
            current.Slice(r * _columns, _columns).CopyTo(new(Current(r), _columns));
    }

    /// <summary>Elements of a cache line.</summary>
    public static nint Line => Buffer<T>.Alignment / sizeof(T);

    /// <summary>The number of fields.</summary>
    public int Fields { get; }

    /// <summary>Elements from one row to the next.</summary>
    public nint Stride { get; }

    /// <summary>Elements from one field to the next.</summary>
    public nint FieldSize { get; }

    /// <summary>The first cell of a row of a field.</summary>
    public T* At(int parity, int field, int row) => _state.Pointer + parity * _paritySize + field * FieldSize + row * Stride + Line;

    /// <summary>The first current of a row.</summary>
    public T* Current(int row) => _current!.Pointer + row * Stride + Line;

    /// <summary>The row that stands for one beyond the edge.</summary>
    public int Beyond(int row)
    {
        if ((uint)row < (uint)_rows)
            return row;
        return _periodic ? (row + _rows) % _rows : Math.Clamp(row, 0, _rows - 1);
    }

    /// <summary>Sets the cells beyond the ends of a row.</summary>
    public void Edge(T* row)
    {
        (row[-1], row[_columns]) = _periodic ? (row[_columns - 1], row[0]) : (row[0], row[_columns - 1]);
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
    private static nint Staggered(nint elements, int bytes)
    {
        const int Page = 4096;
        nint over = (bytes - elements * sizeof(T) % Page + Page) % Page;
        return elements + over / sizeof(T);
    }
}
