using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Nagumo.Compute;
using Nagumo.Symbolics;

namespace Nagumo.Media;

/// <summary>A sheet of neurons in time: explicit Euler steps of reaction and diffusion, as fast as memory and arithmetic allow.</summary>
/// <remarks>
/// The state lies in two buffers, one per parity of the step, a field's rows one after the other with room for the cells beyond their ends.
/// Many steps go over the sheet together (<see cref="Wavefront"/>), on several threads; the bytes depend on neither. Memory: two copies
/// of all fields. Not thread-safe.
/// </remarks>
/// <typeparam name="T">float, or double for checks.</typeparam>
public sealed unsafe class Sheet<T> : IDisposable, ISheetRows
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private const int MaxOperands = 48;

    private readonly SheetOptions _options;
    private readonly Stencil _stencil;
    private readonly Source[] _sources;
    private readonly Kernel<T> _kernel;
    private readonly Kernel<T> _damping;
    private readonly Wavefront _wavefront;
    private readonly Buffer<T> _state;
    private readonly Buffer<T>? _current;
    private readonly int _fields,
        _rows,
        _columns;
    private readonly bool _periodic;
    private readonly nint _origin,
        _stride,
        _fieldSize,
        _paritySize;
    private long _steps;
    private bool _checked;

    /// <summary>A sheet at zero, on one thread.</summary>
    /// <param name="options">The medium.</param>
    /// <param name="current">Current into each cell's activator besides the potential's own [rows × columns]; empty for none.</param>
    /// <param name="threads">Threads; the result does not depend on them.</param>
    /// <exception cref="ArgumentException">A time constant of zero, an unknown parameter or field, a value out of range.</exception>
    public Sheet(SheetOptions options, ReadOnlySpan<T> current = default, int threads = 1)
        : this(options, current, threads, KernelCompiler.Default, Wavefront.DefaultLevels) { }

    internal Sheet(SheetOptions options, ReadOnlySpan<T> current, int threads, Symbolics.Simd simd, int levels)
    {
        _options = options;
        (_rows, _columns, _periodic) = (options.Rows, options.Columns, options.Edges == SheetEdges.Periodic);
        _fields = options.Neuron.Fields.Count;
        double[] diffusion = options.FieldDiffusion();
        _stencil = new(
            options.Neuron,
            options.Parameters ?? new Dictionary<string, double>(),
            diffusion,
            options.Dt,
            current: current.Length > 0
        );
        if (_stencil.Rows.Count + _fields > MaxOperands)
            throw new ArgumentException($"'{options.Neuron.Name}' has {_fields} fields; a sheet takes {MaxOperands / 4}.");
        if (current.Length > 0 && current.Length != Cells)
            throw new ArgumentException($"{current.Length} currents for {options.Rows} x {options.Columns} cells; give one each.");
        _kernel = KernelCompiler.Compile<T>(_stencil.Definition, simd);
        _damping = KernelCompiler.Compile<T>(_stencil.Damping, simd);

        // A whole line on both sides of a row: the cells beyond the ends, and every row begins on a line.
        nint line = _origin = Buffer<T>.Alignment / sizeof(T);
        _stride = ((options.Columns + line - 1) / line + 2) * line;
        _fieldSize = Staggered(_stride * options.Rows, 1088);
        _paritySize = Staggered(_fields * _fieldSize, 1472);
        _state = new(2 * _paritySize);
        if (current.Length > 0)
        {
            _current = new(_fieldSize);
            for (int r = 0; r < options.Rows; r++)
                current.Slice(r * options.Columns, options.Columns).CopyTo(new(_current.Pointer + line + r * _stride, options.Columns));
        }
        _sources =
        [
            .. _stencil.Rows.Select(r =>
                r == StencilRow.Current
                    ? new Source((nint)(_current!.Pointer + line), (nint)(_current.Pointer + line), 0)
                    : new Source((nint)At(0, r.Field, 0), (nint)At(1, r.Field, 0), r.Offset)
            ),
        ];
        _wavefront = new(this, options, levels, threads);
    }

    /// <summary>The medium.</summary>
    public SheetOptions Options => _options;

    /// <summary>Steps done since the start.</summary>
    public long Steps => _steps;

    /// <summary>Time since the start.</summary>
    public double Time => _steps * _options.Dt;

    private int Cells => _rows * _columns;

    /// <summary>A field's value at a cell.</summary>
    /// <param name="field">0 for the activator, then the inhibitors in order.</param>
    /// <param name="row">Row, from the top.</param>
    /// <param name="column">Column, from the left.</param>
    public T this[int field, int row, int column]
    {
        get => Row(field, row)[Checked(column, _columns, nameof(column))];
        set
        {
            Row(field, row)[Checked(column, _columns, nameof(column))] = value;
            Edge(Current(field, row));
            _checked = false;
        }
    }

    /// <summary>A row of a field, to read. Valid until the next step.</summary>
    public ReadOnlySpan<T> Read(int field, int row) => Row(field, row);

    /// <summary>Sets a field.</summary>
    /// <param name="field">0 for the activator, then the inhibitors in order.</param>
    /// <param name="values">[rows × columns].</param>
    public void Write(int field, ReadOnlySpan<T> values)
    {
        if (values.Length != Cells)
            Throw.Argument($"{values.Length} values for {_rows} x {_columns} cells.", nameof(values));
        for (int r = 0; r < _rows; r++)
        {
            values.Slice(r * _columns, _columns).CopyTo(Row(field, r));
            Edge(Current(field, r));
        }
        _checked = false;
    }

    /// <summary>Copies a field out.</summary>
    /// <param name="field">0 for the activator, then the inhibitors in order.</param>
    /// <param name="values">[rows × columns], overwritten.</param>
    public void CopyTo(int field, Span<T> values)
    {
        for (int r = 0; r < _rows; r++)
            Row(field, r).CopyTo(values.Slice(r * _columns, _columns));
    }

    /// <summary>Goes on by <paramref name="steps"/> steps.</summary>
    /// <param name="steps">≥ 0.</param>
    /// <exception cref="ArgumentException">The step is unstable at the state that was set; the message gives the bound.</exception>
    /// <exception cref="NotFiniteNumberException">The state is no longer finite.</exception>
    public void Advance(long steps)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(steps);
        if (!_checked)
            RequireStable();
        _wavefront.Run((int)(_steps & 1), steps);
        _steps += steps;
        // The activator suffices: whatever is not finite reaches it within a step.
        if (steps > 0 && !IsFinite(0))
            throw new NotFiniteNumberException(
                string.Create(
                    System.Globalization.CultureInfo.InvariantCulture,
                    $"the sheet left the finite numbers before t = {Time:g6}: the step dt = {_options.Dt:g3} is too large for it. Lower it."
                )
            );
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _wavefront.Dispose();
        _state.Dispose();
        _current?.Dispose();
    }

    /// <inheritdoc/>
    [SkipLocalsInit]
    void ISheetRows.Update(int parity, int row)
    {
        var operands = stackalloc Rows<T>[MaxOperands];
        int n = 0;
        nint here = row * _stride,
            above = Beyond(row - 1) * _stride,
            below = Beyond(row + 1) * _stride;
        foreach (ref readonly var source in _sources.AsSpan())
        {
            nint at =
                source.Offset == 0 ? here
                : source.Offset < 0 ? above
                : below;
            operands[n++] = new((T*)(parity == 0 ? source.Even : source.Odd) + at, 0);
        }
        T* next = At(parity ^ 1, 0, row);
        for (int f = 0; f < _fields; f++)
            operands[n++] = new(next + f * _fieldSize, 0);
        _kernel.Run(new ReadOnlySpan<Rows<T>>(operands, n), 1, _columns);
        for (int f = 0; f < _fields; f++)
            Edge(next + f * _fieldSize);
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

    /// <summary>Where a stream of the kernel begins at either parity, and which row it reads beside the updated one.</summary>
    private readonly record struct Source(nint Even, nint Odd, int Offset);

    private T* At(int parity, int field, int row) => _state.Pointer + parity * _paritySize + field * _fieldSize + row * _stride + _origin;

    /// <summary>The row that stands for one beyond the edge.</summary>
    private int Beyond(int row)
    {
        if ((uint)row < (uint)_rows)
            return row;
        return _periodic ? (row + _rows) % _rows : Math.Clamp(row, 0, _rows - 1);
    }

    /// <summary>Sets the cells beyond the ends of a row.</summary>
    private void Edge(T* row)
    {
        (row[-1], row[_columns]) = _periodic ? (row[_columns - 1], row[0]) : (row[0], row[_columns - 1]);
    }

    private T* Current(int field, int row) =>
        At((int)(_steps & 1), Checked(field, _fields, nameof(field)), Checked(row, _rows, nameof(row)));

    private Span<T> Row(int field, int row) => new(Current(field, row), _columns);

    private static int Checked(int index, int count, string name)
    {
        if ((uint)index >= (uint)count)
            Throw.Range(name, index, $"{name} = {index}: give 0 to {count - 1}.");
        return index;
    }

    private void RequireStable()
    {
        for (int f = 0; f < _fields; f++)
            if (!IsFinite(f))
                throw new ArgumentException(
                    $"field {_options.Neuron.Fields[f].Name} holds a value that is no finite number: set it again."
                );
        var worst = new T[_fields * _columns];
        Array.Fill(worst, T.NegativeInfinity);
        fixed (T* w = worst)
        {
            var operands = new Rows<T>[2 * _fields];
            for (int r = 0; r < _rows; r++)
            {
                for (int f = 0; f < _fields; f++)
                    (operands[f], operands[_fields + f]) = (new(Current(f, r), 0), new(w + f * _columns, 0));
                _damping.Run(operands, 1, _columns);
            }
        }
        for (int f = 0; f < _fields; f++)
        {
            double damping = worst.Skip(f * _columns).Take(_columns).Max(x => double.CreateChecked(x));
            double bound = _stencil.StableStep(f, damping);
            string name = _options.Neuron.Fields[f].Name;
            if (!(_options.Dt < bound))
                throw new ArgumentException(
                    string.Create(
                        System.Globalization.CultureInfo.InvariantCulture,
                        $"step dt = {_options.Dt:g4} is not below the explicit limit {bound:g4} of field {name}, 2 tau/(8 D + c) with D = {_stencil.DiffusionOf(f):g4} and damping c = {Math.Max(damping, 0):g3}. Lower the step or D."
                    )
                );
        }
        _checked = true;
    }

    private bool IsFinite(int field)
    {
        // x − x is 0 or NaN.
        for (int r = 0; r < _rows; r++)
        {
            var row = Row(field, r);
            var vectors = MemoryMarshal.Cast<T, Vector<T>>(row);
            var sums = Vector<T>.Zero;
            foreach (var x in vectors)
                sums += x - x;
            T sum = Vector.Sum(sums);
            foreach (T x in row[(vectors.Length * Vector<T>.Count)..])
                sum += x - x;
            if (T.IsNaN(sum))
                return false;
        }
        return true;
    }
}
