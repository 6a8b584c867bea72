using System.CommandLine;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;
using Nagumo.Data;
using Nagumo.Learning;

namespace Nagumo.Cli;

/// <summary><c>nagumo train</c>: trains a preset, a configuration file or a run, and leaves a run folder.</summary>
internal static class TrainCommand
{
    /// <summary>SIGXFSZ: a write beyond the file-size limit; ignored, the write fails with an error like that of a full disk.</summary>
    private const int FileSizeExceeded = 25;

    /// <summary>Never disposed: the signal may be handled after the write has failed.</summary>
    private static PosixSignalRegistration? fileSizeLimit;

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
        target.CompletionSources.Add(_ => Presets.All.Select(p => new System.CommandLine.Completions.CompletionItem(p.Name)));
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
        var data = new Option<string?>("--data") { Description = "Data set (see 'nagumo data list')", HelpName = "NAME" };
        data.CompletionSources.Add(_ => DataSets.All.Select(d => new System.CommandLine.Completions.CompletionItem(d.Name)));
        var weights = new Option<string?>("--weights")
        {
            Description = "Start from these weights (a run's weights.npz)",
            HelpName = "FILE",
        };
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
            weights,
            json,
        };
        command.SetAction(parsed =>
        {
            var invariant = CultureInfo.InvariantCulture;
            List<string> assignments = [.. parsed.GetValue(set)!];
            if (parsed.GetValue(epochs) is { } e)
                assignments.Add($"epochs={e.ToString(invariant)}");
            if (parsed.GetValue(seed) is { } s)
                assignments.Add($"seed={s.ToString(invariant)}");
            if (parsed.GetValue(data) is { } d)
                assignments.Add($"data={Known(d)}");
            return Run(
                new(
                    parsed.GetValue(target),
                    assignments,
                    parsed.GetValue(seeds),
                    parsed.ThreadCount(threads),
                    parsed.GetValue(folder),
                    parsed.GetValue(resume),
                    parsed.GetValue(weights),
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
        bool Json
    );

    private static int Run(Request request, TextWriter output, TextWriter error)
    {
        var begun = new Accounting.Mark(0);
        if (request.Seeds is < 1 or > 1000)
            throw new InputException($"--seeds {request.Seeds}: give 1 to 1000.");
        var target = Target.Find(request.Target ?? Presets.Default).With(request.Assignments);
        if (request.Weights is { } file)
            target = File.Exists(file)
                ? target with
                {
                    StartWeights = file,
                }
                : throw new InputException($"--weights: there is no file '{file}'.");
        if (target.StartWeights is { } start && !File.Exists(start))
            throw new InputException($"the configuration's weights: there is no file '{start}'.");

        ulong first = target.Experiment.Seed;
        int count = request.Seeds ?? 1;
        string[] folders =
        [
            .. Enumerable.Range(0, count).Select(i => Folder(request, target, request.Seeds is null ? null : first + (ulong)i, error)),
        ];

        using var interruption = new Interruption(PosixSignal.SIGINT, PosixSignal.SIGTERM);
        fileSizeLimit ??= OperatingSystem.IsWindows()
            ? null
            : PosixSignalRegistration.Create((PosixSignal)FileSizeExceeded, context => context.Cancel = true);
        // A preset falls back to the digits inside; what was asked for by name must be had or fail.
        bool chosen = !target.IsPreset || request.Assignments.Any(a => a.StartsWith("data=", StringComparison.Ordinal));
        DataSet? loaded = null;
        var results = new List<TrainResult>();
        for (int i = 0; i < count; i++)
        {
            using var folder = RunFolder.Open(folders[i]);
            var experiment = target.Experiment with { Seed = first + (ulong)i };
            if (request.Resume && RunFolder.IsRun(folder.Path) && !chosen)
                experiment = experiment with { Data = Target.Find(folder.Path).Experiment.Data };
            loaded ??= LoadData(experiment.Data, chosen || RunFolder.IsRun(folder.Path), error, interruption.Token);
            var run = new TrainingRun(folder, experiment with { Data = loaded.Name }, loaded, request.Threads, target.StartWeights);
            if (count > 1)
                error.WriteLine($"seed {experiment.Seed} ({i + 1} of {count})");
            try
            {
                results.Add(run.Execute(request.Resume, begun, error, interruption.Token));
                begun = Accounting.Mark.Now;
            }
            catch (OperationCanceledException)
            {
                error.WriteLine();
                error.WriteLine(
                    run.Saved > 0
                        ? $"interrupted; {run.Saved} of {Terminal.Epochs(experiment.Epochs)} are kept in {folder.Path}"
                        : $"interrupted before the first epoch ended; nothing was lost but it"
                );
                error.WriteLine($"continue with: {Terminal.Command} train {Terminal.Quoted(folder.Path)} --resume");
                return ExitCode.Interrupted;
            }
        }
        if (request.Seeds is null)
            Report.Single(results[0], request.Json, output);
        else
            Report.Seeds(results, request.Json, output);
        return ExitCode.Done;
    }

    /// <summary>Where a run goes; never over another one.</summary>
    private static string Folder(Request request, Target target, ulong? seed, TextWriter error)
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
        if (request.Out is null)
        {
            string free = RunFolder.FirstFree(basis);
            if (free != basis && RunFolder.Latest(basis) is var latest && !RunFolder.IsFinished(latest))
                error.WriteLine($"{latest} is unfinished: --resume continues it; this is a new run");
            return free;
        }
        if (RunFolder.IsRun(basis))
            throw new InputException(
                RunFolder.IsFinished(basis)
                    ? $"'{basis}' holds a finished run: name another --out."
                    : $"'{basis}' holds an unfinished run: continue it with --resume, or name another --out."
            );
        return basis;
    }

    /// <summary>A name as the name of a file.</summary>
    internal static string FileName(string name)
    {
        char[] invalid = [.. Path.GetInvalidFileNameChars(), '/', '\\', ' '];
        string plain = string.Concat(name.Select(c => invalid.Contains(c) ? '-' : c)).Trim('.');
        return plain.Length > 0 ? plain : "run";
    }

    private static DataSet LoadData(string name, bool chosen, TextWriter error, CancellationToken cancel)
    {
        try
        {
            return Target.Load(name, error, cancel);
        }
        catch (DataAcquisitionException e) when (!chosen && name == "mnist")
        {
            error.WriteLine(e.Message);
            error.WriteLine($"Training on {Fallback} instead, the 5,000 real digits that ship inside.");
            return DataSets.Load(Fallback);
        }
    }

    internal static string Known(string data) =>
        DataSets.All.Any(d => d.Name == data)
            ? data
            : throw new InputException($"there is no data set '{data}'.{Nearest.Hint(data, [.. DataSets.All.Select(d => d.Name)])}");
}
