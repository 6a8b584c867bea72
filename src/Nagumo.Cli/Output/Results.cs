using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Nagumo.Learning;

namespace Nagumo.Cli;

/// <summary>The object of <c>train --json</c>, and result.json of a run. Keys are documented in docs/cli.md.</summary>
internal sealed record TrainResult(
    string Preset,
    ulong Seed,
    int Epochs,
    string Data,
    double? TestErrorPercent,
    double? ValidationErrorPercent,
    double? TrainErrorPercent,
    double TestLoss,
    int TestSamples,
    int NonconvergedSamples,
    double MaxResidual,
    int MaxSweeps,
    double SamplesPerSecond,
    double CpuSeconds,
    double WallSeconds,
    double PeakRssMib,
    int Threads,
    int ResumedAtEpoch,
    string Run,
    JsonObject? Overrides,
    string Score = "error_percent",
    JsonObject? Metrics = null,
    string? Unit = null,
    OtherRests? OtherRests = null
)
{
    /// <summary>The score on the test set, whatever it is.</summary>
    [JsonIgnore]
    public double TestScore => TestErrorPercent ?? Metric($"test_{Score}") ?? double.NaN;

    /// <summary>A number among the metrics; null where it is none.</summary>
    public double? Metric(string name) => (double?)Metrics?[name];
}

/// <summary>The object of <c>train --seeds N --json</c>: means, the half-width of the 95 % t-interval, sums, and the single runs.</summary>
internal sealed record SeedsResult(
    string Preset,
    ulong Seed,
    ulong[] Seeds,
    int Epochs,
    string Data,
    double? TestErrorPercent,
    [property: JsonPropertyName("test_error_percent_ci95")] double? TestErrorPercentCi95,
    double[]? TestErrorPercentBySeed,
    double? ValidationErrorPercent,
    [property: JsonPropertyName("validation_error_percent_ci95")] double? ValidationErrorPercentCi95,
    double? TrainErrorPercent,
    int NonconvergedSamples,
    double MaxResidual,
    double SamplesPerSecond,
    double CpuSeconds,
    double WallSeconds,
    double PeakRssMib,
    string Run,
    JsonObject? Overrides,
    TrainResult[] Runs,
    string Score,
    JsonObject Metrics,
    string? Unit
);

/// <summary>run.json: what made a run; no part of its configuration.</summary>
internal sealed record RunInfo(string Version, string? Commit, string Runtime, int Threads, string Started);

/// <summary>A line of timings.jsonl.</summary>
internal sealed record EpochTiming(int Epoch, double WallSeconds, double CpuSeconds, double SamplesPerSecond);

/// <summary>The object of <c>eval --json</c>.</summary>
internal sealed record EvalResult(
    string Run,
    string Data,
    int Samples,
    double? TestErrorPercent,
    double TestLoss,
    bool Converged,
    int? NonconvergedSamples,
    double MaxResidual,
    int MaxSweeps,
    double? Tolerance,
    double WallSeconds,
    int[][]? Confusion,
    string Score,
    JsonObject Metrics,
    string? Unit,
    string? States,
    OtherRests? OtherRests,
    IReadOnlyList<string>? Classes
);

/// <summary>The object of <c>predict --json</c>.</summary>
internal sealed record PredictResult(
    string Run,
    string Image,
    int? Class,
    double[]? Probabilities,
    int? Label,
    bool Converged,
    double Residual,
    int Sweeps,
    string? Warning,
    PredictedNumber[]? Numbers = null,
    string? States = null
);

/// <summary>One of the numbers that a network predicts, in the units of the data.</summary>
internal sealed record PredictedNumber(string Name, double Value, double? Target, string? Unit);

/// <summary>The object of <c>predict --json</c> for samples of a user's own.</summary>
internal sealed record PredictedRowsResult(
    string Run,
    string File,
    string[]? Classes,
    PredictedRow[] Predictions,
    bool Converged,
    string? States = null
);

/// <summary>What is predicted of one of them.</summary>
internal sealed record PredictedRow(
    int Index,
    string? Class,
    double? Probability,
    string? Label,
    double[]? Probabilities,
    PredictedNumber[]? Numbers,
    bool Converged,
    double Residual,
    bool? TrainedOn
);

/// <summary>JSON of the results: snake_case keys.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    RespectRequiredConstructorParameters = true,
    Converters = [typeof(FiniteNumberConverter)],
    WriteIndented = true,
    NewLine = "\n"
)]
[JsonSerializable(typeof(TrainResult))]
[JsonSerializable(typeof(SeedsResult))]
[JsonSerializable(typeof(RunInfo))]
[JsonSerializable(typeof(EpochTiming))]
[JsonSerializable(typeof(EpochMetrics))]
[JsonSerializable(typeof(EvalResult))]
[JsonSerializable(typeof(PredictResult))]
[JsonSerializable(typeof(PredictedRowsResult))]
[JsonSerializable(typeof(Nagumo.Data.DataDescription))]
internal sealed partial class CliJson : JsonSerializerContext
{
    /// <summary>The same on one line, for JSON lines.</summary>
    public static CliJson Compact => field ??= new(new JsonSerializerOptions(Default.Options) { WriteIndented = false });
}
