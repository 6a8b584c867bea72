using System.Numerics;
using Nagumo.Networks;

namespace Nagumo.Relaxation;

/// <summary><see cref="Relaxer"/> as a relaxer of both phases: sweeps, and where they fail acceleration, then Newton's method or the flow.</summary>
internal sealed class HandOver : IRelaxer
{
    /// <inheritdoc/>
    public RelaxationReport Relax<T>(Machine<T> machine, State<T> state, SweepOptions options)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => Relaxer.Relax(machine, state, options, first: -1, state.Workspace);
}
