using Nagumo.Compute;

namespace Nagumo.Hamiltonian;

/// <summary>When the boundary-value solver stops.</summary>
/// <param name="Tolerance">Largest |∂S/∂q| of a rest state.</param>
/// <param name="MaxSteps">Most Newton steps, and most pseudo-transient steps.</param>
internal sealed record BoundaryOptions(double Tolerance = 1e-12, int MaxSteps = 60);

/// <summary>What the boundary-value solver reached.</summary>
/// <param name="Method">"newton", or "pseudo-transient" when Newton alone did not arrive.</param>
/// <param name="Steps">Linear solves.</param>
/// <param name="Residual">Largest |∂S/∂q|.</param>
/// <param name="Converged">Whether it is at most the tolerance.</param>
/// <param name="Pivoted">Whether a linear system needed pivoting across blocks.</param>
internal readonly record struct BoundaryReport(string Method, int Steps, double Residual, bool Converged, bool Pivoted);

/// <summary>Rest states of a layered action by Newton with block elimination: work linear in depth.</summary>
/// <remarks>
/// Each step solves the block-tridiagonal Hessian and is halved until |∂S| falls. Where elimination without pivoting across blocks leaves a
/// residual, banded LU with partial pivoting takes over. Where no step helps, pseudo-transient continuation follows the flow
/// Σ q' = −∂S, Σ the signature, with implicit steps that grow as the residual falls. [Kelley and Keyes 1998, doi:10.1137/S0036142996304796]
/// </remarks>
internal static class BoundarySolver
{
    /// <summary>A relative residual of a block solve beyond which pivoting is needed.</summary>
    private const double Trusted = 1e-14;

    private const int Halvings = 12;

    /// <summary>Brings q to rest, in place.</summary>
    public static BoundaryReport Solve(BoundaryProblem problem, double[][] q, BoundaryOptions? options = null)
    {
        options ??= new();
        using var blocks = problem.CreateHessian();
        double[][] start = Copy(q);
        var report = Newton(problem, q, blocks, options);
        if (report.Converged)
            return report;
        Restore(start, q);
        var transient = PseudoTransient(problem, q, blocks, options);
        return transient with { Steps = report.Steps + transient.Steps, Pivoted = report.Pivoted || transient.Pivoted };
    }

    /// <summary>x ← A⁻¹ x, once.</summary>
    /// <returns>Whether pivoting was needed.</returns>
    /// <exception cref="ArithmeticException">A is singular to working precision.</exception>
    public static bool SolveLinear(BlockTridiagonal a, Span<double> x) => new Factored(a).Solve(x);

    /// <summary>A factored once for many solves; banded with pivoting from where block elimination is not accurate.</summary>
    /// <param name="a">Must not change or be factored by others while this is in use.</param>
    internal sealed class Factored(BlockTridiagonal a)
    {
        private readonly bool _blocks = a.Factor();
        private BandedLu? _banded;

        /// <summary>x ← A⁻¹ x.</summary>
        /// <returns>Whether pivoting was needed.</returns>
        /// <exception cref="ArithmeticException">A is singular to working precision.</exception>
        public bool Solve(Span<double> x)
        {
            double[] right = x.ToArray();
            if (_banded is null && _blocks && a.Solve(x) <= Trusted)
                return false;
            right.CopyTo(x);
            _banded ??= Pivoted();
            _banded.Solve(x);
            return true;
        }

        private BandedLu Pivoted()
        {
            var banded = BandedLu.Of(a);
            int column = banded.Factor();
            return column < 0
                ? banded
                : throw new ArithmeticException(
                    $"The Hessian is singular (no pivot in column {column} of {a.Offsets[^1]}): the rest state is degenerate. Change the parameters, or look for the fold that it lies on."
                );
        }
    }

    private static BoundaryReport Newton(BoundaryProblem problem, double[][] q, BlockTridiagonal blocks, BoundaryOptions options)
    {
        var gradient = problem.Action.Zeros();
        var step = new double[blocks.Offsets[^1]];
        double residual = problem.Gradient(q, gradient);
        bool pivoted = false;
        for (int steps = 0; ; steps++)
        {
            if (steps == options.MaxSteps || residual <= options.Tolerance || !double.IsFinite(residual))
                return new("newton", steps, residual, residual <= options.Tolerance, pivoted);
            problem.Hessian(q, blocks);
            Flatten(problem, gradient, blocks, step);
            pivoted |= SolveLinear(blocks, step);
            var (before, merit) = (Copy(q), Norm(gradient));
            double length = 1;
            for (int halving = 0; ; halving++, length /= 2)
            {
                Move(problem, blocks, before, step, -length, q);
                residual = problem.Gradient(q, gradient);
                // At the floor of rounding nothing falls any more.
                if (Norm(gradient) < merit || residual <= options.Tolerance)
                    break;
                if (halving == Halvings)
                {
                    Restore(before, q);
                    residual = problem.Gradient(q, gradient);
                    return new("newton", steps + 1, residual, false, pivoted);
                }
            }
        }
    }

    private static BoundaryReport PseudoTransient(BoundaryProblem problem, double[][] q, BlockTridiagonal blocks, BoundaryOptions options)
    {
        const double first = 0.5,
            largest = 1e6;
        var gradient = problem.Action.Zeros();
        var step = new double[blocks.Offsets[^1]];
        double residual = problem.Gradient(q, gradient),
            dt = first;
        bool pivoted = false;
        for (int steps = 0; ; steps++)
        {
            if (steps == 10 * options.MaxSteps || residual <= options.Tolerance || !double.IsFinite(residual))
                return new("pseudo-transient", steps, residual, residual <= options.Tolerance, pivoted);
            problem.Hessian(q, blocks);
            for (int l = problem.First; l <= problem.Last; l++)
            for (int i = 0, n = q[l].Length; i < n; i++)
                blocks.Diagonal(l - problem.First)[i * n + i] += problem.Action.Signature(l, i) / dt;
            Flatten(problem, gradient, blocks, step);
            pivoted |= SolveLinear(blocks, step);
            Move(problem, blocks, Copy(q), step, -1, q);
            double before = residual;
            residual = problem.Gradient(q, gradient);
            // Switched evolution relaxation: the step grows as the residual falls, and shrinks by no more than half.
            dt = Math.Clamp(dt * Math.Max(0.5, before / residual), 0.1 * first, largest);
        }
    }

    private static void Flatten(BoundaryProblem problem, double[][] x, BlockTridiagonal blocks, double[] into)
    {
        for (int l = problem.First; l <= problem.Last; l++)
            x[l].CopyTo(into, blocks.Offsets[l - problem.First]);
    }

    private static void Move(BoundaryProblem problem, BlockTridiagonal blocks, double[][] from, double[] step, double length, double[][] q)
    {
        for (int l = problem.First; l <= problem.Last; l++)
        for (int i = 0; i < q[l].Length; i++)
            q[l][i] = from[l][i] + length * step[blocks.Offsets[l - problem.First] + i];
    }

    private static double Norm(double[][] x) => x.Sum(layer => layer.Sum(value => value * value));

    private static double[][] Copy(double[][] q) => [.. q.Select(layer => layer.ToArray())];

    private static void Restore(double[][] from, double[][] q)
    {
        for (int l = 0; l < q.Length; l++)
            from[l].CopyTo(q[l], 0);
    }
}
