using System.Globalization;
using Nagumo.Data;
using Nagumo.Learning;
using Nagumo.Plots;

namespace Nagumo.Cli;

/// <summary>The pictures of a run.</summary>
internal static class Pictures
{
    private const string LearningCurveName = "learning-curve",
        ConfusionName = "confusion-matrix",
        WeightsName = "weights",
        PredictionName = "prediction";

    /// <summary>Of so many numbers each has a picture of its own.</summary>
    private const int MostColumns = 4;

    /// <summary>Their names.</summary>
    public static string[] Files =>
        [
            .. Figure.Files(LearningCurveName),
            .. Figure.Files(ConfusionName),
            .. Figure.Files(PredictionName),
            .. Enumerable.Range(2, MostColumns - 1).SelectMany(j => Figure.Files($"{PredictionName}-{j}")),
            .. Figure.Files(WeightsName),
        ];

    /// <summary>Learning curve, confusion matrix of the test set, and the first layer's weights.</summary>
    public static void Save(RunFolder folder, string label, Experiment experiment, DataSet data, Trainer trainer, Evaluation test)
    {
        string subtitle = string.Create(
            CultureInfo.InvariantCulture,
            $"{label} on {data.Name}, seed {experiment.Seed}, {Counted.Of(experiment.Epochs, "epoch")}: test {Scores.Name(test.Score.Name)} {Scores.Text(test.Score.Name, test.Score.Value, test.Score.Unit)}"
        );
        Figure.Draw(folder.Path, LearningCurveName, path => Curve(path, subtitle, trainer.History));
        if (test.Confusion is { } counts)
            Figure.Draw(
                folder.Path,
                ConfusionName,
                path =>
                    ConfusionMatrix.Save(
                        path,
                        new("Confusion on the test set", subtitle),
                        counts,
                        (data.Test.Targets as ClassTargets)?.Names
                    )
            );
        if (data.Test.Targets is NumberTargets numbers)
            for (int j = 0; j < Math.Min(numbers.Width, MostColumns); j++)
            {
                int column = j;
                Figure.Draw(
                    folder.Path,
                    column == 0 ? PredictionName : $"{PredictionName}-{column + 1}",
                    path => Predicted(path, subtitle, numbers, test.Readouts, column)
                );
            }
        // Weights of one pixel each; of a table's columns they are no picture.
        if (data.Shape.Count > 1 && FirstLayer(trainer.Weights(), data.Size) is { } weights)
            Figure.Draw(
                folder.Path,
                WeightsName,
                path =>
                    WeightImages.Save(
                        path,
                        new("Weights from the inputs to the strongest neurons", subtitle),
                        weights,
                        data.Size / data.Shape[^1],
                        data.Shape[^1]
                    )
            );
    }

    private static void Curve(string path, string subtitle, IReadOnlyList<EpochMetrics> history)
    {
        double[] epochs = [.. history.Select(m => (double)m.Epoch)];
        var errors = new List<Series> { new("training, as met", epochs, [.. history.Select(m => m.TrainScore)]) };
        var losses = new List<Series> { new("training, as met", epochs, [.. history.Select(m => m.TrainLoss)]) };
        if (history.Any(m => m.ValidationScore is not null))
        {
            errors.Add(new("validation", epochs, [.. history.Select(m => m.ValidationScore ?? double.NaN)]));
            losses.Add(new("validation", epochs, [.. history.Select(m => m.ValidationLoss ?? double.NaN)]));
        }
        bool isPercent = history[^1].Score.EndsWith("_percent", StringComparison.Ordinal);
        LearningCurve.Save(
            path,
            new("Learning curve", subtitle),
            errors,
            losses,
            labelY: isPercent ? "error (%)" : Scores.Name(history[^1].Score),
            unit: isPercent ? " %" : ""
        );
    }

    /// <summary>Each test sample's number against the one that is predicted, in the units of the data; on the dashed line they are equal.</summary>
    private static void Predicted(string path, string subtitle, NumberTargets targets, double[] readouts, int column)
    {
        var (name, unit, offset, scale) = targets.Columns[column];
        double[] Of(ReadOnlySpan<double> values)
        {
            var numbers = new double[targets.Count];
            for (int i = 0; i < numbers.Length; i++)
                numbers[i] = offset + scale * values[i * targets.Width + column];
            return numbers;
        }
        double[] target = Of(targets.Values),
            predicted = Of(readouts),
            ends = [target.Min(), target.Max()];
        string label = unit is null ? name : $"{name} ({unit})";
        Chart.Save(
            path,
            new("Prediction against target on the test set", subtitle),
            new($"target: {label}"),
            new($"prediction: {label}"),
            [new(new("equal", ends, ends), CurveStyle.Dashed), new(new("test samples", target, predicted), CurveStyle.Points)],
            square: true
        );
    }

    /// <summary>The first matrix that reads pixels; of a pair of conductances their difference.</summary>
    private static float[]? FirstLayer(IReadOnlyList<KeyValuePair<string, NpyArray>> weights, int pixels)
    {
        var first = weights.FirstOrDefault(w => w.Value.Shape is [_, var cols] && cols == pixels);
        if (first.Key is null)
            return null;
        var values = first.Value.As<float>();
        if (!first.Key.EndsWith(".w+", StringComparison.Ordinal))
            return values;
        string partner = first.Key[..^1] + "-";
        var minus = weights.First(w => w.Key == partner).Value.As<float>();
        return [.. values.Zip(minus, (p, m) => p - m)];
    }
}
