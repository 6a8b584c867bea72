using Nagumo.Relaxation;

namespace Nagumo.Media;

/// <summary>How a chain is integrated.</summary>
public enum ChainMethod
{
    /// <summary>Semi-implicit where diffusion would bound an explicit step, explicit otherwise.</summary>
    Auto,

    /// <summary>Extrapolated midpoint rule of order 8, adaptive.</summary>
    Explicit,

    /// <summary>Extrapolated Euler rule of order 4 with implicit diffusion, adaptive.</summary>
    SemiImplicit,

    /// <summary>Euler's rule with a fixed step, for comparison with other programs; its step is bounded.</summary>
    Euler,
}

/// <summary>How a chain is integrated, and what is kept.</summary>
/// <param name="Duration">Simulated time, &gt; 0.</param>
/// <param name="Samples">States kept at even times, the first and last included, ≥ 2.</param>
/// <param name="Method">The integrator.</param>
/// <param name="Tolerance">Error allowed in one step relative to a variable's size and absolutely, 1e-13 to 0.1.</param>
/// <param name="Step">Fixed step of Euler's rule, &gt; 0.</param>
public sealed record ChainRunOptions(
    double Duration = 60,
    int Samples = 601,
    ChainMethod Method = ChainMethod.Auto,
    double Tolerance = 1e-7,
    double Step = 0.002
)
{
    /// <inheritdoc cref="ChainRunOptions"/>
    public double Duration { get; init; } = Check.Positive("time", Duration);

    /// <inheritdoc cref="ChainRunOptions"/>
    public int Samples { get; init; } = Check.AtLeast("samples", Samples, 2);

    /// <inheritdoc cref="ChainRunOptions"/>
    public double Tolerance { get; init; } =
        Check.That("tolerance", Tolerance, Tolerance is >= 1e-13 and <= 0.1, "1e-13 to 0.1; 1e-7 is usual");

    /// <inheritdoc cref="ChainRunOptions"/>
    public double Step { get; init; } = Check.Positive("step", Step);
}

/// <summary>A chain's states against time.</summary>
/// <param name="Times">[samples], from 0.</param>
/// <param name="States">[samples] of [2 × cells]: all u, then all v.</param>
/// <param name="Method">The integrator that ran.</param>
/// <param name="Steps">Steps that it took.</param>
public sealed record SpaceTime(IReadOnlyList<double> Times, IReadOnlyList<double[]> States, ChainMethod Method, int Steps)
{
    /// <summary>Beyond this rate of diffusion, 4 D/τ, an explicit step is bounded by stability rather than by accuracy.</summary>
    private const double Stiff = 20;

    /// <summary>What each sample adds to the steps of a run.</summary>
    private const int StepsOfASample = 20;

    private const int MostEulerSteps = 20_000_000;

    /// <summary>Integrates a chain.</summary>
    /// <param name="chain">The chain.</param>
    /// <param name="start">State at time 0, [2 × cells].</param>
    /// <param name="options">Method, duration, samples.</param>
    /// <param name="progress">Receives the fraction done.</param>
    /// <param name="cancel">Ends the run early; what is there is returned.</param>
    /// <exception cref="ArgumentException">A fixed step that is unstable.</exception>
    /// <exception cref="NotFiniteNumberException">The state runs away.</exception>
    public static SpaceTime Run(
        Chain chain,
        ReadOnlySpan<double> start,
        ChainRunOptions options,
        Action<double>? progress = null,
        CancellationToken cancel = default
    )
    {
        if (options.Method == ChainMethod.Euler)
        {
            RequireStable(chain, start, options.Step);
            if (options.Duration / options.Step > MostEulerSteps)
                throw new ArgumentException(
                    $"step = {options.Step:G3}: time = {options.Duration:G3} would take {options.Duration / options.Step:G2} steps, more than {MostEulerSteps}. Raise the step, shorten the time, or choose another method."
                );
        }
        var own = new OwnChain(chain);
        chain = own.Chain;
        var method =
            options.Method != ChainMethod.Auto ? options.Method
            : 4 * Math.Max(chain.Options.DiffusionU / chain.Neuron.TauU, chain.Options.DiffusionV / chain.Neuron.TauV) > Stiff
                ? ChainMethod.SemiImplicit
            : ChainMethod.Explicit;
        // Who asks for more samples expects a longer run: its time is no accident of units.
        int mostSteps = OwnChain.MostSteps + StepsOfASample * options.Samples;
        var flow =
            method == ChainMethod.Euler ? null
            : method == ChainMethod.Explicit
                ? new Extrapolation(new Chain.ExplicitFlow(chain), new(options.Tolerance, options.Tolerance, 4)) { MostSteps = mostSteps }
            : new Extrapolation(new Chain.StiffFlow(chain), new(options.Tolerance, options.Tolerance, 4)) { MostSteps = mostSteps };
        double[] x = own.In(start),
            velocity = new double[x.Length];
        flow?.Begin(x);
        List<double> times = [0];
        List<double[]> states = [start.ToArray()];
        int steps = 0;
        double time = 0;
        for (int i = 1; i < options.Samples; i++)
        {
            double sample = options.Duration * i / (options.Samples - 1),
                until = sample / own.T;
            while (until - time > 1e-12 * until)
            {
                if (cancel.IsCancellationRequested)
                    return new(times, states, method, steps);
                time += flow is null ? Euler(until - time) : Step(until - time);
                steps++;
            }
            time = until;
            flow?.State.CopyTo(x);
            if (!double.IsFinite(x.Sum()))
                throw RunsAway(time);
            times.Add(sample);
            states.Add(own.Out(x));
            progress?.Invoke((double)i / (options.Samples - 1));
        }
        return new(times, states, method, steps);

        double Step(double most)
        {
            try
            {
                return flow.Step(most);
            }
            catch (NotFiniteNumberException) when (!flow.HasEscaped)
            {
                throw own.TooFast(
                    mostSteps,
                    flow.Time,
                    options.Duration,
                    $"give a shorter time or more samples (each allows {StepsOfASample} steps more)"
                );
            }
            catch (NotFiniteNumberException)
            {
                throw RunsAway(time);
            }
        }

        double Euler(double most)
        {
            double h = Math.Min(options.Step / own.T, most);
            chain.Velocity(x, velocity);
            for (int i = 0; i < x.Length; i++)
                x[i] += h * velocity[i];
            return h;
        }

        NotFiniteNumberException RunsAway(double at) =>
            new($"the chain's state is not finite after t = {at * own.T:G6}: it runs away; check the parameters.");
    }

    /// <summary>Euler's rule shrinks every mode only below 2 over the fastest rate.</summary>
    private static void RequireStable(Chain chain, ReadOnlySpan<double> start, double step)
    {
        double fastest = 0;
        var neuron = chain.Neuron;
        for (int i = 0; i < chain.Cells; i++)
        {
            var jet = neuron.Jet(start[i], start[chain.Cells + i]);
            double u = (4 * chain.Options.DiffusionU - jet.F.U) / neuron.TauU,
                v = (4 * chain.Options.DiffusionV - jet.G.V) / neuron.TauV;
            fastest = Math.Max(fastest, Math.Max(u, v));
        }
        double limit = 2 / fastest;
        if (fastest > 0 && step > limit)
            throw new ArgumentOutOfRangeException(
                nameof(step),
                $"step = {step:R} is above Euler's stability limit {limit:G3} for d_u = {chain.Options.DiffusionU:R}, d_v = {chain.Options.DiffusionV:R}, tau = {neuron.TauV:R}. Give a smaller step, or method=semi-implicit."
            );
    }
}
