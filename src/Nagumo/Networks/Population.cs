using Nagumo.Compute;
using Nagumo.Neurons;
using Nagumo.Symbolics;

namespace Nagumo.Networks;

/// <summary>Equal neurons that act together: model × shape × scale, with its own parameter values.</summary>
/// <remarks>
/// The scale s multiplies the local potential and its time constants: s τ_u u' = −s ∂h/∂u + I. A population without a neuron is
/// clamped: its activators are given (pixels), not relaxed.
/// </remarks>
public sealed class Population
{
    private readonly Lazy<Interval?> _box;
    private readonly int[] _which = [];

    /// <param name="name">Unique name within the network.</param>
    /// <param name="neuron">The model; null for a clamped population.</param>
    /// <param name="shape">Number of neurons, or their lengths along several axes, each ≥ 1.</param>
    /// <param name="scale">Scale s &gt; 0 of the local potential.</param>
    /// <param name="parameters">Values by parameter name: one for all neurons, or one each.</param>
    /// <param name="trained">Parameters that learning may change: one value for all neurons, or (with <paramref name="perNeuron"/>) one each.</param>
    /// <param name="perNeuron">Whether each neuron has its own value of every trained parameter.</param>
    /// <param name="shared">Axes along which neurons share what each would have for its own: axis 0 of layers in depth leaves one value a column.</param>
    /// <exception cref="ArgumentException">An unknown parameter, a wrong number of values, or a value out of its range.</exception>
    public Population(
        string name,
        Neuron? neuron,
        Shape shape,
        double scale = 1,
        IReadOnlyDictionary<string, double[]>? parameters = null,
        IReadOnlyList<string>? trained = null,
        bool perNeuron = false,
        IReadOnlyList<int>? shared = null
    )
    {
        if (shape.Any(length => length < 1))
            throw new ArgumentOutOfRangeException(
                nameof(shape),
                $"Population '{name}' has {(shape.Count == 1 ? $"size {shape.Size}" : $"shape {shape}")}. Give at least 1."
            );
        if (shape.Aggregate(1L, (n, length) => Math.Min(n * length, long.MaxValue >> 32)) > int.MaxValue)
            throw new ArgumentOutOfRangeException(nameof(shape), $"Population '{name}' has shape {shape}: at most {int.MaxValue} neurons.");
        if (name.Contains('['))
            throw new ArgumentException($"Population '{name}': '[' begins a slice of a population; give it a name without.");
        foreach (int axis in shared ?? [])
            if (axis < 0 || axis >= shape.Count)
                throw new ArgumentException(
                    $"Population '{name}' shares parameters along axis {axis}; shape {shape} has axes 0 to {shape.Count - 1}."
                );
        if (!(scale > 0 && double.IsFinite(scale)))
            throw new ArgumentOutOfRangeException(nameof(scale), $"Population '{name}' has scale {scale:R}. Give a finite number > 0.");
        (Name, Neuron, Shape, Size, Scale, _box) = (name, neuron, shape, shape.Size, scale, new(FindBox));
        Shared = [.. shared ?? []];
        int own = Enumerable.Range(0, shape.Count).Except(Shared).Aggregate(1, (n, axis) => n * shape[axis]);
        Trained = trained ?? [];
        var values = new Dictionary<string, double[]>();
        foreach (var p in neuron?.Parameters ?? [])
            values[p.Name] = Trained.Contains(p.Name) && perNeuron ? Enumerable.Repeat(p.Value, own).ToArray() : [p.Value];
        foreach (var (key, given) in parameters ?? new Dictionary<string, double[]>())
        {
            var p = Known(key);
            if (given.Length != 1 && given.Length != own && (given.Length != Size || Trained.Contains(key)))
                throw new ArgumentException(
                    $"Population '{name}', parameter '{key}': {Counted.Of(given.Length, "value")} given, 1 or {own} expected."
                );
            foreach (double x in given)
                p.Validate(x);
            values[key] = given.Length == 1 ? Enumerable.Repeat(given[0], values[key].Length).ToArray() : given.ToArray();
        }
        if (Shared.Count > 0)
            _which =
            [
                .. Enumerable
                    .Range(0, Size)
                    .Select(i =>
                        Enumerable.Range(0, shape.Count).Except(Shared).Aggregate(0, (at, axis) => at * shape[axis] + shape.Place(i, axis))
                    ),
            ];
        foreach (string key in Trained)
            if (Known(key) is var trainable && neuron!.Inhibitors.Any(v => v.Tau == trainable))
                throw new ArgumentException(
                    $"Population '{name}': '{key}' is a time constant; a rest state does not depend on it, so it cannot be trained."
                );
        Parameters = values;
    }

