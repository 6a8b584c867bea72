using System.CommandLine;
using System.Runtime.InteropServices;
using System.Text.Json.Nodes;
using Nagumo.Data;

namespace Nagumo.Cli;

/// <summary><c>nagumo data</c>: lists, fetches and verifies data sets.</summary>
internal static class DataCommand
{
    /// <summary>The command.</summary>
    public static Command Build() =>
        new(
            "data",
            $"Describe your own data; list, fetch and verify data sets (kept in {DataStore.FolderVariable}, by default the user's cache)"
        )
        {
            DataDescribeCommand.Build(),
            Sub("list", "Data sets, and whether they are here", null, (_, output, _) => (ExitCode.Done, List(output))),
            Sub("get", "Fetch data sets", "Data sets to fetch", Get),
            Sub("verify", "Check the SHA-256 of data sets that are here", "Data sets to check [default: all that are downloaded]", Verify),
        };

    private static Command Sub(
        string name,
        string description,
        string? argument,
        Func<string[], TextWriter?, TextWriter, (int Code, JsonArray Sets)> run
    )
    {
        var json = CommonOptions.Json("one JSON object");
        var command = new Command(name, description) { json };
        var names = new Argument<string[]>("NAME")
        {
            Description = argument,
            HelpName = "NAME",
            Arity = name == "get" ? ArgumentArity.OneOrMore : ArgumentArity.ZeroOrMore,
        };
        names.CompletionSources.Add(_ => DataSets.All.Select(d => new System.CommandLine.Completions.CompletionItem(d.Name)));
        if (argument is not null)
            command.Add(names);
        command.SetAction(parsed =>
        {
            var configuration = parsed.InvocationConfiguration;
            bool asJson = parsed.GetValue(json);
            string[] given = argument is null ? [] : parsed.GetValue(names) ?? [];
            foreach (string n in given)
                if (DataSets.All.All(d => d.Name != n))
                    throw new InputException($"there is no data set '{n}'.{Nearest.Hint(n, [.. DataSets.All.Select(d => d.Name)])}");
            var (code, sets) = run(given, asJson ? null : configuration.Output, configuration.Error);
            if (asJson)
                configuration.Output.WriteLine(Json.Text(new JsonObject { ["folder"] = new DataStore().Folder, ["sets"] = sets }));
            return code;
        });
        return command;
    }

    private static JsonArray List(TextWriter? output)
    {
        var sets = new JsonArray();
        int width = DataSets.All.Max(d => d.Name.Length);
        foreach (var d in DataSets.All)
        {
            bool here = IsHere(d);
            string state =
                d.IsEmbedded ? "inside"
                : here ? "here"
                : "not here";
            output?.WriteLine(
                $"{d.Name.PadRight(width)}  {Terminal.Count(d.Train), 6} + {Terminal.Count(d.Test), 6}  {state, -8}  {d.Description} ({d.Licence})"
            );
            sets.Add(
                new JsonObject
                {
                    ["name"] = d.Name,
                    ["description"] = d.Description,
                    ["train"] = d.Train,
                    ["test"] = d.Test,
                    ["licence"] = d.Licence,
                    ["embedded"] = d.IsEmbedded,
                    ["available"] = here,
                }
            );
        }
        output?.WriteLine($"folder: {new DataStore().Folder}");
        return sets;
    }

    private static (int, JsonArray) Get(string[] names, TextWriter? output, TextWriter error)
    {
        using var interruption = new Interruption();
        var sets = new JsonArray();
        foreach (string name in names)
        {
            var data = Target.Load(name, error, interruption.Token);
            output?.WriteLine(
                $"{name}: {Terminal.Count(data.Train.Count)} + {Terminal.Count(data.Test.Count)} samples, verified, in {new DataStore().Folder}"
            );
            sets.Add(new JsonObject { ["name"] = name, ["available"] = true });
        }
        return (ExitCode.Done, sets);
    }

    private static (int, JsonArray) Verify(string[] names, TextWriter? output, TextWriter error)
    {
        var sets = new JsonArray();
        bool all = true;
        foreach (
            var d in DataSets.All.Where(d =>
                names.Length > 0 ? names.Contains(d.Name) : d.IsEmbedded || Directory.Exists(Path.Combine(new DataStore().Folder, d.Name))
            )
        )
        {
            var faults = DataSets.Verify(d.Name);
            all &= faults.Count == 0;
            sets.Add(
                new JsonObject
                {
                    ["name"] = d.Name,
                    ["available"] = faults.Count == 0,
                    ["faults"] = new JsonArray([.. faults.Select(f => (JsonNode)f)]),
                }
            );
            if (faults.Count == 0)
                output?.WriteLine($"{d.Name}: every file has the right SHA-256");
            foreach (string fault in faults)
                error.WriteLine($"{d.Name}: {fault}");
            if (faults.Count > 0)
                error.WriteLine($"error: {d.Name} is missing, incomplete or damaged: {Terminal.Command} data get {d.Name}");
        }
        return (all ? ExitCode.Done : ExitCode.Failed, sets);
    }

    private static bool IsHere(DataSetInfo d) => DataSets.LoadCached(d.Name) is not null;
}
