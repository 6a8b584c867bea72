namespace Nagumo.Neurons;

/// <summary>The list of the room's members. A new neuron adds one line here.</summary>
public static class NeuronModels
{
    /// <summary>One instance of each model, with its default parameters.</summary>
    public static IReadOnlyList<Neuron> All { get; } =
    [
        new FitzHughNagumo(),
        new TwoTimescaleFitzHughNagumo(),
        new NonlinearInhibitorFitzHughNagumo(),
        new Hopfield(),
        new LogCoshNeuron(),
        new Linear(),
    ];
}
