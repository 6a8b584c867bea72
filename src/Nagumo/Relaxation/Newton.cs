using System.Numerics;
using Nagumo.Compute;
using Nagumo.Networks;

namespace Nagumo.Relaxation;

/// <summary>Damped Newton on ∇H = 0 over all fields: x ← x − t (∂²H/∂x²)⁻¹ ∇H, lane by lane.</summary>
/// <remarks>
/// The step is solved by MINRES (the Hessian of a skew-gradient system is symmetric and indefinite) and halved until the lane's |∇H|₂,
/// for which it is a direction of descent, falls. A field that rests against its box stays there while its force pushes outwards. It finds critical points of H, also
/// such as the flow would leave. [Nocedal &amp; Wright 2006, ch. 11; Paige &amp; Saunders 1975, doi:10.1137/0712047]
/// </remarks>
internal static class Newton
{
    /// <summary>Brings a state that stores all fields, inputs and constants loaded, to rest.</summary>
    /// <param name="machine">The machine.</param>
    /// <param name="s">The state: start in, rest state out; a lane that no step improves is left where it is, and reported.</param>
    /// <param name="options">When to stop.</param>
    /// <param name="ws">The thread's workspace.</param>
    /// <param name="trace">Receives the residual before each step and at the end; null for none.</param>
    public static RelaxationReport Relax<T>(
        Machine<T> machine,
        State<T> s,
        NewtonOptions options,
        Workspace<T> ws,
        List<double>? trace = null
    )
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (!s.AllFields)
            throw new ArgumentException("Newton needs a state that stores all fields: create it with allFields: true.");
        var vector = new FieldVector<T>(machine, s);
        using var force = machine.CreateState(s.Lanes, allFields: true);
        using var hessian = new HessianOperator<T>(machine, s, ws);
        int n = vector.Rows * s.Lanes;
        T[] x = new T[n],
            right = new T[n],
            step = new T[n],
            tried = new T[n];
        T[] merit = new T[s.Lanes],
            triedMerit = new T[s.Lanes];
        var length = new T[s.Lanes];
        var minres = new Minres<T>(hessian.Size, s.Lanes);
        for (int steps = 0; ; steps++)
        {
            machine.FullResidual(s, ws);
            var (worst, above) = BlockSweeps.Judge(s, options.Tolerance);
            trace?.Add(worst);
            if (steps == options.MaxSteps || above == 0 || !double.IsFinite(worst))
                return new("newton", steps, worst, above);

            Downhill(merit);
            Array.Clear(step);
            minres.Solve(hessian, right, step, SolveTolerance<T>(), 20 * hessian.Size);
            vector.Gather(s, x);
            if (!Backtrack())
                return new("newton", steps, worst, above);
        }

        // right = −∇H, zero for fields held by their box, and each lane's sum of squares.
        void Downhill(T[] squares)
        {
            hessian.FindFixed();
            machine.Forces(s, force, ws);
            hessian.Gather(force, right);
            Array.Clear(squares);
            for (int i = 0; i < n; i++)
            {
                right[i] = hessian.Fixed[i] ? T.Zero : -right[i];
                squares[i % s.Lanes] += right[i] * right[i];
            }
        }

        // Halves each lane's step until its merit falls; false when no lane moved.
        bool Backtrack()
        {
            var residual = s.LaneResidual.Host();
            for (int l = 0; l < length.Length; l++)
                length[l] = double.CreateChecked(residual[l]) <= options.Tolerance ? T.Zero : T.One;
            for (int halving = 0; ; halving++)
            {
                for (int i = 0; i < n; i++)
                    tried[i] = x[i] + length[i % s.Lanes] * step[i];
                vector.Scatter(tried, s);
                Downhill(triedMerit);
                bool open = false,
                    moved = false;
                for (int l = 0; l < length.Length; l++)
                {
                    if (length[l] == T.Zero)
                        continue;
                    if (triedMerit[l] < merit[l])
                    {
                        moved = true;
                        continue;
                    }
                    length[l] = halving < options.Halvings ? length[l] / T.CreateChecked(2) : T.Zero;
                    open = true;
                }
                if (!open)
                    return moved;
            }
        }
    }

    private static double SolveTolerance<T>() => typeof(T) == typeof(float) ? 1e-5 : 1e-12;
}
