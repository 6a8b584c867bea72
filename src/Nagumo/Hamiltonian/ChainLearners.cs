using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using Nagumo.Learning;

namespace Nagumo.Hamiltonian;

/// <summary>The learner of a chain read as a pass.</summary>
internal static class ChainLearners
{
    /// <summary>Tells Learning, which does not name this room, how chains learn.</summary>
    [ModuleInitializer]
    [SuppressMessage("Usage", "CA2255", Justification = "The arrow between the rooms points the other way.")]
    internal static void Register() => Learners.RegisterPass(setup => new EchoLearner<float>(setup));
}
