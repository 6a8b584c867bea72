using System.Globalization;

namespace Nagumo.Circuits;

/// <summary>A transient analysis, in units of the membranes' time ts.</summary>
/// <param name="Duration">Time to the end, &gt; 0.</param>
/// <param name="LargestStep">Largest step, &gt; 0: at most 0.1 for oscillations; a fiftieth of the duration for rest states.</param>
/// <param name="KeepFrom">Time from which results are kept, in [0, Duration).</param>
/// <param name="Method">"gear" (damped: for rest states) or "trap" (for oscillations; at rest it rings at 1e-7).</param>
/// <param name="Tolerance">Relative tolerance, &gt; 0; ngspice's own 1e-3 is too coarse.</param>
public sealed record Transient(double Duration, double LargestStep, double KeepFrom = 0, string Method = "gear", double Tolerance = 1e-6)
{
    /// <summary>What ngspice makes of tstep for its very first step under <c>uic</c>.</summary>
    private const double FirstPart = 0.01;

    /// <summary>To a rest state: steps up to a fiftieth of the duration, the end kept.</summary>
    public static Transient Settling(double duration) => new(duration, duration / 50, 0.99 * duration);

    /// <summary>The whole course of spikes and oscillations: steps up to 0.1, everything kept.</summary>
    public static Transient Course(double duration) => new(duration, Math.Min(0.1, duration / 50), 0, "trap");

    /// <summary>The whole course to a rest state: damped as <see cref="Settling"/>, everything kept, in steps that show how it settles.</summary>
    public static Transient SettlingCourse(double duration) => new(duration, duration / 500);

    /// <inheritdoc cref="Transient"/>
    public double Duration { get; init; } = Check.Positive("duration", Duration);

    /// <inheritdoc cref="Transient"/>
    public double LargestStep { get; init; } = Check.Positive("largest step", LargestStep);

    /// <inheritdoc cref="Transient"/>
    public double KeepFrom { get; init; } =
        Check.That("results kept from", KeepFrom, KeepFrom >= 0 && KeepFrom < Duration, $"a time in [0, {Duration:R})");

    /// <inheritdoc cref="Transient"/>
    public string Method { get; init; } = Check.Choice("method", Method, "gear", "trap");

    /// <inheritdoc cref="Transient"/>
    public double Tolerance { get; init; } = Check.Positive("tolerance", Tolerance);

    /// <summary>The first step; null leaves it to the largest one.</summary>
    /// <remarks>
    /// Only from its second step on does ngspice know an error. A first step h that is long for a start which leaves an unstable state at the rate λ
    /// multiplies the distance by 1/(1 − hλ), and so throws it to the other side.
    /// </remarks>
    internal double? FirstStep { get; init; }

    internal double EndSeconds(Units units) => Duration * units.Time;

    internal string Cards(Units units)
    {
        if (!SpiceWriter.IsWritable(Duration * units.Time) || !SpiceWriter.IsWritable(LargestStep * units.Time))
            throw new ArgumentException(
                $"Transient analysis: duration = {Duration:R} in units of {units.Time:G3} s is no time that a netlist takes. Give another."
            );
        // Nothing is printed where a first step is given: tstep is free to say it.
        double step = FirstStep / FirstPart ?? LargestStep;
        string N(double time) => SpiceWriter.Plain(time * units.Time);
        return string.Create(
            CultureInfo.InvariantCulture,
            $".options method={Method} reltol={SpiceWriter.Plain(Tolerance)} abstol={SpiceWriter.Plain(1e-9 * units.Current)} vntol={SpiceWriter.Plain(1e-8 * units.Span)} chgtol={SpiceWriter.Plain(1e-5 * units.Capacitance * units.Span)}\n"
                + $".tran {N(step)} {N(Duration)} {N(KeepFrom)} {N(LargestStep)} uic\n"
        );
    }
}
