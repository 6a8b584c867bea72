using Nagumo.Neurons;

namespace Nagumo.Networks;

/// <summary>Equal neurons that act as one layer: model × size × scale, with its own parameter values.</summary>
/// <remarks>
/// The scale s multiplies the local potential and its time constants: s τ_u u' = −s ∂h/∂u + I. A population without a neuron is
/// clamped: its activators are given (pixels), not relaxed.
/// </remarks>
public sealed class Population
{
    /// <param name="name">Unique name within the network.</param>
    /// <param name="neuron">The model; null for a clamped population.</param>
    /// <param name="size">Number of neurons, ≥ 1.</param>
    /// <param name="scale">Scale s &gt; 0 of the local potential.</param>
    /// <param name="parameters">Values by parameter name: one for all neurons, or one each.</param>
    /// <param name="trained">Parameters that learning may change: one value for all neurons, or (with <paramref name="perNeuron"/>) one each.</param>
    /// <param name="perNeuron">Whether each neuron has its own value of every trained parameter.</param>
    /// <exception cref="ArgumentException">An unknown parameter, a wrong number of values, or a value out of its range.</exception>
    public Population(
        string name,
        Neuron? neuron,
        int size,
        double scale = 1,
        IReadOnlyDictionary<string, double[]>? parameters = null,
        IReadOnlyList<string>? trained = null,
        bool perNeuron = false
    )
    {
        if (size < 1)
            throw new ArgumentOutOfRangeException(nameof(size), $"Population '{name}' has size {size}. Give at least 1.");
        if (!(scale > 0 && double.IsFinite(scale)))
            throw new ArgumentOutOfRangeException(nameof(scale), $"Population '{name}' has scale {scale:R}. Give a finite number > 0.");
        (Name, Neuron, Size, Scale) = (name, neuron, size, scale);
        Trained = trained ?? [];
        var values = new Dictionary<string, double[]>();
        foreach (var p in neuron?.Parameters ?? [])
            values[p.Name] = Trained.Contains(p.Name) && perNeuron ? Enumerable.Repeat(p.Value, size).ToArray() : [p.Value];
        foreach (var (key, given) in parameters ?? new Dictionary<string, double[]>())
        {
            var p = Known(key);
            if (given.Length != 1 && given.Length != size)
                throw new ArgumentException($"Population '{name}', parameter '{key}': {given.Length} values given, 1 or {size} expected.");
            foreach (double x in given)
                p.Validate(x);
            values[key] = given.Length == 1 ? Enumerable.Repeat(given[0], values[key].Length).ToArray() : given.ToArray();
        }
        foreach (string key in Trained)
            if (Known(key) is var trainable && neuron!.Inhibitors.Any(v => v.Tau == trainable))
                throw new ArgumentException(
                    $"Population '{name}': '{key}' is a time constant; a rest state does not depend on it, so it cannot be trained."
                );
        Parameters = values;
    }

    /// <summary>A clamped population: its activators are given with every sample.</summary>
    public static Population Clamped(string name, int size) => new(name, null, size);

    /// <summary>A rail: a clamped population of fixed values, the same for every sample (a bias is a resistor to a rail).</summary>
    public static Population Fixed(string name, IReadOnlyList<double> values) => new(name, null, values.Count) { Rail = [.. values] };

    /// <summary>Unique name.</summary>
    public string Name { get; }

    /// <summary>The model; null when clamped.</summary>
    public Neuron? Neuron { get; }

    /// <summary>Number of neurons.</summary>
    public int Size { get; }

    /// <summary>Scale s of the local potential and its time constants.</summary>
    public double Scale { get; }

    /// <summary>The fixed values of a rail; null for any other population.</summary>
    public IReadOnlyList<double>? Rail { get; private init; }

    /// <summary>Whether the activators are given rather than relaxed.</summary>
    public bool IsClamped => Neuron is null;

    /// <summary>Parameter values by name: one for all neurons, or one each.</summary>
    public IReadOnlyDictionary<string, double[]> Parameters { get; }

    /// <summary>Names of the parameters that learning may change.</summary>
    public IReadOnlyList<string> Trained { get; }

    /// <summary>Number of fields: the activator and the inhibitors.</summary>
    internal int Fields => 1 + (Neuron?.Inhibitors.Count ?? 0);

    private Parameter Known(string key) =>
        Neuron?.Parameters.FirstOrDefault(p => p.Name == key)
        ?? throw new ArgumentException(
            $"Population '{Name}' has no parameter '{key}'. It has: {string.Join(", ", Neuron?.Parameters.Select(p => p.Name) ?? [])}."
        );
}
