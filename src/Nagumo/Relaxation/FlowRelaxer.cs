using System.Numerics;
using Nagumo.Networks;

namespace Nagumo.Relaxation;

/// <summary>The physical <see cref="Flow{T}"/> as a relaxer.</summary>
/// <param name="of">How it is integrated, for a tolerance; one that stops at another tolerance is still judged by the one that is asked for.</param>
internal sealed class FlowRelaxer(Func<double, FlowOptions> of) : IRelaxer
{
    /// <summary>Told the time and the residual now and then; null for nobody.</summary>
    public Action<double, double>? Watch { get; init; }

    /// <inheritdoc/>
    public bool Applies<T>(Machine<T> machine)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => Flow<T>.Fault(machine) is null;

    /// <inheritdoc/>
    public RelaxationReport Relax<T>(Machine<T> machine, State<T> state, SweepOptions options)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        using var flow = new Flow<T>(machine, state.Lanes, of(options.Tolerance), state.Workspace);
        return AllFields.Relax(
            machine,
            state,
            full =>
            {
                var report = flow.Relax(full, Watch);
                return report with { NotConverged = BlockSweeps.Judge(full, options.Tolerance).Above };
            }
        );
    }
}
