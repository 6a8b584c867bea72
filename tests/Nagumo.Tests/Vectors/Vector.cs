using System.Text.Json;
using Nagumo.Tests.Architecture;

namespace Nagumo.Tests.Vectors;

/// <summary>Expected values of independent programs, in JSON files beside this one.</summary>
internal static class Vector
{
    /// <summary>The first element of an entry of beyond.json.</summary>
    public static JsonElement Beyond(string entry, int index = 0) => All.Value.GetProperty(entry)[index];

    private static readonly Lazy<JsonElement> All = new(() =>
        JsonDocument.Parse(File.ReadAllText(Repository.At("tests", "Nagumo.Tests", "Vectors", "beyond.json"))).RootElement
    );

    /// <summary>All numbers within an element, in order.</summary>
    public static double[] Numbers(this JsonElement e) =>
        e.ValueKind == JsonValueKind.Array ? [.. e.EnumerateArray().SelectMany(Numbers)] : [e.GetDouble()];

    /// <summary>The numbers of a property.</summary>
    public static double[] Numbers(this JsonElement e, string property) => e.GetProperty(property).Numbers();

    /// <summary>|a − b| / |b|.</summary>
    public static double RelativeError(IReadOnlyList<double> a, IReadOnlyList<double> b)
    {
        Assert.Equal(b.Count, a.Count);
        return Math.Sqrt(a.Zip(b, (x, y) => (x - y) * (x - y)).Sum() / b.Sum(y => y * y));
    }
}
