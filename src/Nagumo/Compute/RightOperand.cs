using System.Numerics;

namespace Nagumo.Compute;

/// <summary>The right operand of a product, packed: a workspace, one per thread, used again.</summary>
/// <param name="maxRows">Most rows (the summed index) that it will hold.</param>
/// <param name="maxCols">Most columns that it will hold.</param>
internal abstract class RightOperand<T>(int maxRows, int maxCols) : IDisposable
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Shape of the matrix packed last.</summary>
    public int Rows { get; private set; }
    public int Cols { get; private set; }
    public int MaxRows => maxRows;
    public int MaxCols => maxCols;

    protected void Resize(MatView<T> b)
    {
        if (b.Rows > maxRows || b.Cols > maxCols)
            Throw.Argument($"{b.Rows}×{b.Cols} does not fit into a workspace for {maxRows}×{maxCols}.", nameof(b));
        (Rows, Cols) = (b.Rows, b.Cols);
    }

    public abstract void Dispose();
}
