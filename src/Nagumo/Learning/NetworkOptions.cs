using System.Text.Json;
using System.Text.Json.Serialization;
using Nagumo.Couplings;
using Nagumo.Networks;
using Nagumo.Neurons;

namespace Nagumo.Learning;

/// <summary>A network as a configuration file states it: any graph of populations and couplings.</summary>
/// <param name="Populations">The populations; one without a neuron is clamped.</param>
/// <param name="Couplings">The couplings.</param>
public sealed record NetworkOptions(IReadOnlyList<PopulationOptions> Populations, IReadOnlyList<CouplingOptions> Couplings)
{
    /// <summary>The network.</summary>
    /// <exception cref="ArgumentException">An unknown name, a value out of range, sizes that do not fit.</exception>
    public Network Build() =>
        new([.. Populations.Select(p => Given(p, "populations").Build())], [.. Couplings.Select(c => Given(c, "couplings").Build())]);

    /// <summary>A network that was written in C#, as a configuration states it: to train it, check it, and write it to a file.</summary>
    /// <exception cref="ArgumentException">A neuron that is not in <see cref="NeuronModels.All"/>; register it first.</exception>
    public static NetworkOptions Of(Network network) =>
        new([.. network.Populations.Select(PopulationOptions.Of)], [.. network.Couplings.Select(CouplingOptions.Of)]);

    private static T Given<T>(T? element, string list)
        where T : class => element ?? throw new ArgumentException($"network.{list} holds null: give an object.");
}

