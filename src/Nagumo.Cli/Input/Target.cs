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
/// <param name="AsRead">The configuration before anything was set.</param>
internal sealed record Target(Experiment Experiment, string? Run, string? StartWeights, bool IsPreset, Experiment AsRead)
{
    private IReadOnlyCollection<string> Assigned { get; init; } = [];

    /// <summary>The experiment's name, and what differs from what that name stands for.</summary>
    public string Label => Experiment.Name + Changed.Text(Experiment, Changed.Origin(AsRead));

    /// <summary>What was named, and what --set changed of it.</summary>
    public string Named(string name) => name + Changed.Text(Experiment, AsRead);

    /// <summary>The names of all presets.</summary>
    public static IEnumerable<string> Names => Presets.All.Concat(CircuitPresets.All).Select(p => p.Name);

    /// <summary>Finds the preset, file or folder.</summary>
    /// <exception cref="InputException">There is none of this name.</exception>
    public static Target Find(string name)
    {
        if (Presets.All.Any(p => p.Name == name))
            return OfPreset(Presets.Get(name));
        if (CircuitPresets.All.Any(p => p.Name == name))
            return OfPreset(CircuitPresets.Get(name));
        if (Directory.Exists(name))
            return RunFolder.IsRun(name)
                ? Read(RunFolder.ConfigOf(name), name)
                : throw new InputException($"'{name}' is a folder without a config.json: it holds no run.");
        if (File.Exists(name))
            return Read(name, null);
        throw name.Contains('/') || name.Contains('\\') || name.EndsWith(".json", StringComparison.Ordinal)
            ? new InputException($"there is no file or run '{name}'.")
            : new InputException($"there is no preset, file or run '{name}'.{Nearest.Hint(name, [.. Names])}");
    }

    /// <summary>The configuration with options and --set assignments taken over.</summary>
    /// <param name="assignments">KEY=VALUE; a path of weights counts from the current folder, as every path of the command line.</param>
    /// <param name="use">What the command does: a key that it does not read is refused.</param>
    public Target With(IReadOnlyCollection<string> assignments, Use use)
    {
        var changed = Experiment.With(assignments);
        changed.Validate();
        KeyUse.Require(use, changed, assignments);
        changed = changed with { Data = OwnData.Rooted(changed.Data, "") };
        bool weights = assignments.Any(a => a.Split('=')[0].Trim() == "weights");
        return this with { Experiment = changed, Assigned = assignments, StartWeights = weights ? changed.Weights : StartWeights };
    }

    /// <summary>The network at the weights that it names: a run's, those of the configuration's file, or the initial ones.</summary>
    public TrainedModel Model()
    {
        if (Run is null)
            return new(Experiment, null, RequiredWeights());
        var model = TrainedModel.Find(Run, null);
        // What the optimizer stored is read with its own configuration.
        return model with { Experiment = Experiment with { Optimizer = model.Experiment.Optimizer } };
    }

    /// <summary>A trainer takes over the starting weights that the configuration names, if it names any.</summary>
    public void Start(Trainer trainer)
    {
        if (RequiredWeights() is { } file)
            TrainedModel.SetWeights(trainer, file);
    }

    /// <summary>The file of starting weights; null when the configuration names none.</summary>
    /// <exception cref="InputException">It names one that is not there.</exception>
    public string? RequiredWeights() =>
        StartWeights is null || File.Exists(StartWeights)
            ? StartWeights
            : throw new InputException($"weights = '{Experiment.Weights}': there is no file '{StartWeights}'.");

    /// <summary>Loads the data set of the configuration, with progress on standard error.</summary>
    public static DataSet Load(string name, TextWriter error, CancellationToken cancel = default)
    {
        var progress = new FetchProgress(error);
        return DataSets.Load(name, progress: progress, cancel: cancel);
    }

    /// <summary>
    /// The data set to look at when none is named: the experiment's own where it ships inside, or where the network's inputs are no others';
    /// otherwise a usual one instead of a download.
    /// </summary>
    public DataSet Usual(string name, TextWriter error)
    {
        if (DataSets.All.Any(d => d.IsEmbedded && d.Name == Experiment.Data.Source))
            return Load(Experiment.Data.Source, error);
        var usual = Load(name, error);
        return TrainedModel.Inputs(Experiment) is not { } inputs || inputs == usual.Size ? usual : Load(Experiment.Data.Source, error);
    }

    /// <summary>The network for data, and the data to look at: those that are named, or else its own, or a usual set.</summary>
    /// <param name="named">--data; null where none is named.</param>
    /// <param name="usual">The set in place of a download.</param>
    /// <param name="error">Receives progress and what is to be known.</param>
    /// <returns>A preset has the sizes that its data need.</returns>
    public (Target Target, DataSet Data) For(string? named, string usual, TextWriter error)
    {
        if (Run is not null && (OwnData.IsOwn(Experiment.Data) || named is not null))
            return (this, OwnData.LoadLike(Experiment, TrainedModel.PreparationBeside(Run), named, error));
        if (named is null && !OwnData.IsOwn(Experiment.Data))
            return (this, Usual(usual, error));
        var shown = named is null
            ? this
            : this with
            {
                Experiment = Experiment with { Data = Experiment.Data with { Source = OwnData.Known(named) } },
            };
        return shown.WithData(error);
    }

    private (Target, DataSet) WithData(TextWriter error)
    {
        var data = OwnData.Load(Experiment.Data, error).Data;
        return (Fitted(data), data);
    }

    /// <summary>A preset for data of one's own, or of another size than its own: what was set stays as it was set. Anything else as it is.</summary>
    public Target Fitted(DataSet data)
    {
        if (!IsPreset || !OwnData.IsOwn(Experiment.Data) && data.Size == TrainedModel.Inputs(Experiment))
            return this;
        var kept = Assigned.Where(a => a.Split('=', '.')[0].Trim() is not ("data" or "seed" or "weights"));
        return this with { Experiment = Experiment.For(data).With(kept) };
    }

    private static Target OfPreset(Experiment preset) => new(preset, null, null, true, preset);

    private static Target Read(string file, string? run)
    {
        Experiment experiment;
        string text = JsonFile.Text(file);
        if (NeuronFile.IsEquations(text))
            throw NeuronFile.NoPotential(file);
        try
        {
            experiment = Experiment.FromJson(text);
            experiment.Validate();
            experiment = experiment with { Data = OwnData.Rooted(experiment.Data, Path.GetDirectoryName(file) ?? "") };
        }
        catch (Exception e) when (e is JsonException or ArgumentException)
        {
            throw new InputException($"{file}: {(JsonFile.IsJson(text) ? "" : "not JSON: ")}{e.Message}");
        }
        string? weights = experiment.Weights is null ? null : Path.Combine(Path.GetDirectoryName(file) ?? "", experiment.Weights);
        return new(experiment, run, weights, false, experiment);
    }
}
