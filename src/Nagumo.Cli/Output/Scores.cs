using System.Text.Json.Nodes;
using Nagumo.Learning;

namespace Nagumo.Cli;

/// <summary>How metrics are written: an error in percent, anything else as a number with its unit.</summary>
internal static class Scores
{
    private const string Percent = "_percent";

    /// <summary>"error" for error_percent, "rmse" for rmse.</summary>
    public static string Name(string metric) =>
        metric.EndsWith(Percent, StringComparison.Ordinal) ? metric[..^Percent.Length] : metric.Replace('_', ' ');

    /// <summary>A value of the metric.</summary>
    public static string Text(string metric, double value, string? unit = null) =>
        metric.EndsWith(Percent, StringComparison.Ordinal) ? Terminal.Percent(value)
        : unit is null ? Terminal.Short(value)
        : $"{Terminal.Short(value)} {unit}";

    /// <summary>Whether a metric of numbers is in their unit: not r2.</summary>
    public static bool HasUnit(string metric) => metric is "rmse" or "mae";

    /// <summary>"mae 0.12 m, r2 0.98": all but the first.</summary>
    public static string Others(IReadOnlyList<Metric> metrics) =>
        string.Join(", ", metrics.Skip(1).Select(m => $"{Name(m.Name)} {Text(m.Name, m.Value, m.Unit)}"));

    /// <summary>The metrics on a test set and, of a run that was trained, the scores of its last epoch.</summary>
    public static JsonObject Json(IReadOnlyList<Metric> test, EpochMetrics? last = null)
    {
        var all = new JsonObject(test.Select(m => KeyValuePair.Create($"test_{m.Name}", Finite(m.Value))));
        if (last is null)
            return all;
        all[$"train_{last.Score}"] = Finite(last.TrainScore);
        if (last.ValidationScore is { } validation)
            all[$"validation_{last.Score}"] = Finite(validation);
        return all;
    }

    private static JsonNode? Finite(double x) => double.IsFinite(x) ? x : null;
}