/// <summary>A population in a configuration file.</summary>
/// <param name="Name">Unique name.</param>
/// <param name="Size">Number of neurons; for a rail it follows from <paramref name="Values"/>.</param>
/// <param name="Neuron">Model name; null with <paramref name="Potential"/>, and for a clamped population.</param>
/// <param name="Scale">Scale &gt; 0 of the local potential and its time constants.</param>
/// <param name="Parameters">Parameter values by name: one for all neurons, or one each.</param>
/// <param name="Train">Parameters that learning may change.</param>
/// <param name="PerNeuron">Whether each neuron has its own value of the trained parameters.</param>
/// <param name="Potential">A potential as text, in place of a model; its parameters are <paramref name="Parameters"/>.</param>
/// <param name="Inhibitors">Time constants by inhibitor name, for a potential given as text.</param>
/// <param name="Box">[low, high] of the activator, for a potential given as text.</param>
/// <param name="Values">Fixed values: makes the population a rail.</param>
/// <param name="Shape">Lengths along several axes, in place of <paramref name="Size"/>: [layers, neurons], [rows, cols].</param>
/// <param name="Shared">Axes along which neurons share what each would have for its own.</param>
public sealed record PopulationOptions(
    string Name,
    int Size = 0,
    string? Neuron = null,
    double Scale = 1,
    IReadOnlyDictionary<string, double[]>? Parameters = null,
    IReadOnlyList<string>? Train = null,
    bool PerNeuron = false,
    string? Potential = null,
    IReadOnlyDictionary<string, double>? Inhibitors = null,
    double[]? Box = null,
    double[]? Values = null,
    int[]? Shape = null,
    int[]? Shared = null
)
{
    /// <summary>The population.</summary>
    /// <exception cref="ArgumentException">An unknown model or parameter, or a value out of range.</exception>
    public Population Build()
    {
        if (string.IsNullOrWhiteSpace(Name))
            throw new ArgumentException("A population has no name: give each one a name.");
        foreach (var (key, values) in Parameters ?? new Dictionary<string, double[]>())
            if (values is null)
                throw new ArgumentException(
                    $"Population '{Name}', parameter '{key}': null is no value; give a number, one for each neuron, or leave it out."
                );
        if (Shape is { Length: 0 })
            throw Wrong("an empty shape", "give at least one length, or a size");
        if (Shape is not null && Size != 0 && Size != Axes.Size)
            throw Wrong($"size {Size} and shape {Axes}, which is {Axes.Size} neurons", "give one of them");
        if (Values is not null)
            return Shape is null && Shared is null && Neuron is null && Potential is null && (Size == 0 || Size == Values.Length)
                ? Population.Fixed(Name, Values)
                : throw new ArgumentException(
                    $"Population '{Name}' is a rail (it has values): give no neuron, no potential and no other size."
                );
        if (Neuron is not null && Potential is not null)
            throw new ArgumentException($"Population '{Name}' has both a neuron and a potential: give one of them.");
        if (Potential is null && (Inhibitors is not null || Box is not null))
            throw new ArgumentException($"Population '{Name}': inhibitors and box belong to a potential given as text.");
        if (Neuron is null && Potential is null)
            return Parameters is null && Train is null
                ? Population.Clamped(Name, Axes.All(n => n > 0) ? Axes : throw Wrong($"size {Size}", "give at least 1"))
                : throw new ArgumentException($"Population '{Name}' is clamped (it has no neuron), so it has no parameters.");
        return new Population(Name, Model(), Axes, Scale, Potential is null ? Parameters : PerNeuronOnly(), Train, PerNeuron, Shared);
    }

    /// <summary>A population that was written in C#.</summary>
    internal static PopulationOptions Of(Population p)
    {
        if (p.Neuron is not { } neuron)
            return p.Rail is null ? new(p.Name, p.Shape.Count > 1 ? 0 : p.Size, Shape: ShapeOf(p)) : new(p.Name, Values: [.. p.Rail]);
        int size = p.Shape.Count > 1 ? 0 : p.Size;
        int[]? shape = ShapeOf(p),
            shared = p.Shared.Count > 0 ? [.. p.Shared] : null;
        IReadOnlyList<string>? train = p.Trained.Count > 0 ? p.Trained : null;
        bool perNeuron = p.Trained.Any(t => p.Parameters[t].Length > 1);
        if (neuron is TextNeuron text)
        {
            var taus = neuron.Inhibitors.ToDictionary(v => v.Name, v => p.Parameters[v.Tau.Name][0]);
            var values = p.Parameters.Where(q => neuron.Inhibitors.All(v => v.Tau.Name != q.Key)).ToDictionary(q => q.Key, q => q.Value);
            double[]? box = neuron.Box is { } b ? [b.Low, b.High] : null;
            return new(
                p.Name,
                size,
                null,
                p.Scale,
                values.Count > 0 ? values : null,
                train,
                perNeuron,
                text.Text,
                taus.Count > 0 ? taus : null,
                box,
                Shape: shape,
                Shared: shared
            );
        }
        var model = NeuronModels.All.FirstOrDefault(m => m.Name == neuron.Name && m.H == neuron.H && m.Box == neuron.Box);
        if (model is null)
            throw new ArgumentException(
                $"Population '{p.Name}': a configuration does not know the neuron '{neuron.Name}'. Call NeuronModels.Register(new …) first."
            );
        var changed = model
            .Parameters.Where(q => p.Parameters[q.Name] is var v && !(v.Length == 1 && v[0] == q.Value))
            .ToDictionary(q => q.Name, q => p.Parameters[q.Name]);
        return new(p.Name, size, neuron.Name, p.Scale, changed.Count > 0 ? changed : null, train, perNeuron, Shape: shape, Shared: shared);
    }

    private Compute.Shape Axes => Shape is null ? Size : Compute.Shape.Of(Shape);

    private static int[]? ShapeOf(Population p) => p.Shape.Count > 1 ? [.. p.Shape] : null;

    private Neurons.Neuron Model()
    {
        if (Potential is null)
            return NeuronModels.All.FirstOrDefault(m => m.Name == Neuron)
                ?? throw new ArgumentException(
                    $"Population '{Name}': there is no neuron '{Neuron}'.{(Neuron!.Contains('.') || Neuron.Contains('/') ? " A file is none: a network's neuron has a name or, in the configuration, a \"potential\". Whether equations have one: nagumo audit." : Nearest.Hint(Neuron, [.. NeuronModels.All.Select(m => m.Name)]))}"
                );
        if (Box is not null && (Box.Length != 2 || !(Box[0] < Box[1])))
            throw Wrong("a box that is not [low, high] with low < high", "give two numbers");
        var values = (Parameters ?? new Dictionary<string, double[]>()).ToDictionary(
            p => p.Key,
            p => p.Value.Length > 0 ? p.Value[0] : throw Wrong($"no value for '{p.Key}'", "give one, or one for each neuron")
        );
        return new TextNeuron(Potential, values, Inhibitors, Box is null ? null : new Interval(Box[0], Box[1]));
    }

    /// <summary>A text neuron carries single values itself; only lists are the population's.</summary>
    private Dictionary<string, double[]>? PerNeuronOnly() =>
        Parameters?.Where(p => p.Value.Length > 1).ToDictionary(p => p.Key, p => p.Value);

    private ArgumentException Wrong(string what, string remedy) => new($"Population '{Name}' has {what}: {remedy}.");
}

