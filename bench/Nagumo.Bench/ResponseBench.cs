using System.Diagnostics;
using System.Globalization;
using Nagumo.Compute;
using Nagumo.Couplings;
using Nagumo.Networks;
using Nagumo.Neurons;
using Nagumo.Relaxation;

namespace Nagumo.Bench;

/// <summary>Nanoseconds of one neuron's response in float32, through a machine's own call, at drives as training meets them.</summary>
/// <remarks>Drives are normal around the response's centre, sd 1; a block of 48 rows × 128 lanes as in a sweep; warm responses start from
/// the rest state of drives that differ by 1 %, as between sweeps. The best of many rounds; an FMA loop's rate of the same run beside it.</remarks>
internal static unsafe class ResponseBench
{
    private const int Rows = 48,
        Lanes = 128,
        Rounds = 300,
        Calls = 20;

    public static int Run()
    {
        var fhn = new FitzHughNagumo();
        Console.WriteLine("| response | ns per neuron |");
        Console.WriteLine("| --- | ---: |");
        Report("FitzHugh-Nagumo (table)", new Population("p", fhn, Rows), 0.875, []);
        Report("log-cosh (table)", new Population("p", new LogCoshNeuron(), Rows), 0, []);
        Report("two-timescale FitzHugh-Nagumo (table)", new Population("p", new TwoTimescaleFitzHughNagumo(), Rows), 0.875, []);
        Report("nonlinear inhibitor (joint u, v)", new Population("p", new NonlinearInhibitorFitzHughNagumo(), Rows), 1, []);
        Report("FitzHugh-Nagumo, a load per neuron", new Population("p", fhn, Rows), 0.875, [new Resistive("p", "q", 0, 0.1)]);
        var k = Enumerable.Range(0, Rows).Select(i => 0.5 + 0.5 * i / Rows).ToArray();
        Report(
            "FitzHugh-Nagumo, k per neuron",
            new Population("p", fhn, Rows, parameters: new Dictionary<string, double[]> { ["k"] = k }),
            0.875,
            []
        );
        Report("Hopfield (direct)", new Population("p", new Hopfield(), Rows), 0, []);
        Report("FitzHugh-Nagumo, nudged difference", new Population("p", fhn, Rows), 0.875, [], difference: true);
        Report("log-cosh, nudged difference", new Population("p", new LogCoshNeuron(), Rows), 0, [], difference: true);
        Report("nonlinear inhibitor, nudged difference", new Population("p", new NonlinearInhibitorFitzHughNagumo(), Rows), 1, [], true);
        Report("Hopfield, nudged difference", new Population("p", new Hopfield(), Rows), 0, [], difference: true);
        return 0;
    }

    private static void Report(string name, Population population, double centre, Coupling[] couplings, bool difference = false)
    {
        var populations = couplings.Length > 0 ? new[] { population, new Population("q", new Linear(), 4) } : [population];
        using var machine = new Machine<float>(new Network(populations, couplings), new Rng(1));
        using var state = machine.CreateState(Lanes);
        using var workspace = new Workspace<float>();
        var rng = new Rng(2);
        var drive = state.Drive(0, 0);
        using var nudged = machine.CreateDifference(Lanes, 0);
        var scratch = workspace.Scratch(OnSite<float>.DifferenceScratch(Rows), Lanes);
        var steady = new float[Rows * Lanes];
        for (int i = 0; i < steady.Length; i++)
            steady[i] = (float)(centre + rng.NextNormal());
        if (difference)
        {
            // At rest under those drives; a nudge changes them by some per cent.
            for (int r = 0; r < Rows; r++)
                steady.AsSpan(r * Lanes, Lanes).CopyTo(drive.Row(r));
            machine.Site(0).StartCold(state.Fields(0), state.Drives(0), 0, Rows);
            machine.Site(0).Respond(state.Fields(0), state.Drives(0), 0, Rows, 1f, scratch);
            for (int i = 0; i < steady.Length; i++)
                steady[i] = (float)(0.02 * rng.NextNormal());
            drive = nudged.Drive(0, 0);
        }
        // Two sets of drives a per cent apart, in turn: what a warm start meets from sweep to sweep.
        double best = double.PositiveInfinity;
        for (int round = 0; round < Rounds; round++)
        {
            double seconds = 0;
            for (int call = 0; call < Calls; call++)
            {
                float factor = call % 2 == 0 ? 1 : 1.01f;
                for (int r = 0; r < Rows; r++)
                for (int l = 0; l < Lanes; l++)
                    drive.Row(r)[l] = factor * steady[r * Lanes + l];
                long start = Stopwatch.GetTimestamp();
                if (difference)
                    machine
                        .Site(0)
                        .RespondDifference(state.Fields(0), state.Drives(0), nudged.Fields(0), nudged.Drives(0), 0, Rows, 1f, scratch);
                else
                    machine.Site(0).Respond(state.Fields(0), state.Drives(0), 0, Rows, 1f, scratch);
                seconds += Stopwatch.GetElapsedTime(start).TotalSeconds;
            }
            best = Math.Min(best, seconds / Calls);
        }
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {name} | {best * 1e9 / (Rows * Lanes):f2} |"));
    }
}
