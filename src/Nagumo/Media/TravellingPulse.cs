using Nagumo.Relaxation;

namespace Nagumo.Media;

/// <summary>An action potential that travels along a chain from its left end.</summary>
/// <param name="Speed">In neurons per time, over the middle half of the chain; null when it died out on the way.</param>
/// <param name="Peak">Largest u at the middle neuron.</param>
/// <param name="Arrivals">[cells]: when u first rose halfway from rest to the kicked value; NaN where it never did.</param>
/// <param name="Course">The states at even times.</param>
public sealed record TravellingPulse(double? Speed, double Peak, IReadOnlyList<double> Arrivals, SpaceTime Course)
{
    /// <summary>Deviations from rest below this mean that the pulse has died.</summary>
    private const double Dead = 0.05;

    /// <summary>Kicks the first neurons of a resting chain and follows the pulse to the far end.</summary>
    /// <param name="chain">The chain; zero-flux ends.</param>
    /// <param name="rest">Its uniform rest state.</param>
    /// <param name="kick">Added to u of the kicked neurons.</param>
    /// <param name="width">How many are kicked, ≥ 1.</param>
    /// <param name="sampleEvery">Time between kept states.</param>
    /// <param name="tolerance">Error allowed in one step.</param>
    /// <param name="longest">Longest simulated time.</param>
    /// <param name="progress">Receives the fraction of the chain passed.</param>
    /// <param name="cancel">Ends the run early.</param>
    public static TravellingPulse Run(
        Chain chain,
        RestState rest,
        double kick = 2.5,
        int width = 10,
        double sampleEvery = 0.5,
        double tolerance = 1e-8,
        double longest = 5000,
        Action<double>? progress = null,
        CancellationToken cancel = default
    )
    {
        int n = chain.Cells;
        if (width < 1 || width > n / 3)
            throw new ArgumentOutOfRangeException(nameof(width), $"width = {width}: give 1 to a third of the chain, {n / 3}.");
        double level = rest.U + 0.5 * kick;
        var x = chain.Uniform(rest.U, rest.V);
        for (int i = 0; i < width; i++)
            x[i] += kick;
        // Long pulses: diffusion is fast only in units of neurons, so the semi-implicit rule pays there alone.
        bool stiff = 4 * Math.Max(chain.Options.DiffusionU, chain.Options.DiffusionV / chain.Neuron.Tau) > 100;
        var flow = new Extrapolation(
            stiff ? new Chain.StiffFlow(chain) : new Chain.ExplicitFlow(chain),
            new(tolerance, tolerance, stiff ? 5 : 4)
        );
        flow.Begin(x);
        var arrivals = new double[n];
        arrivals.AsSpan().Fill(double.NaN);
        arrivals.AsSpan(0, width).Clear();
        var before = (double[])x.Clone();
        double peak = rest.U;
        List<double> times = [0];
        List<double[]> states = [(double[])x.Clone()];
        int last = n - 1 - n / 20;
        double? left = null;
        while (flow.Time < longest && !cancel.IsCancellationRequested)
        {
            double begun = flow.Time,
                most = sampleEvery * times.Count - begun,
                step = flow.Step(most);
            var now = flow.State;
            peak = Math.Max(peak, now[n / 2]);
            double deviation = 0;
            for (int i = 0; i < n; i++)
            {
                deviation = Math.Max(deviation, Math.Abs(now[i] - rest.U));
                if (double.IsNaN(arrivals[i]) && Beyond(now[i]) && !Beyond(before[i]))
                    arrivals[i] = begun + step * (level - before[i]) / (now[i] - before[i]);
            }
            now.CopyTo(before);
            if (most - step < 1e-9)
            {
                times.Add(flow.Time);
                states.Add(before.ToArray());
                progress?.Invoke(arrivals.Count(double.IsFinite) / (double)n);
            }
            if (deviation < Dead)
                break;
            // Run on until the pulse has left, for the picture.
            if (double.IsFinite(arrivals[last]))
                left ??= flow.Time;
            if (flow.Time > left * 1.15)
                break;
        }
        return new(
            Slope(arrivals, n / 4, 3 * n / 4),
            peak,
            arrivals,
            new(times, states, stiff ? ChainMethod.SemiImplicit : ChainMethod.Explicit, flow.Steps)
        );

        bool Beyond(double u) => kick > 0 ? u >= level : u <= level;
    }

    /// <summary>Least squares: neurons per time.</summary>
    private static double? Slope(double[] arrivals, int from, int to)
    {
        double meanI = 0.5 * (from + to - 1),
            meanT = 0,
            it = 0,
            tt = 0;
        for (int i = from; i < to; i++)
            meanT += arrivals[i] / (to - from);
        if (!double.IsFinite(meanT))
            return null;
        for (int i = from; i < to; i++)
        {
            it += (i - meanI) * (arrivals[i] - meanT);
            tt += (arrivals[i] - meanT) * (arrivals[i] - meanT);
        }
        return it / tt;
    }
}
