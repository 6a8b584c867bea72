using System.Numerics;
using Nagumo.Networks;

namespace Nagumo.Relaxation;

/// <summary><see cref="PseudoTransient"/> as a relaxer, of one lane in double.</summary>
/// <param name="maxSteps">Most steps, rejected ones included.</param>
internal sealed class TransientRelaxer(int maxSteps) : IRelaxer
{
    /// <summary>Told the number of every step and the residual before it; null for nobody.</summary>
    public Action<int, double>? Watch { get; init; }

    /// <inheritdoc/>
    public bool Applies<T>(Machine<T> machine)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => machine is Machine<double> { IsReciprocal: true };

    /// <inheritdoc/>
    public RelaxationReport Relax<T>(Machine<T> machine, State<T> state, SweepOptions options)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        machine is Machine<double> m && state is State<double> s
            ? AllFields.Relax(m, s, full => PseudoTransient.Relax(m, full, options.Tolerance, maxSteps, s.Workspace, Watch))
            : throw new NotSupportedException("Pseudo-transient continuation relaxes machines of double only.");
}
