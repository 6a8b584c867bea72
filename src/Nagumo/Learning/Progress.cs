using System.Text.Json.Serialization;
using Nagumo.Relaxation;

namespace Nagumo.Learning;

/// <summary>What an epoch, or a part of it, gave.</summary>
/// <param name="Epoch">1-based.</param>
/// <param name="Samples">Samples so far in the epoch.</param>
/// <param name="Of">Samples of an epoch.</param>
/// <param name="Loss">Mean cost of the free states, as they were met.</param>
/// <param name="Score">The task's score so far, as the samples were met.</param>
/// <param name="Free">Free relaxation: most sweeps, largest residual, samples above the tolerance.</param>
/// <param name="Nudged">Nudged relaxations.</param>
/// <param name="Seconds">Wall-clock seconds of the epoch so far.</param>
public readonly record struct Progress(
    int Epoch,
    int Samples,
    int Of,
    double Loss,
    double Score,
    RelaxationReport Free,
    RelaxationReport Nudged,
    double Seconds
);

/// <summary>An evaluation over a set.</summary>
/// <param name="Samples">Number of samples.</param>
/// <param name="Metrics">What the task measures, its score first.</param>
/// <param name="Loss">Mean cost.</param>
/// <param name="Relaxation">What relaxation reached.</param>
/// <param name="Readouts">[samples × width].</param>
/// <param name="Confusion">Counts, [class, answer]; null for targets that are no classes.</param>
public sealed record Evaluation(
    int Samples,
    IReadOnlyList<Metric> Metrics,
    double Loss,
    RelaxationReport Relaxation,
    double[] Readouts,
    int[,]? Confusion
)
{
    /// <summary>The score: smaller is better.</summary>
    public Metric Score => Metrics[0];

    /// <summary>The share of wrong answers in percent.</summary>
    /// <exception cref="InvalidOperationException">The task tells no classes apart.</exception>
    public double ErrorPercent => this[Classification.ErrorPercent];

    /// <summary>In words: the metrics, the loss, and what relaxation reached.</summary>
    public override string ToString() =>
        string.Create(
            System.Globalization.CultureInfo.InvariantCulture,
            $"{string.Join(", ", Metrics.Select(m => $"{m.Name} {m.Value:g4}{(m.Unit is null ? "" : $" {m.Unit}")}"))}, loss {Loss:g4} over {Samples} samples, {(Relaxation.NotConverged == 0 ? "all at rest" : $"{Relaxation.NotConverged} not at rest")}"
        );

    /// <summary>The value of a metric.</summary>
    /// <exception cref="InvalidOperationException">The task does not measure it.</exception>
    public double this[string metric] =>
        Metrics.FirstOrDefault(m => m.Name == metric)?.Value
        ?? throw new InvalidOperationException($"There is no '{metric}' here: {string.Join(", ", Metrics.Select(m => m.Name))}.");
}

/// <summary>The answer to one sample.</summary>
/// <param name="Readout">As the network gives it.</param>
/// <param name="Class">The class of the largest readout; null where there are no classes.</param>
/// <param name="Probabilities">Of every class; null where there are none.</param>
/// <param name="Numbers">In the units of the data; null for classes.</param>
/// <param name="Relaxation">What relaxation reached.</param>
public sealed record Prediction(double[] Readout, int? Class, double[]? Probabilities, double[]? Numbers, RelaxationReport Relaxation);

/// <summary>One epoch's line in the metrics: deterministic, no times.</summary>
/// <param name="Epoch">1-based.</param>
/// <param name="TrainLoss">Mean cost during the epoch.</param>
/// <param name="TrainScore">The task's score during the epoch, augmentation included.</param>
/// <param name="ValidationScore">Score on the held-out samples; null when none are held out.</param>
/// <param name="ValidationLoss">Mean cost there.</param>
/// <param name="FreeSweeps">Most free sweeps.</param>
/// <param name="FreeResidual">Largest free residual entering the last sweep.</param>
/// <param name="NudgedSweeps">Most nudged sweeps.</param>
/// <param name="NudgedResidual">Largest nudged residual.</param>
/// <param name="Score">What the scores are called: "error_percent", "rmse".</param>
/// <param name="NotConverged">Samples of the epoch above the tolerance; all of them when the number of sweeps is fixed (tolerance 0).</param>
[JsonConverter(typeof(EpochMetricsConverter))]
public sealed record EpochMetrics(
    int Epoch,
    double TrainLoss,
    double TrainScore,
    double? ValidationScore,
    double? ValidationLoss,
    int FreeSweeps,
    double FreeResidual,
    int NudgedSweeps,
    double NudgedResidual,
    int NotConverged,
    string Score = Classification.ErrorPercent
);

/// <summary>Thrown when a run diverges; the message says what to lower.</summary>
public sealed class DivergenceException(string message) : Exception(message);
