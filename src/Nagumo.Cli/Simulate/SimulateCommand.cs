using System.CommandLine;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using Nagumo.Data;
using Nagumo.Neurons;

namespace Nagumo.Cli;

/// <summary><c>nagumo simulate</c>: excitable media from the neurons of the library, with pictures and expected numbers.</summary>
internal static class SimulateCommand
{
    /// <summary>The list of phenomena. A new one adds one line here.</summary>
    public static IReadOnlyList<Phenomenon> All { get; } =
    [
        SimulateNeuron.Neuron,
        SimulateNeuron.Spike,
        SimulateBifurcation.Diagram,
        SimulateSweep.Hopf,
        SimulateChain.Turing,
        SimulateSweep.Turing,
        SimulatePulse.Pulse,
        .. SimulateSheet.All,
    ];

    /// <summary>The command.</summary>
    public static Command Build()
    {
        var target = new Argument<string?>("PHENOMENON|config.json")
        {
            Description = "What to simulate, or the config.json of a simulation; without one, all are listed",
            Arity = ArgumentArity.ZeroOrOne,
            HelpName = "PHENOMENON|config.json",
        };
        target.CompletionSources.Add(_ => All.Select(p => new System.CommandLine.Completions.CompletionItem(p.Name)));
        var neuron = new Option<string?>("--neuron")
        {
            Description =
                $"Neuron model (see 'nagumo models'), or a file with its potential (JSON) or its equations u' = …, v' = … (text or JSON) [default: {Phenomenon.DefaultNeuron}]",
            HelpName = "NAME|FILE",
        };
        neuron.CompletionSources.Add(_ => NeuronModels.All.Select(n => new System.CommandLine.Completions.CompletionItem(n.Name)));
        var set = CommonOptions.Set("Change a key or a neuron's parameter, e.g. tau=12.5; repeatable");
        var size = new Option<int?>("--size") { Description = "Cells per side of a sheet: short for --set size=N", HelpName = "N" };
        var time = new Option<string?>("--time") { Description = "Time to simulate: short for --set time=T", HelpName = "T" };
        var seed = new Option<ulong?>("--seed") { Description = "Seed of everything random [default: 1]", HelpName = "N" };
        var seeds = new Option<int?>("--seeds") { Description = "Average over N seeds (turing) [default: 1]", HelpName = "N" };
        var folder = CommonOptions.Out("Folder of pictures and results [default: runs/PHENOMENON]");
        var save = new Option<bool>("--save") { Description = "Keep trajectories: trajectory.npz" };
        var list = new Option<bool>("--list")
        {
            Description = "Instead: a phenomenon's keys with defaults and ranges; all phenomena without one",
        };
        var threads = CommonOptions.Threads("Threads of a sheet; the result does not depend on them");
        var noPictures = CommonOptions.NoPictures();
        var json = CommonOptions.Json();
        var command = new Command("simulate", "Simulate spikes, oscillations, waves and patterns of physical neurons")
        {
            target,
            neuron,
            set,
            size,
            time,
            seed,
            seeds,
            folder,
            save,
            list,
            threads,
            noPictures,
            json,
        };
        command.SetAction(parsed =>
        {
            var output = parsed.InvocationConfiguration.Output;
            string? given = parsed.GetValue(target);
            if (given is not { } name || parsed.GetValue(list))
                return List(given is null ? null : Known(given), parsed.GetValue(json), output);
            List<string> assignments = [.. parsed.GetValue(set)!];
            if (parsed.GetValue(size) is { } cells)
                assignments.Add($"size={cells.ToString(CultureInfo.InvariantCulture)}");
            if (parsed.GetValue(time) is { } duration)
                assignments.Add($"time={duration}");
            return Run(
                Request.Of(name, parsed.GetValue(neuron), parsed.GetValue(seed), parsed.GetValue(seeds), assignments),
                parsed.GetValue(folder),
                parsed.GetValue(save),
                parsed.ThreadCount(threads),
                !parsed.GetValue(noPictures),
                parsed.GetValue(json),
                output,
                parsed.InvocationConfiguration.Error
            );
        });
        return command;
    }

