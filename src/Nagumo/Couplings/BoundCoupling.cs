using System.Numerics;
using Nagumo.Compute;

namespace Nagumo.Couplings;

/// <summary>A coupling's kernels on a machine: drives, loads and contrasts over [neurons × lanes] views.</summary>
/// <remarks>Read-only while lanes are relaxed, so that threads share it; <see cref="Load"/> runs between batches.</remarks>
/// <typeparam name="T">float or double.</typeparam>
public abstract class BoundCoupling<T> : IDisposable
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Frees what the coupling packed.</summary>
    public virtual void Dispose() => GC.SuppressFinalize(this);

    /// <summary>Renews what is derived from the parameters (packed weights).</summary>
    /// <param name="part">This thread's part.</param>
    /// <param name="parts">Of how many.</param>
    public virtual void Load(int part, int parts) { }

    /// <summary>Whether the term loads an end.</summary>
    /// <param name="end">The end.</param>
    public virtual bool HasLoads(int end) => false;

    /// <summary>Adds the load G ≥ 0 of each neuron at an end; the parameters are current, <see cref="Load"/> may be pending.</summary>
    /// <param name="end">The end.</param>
    /// <param name="loads">[size].</param>
    public virtual void AddLoads(int end, Span<T> loads) { }

    /// <summary>Whether the term is at most quadratic: drives are linear in the fields at the other ends, and do not read their own.</summary>
    public virtual bool IsQuadratic => true;

    /// <summary>Whether the drives derive from one term of the potential, so that the coupling is its own adjoint.</summary>
    public virtual bool IsReciprocal => true;

    /// <summary>Says which value most elements of a clamped field hold, so that products may leave it out; null: none.</summary>
    /// <param name="end">The clamped end.</param>
    /// <param name="value">The value.</param>
    /// <returns>Whether <see cref="Load"/> must follow.</returns>
    public virtual bool Expect(int end, T? value) => false;

    /// <summary>What all row blocks of one drive share, into the request's scratch: a packed copy of a field.</summary>
    /// <param name="request">All rows; without init and drive.</param>
    public virtual void Prepare(in DriveRequest<T> request) { }

    /// <summary>drive = init + the drive into an end.</summary>
    /// <param name="request">What is asked for.</param>
    public abstract void Drive(in DriveRequest<T> request);

    /// <summary>drive = init + drive(at + δ) − drive(at), for the changes δ in <see cref="DriveRequest{T}.Fields"/>.</summary>
    /// <remarks>By default the drive of δ. A term beyond quadratic says it without cancellation: δ may be far below at. Not asked of a term that is
    /// at most quadratic where all other ends are clamped: nothing changes there.</remarks>
    /// <param name="request">What is asked for.</param>
    public virtual void Change(in DriveRequest<T> request)
    {
        RequireQuadratic(nameof(Change));
        Drive(request);
    }

    /// <summary>drive = init + the derivative of the drive at <see cref="DriveRequest{T}.At"/> along the directions in <see cref="DriveRequest{T}.Fields"/>.</summary>
    /// <remarks>By default the drive of the direction.</remarks>
    /// <param name="request">What is asked for.</param>
    public virtual void Tangent(in DriveRequest<T> request)
    {
        RequireQuadratic(nameof(Tangent));
        Drive(request);
    }

    /// <summary>Rows beside the fields that the gradient reads and a drive has made: activities of units that are no population. Drives leave them as
    /// the first of <see cref="CouplingScratch{T}.Rows"/>.</summary>
    internal virtual int Units => 0;

    /// <summary>The gradient, or a part of it, into the tensors: scale × Σ_lanes (contrast of ∂term/∂θ).</summary>
    /// <param name="request">What is asked for.</param>
    public abstract void Gradient(in GradientRequest<T> request);

    private void RequireQuadratic(string member)
    {
        if (!IsQuadratic)
            throw new NotSupportedException(
                $"{GetType().Name}: the term is beyond quadratic, so the drive of a change is not the change of the drive. Override {member}."
            );
    }
}
