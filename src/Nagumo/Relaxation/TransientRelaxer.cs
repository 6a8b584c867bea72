using System.Numerics;
using Nagumo.Networks;

namespace Nagumo.Relaxation;

/// <summary>Linearly implicit Euler steps over all fields that grow into Newton's: follows the flow to a rest state where plain Newton would leave its basin.</summary>
/// <param name="maxSteps">Most steps, rejected ones included.</param>
internal sealed class TransientRelaxer(int maxSteps) : IRelaxer
{
    /// <summary>Most iterations of a linear solve, in units of the fields.</summary>
    private const int Iterations = 4;

    /// <summary>Told the number of every step and the residual before it; null for nobody.</summary>
    public Action<int, double>? Watch { get; init; }

    /// <inheritdoc/>
    public bool Applies<T>(Machine<T> machine)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => machine.IsReciprocal;

    /// <inheritdoc/>
    public RelaxationReport Relax<T>(Machine<T> machine, State<T> state, SweepOptions options)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        MachineEquations<T>.Relax(
            machine,
            state,
            typeof(T) == typeof(float) ? 1e-5 : 1e-8,
            Iterations,
            (solver, x) => solver.Transient(x, new SmallMoves(), options.Tolerance, maxSteps, Watch)
        );
}
