using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Nagumo.Data;
using Nagumo.Learning;
using Nagumo.Plots;

namespace Nagumo.Cli;

/// <summary><c>nagumo tolerance</c>: the test error of a network on chips that are not ideal, trained ideally or on the chip itself.</summary>
internal static class ToleranceCommand
{
    private static readonly string[] Effects = ["mismatch", "neuron_mismatch", "pair_mismatch", "bits", "stuck", "drift", "read_noise"];

    /// <summary>The command.</summary>
    public static Command Build()
    {
        var target = new Argument<string>("PRESET|config.json") { Description = "The network", HelpName = "PRESET|config.json" };
        target.CompletionSources.Add(_ => Presets.All.Select(p => new System.CommandLine.Completions.CompletionItem(p.Name)));
        var effect = new Option<string[]>("--effect")
        {
            Description = $"What is not ideal: {string.Join(", ", Effects)}; several together when repeated",
            HelpName = "NAME",
            DefaultValueFactory = _ => ["mismatch"],
        };
        var levels = new Option<string>("--levels")
        {
            Description = "Sizes of the effect, separated by commas",
            HelpName = "LIST",
            DefaultValueFactory = _ => "0.05,0.1,0.2",
        };
        var betas = new Option<string?>("--betas")
        {
            Description = "Nudging strengths to train with, separated by commas [default: the configuration's]",
            HelpName = "LIST",
        };
        var chips = new Option<int>("--chips")
        {
            Description = "Chips of each size",
            HelpName = "N",
            DefaultValueFactory = _ => 5,
        };
        var epochs = new Option<int?>("--epochs")
        {
            Description = "Passes over the training set [default: the configuration's]",
            HelpName = "N",
        };
        var dataSet = new Option<string?>("--data")
        {
            Description = "Data set to train on and test [default: the configuration's]",
            HelpName = "NAME",
        };
        var set = CommonOptions.SetKey("hardware.ranges=5");
        var folder = CommonOptions.Out("Write tolerance.json and tolerance.png here");
        var threads = CommonOptions.Threads();
        var json = CommonOptions.Json();
        var command = new Command("tolerance", "Test error on chips that are not ideal, trained ideally or with the chip in the loop")
        {
            target,
            effect,
            levels,
            betas,
            chips,
            epochs,
            dataSet,
            set,
            folder,
            threads,
            json,
        };
        command.SetAction(parsed =>
        {
            List<string> assignments = [.. parsed.GetValue(set)!];
            if (parsed.GetValue(epochs) is { } e)
                assignments.Add($"epochs={e.ToString(CultureInfo.InvariantCulture)}");
            if (parsed.GetValue(dataSet) is { } d)
                assignments.Add($"data={TrainCommand.Known(d)}");
            var subject = Target.Find(parsed.GetRequiredValue(target)).With(assignments);
            subject.RequireNetwork("tolerance");
            if (subject.Run is { } run)
                throw new InputException(
                    $"'{run}' is a run, and 'tolerance' trains anew: name {RunFolder.ConfigOf(run)}. To move its weights to a chip: {Terminal.Command} eval {Terminal.Quoted(run)} --set hardware.mismatch=0.1."
                );
            return Run(
                subject.Experiment,
                parsed.GetValue(effect)!,
                Numbers("--levels", parsed.GetValue(levels)!),
                parsed.GetValue(betas) is { } list ? Numbers("--betas", list) : [],
                parsed.GetValue(chips),
                parsed.ThreadCount(threads),
                parsed.GetValue(folder),
                parsed.GetValue(json),
                parsed.InvocationConfiguration.Output,
                parsed.InvocationConfiguration.Error
            );
        });
        return command;
    }

    private static int Run(
        Experiment experiment,
        string[] effects,
        double[] levels,
        double[] betas,
        int chips,
        int threads,
        string? folder,
        bool json,
        TextWriter output,
        TextWriter error
    )
    {
        if (chips is < 1 or > 1000)
            throw new InputException($"--chips {chips}: give 1 to 1000.");
        foreach (string effect in effects)
            if (!Effects.Contains(effect))
                throw new InputException($"--effect: there is no effect '{effect}'.{Nearest.Hint(effect, Effects)}");
        if (betas.Length == 0)
            betas = [experiment.Estimator.Beta];
        // Every configuration is read before the first one is trained.
        var cells = betas
            .SelectMany(beta => levels.Select(level => (beta, level, on: OnChips(experiment, effects, level, beta, chips))))
            .ToArray();
        if (folder is not null)
            OutputPath.OfFolder(folder);
        var data = Target.Load(experiment.Data, error);

        var rows = new List<ToleranceRow>();
        var ideals = new Dictionary<double, (double ErrorPercent, IReadOnlyDictionary<string, NpyArray> Weights)>();
        foreach (var (beta, level, on) in cells)
        {
            if (!ideals.TryGetValue(beta, out var ideal))
            {
                using var trainer = new Trainer(With(experiment, beta), data, threads);
                Train(trainer, experiment.Epochs, error, $"ideal devices, beta {Terminal.Short(beta)}");
                ideals[beta] = ideal = (trainer.Test().ErrorPercent, trainer.Weights().ToDictionary());
            }
            double[] moved = OnlyReading(effects) ? [] : [.. on.Select(chip => Moved(chip, ideal.Weights, data, threads))];
            var trained = new double[chips];
            for (int c = 0; c < chips; c++)
            {
                using var inLoop = new Trainer(on[c], data, threads);
                Train(
                    inLoop,
                    experiment.Epochs,
                    error,
                    $"{string.Join(", ", effects)} {Terminal.Short(level)}, beta {Terminal.Short(beta)}, chip {c + 1} of {chips}"
                );
                trained[c] = inLoop.Test().ErrorPercent;
            }
            rows.Add(new(beta, level, ideal.ErrorPercent, moved, moved.Length > 0 ? moved.Average() : null, trained, trained.Average()));
            if (!json)
                Print(rows[^1], rows.Count == 1, output);
        }
        var result = new ToleranceResult(experiment.Name, experiment.Seed, data.Name, effects, chips, [.. rows], folder);
        string text = JsonSerializer.Serialize(result, ToleranceJson.Default.ToleranceResult);
        if (json)
            output.WriteLine(text);
        if (folder is not null)
        {
            RunFolder.Writing(() =>
            {
                File.WriteAllText(Path.Combine(folder, "tolerance.json"), text + "\n");
                Draw(Path.Combine(folder, "tolerance.png"), experiment, effects, rows, betas.Length > 1);
            });
            if (!json)
                output.WriteLine(OutputPath.Said(Path.Combine(folder, "tolerance.json"), Path.Combine(folder, "tolerance.png")));
        }
        return ExitCode.Done;
    }

