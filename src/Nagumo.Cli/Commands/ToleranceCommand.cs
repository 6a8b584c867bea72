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
    private const string ResultFile = "tolerance.json",
        Picture = "tolerance";

    private static readonly string[] Effects = ["mismatch", "neuron_mismatch", "pair_mismatch", "bits", "stuck", "drift", "read_noise"];

    /// <summary>The command.</summary>
    public static Command Build()
    {
        var target = new Argument<string>("PRESET|config.json") { Description = "The network", HelpName = "PRESET|config.json" };
        target.CompletionSources.Add(_ => Target.Names.Select(n => new System.CommandLine.Completions.CompletionItem(n)));
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
            Description = "Data to train on and test: a set, a file or a folder [default: the configuration's]",
            HelpName = "FILE|FOLDER|NAME",
        };
        var set = CommonOptions.SetKey("hardware.ranges.x-h1=5");
        var folder = CommonOptions.Out($"Write {ResultFile} and the picture {Picture} (.png, .svg) here");
        var threads = CommonOptions.Threads();
        var noPictures = CommonOptions.NoPictures();
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
            noPictures,
            json,
        };
        command.SetAction(parsed =>
        {
            List<string> assignments = [.. OwnData.Assignments(parsed.GetValue(dataSet), null), .. parsed.GetValue(set)!];
            if (parsed.GetValue(epochs) is { } e)
                assignments.Add($"epochs={e.ToString(CultureInfo.InvariantCulture)}");
            var subject = Target.Find(parsed.GetRequiredValue(target)).With(assignments, Use.Training | Use.Evaluation);
            foreach (string swept in (string[])["chip", .. parsed.GetValue(effect)!])
                if (assignments.Any(a => a.StartsWith($"hardware.{swept}=", StringComparison.Ordinal)))
                    throw new InputException(
                        $"--set hardware.{swept}: {(swept == "chip" ? "chips 1 to --chips are drawn" : "--levels gives its sizes")}. Leave it out."
                    );
            if (subject.Run is { } run)
                throw new InputException(
                    $"'{run}' is a run, and 'tolerance' trains anew: name {RunFolder.ConfigOf(run)}. To move its weights to a chip: {Terminal.Command} eval {Terminal.Quoted(run)} --set hardware.mismatch=0.1."
                );
            // The sizes of a network for data of one's own are those of the data.
            var own = OwnData.IsOwn(subject.Experiment.Data)
                ? OwnData.Load(subject.Experiment.Data, parsed.InvocationConfiguration.Error).Data
                : null;
            return Run(
                own is null ? subject : subject.Fitted(own),
                own,
                parsed.GetValue(effect)!,
                List("--levels", parsed.GetValue(levels)!),
                parsed.GetValue(betas) is { } list ? List("--betas", list) : [],
                parsed.GetValue(chips),
                parsed.ThreadCount(threads),
                parsed.GetValue(folder),
                !parsed.GetValue(noPictures),
                parsed.GetValue(json),
                parsed.InvocationConfiguration.Output,
                parsed.InvocationConfiguration.Error
            );
        });
        return command;
    }

    private static int Run(
        Target subject,
        DataSet? own,
        string[] effects,
        double[] levels,
        double[] betas,
        int chips,
        int threads,
        string? folder,
        bool pictures,
        bool json,
        TextWriter output,
        TextWriter error
    )
    {
        var experiment = subject.Experiment;
        if (chips is < 1 or > 1000)
            throw new InputException($"--chips {chips}: give 1 to 1000.");
        foreach (string effect in effects)
            if (!Effects.Contains(effect))
                throw new InputException($"--effect: there is no effect '{effect}'.{Nearest.Hint(effect, Effects)}");
            else if (effects.Count(e => e == effect) > 1)
                throw new InputException($"--effect {effect} is given twice: keep one.");
        if (betas.Length == 0)
            betas = [experiment.Estimator.Beta];
        // Every configuration is read before the first one is trained.
        var cells = betas
            .SelectMany(beta => levels.Select(level => (beta, level, on: OnChips(experiment, effects, level, beta, chips))))
            .ToArray();
        if (folder is not null && File.Exists(Path.Combine(folder, ResultFile)))
            throw new InputException($"'{folder}' holds the result of an earlier run: name another --out.");
        if (folder is not null)
            OutputPath.OfFolder(folder);
        var data = own ?? Target.Load(experiment.Data.Source, error);
        if (data.Train.Targets is not ClassTargets)
            throw new InputException(
                $"'tolerance' compares percentages of wrong answers, and {data.Name} has numbers as targets: train it with --set hardware.mismatch=0.1 and look at its error."
            );
        // An effect for which the network has no device is refused before anything is trained.
        foreach (var (_, _, on) in cells)
            New(on[0]).Dispose();

        var rows = new List<ToleranceRow>();
        var ideals = new Dictionary<double, (Evaluation Test, IReadOnlyDictionary<string, NpyArray> Weights)>();
        foreach (var (beta, level, on) in cells)
        {
            if (!ideals.TryGetValue(beta, out var ideal))
            {
                using var trainer = New(With(experiment, beta));
                Train(trainer, experiment.Epochs, error, $"ideal devices, beta {Terminal.Short(beta)}");
                ideals[beta] = ideal = (trainer.Test(), trainer.Weights().ToDictionary());
            }
            Evaluation[] moved = OnlyReading(effects) ? [] : [.. on.Select(chip => Moved(New(chip), ideal.Weights, experiment.Epochs))];
            var trained = new Evaluation[chips];
            for (int c = 0; c < chips; c++)
            {
                using var inLoop = New(on[c]);
                Train(
                    inLoop,
                    experiment.Epochs,
                    error,
                    $"{string.Join(", ", effects)} {Terminal.Short(level)}, beta {Terminal.Short(beta)}, chip {c + 1} of {chips}"
                );
                trained[c] = inLoop.Test();
            }
            rows.Add(
                new(
                    beta,
                    level,
                    ideal.Test.ErrorPercent,
                    [.. moved.Select(t => t.ErrorPercent)],
                    moved.Length > 0 ? moved.Average(t => t.ErrorPercent) : null,
                    [.. trained.Select(t => t.ErrorPercent)],
                    trained.Average(t => t.ErrorPercent),
                    ideal.Test.Loss,
                    [.. moved.Select(t => t.Loss)],
                    [.. trained.Select(t => t.Loss)]
                )
            );
            if (!json)
                Print(rows[^1], rows.Count == 1, output);
        }
        var result = new ToleranceResult(
            experiment.Name,
            experiment.Seed,
            data.Name,
            effects,
            chips,
            [.. rows],
            folder,
            Changed.Json(experiment, Changed.Origin(subject.AsRead))
        );
        string text = JsonSerializer.Serialize(result, ToleranceJson.Default.ToleranceResult);
        if (json)
            output.WriteLine(text);
        if (folder is not null)
        {
            string[] written = pictures ? [ResultFile, .. Figure.Files(Picture)] : [ResultFile];
            AtomicFile.WriteText(Path.Combine(folder, ResultFile), text + "\n");
            if (pictures)
                Figure.Draw(folder, Picture, path => Draw(path, subject.Label, experiment.Data.Source, effects, rows, betas.Length > 1));
            if (!json)
                output.WriteLine(OutputPath.Said([.. written.Select(file => Path.Combine(folder, file))]));
        }
        return ExitCode.Done;

        Trainer New(Experiment one)
        {
            var trainer = new Trainer(one, data, threads);
            subject.Start(trainer);
            return trainer;
        }
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
        try
        {
            while (trainer.Epoch < epochs)
            {
                trainer.TrainEpoch();
                error.Write('.');
            }
        }
        finally
        {
            // Also before an error, which begins a line.
            if (live)
                Terminal.Replace(error);
            else
                error.WriteLine();
        }
    }

    /// <summary>The test of weights that a chip was programmed with once, as long ago as their training lasted.</summary>
    private static Evaluation Moved(Trainer chip, IReadOnlyDictionary<string, NpyArray> weights, int epochs)
    {
        using var _ = chip;
        chip.SetWeights(weights);
        chip.Wait(epochs);
        return chip.Test();
    }

    private static void Print(ToleranceRow row, bool first, TextWriter output)
    {
        if (first)
        {
            output.WriteLine("Test error in %: mean over the chips (least–largest)");
            output.WriteLine("  beta    size  ideal  moved to the chip  trained on it");
        }
        output.WriteLine(
            Terminal.Whole(
                $"{Terminal.Short(row.Beta), 6}  {Terminal.Short(row.Level), 6}  {Two(row.IdealErrorPercent), 5}  {Mean(row.MovedErrorPercent), -17}  {Mean(row.TrainedErrorPercent)}"
            )
        );

        static string Mean(double[] x) => x.Length == 0 ? "–" : $"{Two(x.Average())} ({Terminal.Short(x.Min())}–{Terminal.Short(x.Max())})";

        static string Two(double percent) => percent.ToString("F2", CultureInfo.InvariantCulture);
    }

    private static void Draw(string path, string label, string data, string[] effects, List<ToleranceRow> rows, bool againstBeta)
    {
        string name = string.Join(", ", effects).Replace('_', ' ');
        var caption = new Caption($"{label} with {name}", $"full test set of {data}; every dot is a chip, lines are means");
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
                Ideal(rows.DistinctBy(r => r.Beta), r => r.Beta),
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
            Ideal(rows, r => r.Level)
        );

        static Series Ideal(IEnumerable<ToleranceRow> rows, Func<ToleranceRow, double> x) =>
            new("ideal devices", [.. rows.Select(x)], [.. rows.Select(r => r.IdealErrorPercent)]);

        static Series Dots(IEnumerable<ToleranceRow> rows, Func<ToleranceRow, double> x, Func<ToleranceRow, double[]> y) =>
            new("chips", [.. rows.SelectMany(r => y(r).Select(_ => x(r)))], [.. rows.SelectMany(y)]);
    }

    private static double[] List(string option, string list)
    {
        double[] numbers =
        [
            .. list.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
                .Select(x =>
                    Numbers.TryReal(x, out double number) ? number : throw new InputException($"{option}: '{x}' is not a finite number.")
                ),
        ];
        return numbers.Length > 0 ? numbers : throw new InputException($"{option}: give at least one number.");
    }
}
