using System.CommandLine;
using Nagumo.Audits;
using Nagumo.Data;
using Nagumo.Learning;
using Nagumo.Plots;

namespace Nagumo.Cli;

/// <summary><c>nagumo check</c>: whether gradient, stability and rest states of a network are what theory says, in float64.</summary>
internal static class CheckCommand
{
    private const string ResultFile = "check.json",
        GradientPicture = "gradient-error",
        ResidualPicture = "residual";

    private const string DefaultData = "mnist-mini";

    /// <summary>The command.</summary>
    public static Command Build()
    {
        var target = new Argument<string>("PRESET|config.json|RUN")
        {
            Description = $"A preset (at its initial weights), a config.json, or a trained run's folder [default: {Presets.Default}]",
            Arity = ArgumentArity.ZeroOrOne,
            HelpName = "PRESET|config.json|RUN",
        };
        target.CompletionSources.Add(_ => Target.Names.Select(n => new System.CommandLine.Completions.CompletionItem(n)));
        var samples = new Option<int>("--samples")
        {
            Description = "Test samples to check at",
            HelpName = "N",
            DefaultValueFactory = _ => 8,
        };
        var data = CommonOptions.Data(
            $"Data of those samples [default: its own where it ships inside, else {DefaultData}; a run's own gradient: its own]"
        );
        var folder = CommonOptions.Out($"Write {ResultFile} and the pictures {GradientPicture} and {ResidualPicture} (.png, .svg) here");
        var set = CommonOptions.SetKey("estimator.beta=0.02");
        var noPictures = CommonOptions.NoPictures();
        var json = CommonOptions.Json();
        var command = new Command("check", "Check gradient, stability and rest states of a network in float64")
        {
            target,
            samples,
            data,
            folder,
            set,
            noPictures,
            json,
        };
        command.SetAction(parsed =>
            Run(
                parsed.GetValue(target) ?? Presets.Default,
                parsed.GetValue(samples),
                parsed.GetValue(data),
                parsed.GetValue(folder),
                parsed.GetValue(set)!,
                !parsed.GetValue(noPictures),
                parsed.GetValue(json),
                parsed.InvocationConfiguration.Output,
                parsed.InvocationConfiguration.Error
            )
        );
        return command;
    }

    private static int Run(
        string name,
        int count,
        string? dataName,
        string? folder,
        string[] assignments,
        bool draws,
        bool json,
        TextWriter output,
        TextWriter error
    )
    {
        if (count is < 1 or > 1000)
            throw new InputException($"--samples {count}: give 1 to 1000; 8 is usual.");
        var found = Target.Find(name);
        var target = found.With(assignments, UseOf(found, dataName is null ? Use.Check : Use.Check | Use.Shown, evaluates: true));
        string label = target.Named(name);
        if (folder is not null)
            OutputPath.OfFolder(folder);
        (target, var data) = target.For(dataName, DefaultData, error);
        bool trained = target.Run is not null || target.StartWeights is not null;
        // The images that a run finds hard are those of its own data; they are never fetched for that.
        var own =
            trained && dataName is null && !OwnData.IsOwn(target.Experiment.Data)
                ? DataSets.LoadCached(target.Experiment.Data.Source) ?? data
                : data;
        using var trainer = target.Model().Load(own, trained ? Environment.ProcessorCount : 1);
        // Well-fitted images have almost no gradient, and what is left of it is rounding: a trained network is checked where it errs.
        count = Math.Min(count, own.Test.Count);
        int[] samples = trained
            ? trainer.ByCost(own.Test)[..count]
            : [.. Enumerable.Range(0, count).Select(i => i * own.Test.Count / count)];
        var check = NetworkCheck.Run(trainer, samples, trained, new Steps(error));
        var report = new CheckReport(label, check);
        var result = report.ToJson();
        output.WriteLine(json ? Json.Text(result) : report.ToText());
        if (folder is not null)
        {
            string[] pictures = draws ? Draw(folder, report) : [];
            AtomicFile.WriteText(Path.Combine(folder, ResultFile), Json.Text(result) + "\n");
            if (!json)
                output.WriteLine(
                    OutputPath.Said([.. pictures.SelectMany(Figure.Files).Prepend(ResultFile).Select(p => Path.Combine(folder, p))])
                );
        }
        return check.Passed ? ExitCode.Done
            : check.Converged ? ExitCode.Failed
            : ExitCode.NotConverged;
    }

    /// <summary>Says each step as it comes: one line.</summary>
    private sealed class Steps(TextWriter error) : IProgress<string>
    {
        public void Report(string value) => error.WriteLine(value);
    }

    /// <summary>What a command that looks at a preset, configuration or run reads of it.</summary>
    /// <param name="target">The target.</param>
    /// <param name="use">What the command does.</param>
    /// <param name="evaluates">Whether it looks for the samples that a trained network finds hard.</param>
    internal static Use UseOf(Target target, Use use, bool evaluates) =>
        use
        | (target.Run is null ? 0 : Use.Trained | Use.Checkpoint)
        | (evaluates && (target.Run ?? target.StartWeights) is not null ? Use.Evaluation : 0);

    /// <summary>The error of the gradient, root mean square over blocks, and the residuals of sweeps where there are any; the pictures' names.</summary>
    private static string[] Draw(string folder, CheckReport report)
    {
        var check = report.Check;
        string where = $"{report.Model}, {Counted.Of(check.Samples, "sample")}, float64";
        Series[] estimators =
        [
            .. check
                .Gradient.Points.GroupBy(p => p.Estimator)
                .Select(estimator =>
                {
                    var betas = estimator.GroupBy(p => p.Beta).OrderBy(b => b.Key).ToArray();
                    return new Series(
                        estimator.Key,
                        [.. betas.Select(b => b.Key)],
                        [.. betas.Select(b => Math.Sqrt(b.Average(p => p.RelativeError * p.RelativeError)))]
                    );
                }),
        ];
        Figure.Draw(
            folder,
            GradientPicture,
            path => GradientError.Save(path, new("Error of the estimated gradient against the exact one", where), estimators)
        );
        if (check.Residuals is not { Count: > 0 } trace)
            return [GradientPicture];
        var residuals = new Series("largest over samples", [.. Enumerable.Range(1, trace.Count).Select(i => (double)i)], trace);
        Figure.Draw(folder, ResidualPicture, path => ResidualCurve.Save(path, new("Relaxation of the free phase", where), [residuals]));
        return [GradientPicture, ResidualPicture];
    }
}
