using System.Numerics;

namespace Nagumo.Compute;

/// <summary>One block of trainable parameters θ: a named matrix with its gradient and its admissible range.</summary>
/// <remarks>What couplings feel is the value; what learning changes and files keep is the programmed value. They are one unless a device map
/// stands between them.</remarks>
/// <typeparam name="T">float or double.</typeparam>
internal sealed unsafe class Tensor<T> : IDisposable
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly Buffer<T> _value,
        _gradient;
    private Buffer<T>? _programmed,
        _reverse;

    /// <param name="name">Unique within the network, e.g. "x-h1.W".</param>
    /// <param name="rows">Rows.</param>
    /// <param name="cols">Columns.</param>
    /// <param name="min">Smallest admissible value (0 for conductances).</param>
    /// <param name="max">Largest admissible value.</param>
    /// <param name="decays">Whether weight decay applies.</param>
    public Tensor(string name, int rows, int cols, double min, double max, bool decays)
    {
        (Name, Rows, Cols, Min, Max, Decays) = (name, rows, cols, min, max, decays);
        _value = new((long)rows * cols);
        _gradient = new((long)rows * cols);
    }

    public string Name { get; }
    public int Rows { get; }
    public int Cols { get; }
    public double Min { get; }
    public double Max { get; }
    public bool Decays { get; }

    public MatView<T> Value => new(_value.Pointer, Rows, Cols, Cols);
    public MatView<T> Gradient => new(_gradient.Pointer, Rows, Cols, Cols);
    public Span<T> Values => _value.Span;
    public Span<T> Gradients => _gradient.Span;

    /// <summary>What learning changes.</summary>
    public Span<T> Programmed => (_programmed ?? _value).Span;
    public MatView<T> ProgrammedValue => new((_programmed ?? _value).Pointer, Rows, Cols, Cols);

    /// <summary>The value as the second end of a reciprocal pair feels it: the same unless the pair's halves differ.</summary>
    public MatView<T> Reverse => new((_reverse ?? _value).Pointer, Rows, Cols, Cols);
    public Span<T> ReverseValues => (_reverse ?? _value).Span;
    public bool IsReciprocal => _reverse is null;

    /// <summary>Gives the block a programmed value of its own, equal to the present one.</summary>
    /// <param name="reverse">Whether the two ends of a pair feel different values.</param>
    public void Program(bool reverse)
    {
        _programmed = new(_value.Span.Length);
        _value.Span.CopyTo(_programmed.Span);
        _reverse = reverse ? new(_value.Span.Length) : null;
    }

    /// <summary>Takes over what another block's couplings feel.</summary>
    public void CopyFrom<TOther>(Tensor<TOther> other)
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

    public void Dispose()
    {
        _value.Dispose();
        _gradient.Dispose();
        _programmed?.Dispose();
        _reverse?.Dispose();
    }
}
