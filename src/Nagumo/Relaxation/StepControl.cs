namespace Nagumo.Relaxation;

/// <summary>The step h of pseudo-transient continuation: implicit Euler on the flow at first, Newton's method at last.</summary>
/// <param name="first">First step.</param>
internal abstract class StepControl(double first)
{
    /// <summary>h of the next step.</summary>
    public double Step { get; protected set; } = first;

    /// <summary>Whether further steps would only shuffle the rounding, or be too short to lead anywhere.</summary>
    public bool HasStalled { get; protected set; }

    /// <summary>Judges a step and chooses the next one; false where it must be taken back.</summary>
    /// <param name="moved">Its size.</param>
    /// <param name="before">The residual before it.</param>
    /// <param name="reached">The residual after it; NaN where there was no step.</param>
    public abstract bool Accepts(double moved, double before, double reached);
}

/// <summary>Steps that may move a field by 0.3 of its unit at most: they stay near the flow, so that a pattern keeps the shape that it grows into.</summary>
/// <remarks>Plain Newton would leave the basin, or lose its way along a slow phase mode.</remarks>
/// <param name="longest">Longest step.</param>
/// <param name="patience">Steps without gain after which rounding is reached.</param>
internal sealed class SmallMoves(double longest = double.PositiveInfinity, int patience = int.MaxValue) : StepControl(0.5)
{
    /// <summary>A residual below which steps may be nearly Newton's.</summary>
    private const double Near = 1e-5;

    private const double Shortest = 1e-9,
        Long = 1e6;
    private int _idle;

    /// <inheritdoc/>
    public override bool Accepts(double moved, double before, double reached)
    {
        bool accepted = moved <= 0.3 && reached <= 3 * before;
        if (accepted)
            _idle = before < Near && reached > 0.5 * before && Step > Long ? _idle + 1 : 0;
        else if (before < Near)
            _idle++;
        Step = accepted ? Math.Min(Step * (reached < Near ? 4 : 1.3), longest) : Step / 3;
        HasStalled = _idle >= patience || Step < Shortest;
        return accepted;
    }
}

/// <summary>Switched evolution relaxation, h ← h |f_old|/|f_new|: whatever the units of f and of time.</summary>
/// <param name="first">First step.</param>
/// <param name="longest">Longest step.</param>
/// <param name="rounding">A residual below this that long steps do not lower is rounding.</param>
internal sealed class SwitchedSteps(double first, double longest, double rounding = 0) : StepControl(first)
{
    /// <summary>Part of the longest step from which on steps are Newton's.</summary>
    private const double Long = 1e-4;

    /// <inheritdoc/>
    public override bool Accepts(double moved, double before, double reached)
    {
        bool accepted = reached <= 2 * before;
        Step = accepted ? Math.Min(longest, Step * Math.Clamp(before / reached, 0.2, 10) * 1.2) : Step / 4;
        HasStalled = accepted && Step > Long * longest && reached >= before && reached < rounding;
        return accepted;
    }
}
