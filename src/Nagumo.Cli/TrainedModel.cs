using Nagumo.Data;
using Nagumo.Learning;

namespace Nagumo.Cli;

/// <summary>A trained network, read from a run's folder, its checkpoint or a file of weights.</summary>
/// <param name="Experiment">The configuration that it was trained with.</param>
/// <param name="Checkpoint">The checkpoint; null when only weights were given.</param>
/// <param name="WeightsFile">The file of weights; null with a checkpoint.</param>
internal sealed record TrainedModel(Experiment Experiment, Checkpoint? Checkpoint, string? WeightsFile)
{
    /// <summary>Finds run, checkpoint or weights.</summary>
    /// <param name="path">A run's folder, a checkpoint.bin or a weights.npz.</param>
    /// <param name="config">Preset or configuration of the weights; null for the config.json beside them.</param>
    public static TrainedModel Find(string path, string? config)
    {
        if (Directory.Exists(path))
        {
            if (!RunFolder.IsRun(path))
                throw new InputException($"'{path}' is a folder without a config.json: it holds no run.");
            if (!File.Exists(RunFolder.CheckpointOf(path)))
                throw new InputException($"the run '{path}' has no finished epoch yet.");
            return Of(Checkpoint.Read(RunFolder.CheckpointOf(path)));
        }
        if (!File.Exists(path))
            throw new InputException(
                Presets.All.Any(p => p.Name == path)
                    ? $"'{path}' is a preset: train it first ({Terminal.Command} train {path}), then name the run."
                    : $"there is no run or file '{path}'."
            );
        if (path.EndsWith(".bin", StringComparison.Ordinal))
            return Of(Checkpoint.Read(path));
        if (path.EndsWith(".json", StringComparison.Ordinal))
            throw new InputException(
                $"'{path}' is a configuration: train it first ({Terminal.Command} train {Terminal.Quoted(path)}), then name the run."
            );
        config ??= RunFolder.ConfigOf(Path.GetDirectoryName(path) ?? "");
        if (!File.Exists(config) && Presets.All.All(p => p.Name != config))
            throw new InputException($"'{path}' are weights only: name their preset or configuration with --config.");
        return new(Target.Find(config).Experiment, null, path);

        static TrainedModel Of(Checkpoint checkpoint) => new(checkpoint.Experiment, checkpoint, null);
    }

    /// <summary>The same weights in a configuration that differs in single keys.</summary>
    public TrainedModel With(string[] assignments)
    {
        if (assignments.Length == 0)
            return this;
        var changed = Experiment.With(assignments);
        changed.Validate();
        return this with { Experiment = changed };
    }

    /// <summary>The network with its trained parameters.</summary>
    /// <param name="data">The data that it will see; null for single pictures of the right size.</param>
    /// <param name="threads">Threads.</param>
    public Trainer Load(DataSet? data, int threads)
    {
        // Held-out samples are a matter of training only.
        var trainer = new Trainer(Experiment with { Validation = 0 }, data ?? Blank(Experiment), threads);
        if (Checkpoint is not null)
            trainer.Restore(Checkpoint);
        else
            trainer.SetWeights(Npz.Read(WeightsFile!));
        return trainer;
    }

    /// <summary>A data set of one empty picture: for networks that only look at single pictures, or at none.</summary>
    public static DataSet Blank(Experiment experiment)
    {
        int inputs =
            experiment.Network.Populations.FirstOrDefault(p => p is { Neuron: null, Potential: null, Values: null })?.Size
            ?? throw new InputException("the network has no clamped population for pictures.");
        int outputs = experiment.Network.Populations.FirstOrDefault(p => p.Name == experiment.Readout.Population)?.Size ?? 1,
            classes = Math.Clamp(experiment.Readout.Paired ? outputs / 2 : outputs, 1, 256),
            side = (int)Math.Round(Math.Sqrt(inputs)),
            rows = side * side == inputs ? side : 1;
        var set = new ImageSet(rows, Math.Max(1, inputs / rows), classes, new byte[Math.Max(1, inputs)], new byte[1]);
        return new("blank", set, set);
    }
}
