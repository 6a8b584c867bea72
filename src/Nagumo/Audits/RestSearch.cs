using Nagumo.Compute;

namespace Nagumo.Audits;

/// <summary>A rest state of any flow by pseudo-transient continuation: implicit Euler steps that grow into Newton's.</summary>
/// <remarks>(1/Δt − J) δ = f, Δt ← Δt |f_old|/|f_new|. [Kelley &amp; Keyes 1998, doi:10.1137/S0036142996304796]</remarks>
internal static class RestSearch
{
    private const int MaxSteps = 500;

    /// <summary>A residual, relative to max(1, |x|), that rounding explains.</summary>
    private const double Floor = 1e-12;

    /// <summary>The state reached and the largest |f| there.</summary>
    public static (double[] State, double Residual) Find(FlowSystem system)
    {
        int n = system.Dimension;
        double[] x = [.. system.Start],
            f = new double[n],
            tried = new double[n],
            step = new double[n];
        using var lu = new DenseLu(n);
        double dt = 0.1;
        system.Flow(x, f);
        double residual = Largest(f);
        for (int k = 0; k < MaxSteps && !(residual <= Floor * Math.Max(1, Largest(x))); k++)
        {
            if (!double.IsFinite(residual))
                break;
            var jacobian = system.Jacobian(x);
            for (int i = 0; i < n * n; i++)
                lu.Matrix[i] = -jacobian[i];
            for (int i = 0; i < n; i++)
                lu.Matrix[i * n + i] += 1 / dt;
            f.CopyTo(step, 0);
            if (lu.Factor() >= 0)
            {
                dt /= 4;
                continue;
            }
            lu.Solve(step);
            for (int i = 0; i < n; i++)
                tried[i] = x[i] + step[i];
            system.Flow(tried, f);
            double next = Largest(f);
            if (next <= 2 * residual)
            {
                tried.CopyTo(x, 0);
                dt = Math.Min(1e12, dt * Math.Clamp(residual / next, 0.2, 10) * 1.2);
                // Newton's last steps only shuffle the rounding.
                if (dt > 1e8 && next >= residual && next < 1e-9 * Math.Max(1, Largest(x)))
                    return (x, next);
                residual = next;
                continue;
            }
            dt /= 4;
            system.Flow(x, f);
        }
        return (x, residual);
    }

    /// <summary>Whether a residual is one of a rest state.</summary>
    public static bool AtRest(double residual, double[] x) => residual <= 1e-9 * Math.Max(1, Largest(x));

    private static double Largest(double[] x)
    {
        double worst = 0;
        foreach (double value in x)
            worst = double.IsNaN(value) ? double.PositiveInfinity : Math.Max(worst, Math.Abs(value));
        return worst;
    }
}
