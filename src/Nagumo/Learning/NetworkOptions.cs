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
    double[]? Values = null
)
{
    /// <summary>The population.</summary>
    /// <exception cref="ArgumentException">An unknown model or parameter, or a value out of range.</exception>
    public Population Build()
    {
        if (string.IsNullOrWhiteSpace(Name))
            throw new ArgumentException("A population has no name: give each one a name.");
        if (Values is not null)
            return Neuron is null && Potential is null && (Size == 0 || Size == Values.Length)
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
                ? Population.Clamped(Name, Size > 0 ? Size : throw Wrong($"size {Size}", "give at least 1"))
                : throw new ArgumentException($"Population '{Name}' is clamped (it has no neuron), so it has no parameters.");
        return new Population(Name, Model(), Size, Scale, Potential is null ? Parameters : PerNeuronOnly(), Train, PerNeuron);
    }

    /// <summary>A population that was written in C#.</summary>
    internal static PopulationOptions Of(Population p)
    {
        if (p.Neuron is not { } neuron)
            return p.Rail is null ? new(p.Name, p.Size) : new(p.Name, Values: [.. p.Rail]);
        IReadOnlyList<string>? train = p.Trained.Count > 0 ? p.Trained : null;
        bool perNeuron = p.Trained.Any(t => p.Parameters[t].Length > 1);
        if (neuron is TextNeuron text)
        {
            var taus = neuron.Inhibitors.ToDictionary(v => v.Name, v => p.Parameters[v.Tau.Name][0]);
            var values = p.Parameters.Where(q => neuron.Inhibitors.All(v => v.Tau.Name != q.Key)).ToDictionary(q => q.Key, q => q.Value);
            double[]? box = neuron.Box is { } b ? [b.Low, b.High] : null;
            return new(
                p.Name,
                p.Size,
                null,
                p.Scale,
                values.Count > 0 ? values : null,
                train,
                perNeuron,
                text.Text,
                taus.Count > 0 ? taus : null,
                box
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
        return new(p.Name, p.Size, neuron.Name, p.Scale, changed.Count > 0 ? changed : null, train, perNeuron);
    }

    private Neurons.Neuron Model()
    {
        if (Potential is null)
            return NeuronModels.All.FirstOrDefault(m => m.Name == Neuron)
                ?? throw new ArgumentException(
                    $"Population '{Name}': there is no neuron '{Neuron}'.{Nearest.Hint(Neuron!, [.. NeuronModels.All.Select(m => m.Name)])}"
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

/// <summary>A coupling in a configuration file. Ends are "population" (its activators) or "population.inhibitor".</summary>
/// <param name="Kind">"bilinear", "bias", "resistive", "differential-resistive", "rail-resistive", "diffusive", "chain-diffusive" or "asymmetric".</param>
/// <param name="A">First end: the rows of a matrix; the driven side.</param>
/// <param name="B">Second end; none for a bias and inside a chain.</param>
/// <param name="Sd">Bilinear, differential-resistive, rail-resistive, asymmetric: standard deviation of the initial weights.</param>
/// <param name="Value">Bias: initial current.</param>
/// <param name="Low">Resistive: initial conductances are uniform in [low, high).</param>
/// <param name="High">See <paramref name="Low"/>.</param>
/// <param name="D">Diffusive, chain-diffusive: initial diffusion.</param>
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
    private static readonly Dictionary<string, string[]> Keys = new()
    {
        ["bilinear"] = ["b", "sd"],
        ["bias"] = ["value"],
        ["resistive"] = ["b", "low", "high"],
        ["differential-resistive"] = ["b", "gain", "sd", "mean"],
        ["rail-resistive"] = ["b", "sd"],
        ["diffusive"] = ["b", "d"],
        ["chain-diffusive"] = ["d"],
        ["asymmetric"] = ["b", "sd", "correlation"],
    };

    /// <summary>The kinds of couplings.</summary>
    [JsonIgnore]
    public static IReadOnlyCollection<string> Kinds => Keys.Keys;

    /// <summary>The keys that a kind takes.</summary>
    public static IReadOnlyList<string> KeysOf(string kind) => ["a", .. Keys[kind], "name"];

    /// <summary>A coupling of a kind between populations a and b, for lists of what there is.</summary>
    public static Coupling Example(string kind)
    {
        string[] keys = Keys[kind];
        double? One(string key) => keys.Contains(key) ? 1 : null;
        return new CouplingOptions(
            kind,
            "a",
            keys.Contains("b") ? "b" : null,
            One("sd"),
            One("value"),
            One("low"),
            One("high") * 2,
            One("d"),
            One("gain"),
            One("mean"),
            Correlation: One("correlation")
        ).Build();
    }

    /// <summary>The coupling.</summary>
    /// <exception cref="ArgumentException">An unknown kind, a missing or superfluous key, a value out of range.</exception>
    public Coupling Build()
    {
        if (!Keys.TryGetValue(Kind, out var keys))
            throw new ArgumentException($"There is no coupling '{Kind}'.{Nearest.Hint(Kind, Keys.Keys)}");
        (string Key, bool Given)[] given =
        [
            ("b", B is not null),
            ("sd", Sd is not null),
            ("value", Value is not null),
            ("low", Low is not null),
            ("high", High is not null),
            ("d", D is not null),
            ("gain", Gain is not null),
            ("mean", Mean is not null),
            ("correlation", Correlation is not null),
        ];
        foreach (var (key, has) in given)
            if (has && !keys.Contains(key))
                throw new ArgumentException($"Coupling {Describe()} has no key '{key}'; it has: a, {string.Join(", ", keys)}, name.");
        return Kind switch
        {
            "bilinear" => new Bilinear(EndOf(A), EndOf(Need(B, "b")), Need(Sd, "sd"), Name),
            "bias" => new Bias(A, Value ?? 0, Name),
            "resistive" => new Resistive(EndOf(A), EndOf(Need(B, "b")), Low ?? 0, Need(High, "high"), Name),
            "differential-resistive" => new DifferentialResistive(
                EndOf(A),
                EndOf(Need(B, "b")),
                Need(Gain, "gain"),
                Need(Sd, "sd"),
                Mean ?? 0,
                Name
            ),
            "rail-resistive" => new RailResistive(EndOf(A), EndOf(Need(B, "b")), Need(Sd, "sd"), Name),
            "chain-diffusive" => new ChainDiffusive(EndOf(A), Need(D, "d"), Name),
            "asymmetric" => new Asymmetric(EndOf(A), EndOf(Need(B, "b")), Need(Sd, "sd"), Correlation ?? 0, Name),
            _ => new Diffusive(EndOf(A), EndOf(Need(B, "b")), Need(D, "d"), Name),
        };
    }

    /// <summary>A coupling that was written in C#.</summary>
    internal static CouplingOptions Of(Coupling coupling)
    {
        string a = coupling.Ends[0].ToString();
        string? b = coupling.Ends.Count > 1 ? coupling.Ends[1].ToString() : null;
        var options = coupling switch
        {
            Bilinear c => new CouplingOptions("bilinear", a, b, Sd: c.Sd),
            Bias c => new("bias", a, Value: c.Value),
            Resistive c => new("resistive", a, b, Low: c.Range.Low, High: c.Range.High),
            DifferentialResistive c => new("differential-resistive", a, b, Sd: c.Sd, Gain: c.Gain, Mean: c.Mean),
            RailResistive c => new("rail-resistive", a, b, Sd: c.Sd),
            Diffusive c => new("diffusive", a, b, D: c.D),
            ChainDiffusive c => new("chain-diffusive", a, D: c.D),
            Asymmetric c => new("asymmetric", a, b, Sd: c.Sd, Correlation: c.Correlation),
            _ => throw new ArgumentException($"Coupling '{coupling.Name}': a configuration has no kind for {coupling.GetType().Name}."),
        };
        return options.Build().Name == coupling.Name ? options : options with { Name = coupling.Name };
    }

    private static End EndOf(string text)
    {
        int dot = text.LastIndexOf('.');
        return dot < 0 ? new(text) : new(text[..dot], text[(dot + 1)..]);
    }

    private string Describe() => Name is not null ? $"'{Name}' ({Kind})" : $"'{Kind}' of '{A}'";

    private T Need<T>(T? value, string key)
        where T : struct => value ?? throw new ArgumentException($"Coupling {Describe()} needs the key '{key}'.");

    private string Need(string? value, string key) => value ?? throw new ArgumentException($"Coupling {Describe()} needs the key '{key}'.");
}