    private static Phenomenon Known(string name) =>
        All.FirstOrDefault(p => p.Name == name)
        ?? throw new InputException($"there is no phenomenon '{name}'.{Nearest.Hint(name, [.. All.Select(p => p.Name)])}");

    /// <summary>What is asked for, as configuration.</summary>
    private sealed record Request(Phenomenon Phenomenon, Settings Settings, ulong Seed, int Seeds)
    {
        public static Request Of(string name, string? neuron, ulong? seed, int? seeds, IReadOnlyList<string> assignments)
        {
            JsonObject? config = All.Any(p => p.Name == name) ? null : ReadConfig(name);
            string phenomenon = config?["simulate"]?.ToString() ?? name;
            var found = Known(phenomenon);
            var stored = config?["settings"] is JsonObject s ? s.Select(p => (p.Key, p.Value?.ToString() ?? "null")) : [];
            (string Key, string Value)[] all = [.. stored, .. Assignments.Read(assignments)];
            var numbers = Numbers(found, all);
            var text = neuron is not null ? NeuronFile.Text(neuron, numbers) : config?["neuron"]?.DeepClone();
            if (seeds is not null && !found.Averages)
                throw new InputException(
                    $"--seeds averages over noise, which {string.Join(", ", All.Where(p => p.Averages).Select(p => p.Name))} does and '{phenomenon}' does not: leave it out."
                );
            int count = seeds ?? JsonFile.Value<int>(config, "seeds", "a whole number, 1 to 10000") ?? 1;
            if (count is < 1 or > 10_000)
                throw new InputException($"{(seeds is null ? "seeds =" : "--seeds")} {count}: give 1 to 10000.");
            ulong first = seed ?? JsonFile.Value<ulong>(config, "seed", "a whole number ≥ 0") ?? 1;
            CommonOptions.RequireSeeds(first, count);
            return new(found, Settings.Resolve(found, text is null ? null : NeuronFile.Cells(text, numbers), text, all), first, count);
        }

        public JsonObject ToJson() =>
            new()
            {
                ["simulate"] = Phenomenon.Name,
                ["neuron"] = Settings.NeuronText.DeepClone(),
                ["seed"] = Seed,
                ["seeds"] = Seeds,
                ["settings"] = Settings.ToJson(),
            };

        /// <summary>What is assigned to no key of the phenomenon: parameters, which equations may state as expressions or without a value.</summary>
        private static Dictionary<string, double> Numbers(Phenomenon phenomenon, IEnumerable<(string Key, string Value)> assignments)
        {
            var numbers = new Dictionary<string, double>();
            foreach (var (key, value) in assignments)
                if (phenomenon.Keys.All(k => k.Name != key) && Cli.Numbers.TryReal(value, out double x))
                    numbers[key] = x;
            return numbers;
        }

        /// <summary>The keys of <see cref="ToJson"/>.</summary>
        private static readonly string[] Keys = ["simulate", "neuron", "seed", "seeds", "settings"];

        private static JsonObject ReadConfig(string file)
        {
            if (Directory.Exists(file))
                file = RunFolder.ConfigOf(file);
            if (!File.Exists(file))
                throw new InputException($"there is no phenomenon or file '{file}'.{Nearest.Hint(file, [.. All.Select(p => p.Name)])}");
            var config = JsonFile.Object(file);
            if (config.Select(p => p.Key).FirstOrDefault(key => !Keys.Contains(key)) is { } unknown)
                throw new InputException($"{file}: a configuration of a simulation has no key '{unknown}'.{Nearest.Hint(unknown, Keys)}");
            return config["simulate"] is JsonValue
                ? config
                : throw new InputException($"{file}: no configuration of a simulation: the key 'simulate' is missing.");
        }
    }

