using Nagumo.Kernels;
using Nagumo.Symbolics;

namespace Nagumo.Media;

/// <summary>How far a chain's rest state moves when currents change: the nonlinear equations of rest, solved for the change itself.</summary>
/// <remarks>
/// F(x + Δ) − F(x) = −δI is written so that nothing cancels (<see cref="FiniteDifference"/>), so Δ is known to rounding relative to Δ, however
/// small, times the condition of the Jacobian. The difference of two rest states is known to rounding of the states: a pattern's slow phase
/// mode, a rate of 1e-3 or less, leaves six digits of it. The rest state x counts as exact: its residual is a current of that size.
/// </remarks>
internal sealed class ChainShift
{
    private const int MostSolves = 30;

    private readonly Chain _chain;
    private readonly double[] _rest;
    private readonly Kernel<double> _kernel;
    private readonly ChainLinearisation _system;

    /// <param name="chain">The chain.</param>
    /// <param name="rest">Its rest state, [2 × cells].</param>
    public ChainShift(Chain chain, ReadOnlySpan<double> rest)
    {
        (_chain, _rest, _system) = (chain, rest.ToArray(), new(chain));
        var neuron = chain.Neuron;
        Symbol du = new("_d.u"),
            dv = new("_d.v"),
            drive = new("_I.u"),
            flux = new("_I.v");
        Expr Change(Expr force) =>
            FiniteDifference.Of(
                force,
                s =>
                    s == neuron.U ? du
                    : s == neuron.V ? dv
                    : null
            );
        _kernel = KernelCompiler.Compile<double>(
            new(
                "shift",
                [neuron.U, neuron.V, du, dv, drive, flux],
                [],
                [new(drive + Change(neuron.ForceU)), new(flux + Change(neuron.ForceV))]
            )
        );
    }

    /// <summary>Δ for a change of one cell's current, [2 × cells]; NaN where Newton's method finds none.</summary>
    public double[] Of(int cell, double current)
    {
        int n = _chain.Cells;
        double[] shift = new double[2 * n],
            moved = new double[2 * n],
            force = new double[2 * n];
        double before = double.PositiveInfinity;
        for (int solves = 0; solves < MostSolves; solves++)
        {
            Force(shift, cell, current, force);
            for (int i = 0; i < 2 * n; i++)
                moved[i] = _rest[i] + shift[i];
            if (!_system.Factor(moved, 0))
                break;
            _system.Solve(force);
            double step = 0,
                size = 0;
            for (int i = 0; i < 2 * n; i++)
            {
                shift[i] += force[i];
                (step, size) = (Math.Max(step, Math.Abs(force[i])), Math.Max(size, Math.Abs(shift[i])));
            }
            // At rounding the steps no longer become smaller.
            if (step <= 1e-6 * size && !(step < 0.5 * before))
                return shift;
            before = step;
        }
        Array.Fill(shift, double.NaN);
        return shift;
    }

    /// <summary>What the forces become: δI + F_u(x + Δ) − F_u(x), and the same of v.</summary>
    private void Force(double[] shift, int cell, double current, double[] force)
    {
        int n = _chain.Cells;
        Array.Clear(force);
        force[cell] = current;
        _chain.DiffusionU.AddTo(shift.AsSpan(0, n), force.AsSpan(0, n));
        _chain.DiffusionV.AddTo(shift.AsSpan(n), force.AsSpan(n));
        _kernel.Run(n, _rest, shift, force, []);
    }
}
