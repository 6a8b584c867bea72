using System.Numerics;
using Nagumo.Networks;

namespace Nagumo.Relaxation;

/// <summary>For methods that move activators and inhibitors alike.</summary>
internal static class AllFields
{
    /// <summary>Runs a method on a state that stores all fields: on the state itself, or on a copy whose inhibitors are at rest.</summary>
    public static RelaxationReport Relax<T>(Machine<T> machine, State<T> state, Func<State<T>, RelaxationReport> method)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (state.AllFields)
            return method(state);
        using var full = machine.CreateState(state.Lanes, allFields: true);
        full.CopyFrom(state, 0);
        machine.FillInhibitors(full, state.Workspace);
        var report = method(full);
        new FieldVector<T>(machine, state).Copy(full, state);
        return report;
    }
}
