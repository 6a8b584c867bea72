using Nagumo.Learning;

namespace Nagumo.Cli;

/// <summary>Whether a network knows its training samples much better than others: what to say of it, and what to do.</summary>
internal static class Overfitting
{
    /// <summary>A held-out loss that has risen by this part from its least has risen clearly.</summary>
    private const double Risen = 0.1;

    /// <summary>Without held-out samples: a test loss so many times the training loss.</summary>
    private const double Apart = 3;

    /// <summary>One line; null where there is nothing to say.</summary>
    /// <param name="history">The epochs.</param>
    /// <param name="test">The test set's metrics.</param>
    /// <param name="ownData">Whether the data are the user's: how well known sets are learned is known.</param>
    /// <param name="samples">How many are trained on.</param>
    public static string? Of(IReadOnlyList<EpochMetrics> history, Evaluation test, bool ownData, int samples)
    {
        var last = history[^1];
        if (history.Where(m => m.ValidationLoss is not null).MinBy(m => m.ValidationLoss) is { } best)
            return last.ValidationLoss > (1 + Risen) * best.ValidationLoss
                ? $"overfitted: the held-out loss was least, {Terminal.Short(best.ValidationLoss!.Value)}, after epoch {best.Epoch} and is {Terminal.Short(last.ValidationLoss!.Value)} after {last.Epoch}. Train again with --epochs {best.Epoch}, or with fewer neurons or more optimizer.weight_decay"
                : null;
        return ownData && test.Loss > Apart * last.TrainLoss
            ? $"perhaps overfitted: the test loss, {Terminal.Short(test.Loss)}, is {test.Loss / last.TrainLoss:F1} times the training loss, {Terminal.Short(last.TrainLoss)}. Hold samples out to see from which epoch on: --set validation={Math.Max(1, samples / 5)}"
            : null;
    }
}
