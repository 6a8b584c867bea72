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
                    .All.Concat(CircuitPresets.All)
                    .Select(p =>
                    {
                        var e = Target.Find(p.Name).Experiment;
                        return new JsonObject
                        {
                            ["name"] = p.Name,
                            ["summary"] = p.Summary,
                            ["data"] = e.Data.Source,
                            ["epochs"] = e.Epochs,
                            ["default"] = p.Name == Presets.Default,
                        };
                    });
                output.WriteLine(Json.Text(new JsonObject { ["presets"] = new JsonArray([.. presets]) }));
                return ExitCode.Done;
            }
            int width = Presets.All.Concat(CircuitPresets.All).Max(p => p.Name.Length);
            foreach (var (name, summary) in Presets.All)
                output.WriteLine($"{name.PadRight(width)}  {Counted.Of(Presets.Get(name).Epochs, "epoch"), 9}  {summary}");
            output.WriteLine();
            output.WriteLine($"Small enough to be built ({Terminal.Whole($"{Terminal.Command} circuit")}):");
            foreach (var (name, summary) in CircuitPresets.All)
                output.WriteLine($"{name.PadRight(width)}  {Counted.Of(CircuitPresets.Get(name).Epochs, "epoch"), 9}  {summary}");
            return ExitCode.Done;
        });
        return command;
    }
}
