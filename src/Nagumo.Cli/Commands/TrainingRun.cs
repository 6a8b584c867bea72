using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using Nagumo.Data;
using Nagumo.Learning;

namespace Nagumo.Cli;

/// <summary>One run of training in its folder.</summary>
internal sealed class TrainingRun(RunFolder folder, Experiment experiment, DataSet data, int threads, string? startWeights)
{
    /// <summary>Epochs in the folder's checkpoint.</summary>
    public int Saved { get; private set; }

    /// <summary>The configuration that the experiment's name stands for.</summary>
    public required Experiment Origin { get; init; }

    /// <summary>How the data were made ready; null for a set that is known by its name.</summary>
    public Preparation? Preparation { get; init; }

    /// <summary>Whether it leaves pictures.</summary>
    public bool Draws { get; init; } = true;

    /// <summary>Trains what is missing, evaluates, and leaves result, weights and pictures.</summary>
    /// <param name="resume">Whether to continue what the folder holds.</param>
    /// <param name="begun">When this run's share of the process began.</param>
    /// <param name="error">Standard error.</param>
    /// <param name="cancel">Stops after a batch.</param>
    public TrainResult Execute(bool resume, Accounting.Mark begun, TextWriter error, CancellationToken cancel)
    {
        experiment = experiment with { Weights = startWeights is null ? null : "start-weights.npz" };
        bool continues = resume && RunFolder.IsRun(folder.Path);
        var checkpoint =
            continues && File.Exists(RunFolder.CheckpointOf(folder.Path)) ? Checkpoint.Read(RunFolder.CheckpointOf(folder.Path)) : null;
        if (continues)
        {
            var there = Target.Find(folder.Path).Experiment;
            RequireSame(there);
            if (RunFolder.ResultOf(folder.Path) is { } result)
            {
                RequireUnchanged(there, checkpoint);
                error.WriteLine($"{folder.Path} is finished: nothing to train");
                return result with { Run = folder.Path };
            }
        }

        using var trainer = new Trainer(experiment, data, threads);
        if (checkpoint is not null)
            trainer.Resume(checkpoint);
        else if (startWeights is not null)
            TrainedModel.SetWeights(trainer, startWeights);
        if (continues)
            folder.Describe(Info());
        else
            folder.Begin(experiment, startWeights, Preparation, Info());
        if (checkpoint is not null)
            folder.WriteMetrics(trainer.History);
        string label = experiment.Name + Changed.Text(experiment, Origin);
        Saved = trainer.Epoch;
        int resumedAt = trainer.Epoch;
        double trainingSeconds = 0;
        var timings = folder.ReadTimings(trainer.Epoch);

        using (
            var shown = EpochDisplay.For(error, experiment, label, trainer.Task.ScoreName(data.Train.Targets), trainer.TrainSamples, Saved)
        )
        {
            shown.Begin(folder.Path, data, threads);
            while (trainer.Epoch < experiment.Epochs)
            {
                double cpuBefore = Accounting.CpuSeconds;
                long from = Stopwatch.GetTimestamp();
                var metrics = trainer.TrainEpoch(shown, cancel);
                double wall = Stopwatch.GetElapsedTime(from).TotalSeconds;
                trainingSeconds += wall;
                timings.Add(new(metrics.Epoch, wall, Accounting.CpuSeconds - cpuBefore, trainer.TrainSamples / wall));
                folder.Save(trainer.Save(), timings);
                Saved = trainer.Epoch;
                shown.Epoch(metrics, wall);
            }
            shown.Testing();
        }
        cancel.ThrowIfCancellationRequested();
        var test = trainer.Test();
        if (!double.IsFinite(test.Loss))
            throw new DivergenceException(
                $"Diverged: the loss on the test set is {test.Loss:g3} after epoch {trainer.Epoch}. Start another run with a lower optimizer.rate, or bound the weights' norms (optimizer.norm_bounds)."
            );
        var last = trainer.History[^1];
        Npz.Write(folder[RunFolder.Weights], trainer.Weights());
        if (Draws)
            Pictures.Save(folder, label, experiment, data, trainer, test);
        var done = new TrainResult(
            experiment.Name,
            experiment.Seed,
            experiment.Epochs,
            data.Name,
            ErrorOf(test.Score.Value),
            ErrorOf(last.ValidationScore),
            ErrorOf(last.TrainScore),
            test.Loss,
            test.Samples,
            test.Relaxation.NotConverged,
            test.Relaxation.Residual,
            test.Relaxation.Sweeps,
            trainingSeconds > 0 ? (trainer.Epoch - resumedAt) * (double)trainer.TrainSamples / trainingSeconds : 0,
            begun.CpuSeconds,
            begun.WallSeconds,
            Accounting.PeakRssMib,
            threads,
            resumedAt,
            folder.Path,
            Changed.Json(experiment, Origin),
            test.Score.Name,
            Scores.Json(test.Metrics, last),
            test.Score.Unit,
            trainer.FindOtherRests(data.Test)
        );
        folder.Finish(done);
        if (Overfitting.Of(trainer.History, test, ownData: Preparation is not null, trainer.TrainSamples) is { } overfitted)
            error.WriteLine(overfitted);
        return done;

        double? ErrorOf(double? score) => test.Confusion is null ? null : score;
    }

    /// <summary>A run continues with its own configuration, or not at all: anything else would be a different run.</summary>
    private void RequireSame(Experiment there)
    {
        if (there.Difference(experiment) is var (key, old, now))
            throw new InputException(
                $"--resume continues '{folder.Path}' as it began, but {key} is {old} there and {now} here. Start another run (--out), perhaps from its weights (--weights)."
            );
    }

    /// <summary>What the folder's configuration says now is what was trained, or the result would be taken for that of another run.</summary>
    private void RequireUnchanged(Experiment there, Checkpoint? checkpoint)
    {
        if (checkpoint?.Experiment.Difference(there) is var (key, trained, now))
            throw new InputException(
                $"'{folder.Path}' is finished, and its config.json was changed since: {key} was {trained} when it was trained and is {now} now. Undo that, or train the changed one as a run of its own: {Terminal.Command} train {Terminal.Quoted(RunFolder.ConfigOf(folder.Path))} --out …"
            );
    }

    private RunInfo Info()
    {
        var (version, commit) = CommandLine.Version;
        return new(
            version,
            commit,
            RuntimeInformation.FrameworkDescription,
            threads,
            DateTime.UtcNow.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture)
        );
    }
}
