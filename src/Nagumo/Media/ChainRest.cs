using System.Numerics;
using Nagumo.Compute;
using Nagumo.Relaxation;

namespace Nagumo.Media;

/// <summary>A chain's rest state by pseudo-transient continuation.</summary>
/// <remarks>
/// Steps (T/h − J) δ = (F_u, F_v) that begin as an implicit Euler run and end as Newton's method: h grows with accepted steps and
/// falls to a third after a step that goes too far. Newton's method alone loses its way along a pattern's slow phase mode.
/// [Kelley and Keyes 1998, doi:10.1137/S0036142996304796]
/// </remarks>
/// <param name="State">[2 × cells].</param>
/// <param name="Residual">Largest |F_x|, which of a potential is |∂H/∂x|, in the neuron's own units (<see cref="CellUnits"/>).</param>
/// <param name="Solves">Band systems solved.</param>
/// <param name="Converged">Whether the residual is at most the tolerance.</param>
public sealed record ChainRest(double[] State, double Residual, int Solves, bool Converged)
{
    private const double LongestStep = 1e12;

    /// <summary>Steps without gain after which rounding is reached.</summary>
    private const int Patience = 8;

    /// <summary>Finds the rest state that a start leads to.</summary>
    /// <param name="chain">The chain.</param>
    /// <param name="start">[2 × cells].</param>
    /// <param name="tolerance">Largest residual, ≥ 1e-14.</param>
    /// <param name="mostSolves">Most band systems to solve.</param>
    /// <param name="cancel">Ends the search early; what is there is returned.</param>
    public static ChainRest Find(
        Chain chain,
        ReadOnlySpan<double> start,
        double tolerance = 1e-11,
        int mostSolves = 5000,
        CancellationToken cancel = default
    )
    {
        var own = new OwnChain(chain);
        chain = own.Chain;
        double[] x = own.In(start);
        var report = new RestSolver<double>(new Equations(chain)).Transient(
            x,
            new SmallMoves(LongestStep, Patience),
            tolerance,
            mostSolves,
            cancel: cancel
        );
        return new(own.Out(x), report.Residual, report.Sweeps, report.Converged);
    }

    /// <summary>The rightmost eigenvalue of the flow's Jacobian at a rest state: negative real part means stable.</summary>
    /// <remarks>Of (σT − J)⁻¹T, whose largest eigenvalue 1/(σ − λ) belongs to the λ next to σ, just right of the spectrum.</remarks>
    /// <param name="chain">The chain.</param>
    /// <param name="state">Its rest state.</param>
    public static Complex Rightmost(Chain chain, ReadOnlySpan<double> state)
    {
        var own = new OwnChain(chain);
        chain = own.Chain;
        state = own.In(state);
        int n = chain.Cells;
        var (tauU, tauV) = (chain.Neuron.TauU, chain.Neuron.TauV);
        double bound = 0;
        // Diffusion only shrinks: no Re λ exceeds the numerical range of a cell's own J in variables scaled by √T, its largest diagonal element and
        // half the sum of its others, which is 0 where a potential makes them opposite.
        for (int i = 0; i < n; i++)
        {
            var jet = chain.Neuron.Jet(state[i], state[n + i]);
            double mutual = Math.Abs(jet.F.V + jet.G.U) / (2 * Math.Sqrt(tauU * tauV));
            bound = Math.Max(bound, Math.Max(jet.F.U / tauU, jet.G.V / tauV) + mutual);
        }
        double sigma = bound + 0.02;
        var system = new ChainLinearisation(chain);
        if (!system.Factor(state, sigma))
            throw new NotFiniteNumberException("the chain's state is not finite");
        var report = Arnoldi.Rightmost(
            (x, y) =>
            {
                x.CopyTo(y);
                for (int i = 0; i < 2 * n; i++)
                    y[i] *= i < n ? tauU : tauV;
                system.Solve(y);
            },
            2 * n,
            new Rng(1).Split("rightmost"),
            basis: Math.Min(2 * n, 60)
        );
        return (sigma - 1 / report.Value) / own.T;
    }

    /// <summary>The forces T x' of both fields, and band systems.</summary>
    private sealed class Equations(Chain chain) : IRestEquations<double>
    {
        private readonly ChainLinearisation _system = new(chain);

        public int Size => 2 * chain.Cells;

        public void Residual(Span<double> x, Span<double> f, Span<double> residual)
        {
            chain.Velocity(x, f);
            for (int i = 0; i < f.Length; i++)
                f[i] *= i < chain.Cells ? chain.Neuron.TauU : chain.Neuron.TauV;
            residual[0] = RestSolver<double>.Largest(f);
        }

        public bool Linearise(ReadOnlySpan<double> x, double shift) => _system.Factor(x, shift);

        public void Solve(Span<double> step) => _system.Solve(step);
    }
}
