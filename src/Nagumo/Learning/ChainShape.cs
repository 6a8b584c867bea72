using Nagumo.Couplings;
using Nagumo.Networks;

namespace Nagumo.Learning;

/// <summary>What an experiment's network and chain say together: input, one layer, readout, and how the layer is repeated.</summary>
/// <param name="Chain">The chain.</param>
/// <param name="Encoder">Input to layer 0: W [n × inputs].</param>
/// <param name="EncoderBias">Its bias.</param>
/// <param name="Decoder">Layer L to readout: W [classes × n].</param>
/// <param name="DecoderBias">Its bias.</param>
/// <param name="Inputs">Pixels.</param>
/// <param name="Classes">Readouts.</param>
/// <param name="BlockSd">Standard deviation of the initial K.</param>
internal sealed record ChainShape(
    ResidualChain Chain,
    Bilinear Encoder,
    Bias EncoderBias,
    Bilinear Decoder,
    Bias DecoderBias,
    int Inputs,
    int Classes,
    double BlockSd
)
{
    /// <summary>Reads and checks an experiment.</summary>
    /// <exception cref="ArgumentException">The network is not input, layer and readout; the message says what is expected.</exception>
    public static ChainShape Of(Experiment experiment, Network network)
    {
        var options = experiment.Chain!;
        options.Validate();
        var readout = network.Populations[network.IndexOf(experiment.Readout.Population)];
        var input = network.Populations.Where(p => p.IsClamped).ToArray();
        var hidden = network.Populations.Where(p => !p.IsClamped && p != readout).ToArray();
        if (input is not [{ Rail: null }] || hidden.Length != 1)
            throw Wrong($"it has {input.Length} clamped and {hidden.Length} hidden populations");
        if (readout.Neuron is not Neurons.Linear || readout.Trained.Count > 0 || experiment.Readout.Paired)
            throw Wrong($"the readout '{readout.Name}' is no plain linear population");
        var (x, trunk) = (input[0], hidden[0]);
        var chain = new ResidualChain(
            trunk,
            options.Depth,
            options.BlockUnits > 0 ? options.BlockUnits : trunk.Size,
            options.BlockStrength,
            options.ActivatorDiffusion,
            options.InhibitorDiffusion,
            options.Train
        );
        if (network.Couplings.Count != 4)
            throw Wrong($"it has {network.Couplings.Count} couplings");
        return new(
            chain,
            Joins(trunk, x),
            BiasOf(trunk),
            Joins(readout, trunk),
            BiasOf(readout),
            x.Size,
            readout.Size,
            options.BlockSd ?? 1 / Math.Sqrt(trunk.Size)
        );

        Bilinear Joins(Population to, Population from) =>
            network.Couplings.OfType<Bilinear>().FirstOrDefault(c => c.Ends[0] == new End(to.Name) && c.Ends[1] == new End(from.Name))
            ?? throw Wrong($"no bilinear coupling leads to '{to.Name}' from '{from.Name}'");

        Bias BiasOf(Population p) =>
            network.Couplings.OfType<Bias>().FirstOrDefault(c => c.Ends[0] == new End(p.Name)) ?? throw Wrong($"'{p.Name}' has no bias");
    }

    private static ArgumentException Wrong(string what) =>
        new(
            $"The network of a chain is one layer: a clamped input, one hidden population and a linear readout, joined by two bilinear couplings (a: the driven side) and two biases; here {what}."
        );
}
