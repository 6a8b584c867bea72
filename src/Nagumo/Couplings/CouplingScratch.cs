using System.Numerics;
using Nagumo.Compute;

namespace Nagumo.Couplings;

/// <summary>What one thread keeps for a coupling while it drives one population: a packed field, or rows of the coupling's own.</summary>
/// <remarks>Grows at its first use with larger shapes; then nothing is allocated. The memory serves other couplings afterwards.</remarks>
/// <typeparam name="T">float or double.</typeparam>
public sealed unsafe class CouplingScratch<T> : IDisposable
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private PackedRight<T>? _packed;
    private SparseRight<T>? _sparse;
    private Buffer<T>? _rows;

    internal CouplingScratch() { }

    /// <summary>The field that <see cref="Pack(MatView{T})"/> took; null where the field is read in place.</summary>
    internal RightOperand<T>? Packed { get; private set; }

    /// <summary>Rows of the coupling's own, [rows × lanes]: the first ones of what was asked for with as many lanes before; else what they held is lost.</summary>
    /// <param name="rows">Rows.</param>
    /// <param name="lanes">Lanes.</param>
    public MatView<T> Rows(int rows, int lanes)
    {
        if (_rows is null || _rows.Span.Length < (long)rows * lanes)
        {
            _rows?.Dispose();
            _rows = new((long)rows * lanes);
        }
        Width = lanes;
        return new(_rows.Pointer, rows, lanes, lanes);
    }

    /// <summary>Lanes of the rows that <see cref="Rows"/> gave last.</summary>
    internal int Width { get; private set; }

    internal void Clear() => Packed = null;

    internal void Pack(MatView<T> field)
    {
        if (_packed is not { } right || right.MaxRows < field.Rows || right.MaxCols < field.Cols)
        {
            _packed?.Dispose();
            _packed = right = new(Math.Max(field.Rows, _packed?.MaxRows ?? 0), Math.Max(field.Cols, _packed?.MaxCols ?? 0));
        }
        right.Pack(field);
        Packed = right;
    }

    /// <summary>The same, leaving out what equals the background.</summary>
    internal void Pack(MatView<T> field, T background)
    {
        if (_sparse is not { } right || right.MaxRows < field.Rows || right.MaxCols < field.Cols)
        {
            _sparse?.Dispose();
            _sparse = right = new(Math.Max(field.Rows, _sparse?.MaxRows ?? 0), Math.Max(field.Cols, _sparse?.MaxCols ?? 0));
        }
        right.Pack(field, background);
        Packed = right;
    }

    /// <summary>Frees the memory.</summary>
    public void Dispose()
    {
        _packed?.Dispose();
        _sparse?.Dispose();
        _rows?.Dispose();
    }
}
