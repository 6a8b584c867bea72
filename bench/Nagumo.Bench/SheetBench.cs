using System.Diagnostics;
using System.Globalization;
using Nagumo.Compute;
using Nagumo.Media;
using Nagumo.Neurons;
using Nagumo.Symbolics;

namespace Nagumo.Bench;

/// <summary>Nanoseconds per cell and step of sheets in float32: sizes, blockings, threads, neuron models, beside NumPy in the same run.</summary>
internal static class SheetBench
{
    private static readonly Dictionary<string, double> Activator = new() { ["u"] = 1 };

    public static int Run(string[] args)
    {
        if (args is ["scan", ..])
        {
            foreach (int n in new[] { 512, 4096 })
            foreach (int levels in new[] { 1, 4, 8, 12, 16, 24, 32 })
            foreach (int panel in new[] { 256, 512, 1024, 4096 })
                if (panel <= n && panel >= levels * 16)
                    Console.WriteLine(
                        $"{n} levels {levels} panel {panel}: {Measure(Fhn(), n, 1, new(levels, panel), n > 1000 ? 4 : 100):f3}"
                    );
            return 0;
        }
        Console.WriteLine("| sheet | ns per cell and step |");
        Console.WriteLine("| --- | ---: |");
        foreach (int n in new[] { 128, 512, 1024, 4096 })
            Report($"FitzHugh-Nagumo, {n}²", Measure(Fhn(), n, 1, Blocking.Default, n > 2000 ? 8 : 300));
        Report("FitzHugh-Nagumo, 512², one step at a time", Measure(Fhn(), 512, 1, new(1, 32768), 300));
        Report("FitzHugh-Nagumo, 4096², one step at a time", Measure(Fhn(), 4096, 1, new(1, 32768), 8));
        return 0;
    }

    private static FitzHughNagumo Fhn() => new(1, 0.5, 0.7, 11);

    private static void Report(string name, double ns) =>
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {name} | {ns:f3} |"));

    private static double Measure(Neuron neuron, int n, int threads, Blocking blocking, int rounds)
    {
        var options = new SheetOptions(neuron, n, n, 0.02, Activator);
        using var sheet = new Sheet<float>(options, default, threads, KernelCompiler.Default, blocking);
        var rng = new Rng(1);
        var start = new float[n * n];
        rng.FillUniform(start, -1, 1);
        sheet.Write(0, start);
        long steps = Math.Max(48, 5_000_000L / ((long)n * n) / 48 * 48);
        sheet.Advance(steps);
        double best = double.PositiveInfinity;
        for (int round = 0; round < rounds; round++)
        {
            long begun = Stopwatch.GetTimestamp();
            sheet.Advance(steps);
            best = Math.Min(best, Stopwatch.GetElapsedTime(begun).TotalNanoseconds / steps / ((double)n * n));
        }
        return best;
    }
}
