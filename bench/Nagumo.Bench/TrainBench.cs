using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Nagumo.Compute;
using Nagumo.Data;
using Nagumo.Learning;

namespace Nagumo.Bench;

/// <summary>Samples a CPU-second of whole training epochs (everything included), beside the same algorithm in PyTorch tensors.</summary>
/// <remarks>CPU time, so that other processes on the machine count little; rounds alternate between the programs, so that a drift of the
/// machine meets both; medians and their ratios are printed. PyTorch's products do not depend on the images, ours leave out unlit pixels:
/// so one hidden layer is also trained on images with fewer of them, and on noise with none.</remarks>
internal static class TrainBench
{
    public static int Run(ReadOnlySpan<string> args)
    {
        int rounds = args.Length > 0 ? int.Parse(args[0], CultureInfo.InvariantCulture) : 3;
        string python = args.Length > 1 ? args[1] : "python3";
        var (mnist, fashion) = (Set("mnist"), Set("fashion-mnist"));
        var first = Torch(python, "512", "hoisted");
        if (first is null)
            Console.WriteLine($"PyTorch: not to be had from {python} (its message is above), or MNIST is missing: no yardstick, no ratio");
        else
        {
            var core = Environment.GetEnvironmentVariable("OPENBLAS_CORETYPE");
            Console.WriteLine($"PyTorch {first.Torch}, OpenBLAS kernels {first.Kernels}, OPENBLAS_CORETYPE {core ?? "unset"}");
        }
        var unfair = first is null ? "no yardstick" : OpenBlas.Unfair(first.Kernels);
        if (first is not null && unfair is not null)
            Console.WriteLine($"PyTorch: {unfair}");
        Console.WriteLine();
        Console.WriteLine("| network | images | ours, samples/CPU-s | PyTorch hoisted | ratio | PyTorch plain | ratio |");
        Console.WriteLine("| --- | --- | ---: | ---: | ---: | ---: | ---: |");
        DataSet?[] wide = [mnist, fashion, mnist is null ? null : Noise(mnist)];
        Rows("fhn-mlp", "512", [.. wide.OfType<DataSet>()], rounds, first is null ? null : python, unfair is null);
        Rows("fhn-deep", "512 512", [.. new[] { mnist }.OfType<DataSet>()], rounds, first is null ? null : python, unfair is null);
        return 0;
    }

    /// <summary>A data set; null, and a line that says so, where it cannot be had.</summary>
    private static DataSet? Set(string name)
    {
        try
        {
            return DataSets.Load(name);
        }
        catch (DataAcquisitionException e)
        {
            Console.Error.WriteLine($"{name}: left out. {e.Message}");
            return null;
        }
    }

    private static void Rows(string preset, string hidden, DataSet[] sets, int rounds, string? python, bool isFair)
    {
        if (sets.Length == 0)
            return;
        Trainer[] trainers =
        [
            .. sets.Select(set => new Trainer(
                Presets.Get(preset) with
                {
                    Data = set.Name,
                    Batch = 128,
                    Free = new(5, 0),
                    Nudged = new(5, 0),
                },
                set,
                threads: 1
            )),
        ];
        foreach (var trainer in trainers)
            trainer.TrainEpoch();
        var ours = trainers.Select(_ => new List<double>()).ToArray();
        var (hoisted, plain) = (new List<double>(), new List<double>());
        for (int round = 0; round < rounds; round++)
        {
            for (int i = 0; i < trainers.Length; i++)
            {
                var start = Environment.CpuUsage.TotalTime;
                trainers[i].TrainEpoch();
                ours[i].Add(sets[i].Train.Count / (Environment.CpuUsage.TotalTime - start).TotalSeconds);
            }
            hoisted.Add(python is null ? double.NaN : Torch(python, hidden, "hoisted")?.Rate ?? double.NaN);
            plain.Add(python is null ? double.NaN : Torch(python, hidden, "plain")?.Rate ?? double.NaN);
        }
        for (int i = 0; i < trainers.Length; i++)
        {
            Console.WriteLine(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"| 784-{hidden.Replace(' ', '-')}-10 | {sets[i].Name} | {Median(ours[i]):f0} | {Beside(ours[i], hoisted)} | {Beside(ours[i], plain)} |"
                )
            );
            trainers[i].Dispose();
        }

        string Beside(List<double> mine, List<double> theirs) =>
            double.IsNaN(Median(theirs)) ? "– | –"
            : isFair ? string.Create(CultureInfo.InvariantCulture, $"{Median(theirs):f0} | {Median(mine) / Median(theirs):f2}")
            : string.Create(CultureInfo.InvariantCulture, $"{Median(theirs):f0} | –");
    }

    /// <summary>The same labels on images without an unlit pixel.</summary>
    private static DataSet Noise(DataSet like) => new("noise", Noise(like.Train), Noise(like.Test));

    private static Samples Noise(Samples like)
    {
        byte[] pixels = new byte[like.AllBytes.Length];
        var random = new Random(1);
        foreach (ref byte pixel in pixels.AsSpan())
            pixel = (byte)random.Next(1, 256);
        return new([.. like.Shape], pixels, like.Targets);
    }

    /// <summary>What a run of the yardstick gave.</summary>
    private sealed record Yardstick(double Rate, string Torch, string Kernels);

    /// <summary>A run of the yardstick on one thread; null where it fails. OPENBLAS_CORETYPE is handed on: it chooses the kernels.</summary>
    private static Yardstick? Torch(string python, string hidden, string mode)
    {
        var start = new ProcessStartInfo(python, $"bench/compare/eqprop_torch.py --hidden {hidden} --mode {mode}")
        {
            RedirectStandardOutput = true,
        };
        start.Environment["OMP_NUM_THREADS"] = start.Environment["OPENBLAS_NUM_THREADS"] = "1";
        try
        {
            using var process = Process.Start(start)!;
            string text = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            if (process.ExitCode != 0)
                return null;
            using var json = JsonDocument.Parse(text);
            var root = json.RootElement;
            string kernels = root.GetProperty("blas_kernels").GetString()!;
            return new(
                root.GetProperty("samples_per_cpu_second").GetDouble(),
                root.GetProperty("torch").GetString()!,
                kernels == "unknown" ? "" : kernels
            );
        }
        catch (Win32Exception e)
        {
            Console.Error.WriteLine($"{python}: {e.Message}");
            return null;
        }
    }

    private static double Median(List<double> x) => x.Order().ElementAt(x.Count / 2);
}
