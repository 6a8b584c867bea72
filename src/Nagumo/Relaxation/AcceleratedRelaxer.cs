using System.Numerics;
using Nagumo.Networks;

namespace Nagumo.Relaxation;

/// <summary><see cref="Acceleration{T}"/> as a relaxer.</summary>
/// <param name="most">Most sweeps, if fewer than are allowed.</param>
internal sealed class AcceleratedRelaxer(int most = int.MaxValue) : IRelaxer
{
    /// <inheritdoc/>
    public bool Applies<T>(Machine<T> machine)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => machine.Responds;

    /// <inheritdoc/>
    public RelaxationReport Relax<T>(Machine<T> machine, State<T> state, SweepOptions options)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        new Acceleration<T>(machine, state).Relax(
            options with
            {
                MaxSweeps = Math.Min(options.MaxSweeps, most),
            },
            start: 0,
            state.Workspace
        );
}
