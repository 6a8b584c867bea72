using System.Text.Json;
using System.Text.Json.Nodes;
using MathNet.Numerics.Distributions;
using Nagumo.Learning;

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
        output.WriteLine(
            $"{"test " + Scores.Name(r.Score), -11} {Scores.Text(r.Score, r.TestScore, r.Unit)}   {(r.TestErrorPercent is { } e ? Wrong(e, r.TestSamples) : Others(r))}"
        );
        output.WriteLine($"relaxed     {Relaxed(r.NonconvergedSamples, r.MaxSweeps, r.MaxResidual)}");
        OtherRests(r.OtherRests, output);
        output.WriteLine($"took        {Terminal.Duration(r.WallSeconds)}, {Terminal.Duration(r.CpuSeconds)} CPU, {r.PeakRssMib:F0} MiB");
        string[] files = [RunFolder.Weights, .. Pictures.Files.Where(f => f.EndsWith(".png", StringComparison.Ordinal))];
        output.WriteLine($"run         {r.Run}   ({string.Join(", ", files.Where(f => File.Exists(Path.Combine(r.Run, f))))})");
        output.WriteLine($"next        {Terminal.Whole($"{Terminal.Command} check {Terminal.Quoted(r.Run)}")}");
        output.WriteLine($"            {Terminal.Whole($"{Terminal.Command} predict {Terminal.Quoted(r.Run)} {Sample(r)}")}");
    }

    /// <summary>A sample to look at: one of a set that is known by name, or of the file that was trained on.</summary>
    private static string Sample(TrainResult r) =>
        TrainedModel.PreparationBeside(r.Run) is null ? $"{r.Data}:0"
        : Target.Find(r.Run).Experiment.Data.Source is var own && Directory.Exists(own) ? Terminal.Quoted(Path.GetRelativePath(".", own))
        : Terminal.Quoted(Path.GetRelativePath(".", own) + ":0");

    /// <summary>"21 of 1,000 wrong".</summary>
    public static string Wrong(double errorPercent, int samples, string whose = "") =>
        $"{Terminal.Count((int)Math.Round(errorPercent * samples / 100))} of {Terminal.Count(samples)}{whose} wrong";

    private static string Others(TrainResult r) =>
        string.Join(
            ", ",
            (r.Metrics ?? [])
                .Where(m => m.Key.StartsWith("test_", StringComparison.Ordinal) && m.Key != $"test_{r.Score}" && m.Value is not null)
                .Select(m =>
                    $"{Scores.Name(m.Key["test_".Length..])} {Scores.Text(m.Key, (double)m.Value!, Scores.HasUnit(m.Key["test_".Length..]) ? r.Unit : null)}"
                )
        );

    /// <summary>The results of several seeds.</summary>
    public static void Seeds(IReadOnlyList<TrainResult> results, bool json, TextWriter output)
    {
        var r = results[0];
        double[] test = [.. results.Select(x => x.TestScore)];
        bool errors = r.TestErrorPercent is not null;
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
                errors ? test.Average() : null,
                errors ? HalfWidth(test) : null,
                errors ? test : null,
                validation.Length > 0 ? validation.Average() : null,
                validation.Length > 0 ? HalfWidth(validation) : null,
                errors ? results.Average(x => x.TrainErrorPercent) : null,
                results.Sum(x => x.NonconvergedSamples),
                results.Max(x => x.MaxResidual),
                results.Average(x => x.SamplesPerSecond),
                results.Sum(x => x.CpuSeconds),
                results.Sum(x => x.WallSeconds),
                results.Max(x => x.PeakRssMib),
                parent,
                Shared(r.Overrides),
                [.. results],
                r.Score,
                Mean(results),
                r.Unit
            );
            output.WriteLine(JsonSerializer.Serialize(summary, CliJson.Default.SeedsResult));
            return;
        }
        foreach (var x in results)
            output.WriteLine($"seed {x.Seed, -6} {Scores.Text(x.Score, x.TestScore, x.Unit)}   {x.Run}");
        string interval = results.Count > 1 ? $" ± {Scores.Text(r.Score, HalfWidth(test))} (95 %)" : "";
        output.WriteLine(
            $"{"test " + Scores.Name(r.Score), -11} {Scores.Text(r.Score, test.Average(), r.Unit)}{interval} over {Counted.Of(results.Count, "seed")}"
        );
        output.WriteLine(
            $"relaxed     {Relaxed(results.Sum(x => x.NonconvergedSamples), results.Max(x => x.MaxSweeps), results.Max(x => x.MaxResidual))}"
        );
    }

    /// <summary>The mean of each metric that all runs have.</summary>
    private static JsonObject Mean(IReadOnlyList<TrainResult> results) =>
        new(
            (results[0].Metrics ?? [])
                .Where(m => results.All(x => x.Metric(m.Key) is not null))
                .Select(m => KeyValuePair.Create(m.Key, (JsonNode?)results.Average(x => x.Metric(m.Key)!.Value)))
        );

    /// <summary>What is changed in all of them: not the seed.</summary>
    private static JsonObject Shared(JsonObject? overrides) =>
        new((overrides ?? []).Where(o => o.Key != "seed").Select(o => KeyValuePair.Create(o.Key, o.Value?.DeepClone())));

    /// <summary>Second rest states, where some were found: how many, what that means, what to do.</summary>
    public static void OtherRests(OtherRests? found, TextWriter output)
    {
        if (found is not { Samples: > 0 })
            return;
        string answers = found.Answers == 0 ? "" : $", which for {Terminal.Count(found.Answers)} is another answer";
        output.WriteLine(
            $"rest states {Terminal.Count(found.Samples)} of {Counted.Of(found.Looked, "sample")} looked at have a second one{answers}: where a device or circuit comes to rest depends on its start. Bound the norms between layers (--set optimizer.norm_bounds.COUPLING=…) or lower optimizer.rate, and train again"
        );
    }

    /// <summary>What relaxation reached, in words.</summary>
    public static string Relaxed(int notConverged, int sweeps, double residual) =>
        (notConverged == 0 ? "all converged" : $"{Terminal.Count(notConverged)} NOT converged")
        + $", at most {Counted.Of(sweeps, "sweep")}, residual {Terminal.Short(residual)}";

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
