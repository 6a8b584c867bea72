using System.Numerics;
using Nagumo.Networks;

namespace Nagumo.Relaxation;

/// <summary>Methods one after the other until one ends at rest: the hand-over as a list.</summary>
/// <remarks>
/// Each goes on from the best so far; what is no better is forgotten. Where the first ends at rest nothing else is done, and the bits are its own. What is not
/// finite, and sweeps that were only too few (<see cref="RelaxationReport.IsUnderway"/>), are reported and not handed over. The report sums the work and names
/// the method that ended it.
/// </remarks>
/// <param name="methods">At least one.</param>
internal sealed class First(IReadOnlyList<IRelaxer> methods) : IRelaxer
{
    /// <inheritdoc/>
    public bool JoinsLanes { get; } = methods.Any(m => m.JoinsLanes);

    /// <inheritdoc/>
    public bool Applies<T>(Machine<T> machine)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => methods.Any(m => m.Applies(machine));

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">None of the methods applies to the machine.</exception>
    public RelaxationReport Relax<T>(Machine<T> machine, State<T> state, SweepOptions options)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int k = 0;
        while (!methods[k].Applies(machine))
            if (++k == methods.Count)
                throw new ArgumentException(
                    "None of these relaxers applies to this network: give one that does, Relaxers.Sweeps for example."
                );
        var report = methods[k].Relax(machine, state, options);
        return Ends(report) || k + 1 == methods.Count ? report : HandOver(machine, state, options, report, k + 1);
    }

    private RelaxationReport HandOver<T>(Machine<T> machine, State<T> state, SweepOptions options, RelaxationReport best, int next)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var vector = new FieldVector<T>(machine, state);
        var kept = new T[vector.Rows * state.Lanes];
        vector.Gather(state, kept);
        var (work, time) = (best.Sweeps, best.Time);
        for (; next < methods.Count && !Ends(best); next++)
        {
            if (!methods[next].Applies(machine))
                continue;
            var reached = methods[next].Relax(machine, state, options);
            (work, time) = (work + reached.Sweeps, time + reached.Time);
            if (double.IsFinite(reached.Residual) && (reached.NotConverged < best.NotConverged || reached.Residual < best.Residual))
            {
                best = reached;
                vector.Gather(state, kept);
            }
            else
                vector.Scatter(kept, state);
        }
        return best with { Sweeps = work, Time = time };
    }

    private static bool Ends(RelaxationReport report) => report.Converged || report.IsUnderway || !double.IsFinite(report.Residual);
}
