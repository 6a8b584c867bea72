using System.Globalization;
using Nagumo.Data;
using Nagumo.Learning;
using Nagumo.Plots;

namespace Nagumo.Cli;

/// <summary>The pictures of a run.</summary>
internal static class Pictures
{
    /// <summary>Learning curve, confusion matrix of the test set, and the first layer's weights.</summary>
    public static void Save(RunFolder folder, Experiment experiment, DataSet data, Trainer trainer, Evaluation test)
    {
        string subtitle = string.Create(
            CultureInfo.InvariantCulture,
            $"{experiment.Name} on {data.Name}, seed {experiment.Seed}, {experiment.Epochs} epochs: test error {test.ErrorPercent:F2} %"
        );
        Curve(folder["learning-curve.png"], subtitle, trainer.History);
        ConfusionMatrix.Save(folder["confusion-matrix.png"], new("Confusion on the test set", subtitle), test.Confusion);
        if (FirstLayer(trainer.Weights(), data.Rows * data.Cols) is { } weights)
            WeightImages.Save(
                folder["weights.png"],
                new("Weights from the pixels to the strongest neurons", subtitle),
                weights,
                data.Rows,
                data.Cols
            );
    }

    private static void Curve(string path, string subtitle, IReadOnlyList<EpochMetrics> history)
    {
        double[] epochs = [.. history.Select(m => (double)m.Epoch)];
        var errors = new List<Series> { new("training, as met", epochs, [.. history.Select(m => m.TrainErrorPercent)]) };
        var losses = new List<Series> { new("training, as met", epochs, [.. history.Select(m => m.TrainLoss)]) };
        if (history.Any(m => m.ValidationErrorPercent is not null))
        {
            errors.Add(new("validation", epochs, [.. history.Select(m => m.ValidationErrorPercent ?? double.NaN)]));
            losses.Add(new("validation", epochs, [.. history.Select(m => m.ValidationLoss ?? double.NaN)]));
        }
        LearningCurve.Save(path, new("Learning curve", subtitle), errors, losses);
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
