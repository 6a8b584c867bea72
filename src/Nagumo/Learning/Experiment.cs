using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Nagumo.Data;
using Nagumo.Relaxation;

namespace Nagumo.Learning;

/// <summary>Everything that decides a training run's bytes: the configuration file.</summary>
/// <param name="Network">Populations and couplings.</param>
/// <param name="Name">Name of the preset it came from, or the user's.</param>
/// <param name="Data">The data: a set by its name, or a file or folder and how it is understood; null for mnist.</param>
/// <param name="Validation">Training samples held out for tuning, ≥ 0; 0 trains on all of them.</param>
/// <param name="Epochs">Passes over the training samples, ≥ 1.</param>
/// <param name="Batch">Samples of a batch, ≥ 1.</param>
/// <param name="Seed">Seeds everything random.</param>
/// <param name="Readout">What is read and what it costs.</param>
/// <param name="Estimator">How the gradient is read.</param>
/// <param name="Free">When free phases stop in training.</param>
/// <param name="Nudged">When nudged phases stop in training.</param>
/// <param name="Evaluation">When relaxation stops at evaluation.</param>
/// <param name="Optimizer">How parameters follow the gradient.</param>
/// <param name="Pixels">Inputs and augmentation.</param>
/// <param name="Hardware">The chip that it runs on; null for ideal devices.</param>
/// <param name="Chain">Repeats the network's hidden population in depth; null for the network as it stands.</param>
/// <param name="Task">"classification", "regression" or a registered one; null for what the targets suggest.</param>
/// <param name="Relaxer">How states are brought to rest in training, evaluation and the recipe's check: "sweeps", "hand-over", or a registered one.</param>
/// <param name="Weights">A file of starting weights (.npz), relative to the configuration's folder; null starts from random ones.</param>
public sealed record Experiment(
    NetworkOptions Network,
    ReadoutOptions Readout,
    string Name = "custom",
    DataOptions? Data = null,
    int Validation = 0,
    int Epochs = 10,
    int Batch = 64,
    ulong Seed = 1,
    EstimatorOptions? Estimator = null,
    SweepOptions? Free = null,
    SweepOptions? Nudged = null,
    SweepOptions? Evaluation = null,
    OptimizerOptions? Optimizer = null,
    PixelOptions? Pixels = null,
    HardwareOptions? Hardware = null,
    string? Weights = null,
    ChainOptions? Chain = null,
    string? Task = null,
    string Relaxer = "sweeps"
)
{
    /// <inheritdoc cref="Experiment"/>
    [JsonConverter(typeof(DataOptionsConverter))]
    public DataOptions Data { get; init; } = Data ?? new();

    /// <inheritdoc cref="Experiment"/>
    public EstimatorOptions Estimator { get; init; } = Estimator ?? new();

    /// <inheritdoc cref="Experiment"/>
    public SweepOptions Free { get; init; } = Free ?? new(4, 0);

    /// <inheritdoc cref="Experiment"/>
    public SweepOptions Nudged { get; init; } = Nudged ?? new(3, 0);

    /// <inheritdoc cref="Experiment"/>
    public SweepOptions Evaluation { get; init; } = Evaluation ?? new(200, 1e-5);

    /// <inheritdoc cref="Experiment"/>
    public OptimizerOptions Optimizer { get; init; } = Optimizer ?? new();

    /// <inheritdoc cref="Experiment"/>
    public PixelOptions Pixels { get; init; } = Pixels ?? new();

    /// <summary>Throws when a value is out of its range, naming it.</summary>
    /// <exception cref="ArgumentException">See the message.</exception>
    public void Validate()
    {
        Check.That("validation", Validation, Validation >= 0, "0 or more samples");
        Check.That("epochs", Epochs, Epochs is >= 1 and <= 100_000, "1 to 100000");
        Check.That("batch", Batch, Batch is >= 1 and <= 65_536, "1 to 65536");
        Data.Validate();
        Readout.Validate();
        string[] populations = [.. Network.Populations.Where(p => p is not null).Select(p => p.Name)];
        if (!populations.Contains(Readout.Population))
            throw new ArgumentException(
                $"readout.population = '{Readout.Population}': the network has no such population.{Nearest.Hint(Readout.Population, populations)}"
            );
        Optimizer.Validate();
        Hardware?.Validate();
        Chain?.Validate();
        var relaxer = Relaxers.Of(Relaxer);
        if (Chain is not null && relaxer is not null)
            throw new ArgumentException($"relaxer = '{Relaxer}': a chain of layers has a relaxer of its own; leave it out.");
        if (Chain is { Reading: "pass" } && Hardware is { ReadNoise: > 0 and var noise })
            throw new ArgumentException(
                $"hardware.read_noise = {noise:R}: rest states are read with noise, and a chain read as a pass has none; leave it out, or read it as a boundary problem (chain.reading)."
            );
    }

    /// <summary>The experiment for other data: inputs and outputs as many as the data have, first weights of a spread that suits the size of their
    /// inputs, the cost of their task, and batches and epochs enough for few samples. For lists of numbers a preset of pictures takes rates of its own, thresholds that differ and a soft
    /// readout. Hidden populations stay.</summary>
    /// <param name="data">The data.</param>
    public Experiment For(DataSet data) => DataFit.Of(this, data);

    /// <summary>The network, its neurons as the chip has them.</summary>
    /// <param name="recurrence">Whether the layers of a chain are gone through one by one rather than relaxed.</param>
    internal Networks.Network BuildNetwork(bool recurrence = false)
    {
        var network = Network.Build();
        if (Chain is not null)
        {
            bool pass = Chain.Reading == "pass";
            network = Ladder.Expand(ChainShape.Of(this, network), pass ? Chain.Depth : Chain.Depth + 1, loads: !pass && !recurrence);
        }
        return Hardware is null ? network : Fabrication.Fabricate(network, Hardware);
    }

    /// <summary>The network and the name and shape of its parameters, as <see cref="Trainer.Weights"/> will have them; nothing of their size is allocated.</summary>
    /// <exception cref="ArgumentException">As <see cref="Validate"/>, or a network that does not fit together.</exception>
    public (Networks.Network Network, IReadOnlyList<(string Name, Compute.Shape Shape)> Blocks) Describe()
    {
        Validate();
        var network = Network.Build();
        _ = Readout.Of(network);
        return (network, [.. network.Blocks()]);
    }

    /// <summary>The configuration as JSON text.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, ExperimentJson.Default.Experiment) + "\n";

    /// <summary>Reads a configuration.</summary>
    /// <exception cref="JsonException">Not JSON, an unknown key, or a wrong type; the message shows the path.</exception>
    /// <exception cref="ArgumentException">A value out of its range.</exception>
    public static Experiment FromJson(string json)
    {
        ConfigurationFault.Require(json);
        try
        {
            return JsonSerializer.Deserialize(json, ExperimentJson.Default.Experiment) ?? throw new JsonException();
        }
        catch (JsonException e)
        {
            throw ExperimentKeys.Explain(e);
        }
        catch (ArgumentException e)
        {
            throw ExperimentKeys.Explain(json, e);
        }
    }

    /// <summary>The experiment with single keys changed, each given as "path=value": <c>optimizer.rate=0.001</c>.</summary>
    /// <remarks>Elements of a list go by their name or index: <c>network.populations.h1.scale=0.5</c>; null restores a default.</remarks>
    /// <exception cref="ArgumentException">An unknown key (the nearest is suggested), a wrong type or a value out of range.</exception>
    public Experiment With(IEnumerable<string> assignments) => ExperimentKeys.Set(this, assignments);

    /// <summary>Every key in which this experiment differs from another, by the path that <see cref="With"/> takes, in the order of the
    /// configuration; with its value here, null where it is absent.</summary>
    public IReadOnlyList<KeyValuePair<string, JsonNode?>> Changes(Experiment from) =>
        [.. ExperimentKeys.Differences(from, this).Select(d => KeyValuePair.Create(d.Key, d.B))];

    /// <summary>Path and both values of the first key in which another experiment differs; null when they are equal.</summary>
    public (string Key, string Here, string There)? Difference(Experiment other) => ExperimentKeys.Difference(this, other);
}
