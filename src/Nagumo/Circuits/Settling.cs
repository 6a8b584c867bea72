namespace Nagumo.Circuits;

/// <summary>Lets a circuit settle in ngspice until the network's own equations hold at its voltages.</summary>
/// <remarks>
/// The duration is not guessed: a run that ends with a residual above the tolerance goes on from where it is, four times as long. Quiet voltages
/// alone prove nothing, a pattern may still creep; the residual is that of the equations, with the voltages put in. What still moves as much after sixteen
/// times the duration oscillates, and does not settle at all: such a run ends there.
/// </remarks>
/// <param name="Duration">First run, in units of ts; longer where a neuron's own time constants are.</param>
/// <param name="Tolerance">Largest residual (max-norm of ∇H) of a settled circuit, ≥ 1e-10.</param>
/// <param name="MaxRuns">Most runs, ≥ 1.</param>
/// <param name="StepTolerance">
/// ngspice's relative tolerance, &gt; 0. The way to the rest state is as exact as this, the rest state itself far better: 1e-6 where the way decides
/// which of many rest states is reached, 1e-3 where there is only one.
/// </param>
public sealed record SettleOptions(double Duration = 200, double Tolerance = 1e-9, int MaxRuns = 7, double StepTolerance = 1e-6)
{
    /// <summary>For learning: one rest state for each sample, found quickly.</summary>
    public static SettleOptions Learning { get; } = new(100, 1e-8, 4, 1e-3);

    /// <inheritdoc cref="SettleOptions"/>
    public double Duration { get; init; } = Check.Positive("duration", Duration);

    /// <summary>Runs until one says that it was the last: each goes on where the one before ended, four times as long.</summary>
    /// <param name="first">Duration of the first.</param>
    /// <param name="run">Runs for a duration.</param>
    /// <returns>How many there were.</returns>
    internal int Repeat(double first, Func<double, bool> run)
    {
        int runs = 1;
        for (double duration = first; !run(duration) && runs < MaxRuns; runs++)
            duration *= 4;
        return runs;
    }

    /// <inheritdoc cref="SettleOptions"/>
    public double Tolerance { get; init; } =
        Check.That(
            "tolerance",
            Tolerance,
            Tolerance >= 1e-10 && double.IsFinite(Tolerance),
            "at least 1e-10, what ngspice's own tolerances allow"
        );

    /// <inheritdoc cref="SettleOptions"/>
    public double StepTolerance { get; init; } = Check.Positive("step tolerance", StepTolerance);

    /// <inheritdoc cref="SettleOptions"/>
    public int MaxRuns { get; init; } = Check.AtLeast("runs", MaxRuns, 1);
}

/// <summary>What settling reached.</summary>
/// <param name="Residual">Largest |∂H/∂x| at the circuit's voltages.</param>
/// <param name="Time">Simulated time in ts.</param>
/// <param name="Seconds">Wall-clock time of ngspice.</param>
/// <param name="Runs">Runs of ngspice.</param>
/// <param name="Elements">Elements of the circuit.</param>
/// <param name="IsSettled">Whether the residual is within the tolerance.</param>
public sealed record Settled(double Residual, double Time, double Seconds, int Runs, int Elements, bool IsSettled)
{
    /// <summary>In ts: resolves a start that leaves an unstable state up to 10⁵ times faster than ts, at the cost of twenty steps.</summary>
    private const double FirstStep = 1e-6;

    /// <summary>The first run lasts so many of the slowest time constants at least.</summary>
    private const double SlowTimes = 5;

    /// <summary>A residual that large is no creeping pattern.</summary>
    private const double Moving = 1e-3;

    /// <summary>Whether it moves on undiminished, as what oscillates does: it was ended before its last run.</summary>
    public bool Oscillates { get; init; }

    private static readonly TimeSpan Beat = TimeSpan.FromSeconds(1);

    /// <summary>Settles the circuit of a network from its present state, which becomes the circuit's.</summary>
    /// <param name="network">The network.</param>
    /// <param name="circuit">How it is built.</param>
    /// <param name="options">Duration and tolerance.</param>
    /// <param name="ngspice">The simulator.</param>
    /// <exception cref="NgspiceException">ngspice is absent or fails.</exception>
    public static Settled Of(CircuitNetwork network, CircuitOptions circuit, SettleOptions options, Ngspice ngspice) =>
        Of(network, circuit, options, ngspice, null);

    /// <summary>The largest time constant of any inhibitor; the activators' is 1.</summary>
    private static double Slowest(CircuitNetwork network) =>
        network
            .Network.Populations.SelectMany(p =>
                (p.Neuron?.Inhibitors ?? []).SelectMany(v => p.Parameters.TryGetValue(v.Tau.Name, out double[]? tau) ? tau : [])
            )
            .DefaultIfEmpty(1)
            .Max();

    /// <param name="course">Told the course of every run: the circuit, its result, and the time in ts at which it began; null keeps the ends only.</param>
    /// <inheritdoc cref="Of(CircuitNetwork, CircuitOptions, SettleOptions, Ngspice)"/>
    internal static Settled Of(
        CircuitNetwork network,
        CircuitOptions circuit,
        SettleOptions options,
        Ngspice ngspice,
        Action<Circuit, RawFile, double>? course
    )
    {
        double time = 0,
            seconds = 0;
        int elements = 0;
        var residuals = new List<double>();
        int runs = options.Repeat(Math.Max(options.Duration, SlowTimes * Slowest(network)), Run);
        return new(residuals[^1], time, seconds, runs, elements, residuals[^1] <= options.Tolerance) { Oscillates = IsUndiminished() };

        bool Run(double duration)
        {
            var built = network.Build(circuit);
            var transient = course is null ? Transient.Settling(duration) : Transient.SettlingCourse(duration);
            string said = $"ngspice: {built.Size} elements, {time:R} to {time + duration:R} ts";
            NgspiceRun run;
            using (new Timer(_ => Report(said), null, Beat, Beat))
                run = ngspice.Run(built, transient with { Tolerance = options.StepTolerance, FirstStep = FirstStep });
            course?.Invoke(built, run.Result, time);
            built.Read(run.Result.Last, network.State);
            (time, seconds) = (time + duration, seconds + run.Seconds);
            elements = built.Size;
            residuals.Add(network.Residual());
            return residuals[^1] <= options.Tolerance || IsUndiminished();
        }

        // What decays to rest, however slowly, has less to go after four times as long, twice in succession.
        bool IsUndiminished() => residuals.Count >= 3 && residuals[^3..].Min() > Math.Max(Moving, 0.3 * residuals[^3]);

        // While ngspice runs.
        void Report(string what)
        {
            try
            {
                network.Progress?.Report(what);
            }
            catch (OperationCanceledException)
            {
                // Progress may not end a run of ngspice: its own token does, at its next look.
            }
        }
    }
}
