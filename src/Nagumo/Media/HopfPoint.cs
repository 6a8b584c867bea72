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
/// <param name="Omega">Angular frequency ω = √determinant, at a corner with the mean of both sides' periods; the period at onset is 2π/ω.</param>
/// <param name="Lyapunov">a₁; NaN at a corner, where the trace changes its sign by a jump and the cycle grows in proportion to the current.</param>
/// <param name="GrowthPerCurrent">d Re λ / dI; NaN at a corner.</param>
public sealed record HopfPoint(double Current, double U, double V, double Omega, double Lyapunov, double GrowthPerCurrent)
{
    /// <summary>Whether the cycle is born stable and small.</summary>
    public bool IsSupercritical => Lyapunov < 0;

    /// <summary>Whether the trace jumps through 0, at a corner of max, min, abs or select.</summary>
    public bool IsCorner => double.IsNaN(Lyapunov);

    /// <summary>"supercritical", "subcritical", "at a corner".</summary>
    public string Kind =>
        IsCorner ? "at a corner"
        : IsSupercritical ? "supercritical"
        : "subcritical";

    /// <summary>The cycle's half peak-to-peak in u at a current near by, √(Re λ/|a₁|); NaN on the side without it.</summary>
    public double Amplitude(double current) => Math.Sqrt(-GrowthPerCurrent * (current - Current) / Lyapunov);

    /// <summary>A point at which the trace jumps through 0. Half of a small turn lies on each side: its period is the mean of theirs.</summary>
    internal static HopfPoint Corner(double u, double v, double current, double left, double right) =>
        new(current, u, v, 2 * left * right / (left + right), double.NaN, double.NaN);

    internal static HopfPoint At(PlanarNeuron neuron, double u, double v, double current, double growth)
    {
        var jet = neuron.Jet(u, v);
        double alpha = jet.F.U / neuron.TauU,
            beta = jet.F.V / neuron.TauU,
            omega = Math.Sqrt((jet.F.U * jet.G.V - jet.F.V * jet.G.U) / (neuron.TauU * neuron.TauV));
        // u = x, v = −(ωy + αx)/β: the directions of x and y in (u, v).
        (double, double) x = (1, -alpha / beta),
            y = (0, -omega / beta);
        // f and g from the derivatives N of (u', v'): f = N_u, g = −(α N_u + β N_v)/ω.
        (double F, double G) Turned((double U, double V) n) =>
            (n.U / neuron.TauU, -(alpha * n.U / neuron.TauU + beta * n.V / neuron.TauV) / omega);
        var (fxx, gxx) = Turned(jet.Second(x, x));
        var (fxy, gxy) = Turned(jet.Second(x, y));
        var (fyy, gyy) = Turned(jet.Second(y, y));
        var (fxxx, _) = Turned(jet.Third(x, x, x));
        var (fxyy, _) = Turned(jet.Third(x, y, y));
        var (_, gxxy) = Turned(jet.Third(x, x, y));
        var (_, gyyy) = Turned(jet.Third(y, y, y));
        ReadOnlySpan<double> terms =
        [
            fxxx,
            fxyy,
            gxxy,
            gyyy,
            fxy * fxx / omega,
            fxy * fyy / omega,
            -gxy * gxx / omega,
            -gxy * gyy / omega,
            -fxx * gxx / omega,
            fyy * gyy / omega,
        ];
        double a = 0,
            size = 0;
        foreach (double term in terms)
            (a, size) = (a + term / 16, size + Math.Abs(term) / 16);
        // Terms that cancel leave rounding: a centre, as far as cubic terms can tell.
        return new(current, u, v, omega, Math.Abs(a) <= 1e-11 * size ? 0 : a, growth);
    }
}
