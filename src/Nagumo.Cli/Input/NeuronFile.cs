using System.Text.Json.Nodes;
using Nagumo.Neurons;

namespace Nagumo.Cli;

/// <summary>Cells by the name of a model, or by a file with their potential or their equations.</summary>
internal static class NeuronFile
{
    /// <summary>A model's name, or the definition in a file: of a potential as it stands, of equations as their text.</summary>
    /// <param name="neuron">A name or a file.</param>
    /// <param name="numbers">Values of parameters that equations state as expressions or without a value.</param>
    public static JsonNode Text(string neuron, IReadOnlyDictionary<string, double> numbers)
    {
        if (!File.Exists(neuron))
            return JsonValue.Create(neuron);
        return EquationFile.StatesEquations(JsonFile.Text(neuron))
            ? new JsonObject { [EquationsKey] = EquationFile.Read(neuron, numbers).ToString() }
            : JsonFile.Object(neuron);
    }

    private const string EquationsKey = "equations";

    private static readonly string[] NeuronKeys = ["potential", "parameters", "inhibitors", "units"];

    /// <summary>The cells that a model's name or a definition stands for.</summary>
    /// <param name="text">As <see cref="Text"/> gives it.</param>
    /// <param name="numbers">Values of parameters that equations state as expressions or without a value.</param>
    public static Kinetics Cells(JsonNode text, IReadOnlyDictionary<string, double> numbers)
    {
        if (text is not JsonObject definition)
        {
            string name = text.ToString();
            return NeuronModels.All.FirstOrDefault(n => n.Name == name) is { } known
                ? known
                : throw new InputException(
                    $"there is no neuron or file '{name}'.{Nearest.Hint(name, [.. NeuronModels.All.Select(n => n.Name)])}"
                );
        }
        if (definition.ContainsKey(EquationsKey))
            return EquationFile.Parse(definition.ToJsonString(), EquationsKey, numbers).Kinetics;
        foreach (var (key, _) in definition)
            if (!NeuronKeys.Contains(key))
                throw new InputException($"a neuron's file has no key '{key}'.{Nearest.Hint(key, [.. NeuronKeys, EquationsKey])}");
        string potential =
            definition["potential"]?.ToString()
            ?? throw new InputException(
                "a neuron's file needs the key 'potential', h(u, v, …) as text, or 'equations', [\"u' = …\", \"v' = …\"]."
            );
        return Kinetics.Of(new TextNeuron(potential, Numbers("parameters"), Numbers("inhibitors"))).InUnits(Units());

        Dictionary<string, string> Units() =>
            definition["units"] switch
            {
                null => [],
                JsonObject o => o.ToDictionary(p => p.Key, p => p.Value?.ToString() ?? ""),
                var other => throw new InputException(
                    $"units = {other.ToJsonString()}: give texts by name, {{\"u\": \"mV\", \"t\": \"ms\"}}."
                ),
            };

        Dictionary<string, double> Numbers(string key) =>
            definition[key] is not JsonObject o
                ? []
                : o.ToDictionary(
                    p => p.Key,
                    p =>
                        p.Value is JsonValue value && value.TryGetValue(out double x)
                            ? x
                            : throw new InputException($"{key}.{p.Key} = {p.Value}: give a finite number.")
                );
    }

    /// <summary>Whether a text is a system of equations, and not just no JSON.</summary>
    public static bool IsEquations(string text)
    {
        try
        {
            return EquationFile.StatesEquations(text) && EquationFile.Parse(text, EquationsKey).Variables.Count > 0;
        }
        catch (FormatException)
        {
            return false;
        }
    }

    /// <summary>The refusal of equations where a potential is needed.</summary>
    /// <param name="file">Their file.</param>
    public static InputException NoPotential(string file) =>
        new(
            $"{file}: these are equations, and networks and circuits need the potential that a neuron's equations follow from. Whether these have one: {Terminal.Command} audit {Terminal.Quoted(file)}. As they are: {Terminal.Command} simulate neuron --neuron {Terminal.Quoted(file)}."
        );
}
