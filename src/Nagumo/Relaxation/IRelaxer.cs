using System.Numerics;
using Nagumo.Networks;

namespace Nagumo.Relaxation;

/// <summary>Something else than block sweeps that brings a machine's state to rest: a simulator, or the physical network itself.</summary>
internal interface IRelaxer<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Brings all lanes of a state to rest, from the fields that it holds, and says what was reached.</summary>
    /// <param name="machine">The machine; threads may call with different states at the same time.</param>
    /// <param name="s">Inputs and constant drives, a nudge included, are loaded; start in, rest state out.</param>
    /// <param name="ws">The thread's workspace.</param>
    RelaxationReport Relax(Machine<T> machine, State<T> s, Workspace<T> ws);
}
