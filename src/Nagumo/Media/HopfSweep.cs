using Nagumo.Relaxation;

namespace Nagumo.Media;

/// <summary>The current scanned across the onset of oscillation.</summary>
public static class HopfSweep
{
    /// <summary>Size of a disturbance that is still linear, and far above rounding, in lengths of the cell.</summary>
    private const double Small = 1e-7;

    /// <summary>The distance |I − I_H| at which theory has the cycle as large as the cell's own length: what distances are measured in.</summary>
    /// <param name="neuron">The neuron.</param>
    /// <param name="onset">Its Hopf point.</param>
    public static double Unit(PlanarNeuron neuron, HopfPoint onset)
    {
        double length = CellUnits.Of(neuron, onset.Current).U;
        return Math.Abs(onset.Lyapunov / onset.GrowthPerCurrent) * length * length;
    }

    /// <summary>Measures at distances |I − I_H| on both sides.</summary>
    /// <param name="neuron">The neuron.</param>
    /// <param name="onset">Its Hopf point.</param>
    /// <param name="distances">At least three different ones, &gt; 0.</param>
    /// <param name="progress">Receives the fraction done.</param>
    /// <param name="cancel">Ends the sweep with an <see cref="OperationCanceledException"/>.</param>
    /// <exception cref="ArgumentException">The onset is subcritical: no small cycle, no square root.</exception>
    public static OnsetSweep Run(
        PlanarNeuron neuron,
        HopfPoint onset,
        IReadOnlyList<double> distances,
        Action<double>? progress = null,
        CancellationToken cancel = default
    )
    {
        if (onset.IsCorner)
            throw new ArgumentException(
                $"the trace jumps through 0 at I = {onset.Current:G6}, at a corner of the force: the cycle grows in proportion to the distance, not as its square root."
            );
        if (!onset.IsSupercritical)
            throw new ArgumentException(
                $"the Hopf point at I = {onset.Current:G6} is subcritical (first Lyapunov coefficient {onset.Lyapunov:G3} ≥ 0): the cycle is born large, so there is no exponent. Choose parameters at which the coefficient is negative."
            );
        var scales = CellUnits.Of(neuron, onset.Current);
        double[] sorted = OnsetSweep.Checked(distances);
        // Into the oscillating side.
        double side = Math.Sign(onset.GrowthPerCurrent);
        var curve = neuron.Curve;
        var points = new List<OnsetPoint>();
        foreach (double d in sorted)
        {
            cancel.ThrowIfCancellationRequested();
            double above = onset.Current + side * d,
                below = onset.Current - side * d;
            var (rest, calm) = (Nearest(curve, above, onset), Nearest(curve, below, onset));
            double theory = onset.Amplitude(above);
            var cycle =
                LimitCycle.Find(neuron, above, scales, (rest.U, rest.V), rest.V - theory * Turn(neuron, onset), near: true, cancel: cancel)
                ?? throw new ArgumentException($"no limit cycle at I = {above:G6}, {d:G3} beyond the Hopf point: give smaller distances.");
            double growth = rest.Trace / 2,
                small = Small * scales.V;
            points.Add(
                new(
                    d,
                    cycle.Amplitude,
                    theory,
                    Rate(neuron, above, scales, rest.U, rest.V, small, cancel),
                    growth,
                    Rate(neuron, below, scales, calm.U, calm.V, small, cancel),
                    calm.Trace / 2,
                    Rate(neuron, above, scales, cycle.U, cycle.V, small * Math.Sign(cycle.V - rest.V), cancel),
                    -2 * growth,
                    cycle.Period
                )
            );
            progress?.Invoke(points.Count / (double)sorted.Length);
        }
        return new("current", "current", onset.Current, side, points, Critical(neuron, onset, scales, cancel), -2 * onset.Lyapunov);
    }

    private static RestState Nearest(RestCurve curve, double current, HopfPoint onset) =>
        curve.At(current).MinBy(r => Math.Abs(r.U - onset.U))
        ?? throw new ArgumentException($"there is no rest state at I = {current:G6}: give smaller distances.");

    /// <summary>The rate at which a disturbance of v, on the section u = u*, grows over a few turns of the flow.</summary>
    private static double Rate(
        PlanarNeuron neuron,
        double current,
        CellUnits scales,
        double u,
        double v,
        double disturbance,
        CancellationToken cancel
    )
    {
        const int Turns = 5;
        double[] x = [u, v + disturbance, 0];
        var flow = PlanarFlow.Start(neuron, current, scales, precise: true, cancel: cancel);
        double time = 0,
            first = double.NaN,
            begun = 0;
        // The first turn brings a start beside the eigenvector onto the section's own rhythm.
        for (int turn = 0; turn <= Turns; turn++)
        {
            time += SectionTurn(flow, scales, x, u);
            if (turn == 0)
                (first, begun) = (x[1] - v, time);
        }
        return Math.Log((x[1] - v) / first) / (time - begun);
    }

    /// <summary>d(A⁻²)/dt at the onset over the time in which A² halves. A is half the section between its crossings up and down, so that the
    /// orbit's even part drops out.</summary>
    private static double Critical(PlanarNeuron neuron, HopfPoint onset, CellUnits scales, CancellationToken cancel)
    {
        double scale = Turn(neuron, onset);
        double[] x = [onset.U, onset.V - 0.05 * scales.U * scale, 0];
        var flow = PlanarFlow.Start(neuron, onset.Current, scales, precise: true, cancel: cancel, mostSteps: 2_000_000);
        SectionTurn(flow, scales, x, onset.U);
        double first = Inverse(),
            now = first,
            time = 0;
        while (now < 2 * first)
        {
            time += SectionTurn(flow, scales, x, onset.U);
            now = Inverse();
        }
        return (now - first) / time;

        double Inverse()
        {
            var down = (double[])x.Clone();
            LimitCycle.Turn(flow, scales, down, onset.U, 1000 / scales.Slow, upwards: false);
            return 4 * scale * scale / Math.Pow(down[1] - x[1], 2);
        }
    }

    /// <summary>How far v swings when u swings by 1: u = x, v = −(ωy + αx)/β with β = ∂u'/∂v.</summary>
    private static double Turn(PlanarNeuron neuron, HopfPoint onset) => -onset.Omega * neuron.TauU / neuron.Jet(onset.U, onset.V).F.V;

    /// <summary>One turn from the section u = u* upwards to itself.</summary>
    private static double SectionTurn(Extrapolation flow, CellUnits scales, double[] x, double section)
    {
        x[0] = section;
        return LimitCycle.Turn(flow, scales, x, section, 1000 / scales.Slow)
            ?? throw new NotFiniteNumberException($"the orbit does not come back to u = {section:G6}");
    }
}
