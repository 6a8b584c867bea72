using System.Numerics;
using Nagumo.Networks;

namespace Nagumo.Relaxation;

/// <summary>Damped Newton on ∇H = 0 over all fields, lane by lane: a lane that no step improves is left where it is.</summary>
/// <param name="mostFields">For networks of at most so many fields: its linear solves are dear.</param>
/// <param name="maxSteps">Most steps, ≥ 1.</param>
internal sealed class NewtonRelaxer(int mostFields = int.MaxValue, int maxSteps = 50) : IRelaxer
{
    /// <summary>Most iterations of a linear solve, in units of the fields.</summary>
    private const int Iterations = 20;

    /// <summary>Told the number of every step and the residual before it, and the last one; null for nobody.</summary>
    public Action<int, double>? Watch { get; init; }

    /// <inheritdoc/>
    public bool Applies<T>(Machine<T> machine)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => machine.IsReciprocal && machine.TotalFields <= mostFields;

    /// <inheritdoc/>
    public RelaxationReport Relax<T>(Machine<T> machine, State<T> state, SweepOptions options)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        MachineEquations<T>.Relax(
            machine,
            state,
            typeof(T) == typeof(float) ? 1e-5 : 1e-12,
            Iterations,
            (solver, x) => solver.Newton(x, new(maxSteps, options.Tolerance), Watch)
        );
}
