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
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (setup.Experiment.Chain is not { } chain)
            return EqProp(setup, Relaxers.Of(setup.Experiment.Relaxer), null, null);
        var (e, machine) = (setup.Experiment, setup.Chip.Machine);
        if (e.Estimator.RandomSign || e.Estimator.Nudge != "current")
            throw new ArgumentException(
                "estimator.random_sign and estimator.nudge = 'cost' are for networks of block sweeps; a chain is nudged by the current of its free state."
            );
        var shape = ChainShape.Of(e, e.Network.Build());
        var head = Head(setup, shape);
        var parameters = Ladder.Parameters(machine, shape, head);
        return chain.Reading == "pass"
            ? new EchoLearner<T>(setup, Ladder.Source(shape), head, parameters)
            : EqProp(setup, new DepthRelaxer<T>(machine), head, parameters);
    }

    private static Head<T> Head<T>(LearnerSetup<T> setup, ChainShape shape)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Tensor<T> Create(string name, int cols, bool decays) =>
            new(name, shape.Classes, cols, double.NegativeInfinity, double.PositiveInfinity, decays);
        Tensor<T> weights = Create($"{shape.Decoder.Name}.W", shape.Chain.Trunk.Size, decays: true),
            bias = Create($"{shape.DecoderBias.Name}.b", 1, decays: false);
        Ladder.Uniform(weights, shape.Decoder.Sd, setup.Rng.Split("parameters"));
        bias.Values.Fill(T.CreateChecked(shape.DecoderBias.Current));
        return new(setup.Network.Locate(new(shape.Chain.Trunk.Name) { Place = -1 }), weights, bias, setup.Batch);
    }

    private static EqProp<T> EqProp<T>(LearnerSetup<T> setup, IRelaxer? relaxer, Head<T>? head, IReadOnlyList<Tensor<T>>? parameters)
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
            chip.ReadNoise,
            relaxer,
            head,
            parameters
        );
    }
}
