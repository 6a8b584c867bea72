using System.CommandLine;
using System.Text.Json.Nodes;
using Nagumo.Couplings;
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
                                .. CouplingKinds.All.Select(kind => new JsonObject
                                {
                                    ["kind"] = kind.Name,
                                    ["term"] = kind.Example().Term,
                                    ["keys"] = new JsonArray([.. kind.AllKeys.Select(k => (JsonNode)k)]),
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
        output.WriteLine("           letters with indices are the parameters that files store; a conductance behind w is w/V");
        output.WriteLine();
        int width = CouplingKinds.All.Max(k => k.Name.Length);
        foreach (var kind in CouplingKinds.All)
        {
            output.WriteLine($"{kind.Name.PadRight(width)}  {kind.Example().Term}");
            output.WriteLine($"{new string(' ', width)}  keys: {string.Join(", ", kind.AllKeys)}");
        }
    }
}
