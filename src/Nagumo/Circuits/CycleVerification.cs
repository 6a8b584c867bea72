using Nagumo.Couplings;
using Nagumo.Networks;
using Nagumo.Relaxation;

namespace Nagumo.Circuits;

/// <summary>A limit cycle: its period and the range of its activator.</summary>
/// <param name="Period">Period in units of ts; NaN where fewer than two periods were seen.</param>
/// <param name="Low">Smallest u.</param>
/// <param name="High">Largest u.</param>
public sealed record LimitCycle(double Period, double Low, double High)
{
    /// <summary>From samples of u(t): the times at which it rises through the middle of its range, by straight lines between samples.</summary>
    internal static LimitCycle Of(IReadOnlyList<double> time, IReadOnlyList<double> u)
    {
        double low = u.Min(),
            high = u.Max(),
            level = (low + high) / 2;
        var crossings = new List<double>();
        for (int i = 1; i < u.Count; i++)
            if (u[i - 1] < level && u[i] >= level)
                crossings.Add(time[i - 1] + (level - u[i - 1]) / (u[i] - u[i - 1]) * (time[i] - time[i - 1]));
        double period = crossings.Count < 3 ? double.NaN : (crossings[^1] - crossings[0]) / (crossings.Count - 1);
        return new(period, low, high);
    }
}

/// <summary>A neuron's limit cycle in ngspice against our own flow.</summary>
/// <param name="Ours">Our own.</param>
/// <param name="Circuit">ngspice's.</param>
/// <param name="Seconds">Wall-clock time of ngspice.</param>
/// <param name="Units">Units of the circuit.</param>
public sealed record CycleVerification(LimitCycle Ours, LimitCycle Circuit, double Seconds, Units Units)
{
    /// <summary>Allowed error of period and peaks: 0.1 %.</summary>
    public const double Tolerance = 1e-3;

    private const double Transient = 300,
        Watched = 400,
        Step = 0.01,
        Kept = 6,
        CircuitStep = 0.02;

    /// <summary>Relative error of the period.</summary>
    public double PeriodError => Math.Abs(Circuit.Period / Ours.Period - 1);

    /// <summary>Largest error of the activator's extrema, as a part of its range.</summary>
    public double PeakError => Math.Max(Math.Abs(Circuit.Low - Ours.Low), Math.Abs(Circuit.High - Ours.High)) / (Ours.High - Ours.Low);

    /// <summary>Whether period and spike agree.</summary>
    public bool Agrees => PeriodError <= Tolerance && PeakError <= Tolerance;

    /// <summary>Verifies a single neuron that oscillates.</summary>
    /// <param name="network">The network; its present state is the start.</param>
    /// <param name="circuit">How it is built.</param>
    /// <param name="ngspice">The simulator.</param>
    public static CycleVerification Of(CircuitNetwork network, CircuitOptions? circuit = null, Ngspice? ngspice = null)
    {
        circuit ??= new();
        double[] start = network.Fields();
        var ours = Follow(network, Transient, Watched);
        // A slow cycle needs a longer look.
        if (double.IsNaN(ours.Period))
            ours = Follow(network, 0, 8 * Watched);
        if (double.IsNaN(ours.Period))
            throw new ArgumentException($"{network.Title}: no limit cycle within {8 * Watched:R} units of time. Is it at rest?");
        network.SetFields(start);
        var built = network.Build(circuit);
        double from = Math.Max(Transient, 3 * ours.Period);
        var run = (ngspice ?? Ngspice.Default).Run(built, new(from + Kept * ours.Period, CircuitStep, from, "trap"));
        var probe = built.Probes[0];
        return new(
            ours,
            LimitCycle.Of([.. run.Result["time"].Select(t => t / circuit.Units.Time)], [.. run.Result[probe.Vector].Select(probe.ToModel)]),
            run.Seconds,
            circuit.Units
        );
    }

    /// <summary>Our own flow, by Runge–Kutta steps of fixed size.</summary>
    private static LimitCycle Follow(CircuitNetwork network, double transient, double watched)
    {
        using var flow = new Flow<double>(network.Machine, 1, new("runge-kutta-4", Step, MaxTime: double.MaxValue), network.Workspace);
        flow.Begin(network.State);
        List<double> time = [],
            u = [];
        int p = network.Machine.Relaxed.First();
        while (flow.Time < transient)
            Advance();
        for (double end = flow.Time + watched; flow.Time < end; Advance())
        {
            time.Add(flow.Time);
            u.Add(network.State.X(p, 0)[0, 0]);
        }
        return LimitCycle.Of(time, u);

        void Advance()
        {
            flow.Step();
            if (!double.IsFinite(network.State.X(p, 0)[0, 0]))
                throw new ArgumentException(TooFast(network));
        }
    }

    /// <summary>What to say where the flow's steps overflow; it names the parameter, or the current, that is farthest from 1.</summary>
    private static string TooFast(CircuitNetwork network)
    {
        var (name, value) = network
            .Machine.Network.Populations.SelectMany(p => p.Parameters)
            .Select(p => (p.Key, Value: p.Value[0]))
            .Append((Key: "current", Value: network.Network.Couplings.OfType<Bias>().Sum(b => b.Current)))
            .Where(p => p.Value != 0)
            .MaxBy(p => Math.Abs(Math.Log(Math.Abs(p.Value))));
        return $"{network.Title}: {name} = {value:R} makes it too fast to follow, for it leaves the finite numbers in steps of {Step:R} units of time. Bring it nearer to 1.";
    }
}
