using Nagumo.Compute;
using Nagumo.Data;
using Nagumo.Learning;

namespace Nagumo.Hamiltonian;

/// <summary>A trainer's chain in float64, as its recurrence sees it, and what one sample brings to layer 0.</summary>
internal sealed class TrainedChain : IDisposable
{
    /// <param name="trainer">Experiment and weights.</param>
    /// <param name="set">Samples.</param>
    /// <param name="sample">Which of them.</param>
    public TrainedChain(Trainer trainer, Samples set, int sample)
    {
        var e = trainer.Experiment;
        Shape = ChainShape.Of(e, e.Network.Build());
        var (chain, pass) = (Shape.Chain, e.Chain!.Reading == "pass");
        Machine = new(chain, pass ? chain.Depth : chain.Depth + 1, Shape.BlockSd, new Rng(e.Seed));
        // A ladder's machine knows diffusions that are not trained, too: on a chip they are not nominal.
        var given = trainer
            .Parameters.Concat(pass ? [] : trainer.Machine.Parameters)
            .DistinctBy(p => p.Name)
            .ToDictionary(p => Ladder.Former(p.Name), p => p.ToArray());
        foreach (var tensor in Machine.Parameters.Concat(Enumerable.Range(0, Machine.Fields).Select(Machine.DiffusionOf)))
            if (given.TryGetValue(tensor.Name, out float[]? values))
                for (int i = 0; i < values.Length; i++)
                    tensor.Values[i] = values[i];
        Action = new(Machine, chain.Depth + 1);
        var inputs = new double[Shape.Inputs];
        new InputLoader<double>(e.Pixels, new Rng(0)).Load(set, sample, inputs);
        float[] encoder = given[$"{Shape.Encoder.Name}.W"],
            bias = given[$"{Shape.EncoderBias.Name}.b"];
        Start = new double[Action.Size(0)];
        for (int i = 0; i < chain.Trunk.Size; i++)
        {
            double z = bias[i];
            for (int k = 0; k < inputs.Length; k++)
                z += encoder[i * inputs.Length + k] * inputs[k];
            Start[i] = pass ? (e.Chain.Amplitude ?? EchoLearner<double>.DefaultAmplitude) * Math.Tanh(z) : z;
        }
    }

    /// <summary>What the configuration says.</summary>
    public ChainShape Shape { get; }

    /// <summary>The chain.</summary>
    public ChainMachine<double> Machine { get; }

    /// <summary>Its action over all layers.</summary>
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
