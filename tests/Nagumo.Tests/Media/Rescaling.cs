using CsCheck;
using Nagumo.Neurons;
using Nagumo.Symbolics;

namespace Nagumo.Tests.Media;

/// <summary>Other units and origins of u, v and t: u' = OriginU + U u, v' = OriginV + V v, t' = T t.</summary>
/// <remarks>The flow of (U²/T) h with τ U²/V² is the flow of h, seen in these units; diffusion is D_u/T and D_v U²/(V² T), a current I U/T.</remarks>
internal sealed record Rescaling(double U, double V, double T, double OriginU, double OriginV)
{
    /// <summary>Powers of ten from 1e-3 to 1e3, origins up to five units away: more than a range.</summary>
    public static Gen<Rescaling> Random { get; } =
        Gen.Select(Gen.Int[-3, 3], Gen.Int[-3, 3], Gen.Int[-3, 3], Gen.Double[-5, 5], Gen.Double[-5, 5])
            .Select(
                (u, v, t, x, y) =>
                    new Rescaling(Math.Pow(10, u), Math.Pow(10, v), Math.Pow(10, t), x * Math.Pow(10, u), y * Math.Pow(10, v))
            );

    public double DiffusionU(double d) => d / T;

    public double DiffusionV(double d) => d * U * U / (V * V * T);

    public double Current(double i) => i * U / T;

    public double InU(double u) => OriginU + U * u;

    public double InV(double v) => OriginV + V * v;

    /// <summary>FitzHugh–Nagumo in these units.</summary>
    public Neuron Of(double k, double gamma, double a, double tau) => new Rescaled(this, k, gamma, a, tau);

    private sealed class Rescaled(Rescaling to, double k, double gamma, double a, double tau) : Neuron
    {
        private readonly Inhibitor _v = new("v", new Parameter(tau * to.U * to.U / (to.V * to.V), min: 0, name: "tau"));

        public override string Name => "rescaled";

        public override string Summary => "FitzHugh-Nagumo in other units";

        public override Expr Potential(Expr u)
        {
            Expr x = (u - to.OriginU) / to.U,
                y = (_v - to.OriginV) / to.V;
            return to.U * to.U / to.T * (-k * (x * x / 2 - x * x * x * x / 12) + x * y - gamma * y * y / 2 + a * y);
        }
    }
}
