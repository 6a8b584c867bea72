using System.Text.Json;
using Nagumo.Media;
using Nagumo.Neurons;

namespace Nagumo.Tests.Media;

/// <summary>Expected values made by independent programs (DOP853 and Newton in Python, checked by Runge–Kutta).</summary>
internal static class MediaVectors
{
    private static readonly JsonDocument All = JsonDocument.Parse(
        typeof(MediaVectors).Assembly.GetManifestResourceStream("neuron-chain.json")!
    );

    /// <summary>The ids of a section.</summary>
    public static TheoryData<string> Ids(string section) => [.. Of(section).Select(e => e.GetProperty("id").GetString()!)];

    /// <summary>An entry by its id.</summary>
    public static JsonElement Entry(string section, string id) => Of(section).Single(e => e.GetProperty("id").GetString() == id);

    /// <summary>The FitzHugh–Nagumo neuron of an entry.</summary>
    public static PlanarNeuron Neuron(JsonElement entry)
    {
        var p = entry.GetProperty("params");
        return new(
            new FitzHughNagumo(),
            new Dictionary<string, double>
            {
                ["k"] = p.Number("k"),
                ["gamma"] = p.Number("gamma"),
                ["a"] = p.Number("a"),
                ["tau"] = p.Number("tau"),
            }
        );
    }

    /// <summary>The current of an entry.</summary>
    public static double Current(JsonElement entry) => entry.GetProperty("params").Number("I");

    public static double Number(this JsonElement e, string key) => e.GetProperty(key).GetDouble();

    private static IEnumerable<JsonElement> Of(string section) => All.RootElement.GetProperty(section).EnumerateArray();
}
