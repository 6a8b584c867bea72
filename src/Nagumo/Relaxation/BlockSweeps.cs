using System.Numerics;
using Nagumo.Compute;
using Nagumo.Networks;

namespace Nagumo.Relaxation;

/// <summary>Block Gauss–Seidel: each population in turn answers the drives of all others exactly, colour by colour.</summary>
/// <remarks>
/// For a layered network the colours are the even and the odd layers, and one sweep is an even and an odd half. Lanes are independent;
/// a call works on one state with one thread's workspace. [DESIGN §3]
/// </remarks>
internal static class BlockSweeps
{
    /// <summary>Feed-forward start: populations in feed-forward order, each driven only by those before it. The old state is not read.</summary>
    public static void FeedForward<T>(Machine<T> machine, State<T> s, Workspace<T> ws)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var started = ws.Flags(machine.Network.Populations.Count);
        for (int p = 0; p < started.Length; p++)
            started[p] = machine.Network.Populations[p].IsClamped;
        foreach (int p in machine.Network.Order)
        {
            Update(machine, s, p, started, measure: false, T.One, ws);
            started[p] = true;
        }
    }

    /// <summary>Sweeps until every lane's residual is at most the tolerance, or for the given number of sweeps.</summary>
    /// <param name="machine">The machine.</param>
    /// <param name="s">The state: start in, rest state out.</param>
    /// <param name="options">When to stop.</param>
    /// <param name="first">Population whose colour the sweeps begin with; −1 for feed-forward order.</param>
    /// <param name="ws">The thread's workspace.</param>
    /// <param name="trace">Receives the residual of each sweep; null for none.</param>
    /// <param name="failure">When they have failed before that: the state is left as it is, with its own residual. Null for never.</param>
    public static RelaxationReport Relax<T>(
        Machine<T> machine,
        State<T> s,
        SweepOptions options,
        int first,
        Workspace<T> ws,
        List<double>? trace = null,
        SweepFailure? failure = null
    )
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int start = FirstColour(machine, first);
        T omega = T.CreateChecked(options.OverRelaxation);
        var before = ws.Residuals(s.Lanes);
        before.Fill(T.PositiveInfinity);
        failure ??= SweepFailure.Never;
        int still = 0;
        double smallest = double.PositiveInfinity;
        for (int sweep = 1; ; sweep++)
        {
            bool last = sweep == options.MaxSweeps;
            // With a fixed number of sweeps only the last two are measured: each costs a few per cent of a sweep.
            bool measure = options.Tolerance > 0 || sweep >= options.MaxSweeps - 1 || trace is not null;
            Sweep(machine, s, start, measure, omega, ws);
            if (!measure)
                continue;
            var (residual, above) = Judge(s, options.Tolerance);
            trace?.Add(residual);
            still = residual < 0.9 * smallest ? 0 : still + 1;
            smallest = Math.Min(smallest, residual);
            bool rests = smallest <= options.Tolerance,
                failed = sweep == failure.Most || (!rests && (residual > failure.Growth * smallest || still >= failure.Patience));
            if (last || failed || !double.IsFinite(residual) || (rests && still >= failure.Beyond))
            {
                double left = Left(s.LaneResidual.Host(), before);
                if (failed || failure.Beyond > 0)
                {
                    Measure(machine, s, ws);
                    (residual, above) = Judge(s, options.Tolerance);
                }
                return new("sweeps", sweep, residual, above) { Left = left, IsUnderway = last && above > 0 };
            }
            s.LaneResidual.Host().CopyTo(before);
        }
    }

    /// <summary>Whether sweeps bring every lane so near to rest that what they would still move is at most <paramref name="near"/>.</summary>
    /// <remarks>
    /// The residual is what one sweep moves, not what is left: where it falls by the ratio q a sweep, a geometric series is left, r/(1 − q). Past the ghost
    /// of two rest states that have met, r is tiny and q almost 1.
    /// </remarks>
    /// <param name="machine">The machine.</param>
    /// <param name="s">The state, which sweeps go on from.</param>
    /// <param name="options">The most sweeps, and the residual that is rounding.</param>
    /// <param name="near">What may be left.</param>
    /// <param name="ws">The thread's workspace.</param>
    public static bool Settles<T>(Machine<T> machine, State<T> s, SweepOptions options, double near, Workspace<T> ws)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        T omega = T.CreateChecked(options.OverRelaxation);
        var before = new double[s.Lanes];
        Array.Fill(before, double.PositiveInfinity);
        for (int sweep = 1; sweep <= options.MaxSweeps; sweep++)
        {
            Sweep(machine, s, 0, measure: true, omega, ws);
            bool settled = true;
            for (int l = 0; l < before.Length; l++)
            {
                double r = double.CreateChecked(s.LaneResidual.Host()[l]);
                if (!double.IsFinite(r))
                    return false;
                settled &= r <= options.Tolerance || (r < before[l] && double.IsFinite(before[l]) && r / (1 - r / before[l]) <= near);
                before[l] = r;
            }
            if (settled)
                return true;
        }
        return false;
    }

    /// <summary>The most that a lane would still move, from its residuals in the last two sweeps.</summary>
    /// <remarks>
    /// Where the residual r falls by the ratio q a sweep, a geometric series is left, r/(1 − q); where it does not fall there is no telling. A residual that is
    /// rounding leaves nothing. What only one sweep knows is not told.
    /// </remarks>
    public static double Left<T>(ReadOnlySpan<T> residual, ReadOnlySpan<T> before)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        double worst = 0;
        for (int l = 0; l < residual.Length; l++)
        {
            double r = double.CreateChecked(residual[l]),
                b = double.CreateChecked(before[l]);
            if (r > Rounding<T>() && double.IsFinite(b))
                worst = Math.Max(worst, r < b ? r / (1 - r / b) : double.PositiveInfinity);
        }
        return worst;
    }

    /// <summary>A residual that is rounding.</summary>
    public static double Rounding<T>() => typeof(T) == typeof(float) ? 1e-5 : 1e-11;

    /// <summary>Index of the colour of a population; 0 for −1.</summary>
    public static int FirstColour<T>(Machine<T> machine, int population)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var colours = machine.Network.Colours;
        for (int c = 0; c < colours.Length; c++)
            if (Array.IndexOf(colours[c], population) >= 0)
                return c;
        return 0;
    }

    /// <summary>One sweep over all colours from colour <paramref name="start"/>; measures the state that enters each update on demand.</summary>
    public static void Sweep<T>(Machine<T> machine, State<T> s, int start, bool measure, T omega, Workspace<T> ws)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var colours = machine.Network.Colours;
        if (measure)
            s.LaneResidual.Clear();
        for (int c = 0; c < colours.Length; c++)
            foreach (int p in colours[(c + start) % colours.Length])
                Update(machine, s, p, null, measure, omega, ws);
    }

    /// <summary>The residual of each lane of the state as it is, which does not change.</summary>
    public static void Measure<T>(Machine<T> machine, State<T> s, Workspace<T> ws)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        s.LaneResidual.Clear();
        foreach (int p in machine.Network.Order)
            Update(machine, s, p, null, measure: true, T.Zero, ws);
    }

    /// <summary>Largest lane residual, and how many are above the tolerance; a NaN counts and is returned.</summary>
    public static (double Residual, int Above) Judge<T>(State<T> s, double tolerance)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        double worst = 0;
        int above = 0;
        foreach (T value in s.LaneResidual.Host())
        {
            double r = double.CreateChecked(value);
            worst = double.IsNaN(r) || double.IsNaN(worst) ? double.NaN : Math.Max(worst, r);
            if (!(r <= tolerance))
                above++;
        }
        return (worst, above);
    }

    /// <summary>One population: drives, then its residual on demand, then its response; ω = 0 leaves the state as it is.</summary>
    private static void Update<T>(Machine<T> machine, State<T> s, int p, bool[]? started, bool measure, T omega, Workspace<T> ws)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var site = machine.Site(p);
        int size = machine.Network.Populations[p].Size,
            block = machine.RowBlock(p);
        var scratch = ws.Scratch(2 * block + 1, s.Lanes);
        machine.Prepare(s, p, started, ws);
        for (int row0 = 0; row0 < size; row0 += block)
        {
            int rows = Math.Min(block, size - row0);
            machine.Drive(s, p, row0, rows, ws);
            if (measure)
                site.Residual(s.Fields(p), s.Drives(p), s.LaneResidual, row0, rows);
            if (started is not null)
                site.StartCold(s.Fields(p), s.Drives(p), row0, rows);
            if (omega != T.Zero)
                site.Respond(s.Fields(p), s.Drives(p), row0, rows, omega, scratch);
        }
    }
}
