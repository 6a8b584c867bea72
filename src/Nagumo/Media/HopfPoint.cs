namespace Nagumo.Media;

/// <summary>A rest state whose eigenvalues cross the imaginary axis as a pair: there a limit cycle is born.</summary>
/// <remarks>
/// Near it the cycle's half peak-to-peak r in u obeys r' = Re λ · r + a₁ r³ with the first Lyapunov coefficient a₁ of the general planar
/// formula: supercritical (a stable cycle that grows like a square root) where a₁ &lt; 0. In coordinates x = u, y with x' = −ωy + f, y' = ωx + g:
/// 16 a₁ = f_xxx + f_xyy + g_xxy + g_yyy + [f_xy(f_xx + f_yy) − g_xy(g_xx + g_yy) − f_xx g_xx + f_yy g_yy]/ω.
/// [Guckenheimer and Holmes 1983, eq. 3.4.11, doi:10.1007/978-1-4612-1140-2]
/// </remarks>
/// <param name="Current">The current I_H.</param>
/// <param name="U">Activator.</param>
/// <param name="V">Inhibitor.</param>
/// <param name="Omega">Angular frequency ω = √determinant; the period at onset is 2π/ω.</param>
/// <param name="Lyapunov">a₁.</param>
/// <param name="GrowthPerCurrent">d Re λ / dI.</param>
public sealed record HopfPoint(double Current, double U, double V, double Omega, double Lyapunov, double GrowthPerCurrent)
{
    /// <summary>Whether the cycle is born stable and small.</summary>
    public bool IsSupercritical => Lyapunov < 0;

    /// <summary>The cycle's half peak-to-peak in u at a current near by, √(Re λ/|a₁|); NaN on the side without it.</summary>
    public double Amplitude(double current) => Math.Sqrt(-GrowthPerCurrent * (current - Current) / Lyapunov);

    internal static HopfPoint At(PlanarNeuron neuron, double u, double v, double current, double growth)
    {
        var h = neuron.Jet(u, v);
        double tau = neuron.Tau,
            alpha = -h.UU,
            beta = -h.UV,
            omega = Math.Sqrt((h.UV * h.UV - h.UU * h.VV) / tau);
        // u = x, v = −(ωy + αx)/β: the directions of x and y in (u, v).
        (double, double) x = (1, -alpha / beta),
            y = (0, -omega / beta);
        // f and g from the derivatives N of (u', v'): f = N_u, g = −(α N_u + β N_v)/ω with N_u = −h_u…, N_v = h_v…/τ.
        (double F, double G) Turned((double U, double V) n) => (-n.U, (alpha * n.U - beta * n.V / tau) / omega);
        var (fxx, gxx) = Turned(h.Third(x, x));
        var (fxy, gxy) = Turned(h.Third(x, y));
        var (fyy, gyy) = Turned(h.Third(y, y));
        var (fxxx, _) = Turned(h.Fourth(x, x, x));
        var (fxyy, _) = Turned(h.Fourth(x, y, y));
        var (_, gxxy) = Turned(h.Fourth(x, x, y));
        var (_, gyyy) = Turned(h.Fourth(y, y, y));
        double a = (fxxx + fxyy + gxxy + gyyy + (fxy * (fxx + fyy) - gxy * (gxx + gyy) - fxx * gxx + fyy * gyy) / omega) / 16;
        return new(current, u, v, omega, a, growth);
    }
}
