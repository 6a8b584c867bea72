using Nagumo.Relaxation;

namespace Nagumo.Media;

/// <summary>A periodic orbit of a neuron with one inhibitor, found by Newton on a Poincaré section.</summary>
/// <remarks>
/// The section is u = u*, crossed upwards. The return map's slope at the cycle is the Floquet multiplier exp ∮ divergence dt, known from the same
/// run, so that a Newton step costs one turn. Backwards in time a cycle that repels attracts.
/// </remarks>
/// <param name="Period">The period, to about 1e-12 relative.</param>
/// <param name="U">Activator on the section.</param>
/// <param name="V">Inhibitor on the section.</param>
/// <param name="UMin">Range of the activator.</param>
/// <param name="UMax">Range of the activator.</param>
/// <param name="VMin">Range of the inhibitor.</param>
/// <param name="VMax">Range of the inhibitor.</param>
/// <param name="FloquetExponent">∮ divergence dt / period: the rate at which neighbours approach (negative) or leave.</param>
public sealed record LimitCycle(
    double Period,
    double U,
    double V,
    double UMin,
    double UMax,
    double VMin,
    double VMax,
    double FloquetExponent
)
{
    private const int MostTurns = 400;

    /// <summary>Below this size, relative to the start, an orbit has gone to rest.</summary>
    private const double Vanished = 1e-7;

    /// <summary>Below this size, in lengths of the cell, what turns is rounding about a rest state.</summary>
    private const double Smallest = 1e-6;

    /// <summary>A Newton step larger than this part of the orbit says that there is no cycle near: an orbit that creeps is none.</summary>
    private const double Near = 1e-3;

    /// <summary>Half peak-to-peak of the activator.</summary>
    public double Amplitude => 0.5 * (UMax - UMin);

    /// <summary>Whether neighbours approach it.</summary>
    public bool IsStable => FloquetExponent < 0;

    /// <summary>The Floquet multiplier: what a small distance from the cycle is multiplied with in one turn.</summary>
    public double Multiplier => Math.Exp(FloquetExponent * Period);

    /// <summary>The cycle that a start leads to: the flow is followed until turns become alike, Newton's method does the rest. Null when it leads
    /// to rest, escapes, or leads nowhere within the given time.</summary>
    /// <param name="neuron">The neuron.</param>
    /// <param name="current">The current.</param>
    /// <param name="centre">A rest state inside the cycle.</param>
    /// <param name="v">Inhibitor where the start lies on the section u = u*; null for a start a little beside the rest state.</param>
    /// <param name="longest">Longest time of one turn to wait for; null for 1000 times the slow time of the cell (<see cref="CellUnits"/>).</param>
    /// <param name="near">The start lies near a cycle: Newton's method from the first turn on, which finds unstable cycles as well.</param>
    /// <param name="backwards">Follow the flow backwards in time, to cycles that repel.</param>
    /// <param name="cancel">Ends the search with an <see cref="OperationCanceledException"/>.</param>
    public static LimitCycle? Find(
        PlanarNeuron neuron,
        double current,
        RestState centre,
        double? v = null,
        double? longest = null,
        bool near = false,
        bool backwards = false,
        CancellationToken cancel = default
    ) => Find(neuron, current, CellUnits.Of(neuron, current), (centre.U, centre.V), v, longest, near, backwards, cancel);

    internal static LimitCycle? Find(
        PlanarNeuron neuron,
        double current,
        CellUnits scales,
        (double U, double V) centre,
        double? v = null,
        double? longest = null,
        bool near = false,
        bool backwards = false,
        CancellationToken cancel = default
    )
    {
        double wait = longest ?? 1000 / scales.Slow;
        var flow = PlanarFlow.Start(neuron, current, scales, precise: true, backwards, cancel);
        double section = centre.U;
        double[] x = v is { } at ? [section, at, 0] : [section + 0.05 * scales.U, centre.V, 0];
        if (v is null && Turn(flow, scales, x, section, wait, !backwards) is null)
            return null;
        double size = Math.Abs(x[1] - centre.V);
        double? before = null;
        for (int turn = 0; turn < MostTurns; turn++)
        {
            double start = x[1],
                off = start - centre.V,
                rounding = 1e-13 * scales.V + 4e-15 * Math.Abs(start);
            (x[0], x[2]) = (section, 0);
            if (Turn(flow, scales, x, section, wait, !backwards) is not { } period)
                return null;
            double change = x[1] - start,
                multiplier = Math.Exp(x[2]),
                correction = change / (1 - multiplier);
            if (Math.Abs(x[1] - centre.V) < Math.Max(Vanished * size, Math.Max(Smallest * scales.V, 1e3 * rounding)))
                return null;
            // Converged, or down to rounding: no longer improving. Where the multiplier is 1 to rounding this says nothing.
            if (Math.Abs(change) <= rounding || (Math.Abs(change) < 1e4 * rounding && before <= Math.Abs(change)))
                // Where rounding alone would move the cycle by its own size, as beside a weak focus, there is none that can be told.
                return Math.Abs(correction) < Near * Math.Abs(off) && rounding < Near * Math.Abs(off * (1 - multiplier))
                    ? Measure(flow, section, start, period, (backwards ? -1 : 1) * x[2])
                    : null;
            bool alike = near || (multiplier < 1 && Math.Abs(change) < before && Math.Abs(change) < 0.1 * Math.Abs(off));
            before = Math.Abs(change);
            if (!alike || Math.Abs(1 - multiplier) < 1e-9)
                continue;
            // Far away the multiplier says little: the step stays on the side of the rest state where the orbit is.
            x[1] = start + Math.Clamp(correction, -0.5 * Math.Abs(off), 0.5 * Math.Abs(off));
        }
        return null;
    }

    /// <summary>From the section to its next crossing in a direction; upwards, one turn. The state is replaced by the one there.</summary>
    /// <returns>The time it took; null when it does not come back in time, goes to rest or escapes.</returns>
    internal static double? Turn(Extrapolation flow, CellUnits scales, double[] x, double section, double wait, bool upwards = true)
    {
        double sign = upwards ? 1 : -1,
            still = 1e-12 * scales.Slow;
        flow.Begin(x);
        int most = flow.Steps + flow.Rejected + PlanarFlow.MostStepsOfATurn;
        // A start on the section counts as neither side.
        bool wasBefore = false;
        while (flow.Time < wait && flow.Steps + flow.Rejected < most)
        {
            double begun = flow.Time;
            if (!flow.TryStep(out double step, wait - flow.Time))
                return null;
            bool before = sign * (flow.State[0] - section) < 0;
            if (wasBefore && !before)
                return begun + flow.Crossing(s => s[0] - section, step, x);
            wasBefore = before;
            // What stands still does not come back.
            if (Math.Abs(flow.Velocity[0]) < still * scales.U && Math.Abs(flow.Velocity[1]) < still * scales.V)
                return null;
        }
        return null;
    }

    /// <summary>The range of u and v over one turn.</summary>
    internal static LimitCycle Measure(Extrapolation flow, double section, double v, double period, double divergence)
    {
        double[] low = [section, v],
            high = [section, v],
            at = new double[3],
            slope = new double[3];
        var system = flow.System;
        flow.Begin([section, v, 0]);
        while (period - flow.Time > 1e-13 * period && flow.TryStep(out double step, period - flow.Time))
        {
            for (int i = 0; i < 2; i++)
            {
                int field = i;
                double Velocity(ReadOnlySpan<double> s)
                {
                    system.At(s, slope);
                    return slope[field];
                }
                // An extreme inside the step, where the velocity changes sign.
                system.At(flow.State, slope);
                if (flow.Velocity[i] * slope[i] < 0)
                    flow.Crossing(Velocity, step, at);
                else
                    flow.State.CopyTo(at);
                (low[i], high[i]) = (Math.Min(low[i], at[i]), Math.Max(high[i], at[i]));
            }
        }
        return new(period, section, v, low[0], high[0], low[1], high[1], divergence / period);
    }
}
