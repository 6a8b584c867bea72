using Nagumo.Relaxation;

namespace Nagumo.Media;

/// <summary>The current scanned across the onset of oscillation.</summary>
public static class HopfSweep
{
    /// <summary>Size of a disturbance that is still linear, and far above rounding.</summary>
    private const double Small = 1e-7;

    /// <summary>Measures at distances |I − I_H| on both sides.</summary>
    /// <param name="neuron">The neuron.</param>
    /// <param name="onset">Its Hopf point.</param>
    /// <param name="distances">At least three different ones, &gt; 0.</param>
    /// <param name="progress">Receives the fraction done.</param>
    /// <param name="cancel">Ends the sweep after a point; what is there is returned.</param>
    /// <exception cref="ArgumentException">The onset is subcritical: no small cycle, no square root.</exception>
    public static OnsetSweep Run(
        PlanarNeuron neuron,
        HopfPoint onset,
        IReadOnlyList<double> distances,
        Action<double>? progress = null,
        CancellationToken cancel = default
    )
    {
        if (!onset.IsSupercritical)
            throw new ArgumentException(
                $"the Hopf point at I = {onset.Current:G6} is subcritical (first Lyapunov coefficient {onset.Lyapunov:G3} > 0): the cycle is born large, so there is no exponent. Choose other parameters, e.g. gamma=0.25, tau=2."
            );
        double[] sorted = OnsetSweep.Checked(distances);
        // Into the oscillating side.
        double side = Math.Sign(onset.GrowthPerCurrent);
        var curve = new RestCurve(neuron);
        var points = new List<OnsetPoint>();
        foreach (double d in sorted)
        {
            if (cancel.IsCancellationRequested && points.Count >= 3)
                break;
            double above = onset.Current + side * d,
                below = onset.Current - side * d;
            var (rest, calm) = (Nearest(curve, above, onset), Nearest(curve, below, onset));
            double theory = onset.Amplitude(above);
            var cycle =
                LimitCycle.Find(neuron, above, rest, rest.V - onset.Omega * theory / neuron.Jet(onset.U, onset.V).UV, near: true)
                ?? throw new ArgumentException($"no limit cycle at I = {above:G6}, {d:G3} beyond the Hopf point: give smaller distances.");
            double growth = rest.Trace / 2;
            points.Add(
                new(
                    d,
                    cycle.Amplitude,
                    theory,
                    Rate(neuron, above, rest.U, rest.V, Small),
                    growth,
                    Rate(neuron, below, calm.U, calm.V, Small),
                    calm.Trace / 2,
                    Rate(neuron, above, cycle.U, cycle.V, Small * Math.Sign(cycle.V - rest.V)),
                    -2 * growth,
                    cycle.Period
                )
            );
            progress?.Invoke(points.Count / (double)sorted.Length);
        }
        return new("current", "current", onset.Current, side, points, Critical(neuron, onset), -2 * onset.Lyapunov);
    }

    private static RestState Nearest(RestCurve curve, double current, HopfPoint onset) =>
        curve.At(current).MinBy(r => Math.Abs(r.U - onset.U))!;

    /// <summary>The rate at which a disturbance of v, on the section u = u*, grows over a few turns of the flow.</summary>
    private static double Rate(PlanarNeuron neuron, double current, double u, double v, double disturbance)
    {
        const int Turns = 5;
        double[] x = [u, v + disturbance, 0];
        var flow = new Extrapolation(new PlanarNeuron.Flow(neuron, current), ExtrapolationOptions.Precise);
        double time = 0,
            first = double.NaN,
            begun = 0;
        // The first turn brings a start beside the eigenvector onto the section's own rhythm.
        for (int turn = 0; turn <= Turns; turn++)
        {
            time += SectionTurn(flow, x, u);
            if (turn == 0)
                (first, begun) = (x[1] - v, time);
        }
        return Math.Log((x[1] - v) / first) / (time - begun);
    }

    /// <summary>d(A⁻²)/dt at the onset over the time in which A² halves. A is half the section between its crossings up and down, so that the
    /// orbit's even part drops out.</summary>
    private static double Critical(PlanarNeuron neuron, HopfPoint onset)
    {
        const double Start = 0.05;
        double uv = neuron.Jet(onset.U, onset.V).UV,
            scale = onset.Omega / uv;
        double[] x = [onset.U, onset.V - Start * scale, 0];
        var flow = new Extrapolation(new PlanarNeuron.Flow(neuron, onset.Current), ExtrapolationOptions.Precise);
        SectionTurn(flow, x, onset.U);
        double first = Inverse(),
            now = first,
            time = 0;
        while (now < 2 * first && time < 1e5)
        {
            time += SectionTurn(flow, x, onset.U);
            now = Inverse();
        }
        return (now - first) / time;

        double Inverse()
        {
            var down = (double[])x.Clone();
            LimitCycle.Turn(flow, down, onset.U, 1e6, upwards: false);
            return 4 * scale * scale / Math.Pow(down[1] - x[1], 2);
        }
    }

    /// <summary>One turn from the section u = u* upwards to itself.</summary>
    private static double SectionTurn(Extrapolation flow, double[] x, double section)
    {
        x[0] = section;
        return LimitCycle.Turn(flow, x, section, 1e6)
            ?? throw new NotFiniteNumberException($"the orbit does not come back to u = {section:G6}");
    }
}
