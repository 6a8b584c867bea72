namespace Nagumo.Media;

/// <summary>Kicks of the activator away from rest: an excitable neuron answers a small one by decay and a larger one by a spike.</summary>
/// <remarks>
/// Start at (u₀ + d, v₀) and follow u to its farthest point from rest. The answer's gain is |farthest − u₀|/|d|: 1 where a kick just decays, far
/// above 1 just beyond the threshold of an excitable neuron. Kicks are measured in the cell's own length (<see cref="CellUnits"/>).
/// [Izhikevich 2007, Dynamical Systems in Neuroscience, ch. 7]
/// </remarks>
/// <param name="Kick">The kick d with the largest gain of those tried, and just beyond the threshold, after which u stays finite; 0 when there is none.</param>
/// <param name="Peak">Farthest value of u after it.</param>
/// <param name="Gain">|Peak − u₀|/|d|.</param>
/// <param name="Threshold">The smallest kick of that sign that takes u beyond the middle between rest and that peak.</param>
/// <param name="Escape">The smallest kick after which u runs away; null when it stays finite after all that were tried.</param>
/// <param name="Linear">The gain of kicks so small that the answer is linear.</param>
/// <param name="Returns">Whether all kicks that neither escape nor end on another rest state came back to rest within the time of the test.</param>
/// <param name="Switches">Whether that kick ends on another rest state, and stays there: it is no spike.</param>
public sealed record PulseTest(
    double Kick,
    double Peak,
    double Gain,
    double Threshold,
    double Linear = 1,
    double? Escape = null,
    bool Returns = true,
    bool Switches = false
)
{
    /// <summary>Gains above this, and so many times that of small kicks, make a neuron excitable: a kick is amplified, not merely passed on.</summary>
    public const double Excitable = 1.5;

    /// <summary>Whether a kick is amplified far more than a small one is.</summary>
    public bool IsExcitable => Gain > Excitable * Math.Max(1, Linear);

    /// <summary>How long an answer is followed, in slow times of the cell.</summary>
    private const double SlowTimes = 60;

    /// <summary>Distances, in lengths of the cell or of the kick, at the end of an answer: nearer than this to rest it has come back, farther than
    /// that and ever farther it never will.</summary>
    private const double Back = 0.25,
        Out = 20;

    /// <summary>Steps of one answer.</summary>
    private const int MostSteps = 8_000;

    /// <summary>Tries kicks of both signs, from a sixteenth of the cell's length to four times it.</summary>
    /// <param name="neuron">The neuron.</param>
    /// <param name="current">The current.</param>
    /// <param name="rest">A stable rest state at this current.</param>
    /// <param name="cancel">Ends the test with an <see cref="OperationCanceledException"/>.</param>
    public static PulseTest Run(PlanarNeuron neuron, double current, RestState rest, CancellationToken cancel = default) =>
        Run(neuron, current, CellUnits.Of(neuron, current), rest, cancel);

    internal static PulseTest Run(PlanarNeuron neuron, double current, CellUnits scales, RestState rest, CancellationToken cancel)
    {
        var best = (Kick: 0.0, Peak: rest.U, Gain: 0.0, Switches: false);
        double? escape = null;
        bool returns = true;
        double small = Math.Max(1e-4 * scales.U, 1e-9 * Math.Abs(rest.U)),
            linear = Gains(small) is var a && Gains(-small) is var b ? Math.Max(a, b) : 1;
        // Half-octaves are fine enough: a spike's height hardly depends on the kick beyond its threshold.
        foreach (int sign in (int[])[1, -1])
            for (int octave = -8; octave <= 4; octave++)
            {
                double d = sign * scales.U * Math.Pow(2, 0.5 * octave);
                var (peak, back) = Follow(neuron, current, scales, rest, d, cancel);
                // Into a pole, say: nothing is known about it.
                if (double.IsNaN(peak))
                    continue;
                if (double.IsInfinity(peak))
                {
                    double least = Bisect(neuron, current, scales, rest, double.PositiveInfinity, d, cancel);
                    if (!(Math.Abs(least) >= Math.Abs(escape ?? double.PositiveInfinity)))
                        escape = least;
                    break;
                }
                returns &= back ?? true;
                double gain = Math.Abs((peak - rest.U) / d);
                if (gain > best.Gain)
                    best = (d, peak, gain, back is null);
            }
        // No kick could be followed to its end, or all of them escape: nothing is known, not even that kicks return.
        if (best.Kick == 0)
            return new(0, rest.U, 0, double.NaN, linear, escape, returns && escape is not null);
        double threshold = Bisect(neuron, current, scales, rest, 0.5 * (rest.U + best.Peak), best.Kick, cancel);
        // The gain is largest just beyond the threshold, wherever the kicks that were tried lie.
        double beyond = 1.001 * threshold;
        if (Follow(neuron, current, scales, rest, beyond, cancel) is var (farthest, there) && double.IsFinite(farthest))
            if (Math.Abs((farthest - rest.U) / beyond) is var larger && larger > best.Gain)
                best = (beyond, farthest, larger, there is null);
        return new(best.Kick, best.Peak, best.Gain, threshold, linear, escape, returns, best.Switches);

        double Gains(double kick) => Math.Abs((Follow(neuron, current, scales, rest, kick, cancel).Farthest - rest.U) / kick);
    }

    /// <summary>The smallest kick, of the sign of a known one that suffices, that takes u beyond a level.</summary>
    /// <param name="neuron">The neuron.</param>
    /// <param name="current">The current.</param>
    /// <param name="rest">A stable rest state at this current.</param>
    /// <param name="level">Level of u; infinite for a kick after which u runs away.</param>
    /// <param name="enough">A kick that takes u beyond it.</param>
    /// <param name="cancel">Ends the search with an <see cref="OperationCanceledException"/>.</param>
    public static double ThresholdFor(
        PlanarNeuron neuron,
        double current,
        RestState rest,
        double level,
        double enough,
        CancellationToken cancel = default
    ) => Bisect(neuron, current, CellUnits.Of(neuron, current), rest, level, enough, cancel);

    private static double Bisect(
        PlanarNeuron neuron,
        double current,
        CellUnits scales,
        RestState rest,
        double level,
        double enough,
        CancellationToken cancel
    )
    {
        double below = 0,
            above = enough;
        while (Math.Abs(above - below) > 1e-9 * Math.Abs(enough))
        {
            double middle = 0.5 * (below + above);
            double peak = Follow(neuron, current, scales, rest, middle, cancel).Farthest;
            if (
                double.IsInfinity(level) ? double.IsInfinity(peak)
                : enough > 0 ? peak > level
                : peak < level
            )
                above = middle;
            else
                below = middle;
        }
        return above;
    }

    /// <summary>The value of u farthest from rest, on the side of the kick, after a kick; infinite when it runs away.</summary>
    /// <param name="neuron">The neuron.</param>
    /// <param name="current">The current.</param>
    /// <param name="rest">The rest state.</param>
    /// <param name="kick">Added to u at time 0.</param>
    /// <param name="cancel">Ends the run with an <see cref="OperationCanceledException"/>.</param>
    public static double Farthest(PlanarNeuron neuron, double current, RestState rest, double kick, CancellationToken cancel = default) =>
        Follow(neuron, current, CellUnits.Of(neuron, current), rest, kick, cancel).Farthest;

    /// <summary>The farthest u, infinite when the state runs away and NaN when it cannot be followed; and whether the orbit ends at rest, null where
    /// it ends on another rest state: such a kick lies on the separatrix itself and decides nothing.</summary>
    internal static (double Farthest, bool? Returns) Follow(
        PlanarNeuron neuron,
        double current,
        CellUnits scales,
        RestState rest,
        double kick,
        CancellationToken cancel
    )
    {
        int sign = Math.Sign(kick);
        var flow = PlanarFlow.Start(neuron, current, scales, cancel: cancel, tolerance: 1e-12, mostSteps: MostSteps);
        double[] at = new double[3],
            slope = new double[3];
        flow.Begin([rest.U + kick, rest.V, 0]);
        double farthest = rest.U + kick,
            end = SlowTimes / scales.Slow;
        double whole = end,
            early = 0;
        bool stiff = false;
        while (end - flow.Time > 1e-13 * end)
        {
            if (!flow.TryStep(out double step, end - flow.Time))
            {
                if (flow.HasEscaped || stiff)
                    return (flow.HasEscaped ? sign * double.PositiveInfinity : double.NaN, false);
                // Steps are spent where the cell is stiff, however even its rates are at rest.
                stiff = true;
                double[] here = [.. flow.State];
                end -= flow.Time;
                flow = PlanarFlow.Start(
                    neuron,
                    current,
                    scales,
                    cancel: cancel,
                    tolerance: 1e-12,
                    mostSteps: MostSteps,
                    semiImplicit: true
                );
                flow.Begin(here);
                continue;
            }
            flow.System.At(flow.State, slope);
            // A turning point inside the step.
            if (sign * flow.Velocity[0] > 0 && sign * slope[0] < 0)
                flow.Crossing(Rising, step, at);
            else
                flow.State.CopyTo(at);
            if (sign * (at[0] - farthest) > 0)
                farthest = at[0];
            double distance = Distance(flow.State[0], flow.State[1]);
            if (whole - end + flow.Time < 0.5 * whole)
                early = Math.Max(early, distance);
            // So near to rest, nothing can happen any more.
            if (distance < 1e-7)
                break;
        }
        double away = Distance(flow.State[0], flow.State[1]);
        // Far out, and ever farther: the velocity itself may be rounding there.
        if (away > Out * Math.Max(1, Math.Abs(kick) / scales.U) && away > 1.5 * early)
            return (sign * double.PositiveInfinity, false);
        bool back = away < Back * Math.Max(1, Math.Abs(kick) / scales.U);
        return (farthest, back || !Stands() ? back : null);

        double Distance(double u, double v) => Math.Max(Math.Abs(u - rest.U) / scales.U, Math.Abs(v - rest.V) / scales.V);

        // A Newton step to the rest state beside it is short.
        bool Stands()
        {
            var (u, v, _) = neuron.Velocity(flow.State[0], flow.State[1], current);
            var jet = neuron.Jet(flow.State[0], flow.State[1]);
            var (f, g) = (u * neuron.TauU, v * neuron.TauV);
            double determinant = jet.F.U * jet.G.V - jet.F.V * jet.G.U;
            return Math.Abs(f * jet.G.V - jet.F.V * g) < 1e-4 * scales.U * Math.Abs(determinant)
                && Math.Abs(jet.F.U * g - f * jet.G.U) < 1e-4 * scales.V * Math.Abs(determinant);
        }

        double Rising(ReadOnlySpan<double> s)
        {
            flow.System.At(s, slope);
            return slope[0];
        }
    }
}
