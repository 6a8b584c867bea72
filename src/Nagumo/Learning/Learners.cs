using Nagumo.Compute;
using Nagumo.Networks;

namespace Nagumo.Learning;

/// <summary>What a learner is made of, beside the experiment's own values.</summary>
/// <param name="Experiment">The configuration.</param>
/// <param name="Network">Its network.</param>
/// <param name="Readout">Where it is read.</param>
/// <param name="Team">Threads.</param>
/// <param name="Rng">Seeds parameters ("parameters") and augmentation.</param>
/// <param name="Batch">Most samples of a batch.</param>
internal sealed record LearnerSetup(Experiment Experiment, Network Network, Readout Readout, WorkerTeam Team, Rng Rng, int Batch);

/// <summary>How an experiment's learner is made. Rooms that build on Learning register theirs here, so that Learning does not name them.</summary>
internal static class Learners
{
    private static Func<LearnerSetup, ILearner<float>>? chain;

    /// <summary>The learner of experiments that state a chain.</summary>
    public static void RegisterChain(Func<LearnerSetup, ILearner<float>> make) => chain = make;

    /// <summary>The learner of an experiment: Equilibrium Propagation by block sweeps unless a chain is stated.</summary>
    public static ILearner<float> Of(LearnerSetup setup)
    {
        if (setup.Experiment.Chain is not null)
            return chain!(setup);
        var e = setup.Experiment;
        var machine = new Machine<float>(setup.Network, setup.Rng.Split("parameters"));
        return new EqProp<float>(
            machine,
            setup.Team,
            setup.Readout,
            e.Estimator,
            e.Free,
            e.Nudged,
            e.Pixels,
            setup.Rng,
            setup.Batch,
            e.Hardware?.ReadNoise ?? 0
        );
    }
}
