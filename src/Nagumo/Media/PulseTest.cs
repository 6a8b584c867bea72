using Nagumo.Relaxation;

namespace Nagumo.Media;

/// <summary>Kicks of the activator away from rest: an excitable neuron answers a small one by decay and a larger one by a spike.</summary>
/// <remarks>
/// Start at (u₀ + d, v₀) and follow u to its farthest point from rest. The answer's gain is |farthest − u₀|/|d|: 1 where a kick just decays, far
/// above 1 just beyond the threshold of an excitable neuron. [Izhikevich 2007, Dynamical Systems in Neuroscience, ch. 7]
/// </remarks>
/// <param name="Kick">The kick d with the largest gain of those tried.</param>
/// <param name="Peak">Farthest value of u after it.</param>
/// <param name="Gain">|Peak − u₀|/|d|.</param>
/// <param name="Threshold">The smallest kick of that sign that takes u beyond the middle between rest and that peak.</param>
public sealed record PulseTest(double Kick, double Peak, double Gain, double Threshold)
{
    /// <summary>Gains above this make a neuron excitable: a kick is amplified, not merely passed on.</summary>
    public const double Excitable = 1.5;

    private static readonly ExtrapolationOptions Steps = new(1e-11, 1e-13, 5);

    /// <summary>Tries kicks of both signs up to twice the size of the neuron's range.</summary>
    /// <param name="neuron">The neuron.</param>
    /// <param name="current">The current.</param>
    /// <param name="rest">A stable rest state at this current.</param>
    public static PulseTest Run(PlanarNeuron neuron, double current, RestState rest)
    {
        var best = (Kick: 0.0, Peak: rest.U, Gain: 0.0);
        // Half-octaves are fine enough: a spike's height hardly depends on the kick beyond its threshold.
        foreach (int sign in (int[])[1, -1])
            for (double d = 1.0 / 16; d < 4.1; d *= Math.Sqrt(2))
            {
                double peak = Farthest(neuron, current, rest, sign * d),
                    gain = Math.Abs(peak - rest.U) / d;
                if (gain > best.Gain)
                    best = (sign * d, peak, gain);
            }
        double middle = 0.5 * (rest.U + best.Peak);
        return new(best.Kick, best.Peak, best.Gain, ThresholdFor(neuron, current, rest, middle, best.Kick));
    }

    /// <summary>The smallest kick, of the sign of a known one that suffices, that takes u beyond a level.</summary>
    /// <param name="neuron">The neuron.</param>
    /// <param name="current">The current.</param>
    /// <param name="rest">A stable rest state at this current.</param>
    /// <param name="level">Level of u.</param>
    /// <param name="enough">A kick that takes u beyond it.</param>
    public static double ThresholdFor(PlanarNeuron neuron, double current, RestState rest, double level, double enough)
    {
        double below = 0,
            above = enough;
        while (Math.Abs(above - below) > 1e-9)
        {
            double middle = 0.5 * (below + above);
            double peak = Farthest(neuron, current, rest, middle);
            if (enough > 0 ? peak > level : peak < level)
                above = middle;
            else
                below = middle;
        }
        return above;
    }

    /// <summary>The value of u farthest from rest, on the side of the kick, after a kick.</summary>
    /// <param name="neuron">The neuron.</param>
    /// <param name="current">The current.</param>
    /// <param name="rest">The rest state.</param>
    /// <param name="kick">Added to u at time 0.</param>
    public static double Farthest(PlanarNeuron neuron, double current, RestState rest, double kick)
    {
        int sign = Math.Sign(kick);
        var flow = new Extrapolation(new PlanarNeuron.Flow(neuron, current), Steps);
        double[] at = new double[3],
            slope = new double[3];
        flow.Begin([rest.U + kick, rest.V, 0]);
        double farthest = rest.U + kick,
            end = 20 * Math.Max(1, neuron.Tau);
        while (flow.Time < end)
        {
            double step = flow.Step(end - flow.Time);
            flow.System.At(flow.State, slope);
            // A turning point inside the step.
            if (sign * flow.Velocity[0] > 0 && sign * slope[0] < 0)
                flow.Crossing(Rising, step, at);
            else
                flow.State.CopyTo(at);
            if (sign * (at[0] - farthest) > 0)
                farthest = at[0];
        }
        return farthest;

        double Rising(ReadOnlySpan<double> s)
        {
            flow.System.At(s, slope);
            return slope[0];
        }
    }
}
