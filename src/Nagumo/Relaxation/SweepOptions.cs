namespace Nagumo.Relaxation;

/// <summary>When block sweeps stop.</summary>
/// <param name="MaxSweeps">Most sweeps after the start, ≥ 1.</param>
/// <param name="Tolerance">Stop when every lane's residual (max-norm of ∇H) is at most this; 0 always does all sweeps.</param>
/// <param name="OverRelaxation">ω in (0, 2): x ← x + ω (response − x).</param>
public sealed record SweepOptions(int MaxSweeps = 50, double Tolerance = 1e-5, double OverRelaxation = 1)
{
    /// <inheritdoc cref="SweepOptions(int, double, double)"/>
    public int MaxSweeps { get; init; } =
        MaxSweeps >= 1 ? MaxSweeps : throw new ArgumentOutOfRangeException(nameof(MaxSweeps), $"sweeps = {MaxSweeps}: give at least 1.");

    /// <inheritdoc cref="SweepOptions(int, double, double)"/>
    public double Tolerance { get; init; } =
        Tolerance >= 0
            ? Tolerance
            : throw new ArgumentOutOfRangeException(
                nameof(Tolerance),
                $"tolerance = {Tolerance:R}: give a number ≥ 0 (0 does all sweeps)."
            );

    /// <inheritdoc cref="SweepOptions(int, double, double)"/>
    public double OverRelaxation { get; init; } =
        OverRelaxation is > 0 and < 2
            ? OverRelaxation
            : throw new ArgumentOutOfRangeException(
                nameof(OverRelaxation),
                $"over-relaxation = {OverRelaxation:R} is outside (0, 2). Use 1, or 1.2 to 1.3 in deep nets."
            );
}
