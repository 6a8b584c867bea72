using Nagumo.Relaxation;

namespace Nagumo.Media;

/// <summary>An action potential that travels along a chain from its left end.</summary>
/// <param name="Speed">In neurons per time, over the middle half of the chain; null when it died out on the way.</param>
/// <param name="Peak">Farthest u at the middle neuron, on the side of the excited branch.</param>
/// <param name="Arrivals">[cells]: when u first crossed the middle of its range (<see cref="CellUnits"/>); NaN where it never did.</param>
/// <param name="Course">The states at even times.</param>
/// <param name="Kick">What was added to u of the kicked neurons.</param>
public sealed record TravellingPulse(double? Speed, double Peak, IReadOnlyList<double> Arrivals, SpaceTime Course, double Kick)
{
    /// <summary>Deviations from rest below this, in the neuron's own units, mean that the pulse has died.</summary>
    private const double Dead = 0.05;

    /// <summary>Kicks the first neurons of a resting chain and follows the pulse to the far end.</summary>
    /// <param name="chain">The chain; zero-flux ends.</param>
    /// <param name="rest">Its uniform rest state.</param>
    /// <param name="kick">Added to u of the kicked neurons; null for 2.5 of the neuron's own units towards the excited branch.</param>
    /// <param name="width">How many are kicked, ≥ 1.</param>
    /// <param name="sampleEvery">Time between kept states.</param>
    /// <param name="tolerance">Error allowed in one step.</param>
    /// <param name="longest">Longest simulated time.</param>
    /// <param name="progress">Receives the fraction of the chain passed.</param>
    /// <param name="cancel">Ends the run early.</param>
    /// <exception cref="NotFiniteNumberException">The state runs away.</exception>
    public static TravellingPulse Run(
        Chain chain,
        RestState rest,
        double? kick = null,
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
        var own = new OwnChain(chain);
        if (own.Units is null && !chain.IsInOwnUnits)
            throw new ArgumentException($"'{chain.Neuron.Kinetics.Name}' is linear in its activator: nothing travels on it.");
        chain = own.Chain;
        double restU = (rest.U - own.MiddleU) / own.U;
        int side = restU <= 0 ? 1 : -1;
        double added = kick ?? 2.5 * side * own.U;
        // A pulse crosses the middle of the range; where the neuron rests in the middle, half of the kick.
        double level = Math.Abs(restU) > 0.1 ? 0 : restU + 0.5 * added / own.U;
        var start = chain.Uniform(rest.U, rest.V);
        for (int i = 0; i < width; i++)
            start[i] += added;
        var x = own.In(start);
        // Long pulses: diffusion is fast only in units of neurons, so the semi-implicit rule pays there alone.
        bool stiff = 4 * Math.Max(chain.Options.DiffusionU / chain.Neuron.TauU, chain.Options.DiffusionV / chain.Neuron.TauV) > 100;
        var flow = new Extrapolation(
            stiff ? new Chain.StiffFlow(chain) : new Chain.ExplicitFlow(chain),
            new(tolerance, tolerance, stiff ? 5 : 4)
        )
        {
            MostSteps = OwnChain.MostSteps,
        };
        flow.Begin(x);
        var arrivals = new double[n];
        arrivals.AsSpan().Fill(double.NaN);
        arrivals.AsSpan(0, width).Clear();
        var before = (double[])x.Clone();
        double peak = restU;
        List<double> times = [0];
        List<double[]> states = [start];
        int last = n - 1 - n / 20;
        double? left = null;
        while (flow.Time * own.T < longest && !cancel.IsCancellationRequested)
        {
            double begun = flow.Time,
                most = sampleEvery / own.T * times.Count - begun,
                step = Step(most);
            var now = flow.State;
            peak = side > 0 ? Math.Max(peak, now[n / 2]) : Math.Min(peak, now[n / 2]);
            double deviation = 0;
            for (int i = 0; i < n; i++)
            {
                deviation = Math.Max(deviation, Math.Abs(now[i] - restU));
                if (double.IsNaN(arrivals[i]) && Beyond(now[i]) && !Beyond(before[i]))
                    arrivals[i] = (begun + step * (level - before[i]) / (now[i] - before[i])) * own.T;
            }
            now.CopyTo(before);
            if (most - step < 1e-9)
            {
                times.Add(sampleEvery * times.Count);
                states.Add(own.Out(before));
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
            own.MiddleU + own.U * peak,
            arrivals,
            new(times, states, stiff ? ChainMethod.SemiImplicit : ChainMethod.Explicit, flow.Steps),
            added
        );

        bool Beyond(double u) => side > 0 ? u >= level : u <= level;

        double Step(double most)
        {
            try
            {
                return flow.Step(most);
            }
            catch (NotFiniteNumberException) when (!flow.HasEscaped)
            {
                throw own.TooFast(OwnChain.MostSteps, flow.Time, longest);
            }
            catch (NotFiniteNumberException)
            {
                throw new NotFiniteNumberException(
                    $"the chain runs away after t = {flow.Time * own.T:G6}: kick = {added:G4} is beyond what the neuron returns from. Lower it."
                );
            }
        }
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
