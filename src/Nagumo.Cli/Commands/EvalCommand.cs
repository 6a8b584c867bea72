using System.CommandLine;
using System.Text.Json;
using Nagumo.Data;
using Nagumo.Learning;
using Nagumo.Relaxation;

namespace Nagumo.Cli;

/// <summary><c>nagumo eval</c>: the error of a trained network on a test set.</summary>
internal static class EvalCommand
{
    /// <summary>The command.</summary>
    public static Command Build()
    {
        var model = new Argument<string>("RUN") { Description = "A run's folder, a checkpoint.bin or a weights.npz", HelpName = "RUN" };
        var data = CommonOptions.Data("Data set, file or folder [default: the run's own]");
        var sweeps = new Option<int?>("--sweeps")
        {
            Description = "Do exactly N sweeps, as in training, instead of relaxing to convergence",
            HelpName = "N",
        };
        var config = new Option<string?>("--config")
        {
            Description = "Preset or configuration of a weights.npz [default: config.json beside it]",
            HelpName = "PRESET|FILE",
        };
        var samples = new Option<string?>("--samples")
        {
            Description = "Only these test samples, e.g. 0-9 or 3,17,20-24",
            HelpName = "RANGE",
        };
        var states = new StatesOptions(nudges: true);
        var set = CommonOptions.SetKey("hardware.mismatch=0.1");
        var threads = CommonOptions.Threads();
        var json = CommonOptions.Json();
        var command = new Command("eval", "Test error of a trained network, relaxed to convergence")
        {
            model,
            data,
            sweeps,
            config,
            samples,
            set,
            threads,
            json,
        };
        states.AddTo(command);
        command.SetAction(parsed =>
            Run(
                parsed.GetRequiredValue(model),
                parsed.GetValue(data),
                parsed.GetValue(sweeps),
                parsed.GetValue(config),
                parsed.GetValue(samples),
                states.Wanted(parsed) ? (trainer, set, chosen, options) => states.Write(parsed, trainer, set, chosen, options) : null,
                parsed.GetValue(set)!,
                parsed.ThreadCount(threads),
                parsed.GetValue(json),
                parsed.InvocationConfiguration.Output,
                parsed.InvocationConfiguration.Error
            )
        );
        return command;
    }

    private static int Run(
        string path,
        string? dataName,
        int? sweeps,
        string? config,
        string? samples,
        Func<Trainer, Samples, int[], SweepOptions, WrittenStates>? states,
        string[] set,
        int threads,
        bool json,
        TextWriter output,
        TextWriter error
    )
    {
        if (sweeps is < 1)
            throw new InputException($"--sweeps {sweeps}: give at least 1.");
        var begun = Accounting.Mark.Now;
        var model = TrainedModel.Find(path, config).With(set, sweeps is null ? Use.Evaluation : Use.Evaluation | Use.Sweeps);
        var data = OwnData.LoadLike(model.Experiment, model.Preparation, dataName, error);
        using var trainer = model.Load(data, threads);
        var options = sweeps is { } n ? model.Experiment.Free with { MaxSweeps = n, Tolerance = 0 } : model.Experiment.Evaluation;
        int[] chosen = samples is null ? [.. Enumerable.Range(0, data.Test.Count)] : SampleRange.Parse(samples, data.Test.Count);
        var test = trainer.Evaluate(data.Test, chosen, options);
        var others = trainer.FindOtherRests(data.Test, chosen);
        var written = states?.Invoke(trainer, data.Test, chosen, options);
        bool isFixed = options.Tolerance == 0,
            // A fixed number of sweeps counts no samples; the largest residual still says whether all reached the tolerance.
            converged = isFixed ? test.Relaxation.Residual <= model.Experiment.Evaluation.Tolerance : test.Relaxation.Converged;
        if (json)
        {
            var result = new EvalResult(
                path,
                data.Name,
                test.Samples,
                test.Confusion is null ? null : test.Score.Value,
                test.Loss,
                converged,
                isFixed ? null : test.Relaxation.NotConverged,
                test.Relaxation.Residual,
                test.Relaxation.Sweeps,
                isFixed ? null : options.Tolerance,
                begun.WallSeconds,
                test.Confusion is { } counts ? Rows(counts) : null,
                test.Score.Name,
                Scores.Json(test.Metrics),
                test.Score.Unit,
                written?.File,
                others,
                (data.Test.Targets as ClassTargets)?.Names
            );
            output.WriteLine(JsonSerializer.Serialize(result, CliJson.Default.EvalResult));
        }
        else
        {
            string more = test.Confusion is null
                ? $"{Scores.Others(test.Metrics)}, {Terminal.Count(test.Samples)} of {data.Name}"
                : $"{Report.Wrong(test.Score.Value, test.Samples, $" of {data.Name}")}";
            output.WriteLine(
                $"{"test " + Scores.Name(test.Score.Name), -11} {Scores.Text(test.Score.Name, test.Score.Value, test.Score.Unit)}   {more}{Chip.Of(model.Experiment, "; on ")}"
            );
            if (model.Checkpoint is { } saved && saved.Epoch < model.Experiment.Epochs)
                output.WriteLine($"trained     {saved.Epoch} of {Counted.Of(model.Experiment.Epochs, "epoch")}: an unfinished run");
            output.WriteLine(
                "relaxed     "
                    + (written is null ? "" : "free phase: ")
                    + (
                        isFixed
                            ? $"{Counted.Of(test.Relaxation.Sweeps, "sweep")} (fixed), residual {Terminal.Short(test.Relaxation.Residual)}"
                            : Report.Relaxed(test.Relaxation.NotConverged, test.Relaxation.Sweeps, test.Relaxation.Residual)
                    )
            );
            Report.OtherRests(others, output);
            if (written is not null)
                output.WriteLine($"states      {written}");
            output.WriteLine($"took        {Terminal.Duration(begun.WallSeconds)}");
        }
        return isFixed || converged ? ExitCode.Done : ExitCode.NotConverged;
    }

    private static int[][] Rows(int[,] counts) =>
        [
            .. Enumerable
                .Range(0, counts.GetLength(0))
                .Select(i => Enumerable.Range(0, counts.GetLength(1)).Select(j => counts[i, j]).ToArray()),
        ];
}
