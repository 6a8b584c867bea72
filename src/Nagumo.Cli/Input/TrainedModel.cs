using Nagumo.Data;
using Nagumo.Learning;

namespace Nagumo.Cli;

/// <summary>A network that is looked at, not trained: from a run's folder, its checkpoint, a file of weights, or at its initial weights.</summary>
/// <remarks>
/// Its chip is as old as its checkpoint, and without one as the configuration's epochs say: programmed once, then left alone for as long as training
/// lasts. A run and its weights.npz are one and the same chip.
/// </remarks>
/// <param name="Experiment">The configuration that it was trained with.</param>
/// <param name="Checkpoint">The checkpoint; null when there is none.</param>
/// <param name="WeightsFile">The file of weights; null with a checkpoint, and for initial weights.</param>
/// <param name="Preparation">How its own data were made ready; null where they are a set that is known by name.</param>
internal sealed record TrainedModel(Experiment Experiment, Checkpoint? Checkpoint, string? WeightsFile, Preparation? Preparation = null)
{
    /// <summary>How the data of the run in a folder were made ready; null where the folder does not say.</summary>
    public static Preparation? PreparationBeside(string folder) =>
        Path.Combine(folder, Preparation.FileName) is var file && File.Exists(file) ? Preparation.Read(file) : null;

    /// <summary>Finds run, checkpoint or weights.</summary>
    /// <param name="path">A run's folder, a checkpoint.bin or a weights.npz.</param>
    /// <param name="config">Preset or configuration of the weights; null for the config.json beside them.</param>
    public static TrainedModel Find(string path, string? config)
    {
        if (config is not null && (Directory.Exists(path) || path.EndsWith(".bin", StringComparison.Ordinal)))
            throw new InputException(
                $"--config {config}: '{path}' has a configuration of its own; --config is for a weights.npz. Leave it out."
            );
        if (Directory.Exists(path))
        {
            if (!RunFolder.IsRun(path))
                throw new InputException($"'{path}' is a folder without a config.json: it holds no run.");
            if (!File.Exists(RunFolder.CheckpointOf(path)))
                throw new InputException(
                    Path.Combine(path, RunFolder.Weights) is var weights && File.Exists(weights)
                        ? $"the run '{path}' has lost its {Path.GetFileName(RunFolder.CheckpointOf(path))}; its weights are there: name {weights}."
                        : $"the run '{path}' has no finished epoch yet."
                );
            var checkpoint = Checkpoint.Read(RunFolder.CheckpointOf(path));
            RequireUnchanged(path, checkpoint);
            return Of(checkpoint, path);
        }
        if (!File.Exists(path))
            throw new InputException(
                Target.Names.Contains(path)
                    ? $"'{path}' is a preset: train it first ({Terminal.Command} train {path}), then name the run."
                    : $"there is no run or file '{path}'."
            );
        if (path.EndsWith(".bin", StringComparison.Ordinal))
            return Of(Checkpoint.Read(path), Path.GetDirectoryName(path) ?? "");
        if (path.EndsWith(".json", StringComparison.Ordinal))
            throw new InputException(
                $"'{path}' is a configuration: train it first ({Terminal.Command} train {Terminal.Quoted(path)}), then name the run."
            );
        config ??= RunFolder.ConfigOf(Path.GetDirectoryName(path) ?? "");
        if (!File.Exists(config) && !Target.Names.Contains(config))
            throw new InputException($"'{path}' are weights only: name their preset or configuration with --config.");
        return new(Target.Find(config).Experiment, null, path, PreparationBeside(Path.GetDirectoryName(path) ?? ""));

        static TrainedModel Of(Checkpoint checkpoint, string folder) =>
            new(checkpoint.Experiment, checkpoint, null, PreparationBeside(folder));
    }

    /// <summary>Refuses a run whose config.json says something else than what was trained: no command is to answer for the one in the other's name.</summary>
    /// <param name="run">The run's folder.</param>
    /// <param name="checkpoint">Its checkpoint. Where the data are is not compared: folders move.</param>
    public static void RequireUnchanged(string run, Checkpoint checkpoint)
    {
        var trained = checkpoint.Experiment;
        var now = Target.Find(run).Experiment with { Data = trained.Data, Weights = trained.Weights };
        if (trained.Difference(now) is var (key, before, after))
            throw new InputException(
                $"'{run}': its config.json was changed since: {key} was {before} when it was trained and is {after} now. Undo that, or, to look at these weights with another value: --set {key}=…"
            );
    }

    /// <summary>The same weights in a configuration that differs in single keys.</summary>
    /// <param name="assignments">KEY=VALUE.</param>
    /// <param name="use">What the command does beside reading trained weights.</param>
    public TrainedModel With(string[] assignments, Use use)
    {
        if (assignments.Length == 0)
            return this;
        var changed = Experiment.With(assignments);
        changed.Validate();
        changed = changed with { Data = OwnData.Rooted(changed.Data, "") };
        KeyUse.Require(use | Use.Trained | (Checkpoint is null ? 0 : Use.Checkpoint), changed, assignments);
        return this with { Experiment = changed };
    }

    /// <summary>The network with its parameters.</summary>
    /// <param name="data">The data that it will see; null for single pictures of the right size.</param>
    /// <param name="threads">Threads.</param>
    public Trainer Load(DataSet? data, int threads)
    {
        // Held-out samples are a matter of training only.
        var trainer = new Trainer(Experiment with { Validation = 0 }, data ?? Blank(Experiment), threads);
        if (Checkpoint is not null)
        {
            trainer.Restore(Checkpoint);
            return trainer;
        }
        if (WeightsFile is not null)
            SetWeights(trainer, WeightsFile);
        trainer.Wait(Experiment.Epochs);
        return trainer;
    }

    /// <summary>Takes over a file of weights.</summary>
    /// <exception cref="InputException">They are not the network's; the message names the file.</exception>
    public static void SetWeights(Trainer trainer, string file)
    {
        try
        {
            trainer.ReadWeights(file);
        }
        catch (ArgumentException e)
        {
            throw new InputException($"{file}: {e.Message}");
        }
    }

    /// <summary>How many pixels the network reads; null where no population is clamped to them.</summary>
    public static int? Inputs(Experiment experiment) =>
        experiment.Network.Populations.FirstOrDefault(p => p is { Neuron: null, Potential: null, Values: null })?.Size;

    /// <summary>A data set of one sample: for networks that only look at single pictures, or at none.</summary>
    public static DataSet Blank(Experiment experiment)
    {
        int inputs = Inputs(experiment) ?? throw new InputException("the network has no clamped population for pictures.");
        int outputs = experiment.Network.Populations.FirstOrDefault(p => p.Name == experiment.Readout.Population)?.Size ?? 1,
            classes = Math.Clamp(experiment.Readout.Paired ? outputs / 2 : outputs, 1, 256),
            side = (int)Math.Round(Math.Sqrt(inputs)),
            rows = side * side == inputs ? side : 1;
        // The shape of its own data where that is inside: four lengths of a flower are no 2 × 2 picture.
        if (
            DataSets.All.Any(d => d.IsEmbedded && d.Name == experiment.Data.Source)
            && DataSets.Load(experiment.Data.Source) is var own
            && own.Size == inputs
        )
            return new("blank", own.Test.Select([0]), own.Test.Select([0]));
        var set = new Samples([rows, Math.Max(1, inputs / rows)], new byte[Math.Max(1, inputs)], new ClassTargets(classes, new int[1]));
        return new("blank", set, set);
    }
}
