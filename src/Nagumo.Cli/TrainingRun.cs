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

    /// <summary>Trains what is missing, evaluates, and leaves result, weights and pictures.</summary>
    /// <param name="resume">Whether to continue what the folder holds.</param>
    /// <param name="begun">When this run's share of the process began.</param>
    /// <param name="error">Standard error.</param>
    /// <param name="cancel">Stops after a batch.</param>
    public TrainResult Execute(bool resume, Accounting.Mark begun, TextWriter error, CancellationToken cancel)
    {
        experiment = experiment with { Weights = startWeights is null ? null : "start-weights.npz" };
        bool continues = resume && RunFolder.IsRun(folder.Path);
        if (continues)
        {
            RequireSame(Target.Find(folder.Path).Experiment);
            if (RunFolder.ResultOf(folder.Path) is { } result)
            {
                error.WriteLine($"{folder.Path} is finished: nothing to train");
                return result with { Run = folder.Path };
            }
        }
        var checkpoint =
            continues && File.Exists(RunFolder.CheckpointOf(folder.Path)) ? Checkpoint.Read(RunFolder.CheckpointOf(folder.Path)) : null;

        using var trainer = new Trainer(experiment, data, threads);
        if (checkpoint is not null)
            trainer.Resume(checkpoint);
        else if (startWeights is not null)
            trainer.SetWeights(Npz.Read(startWeights));
        if (!continues)
            RunFolder.Writing(() => folder.Begin(experiment, startWeights, Info()));
        if (checkpoint is not null)
            folder.WriteMetrics(trainer.History);
        Saved = trainer.Epoch;
        int resumedAt = trainer.Epoch;
        double trainingSeconds = 0;

        using (var shown = EpochDisplay.For(error, experiment, trainer.TrainSamples, Saved))
        {
            shown.Begin(folder.Path, data, threads);
            while (trainer.Epoch < experiment.Epochs)
            {
                double cpuBefore = Accounting.CpuSeconds;
                long from = Stopwatch.GetTimestamp();
                var metrics = trainer.TrainEpoch(shown, cancel);
                double wall = Stopwatch.GetElapsedTime(from).TotalSeconds;
                trainingSeconds += wall;
                RunFolder.Writing(() => folder.Save(trainer.Save()));
                Saved = trainer.Epoch;
                double rate = trainer.TrainSamples / wall;
                folder.AddTiming(new(metrics.Epoch, wall, Accounting.CpuSeconds - cpuBefore, rate));
                shown.Epoch(metrics, wall);
            }
            shown.Testing();
        }
        cancel.ThrowIfCancellationRequested();
        var test = trainer.Test();
        var last = trainer.History[^1];
        RunFolder.Writing(() =>
        {
            Npz.Write(folder["weights.npz"], trainer.Weights());
            Pictures.Save(folder, experiment, data, trainer, test);
        });
        var done = new TrainResult(
            experiment.Name,
            experiment.Seed,
            experiment.Epochs,
            data.Name,
            test.ErrorPercent,
            last.ValidationErrorPercent,
            last.TrainErrorPercent,
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
            folder.Path
        );
        folder.Finish(done);
        return done;
    }

    /// <summary>A run continues with its own configuration, or not at all: anything else would be a different run.</summary>
    private void RequireSame(Experiment there)
    {
        if (there.Difference(experiment) is var (key, old, now))
            throw new InputException(
                $"--resume continues '{folder.Path}' as it began, but {key} is {old} there and {now} here. Start another run (--out), perhaps from its weights (--weights)."
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
