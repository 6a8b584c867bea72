using System.Diagnostics.CodeAnalysis;
using System.Numerics;
using System.Runtime.CompilerServices;
using Nagumo.Learning;

namespace Nagumo.Hamiltonian;

/// <summary>The learner of a chain, by its reading.</summary>
internal static class ChainLearners
{
    /// <summary>Tells Learning, which does not name this room, how chains learn.</summary>
    [ModuleInitializer]
    [SuppressMessage("Usage", "CA2255", Justification = "The arrow between the rooms points the other way.")]
    internal static void Register() => Learners.RegisterChain(Of<float>);

    /// <summary>The learner of an experiment that states a chain.</summary>
    public static ChainLearner<T> Of<T>(LearnerSetup setup)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        setup.Experiment.Chain!.Reading == "pass" ? new EchoLearner<T>(setup) : new ChainEqProp<T>(setup);
}
