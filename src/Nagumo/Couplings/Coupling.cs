using System.Numerics;
using Nagumo.Compute;

namespace Nagumo.Couplings;

/// <summary>One term of the potential that joins fields of populations.</summary>
/// <remarks>
/// A coupling is linear in the state once differentiated: it gives each field that it touches a drive I (linear in the fields at its
/// other ends) and a load G ≥ 0, with ∂h/∂u + G u = I for an activator and ∂h/∂v − G v = −I for an inhibitor. Its parameters'
/// gradient is the contrast of the partial derivative of its term. [DESIGN §1]
/// </remarks>
public abstract class Coupling
{
    private protected Coupling(string? name, params End[] ends)
    {
        Ends = ends;
        Name = name ?? string.Join("-", ends);
    }

    /// <summary>Unique within the network; by default the joined ends, "x-h1".</summary>
    public string Name { get; }

    /// <summary>The fields that the term contains.</summary>
    public IReadOnlyList<End> Ends { get; }

    /// <summary>The term as text.</summary>
    public abstract string Term { get; }

    /// <summary>Throws when the sizes at the ends do not fit the term.</summary>
    internal virtual void Validate(IReadOnlyList<EndShape> ends) { }

    /// <summary>The parameters, with their initial values.</summary>
    internal abstract IReadOnlyList<TensorSpec> Tensors(IReadOnlyList<EndShape> ends);

    /// <summary>The term in numbers: kernels over the given parameters.</summary>
    internal abstract BoundCoupling<T> Bind<T>(IReadOnlyList<EndShape> ends, IReadOnlyList<Tensor<T>> tensors)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>;
}

/// <summary>What a coupling must know of an end: its size, and whether it is an inhibitor or clamped.</summary>
internal readonly record struct EndShape(int Size, bool Inhibitor, bool Clamped);

/// <summary>A parameter block to be made: name (appended to the coupling's), shape, range, initial values.</summary>
internal sealed record TensorSpec(
    string Name,
    int Rows,
    int Cols,
    Action<Rng, Span<double>> Initialise,
    double Min = double.NegativeInfinity,
    double Max = double.PositiveInfinity,
    bool Decays = false,
    bool ByColumns = false
);
