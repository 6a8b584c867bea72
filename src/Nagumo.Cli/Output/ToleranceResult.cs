using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace Nagumo.Cli;

/// <summary>The object of <c>tolerance --json</c>. Keys are documented in docs/cli.md.</summary>
internal sealed record ToleranceResult(
    string Preset,
    ulong Seed,
    string Data,
    string[] Effects,
    int Chips,
    ToleranceRow[] Rows,
    string? Folder,
    JsonObject Overrides
);

/// <summary>One size of the effect at one β.</summary>
/// <param name="Beta">Nudging strength.</param>
/// <param name="Level">Size of the effect.</param>
/// <param name="IdealErrorPercent">Trained and tested on ideal devices.</param>
/// <param name="MovedErrorPercent">Trained ideally, tested on each chip; empty where the effect changes learning only.</param>
/// <param name="MovedMeanPercent">Their mean.</param>
/// <param name="TrainedErrorPercent">Trained and tested on each chip.</param>
/// <param name="TrainedMeanPercent">Their mean.</param>
/// <param name="IdealLoss">The loss on the test set beside the ideal error: it tells apart what a count of errors does not.</param>
/// <param name="MovedLoss">The losses beside the errors.</param>
/// <param name="TrainedLoss">The losses beside the errors.</param>
internal sealed record ToleranceRow(
    double Beta,
    double Level,
    double IdealErrorPercent,
    double[] MovedErrorPercent,
    double? MovedMeanPercent,
    double[] TrainedErrorPercent,
    double TrainedMeanPercent,
    double IdealLoss,
    double[] MovedLoss,
    double[] TrainedLoss
);

/// <summary>JSON of the result: snake_case keys.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
    WriteIndented = true,
    NewLine = "\n"
)]
[JsonSerializable(typeof(ToleranceResult))]
internal sealed partial class ToleranceJson : JsonSerializerContext;
