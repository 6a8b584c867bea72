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

    public override void Dispose()
    {
        Product.Dispose();
        base.Dispose();
    }

    public override void Prepare(in DriveRequest<T> request)
    {
        var field = request.Fields[1 - request.End];
        if (Product.PrefersPacked || field.ColStride != 1)
            request.Scratch.Pack(field);
    }

    public override void Drive(in DriveRequest<T> request) => Product.Drive(request);
}
