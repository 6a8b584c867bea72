using Nagumo.Compute;
using Nagumo.Data;
using Nagumo.Learning;
using Nagumo.Networks;
using Nagumo.Relaxation;

namespace Nagumo.Hamiltonian;

/// <summary>A trainer's layers in depth in float64, as their recurrence sees them, and what one sample brings to layer 0.</summary>
internal sealed class TrainedChain : IDisposable
{
    /// <param name="trainer">Experiment and weights.</param>
    /// <param name="set">Samples.</param>
    /// <param name="sample">Which of them.</param>
    public TrainedChain(Trainer trainer, Samples set, int sample)
    {
        var e = trainer.Experiment;
        var shape = ChainShape.Of(e, e.Network.Build());
        Machine = new(e.BuildNetwork(recurrence: true), new Rng(e.Seed), responds: false);
        // What the chip's devices have, diffusions that are not trained included.
        for (int i = 0; i < Machine.Parameters.Count; i++)
            Machine.Parameters[i].CopyFrom(trainer.Machine.Parameters[i]);
        Machine.Load();
        Recurrence = new(Machine, Ladder.Source(shape));
        Action = new(Recurrence);
        using var inputs = new Tensor<double>("input", shape.Inputs, 1, 0, 0, decays: false);
        new InputLoader<double>(e.Pixels, new Rng(0)).Load(set, sample, inputs.Values);
        using var source = Recurrence.CreateLayer(1);
        using var workspace = new Workspace<double>();
        source.Clamp(Machine.Network.IndexOf(shape.Encoder.Ends[1].Population), inputs.Value);
        Machine.DrivePart(Recurrence.Source, source, workspace);
        Start = new double[Action.Size(0)];
        for (int i = 0; i < Recurrence.Size; i++)
        {
            double current = source.Drive(Recurrence.Population, 0)[i, 0];
            Start[i] =
                e.Chain!.Reading == "pass" ? (e.Chain.Amplitude ?? EchoLearner<double>.DefaultAmplitude) * Math.Tanh(current) : current;
        }
    }

    /// <summary>The layers' machine, input included.</summary>
    public Machine<double> Machine { get; }

    /// <summary>The layers.</summary>
    public DepthRecurrence<double> Recurrence { get; }

    /// <summary>Their action.</summary>
    public ResidualAction Action { get; }

    /// <summary>u_0 of a pass, the injection of a boundary problem; inhibitors 0.</summary>
    public double[] Start { get; }

    /// <summary>Frees the memory.</summary>
    public void Dispose()
    {
        Action.Dispose();
        Machine.Dispose();
    }
}
