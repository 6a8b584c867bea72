using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Nagumo.Data;
using Nagumo.Learning;

namespace Nagumo.Bench;

/// <summary>Samples a second of whole training epochs (everything included), beside the same algorithm in PyTorch tensors.</summary>
/// <remarks>Rounds alternate between the programs, so that a drift of the machine meets both; medians and their ratios are printed.</remarks>
internal static class TrainBench
{
    public static int Run(ReadOnlySpan<string> args)
    {
        int rounds = args.Length > 0 ? int.Parse(args[0], CultureInfo.InvariantCulture) : 3;
        string python = args.Length > 1 ? args[1] : "python3";
        var data = DataSets.Load("mnist");
        Console.WriteLine("| network | sweeps | ours, samples/s | PyTorch hoisted | ratio | PyTorch plain | ratio |");
        Console.WriteLine("| --- | --- | ---: | ---: | ---: | ---: | ---: |");
        foreach (var (preset, hidden) in new[] { ("fhn-mlp", "512"), ("fhn-deep", "512 512") })
        {
            var experiment = Presets.Get(preset) with { Batch = 128, Free = new(5, 0), Nudged = new(5, 0) };
            using var trainer = new Trainer(experiment, data, threads: 1);
            trainer.TrainEpoch();
            var (ours, hoisted, plain) = (new List<double>(), new List<double>(), new List<double>());
            for (int round = 0; round < rounds; round++)
            {
                long start = Stopwatch.GetTimestamp();
                trainer.TrainEpoch();
                ours.Add(data.Train.Count / Stopwatch.GetElapsedTime(start).TotalSeconds);
                hoisted.Add(Torch(python, hidden, "hoisted"));
                plain.Add(Torch(python, hidden, "plain"));
            }
            Console.WriteLine(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"| 784-{hidden.Replace(' ', '-')}-10 | 5 + 2×5 | {Median(ours):f0} | {Median(hoisted):f0} | {Median(ours) / Median(hoisted):f2} | {Median(plain):f0} | {Median(ours) / Median(plain):f2} |"
                )
            );
        }
        return 0;
    }

    private static double Torch(string python, string hidden, string mode)
    {
        var start = new ProcessStartInfo(python, $"bench/compare/eqprop_torch.py --hidden {hidden} --mode {mode}")
        {
            RedirectStandardOutput = true,
        };
        start.Environment.Remove("OPENBLAS_CORETYPE");
        start.Environment["OMP_NUM_THREADS"] = start.Environment["OPENBLAS_NUM_THREADS"] = "1";
        using var process = Process.Start(start)!;
        string text = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        if (process.ExitCode != 0)
            return double.NaN;
        using var json = JsonDocument.Parse(text);
        return json.RootElement.GetProperty("samples_per_second").GetDouble();
    }

    private static double Median(List<double> x) => x.Order().ElementAt(x.Count / 2);
}
