using Nagumo.Data;

namespace Nagumo.Learning;

/// <summary>Telling classes apart: the largest readout is the answer.</summary>
public sealed class Classification : LearningTask
{
    /// <summary>The name of its score, the share of wrong answers in percent.</summary>
    internal const string ErrorPercent = "error_percent";

    /// <inheritdoc/>
    public override string Name => "classification";

    /// <inheritdoc/>
    public override string Cost => "cross-entropy";

    /// <inheritdoc/>
    public override bool Accepts(Targets targets) => targets is ClassTargets;

    /// <summary>The class of the largest readout, the first of equal ones.</summary>
    public static int Answer(ReadOnlySpan<double> z)
    {
        int best = 0;
        for (int c = 1; c < z.Length; c++)
            if (z[c] > z[best])
                best = c;
        return best;
    }

    /// <summary>1 for a wrong answer, 0 for a right one.</summary>
    public override double Miss(ReadOnlySpan<double> z, ReadOnlySpan<double> y) => y[Answer(z)] == 1 ? 0 : 1;

    /// <inheritdoc/>
    public override string ScoreName(Targets targets) => ErrorPercent;

    /// <inheritdoc/>
    public override Metric Score(double mean, Targets targets) => new(ErrorPercent, 100 * mean);

    /// <summary>Counts, [class, answer].</summary>
    /// <param name="targets">The classes of the whole set.</param>
    /// <param name="samples">Which samples.</param>
    /// <param name="readouts">[samples × classes].</param>
    public static int[,] Confusion(ClassTargets targets, ReadOnlySpan<int> samples, ReadOnlySpan<double> readouts)
    {
        int n = targets.Classes;
        int[,] counts = new int[n, n];
        for (int i = 0; i < samples.Length; i++)
            counts[targets.Labels[samples[i]], Answer(readouts.Slice(i * n, n))]++;
        return counts;
    }
}
