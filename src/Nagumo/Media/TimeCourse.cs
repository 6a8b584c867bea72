using Nagumo.Relaxation;

namespace Nagumo.Media;

/// <summary>u and v of one neuron against time, at even intervals.</summary>
/// <param name="Times">Times, from 0.</param>
/// <param name="U">Activator at these times.</param>
/// <param name="V">Inhibitor at these times.</param>
public sealed record TimeCourse(IReadOnlyList<double> Times, IReadOnlyList<double> U, IReadOnlyList<double> V)
{
    /// <summary>Integrates from (u, v).</summary>
    /// <param name="neuron">The neuron.</param>
    /// <param name="current">The current.</param>
    /// <param name="u">Activator at time 0.</param>
    /// <param name="v">Inhibitor at time 0.</param>
    /// <param name="duration">Simulated time, &gt; 0.</param>
    /// <param name="samples">Points, ≥ 2.</param>
    /// <param name="tolerance">Relative error allowed in one step.</param>
    /// <param name="cancel">Ends the run early; what is there is returned.</param>
    /// <exception cref="NotFiniteNumberException">The state runs away.</exception>
    public static TimeCourse Run(
        PlanarNeuron neuron,
        double current,
        double u,
        double v,
        double duration,
        int samples = 2001,
        double tolerance = 1e-10,
        CancellationToken cancel = default
    )
    {
        var flow = new Extrapolation(new PlanarNeuron.Flow(neuron, current), new(tolerance, 1e-13, 5));
        flow.Begin([u, v, 0]);
        List<double> times = [0],
            us = [u],
            vs = [v];
        for (int i = 1; i < samples && !cancel.IsCancellationRequested; i++)
        {
            flow.Advance(duration * i / (samples - 1) - flow.Time);
            times.Add(flow.Time);
            us.Add(flow.State[0]);
            vs.Add(flow.State[1]);
        }
        return new(times, us, vs);
    }

    /// <summary>Whether a run from just beside a rest state comes back to it.</summary>
    internal static bool Settles(PlanarNeuron neuron, double current, RestState rest)
    {
        double rate = -rest.Eigenvalues.First.Real;
        var run = Run(neuron, current, rest.U + 1e-3, rest.V, Math.Min(20 / rate, 1e5), 2);
        return Math.Abs(run.U[^1] - rest.U) < 1e-6;
    }

    /// <summary>v where a run from (u, v*) first crosses the section u = u* upwards; null when it does not.</summary>
    internal static double? Section(PlanarNeuron neuron, double current, RestState centre, double u, double longest)
    {
        var flow = new Extrapolation(new PlanarNeuron.Flow(neuron, current), new(1e-10, 1e-12, 5));
        double[] at = new double[3];
        flow.Begin([u, centre.V, 0]);
        while (flow.Time < longest)
        {
            bool below = flow.State[0] < centre.U;
            double step = flow.Step(longest - flow.Time);
            if (!below || flow.State[0] < centre.U)
                continue;
            flow.Crossing(s => s[0] - centre.U, step, at);
            return at[1];
        }
        return null;
    }
}
