using System.CommandLine;
using System.Text.Json;
using Nagumo.Relaxation;

namespace Nagumo.Cli;

/// <summary><c>nagumo eval</c>: the error of a trained network on a test set.</summary>
internal static class EvalCommand
{
    /// <summary>The command.</summary>
    public static Command Build()
    {
        var model = new Argument<string>("RUN") { Description = "A run's folder, a checkpoint.bin or a weights.npz", HelpName = "RUN" };
        var data = new Option<string?>("--data") { Description = "Data set [default: the run's own]", HelpName = "NAME" };
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
        var set = CommonOptions.SetKey("hardware.mismatch=0.1");
        var threads = CommonOptions.Threads();
        var json = CommonOptions.Json();
        var command = new Command("eval", "Test error of a trained network, relaxed to convergence")
        {
            model,
            data,
            sweeps,
            config,
            set,
            threads,
            json,
        };
        command.SetAction(parsed =>
            Run(
                parsed.GetRequiredValue(model),
                parsed.GetValue(data),
                parsed.GetValue(sweeps),
                parsed.GetValue(config),
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
        var model = TrainedModel.Find(path, config).With(set);
        var data = Target.Load(dataName ?? model.Experiment.Data, error);
        using var trainer = model.Load(data, threads);
        var options = sweeps is { } n ? model.Experiment.Free with { MaxSweeps = n, Tolerance = 0 } : model.Experiment.Evaluation;
        var test = trainer.Test(options);
        bool isFixed = options.Tolerance == 0,
            // A fixed number of sweeps counts no samples; the largest residual still says whether all reached the tolerance.
            converged = isFixed ? test.Relaxation.Residual <= model.Experiment.Evaluation.Tolerance : test.Relaxation.Converged;
        if (json)
        {
            int classes = test.Confusion.GetLength(0);
            var result = new EvalResult(
                path,
                data.Name,
                test.Samples,
                test.ErrorPercent,
                test.Loss,
                converged,
                isFixed ? null : test.Relaxation.NotConverged,
                test.Relaxation.Residual,
                test.Relaxation.Sweeps,
                isFixed ? null : options.Tolerance,
                begun.WallSeconds,
                [.. Enumerable.Range(0, classes).Select(i => Enumerable.Range(0, classes).Select(j => test.Confusion[i, j]).ToArray())]
            );
            output.WriteLine(JsonSerializer.Serialize(result, CliJson.Default.EvalResult));
        }
        else
        {
            int wrong = (int)Math.Round(test.ErrorPercent * test.Samples / 100);
            output.WriteLine(
                $"test error  {Terminal.Percent(test.ErrorPercent)}   {Terminal.Count(wrong)} of {Terminal.Count(test.Samples)} of {data.Name} wrong{Chip.Of(model.Experiment, "; on ")}"
            );
            if (model.Checkpoint is { } saved && saved.Epoch < model.Experiment.Epochs)
                output.WriteLine($"trained     {saved.Epoch} of {Terminal.Epochs(model.Experiment.Epochs)}: an unfinished run");
            output.WriteLine(
                "relaxed     "
                    + (
                        isFixed
                            ? $"{test.Relaxation.Sweeps} sweeps (fixed), residual {Terminal.Short(test.Relaxation.Residual)}"
                            : Report.Relaxed(test.Relaxation.NotConverged, test.Relaxation.Sweeps, test.Relaxation.Residual)
                    )
            );
            output.WriteLine($"took        {Terminal.Duration(begun.WallSeconds)}");
        }
        return isFixed || converged ? ExitCode.Done : ExitCode.NotConverged;
    }
}