    /// <summary>A clamped population: its activators are given with every sample.</summary>
    public static Population Clamped(string name, Shape shape) => new(name, null, shape);

    /// <summary>A rail: a clamped population of fixed values, the same for every sample (a bias is a resistor to a rail).</summary>
    public static Population Fixed(string name, IReadOnlyList<double> values) => new(name, null, values.Count) { Rail = [.. values] };

    /// <summary>Unique name.</summary>
    public string Name { get; }

    /// <summary>The model; null when clamped.</summary>
    public Neuron? Neuron { get; }

    /// <summary>Number of neurons.</summary>
    public int Size { get; }

    /// <summary>The neurons' axes.</summary>
    public Shape Shape { get; }

    /// <summary>Axes along which neurons share values that each would have for its own.</summary>
    public IReadOnlyList<int> Shared { get; }

    /// <summary>Scale s of the local potential and its time constants.</summary>
    public double Scale { get; }

    /// <summary>The fixed values of a rail; null for any other population.</summary>
    public IReadOnlyList<double>? Rail { get; private init; }

    /// <summary>Whether the activators are given rather than relaxed.</summary>
    public bool IsClamped => Neuron is null;

    /// <summary>Parameter values by name: one for all neurons, or one each.</summary>
    public IReadOnlyDictionary<string, double[]> Parameters { get; }

    /// <summary>Which of so many values of a parameter a neuron has.</summary>
    internal int Which(int values, int neuron)
    {
        if (values == 1 || values == Size)
            return values == 1 ? 0 : neuron;
        return _which[neuron];
    }

    /// <summary>A neuron's value of a parameter.</summary>
    internal double Parameter(string name, int neuron) => Parameters[name][Which(Parameters[name].Length, neuron)];

    /// <summary>Names of the parameters that learning may change.</summary>
    public IReadOnlyList<string> Trained { get; }

    /// <summary>The neuron's box as states keep to it; null when the activator is free.</summary>
    /// <remarks>
    /// An end at which the potential's force or curvature is not finite, as that of u log u at 0, belongs to the box's closure only: states stay
    /// 2⁻²⁴ of its width away from it, which float32 can still tell from it.
    /// </remarks>
    internal Interval? Box => _box.Value;

    private Interval? FindBox()
    {
        if (Neuron?.Box is not { } box)
            return null;
        double width = double.IsFinite(box.High - box.Low) ? box.High - box.Low : 1,
            inside = Math.ScaleB(width, -24);
        Expr force = Neuron.H.Derive(Neuron.U),
            curvature = force.Derive(Neuron.U);
        return new(IsSmooth(box.Low) ? box.Low : box.Low + inside, IsSmooth(box.High) ? box.High : box.High - inside);

        // Inhibitors enter by terms that are smooth in u where they are smooth at 0.
        bool IsSmooth(double u) => double.IsInfinity(u) || double.IsFinite(At(force, u)) && double.IsFinite(At(curvature, u));

        double At(Expr e, double u) =>
            e.Evaluate(
                (Symbol s) =>
                    s == Neuron.U ? u
                    : Parameters.TryGetValue(s.Name, out double[]? values) ? values[0]
                    : 0
            );
    }

    /// <summary>Number of fields: the activator and the inhibitors.</summary>
    internal int Fields => 1 + (Neuron?.Inhibitors.Count ?? 0);

    private Parameter Known(string key) =>
        Neuron?.Parameters.FirstOrDefault(p => p.Name == key)
        ?? throw new ArgumentException(
            $"Population '{Name}' has no parameter '{key}'. It has: {string.Join(", ", Neuron?.Parameters.Select(p => p.Name) ?? [])}."
        );
}
