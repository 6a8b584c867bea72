namespace Nagumo.Relaxation;

/// <summary>When Newton's method stops.</summary>
/// <param name="MaxSteps">Most steps, ≥ 1.</param>
/// <param name="Tolerance">Stop when every lane's residual (max-norm of ∇H) is at most this; ≥ 0.</param>
/// <param name="Halvings">Most halvings of a lane's step, ≥ 0.</param>
internal sealed record NewtonOptions(int MaxSteps = 50, double Tolerance = 1e-10, int Halvings = 12)
{
    /// <inheritdoc cref="NewtonOptions"/>
    public int MaxSteps { get; init; } =
        MaxSteps >= 1
            ? MaxSteps
            : throw new ArgumentOutOfRangeException(nameof(MaxSteps), $"newton.max_steps = {MaxSteps}: give at least 1.");

    /// <inheritdoc cref="NewtonOptions"/>
    public double Tolerance { get; init; } =
        Tolerance >= 0
            ? Tolerance
            : throw new ArgumentOutOfRangeException(nameof(Tolerance), $"newton.tolerance = {Tolerance:R}: give a number ≥ 0.");
}
