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

    /// <summary>Whether a packed copy of the other end's field is faster.</summary>
    public bool PrefersPacked => Math.Min(Rows, Cols) > Unpacked;

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

    public void Drive(in DriveRequest<T> at)
    {
        var left = _left[at.End]!;
        if (at.Scratch.Packed is PackedRight<T> right)
            Gemm.Multiply(left, right, at.Init, at.Drive, at.Row0, at.Rows);
        else
            Gemm.Multiply(left, at.Fields[1 - at.End], at.Init, at.Drive, at.Row0, at.Rows);
    }

    public void Dispose()
    {
        foreach (var left in _left)
            left?.Dispose();
    }
}
