using System.Numerics;
using Nagumo.Hamiltonian;

namespace Nagumo.Tests.Hamiltonian;

/// <summary>Multipliers λ of the recurrence linearised about a uniform layer, one channel: λ + 1/λ = 2 + μ, μ an eigenvalue of D⁻¹ U''.</summary>
/// <remarks>
/// With U'' = [[A, B], [B, C]] and D = diag(g, −d):  μ² − (A/g − C/d) μ + (B² − A C)/(g d) = 0. Elliptic, all |λ| = 1, exactly when both μ
/// are real in (−4, 0): perfectly conditioned as a pass, resonant as a boundary problem. Otherwise a two-point problem has a dichotomy
/// and a pass loses digits at the rate κ = ln max |λ| per layer.
/// </remarks>
/// <param name="MuTrace">μ₁ + μ₂.</param>
/// <param name="MuDeterminant">μ₁ μ₂.</param>
internal readonly record struct SpatialSpectrum(double MuTrace, double MuDeterminant)
{
    /// <summary>From the second derivatives of the on-site potential and the diffusions.</summary>
    /// <param name="uu">∂²U/∂u², the block's −s F'' σ² included.</param>
    /// <param name="uv">∂²U/∂u∂v.</param>
    /// <param name="vv">∂²U/∂v².</param>
    /// <param name="g">Activator diffusion.</param>
    /// <param name="d">Inhibitor diffusion.</param>
    public static SpatialSpectrum Of(double uu, double uv, double vv, double g, double d) =>
        new(uu / g - vv / d, (uv * uv - uu * vv) / (g * d));

    /// <summary>Discriminant of the equation of μ: negative for a complex quadruplet of multipliers.</summary>
    public double Discriminant => MuTrace * MuTrace - 4 * MuDeterminant;

    /// <summary>Moduli of the four multipliers, ascending.</summary>
    public double[] Moduli
    {
        get
        {
            var root = Complex.Sqrt(Discriminant);
            return [.. new[] { (MuTrace + root) / 2, (MuTrace - root) / 2 }.SelectMany(mu => Multipliers(mu)).Select(Complex.Abs).Order()];
        }
    }

    /// <summary>κ = ln max |λ|.</summary>
    public double Kappa => Math.Log(Moduli[^1]);

    /// <summary>Whether all multipliers lie on the unit circle, to rounding.</summary>
    public bool IsElliptic
    {
        get
        {
            double root = Math.Sqrt(Discriminant),
                most = (MuTrace + root) / 2,
                least = (MuTrace - root) / 2;
            return Discriminant >= 0 && most <= 0 && least >= -4;
        }
    }

    /// <summary>Roots of λ² − (2 + μ) λ + 1: the larger one without cancellation, the other its inverse.</summary>
    private static Complex[] Multipliers(Complex mu)
    {
        var half = 1 + mu / 2;
        var root = Complex.Sqrt(half * half - 1);
        var large = Complex.Abs(half + root) >= Complex.Abs(half - root) ? half + root : half - root;
        return [large, 1 / large];
    }
}
