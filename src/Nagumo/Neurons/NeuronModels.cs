namespace Nagumo.Neurons;

/// <summary>The list of the room's members. A new neuron adds one line here; one outside the library registers itself.</summary>
public static class NeuronModels
{
    private static readonly Lock Gate = new();
    private static volatile Neuron[] _all =
    [
        new FitzHughNagumo(),
        new TwoTimescaleFitzHughNagumo(),
        new NonlinearInhibitorFitzHughNagumo(),
        new Hopfield(),
        new LogCoshNeuron(),
        new Logistic(),
        new TanhNeuron(),
        new Linear(),
    ];

    /// <summary>One instance of each model, with its default parameters.</summary>
    public static IReadOnlyList<Neuron> All => _all;

    /// <summary>Adds a model from outside the library: configurations, training, checks and documentation then know it by its name.</summary>
    /// <param name="neuron">An instance with its default parameters. Registering an equal one again changes nothing.</param>
    /// <exception cref="ArgumentException">Another model has this name.</exception>
    public static void Register(Neuron neuron)
    {
        lock (Gate)
        {
            if (_all.FirstOrDefault(m => m.Name == neuron.Name) is not { } known)
                _all = [.. _all, neuron];
            else if (known.H != neuron.H || known.Box != neuron.Box)
                throw new ArgumentException(
                    $"There is a neuron '{neuron.Name}' already, with the potential {known.H}. Give the new one another name."
                );
        }
    }
}
