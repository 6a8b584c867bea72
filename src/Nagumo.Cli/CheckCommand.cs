using System.CommandLine;
using Nagumo.Audits;
using Nagumo.Data;
using Nagumo.Learning;
using Nagumo.Plots;

namespace Nagumo.Cli;

/// <summary><c>nagumo check</c>: whether gradient, stability and rest states of a network are what theory says, in float64.</summary>
internal static class CheckCommand
{
    private const string GradientPicture = "gradient-error.png",
        ResidualPicture = "residual.png";

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
        target.CompletionSources.Add(_ => Presets.All.Select(p => new System.CommandLine.Completions.CompletionItem(p.Name)));
        var samples = new Option<int>("--samples")
        {
            Description = "Test images to check at",
            HelpName = "N",
            DefaultValueFactory = _ => 8,
        };
        var data = new Option<string?>("--data")
        {
            Description = $"Data set of those images [default: {DefaultData}; a run's own gradient: its own]",
            HelpName = "NAME",
        };
        var folder = CommonOptions.Out($"Write {GradientPicture} and {ResidualPicture} here");
        var set = CommonOptions.SetKey("estimator.nudge=cost");
        var json = CommonOptions.Json();
        var command = new Command("check", "Check gradient, stability and rest states of a network in float64")
        {
            target,
            samples,
            data,
            folder,
            set,
            json,
        };
        command.SetAction(parsed =>
            Run(
                parsed.GetValue(target) ?? Presets.Default,
                parsed.GetValue(samples),
                parsed.GetValue(data),
                parsed.GetValue(folder),
                parsed.GetValue(set)!,
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
        bool json,
        TextWriter output,
        TextWriter error
    )
    {
        if (count is < 1 or > 1000)
            throw new InputException($"--samples {count}: give 1 to 1000; 8 is usual.");
        var target = Target.Find(name).With(assignments);
        if (folder is not null)
            OutputPath.OfFolder(folder);
        var data = Target.Load(dataName ?? DefaultData, error);
        bool trained = target.Run is not null || target.StartWeights is not null;
        // The images that a run finds hard are those of its own data; they are never fetched for that.
        var own = trained && dataName is null ? DataSets.LoadCached(target.Experiment.Data) ?? data : data;
        using var trainer = trained
            ? Trained(target).Load(own, Environment.ProcessorCount)
            : new Trainer(target.Experiment with { Validation = 0 }, own, 1);
        // Well-fitted images have almost no gradient, and what is left of it is rounding: a trained network is checked where it errs.
        count = Math.Min(count, own.Test.Count);
        int[] samples = trained
            ? trainer.ByCost(own.Test)[..count]
            : [.. Enumerable.Range(0, count).Select(i => i * own.Test.Count / count)];
        if (target.Experiment.Chain is { } chain)
        {
            var audit = new ChainCheckReport(name, ChainAudit.Run(trainer, samples), chain.MaxEscaped ?? 0);
            if (folder is not null)
                DrawGradient(
                    folder,
                    $"{name}, {samples.Length} images, float64",
                    audit.Audit.Points.Select(p => (p.Estimator, p.Beta, p.RelativeError))
                );
            output.WriteLine(json ? Json.Text(audit.ToJson()) : audit.ToText());
            Say(GradientPicture);
            return audit.Passed ? ExitCode.Done
                : audit.Converged ? ExitCode.Failed
                : ExitCode.NotConverged;
        }
        using var subject = new AuditSubject(target.Experiment, own.Test, samples);
        if (trained)
            subject.Load(trainer);
        var report = CheckReport.Of(name, subject, trainer, trained, step => error.WriteLine(step));
        if (folder is not null)
            Draw(folder, report, subject);
        output.WriteLine(json ? Json.Text(report.ToJson()) : report.ToText());
        Say(GradientPicture, ResidualPicture);
        return report.Passed ? ExitCode.Done
            : report.Converged ? ExitCode.Failed
            : ExitCode.NotConverged;

        void Say(params string[] pictures)
        {
            if (folder is not null && !json)
                output.WriteLine(OutputPath.Said([.. pictures.Select(p => Path.Combine(folder, p))]));
        }
    }

    /// <summary>The target's weights under its own configuration, --set included; what the optimizer stored is read with its own.</summary>
    internal static TrainedModel Trained(Target target)
    {
        var model = target.Run is not null ? TrainedModel.Find(target.Run, null) : new(target.Experiment, null, target.StartWeights);
        return model with { Experiment = target.Experiment with { Optimizer = model.Experiment.Optimizer } };
    }

    private static void Draw(string folder, CheckReport report, AuditSubject subject)
    {
        string where = $"{report.Model}, {subject.Samples} images, float64";
        DrawGradient(folder, where, report.Gradient.Points.Select(p => (p.Estimator, p.Beta, p.RelativeError)));
        var trace = subject.ResidualOfSweeps();
        ResidualCurve.Save(
            Path.Combine(folder, ResidualPicture),
            new("Relaxation of the free phase", where),
            [new Series("largest over images", [.. Enumerable.Range(1, trace.Count).Select(i => (double)i)], trace)]
        );
    }

    /// <summary>gradient-error.png: root mean square over what has the same estimator and β.</summary>
    private static void DrawGradient(string folder, string where, IEnumerable<(string Estimator, double Beta, double Error)> points)
    {
        GradientError.Save(
            Path.Combine(folder, GradientPicture),
            new("Error of the estimated gradient against the exact one", where),
            [
                .. points
                    .GroupBy(p => p.Estimator)
                    .Select(estimator =>
                    {
                        var betas = estimator.GroupBy(p => p.Beta).OrderBy(b => b.Key).ToArray();
                        return new Series(
                            estimator.Key,
                            [.. betas.Select(b => b.Key)],
                            [.. betas.Select(b => Math.Sqrt(b.Average(p => p.Error * p.Error)))]
                        );
                    }),
            ]
        );
    }
}
