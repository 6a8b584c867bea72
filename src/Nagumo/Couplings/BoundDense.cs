using System.Numerics;
using Nagumo.Compute;

namespace Nagumo.Couplings;

/// <summary>A coupling whose drives are one <see cref="DenseProduct{T}"/>, forth and back.</summary>
/// <param name="rows">Size of end a.</param>
/// <param name="cols">Size of end b.</param>
/// <param name="signs">Signs of the drives into a and b; 0 for an end that is never driven (clamped).</param>
internal abstract class BoundDense<T>(int rows, int cols, ReadOnlySpan<int> signs) : BoundCoupling<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    protected DenseProduct<T> Product { get; } = new(rows, cols, signs);

    public override bool PrefersPacked(int end) => Product.PrefersPacked(end);

    public override void Dispose() => Product.Dispose();

    public override void Drive(
        int end,
        ReadOnlySpan<MatView<T>> fields,
        RightOperand<T>? packed,
        MatView<T> init,
        MatView<T> drive,
        int row0,
        int rows
    ) => Product.Drive(end, fields[1 - end], packed, init, drive, row0, rows);
}