    private static int Run(
        Request request,
        string? given,
        bool save,
        int threads,
        bool draws,
        bool json,
        TextWriter output,
        TextWriter error
    )
    {
        if (save && !request.Phenomenon.HasTrajectory)
            throw new InputException($"--save keeps a trajectory, and '{request.Phenomenon.Name}' has none: leave it out.");
        using var folder = given is null ? RunFolder.OpenFree(Path.Combine("runs", request.Phenomenon.Name)) : RunFolder.OpenNew(given);
        // What was simulated until then is measured and drawn.
        using var interruption = new Interruption(graceSeconds: 5);
        var simulation = new Simulation(request.Settings, request.Seed, request.Seeds, folder.Path, save, error, interruption.Token)
        {
            Threads = threads,
            Draws = draws,
        };
        Findings findings;
        try
        {
            findings = request.Phenomenon.Run(simulation);
        }
        finally
        {
            simulation.EndProgress();
        }
        bool interrupted = interruption.Token.IsCancellationRequested;
        var result = Result(request, findings, interrupted, folder.Path);
        folder.WriteText("result.json", Json.Text(result) + "\n");
        folder.WriteText("config.json", Json.Text(request.ToJson()) + "\n");
        if (json)
            output.WriteLine(Json.Text(result));
        else
            Print(request.Settings, findings, interrupted, folder.Path, output);
        // Whoever reads the result with a program sees it here as well.
        if (json && !findings.Converged && !interrupted && findings.Why is { } why)
            error.WriteLine(why);
        if (interrupted)
            error.WriteLine("interrupted: the result covers what was simulated until then");
        return interrupted ? ExitCode.Interrupted
            : findings.Converged ? ExitCode.Done
            : ExitCode.NotConverged;
    }

    private static JsonObject Result(Request request, Findings findings, bool interrupted, string folder)
    {
        var expected = findings.Items.Where(i => i.Expected is not null);
        return new()
        {
            ["simulate"] = request.Phenomenon.Name,
            ["title"] = Plain(findings.Title),
            ["measured"] = new JsonObject(findings.Items.Select(i => KeyValuePair.Create(i.Key, Finite(i.Measured)))),
            ["expected"] = new JsonObject(expected.Select(i => KeyValuePair.Create(i.Key, i.Expected?.DeepClone()))),
            ["converged"] = findings.Converged,
            ["why"] = findings.Converged ? null : findings.Why,
            ["units"] = new JsonObject(request.Settings.Kinetics.Units.Select(u => KeyValuePair.Create(u.Key, (JsonNode?)u.Value))),
            ["interrupted"] = interrupted,
            ["folder"] = folder,
            ["pictures"] = new JsonArray([.. findings.Pictures.Select(p => (JsonNode)p)]),
            ["config"] = request.ToJson(),
        };
    }

    /// <summary>JSON has no infinity and no NaN.</summary>
    private static JsonNode? Finite(JsonNode? node) =>
        node switch
        {
            JsonValue value when value.TryGetValue(out double x) && !double.IsFinite(x) => null,
            JsonArray list => new JsonArray([.. list.Select(Finite)]),
            _ => node?.DeepClone(),
        };

    private static void Print(Settings s, Findings findings, bool interrupted, string folder, TextWriter output)
    {
        output.WriteLine(Plain(findings.Title));
        var rows = findings
            .Items.Where(i => !i.Detail)
            .Select(i =>
                (
                    i.Label,
                    Measured: Text(i.Measured),
                    Expected: i.Expected is null ? "" : Text(i.Expected),
                    Unit: i.Measured is JsonArray { Count: 0 } ? "" : StatedUnits.InTime(s, i.Unit)
                )
            )
            .Prepend((Label: "", Measured: "measured", Expected: "expected", Unit: ""))
            .ToArray();
        int measured = rows.Max(r => r.Measured.Length),
            expected = rows.Max(r => r.Expected.Length);
        var table = rows.Select(r => (r.Label, $"{r.Measured.PadLeft(measured)}  {r.Expected.PadLeft(expected)}  {r.Unit}"));
        foreach (string line in Page.Table([.. table]))
            output.WriteLine(line);
        string[] shown = [.. findings.Pictures.Where(p => !p.EndsWith(".svg", StringComparison.Ordinal))];
        output.WriteLine($"folder  {folder}{(shown.Length > 0 ? $"   ({string.Join(", ", shown)})" : "")}");
        if (!findings.Converged && !interrupted)
            output.WriteLine(findings.Why is { } why ? $"NOT converged: {why}" : "NOT converged");
    }

