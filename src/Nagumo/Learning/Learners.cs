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
/// <param name="Chip">The network's machine on its chip; null for a chain read as a pass, which has another.</param>
/// <typeparam name="T">float or double.</typeparam>
internal sealed record LearnerSetup<T>(
    Experiment Experiment,
    Network Network,
    Readout Readout,
    WorkerTeam Team,
    Rng Rng,
    int Batch,
    Chip<T>? Chip = null
)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>;

/// <summary>How an experiment's learner is made. Rooms that build on Learning register theirs here, so that Learning does not name them.</summary>
internal static class Learners
{
    private static Func<LearnerSetup<float>, ILearner<float>>? pass;

    /// <summary>The learner of experiments that state a chain read as a pass.</summary>
    public static void RegisterPass(Func<LearnerSetup<float>, ILearner<float>> make) => pass = make;

    /// <summary>The readout of an experiment's network: by a head where the network is a ladder.</summary>
    public static Readout ReadoutOf(Experiment experiment, Network network, LearningTask? task = null) =>
        experiment.IsLadder && ChainShape.Of(experiment, experiment.Network.Build()) is var shape
            ? new(network.IndexOf(shape.Chain.Trunk.Name), shape.Classes, experiment.Readout.BuildCost(), task)
            : experiment.Readout.Of(network, task);

    /// <summary>The learner of an experiment: Equilibrium Propagation, by block sweeps unless a chain is stated.</summary>
    public static ILearner<float> Of(LearnerSetup<float> setup)
    {
        if (setup.Experiment.Chain is not { Reading: "pass" } depth)
            return EqProp(setup);
        // Every layer has a block of units × neurons, beside what the network itself states.
        double layer = setup.Network.Populations.Where(p => !p.IsClamped).Max(p => (double)p.Size),
            units = depth.BlockUnits > 0 ? depth.BlockUnits : layer;
        MemoryNeed.Require(setup.Network, sizeof(float), more: depth.Depth * units * layer);
        return pass!(setup);
    }

    /// <summary>Equilibrium Propagation: a ladder is relaxed along depth and read by a head, any other network by block sweeps and by its neurons.</summary>
    public static EqProp<T> EqProp<T>(LearnerSetup<T> setup)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var (e, chip) = (setup.Experiment, setup.Chip!);
        DepthRelaxer<T>? relaxer = null;
        Head<T>? head = null;
        IReadOnlyList<Tensor<T>>? parameters = null;
        if (e.IsLadder)
        {
            if (e.Estimator.RandomSign || e.Estimator.Nudge != "current")
                throw new ArgumentException(
                    "estimator.random_sign and estimator.nudge = 'cost' are for networks of block sweeps; a chain is nudged by the current of its free state."
                );
            var shape = ChainShape.Of(e, e.Network.Build());
            var rng = setup.Rng.Split("parameters");
            Tensor<T> weights =
                    new(
                        $"{shape.Decoder.Name}.W",
                        shape.Classes,
                        shape.Chain.Trunk.Size,
                        double.NegativeInfinity,
                        double.PositiveInfinity,
                        decays: true
                    ),
                bias =
                    new($"{shape.DecoderBias.Name}.b", shape.Classes, 1, double.NegativeInfinity, double.PositiveInfinity, decays: false);
            Ladder.Uniform(weights, shape.Decoder.Sd, rng);
            bias.Values.Fill(T.CreateChecked(shape.DecoderBias.Current));
            head = new(setup.Network.Locate(new(shape.Chain.Trunk.Name) { Place = -1 }), weights, bias, setup.Batch);
            parameters = Ladder.Parameters(chip.Machine, shape, head);
            relaxer = new(chip.Machine);
        }
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
            (IRelaxer?)relaxer ?? Relaxers.Of(e.Relaxer),
            head,
            parameters
        );
    }
}
