using System.Diagnostics;
using System.Globalization;
using Nagumo.Compute;
using Nagumo.Kernels;
using Nagumo.Media;
using Nagumo.Neurons;
using Nagumo.Symbolics;

namespace Nagumo.Bench;

/// <summary>Nanoseconds per cell and step of sheets in float32: sizes, blockings, threads and neuron models, beside NumPy in the same run.</summary>
/// <remarks>The best of many rounds by the clock, and by the time that the system charged to this process: on a shared machine the second
/// leaves out the waiting, not the caches that others swept.</remarks>
internal static class SheetBench
{
    public static int Run(string[] args)
    {
        if (args is ["scan", var size])
            return Scan(int.Parse(size, CultureInfo.InvariantCulture));
        if (args is ["threads"])
            return Threads();
        if (args is ["methods"])
            return Methods();
        double python = args is [var interpreter] ? Python(interpreter) : double.NaN;
        Console.WriteLine("| sheet, float32 | operations | by the clock, ns | charged, ns | ns per operation |");
        Console.WriteLine("| --- | ---: | ---: | ---: | ---: |");
        double square = double.PositiveInfinity;
        foreach (int n in new[] { 128, 512, 1024, 2048, 4096 })
        {
            double ns = Report($"FitzHugh-Nagumo, {n}²", Fhn(), n, 1, Wavefront.DefaultLevels);
            square = n == 512 ? ns : square;
        }
        Report("the same, 512², one step at a time", Fhn(), 512, 1, 1);
        Report("the same, 4096², one step at a time", Fhn(), 4096, 1, 1);
        Report("the same, 512², both fields diffuse", Fhn(), 512, 1, Wavefront.DefaultLevels, 0.5);
        Report("the same, 512², both fields diffuse, semi-implicit", Fhn(), 512, 1, 1, 0.5, SheetMethod.SemiImplicit);
        foreach (var neuron in NeuronModels.All.Where(n => n.Inhibitors.Count > 0).Skip(1))
            Report($"{neuron.Name}, 512²", neuron, 512, 1, Wavefront.DefaultLevels);
        Threads();
        if (!double.IsNaN(python))
            Console.WriteLine(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"NumPy float32, 512²: {python:f2} ns per cell and step; ours is {python / square:f1} × as fast."
                )
            );
        return 0;
    }

    /// <summary>What a second thread gains.</summary>
    private static int Threads()
    {
        double one = Report("FitzHugh-Nagumo, 512², one thread", Fhn(), 512, 1, Wavefront.DefaultLevels),
            two = Report("FitzHugh-Nagumo, 512², two threads", Fhn(), 512, 2, Wavefront.DefaultLevels);
        Console.WriteLine();
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"Two threads: {one / two:f2} ×."));
        return 0;
    }

    /// <summary>A Turing sheet by both methods.</summary>
    private static int Methods()
    {
        foreach (int n in new[] { 96, 512, 2048 })
        {
            Report($"both fields diffuse, {n}², explicit", Fhn(), n, 1, Wavefront.DefaultLevels, 0.5);
            Report($"both fields diffuse, {n}², semi-implicit", Fhn(), n, 1, 1, 0.5, SheetMethod.SemiImplicit);
        }
        return 0;
    }

    /// <summary>How many levels are best here.</summary>
    private static int Scan(int n)
    {
        foreach (int levels in new[] { 1, 4, 8, 12, 16, 24, 32, 48 })
        {
            var (clock, charged) = Measure(Fhn(), n, 1, levels, 0, 0.5);
            Console.WriteLine(
                string.Create(CultureInfo.InvariantCulture, $"{n}², {levels} levels: {clock:f3} by the clock, {charged:f3} charged")
            );
        }
        return 0;
    }

    private static FitzHughNagumo Fhn() => new(1, 0.5, 0.7, 11);

    private static double Report(
        string name,
        Neuron neuron,
        int n,
        int threads,
        int levels,
        double dv = 0,
        SheetMethod method = SheetMethod.Explicit
    )
    {
        int operations = Medium(neuron, n, dv).StencilOperations();
        var (clock, charged) = Measure(neuron, n, threads, levels, dv, method: method);
        Console.WriteLine(
            string.Create(CultureInfo.InvariantCulture, $"| {name} | {operations} | {clock:f3} | {charged:f3} | {clock / operations:f4} |")
        );
        return clock;
    }

    private static SheetOptions Medium(Neuron neuron, int n, double dv)
    {
        var diffusion = new Dictionary<string, double> { ["u"] = 1.3 };
        if (dv > 0)
            diffusion["v"] = dv;
        return new(neuron, n, n, 0.02, diffusion);
    }

    private static int StencilOperations(this SheetOptions o) =>
        new Stencil(o.Kinetics, new Dictionary<string, double>(), o.FieldDiffusion(), o.Dt, false).Step.OperationCount.PerElement;

    private static (double Clock, double Charged) Measure(
        Neuron neuron,
        int n,
        int threads,
        int levels,
        double dv,
        double seconds = 2,
        SheetMethod method = SheetMethod.Explicit
    )
    {
        using var sheet = new Sheet<float>(
            Medium(neuron, n, dv) with
            {
                Method = method,
            },
            default,
            threads,
            KernelCompiler.Default,
            levels
        );
        var start = new float[n * n];
        new Rng(1).FillUniform(start, -1, 1);
        sheet.Write(0, start);
        // Rounds of one pass, as short as can be: a shared machine leaves some of them alone.
        const int Steps = Wavefront.DefaultLevels;
        double cells = (double)n * n * Steps;
        sheet.Advance(Steps);
        double clock = double.PositiveInfinity,
            charged = double.PositiveInfinity;
        long begun = Stopwatch.GetTimestamp();
        for (int round = 0; round < 8 || Stopwatch.GetElapsedTime(begun).TotalSeconds < seconds; round++)
        {
            var before = Environment.CpuUsage.TotalTime;
            long tick = Stopwatch.GetTimestamp();
            sheet.Advance(Steps);
            clock = Math.Min(clock, Stopwatch.GetElapsedTime(tick).TotalNanoseconds / cells);
            charged = Math.Min(charged, (Environment.CpuUsage.TotalTime - before).TotalNanoseconds / cells);
        }
        return (clock, charged);
    }

    /// <summary>What bench/compare/sheet_numpy.py measures, in this run.</summary>
    private static double Python(string interpreter)
    {
        using var process = Process.Start(
            new ProcessStartInfo(interpreter, ["bench/compare/sheet_numpy.py"])
            {
                RedirectStandardOutput = true,
                Environment = { ["OMP_NUM_THREADS"] = "1" },
            }
        )!;
        double ns = double.Parse(process.StandardOutput.ReadToEnd(), CultureInfo.InvariantCulture);
        process.WaitForExit();
        return ns;
    }
}
