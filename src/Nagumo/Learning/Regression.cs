using Nagumo.Data;

namespace Nagumo.Learning;

/// <summary>Learning real numbers: root mean square error, mean absolute error and R² of each, in the units of the data.</summary>
/// <remarks>
/// R² = 1 − Σ (y − ŷ)² / Σ (y − ȳ)² over the samples that are measured; 1 is perfect, 0 is no better than their mean. Where there are several numbers,
/// whose units may differ, the score is the root mean square of all errors, each divided by its column's scale, and R² is the mean over columns.
/// </remarks>
public sealed class Regression : LearningTask
{
    private const string Rmse = "rmse",
        Scaled = "rmse_scaled",
        Mae = "mae",
        R2 = "r2";

    /// <inheritdoc/>
    public override string Name => "regression";

    /// <inheritdoc/>
    public override string Cost => "squared-error";

    /// <inheritdoc/>
    public override bool Accepts(Targets targets) => targets is NumberTargets;

    /// <summary>The mean square of a sample's errors.</summary>
    public override double Miss(ReadOnlySpan<double> z, ReadOnlySpan<double> y)
    {
        double sum = 0;
        for (int i = 0; i < z.Length; i++)
            sum += (z[i] - y[i]) * (z[i] - y[i]);
        return sum / z.Length;
    }

    /// <inheritdoc/>
    public override string ScoreName(Targets targets) => targets.Width == 1 ? Rmse : Scaled;

    /// <inheritdoc/>
    public override Metric Score(double mean, Targets targets) =>
        targets is NumberTargets { Columns: [var only] }
            ? new(Rmse, Math.Abs(only.Scale) * Math.Sqrt(mean), only.Unit)
            : new(Scaled, Math.Sqrt(mean));

    /// <inheritdoc/>
    public override IReadOnlyList<Metric> Measure(Targets targets, ReadOnlySpan<int> samples, ReadOnlySpan<double> readouts, double mean)
    {
        var columns = ((NumberTargets)targets).Columns;
        int n = columns.Count;
        var metrics = new List<Metric> { Score(mean, targets) };
        var single = new List<Metric>();
        double[] y = new double[n];
        double together = 0;
        for (int j = 0; j < n; j++)
        {
            double average = 0,
                squares = 0,
                absolute = 0,
                spread = 0;
            foreach (int sample in samples)
            {
                targets.Read(sample, y);
                average += y[j] / samples.Length;
            }
            for (int i = 0; i < samples.Length; i++)
            {
                targets.Read(samples[i], y);
                double error = readouts[i * n + j] - y[j];
                squares += error * error;
                absolute += Math.Abs(error);
                spread += (y[j] - average) * (y[j] - average);
            }
            var (name, unit, scale) = (columns[j].Name, columns[j].Unit, Math.Abs(columns[j].Scale));
            double explained = 1 - squares / spread;
            together += explained / n;
            single.Add(new($"{Rmse}_{name}", scale * Math.Sqrt(squares / samples.Length), unit));
            single.Add(new($"{Mae}_{name}", scale * absolute / samples.Length, unit));
            single.Add(new($"{R2}_{name}", explained));
        }
        if (n == 1)
            metrics.Add(single[1] with { Name = Mae });
        metrics.Add(new(R2, together));
        if (n > 1)
            metrics.AddRange(single);
        return metrics;
    }
}
