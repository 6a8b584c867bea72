using System.Numerics;

namespace Nagumo.Media;

/// <summary>A rest state of a neuron with one inhibitor.</summary>
/// <remarks>The eigenvalues λ of the flow's Jacobian solve λ² − trace·λ + determinant = 0.</remarks>
/// <param name="U">Activator.</param>
/// <param name="V">Inhibitor.</param>
/// <param name="Trace">Of the Jacobian [[−h_uu, −h_uv], [h_uv/τ, h_vv/τ]].</param>
/// <param name="Determinant">Of the same.</param>
public sealed record RestState(double U, double V, double Trace, double Determinant)
{
    /// <summary>Both eigenvalues have negative real parts.</summary>
    public bool IsStable => Trace < 0 && Determinant > 0;

    /// <summary>One eigenvalue is positive, one negative.</summary>
    public bool IsSaddle => Determinant < 0;

    /// <summary>The eigenvalues, the rightmost first; of a pair, the one with the positive imaginary part.</summary>
    public (Complex First, Complex Second) Eigenvalues
    {
        get
        {
            double half = 0.5 * Trace,
                square = half * half - Determinant;
            if (square < 0)
                return (new(half, Math.Sqrt(-square)), new(half, -Math.Sqrt(-square)));
            // The larger one without cancellation, the other from the product.
            double large = half + (half < 0 ? -Math.Sqrt(square) : Math.Sqrt(square)),
                other = large == 0 ? 0 : Determinant / large;
            return (Math.Max(large, other), Math.Min(large, other));
        }
    }

    /// <summary>"stable focus", "saddle", …</summary>
    public string Kind =>
        IsSaddle ? "saddle" : $"{(IsStable ? "stable" : "unstable")} {(Eigenvalues.First.Imaginary != 0 ? "focus" : "node")}";

    internal static RestState At(PlanarNeuron neuron, double u, double v)
    {
        var h = neuron.Jet(u, v);
        return new(u, v, -h.UU + h.VV / neuron.Tau, (h.UV * h.UV - h.UU * h.VV) / neuron.Tau);
    }
}
