using System.Numerics;

namespace Nagumo.Compute;

/// <summary>One block of trainable parameters θ: a named matrix with its gradient and its admissible range.</summary>
/// <remarks>What couplings feel is the value; what learning changes and files keep is the programmed value. They are one unless a device map
/// stands between them.</remarks>
/// <typeparam name="T">float or double.</typeparam>
public sealed unsafe class Tensor<T> : IDisposable
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly Buffer<T> _value,
        _gradient;
    private readonly bool _byColumns;
    private Buffer<T>? _programmed,
        _reverse;

    /// <param name="name">Unique within the network, e.g. "x-h1.W".</param>
    /// <param name="rows">Rows.</param>
    /// <param name="cols">Columns.</param>
    /// <param name="min">Smallest admissible value (0 for conductances).</param>
    /// <param name="max">Largest admissible value.</param>
    /// <param name="decays">Whether weight decay applies.</param>
    /// <param name="byColumns">Whether columns lie one after another in memory, not rows: products that read panels of rows then copy in place of
    /// transposing, once a batch.</param>
    public Tensor(string name, int rows, int cols, double min, double max, bool decays, bool byColumns = false)
    {
        (Name, Rows, Cols, Min, Max, Decays, _byColumns) = (name, rows, cols, min, max, decays, byColumns);
        _value = new((long)rows * cols);
        _gradient = new((long)rows * cols);
        Shape = [rows, cols];
    }

    /// <summary>Unique within the network.</summary>
    public string Name { get; }

    /// <summary>Length along every axis.</summary>
    public IReadOnlyList<int> Shape { get; internal init; }

    /// <summary>Length of the first axis.</summary>
    public int Rows { get; }

    /// <summary>Number of elements of one row.</summary>
    public int Cols { get; }

    /// <summary>Smallest admissible value.</summary>
    public double Min { get; }

    /// <summary>Largest admissible value.</summary>
    public double Max { get; }

    /// <summary>Whether weight decay applies.</summary>
    public bool Decays { get; }

    /// <summary>Whether two ends feel it, each through a transconductor of its own: the halves may differ.</summary>
    internal bool IsPaired { get; init; }

    /// <summary>Largest magnitude that an initial value can have: what the devices were laid out for.</summary>
    internal double Start { get; init; }

    /// <summary>What couplings feel, [rows × cols].</summary>
    public MatView<T> Value => View(_value);

    /// <summary>Receives the gradient, [rows × cols].</summary>
    public MatView<T> Gradient => View(_gradient);

    /// <summary>All elements in the order of memory, as the other spans.</summary>
    public Span<T> Values => _value.Span;

    /// <summary>The gradient of the last batch, as the values.</summary>
    public Span<T> Gradients => _gradient.Span;

    /// <summary>What learning changes.</summary>
    public Span<T> Programmed => (_programmed ?? _value).Span;
    internal MatView<T> ProgrammedValue => View(_programmed ?? _value);

    /// <summary>The value as the second end of a reciprocal pair feels it: the same unless the pair's halves differ.</summary>
    internal MatView<T> Reverse => View(_reverse ?? _value);
    internal Span<T> ReverseValues => (_reverse ?? _value).Span;
    internal bool IsReciprocal => _reverse is null;

    /// <summary>Gives the block a programmed value of its own, equal to the present one.</summary>
    /// <param name="reverse">Whether the two ends of a pair feel different values.</param>
    internal void Program(bool reverse)
    {
        _programmed = new(_value.Span.Length);
        _value.Span.CopyTo(_programmed.Span);
        _reverse = reverse ? new(_value.Span.Length) : null;
    }

    /// <summary>The programmed value row by row.</summary>
    internal T[] ToArray()
    {
        var values = new T[Programmed.Length];
        fixed (T* into = values)
            ProgrammedValue.CopyTo(new(into, Rows, Cols, Cols));
        return values;
    }

    /// <summary>Programs the block with values given row by row.</summary>
    internal void Assign(ReadOnlySpan<T> values)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(values.Length, Programmed.Length);
        fixed (T* from = values)
            new MatView<T>(from, Rows, Cols, Cols).CopyTo(ProgrammedValue);
    }

    private MatView<T> View(Buffer<T> values) =>
        _byColumns ? new(values.Pointer, Rows, Cols, 1, Rows) : new(values.Pointer, Rows, Cols, Cols);

    /// <summary>Takes over what another block's couplings feel.</summary>
    internal void CopyFrom<TOther>(Tensor<TOther> other)
        where TOther : unmanaged, IBinaryFloatingPointIeee754<TOther>
    {
        if (!other.IsReciprocal && IsReciprocal)
            Program(reverse: true);
        for (int i = 0; i < Values.Length; i++)
        {
            Values[i] = T.CreateChecked(other.Values[i]);
            if (!IsReciprocal)
                ReverseValues[i] = T.CreateChecked(other.ReverseValues[i]);
        }
    }

    /// <summary>Frees its memory.</summary>
    public void Dispose()
    {
        _value.Dispose();
        _gradient.Dispose();
        _programmed?.Dispose();
        _reverse?.Dispose();
    }
}