/// <summary>A coupling in a configuration file. Ends are "population" (its activators), "population.inhibitor", or a slice along the first axis, "population[0]".</summary>
/// <param name="Kind">"bilinear", "bias", "resistive", "differential-resistive", "rail-resistive", "diffusive", "diffusive-along", "asymmetric", or
/// a kind that <see cref="CouplingKinds.Register"/> added.</param>
/// <param name="A">First end: the rows of a matrix; the driven side.</param>
/// <param name="B">Second end; none for a bias and along an axis.</param>
/// <param name="Sd">Bilinear, differential-resistive, rail-resistive, asymmetric: standard deviation of the initial weights. Bias: of the initial currents.</param>
/// <param name="Value">Bias: initial current, their mean where they differ.</param>
/// <param name="Low">Resistive: initial conductances are uniform in [low, high).</param>
/// <param name="High">See <paramref name="Low"/>.</param>
/// <param name="D">Diffusive, diffusive-along: initial diffusion.</param>
/// <param name="Gain">Differential-resistive: input gain V.</param>
/// <param name="Mean">Differential-resistive: mean of the initial signed weights.</param>
/// <param name="Name">Unique name; by default "b-a".</param>
/// <param name="Correlation">Asymmetric: correlation of the initial weights forth and back, −1 to 1.</param>
public sealed record CouplingOptions(
    string Kind,
    string A,
    string? B = null,
    double? Sd = null,
    double? Value = null,
    double? Low = null,
    double? High = null,
    double? D = null,
    double? Gain = null,
    double? Mean = null,
    string? Name = null,
    double? Correlation = null
)
{
    /// <summary>The keys that have a property.</summary>
    private static readonly IReadOnlyDictionary<
        string,
        (Func<CouplingOptions, double?> Get, Func<CouplingOptions, double, CouplingOptions> With)
    > Known = new Dictionary<string, (Func<CouplingOptions, double?> Get, Func<CouplingOptions, double, CouplingOptions> With)>
    {
        ["sd"] = (o => o.Sd, (o, x) => o with { Sd = x }),
        ["value"] = (o => o.Value, (o, x) => o with { Value = x }),
        ["low"] = (o => o.Low, (o, x) => o with { Low = x }),
        ["high"] = (o => o.High, (o, x) => o with { High = x }),
        ["d"] = (o => o.D, (o, x) => o with { D = x }),
        ["gain"] = (o => o.Gain, (o, x) => o with { Gain = x }),
        ["mean"] = (o => o.Mean, (o, x) => o with { Mean = x }),
        ["correlation"] = (o => o.Correlation, (o, x) => o with { Correlation = x }),
    };

    /// <summary>All other keys of the kind: numbers and words.</summary>
    [JsonExtensionData, JsonInclude]
    public IDictionary<string, JsonElement>? Others { get; internal set; }

    /// <summary>The same with a value for a key.</summary>
    /// <param name="key">The key, as in a configuration.</param>
    /// <param name="value">The value.</param>
    public CouplingOptions With(string key, double value) =>
        Known.TryGetValue(key, out var known)
            ? known.With(this, value)
            : With(key, JsonSerializer.SerializeToElement(value, ExperimentJson.Default.Double));

    private CouplingOptions With(string key, JsonElement value) =>
        this with
        {
            Others = new Dictionary<string, JsonElement>(Others ?? new Dictionary<string, JsonElement>()) { [key] = value },
        };

    /// <summary>The coupling.</summary>
    /// <exception cref="ArgumentException">An unknown kind, a missing or superfluous key, a value out of range.</exception>
    public Coupling Build()
    {
        var kind = CouplingKinds.Get(Kind);
        var values = new Dictionary<string, double>();
        foreach (var (key, known) in Known)
            if (known.Get(this) is { } value)
                values[key] = value;
        var words = new Dictionary<string, string>();
        foreach (var (key, value) in Others ?? new Dictionary<string, JsonElement>())
        {
            bool word = kind.Words.Contains(key);
            if (value.ValueKind == JsonValueKind.Null)
                continue;
            if (value.ValueKind != (word ? JsonValueKind.String : JsonValueKind.Number))
                throw new ArgumentException(
                    $"Coupling {Describe()}: '{key}' is {value.GetRawText()}; {(word ? "text" : "a number")} is expected."
                );
            if (word)
                words[key] = value.GetString()!;
            else
                values[key] = value.GetDouble();
        }
        string[] given = [.. B is null ? (string[])[] : ["b"], .. values.Keys, .. words.Keys];
        foreach (string key in given)
            if (!kind.Keys.Contains(key))
                throw new ArgumentException(
                    $"Coupling {Describe()} has no key '{key}'; it has: a, {string.Join(", ", kind.Keys)}, name.{Nearest.Hint(key, kind.Keys)}"
                );
        return kind.Make(new(Kind, End.Parse(A), B is null ? (End?)null : End.Parse(B), Name, values, words));
    }

    /// <summary>A coupling that was written in C#.</summary>
    internal static CouplingOptions Of(Coupling coupling)
    {
        if (CouplingKinds.All.FirstOrDefault(k => k.Name == coupling.Kind) is not { } kind)
            throw new ArgumentException(
                $"Coupling '{coupling.Name}': a configuration does not know the kind '{coupling.Kind}'. Call CouplingKinds.Register first."
            );
        var options = new CouplingOptions(
            kind.Name,
            coupling.Ends[0].ToString(),
            kind.Keys.Contains("b") ? coupling.Ends[1].ToString() : null
        );
        foreach (var (key, value) in coupling.Settings)
            options = options.With(key, value);
        foreach (var (key, word) in coupling.Words)
            options = options.With(key, JsonSerializer.SerializeToElement(word, ExperimentJson.Default.String));
        return options.Build().Name == coupling.Name ? options : options with { Name = coupling.Name };
    }

    private string Describe() => Name is not null ? $"'{Name}' ({Kind})" : $"'{Kind}' of '{A}'";
}
