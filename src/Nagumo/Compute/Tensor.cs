using System.Numerics;

namespace Nagumo.Compute;

/// <summary>One block of trainable parameters θ: a named matrix with its gradient and its admissible range.</summary>
/// <typeparam name="T">float or double.</typeparam>
internal sealed unsafe class Tensor<T> : IDisposable
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly Buffer<T> _value,
        _gradient;

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

    public void Dispose()
    {
        _value.Dispose();
        _gradient.Dispose();
    }
}
