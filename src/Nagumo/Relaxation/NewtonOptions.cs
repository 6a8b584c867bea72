namespace Nagumo.Relaxation;

/// <summary>What a step of Newton's method is shortened for.</summary>
internal enum Damping
{
    /// <summary>Each lane's |f|₂ must fall.</summary>
    Descent,

    /// <summary>The next step must be shorter; does not depend on the units of f.</summary>
    Natural,

    /// <summary>Nothing: full steps.</summary>
    None,
}

/// <summary>How Newton's method goes, and when it stops.</summary>
/// <param name="MaxSteps">Most steps, ≥ 1.</param>
/// <param name="Tolerance">Stop when every lane's residual is at most this; ≥ 0.</param>
/// <param name="Damping">How steps are shortened.</param>
/// <param name="Halvings">Most halvings of a step of descent, ≥ 0.</param>
/// <param name="SmallestStep">Stop after a full step shorter than this; not with descent.</param>
/// <param name="Contraction">Give up, back at the start, when a step is longer than this part of the one before; not with descent.</param>
/// <param name="Rounding">A residual below this that does not fall is rounding, and the end.</param>
internal sealed record NewtonOptions(
    int MaxSteps = 50,
    double Tolerance = 1e-10,
    Damping Damping = Damping.Descent,
    int Halvings = 12,
    double SmallestStep = 0,
    double Contraction = double.PositiveInfinity,
    double Rounding = 0
)
{
    /// <inheritdoc cref="NewtonOptions"/>
    public int MaxSteps { get; init; } = Check.AtLeast("newton.max_steps", MaxSteps, 1);

    /// <inheritdoc cref="NewtonOptions"/>
    public double Tolerance { get; init; } = Check.That("newton.tolerance", Tolerance, Tolerance >= 0, "a number ≥ 0");
}