    private static bool OnlyReading(string[] effects) => effects is ["read_noise"];

    private static Experiment With(Experiment experiment, double beta) =>
        experiment.With([$"estimator.beta={beta.ToString("R", CultureInfo.InvariantCulture)}"]);

    private static Experiment[] OnChips(Experiment experiment, string[] effects, double level, double beta, int chips)
    {
        string size = level.ToString("R", CultureInfo.InvariantCulture);
        return
        [
            .. Enumerable
                .Range(1, chips)
                .Select(chip =>
                {
                    var on = With(experiment, beta).With([.. effects.Select(e => $"hardware.{e}={size}"), $"hardware.chip={chip}"]);
                    on.Validate();
                    return on;
                }),
        ];
    }

    private static void Train(Trainer trainer, int epochs, TextWriter error, string what)
    {
        // On a terminal the line goes again before the table's next row stands in its place.
        bool live = Terminal.IsLive(error);
        error.Write($"{what}: ");
        while (trainer.Epoch < epochs)
        {
            trainer.TrainEpoch();
            error.Write('.');
        }
        if (live)
            error.Write("\r\u001b[K");
        else
            error.WriteLine();
    }

    private static double Moved(Experiment chip, IReadOnlyDictionary<string, NpyArray> weights, DataSet data, int threads)
    {
        using var trainer = new Trainer(chip, data, threads);
        trainer.SetWeights(weights);
        return trainer.Test().ErrorPercent;
    }

    private static void Print(ToleranceRow row, bool first, TextWriter output)
    {
        if (first)
            output.WriteLine("  beta    size   ideal   moved to the chip      trained on the chip");
        output.WriteLine(
            $"{Terminal.Short(row.Beta), 6}  {Terminal.Short(row.Level), 6}  {Terminal.Percent(row.IdealErrorPercent), 6}   {Mean(row.MovedErrorPercent), -20}   {Mean(row.TrainedErrorPercent)}"
        );

        static string Mean(double[] x) =>
            x.Length == 0 ? "–" : $"{Terminal.Percent(x.Average())} ({Terminal.Short(x.Min())} to {Terminal.Short(x.Max())})";
    }

    private static void Draw(string path, Experiment experiment, string[] effects, List<ToleranceRow> rows, bool againstBeta)
    {
        string name = string.Join(", ", effects).Replace('_', ' ');
        var caption = new Caption(
            $"{experiment.Name} with {name}",
            $"full test set of {experiment.Data}; every dot is a chip, lines are means"
        );
        if (againstBeta)
        {
            var levels = rows.GroupBy(r => r.Level).ToArray();
            ToleranceCurve.Save(
                path,
                caption,
                "nudging strength β (dimensionless)",
                [
                    .. levels.Select(g => new Series(
                        $"{name} {Terminal.Short(g.Key)}",
                        [.. g.Select(r => r.Beta)],
                        [.. g.Select(r => r.TrainedMeanPercent)]
                    )),
                ],
                [.. levels.Select(g => Dots(g, r => r.Beta, r => r.TrainedErrorPercent))],
                null,
                logarithmic: true
            );
            return;
        }
        List<(string Name, Func<ToleranceRow, double[]> Of)> ways = [("trained on the chip", r => r.TrainedErrorPercent)];
        if (rows[0].MovedErrorPercent.Length > 0)
            ways.Insert(0, ("trained ideally, then moved to the chip", r => r.MovedErrorPercent));
        ToleranceCurve.Save(
            path,
            caption,
            effects is ["bits"] ? "bits of a device" : $"{name} (relative standard deviation)",
            [.. ways.Select(w => new Series(w.Name, [.. rows.Select(r => r.Level)], [.. rows.Select(r => w.Of(r).Average())]))],
            [.. ways.Select(w => Dots(rows, r => r.Level, w.Of))],
            rows[0].IdealErrorPercent
        );

        static Series Dots(IEnumerable<ToleranceRow> rows, Func<ToleranceRow, double> x, Func<ToleranceRow, double[]> y) =>
            new("chips", [.. rows.SelectMany(r => y(r).Select(_ => x(r)))], [.. rows.SelectMany(y)]);
    }

    private static double[] Numbers(string option, string list)
    {
        double[] numbers =
        [
            .. list.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
                .Select(x =>
                    double.TryParse(x, NumberStyles.Float, CultureInfo.InvariantCulture, out double number) && double.IsFinite(number)
                        ? number
                        : throw new InputException($"{option}: '{x}' is not a finite number.")
                ),
        ];
        return numbers.Length > 0 ? numbers : throw new InputException($"{option}: give at least one number.");
    }
}
