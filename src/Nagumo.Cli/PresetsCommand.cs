using System.CommandLine;
using System.Text.Json.Nodes;
using Nagumo.Circuits;
using Nagumo.Learning;

namespace Nagumo.Cli;

/// <summary><c>nagumo presets</c>: the ready experiments.</summary>
internal static class PresetsCommand
{
    /// <summary>The command.</summary>
    public static Command Build()
    {
        var json = CommonOptions.Json("one JSON object");
        var command = new Command("presets", "List the presets") { json };
        command.SetAction(parsed =>
        {
            var output = parsed.InvocationConfiguration.Output;
            if (parsed.GetValue(json))
            {
                var presets = Presets
                    .All.Select(p => Listed(p.Name, p.Summary, Presets.Text(p.Name)))
                    .Concat(CircuitPresets.All.Select(p => Listed(p.Name, p.Summary, CircuitPresets.Text(p.Name))));
                output.WriteLine(Json.Text(new JsonObject { ["presets"] = new JsonArray([.. presets]) }));
                return ExitCode.Done;
            }
            int width = Presets.All.Concat(CircuitPresets.All).Max(p => p.Name.Length);
            foreach (var (name, summary) in Presets.All)
                output.WriteLine($"{name.PadRight(width)}  {Counted.Of(Stated(Presets.Text(name)).Epochs, "epoch"), 9}  {summary}");
            output.WriteLine();
            output.WriteLine($"Small enough to be built ({Terminal.Whole($"{Terminal.Command} circuit")}):");
            foreach (var (name, summary) in CircuitPresets.All)
                output.WriteLine($"{name.PadRight(width)}  {Counted.Of(Stated(CircuitPresets.Text(name)).Epochs, "epoch"), 9}  {summary}");
            return ExitCode.Done;
        });
        return command;
    }

    private static JsonObject Listed(string name, string summary, string text)
    {
        var (data, epochs) = Stated(text);
        return new()
        {
            ["name"] = name,
            ["summary"] = summary,
            ["data"] = data,
            ["epochs"] = epochs,
            ["default"] = name == Presets.Default,
        };
    }

    /// <summary>What every preset's file states; a list needs no experiment, whose first reading takes longer than all else of the command.</summary>
    private static (string Data, int Epochs) Stated(string text)
    {
        using var file = JsonFile.Document(text);
        return (file.RootElement.GetProperty("data").GetString()!, file.RootElement.GetProperty("epochs").GetInt32());
    }
}
