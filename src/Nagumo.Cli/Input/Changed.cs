using System.Text.Json.Nodes;
using Nagumo.Circuits;
using Nagumo.Learning;

namespace Nagumo.Cli;

/// <summary>What an experiment differs in from where its name comes from: the preset of that name, otherwise the file before --set.</summary>
internal static class Changed
{
    private const int MostShown = 3,
        LongestValue = 40;

    /// <summary>Keys that stand beside a name anyway, as what the data are called does.</summary>
    private static readonly string[] Said = ["name", "data", "epochs", "seed", "weights"];

    /// <summary>The configuration that a name stands for; a file's own unless its name is a preset's.</summary>
    public static Experiment Origin(Experiment asRead) =>
        Presets.All.Any(p => p.Name == asRead.Name) ? Presets.Get(asRead.Name)
        : CircuitPresets.All.Any(p => p.Name == asRead.Name) ? CircuitPresets.Get(asRead.Name)
        : asRead;

    /// <summary>Changed keys by their paths, with their values; as JSON.</summary>
    public static JsonObject Json(Experiment experiment, Experiment origin) =>
        new(experiment.Changes(origin).Select(c => KeyValuePair.Create(c.Key, c.Value?.DeepClone())));

    /// <summary>", changed: optimizer.rate = 0.01"; empty when nothing is, data, epochs and seed aside.</summary>
    public static string Text(Experiment experiment, Experiment origin)
    {
        var changes = experiment
            .Changes(origin)
            .Where(c => !Said.Contains(c.Key) && c.Key is not ("data.source" or "data.sha256"))
            .ToArray();
        if (changes.Length == 0)
            return "";
        int more = changes.Length - MostShown;
        return $", changed: {string.Join(", ", changes.Take(MostShown).Select(c => $"{c.Key} = {Value(c.Value)}"))}{(more > 0 ? $" and {more} more" : "")}";
    }

    private static string Value(JsonNode? value)
    {
        string text = value is JsonValue word && word.TryGetValue(out string? plain) ? plain : value?.ToJsonString() ?? "null";
        if (Path.IsPathRooted(text))
            text = Path.GetFileName(Path.TrimEndingDirectorySeparator(text));
        return text.Length > LongestValue ? text[..LongestValue] + "…" : text;
    }
}
