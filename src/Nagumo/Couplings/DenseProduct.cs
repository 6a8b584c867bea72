using System.Numerics;
using Nagumo.Compute;

namespace Nagumo.Couplings;

/// <summary>The shared arithmetic of dense couplings: drive_a += s_a M x_b, drive_b += s_b Mᵀ x_a, with M packed both ways.</summary>
internal sealed class DenseProduct<T> : IDisposable
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>A product so thin reads its right side in place: packing would cost as much as the work.</summary>
    private const int Unpacked = 32;
    private readonly PackedLeft<T>?[] _left;
    private readonly T[] _signs;

    /// <param name="rows">Rows of M (end a).</param>
    /// <param name="cols">Columns of M (end b).</param>
    /// <param name="signs">Signs of the drives into a and b; 0 for an end that is never driven (clamped).</param>
    public DenseProduct(int rows, int cols, ReadOnlySpan<int> signs)
    {
        _left = [signs[0] != 0 ? new(rows, cols) : null, signs[1] != 0 ? new(cols, rows) : null];
        _signs = [T.CreateChecked(signs[0]), T.CreateChecked(signs[1])];
        Rows = rows;
        Cols = cols;
    }

    public int Rows { get; }
    public int Cols { get; }

    public bool PrefersPacked(int end) => Math.Min(Rows, Cols) > Unpacked;

    public void Load(MatView<T> m, int part, int parts) => Load(m, m, part, parts);

    /// <param name="m">M as end a feels it.</param>
    /// <param name="reverse">M as end b feels it.</param>
    /// <param name="part">This thread's part.</param>
    /// <param name="parts">Of how many.</param>
    public void Load(MatView<T> m, MatView<T> reverse, int part, int parts)
    {
        for (int end = 0; end < 2; end++)
        {
            if (_left[end] is not { } left)
                continue;
            var (row0, rows) = Shares.Of(end == 0 ? Rows : Cols, part, parts, Gemm.RowBlock<T>());
            if (rows > 0)
                left.Pack(end == 0 ? m : reverse.Transposed, _signs[end], row0, rows);
        }
    }

    public void Drive(int end, MatView<T> other, RightOperand<T>? packed, MatView<T> init, MatView<T> drive, int row0, int rows)
    {
        var left = _left[end]!;
        if (packed is PackedRight<T> right)
            Gemm.Multiply(left, right, init, drive, row0, rows);
        else
            Gemm.Multiply(left, other, init, drive, row0, rows);
    }

    public void Dispose()
    {
        foreach (var left in _left)
            left?.Dispose();
    }
}
