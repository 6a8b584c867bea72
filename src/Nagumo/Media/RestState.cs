using System.Numerics;
using Nagumo.Symbolics;

namespace Nagumo.Media;

/// <summary>A rest state of a neuron with one inhibitor.</summary>
/// <remarks>
/// The eigenvalues λ of the flow's Jacobian solve λ² − trace·λ + determinant = 0. Where the determinant is positive and the trace is no more than the rounding of
/// the formula's numbers, wherever these are counted from, the state is at a Hopf point: the linearisation decides nothing, the first Lyapunov
/// coefficient does (<see cref="HopfPoint"/>).
/// </remarks>
/// <param name="U">Activator.</param>
/// <param name="V">Inhibitor.</param>
/// <param name="Trace">0 where it is rounding; of the Jacobian [[∂F_u/∂u, ∂F_u/∂v]/τ_u, [∂F_v/∂u, ∂F_v/∂v]/τ_v].</param>
/// <param name="Determinant">Of the same.</param>
/// <param name="Lyapunov">First Lyapunov coefficient a₁ where the trace is 0; 0 for a centre, NaN elsewhere.</param>
public sealed record RestState(double U, double V, double Trace, double Determinant, double Lyapunov = double.NaN)
{
    /// <summary>Both eigenvalues have negative real parts; where these are 0, nonlinear terms attract.</summary>
    public bool IsStable => Determinant > 0 && (Trace < 0 || IsWeak && Lyapunov < 0);

    /// <summary>At a Hopf point, within rounding: the trace is 0, and what attracts or repels is weaker than any exponential.</summary>
    public bool IsWeak => Trace == 0 && Determinant > 0;

    /// <summary>Orbits around it close: neither linear nor cubic terms attract or repel.</summary>
    public bool IsCentre => IsWeak && Lyapunov == 0;

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

    /// <summary>"stable focus", "saddle", "centre", …</summary>
    public string Kind =>
        IsSaddle ? "saddle"
        : IsCentre ? "centre"
        : IsWeak ? $"weakly {(IsStable ? "attracting" : "repelling")} focus"
        : $"{(IsStable ? "stable" : "unstable")} {(Eigenvalues.First.Imaginary != 0 ? "focus" : "node")}";

    internal static RestState At(PlanarNeuron neuron, double u, double v)
    {
        var j = neuron.Jet(u, v);
        double trace = j.F.U / neuron.TauU + j.G.V / neuron.TauV,
            determinant = (j.F.U * j.G.V - j.F.V * j.G.U) / (neuron.TauU * neuron.TauV);
        return determinant > 0 && Math.Abs(trace) <= Rounding(neuron, j, u, v)
            ? new(u, v, 0, determinant, HopfPoint.At(neuron, u, v, 0, 0).Lyapunov)
            : new(u, v, trace, determinant);
    }

    /// <summary>What rounding makes of the trace at a rest state: of the formula's numbers, of its evaluation, and of the place, which is known
    /// as well as the forces vanish there.</summary>
    /// <remarks>δ(u, v) = J⁻¹ δF, with δF the rounding of the forces; then the trace is enclosed over that neighbourhood, all numbers in it rounded.</remarks>
    private static double Rounding(PlanarNeuron neuron, PlanarJet j, double u, double v)
    {
        double f = Width(neuron.ForceU, 0, 0),
            g = Width(neuron.ForceV, 0, 0),
            determinant = Math.Abs(j.F.U * j.G.V - j.F.V * j.G.U);
        return Width(
            neuron.Divergence,
            (Math.Abs(j.G.V) * f + Math.Abs(j.F.V) * g) / determinant,
            (Math.Abs(j.F.U) * g + Math.Abs(j.G.U) * f) / determinant
        );

        double Width(Expr e, double du, double dv)
        {
            var range = new Enclosing(e, rounded: true).On(s => s == neuron.U ? Around(u, du) : Around(v, dv));
            return 0.5 * (range.High - range.Low);
        }

        static Enclosure Around(double x, double near) => new(x - near - Ulp * Math.Abs(x), x + near + Ulp * Math.Abs(x));
    }

    private const double Ulp = 1.2e-16;
}
