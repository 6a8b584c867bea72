using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Nagumo.Data;
using Nagumo.Learning;

namespace Nagumo.Cli;

/// <summary><c>nagumo train</c>: trains a preset, a configuration file or a run, and leaves a run folder.</summary>
internal static class TrainCommand
{
    /// <summary>The data set that stands in when MNIST cannot be had.</summary>
    private const string Fallback = "mnist-mini";

    /// <summary>The command.</summary>
    public static Command Build()
    {
        var target = new Argument<string>("PRESET|config.json|RUN")
        {
            Description = $"A preset (see 'nagumo presets'), a config.json, or a run's folder [default: {Presets.Default}]",
            Arity = ArgumentArity.ZeroOrOne,
            HelpName = "PRESET|config.json|RUN",
        };
        target.CompletionSources.Add(_ => Target.Names.Select(n => new System.CommandLine.Completions.CompletionItem(n)));
        var epochs = new Option<int?>("--epochs") { Description = "Passes over the training samples", HelpName = "N" };
        var seed = new Option<ulong?>("--seed") { Description = "Seed of everything random", HelpName = "N" };
        var seeds = new Option<int?>("--seeds")
        {
            Description = "Train with N seeds, one after the other; gives mean and 95 % interval",
            HelpName = "N",
        };
        var threads = CommonOptions.Threads("Threads; the result does not depend on them");
        var folder = CommonOptions.Out("The run's folder [default: runs/NAME-sSEED]");
        var resume = new Option<bool>("--resume") { Description = "Continue the run in the folder from its last epoch" };
        var set = CommonOptions.SetKey("optimizer.rate=0.001");
        var data = new Option<string?>("--data")
        {
            Description = "A file or folder of your own, or a data set (see 'nagumo data list'); a preset takes the sizes that it needs",
            HelpName = "FILE|FOLDER|NAME",
        };
        data.CompletionSources.Add(_ => DataSets.All.Select(d => new System.CommandLine.Completions.CompletionItem(d.Name)));
        var test = new Option<string?>("--test") { Description = "With --data: a second file or folder, to test on", HelpName = "FILE" };
        var weights = new Option<string?>("--weights")
        {
            Description = "Start from these weights (a run's weights.npz)",
            HelpName = "FILE",
        };
        var noPictures = CommonOptions.NoPictures();
        var json = CommonOptions.Json();
        var command = new Command("train", "Train a network and leave a run folder: configuration, metrics, checkpoint, weights, pictures")
        {
            target,
            epochs,
            seed,
            seeds,
            threads,
            folder,
            resume,
            set,
            data,
            test,
            weights,
            noPictures,
            json,
        };
        command.SetAction(parsed =>
        {
            var invariant = CultureInfo.InvariantCulture;
            List<string> assignments = [.. OwnData.Assignments(parsed.GetValue(data), parsed.GetValue(test)), .. parsed.GetValue(set)!];
            if (parsed.GetValue(epochs) is { } e)
                assignments.Add($"epochs={e.ToString(invariant)}");
            if (parsed.GetValue(seed) is { } s)
                assignments.Add($"seed={s.ToString(invariant)}");
            return Run(
                new(
                    parsed.GetValue(target),
                    assignments,
                    parsed.GetValue(seeds),
                    parsed.ThreadCount(threads),
                    parsed.GetValue(folder),
                    parsed.GetValue(resume),
                    parsed.GetValue(weights),
                    !parsed.GetValue(noPictures),
                    parsed.GetValue(json)
                ),
                parsed.InvocationConfiguration.Output,
                parsed.InvocationConfiguration.Error
            );
        });
        return command;
    }

    private sealed record Request(
        string? Target,
        IReadOnlyList<string> Assignments,
        int? Seeds,
        int Threads,
        string? Out,
        bool Resume,
        string? Weights,
        bool Pictures,
        bool Json
    );

