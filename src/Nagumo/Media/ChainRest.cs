using System.Numerics;
using Nagumo.Compute;
using Nagumo.Relaxation;

namespace Nagumo.Media;

/// <summary>A chain's rest state by pseudo-transient continuation.</summary>
/// <remarks>
/// Steps (T/dt − J) δ = (F_u, F_v) that begin as an implicit Euler run and end as Newton's method: dt grows with accepted steps and
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
        int size = 2 * chain.Cells;
        double[] x = own.In(start),
            trial = new double[size],
            force = new double[size],
            triedForce = new double[size],
            step = new double[size];
        var system = new ChainLinearisation(chain);
        var control = new StepControl(LongestStep);
        double residual = Force(x, force);
        int solves = 0,
            idle = 0;
        for (; solves < mostSolves && residual > tolerance && idle < Patience && !cancel.IsCancellationRequested; solves++)
        {
            double dt = control.Step;
            bool solved = system.Factor(x, 1 / dt);
            force.CopyTo(step, 0);
            if (solved)
                system.Solve(step);
            for (int i = 0; i < size; i++)
                trial[i] = x[i] + step[i];
            double tried = Force(trial, triedForce);
            double moved = solved ? step.Max(x => Math.Abs(x)) : double.PositiveInfinity;
            if (!control.Accepts(moved, residual, tried))
            {
                if (residual < StepControl.Near)
                    idle++;
                continue;
            }
            idle = residual < StepControl.Near && tried > 0.5 * residual && dt > 1e6 ? idle + 1 : 0;
            (x, trial) = (trial, x);
            (force, triedForce) = (triedForce, force);
            residual = tried;
        }
        return new(own.Out(x), residual, solves, residual <= tolerance);

        // T x', the forces of both fields, and their largest size.
        double Force(double[] at, double[] into)
        {
            chain.Velocity(at, into);
            for (int i = 0; i < size; i++)
                into[i] *= i < chain.Cells ? chain.Neuron.TauU : chain.Neuron.TauV;
            double worst = 0;
            foreach (double f in into)
                worst = Math.Max(worst, Math.Abs(f));
            return worst;
        }
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
}
