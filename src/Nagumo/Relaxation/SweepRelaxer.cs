using System.Numerics;
using Nagumo.Networks;

namespace Nagumo.Relaxation;

/// <summary>Block sweeps of whole states until rest, or until they have failed.</summary>
/// <param name="Failure">When they have; null for never.</param>
internal sealed record SweepRelaxer(SweepFailure? Failure = null) : IRelaxer
{
    /// <summary>Receives the residual of each sweep; null for none.</summary>
    public List<double>? Trace { get; init; }

    /// <inheritdoc/>
    public bool Applies<T>(Machine<T> machine)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => machine.Responds;

    /// <inheritdoc/>
    public RelaxationReport Relax<T>(Machine<T> machine, State<T> state, SweepOptions options)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        BlockSweeps.Relax(machine, state, options, first: -1, state.Workspace, Trace, options.Tolerance > 0 ? Failure : null);
}

/// <summary>When sweeps have failed, although more are allowed.</summary>
/// <param name="Growth">The residual is so many times its smallest.</param>
/// <param name="Patience">The smallest residual did not fall by a tenth in so many sweeps.</param>
/// <param name="Most">So many sweeps are done.</param>
/// <param name="Beyond">At the tolerance they go on to the floor of rounding: until the residual did not fall in so many; 0 to stop there.</param>
internal sealed record SweepFailure(double Growth = 10, int Patience = 15, int Most = int.MaxValue, int Beyond = 0)
{
    /// <summary>They never have.</summary>
    public static SweepFailure Never { get; } = new(double.PositiveInfinity, int.MaxValue);
}
