using System.Text.Json.Nodes;

namespace Nagumo.Cli;

/// <summary>Something that <c>nagumo simulate</c> knows by name.</summary>
/// <param name="Name">The name.</param>
/// <param name="Summary">What it is, in one line.</param>
/// <param name="Neuron">Parameters of the FitzHugh–Nagumo neuron that differ from its defaults; another model keeps its own.</param>
/// <param name="Keys">The keys that --set reaches, beside the neuron's parameters.</param>
/// <param name="Run">Simulates, draws, and says what it found.</param>
internal sealed record Phenomenon(
    string Name,
    string Summary,
    IReadOnlyDictionary<string, double> Neuron,
    IReadOnlyList<Setting> Keys,
    Func<Simulation, Findings> Run
)
{
    /// <summary>The model unless another is named.</summary>
    public const string DefaultNeuron = "fitzhugh-nagumo";

    /// <summary>Whether it averages over seeds.</summary>
    public bool Averages { get; init; }

    /// <summary>Whether it has a trajectory to keep.</summary>
    public bool HasTrajectory { get; init; } = true;

    /// <summary>Published parameter sets by name, chosen by the key "set"; empty for none.</summary>
    public IReadOnlyDictionary<string, (string Key, double Value)[]> Sets { get; init; } =
        new Dictionary<string, (string Key, double Value)[]>();

    /// <summary>The values of the set that the assignments choose.</summary>
    public IEnumerable<(string Key, string Value)> Row(IReadOnlyList<(string Key, string Value)> assignments)
    {
        string? chosen = assignments.LastOrDefault(a => a.Key == "set").Value;
        return chosen is not null && Sets.TryGetValue(chosen, out var row) ? row.Select(r => (r.Key, Equations.Number(r.Value))) : [];
    }
}

/// <summary>One number or word that a simulation found, with what theory or publication expects.</summary>
/// <param name="Key">The key in JSON; a unit that is not "one" stands in it.</param>
/// <param name="Label">For people.</param>
/// <param name="Measured">A number or a word.</param>
/// <param name="Expected">A number, a word, a list, or a <see cref="Range"/>; null when nothing is expected.</param>
/// <param name="Unit">The unit, for people.</param>
/// <param name="Detail">Whether it stands in JSON alone.</param>
internal sealed record Finding(
    string Key,
    string Label,
    JsonNode? Measured,
    JsonNode? Expected = null,
    string Unit = "",
    bool Detail = false
)
{
    /// <summary>Expected between two numbers.</summary>
    public static JsonObject Range(double min, double max) => new() { ["min"] = min, ["max"] = max };
}

/// <summary>What a simulation gives.</summary>
/// <param name="Title">What was simulated, in one line.</param>
/// <param name="Items">What was found.</param>
/// <param name="Pictures">Files in the folder.</param>
/// <param name="Converged">Whether what should converge did, and what was asked for is there.</param>
/// <param name="Why">Where it is not: why, and what to do.</param>
internal sealed record Findings(
    string Title,
    IReadOnlyList<Finding> Items,
    IReadOnlyList<string> Pictures,
    bool Converged = true,
    string? Why = null
);
