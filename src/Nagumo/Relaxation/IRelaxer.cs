using System.Numerics;
using Nagumo.Networks;

namespace Nagumo.Relaxation;

/// <summary>Brings a machine's state to rest, whatever the method: an iteration of a program's own, a simulator, the physical network itself.</summary>
/// <remarks>
/// One that <see cref="Relaxers"/> knows by name is used by training, evaluation and checks. It sees both phases alike: a nudge is a constant drive of the
/// state. <see cref="MachineRelaxation"/> has what it needs: <c>Sweep</c>, <c>Forces</c>, <c>Residual</c>; <c>state.Read</c> and <c>Write</c> the rest.
/// </remarks>
public interface IRelaxer
{
    /// <summary>Brings all lanes of a state to rest, from the fields that it holds, and says what was reached.</summary>
    /// <param name="machine">The machine; threads may call with different states at the same time.</param>
    /// <param name="state">Inputs and constant drives, a nudge included, are loaded; start in, rest state out.</param>
    /// <param name="options">When to stop.</param>
    RelaxationReport Relax<T>(Machine<T> machine, State<T> state, SweepOptions options)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>;

    /// <summary>Whether it can relax a machine; <see cref="Relaxers.First"/> passes over one that cannot.</summary>
    bool Applies<T>(Machine<T> machine)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => true;

    /// <summary>Whether the lanes of a call are brought to rest as one: then lanes are grouped alike whatever the threads, and the two phases of a
    /// contrast are relaxed one after the other, the second from the mirror image of the first, where it rests to first order.</summary>
    bool JoinsLanes => false;
}
