using System.Numerics;
using Nagumo.Compute;
using Nagumo.Networks;

namespace Nagumo.Relaxation;

/// <summary>What a program asks of a machine and a state of its own: to relax it, and how far it is from rest.</summary>
/// <remarks>The constant drives, of biases, clamped inputs and nudges, are renewed where any of these changed.</remarks>
public static class MachineRelaxation
{
    /// <summary>Brings a state to rest from the fields that it holds; a new state's are zero.</summary>
    /// <param name="machine">The machine.</param>
    /// <param name="state">Start in, rest state out, inhibitors included where it stores them.</param>
    /// <param name="options">When to stop; null for a residual of rounding, or 1000 sweeps.</param>
    /// <param name="by">The method; null for <see cref="Relaxers.HandOver"/>.</param>
    /// <returns>What was reached: look at <see cref="RelaxationReport.Converged"/>.</returns>
    /// <exception cref="InvalidOperationException">A clamped population holds no values yet, or the machine's neurons do not answer with one rest state.</exception>
    public static RelaxationReport Relax<T>(this Machine<T> machine, State<T> state, SweepOptions? options = null, IRelaxer? by = null)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        RequireResponse(machine);
        state.Prepare();
        options ??= new(MostSweeps, typeof(T) == typeof(float) ? 1e-5 : 1e-12);
        var report = (by ?? Relaxers.HandOver).Relax(machine, state, options);
        if (state.AllFields)
            machine.FillInhibitors(state, state.Workspace);
        return report;
    }

    /// <summary>The usual start: populations in feed-forward order, each at rest with those before it.</summary>
    public static void FeedForward<T>(this Machine<T> machine, State<T> state)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        RequireResponse(machine);
        state.Prepare();
        BlockSweeps.FeedForward(machine, state, state.Workspace);
    }

    /// <summary>One sweep: every population in turn at rest with all others as they are.</summary>
    /// <returns>Largest |∂H/∂x| that it met, before each population moved.</returns>
    public static double Sweep<T>(this Machine<T> machine, State<T> state)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        RequireResponse(machine);
        state.Prepare();
        BlockSweeps.Sweep(machine, state, 0, measure: true, T.One, state.Workspace);
        return BlockSweeps.Judge(state, 0).Residual;
    }

    /// <summary>∂H/∂x of every field, into the fields of another state. The flow is τ_u u' = −∂H/∂u, τ_v v' = +∂H/∂v.</summary>
    /// <exception cref="ArgumentException">One of the states does not store all fields.</exception>
    public static void Forces<T>(this Machine<T> machine, State<T> state, State<T> into)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (!state.AllFields || !into.AllFields || state.Lanes != into.Lanes)
            throw new ArgumentException("Forces need two states of as many lanes that store all fields: create both with allFields: true.");
        state.Prepare();
        machine.Forces(state, into, state.Workspace);
    }

    /// <summary>Largest |∂H/∂x| of each lane, boxes respected, [lanes]. Inhibitors that are not stored are at rest.</summary>
    public static double[] Residual<T>(this Machine<T> machine, State<T> state)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        state.Prepare();
        if (state.AllFields)
            machine.FullResidual(state, state.Workspace);
        else
            BlockSweeps.Measure(machine, state, state.Workspace);
        return Array.ConvertAll(state.LaneResidual.Host().ToArray(), double.CreateChecked);
    }

    private const int MostSweeps = 1000;

    private static void RequireResponse<T>(Machine<T> machine)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (!machine.Responds)
            throw new InvalidOperationException("This machine was made with responds: false, so it has no sweeps: make one that responds.");
    }
}
