using System.Numerics;
using Nagumo.Compute;
using Nagumo.Networks;
using Nagumo.Relaxation;

namespace Nagumo.Learning;

/// <summary>What a learner is made of, beside the experiment's own values.</summary>
/// <param name="Experiment">The configuration.</param>
/// <param name="Network">Its network.</param>
/// <param name="Readout">Where it is read.</param>
/// <param name="Team">Threads.</param>
/// <param name="Rng">Seeds parameters ("parameters") and augmentation.</param>
/// <param name="Batch">Most samples of a batch.</param>
/// <param name="Chip">The network's machine on its chip.</param>
/// <typeparam name="T">float or double.</typeparam>
internal sealed record LearnerSetup<T>(
    Experiment Experiment,
    Network Network,
    Readout Readout,
    WorkerTeam Team,
    Rng Rng,
    int Batch,
    Chip<T> Chip
)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>;

/// <summary>How an experiment's learner is made.</summary>
internal static class Learners
{
    /// <summary>The readout of an experiment's network: by a head where the network is a ladder.</summary>
    public static Readout ReadoutOf(Experiment experiment, Network network, LearningTask? task = null) =>
        experiment.Chain is not null && ChainShape.Of(experiment, experiment.Network.Build()) is var shape
            ? new(network.IndexOf(shape.Chain.Trunk.Name), shape.Classes, experiment.Readout.BuildCost(), task)
            : experiment.Readout.Of(network, task);

    /// <summary>The learner of an experiment: Equilibrium Propagation, or the echo of a ladder that is read as a pass.</summary>
    /// <exception cref="ArgumentException">An estimator or a relaxer that the network does not admit.</exception>
    public static ILearner<T> Of<T>(LearnerSetup<T> setup)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        Of(setup, HeadOf(setup), Relaxers.Of(setup.Experiment.Relaxer), setup.Chip.ReadNoise);

    /// <summary>The same with a head, a relaxer and a noise of the caller's.</summary>
    /// <param name="setup">What it is made of.</param>
    /// <param name="head">As <see cref="HeadOf"/> makes it; freed with the learner.</param>
    /// <param name="relaxer">Relaxes in place of block sweeps; null for those. A ladder has its own.</param>
    /// <param name="readNoise">Standard deviation with which nudged states are read.</param>
    public static ILearner<T> Of<T>(LearnerSetup<T> setup, Head<T>? head, IRelaxer? relaxer, double readNoise)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var (e, machine) = (setup.Experiment, setup.Chip.Machine);
        if (head is null)
            return EqProp(setup, relaxer, null, readNoise);
        if (e.Chain!.Reading != "pass")
            return EqProp(setup, new DepthRelaxer<T>(machine), head, readNoise);
        var shape = ChainShape.Of(e, e.Network.Build());
        return new EchoLearner<T>(setup, Ladder.Source(shape), head, Ladder.Parameters(machine, shape, head));
    }

    /// <summary>The head that reads the last of layers in depth, at its first weights; null for other networks.</summary>
    /// <exception cref="ArgumentException">An estimator that layers do not admit.</exception>
    public static Head<T>? HeadOf<T>(LearnerSetup<T> setup)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var e = setup.Experiment;
        if (e.Chain is null)
            return null;
        if (e.Estimator.RandomSign || e.Estimator.Nudge != "current")
            throw new ArgumentException(
                "estimator.random_sign and estimator.nudge = 'cost' are for networks of block sweeps; a chain is nudged by the current of its free state."
            );
        var shape = ChainShape.Of(e, e.Network.Build());
        Tensor<T> Create(string name, int cols, bool decays) =>
            new(name, shape.Classes, cols, double.NegativeInfinity, double.PositiveInfinity, decays);
        Tensor<T> weights = Create($"{shape.Decoder.Name}.W", shape.Chain.Trunk.Size, decays: true),
            bias = Create($"{shape.DecoderBias.Name}.b", 1, decays: false);
        Ladder.Uniform(weights, shape.Decoder.Sd, setup.Rng.Split("parameters"));
        Ladder.Uniform(bias, shape.DecoderBias.Sd, setup.Rng.Split("parameters"), shape.DecoderBias.Current);
        return new(setup.Network.Locate(new(shape.Chain.Trunk.Name) { Place = -1 }), weights, bias, setup.Batch);
    }

    /// <summary>Equilibrium Propagation.</summary>
    /// <param name="setup">What it is made of.</param>
    /// <param name="relaxer">Relaxes in place of block sweeps; null for those. One that is a depth relaxer is freed with the learner.</param>
    /// <param name="head">As <see cref="HeadOf"/> makes it; freed with the learner.</param>
    /// <param name="readNoise">Standard deviation with which nudged states are read.</param>
    public static EqProp<T> EqProp<T>(LearnerSetup<T> setup, IRelaxer? relaxer, Head<T>? head, double readNoise)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var (e, chip) = (setup.Experiment, setup.Chip);
        return new(
            chip.Machine,
            setup.Team,
            setup.Readout,
            e.Estimator,
            e.Free,
            e.Nudged,
            e.Pixels,
            setup.Rng,
            setup.Batch,
            readNoise,
            relaxer,
            head,
            head is null ? null : Ladder.Parameters(chip.Machine, ChainShape.Of(e, e.Network.Build()), head)
        );
    }
}