    /// <summary>Without the marks that lower letters in figures.</summary>
    private static string Plain(string title) =>
        title.Replace("_{", "_", StringComparison.Ordinal).Replace("}", "", StringComparison.Ordinal);

    private static string Text(JsonNode? node) =>
        node switch
        {
            null => "–",
            JsonObject range => $"{Text(range["min"])} to {Text(range["max"])}",
            JsonArray { Count: 0 } => "none",
            JsonArray list => string.Join(", ", list.Select(Text)),
            JsonValue value when value.TryGetValue(out double x) => double.IsFinite(x)
                ? x.ToString("G9", CultureInfo.InvariantCulture).Replace("E", "e", StringComparison.Ordinal)
                : "–",
            _ => node.ToString(),
        };

    /// <summary>All phenomena in a line each, or one with its keys; as JSON always with keys.</summary>
    private static int List(Phenomenon? only, bool json, TextWriter output)
    {
        if (json)
        {
            output.WriteLine(
                Json.Text(
                    new JsonObject
                    {
                        ["phenomena"] = new JsonArray([
                            .. All.Where(p => only is null || p == only)
                                .Select(p => new JsonObject
                                {
                                    ["name"] = p.Name,
                                    ["summary"] = p.Summary,
                                    ["neuron"] = new JsonObject(p.Neuron.Select(n => KeyValuePair.Create(n.Key, (JsonNode?)n.Value))),
                                    ["keys"] = new JsonArray([
                                        .. p.Keys.Select(k => new JsonObject
                                        {
                                            ["name"] = k.Name,
                                            ["default"] = k.Default,
                                            ["domain"] = k.Domain,
                                            ["text"] = Words(k),
                                        }),
                                    ]),
                                }),
                        ]),
                    }
                )
            );
            return ExitCode.Done;
        }
        if (only is not null)
        {
            Describe(only, output);
            return ExitCode.Done;
        }
        int width = All.Max(p => p.Name.Length);
        foreach (var p in All)
            output.WriteLine($"{p.Name.PadRight(width)}  {p.Summary}");
        output.WriteLine();
        output.WriteLine($"Keys, defaults and ranges of one: {Terminal.Whole($"{Terminal.Command} simulate {All[1].Name} --list")}");
        return ExitCode.Done;
    }

    private static string Words(Setting key) =>
        key.Text
        + (key.OfEquations is { } own ? $"; {own} for a file of equations, which state their own" : "")
        + (key.Needs is { } needs ? $"; acts where {needs.Text}" : "");

    private static void Describe(Phenomenon p, TextWriter output)
    {
        output.WriteLine($"{p.Name}: {p.Summary}");
        if (p.Neuron.Count > 0)
            output.WriteLine($"    neuron: {string.Join(", ", p.Neuron.Select(n => $"{n.Key} = {Equations.Number(n.Value)}"))}");
        int width = p.Keys.Max(k => k.Name.Length + k.Default.Length);
        foreach (var k in p.Keys)
            output.WriteLine($"    {$"{k.Name} = {k.Default}".PadRight(width + 3)}   {Words(k)}, {k.Domain}");
        output.WriteLine($"The neuron's parameters ('{Terminal.Whole($"{Terminal.Command} models")}') are keys as well: --set tau=12.5");
    }
}
