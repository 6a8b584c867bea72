using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
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
        Console.WriteLine("| network | images | ours, samples/CPU-s | PyTorch hoisted | ratio | PyTorch plain | ratio |");
        Console.WriteLine("| --- | --- | ---: | ---: | ---: | ---: | ---: |");
        var mnist = DataSets.Load("mnist");
        Rows("fhn-mlp", "512", [mnist, DataSets.Load("fashion-mnist"), Noise(mnist)], rounds, python);
        Rows("fhn-deep", "512 512", [mnist], rounds, python);
        return 0;
    }

    private static void Rows(string preset, string hidden, DataSet[] sets, int rounds, string python)
    {
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
            hoisted.Add(Torch(python, hidden, "hoisted"));
            plain.Add(Torch(python, hidden, "plain"));
        }
        for (int i = 0; i < trainers.Length; i++)
        {
            Console.WriteLine(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"| 784-{hidden.Replace(' ', '-')}-10 | {sets[i].Name} | {Median(ours[i]):f0} | {Median(hoisted):f0} | {Median(ours[i]) / Median(hoisted):f2} | {Median(plain):f0} | {Median(ours[i]) / Median(plain):f2} |"
                )
            );
            trainers[i].Dispose();
        }
    }

    /// <summary>The same labels on images without an unlit pixel.</summary>
    private static DataSet Noise(DataSet like) => new("noise", Noise(like.Train), Noise(like.Test));

    private static ImageSet Noise(ImageSet like)
    {
        byte[] pixels = new byte[like.Pixels.Length];
        var random = new Random(1);
        foreach (ref byte pixel in pixels.AsSpan())
            pixel = (byte)random.Next(1, 256);
        return new(like.Rows, like.Cols, like.Classes, pixels, like.Labels.ToArray());
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
        return json.RootElement.GetProperty("samples_per_cpu_second").GetDouble();
    }

    private static double Median(List<double> x) => x.Order().ElementAt(x.Count / 2);
}
