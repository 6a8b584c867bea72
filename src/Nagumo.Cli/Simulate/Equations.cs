using System.Globalization;
using System.Text.Json.Nodes;
using Nagumo.Neurons;

namespace Nagumo.Cli;

/// <summary>A neuron's equations and parameters, read from its own definition.</summary>
internal static class Equations
{
    /// <summary>Potential and flow, one equation a line: h, then u' and every inhibitor's.</summary>
    public static IEnumerable<string> Of(Neuron neuron)
    {
        yield return $"h = {neuron.H}";
        yield return $"u' = {-neuron.H.Derive(neuron.U)} + I{(neuron.Box is { } b ? $",  {Number(b.Low)} <= u <= {Number(b.High)}" : "")}";
        foreach (var v in neuron.Inhibitors)
            yield return $"{v.Tau.Name} {v.Name}' = {neuron.H.Derive(v)}";
    }

    /// <summary>"k = 1 in [0, ∞)".</summary>
    public static string Describe(Parameter p) => $"{p.Name} = {Number(p.Value)}{(p.Unit.Length > 0 ? " " + p.Unit : "")} in {Range(p)}";

    /// <summary>The neuron as JSON.</summary>
    public static JsonObject Json(Neuron neuron) =>
        new()
        {
            ["name"] = neuron.Name,
            ["summary"] = neuron.Summary,
            ["potential"] = neuron.H.ToString(),
            ["equations"] = new JsonArray([.. Of(neuron).Skip(1).Select(e => (JsonNode)e)]),
            ["inhibitors"] = new JsonArray([.. neuron.Inhibitors.Select(v => (JsonNode)v.Name)]),
            ["box"] = neuron.Box is { } box ? new JsonArray(box.Low, box.High) : null,
            ["parameters"] = new JsonArray([
                .. neuron.Parameters.Select(p => new JsonObject
                {
                    ["name"] = p.Name,
                    ["value"] = p.Value,
                    ["min"] = double.IsFinite(p.Min) ? p.Min : null,
                    ["max"] = double.IsFinite(p.Max) ? p.Max : null,
                    ["unit"] = p.Unit,
                }),
            ]),
            ["reference"] = neuron.Reference,
        };

    /// <summary>A number as short as it is exact.</summary>
    public static string Number(double x) => x.ToString("R", CultureInfo.InvariantCulture).Replace('E', 'e');

    private static string Range(Parameter p) =>
        (double.IsFinite(p.Min) ? $"[{Number(p.Min)}, " : "(-∞, ") + (double.IsFinite(p.Max) ? $"{Number(p.Max)}]" : "∞)");
}
