using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Nagumo.Compute;
using Nagumo.Kernels;
using Nagumo.Symbolics;

namespace Nagumo.Media;

/// <summary>A sheet of neurons in time: reaction and diffusion, as fast as memory and arithmetic allow.</summary>
/// <remarks>
/// By <see cref="SheetMethod"/>: Euler steps, many of which go over the sheet together (<see cref="Wavefront"/>), or steps with implicit
/// diffusion (<see cref="FactoredSteps{T}"/>). Both on several threads; the bytes depend neither on them nor on how many steps are asked for at a
/// time. Memory: two copies of all fields. Not thread-safe.
/// </remarks>
/// <typeparam name="T">float, or double for checks.</typeparam>
public sealed class Sheet<T> : IDisposable
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly SheetOptions _options;
    private readonly Stencil _stencil;
    private readonly Kernel<T> _damping;
    private readonly SheetMemory<T> _memory;
    private readonly ISheetSteps _stepper;
    private readonly int _fields,
        _rows,
        _columns;
    private int _parity;
    private long _steps;
    private bool _checked;

    /// <summary>A sheet at zero, on one thread.</summary>
    /// <param name="options">The medium.</param>
    /// <param name="current">Current into each cell's activator besides the potential's own [rows × columns]; empty for none.</param>
    /// <param name="threads">Threads; the result does not depend on them.</param>
    /// <exception cref="ArgumentException">A time constant of zero, an unknown parameter or field, a value out of range.</exception>
    public Sheet(SheetOptions options, ReadOnlySpan<T> current = default, int threads = 1)
        : this(options, current, threads, KernelCompiler.Default, Wavefront.DefaultLevels) { }

    internal Sheet(SheetOptions options, ReadOnlySpan<T> current, int threads, Simd simd, int levels)
    {
        _options = options;
        (_rows, _columns) = (options.Rows, options.Columns);
        _fields = options.Kinetics.Fields.Count;
        double[] diffusion = options.FieldDiffusion();
        _stencil = new(
            options.Kinetics,
            options.Parameters ?? new Dictionary<string, double>(),
            diffusion,
            options.Dt,
            current: current.Length > 0
        );
        if (_stencil.Rows.Count + _fields > Operands<T>.Most)
            throw new ArgumentException($"'{options.Kinetics.Name}' has {_fields} fields; a sheet takes {Operands<T>.Most / 4}.");
        if (current.Length > 0 && current.Length != options.Rows * options.Columns)
            throw new ArgumentException($"{current.Length} currents for {options.Rows} x {options.Columns} cells; give one each.");
        if (threads is < 1 or > 1024)
            Throw.Range(nameof(threads), threads, $"threads = {threads}: give 1 to 1024.");
        _damping = KernelCompiler.Compile<T>(_stencil.Damping, simd);
        _memory = new(options, current);
        _stepper =
            options.Method == SheetMethod.Explicit
                ? new Wavefront(new ExplicitRows<T>(_memory, _stencil, options, simd), options, levels, threads)
                : new FactoredSteps<T>(_memory, _stencil, options, simd, threads);
    }

    /// <summary>The medium.</summary>
    public SheetOptions Options => _options;

    /// <summary>Steps done since the start.</summary>
    public long Steps => _steps;

    /// <summary>Time since the start.</summary>
    public double Time => _steps * _options.Dt;

    /// <summary>A field's value at a cell.</summary>
    /// <param name="field">0 for the activator, then the inhibitors in order.</param>
    /// <param name="row">Row, from the top.</param>
    /// <param name="column">Column, from the left.</param>
    public T this[int field, int row, int column]
    {
        get => Cells(field, row)[Checked(column, _columns, nameof(column))];
        set
        {
            Cells(field, row)[Checked(column, _columns, nameof(column))] = value;
            _memory.Edge(_parity, field, row);
            _checked = false;
        }
    }

    /// <summary>A row of a field, to read. Valid until the next step.</summary>
    public ReadOnlySpan<T> Read(int field, int row) => Cells(field, row);

    /// <summary>Sets a field.</summary>
    /// <param name="field">0 for the activator, then the inhibitors in order.</param>
    /// <param name="values">[rows × columns].</param>
    public void Write(int field, ReadOnlySpan<T> values)
    {
        if (values.Length != _rows * _columns)
            Throw.Argument($"{values.Length} values for {_rows} x {_columns} cells.", nameof(values));
        for (int r = 0; r < _rows; r++)
        {
            values.Slice(r * _columns, _columns).CopyTo(Cells(field, r));
            _memory.Edge(_parity, field, r);
        }
        _checked = false;
    }

    /// <summary>Sets a row of a field.</summary>
    internal void Write(int field, int row, ReadOnlySpan<T> values)
    {
        values.CopyTo(Cells(field, row));
        _memory.Edge(_parity, field, row);
        _checked = false;
    }

    /// <summary>Copies a field out.</summary>
    /// <param name="field">0 for the activator, then the inhibitors in order.</param>
    /// <param name="values">[rows × columns], overwritten.</param>
    public void CopyTo(int field, Span<T> values)
    {
        for (int r = 0; r < _rows; r++)
            Cells(field, r).CopyTo(values.Slice(r * _columns, _columns));
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
        _parity = _stepper.Run(_parity, steps);
        _steps += steps;
        // The activator suffices: whatever is not finite reaches it within a step.
        if (steps > 0 && !IsFinite(0))
            throw new NotFiniteNumberException(
                string.Create(
                    System.Globalization.CultureInfo.InvariantCulture,
                    $"the sheet left the finite numbers before t = {Time:g6}: the step dt = {_options.Dt:g3} is too large for it. Lower it; where that does not help, the neuron itself runs away."
                )
            );
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _stepper.Dispose();
        _memory.Dispose();
    }

    private Span<T> Cells(int field, int row) =>
        _memory.Field(_parity, Checked(field, _fields, nameof(field))).Rows(Checked(row, _rows, nameof(row)), 1).Host();

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
                    $"field {_options.Kinetics.Fields[f].Name} holds a value that is no finite number: set it again."
                );
        using var worst = new Buffer<T>(_fields * _columns);
        worst.Span.Fill(T.NegativeInfinity);
        var operands = new Operands<T>();
        for (int f = 0; f < _fields; f++)
            operands.Add(_memory.Field(_parity, f));
        for (int f = 0; f < _fields; f++)
            operands.AddShared(worst.View(f * _columns, 1, _columns));
        operands.Run(_damping, _rows, _columns);
        for (int f = 0; f < _fields; f++)
        {
            double damping = worst.Span.Slice(f * _columns, _columns).ToArray().Max(x => double.CreateChecked(x));
            double bound = _stencil.StableStep(f, damping, _options.Method);
            string name = _options.Kinetics.Fields[f].Name;
            if (_options.Dt < bound)
                continue;
            var culture = System.Globalization.CultureInfo.InvariantCulture;
            string given = string.Create(culture, $"step dt = {_options.Dt:g4} is not below the "),
                damped = string.Create(culture, $"damping c = {Math.Max(damping, 0):g3}");
            throw new ArgumentException(
                _options.Method == SheetMethod.Explicit
                    ? string.Create(
                        culture,
                        $"{given}explicit limit {bound:g4} of field {name}, 2 tau/(8 D + c) with D = {_stencil.DiffusionOf(f):g4} and {damped}. Lower the step or D, or give method=semi-implicit."
                    )
                    : string.Create(culture, $"{given}limit {bound:g4} of field {name}, 2 tau/c with {damped}. Lower the step.")
            );
        }
        _checked = true;
    }

    private bool IsFinite(int field)
    {
        // x − x is 0 or NaN.
        for (int r = 0; r < _rows; r++)
        {
            var row = Cells(field, r);
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
