using Nagumo.Compute;
using Nagumo.Relaxation;

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

    /// <summary>Of pseudo-transient continuation.</summary>
    private const double FirstStep = 0.5,
        LongestStep = 1e6;

    /// <summary>Brings q to rest, in place.</summary>
    public static BoundaryReport Solve(BoundaryProblem problem, double[][] q, BoundaryOptions? options = null)
    {
        options ??= new();
        using var blocks = problem.CreateHessian();
        var equations = new Equations(problem, q, blocks);
        double[] start = equations.Read(),
            x = [.. start];
        var solver = new RestSolver<double>(equations);
        var report = solver.Newton(x, new(options.MaxSteps, options.Tolerance));
        if (!report.Converged)
        {
            start.CopyTo(x, 0);
            var transient = solver.Transient(x, new SwitchedSteps(FirstStep, LongestStep), options.Tolerance, 10 * options.MaxSteps);
            report = transient with { Sweeps = report.Sweeps + transient.Sweeps };
        }
        equations.Write(x);
        return new(report.Method, report.Sweeps, report.Residual, report.Converged, equations.Pivoted);
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

    /// <summary>∂S/∂q = 0 of the free layers, one after the other, and their block-tridiagonal systems.</summary>
    private sealed class Equations(BoundaryProblem problem, double[][] q, BlockTridiagonal blocks) : IRestEquations<double>
    {
        private readonly double[][] _gradient = problem.Action.Zeros();
        private Factored? _factored;

        public int Size => blocks.Offsets[^1];

        /// <summary>Whether a linear system needed pivoting across blocks.</summary>
        public bool Pivoted { get; private set; }

        public double[] Read()
        {
            var x = new double[Size];
            Flatten(q, x);
            return x;
        }

        public void Write(ReadOnlySpan<double> x)
        {
            for (int l = problem.First; l <= problem.Last; l++)
                x.Slice(blocks.Offsets[l - problem.First], q[l].Length).CopyTo(q[l]);
        }

        public void Residual(Span<double> x, Span<double> f, Span<double> residual)
        {
            Write(x);
            residual[0] = problem.Gradient(q, _gradient);
            Flatten(_gradient, f);
            for (int i = 0; i < f.Length; i++)
                f[i] = -f[i];
        }

        /// <summary>∂²S/∂q² + Σ/h, Σ the signature.</summary>
        public bool Linearise(ReadOnlySpan<double> x, double shift)
        {
            Write(x);
            problem.Hessian(q, blocks);
            for (int l = problem.First; shift > 0 && l <= problem.Last; l++)
            for (int i = 0, n = q[l].Length; i < n; i++)
                blocks.Diagonal(l - problem.First)[i * n + i] += problem.Action.Signature(l, i) * shift;
            _factored = new(blocks);
            return true;
        }

        public void Solve(Span<double> step) => Pivoted |= _factored!.Solve(step);

        private void Flatten(double[][] layers, Span<double> into)
        {
            for (int l = problem.First; l <= problem.Last; l++)
                layers[l].CopyTo(into[blocks.Offsets[l - problem.First]..]);
        }
    }
}
