namespace Nagumo.Relaxation;

/// <summary>When Newton's method stops.</summary>
/// <param name="MaxSteps">Most steps, ≥ 1.</param>
/// <param name="Tolerance">Stop when every lane's residual (max-norm of ∇H) is at most this; ≥ 0.</param>
/// <param name="Halvings">Most halvings of a lane's step, ≥ 0.</param>
internal sealed record NewtonOptions(int MaxSteps = 50, double Tolerance = 1e-10, int Halvings = 12)
{
    /// <inheritdoc cref="NewtonOptions"/>
    public int MaxSteps { get; init; } = Check.AtLeast("newton.max_steps", MaxSteps, 1);

    /// <inheritdoc cref="NewtonOptions"/>
    public double Tolerance { get; init; } = Check.That("newton.tolerance", Tolerance, Tolerance >= 0, "a number ≥ 0");
}
