using System.Numerics;
using Nagumo.Compute;
using Nagumo.Networks;

namespace Nagumo.Relaxation;

/// <summary>The nudged phases as differences δ from the free state: block sweeps whose unknown is δ itself.</summary>
/// <remarks>
/// A change δ of the others changes a neuron's drive by δI = I(x + δ) − I(x), W δ where couplings are bilinear, and it answers with F(x + δ) − F(x) = δI.
/// Two float32 rest states agree in all but a few digits when an image hardly nudges, and their contrast keeps only those digits; δ keeps
/// all of its own. Sweeps start with δ = 0 at the nudged population and spread from there: what nothing has moved yet does not move.
/// The free state is held as the rest state that it nearly is: with its residual r it is exactly at rest under the currents r, and δ is
/// the exact response of that system. So an unfinished free phase shifts the point at which the gradient is taken, by O(r), and adds
/// nothing that β would divide. [DESIGN §3]
/// </remarks>
internal static class NudgedSweeps
{
    private const int MaxFields = 8;

    /// <summary>Sweeps until every lane's residual is at most the tolerance, or for the given number of sweeps.</summary>
    /// <param name="machine">The machine.</param>
    /// <param name="free">The free state, with the drives that it answered.</param>
    /// <param name="d">Receives the differences: the free state's lanes once per phase.</param>
    /// <param name="options">When to stop.</param>
    /// <param name="population">The nudged population.</param>
    /// <param name="nudge">Answers in its place; null where the nudge is a constant current in <paramref name="d"/>.</param>
    /// <param name="ws">The thread's workspace.</param>
    /// <param name="adjoint">Whether the transposed couplings carry the differences.</param>
    public static RelaxationReport Relax<T>(
        Machine<T> machine,
        State<T> free,
        State<T> d,
        SweepOptions options,
        int population,
        INudge<T>? nudge,
        Workspace<T> ws,
        bool adjoint = false
    )
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var colours = machine.Network.Colours;
        int start = BlockSweeps.FirstColour(machine, population);
        T omega = T.CreateChecked(options.OverRelaxation);
        var moving = ws.Flags(machine.Network.Populations.Count);
        Array.Clear(moving);
        d.Clear();
        for (int sweep = 1; ; sweep++)
        {
            bool last = sweep == options.MaxSweeps,
                measure = options.Tolerance > 0 || last;
            if (measure)
                d.LaneResidual.Clear();
            for (int c = 0; c < colours.Length; c++)
                foreach (int p in colours[(c + start) % colours.Length])
                {
                    if (p != population && !machine.IsMovedBy(p, moving))
                        continue;
                    Update(machine, free, d, p, moving, measure, omega, nudge?.Population == p ? nudge : null, adjoint, ws);
                    moving[p] = true;
                }
            if (!measure)
                continue;
            var (residual, above) = BlockSweeps.Judge(d, options.Tolerance);
            if (last || above == 0 || double.IsNaN(residual))
                return new("sweeps", sweep, residual, above);
        }
    }

    private static void Update<T>(
        Machine<T> machine,
        State<T> free,
        State<T> d,
        int p,
        bool[] moving,
        bool measure,
        T omega,
        INudge<T>? nudge,
        bool adjoint,
        Workspace<T> ws
    )
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var site = machine.Site(p);
        int size = machine.Network.Populations[p].Size,
            block = machine.RowBlock(p),
            fields = free.Fields(p).Length,
            n = free.Lanes;
        var scratch = ws.Scratch(OnSite<T>.DifferenceScratch(block), n);
        Span<MatView<T>> x = stackalloc MatView<T>[MaxFields],
            drive = stackalloc MatView<T>[MaxFields];
        machine.PrepareChange(free, d, p, moving, adjoint, ws);
        for (int row0 = 0; row0 < size; row0 += block)
        {
            int rows = Math.Min(block, size - row0);
            machine.Change(free, d, p, row0, rows, adjoint, ws);
            for (int at = 0; nudge is null && at < d.Lanes; at += n)
            {
                Phase(d.Fields(p), at, n, x);
                Phase(d.Drives(p), at, n, drive);
                if (measure)
                    site.ResidualDifference(
                        free.Fields(p),
                        free.Drives(p),
                        x[..fields],
                        drive[..fields],
                        d.LaneResidual.Slice(0, 1, at, n),
                        row0,
                        rows
                    );
                site.RespondDifference(free.Fields(p), free.Drives(p), x[..fields], drive[..fields], row0, rows, omega, scratch);
            }
        }
        if (nudge is null)
            return;
        if (measure)
            nudge.Measure(free, d);
        nudge.Respond(free, d);
    }

    private static void Phase<T>(ReadOnlySpan<MatView<T>> views, int at, int lanes, Span<MatView<T>> into)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        for (int f = 0; f < views.Length; f++)
            into[f] = views[f].IsEmpty ? default : views[f].Slice(0, views[f].Rows, at, lanes);
    }
}