    private static int Run(Request request, TextWriter output, TextWriter error)
    {
        var begun = new Accounting.Mark(0);
        if (request.Seeds is < 1 or > 1000)
            throw new InputException($"--seeds {request.Seeds}: give 1 to 1000.");
        var target = Target.Find(request.Target ?? Presets.Default).With([.. request.Assignments], Use.Training | Use.Run | Use.Evaluation);
        if (request.Weights is not null && request.Assignments.Any(a => a.StartsWith("weights=", StringComparison.Ordinal)))
            throw new InputException("--weights and --set weights both name starting weights: give one of them.");
        if (request.Weights is { } file)
            target = File.Exists(file)
                ? target with
                {
                    StartWeights = file,
                }
                : throw new InputException($"--weights: there is no file '{file}'.");
        target.RequiredWeights();

        ulong first = target.Experiment.Seed;
        int count = request.Seeds ?? 1;
        CommonOptions.RequireSeeds(first, count);
        string[] places =
        [
            .. Enumerable.Range(0, count).Select(i => Place(request, target, request.Seeds is null ? null : first + (ulong)i, error)),
        ];

        using var interruption = new Interruption();
        // A preset falls back to the digits inside; what was asked for by name must be had or fail.
        bool chosen = !target.IsPreset || request.Assignments.Any(a => a.StartsWith("data=", StringComparison.Ordinal));
        (DataSet Data, Preparation? Preparation)? loaded = null;
        var results = new List<TrainResult>();
        for (int i = 0; i < count; i++)
        {
            using var folder = Take(request, places[i]);
            var experiment = target.Experiment with { Seed = first + (ulong)i };
            if (request.Resume && RunFolder.IsRun(folder.Path) && !chosen)
                experiment = experiment with { Data = Target.Find(folder.Path).Experiment.Data };
            loaded ??= LoadData(experiment.Data, chosen || RunFolder.IsRun(folder.Path), error, interruption.Token);
            var (data, preparation) = loaded.Value;
            var origin = Changed.Origin(target.AsRead);
            // A preset is one for digits: other data make it another size. What was set stays as it was set.
            var fitted = target.Fitted(data);
            if (!ReferenceEquals(fitted, target))
                (experiment, origin) = (fitted.Experiment with { Seed = experiment.Seed }, origin.For(data));
            experiment = experiment with { Data = preparation is null ? data.Name : experiment.Data with { Sha256 = preparation.Sha256 } };
            var run = new TrainingRun(folder, experiment, data, request.Threads, target.StartWeights)
            {
                Origin = origin,
                Preparation = preparation,
                Draws = request.Pictures,
            };
            interruption.Farewell = () => Interrupted(run, folder, experiment);
            if (count > 1)
                error.WriteLine($"seed {experiment.Seed} ({i + 1} of {count})");
            try
            {
                results.Add(run.Execute(request.Resume, begun, error, interruption.Token));
                begun = Accounting.Mark.Now;
            }
            catch (OperationCanceledException)
            {
                error.WriteLine(Interrupted(run, folder, experiment));
                return ExitCode.Interrupted;
            }
        }
        if (request.Seeds is null)
            Report.Single(results[0], request.Json, output);
        else
            Report.Seeds(results, request.Json, output);
        return ExitCode.Done;
    }

    /// <summary>What is kept, and how to go on.</summary>
    private static string Interrupted(TrainingRun run, RunFolder folder, Experiment experiment) =>
        "\n"
        + (
            run.Saved > 0
                ? $"interrupted; {run.Saved} of {Counted.Of(experiment.Epochs, "epoch")} are kept in {folder.Path}"
                : "interrupted before the first epoch ended; nothing was lost but it"
        )
        + $"\ncontinue with: {Terminal.Command} train {Terminal.Quoted(folder.Path)} --resume";

    /// <summary>Where a run goes; never over another one. Without --out it is the first of name, name-2, … that is free when its turn comes.</summary>
    private static string Place(Request request, Target target, ulong? seed, TextWriter error)
    {
        ulong s = seed ?? target.Experiment.Seed;
        if (request.Resume && request.Out is null && target.Run is not null && seed is null)
            return target.Run;
        string basis =
            request.Out is null ? Path.Combine("runs", $"{FileName(target.Experiment.Name)}-s{s.ToString(CultureInfo.InvariantCulture)}")
            : seed is null ? request.Out
            : Path.Combine(request.Out, $"s{s.ToString(CultureInfo.InvariantCulture)}");
        if (request.Resume)
            return request.Out is null ? RunFolder.Latest(basis) : basis;
        if (request.Out is not null)
            RunFolder.RequireNew(basis);
        else if (RunFolder.Latest(basis) is var latest && RunFolder.IsRun(latest) && !RunFolder.IsFinished(latest))
            error.WriteLine($"{latest} is unfinished: --resume continues it; this is a new run");
        return basis;
    }

    /// <summary>The folder of a run whose turn has come, locked.</summary>
    private static RunFolder Take(Request request, string place)
    {
        if (!request.Resume)
            return request.Out is null ? RunFolder.OpenFree(place) : RunFolder.OpenNew(place);
        return RunFolder.IsRun(place) ? RunFolder.Open(place) : RunFolder.OpenNew(place);
    }

    /// <summary>A name as the name of a file.</summary>
    internal static string FileName(string name)
    {
        char[] invalid = [.. Path.GetInvalidFileNameChars(), '/', '\\', ' '];
        string plain = string.Concat(name.Select(c => invalid.Contains(c) || PlainWriter.IsUnsafe(c) ? '-' : c)).Trim('.');
        return plain.Length > 0 ? plain : "run";
    }

    private static (DataSet, Preparation?) LoadData(DataOptions data, bool chosen, TextWriter error, CancellationToken cancel)
    {
        try
        {
            return OwnData.Load(data, error, cancel);
        }
        catch (DataAcquisitionException e) when (!chosen && data.Source == "mnist")
        {
            error.WriteLine(e.Message);
            error.WriteLine($"Training on {Fallback} instead, the 5,000 real digits that ship inside.");
            return (DataSets.Load(Fallback), null);
        }
    }
}
