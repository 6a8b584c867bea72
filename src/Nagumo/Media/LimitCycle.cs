using Nagumo.Relaxation;

namespace Nagumo.Media;

/// <summary>A periodic orbit of a neuron with one inhibitor, found by Newton on a Poincaré section.</summary>
/// <remarks>
/// The section is u = u* of a rest state inside, crossed upwards. The return map's slope at the cycle is the Floquet multiplier
/// exp ∮ divergence dt, known from the same run, so that a Newton step costs one turn.
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

    /// <summary>Half the range of u below which what turns is rounding about a rest state.</summary>
    private const double Smallest = 1e-8;

    /// <summary>Half peak-to-peak of the activator.</summary>
    public double Amplitude => 0.5 * (UMax - UMin);

    /// <summary>Whether neighbours approach it.</summary>
    public bool IsStable => FloquetExponent < 0;

    /// <summary>The cycle that a start leads to: the flow is followed until turns become alike, Newton's method does the rest. Null when it leads
    /// to rest, or nowhere within the given time.</summary>
    /// <param name="neuron">The neuron.</param>
    /// <param name="current">The current.</param>
    /// <param name="centre">A rest state inside the cycle.</param>
    /// <param name="v">Inhibitor where the start lies on the section u = u*; null for a start a little above the rest state.</param>
    /// <param name="longest">Longest time of one turn to wait for; null for 1000 · max(1, τ).</param>
    /// <param name="near">The start lies near a cycle: Newton's method from the first turn on, which finds unstable cycles as well.</param>
    public static LimitCycle? Find(
        PlanarNeuron neuron,
        double current,
        RestState centre,
        double? v = null,
        double? longest = null,
        bool near = false
    )
    {
        double wait = longest ?? 1000 * Math.Max(1, neuron.Tau);
        var flow = new Extrapolation(new PlanarNeuron.Flow(neuron, current), ExtrapolationOptions.Precise);
        double section = centre.U;
        double[] x = v is { } at ? [section, at, 0] : [section + 0.05, centre.V, 0];
        if (v is null && Turn(flow, x, section, wait) is null)
            return null;
        double size = Math.Abs(x[1] - centre.V);
        double? before = null;
        for (int turn = 0; turn < MostTurns; turn++)
        {
            double start = x[1],
                off = start - centre.V;
            (x[0], x[2]) = (section, 0);
            if (Turn(flow, x, section, wait) is not { } period)
                return null;
            double change = x[1] - start,
                multiplier = Math.Exp(x[2]);
            if (Math.Abs(x[1] - centre.V) < Vanished * size)
                return null;
            // Converged, or down to rounding: no longer improving.
            if (Math.Abs(change) <= 1e-13 * Math.Max(1, Math.Abs(start)) || (Math.Abs(change) < 1e-11 && before <= Math.Abs(change)))
                return Measure(flow, section, start, period, x[2]) is { Amplitude: > Smallest } cycle ? cycle : null;
            bool alike = near || (multiplier < 1 && Math.Abs(change) < before && Math.Abs(change) < 0.1 * Math.Abs(off));
            before = Math.Abs(change);
            if (!alike || Math.Abs(1 - multiplier) < 1e-9)
                continue;
            // Far away the multiplier says little: the step stays on the side of the rest state where the orbit is.
            x[1] = start + Math.Clamp(change / (1 - multiplier), -0.5 * Math.Abs(off), 0.5 * Math.Abs(off));
        }
        return null;
    }

    /// <summary>From the section to its next crossing in a direction; upwards, one turn. The state is replaced by the one there.</summary>
    /// <returns>The time it took; null when it does not come back in time.</returns>
    internal static double? Turn(Extrapolation flow, double[] x, double section, double wait, bool upwards = true)
    {
        double sign = upwards ? 1 : -1;
        flow.Begin(x);
        // A start on the section counts as neither side.
        bool wasBefore = false;
        while (flow.Time < wait)
        {
            double begun = flow.Time,
                step = flow.Step(wait - flow.Time);
            bool before = sign * (flow.State[0] - section) < 0;
            if (wasBefore && !before)
                return begun + flow.Crossing(s => s[0] - section, step, x);
            wasBefore = before;
        }
        return null;
    }

    private static LimitCycle Measure(Extrapolation flow, double section, double v, double period, double divergence)
    {
        double[] low = [section, v],
            high = [section, v],
            at = new double[3],
            slope = new double[3];
        var system = flow.System;
        flow.Begin([section, v, 0]);
        while (flow.Time < period)
        {
            double step = flow.Step(period - flow.Time);
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
