namespace Nagumo.Audits;

/// <summary>Equilibrium Propagation for any flow, whether it is its own adjoint or not.</summary>
/// <remarks>
/// Nudged flow: x' = f(x) − 2A(x − x*) − β ∂C/∂x with A = (J − Jᵀ)/2 frozen at the free rest state x*. Linearised there it is Jᵀ: the same
/// eigenvalues, so as stable as the free flow. dC/dθ = −dᵀ ∂f/∂θ(x*), d = (x₊ − x₋)/2β, error O(β²): the presynaptic factor ∂f/∂θ is taken at
/// the free state. [Scurria et al. 2026, arXiv:2602.03670]
/// </remarks>
/// <param name="Free">The free rest state x*.</param>
/// <param name="Plus">The rest state nudged by +β.</param>
/// <param name="Minus">The rest state nudged by −β.</param>
/// <param name="Beta">β.</param>
public sealed record CorrectedEqProp(IReadOnlyList<double> Free, IReadOnlyList<double> Plus, IReadOnlyList<double> Minus, double Beta)
{
    /// <summary>d = (x₊ − x₋)/2β.</summary>
    public double[] Contrast => [.. Plus.Zip(Minus, (p, m) => (p - m) / (2 * Beta))];

    /// <summary>Finds the three rest states.</summary>
    /// <param name="system">The flow; <see cref="FlowSystem.Start"/> is where the free search begins.</param>
    /// <param name="costGradient">∂C/∂x, zero where the cost does not look.</param>
    /// <param name="beta">β &gt; 0.</param>
    /// <param name="corrected">False leaves the correction out: naive EqProp, biased unless J is symmetric.</param>
    /// <exception cref="ArithmeticException">One of the searches found no rest state; the message has the residual.</exception>
    public static CorrectedEqProp Run(FlowSystem system, VectorField costGradient, double beta, bool corrected = true)
    {
        if (!(beta > 0) || !double.IsFinite(beta))
            throw new ArgumentOutOfRangeException(nameof(beta), $"beta = {beta:R}: give a finite number > 0; 1e-3 is usual.");
        int n = system.Dimension;
        double[] free = Rest(system, "free state"),
            j = system.Jacobian(free),
            // 2A, zero for naive EqProp.
            twist = new double[n * n];
        for (int i = 0; corrected && i < n; i++)
        for (int k = 0; k < n; k++)
            twist[i * n + k] = j[i * n + k] - j[k * n + i];
        return new(free, Nudged(beta), Nudged(-beta), beta);

        double[] Nudged(double b) =>
            Rest(
                new(
                    system.Name,
                    system.Variables,
                    (x, f) =>
                    {
                        var c = new double[n];
                        costGradient(x, c);
                        system.Flow(x, f);
                        for (int i = 0; i < n; i++)
                        {
                            f[i] -= b * c[i];
                            for (int k = 0; k < n; k++)
                                f[i] -= twist[i * n + k] * (x[k] - free[k]);
                        }
                    }
                )
                {
                    Start = free,
                },
                $"state nudged by β = {b:g3}"
            );
    }

    private static double[] Rest(FlowSystem system, string what)
    {
        var (state, residual, rests) = RestSearch.Find(system, near: true);
        return rests
            ? state
            : throw new ArithmeticException(
                $"'{system.Name}': no rest state found for the {what}, the largest |x'| is {residual:g3}. Lower beta, or start nearer."
            );
    }
}
