using System.Numerics;
using Nagumo.Compute;
using Nagumo.Networks;

namespace Nagumo.Relaxation;

/// <summary>Brings a state to rest and says how: block sweeps, and where they fail acceleration, then Newton or the flow.</summary>
/// <remarks>
/// A residual that grows to many times its smallest, or does not fall for many sweeps, is handed over. In the normal case nothing is
/// done but sweeps, and the bits are theirs. The report names the method that ended it. [DESIGN §3]
/// </remarks>
internal static class Relaxer
{
    /// <summary>Sweeps have failed when the residual is so many times its smallest.</summary>
    private const double Growth = 10;

    /// <summary>Sweeps have failed when the smallest residual did not fall by a tenth in so many.</summary>
    private const int Patience = 15;

    /// <summary>Newton's linear solves are for networks of at most so many fields; the flow is for larger ones.</summary>
    private const int SmallFields = 4096;

    /// <summary>Most steps of the flow. A stiff network's are short, or rounding alone is above what a step may err: such a flow would not end.</summary>
    private const int FlowSteps = 1_500;

    /// <summary>As <see cref="BlockSweeps.Relax"/>, with a hand-over where sweeps do not converge.</summary>
    /// <param name="machine">The machine.</param>
    /// <param name="s">The state: start in, rest state out.</param>
    /// <param name="options">When to stop; with tolerance 0 there is nothing to fail, and sweeps run alone.</param>
    /// <param name="first">Population whose colour the sweeps begin with; −1 for feed-forward order.</param>
    /// <param name="ws">The thread's workspace.</param>
    /// <param name="trace">Receives the residual of each sweep; null for none.</param>
    public static RelaxationReport Relax<T>(
        Machine<T> machine,
        State<T> s,
        SweepOptions options,
        int first,
        Workspace<T> ws,
        List<double>? trace = null
    )
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (options.Tolerance == 0)
            return BlockSweeps.Relax(machine, s, options, first, ws, trace);
        int start = BlockSweeps.FirstColour(machine, first);
        var (report, failed) = Sweeps(machine, s, options, start, ws, trace);
        return failed ? HandOver(machine, s, options, start, ws, report.Sweeps) : report;
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
            BlockSweeps.Sweep(machine, s, 0, measure: true, omega, ws);
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

    /// <summary>Sweeps until rest or the last one; whether they have failed before.</summary>
    private static (RelaxationReport Report, bool Failed) Sweeps<T>(
        Machine<T> machine,
        State<T> s,
        SweepOptions options,
        int start,
        Workspace<T> ws,
        List<double>? trace
    )
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int still = 0;
        T omega = T.CreateChecked(options.OverRelaxation);
        double smallest = double.PositiveInfinity;
        for (int sweep = 1; ; sweep++)
        {
            BlockSweeps.Sweep(machine, s, start, measure: true, omega, ws);
            var (residual, above) = BlockSweeps.Judge(s, options.Tolerance);
            trace?.Add(residual);
            if (sweep == options.MaxSweeps || above == 0 || !double.IsFinite(residual))
                return (new("sweeps", sweep, residual, above), false);
            still = residual < 0.9 * smallest ? 0 : still + 1;
            smallest = Math.Min(smallest, residual);
            if (residual > Growth * smallest || still == Patience)
                return (new("sweeps", sweep, residual, above), true);
        }
    }

    private static RelaxationReport HandOver<T>(Machine<T> machine, State<T> s, SweepOptions options, int start, Workspace<T> ws, int done)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var report = new Acceleration<T>(machine, s).Relax(options, start, ws);
        report = report with { Sweeps = done + report.Sweeps };
        if (report.Converged)
            return report;

        using var full = machine.CreateState(s.Lanes, allFields: true);
        var vector = new FieldVector<T>(machine, s);
        // Newton stops where |∇H| has a minimum that is no rest state; the flow goes on from there.
        if (machine.TotalFields <= SmallFields && machine.IsReciprocal)
            Try(() => Newton.Relax(machine, full, new(Tolerance: options.Tolerance), ws));
        if (!report.Converged)
            Try(Flow);
        if (report.Converged)
            return report;

        // Combinations of sweeps and linear solves stop at a multiple of their rounding; where sweeps contract, they go on from there.
        full.CopyFrom(s, 0);
        var last = BlockSweeps.Relax(machine, s, options, first: -1, ws);
        last = last with { Sweeps = report.Sweeps + last.Sweeps };
        if (last.NotConverged < report.NotConverged)
            return last;
        vector.Copy(full, s);
        return report with { Left = last.Left };

        RelaxationReport Flow()
        {
            using var flow = new Flow<T>(
                machine,
                s.Lanes,
                new("dormand-prince-5", MaxTime: 50, MaxSteps: FlowSteps, Tolerance: options.Tolerance, Error: options.Tolerance / 100),
                ws
            );
            return flow.Relax(full);
        }

        // From the best so far; what is no better is forgotten.
        void Try(Func<RelaxationReport> method)
        {
            full.CopyFrom(s, 0);
            machine.FillInhibitors(full, ws);
            var next = method();
            int sweeps = report.Sweeps + next.Sweeps;
            if (next.NotConverged < report.NotConverged || next.Residual < report.Residual)
            {
                vector.Copy(full, s);
                report = next;
            }
            report = report with { Sweeps = sweeps };
        }
    }
}
