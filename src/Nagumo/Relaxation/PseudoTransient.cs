using Nagumo.Compute;
using Nagumo.Networks;

namespace Nagumo.Relaxation;

/// <summary>Linearly implicit Euler steps that grow into Newton's: follows the flow to a rest state where plain Newton would leave its basin.</summary>
/// <remarks>
/// (M/h − J) Δx = F for the flow M x' = F, M = s τ. With the signature S = diag(+1, −1) it is (∂²H/∂x² + S M/h) Δx = −∇H, symmetric, solved by
/// MINRES, or along a chain by elimination. <see cref="StepControl"/> chooses h. [Kelley and Keyes 1998, doi:10.1137/S0036142996304796]
/// </remarks>
internal static class PseudoTransient
{
    private const double SmallestStep = 1e-9,
        LinearTolerance = 1e-8;

    /// <summary>Brings a state that stores all fields, inputs and constants loaded, to rest.</summary>
    /// <param name="machine">The machine; boxes are not supported.</param>
    /// <param name="s">The state, of one lane: start in, rest state out.</param>
    /// <param name="tolerance">Stop when the residual (max-norm of ∇H) is at most this.</param>
    /// <param name="maxSteps">Most steps, rejected ones included.</param>
    /// <param name="ws">The thread's workspace.</param>
    /// <param name="watch">Told the number of every step and the residual before it; null for nobody.</param>
    public static RelaxationReport Relax(
        Machine<double> machine,
        State<double> s,
        double tolerance,
        int maxSteps,
        Workspace<double> ws,
        Action<int, double>? watch = null
    )
    {
        var vector = new FieldVector<double>(machine, s);
        using var force = machine.CreateState(s.Lanes, allFields: true);
        using var hessian = new HessianOperator<double>(machine, s, ws);
        double[] masses = [.. vector.SkewTimes(machine).SelectMany(t => Enumerable.Repeat(-t, s.Lanes))];
        var shifted = new Shifted(hessian, masses);
        var chain = ChainSolve.Applies(machine.Network, s.Lanes) ? new ChainSolve(machine, hessian) : null;
        double[] x = new double[vector.Rows * s.Lanes],
            right = new double[x.Length],
            step = new double[x.Length],
            next = new double[x.Length],
            shift = new double[x.Length];
        var minres = new Minres<double>(hessian.Size, s.Lanes);
        var control = new StepControl(double.PositiveInfinity);
        double residual = Residual();
        for (int steps = 0; ; steps++)
        {
            double h = control.Step;
            if (residual <= tolerance || steps == maxSteps || h < SmallestStep || !double.IsFinite(residual))
                return new("pseudo-transient", steps, residual, residual <= tolerance ? 0 : s.Lanes);
            watch?.Invoke(steps, residual);
            vector.Gather(s, x);
            machine.Forces(s, force, ws);
            vector.Gather(force, right);
            for (int i = 0; i < right.Length; i++)
                right[i] = -right[i];
            if (chain is not null)
            {
                for (int i = 0; i < shift.Length; i++)
                    shift[i] = masses[i] / h;
                if (!chain.Solve(shift, right, step))
                    return new("pseudo-transient", steps, residual, s.Lanes);
            }
            else
            {
                Array.Clear(step);
                shifted.Inverse = 1 / h;
                minres.Solve(shifted, right, step, LinearTolerance, 4 * hessian.Size);
            }
            double moved = 0;
            for (int i = 0; i < x.Length; i++)
            {
                next[i] = x[i] + step[i];
                moved = Math.Max(moved, Math.Abs(step[i]));
            }
            vector.Scatter(next, s);
            double reached = Residual();
            if (control.Accepts(moved, residual, reached))
                residual = reached;
            else
                vector.Scatter(x, s);
        }

        double Residual()
        {
            machine.FullResidual(s, ws);
            return BlockSweeps.Judge(s, tolerance).Residual;
        }
    }

    /// <summary>∂²H/∂x² + S M/h.</summary>
    private sealed class Shifted(HessianOperator<double> hessian, double[] masses) : ILaneOperator<double>
    {
        public double Inverse { get; set; }

        public int Size => hessian.Size;
        public int Lanes => hessian.Lanes;

        public void Apply(ReadOnlySpan<double> x, Span<double> y)
        {
            hessian.Apply(x, y);
            for (int i = 0; i < masses.Length; i++)
                y[i] += Inverse * masses[i] * x[i];
        }
    }
}
