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
    /// <summary>To a rest state: steps up to a fiftieth of the duration, the end kept.</summary>
    public static Transient Settling(double duration) => new(duration, duration / 50, 0.99 * duration);

    /// <summary>The whole course of spikes and oscillations: steps up to 0.1, everything kept.</summary>
    public static Transient Course(double duration) => new(duration, Math.Min(0.1, duration / 50), 0, "trap");

    /// <inheritdoc cref="Transient"/>
    public double Duration { get; init; } = Positive("duration", Duration);

    /// <inheritdoc cref="Transient"/>
    public double LargestStep { get; init; } = Positive("largest step", LargestStep);

    /// <inheritdoc cref="Transient"/>
    public double KeepFrom { get; init; } =
        KeepFrom >= 0 && KeepFrom < Duration
            ? KeepFrom
            : throw new ArgumentOutOfRangeException(nameof(KeepFrom), $"Results kept from {KeepFrom:R}: give a time in [0, {Duration:R}).");

    /// <inheritdoc cref="Transient"/>
    public string Method { get; init; } =
        Method is "gear" or "trap" ? Method : throw new ArgumentException($"Method '{Method}': give gear or trap.");

    /// <inheritdoc cref="Transient"/>
    public double Tolerance { get; init; } = Positive("tolerance", Tolerance);

    internal double EndSeconds(Units units) => Duration * units.Time;

    internal string Cards(Units units)
    {
        string N(double time) => SpiceWriter.Plain(time * units.Time);
        return string.Create(
            CultureInfo.InvariantCulture,
            $".options method={Method} reltol={SpiceWriter.Plain(Tolerance)} abstol={SpiceWriter.Plain(1e-9 * units.Current)} vntol={SpiceWriter.Plain(1e-8 * units.Span)} chgtol={SpiceWriter.Plain(1e-5 * units.Capacitance * units.Span)}\n"
                + $".tran {N(LargestStep)} {N(Duration)} {N(KeepFrom)} {N(LargestStep)} uic\n"
        );
    }

    private static double Positive(string name, double value) =>
        value > 0 && double.IsFinite(value)
            ? value
            : throw new ArgumentOutOfRangeException(name, $"Transient analysis: {name} = {value:R}. Give a finite number > 0.");
}
