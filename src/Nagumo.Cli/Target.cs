using System.Text.Json;
using Nagumo.Circuits;
using Nagumo.Data;
using Nagumo.Learning;

namespace Nagumo.Cli;

/// <summary>What a command was asked to work on: a preset, a configuration file or a run.</summary>
/// <param name="Experiment">The configuration.</param>
/// <param name="Run">The run's folder; null for presets and configuration files.</param>
/// <param name="StartWeights">The starting weights that the configuration names, as a path; null for none.</param>
/// <param name="IsPreset">Whether it is a preset as it stands.</param>
internal sealed record Target(Experiment Experiment, string? Run, string? StartWeights, bool IsPreset)
{
    /// <summary>Finds the preset, file or folder.</summary>
    /// <exception cref="InputException">There is none of this name.</exception>
    public static Target Find(string name)
    {
        if (Presets.All.Any(p => p.Name == name))
            return new(Presets.Get(name), null, null, true);
        if (Directory.Exists(name))
            return RunFolder.IsRun(name)
                ? Read(RunFolder.ConfigOf(name), name)
                : throw new InputException($"'{name}' is a folder without a config.json: it holds no run.");
        if (File.Exists(name))
            return Read(name, null);
        if (CircuitPresets.All.Any(p => p.Name == name))
            throw new InputException(
                $"'{name}' is a preset of circuits: {Terminal.Command} circuit {(name == "iris" ? "learn" : "verify")} {name}. '{Terminal.Command} presets' lists what is trained."
            );
        throw name.Contains('/') || name.Contains('\\') || name.EndsWith(".json", StringComparison.Ordinal)
            ? new InputException($"there is no file or run '{name}'.")
            : new InputException($"there is no preset, file or run '{name}'.{Nearest.Hint(name, [.. Presets.All.Select(p => p.Name)])}");
    }

    /// <summary>The configuration with options and --set assignments taken over.</summary>
    public Target With(IEnumerable<string> assignments)
    {
        var changed = Experiment.With(assignments);
        changed.Validate();
        return this with { Experiment = changed };
    }

    /// <summary>Refuses an experiment that states a chain, whose network is one layer of it only.</summary>
    /// <param name="command">The command that looks at networks.</param>
    /// <exception cref="InputException">It states a chain.</exception>
    public void RequireNetwork(string command)
    {
        if (Experiment.Chain is not null)
            throw new InputException(
                $"'{Experiment.Name}' is a chain of layers, and '{command}' looks at networks: use '{Terminal.Command} check', or '{Terminal.Command} chain' for the two readings side by side."
            );
    }

    /// <summary>Loads the data set of the configuration, with progress on standard error.</summary>
    public static DataSet Load(string name, TextWriter error, CancellationToken cancel = default)
    {
        var progress = new FetchProgress(error);
        return DataSets.Load(name, progress: progress, cancel: cancel);
    }

    private static Target Read(string file, string? run)
    {
        Experiment experiment;
        string text = JsonFile.Text(file);
        try
        {
            experiment = Experiment.FromJson(text);
            experiment.Validate();
        }
        catch (Exception e) when (e is JsonException or ArgumentException)
        {
            throw new InputException($"{file}: {(JsonFile.Fault(text) is null ? "" : "not JSON: ")}{e.Message}");
        }
        string? weights = experiment.Weights is null ? null : Path.Combine(Path.GetDirectoryName(file) ?? "", experiment.Weights);
        return new(experiment, run, weights, false);
    }
}
