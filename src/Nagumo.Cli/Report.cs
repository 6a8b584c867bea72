using System.Text.Json;
using MathNet.Numerics.Distributions;

namespace Nagumo.Cli;

/// <summary>Prints results.</summary>
internal static class Report
{
    /// <summary>The result of one run.</summary>
    public static void Single(TrainResult r, bool json, TextWriter output)
    {
        if (json)
        {
            output.WriteLine(JsonSerializer.Serialize(r, CliJson.Default.TrainResult));
            return;
        }
        int wrong = (int)Math.Round(r.TestErrorPercent * r.TestSamples / 100);
        output.WriteLine(
            $"test error  {Terminal.Percent(r.TestErrorPercent)}   {Terminal.Count(wrong)} of {Terminal.Count(r.TestSamples)} wrong"
        );
        output.WriteLine($"relaxed     {Relaxed(r.NonconvergedSamples, r.MaxSweeps, r.MaxResidual)}");
        output.WriteLine($"took        {Terminal.Duration(r.WallSeconds)}, {Terminal.Duration(r.CpuSeconds)} CPU, {r.PeakRssMib:F0} MiB");
        output.WriteLine($"run         {r.Run}   (weights.npz, learning-curve.png, confusion-matrix.png, weights.png)");
        output.WriteLine($"next        {Terminal.Command} check {Terminal.Quoted(r.Run)}");
        output.WriteLine($"            {Terminal.Command} predict {Terminal.Quoted(r.Run)} {r.Data}:0");
    }

    /// <summary>The results of several seeds.</summary>
    public static void Seeds(IReadOnlyList<TrainResult> results, bool json, TextWriter output)
    {
        var r = results[0];
        double[] test = [.. results.Select(x => x.TestErrorPercent)];
        double[] validation = [.. results.Select(x => x.ValidationErrorPercent).OfType<double>()];
        string parent = Path.GetDirectoryName(r.Run) is { Length: > 0 } folder ? folder : ".";
        if (json)
        {
            var summary = new SeedsResult(
                r.Preset,
                r.Seed,
                [.. results.Select(x => x.Seed)],
                r.Epochs,
                r.Data,
                test.Average(),
                HalfWidth(test),
                test,
                validation.Length > 0 ? validation.Average() : null,
                validation.Length > 0 ? HalfWidth(validation) : null,
                results.Average(x => x.TrainErrorPercent),
                results.Sum(x => x.NonconvergedSamples),
                results.Max(x => x.MaxResidual),
                results.Average(x => x.SamplesPerSecond),
                results.Sum(x => x.CpuSeconds),
                results.Sum(x => x.WallSeconds),
                results.Max(x => x.PeakRssMib),
                parent,
                [.. results]
            );
            output.WriteLine(JsonSerializer.Serialize(summary, CliJson.Default.SeedsResult));
            return;
        }
        foreach (var x in results)
            output.WriteLine($"seed {x.Seed, -6} {Terminal.Percent(x.TestErrorPercent)}   {x.Run}");
        string interval = results.Count > 1 ? $" ± {Terminal.Percent(HalfWidth(test))} (95 %)" : "";
        output.WriteLine(
            $"test error  {Terminal.Percent(test.Average())}{interval} over {results.Count} seed{(results.Count == 1 ? "" : "s")}"
        );
        output.WriteLine(
            $"relaxed     {Relaxed(results.Sum(x => x.NonconvergedSamples), results.Max(x => x.MaxSweeps), results.Max(x => x.MaxResidual))}"
        );
    }

    /// <summary>What relaxation reached, in words.</summary>
    public static string Relaxed(int notConverged, int sweeps, double residual) =>
        (notConverged == 0 ? "all converged" : $"{Terminal.Count(notConverged)} NOT converged")
        + $", at most {sweeps} sweeps, residual {Terminal.Short(residual)}";

    /// <summary>Half the width of the 95 % confidence interval of the mean, by Student's t; 0 for a single value.</summary>
    public static double HalfWidth(IReadOnlyList<double> x)
    {
        if (x.Count < 2)
            return 0;
        double mean = x.Average(),
            variance = x.Sum(v => (v - mean) * (v - mean)) / (x.Count - 1);
        return StudentT.InvCDF(0, 1, x.Count - 1, 0.975) * Math.Sqrt(variance / x.Count);
    }
}
