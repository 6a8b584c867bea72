using System.Numerics;
using Nagumo.Compute;

namespace Nagumo.Couplings;

/// <summary>One term of the potential that joins fields of populations, and everything that is known of it.</summary>
/// <remarks>
/// A coupling gives each field x that it touches a drive I and a load G ≥ 0: −∂term/∂x = I − G x for an activator, +∂term/∂x = I − G x for an
/// inhibitor. Where its term is at most quadratic, drives are linear in the fields at its other ends, and a change of a drive is the drive of
/// the change; a term beyond that overrides <see cref="BoundCoupling{T}.Change"/> and <see cref="BoundCoupling{T}.Tangent"/>. Its
/// parameters' gradient is the contrast of the partial derivative of its term. [DESIGN §2]
/// </remarks>
public abstract class Coupling
{
    /// <param name="kind">The kind's name in configurations; see <see cref="CouplingKinds.Register"/>.</param>
    /// <param name="name">Unique within the network; null for the joined ends.</param>
    /// <param name="ends">The fields that the term contains, 1 to 4.</param>
    protected Coupling(string kind, string? name, params End[] ends)
    {
        if (ends.Length is 0 or > MaxEnds)
            throw new ArgumentException($"Coupling '{name ?? kind}' joins {ends.Length} fields: give 1 to {MaxEnds}.");
        (Kind, Ends) = (kind, ends);
        Name = name ?? string.Join("-", ends);
    }

    /// <summary>The most fields that one term joins.</summary>
    internal const int MaxEnds = 4;

    /// <summary>The kind's name in configurations.</summary>
    public string Kind { get; }

    /// <summary>Unique within the network; by default the joined ends, "x-h1".</summary>
    public string Name { get; }

    /// <summary>The fields that the term contains.</summary>
    public IReadOnlyList<End> Ends { get; }

    /// <summary>The term as text.</summary>
    public abstract string Term { get; }

    /// <summary>The values of the keys from which its kind makes it again.</summary>
    public abstract IReadOnlyDictionary<string, double> Settings { get; }

    /// <summary>The keys that are text and not at their default.</summary>
    public virtual IReadOnlyDictionary<string, string> Words => new Dictionary<string, string>();

    /// <summary>Throws when the sizes at the ends do not fit the term.</summary>
    /// <param name="ends">Size and kind of the field at each end.</param>
    /// <exception cref="ArgumentException">They do not fit; the message says what does.</exception>
    public virtual void Validate(IReadOnlyList<EndShape> ends) { }

    /// <summary>The parameters, with their initial values.</summary>
    /// <param name="ends">Size and kind of the field at each end.</param>
    public abstract IReadOnlyList<TensorSpec> Tensors(IReadOnlyList<EndShape> ends);

    /// <summary>The term of one lane: what the drives, gradients and stamps are derivatives of.</summary>
    /// <param name="ends">Size, axes and kind of the field at each end.</param>
    /// <param name="x">The field at each end.</param>
    /// <param name="parameters">The tensors, each row by row.</param>
    public abstract double Value(IReadOnlyList<EndShape> ends, IReadOnlyList<double[]> x, IReadOnlyList<double[]> parameters);

    /// <summary>A bound on the norm of the drives' Jacobian: ‖δI‖ ≤ norm ‖δx‖ over all ends together, loads apart; infinite where none is known.</summary>
    /// <param name="x">The field at each end; a term that is at most quadratic does not read it.</param>
    /// <param name="parameters">The tensors, each row by row.</param>
    public virtual double Norm(IReadOnlyList<double[]> x, IReadOnlyList<double[]> parameters) => double.PositiveInfinity;

    /// <summary>The kernels over the given parameters.</summary>
    /// <param name="ends">Size and kind of the field at each end.</param>
    /// <param name="tensors">The parameters, in the order of <see cref="Tensors"/>.</param>
    public abstract BoundCoupling<T> Bind<T>(IReadOnlyList<EndShape> ends, IReadOnlyList<Tensor<T>> tensors)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>;

    /// <summary>Adds the elements that carry the term's currents: what netlist, power, drawings and Kirchhoff's law are made from.</summary>
    /// <param name="circuit">Receives the elements of one lane.</param>
    /// <exception cref="ArgumentException">No circuit is known.</exception>
    public virtual void Stamp(ICircuit circuit) =>
        throw new ArgumentException($"Coupling '{Name}': no circuit is known for the kind '{Kind}'. Override Stamp in {GetType().Name}.");

    /// <summary>Whether its stamp consists of resistors (behind ideal inverters or amplified inputs) and constant currents.</summary>
    public virtual bool IsPassive => false;

    /// <summary>How far apart the neurons of one population may be that the term joins: 0 each alone, 1 neighbours.</summary>
    /// <param name="ends">Size, axes and kind of the field at each end.</param>
    public virtual int Reach(IReadOnlyList<EndShape> ends) => int.MaxValue;
}
