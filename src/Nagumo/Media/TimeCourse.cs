namespace Nagumo.Media;

/// <summary>u and v of one neuron against time, at even intervals.</summary>
/// <param name="Times">Times, from 0.</param>
/// <param name="U">Activator at these times.</param>
/// <param name="V">Inhibitor at these times.</param>
/// <param name="Escapes">Whether the state runs away after the last of them.</param>
/// <param name="IsCut">Whether it ends early because it takes too many steps.</param>
public sealed record TimeCourse(
    IReadOnlyList<double> Times,
    IReadOnlyList<double> U,
    IReadOnlyList<double> V,
    bool Escapes = false,
    bool IsCut = false
)
{
    /// <summary>What runs away is shown until it is so many lengths of the cell from its start.</summary>
    private const double Shown = 100;

    /// <summary>Explicit steps from one sample to the next; where it takes more, steps are semi-implicit from there on.</summary>
    private const int MostSteps = 20_000;

    /// <summary>Semi-implicit steps of a whole course.</summary>
    private const int MostStiffSteps = 200_000;

    /// <summary>Integrates from (u, v).</summary>
    /// <param name="neuron">The neuron.</param>
    /// <param name="current">The current.</param>
    /// <param name="u">Activator at time 0.</param>
    /// <param name="v">Inhibitor at time 0.</param>
    /// <param name="duration">Simulated time, &gt; 0.</param>
    /// <param name="samples">Points, ≥ 2.</param>
    /// <param name="tolerance">Error allowed in one step, relative to the cell's own lengths.</param>
    /// <param name="progress">Receives the fraction done.</param>
    /// <param name="cancel">Ends the run early; what is there is returned.</param>
    public static TimeCourse Run(
        PlanarNeuron neuron,
        double current,
        double u,
        double v,
        double duration,
        int samples = 2001,
        double tolerance = 1e-10,
        Action<double>? progress = null,
        CancellationToken cancel = default
    )
    {
        var scales = CellUnits.Of(neuron, current);
        var flow = PlanarFlow.Start(neuron, current, scales, tolerance: tolerance, mostSteps: 20 * MostSteps);
        flow.Begin([u, v, 0]);
        double begun = 0;
        bool stiff = false;
        List<double> times = [0],
            us = [u],
            vs = [v];
        for (int i = 1; i < samples; i++)
        {
            double until = duration * i / (samples - 1);
            for (int steps = 0; until - begun - flow.Time > 1e-13 * until; steps++)
            {
                if (cancel.IsCancellationRequested)
                    return new(times, us, vs);
                if (steps == MostSteps && !stiff)
                {
                    // Stiff here, however even the rates are at rest.
                    stiff = true;
                    double[] here = [.. flow.State];
                    begun += flow.Time;
                    flow = PlanarFlow.Start(neuron, current, scales, tolerance: tolerance, mostSteps: MostStiffSteps, semiImplicit: true);
                    flow.Begin(here);
                }
                if (flow.TryStep(out _, until - begun - flow.Time))
                    continue;
                if (!flow.HasEscaped)
                    return new(times, us, vs, IsCut: true);
                int shown = Math.Max(2, us.FindIndex(x => Math.Abs(x - u) > Shown * scales.U));
                return shown < us.Count && shown > 2 ? new(times[..shown], us[..shown], vs[..shown], true) : new(times, us, vs, true);
            }
            times.Add(until);
            us.Add(flow.State[0]);
            vs.Add(flow.State[1]);
            progress?.Invoke((double)i / (samples - 1));
        }
        return new(times, us, vs);
    }

    /// <summary>Whether a run from just beside a stable rest state comes back to it.</summary>
    internal static bool Settles(PlanarNeuron neuron, double current, CellUnits scales, RestState rest, CancellationToken cancel)
    {
        // Beside: far above rounding, and small.
        double beside = Math.Max(1e-5 * scales.U, 1e-9 * Math.Abs(rest.U)),
            rate = -rest.Eigenvalues.First.Real;
        if (rest.IsWeak)
        {
            // The orbit shrinks with every turn, by less than any exponential.
            var turns = PlanarFlow.Start(neuron, current, scales, precise: true, cancel: cancel);
            double[] x = [rest.U + 0.05 * scales.U, rest.V, 0];
            double wait = 1000 / scales.Slow;
            if (LimitCycle.Turn(turns, scales, x, rest.U, wait) is null)
                return false;
            double first = Math.Abs(x[1] - rest.V);
            for (int turn = 0; turn < 5; turn++)
                if (LimitCycle.Turn(turns, scales, x, rest.U, wait) is null)
                    return false;
            return Math.Abs(x[1] - rest.V) < first;
        }
        var flow = PlanarFlow.Start(neuron, current, scales, cancel: cancel);
        flow.Begin([rest.U + beside, rest.V, 0]);
        double end = 20 / rate;
        while (end - flow.Time > 1e-13 * end && flow.TryStep(out _, end - flow.Time))
            if (Away(flow.State) < 1e-3)
                return true;
        return Away(flow.State) < 1e-3;

        double Away(ReadOnlySpan<double> x) =>
            Math.Max(Math.Abs(x[0] - rest.U) / beside, Math.Abs(x[1] - rest.V) / beside * scales.U / scales.V);
    }

    /// <summary>v where a run from (u, v) first crosses the section u = u* upwards; null when it does not.</summary>
    internal static double? Section(
        PlanarNeuron neuron,
        double current,
        CellUnits scales,
        double section,
        (double U, double V) start,
        CancellationToken cancel
    )
    {
        var flow = PlanarFlow.Start(neuron, current, scales, cancel: cancel);
        double[] x = [start.U, start.V, 0];
        return LimitCycle.Turn(flow, scales, x, section, 1000 / scales.Slow) is null ? null : x[1];
    }
}
