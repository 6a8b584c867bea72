using System.Numerics;
using Nagumo.Compute;

namespace Nagumo.Couplings;

/// <summary>A coupling's kernels on a machine: drives, loads and contrasts over [neurons × lanes] views.</summary>
/// <remarks>Read-only while lanes are relaxed, so that threads share it; <see cref="Load"/> runs between batches.</remarks>
internal abstract class BoundCoupling<T> : IDisposable
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Frees what the coupling packed.</summary>
    public virtual void Dispose() { }

    /// <summary>Renews what is derived from the parameters (packed weights). Part <paramref name="part"/> of <paramref name="parts"/>.</summary>
    public virtual void Load(int part, int parts) { }

    /// <summary>Adds the load G of each neuron at <paramref name="end"/>; the parameters are current, <see cref="Load"/> may be pending.</summary>
    public virtual void AddLoads(int end, Span<T> loads) { }

    /// <summary>Whether the term loads this end.</summary>
    public virtual bool HasLoads(int end) => false;

    /// <summary>Whether driving <paramref name="end"/> is faster from a packed copy of the other end's field.</summary>
    public virtual bool PrefersPacked(int end) => false;

    /// <summary>The value that most clamped inputs hold, which the products may leave out; null to multiply every element.</summary>
    /// <remarks>A coupling that cannot leave it out stays at null. After a change between null and a value, <see cref="Load"/> must follow.</remarks>
    public virtual T? Background
    {
        get => null;
        set { }
    }

    /// <summary>drive = init + the drive into <paramref name="end"/> for rows [row0, row0 + rows).</summary>
    /// <param name="end">The end that is driven.</param>
    /// <param name="fields">The field at each end, [size × lanes].</param>
    /// <param name="packed">The other end's field packed by the caller, as a <see cref="SparseRight{T}"/> where there is a <see cref="Background"/>;
    /// null to read it in place.</param>
    /// <param name="init">Initial value: the drive itself to accumulate, default for zero.</param>
    /// <param name="drive">[size × lanes].</param>
    /// <param name="row0">First row.</param>
    /// <param name="rows">Number of rows.</param>
    public abstract void Drive(
        int end,
        ReadOnlySpan<MatView<T>> fields,
        RightOperand<T>? packed,
        MatView<T> init,
        MatView<T> drive,
        int row0,
        int rows
    );

    /// <summary>Whether the drives derive from one term of the potential, so that the coupling is its own adjoint.</summary>
    public virtual bool IsReciprocal => true;

    /// <summary>As <see cref="Drive"/>, by the transposed couplings: what the adjoint flow feels. The same where the coupling is reciprocal.</summary>
    public virtual void AdjointDrive(
        int end,
        ReadOnlySpan<MatView<T>> fields,
        RightOperand<T>? packed,
        MatView<T> init,
        MatView<T> drive,
        int row0,
        int rows
    ) => Drive(end, fields, packed, init, drive, row0, rows);

    /// <summary>Gradient of rows [row0, row0 + rows) of every tensor: scale × Σ_lanes (contrast of ∂term/∂θ).</summary>
    /// <remarks>A coupling may take an equal share of its columns instead, so that ranges that cover all rows give all of the gradient.</remarks>
    /// <param name="ends">The two phases at each end, as mean and scaled difference.</param>
    /// <param name="scale">Factor, 1/samples.</param>
    /// <param name="row0">First row of the block; all tensors of a coupling have equal rows.</param>
    /// <param name="rows">Number of rows.</param>
    /// <param name="workspace">The thread's workspace.</param>
    public abstract void Gradient(ReadOnlySpan<Contrast<T>> ends, T scale, int row0, int rows, GemmWorkspace<T> workspace);
}

/// <summary>A field in two phases x₊, x₋: mean m = (x₊ + x₋)/2 and difference d = (x₊ − x₋)/(β₊ − β₋), each [size × lanes].</summary>
/// <remarks>A product's contrast is m dᵀ + d mᵀ exactly, and free of cancellation in float32. A clamped field has d = 0 (default).</remarks>
internal readonly record struct Contrast<T>(MatView<T> Mean, MatView<T> Difference)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>;
