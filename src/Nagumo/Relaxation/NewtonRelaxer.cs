using System.Numerics;
using Nagumo.Networks;

namespace Nagumo.Relaxation;

/// <summary><see cref="Newton"/> as a relaxer.</summary>
/// <param name="mostFields">For networks of at most so many fields: its linear solves are dear.</param>
internal sealed class NewtonRelaxer(int mostFields = int.MaxValue) : IRelaxer
{
    /// <inheritdoc/>
    public bool Applies<T>(Machine<T> machine)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => machine.IsReciprocal && machine.TotalFields <= mostFields;

    /// <inheritdoc/>
    public RelaxationReport Relax<T>(Machine<T> machine, State<T> state, SweepOptions options)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        AllFields.Relax(machine, state, full => Newton.Relax(machine, full, new(Tolerance: options.Tolerance), state.Workspace));
}
