namespace Nagumo.Relaxation;

/// <summary>When block sweeps stop.</summary>
/// <param name="MaxSweeps">Most sweeps after the start, ≥ 1.</param>
/// <param name="Tolerance">Stop when every lane's residual (max-norm of ∇H) is at most this; 0 always does all sweeps.</param>
/// <param name="OverRelaxation">ω in (0, 2): x ← x + ω (response − x).</param>
public sealed record SweepOptions(int MaxSweeps = 50, double Tolerance = 1e-5, double OverRelaxation = 1)
{
    /// <inheritdoc cref="SweepOptions(int, double, double)"/>
    public int MaxSweeps { get; init; } = Check.AtLeast("max_sweeps", MaxSweeps, 1);

    /// <inheritdoc cref="SweepOptions(int, double, double)"/>
    public double Tolerance { get; init; } = Check.That("tolerance", Tolerance, Tolerance >= 0, "a number ≥ 0 (0 does all sweeps)");

    /// <inheritdoc cref="SweepOptions(int, double, double)"/>
    public double OverRelaxation { get; init; } =
        Check.That(
            "over_relaxation",
            OverRelaxation,
            OverRelaxation is > 0 and < 2,
            "a number in (0, 2); 1 is usual, 1.2 to 1.3 in deep nets"
        );
}
