using System.CommandLine;
using System.Text.Json.Nodes;
using Nagumo.Learning;
using Nagumo.Neurons;

namespace Nagumo.Cli;

/// <summary><c>nagumo models</c>: the neurons and couplings that a configuration may name.</summary>
internal static class ModelsCommand
{
    /// <summary>The command.</summary>
    public static Command Build()
    {
        var json = CommonOptions.Json("one JSON object");
        var command = new Command("models", "Neurons and couplings: equations, parameters, ranges, references") { json };
        command.SetAction(parsed =>
        {
            var output = parsed.InvocationConfiguration.Output;
            if (parsed.GetValue(json))
                output.WriteLine(
                    Json.Text(
                        new JsonObject
                        {
                            ["neurons"] = new JsonArray([.. NeuronModels.All.Select(Equations.Json)]),
                            ["couplings"] = new JsonArray([
                                .. CouplingOptions.Kinds.Select(kind => new JsonObject
                                {
                                    ["kind"] = kind,
                                    ["term"] = CouplingOptions.Example(kind).Term,
                                    ["keys"] = new JsonArray([.. CouplingOptions.KeysOf(kind).Select(k => (JsonNode)k)]),
                                }),
                            ]),
                        }
                    )
                );
            else
                Print(output);
            return ExitCode.Done;
        });
        return command;
    }

    private static void Print(TextWriter output)
    {
        output.WriteLine("NEURONS  H contains s·h for each neuron (s: the population's scale); u' = -∂H/∂u, tau v' = +∂H/∂v; I: drive");
        foreach (var neuron in NeuronModels.All)
        {
            output.WriteLine();
            output.WriteLine($"{neuron.Name}: {neuron.Summary}");
            foreach (string equation in Equations.Of(neuron))
                output.WriteLine($"    {equation}");
            if (neuron.Parameters.Count > 0)
                output.WriteLine($"    {string.Join("; ", neuron.Parameters.Select(Equations.Describe))}");
            if (neuron.Reference.Length > 0)
                output.WriteLine($"    {neuron.Reference}");
        }
        output.WriteLine();
        output.WriteLine("A neuron may also be given as text: \"potential\" in a configuration, with \"parameters\" and \"inhibitors\".");
        output.WriteLine();
        output.WriteLine("COUPLINGS  terms of H between ends a and b: populations, or their inhibitors as in h1.v");
        output.WriteLine();
        int width = CouplingOptions.Kinds.Max(k => k.Length);
        foreach (string kind in CouplingOptions.Kinds)
        {
            output.WriteLine($"{kind.PadRight(width)}  {CouplingOptions.Example(kind).Term}");
            output.WriteLine($"{new string(' ', width)}  keys: {string.Join(", ", CouplingOptions.KeysOf(kind))}");
        }
    }
}
