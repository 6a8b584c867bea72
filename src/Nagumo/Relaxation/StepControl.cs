namespace Nagumo.Relaxation;

/// <summary>The step h of pseudo-transient continuation: implicit Euler on the flow at first, Newton's method at last.</summary>
/// <remarks>Plain Newton would leave the basin, or lose its way along a slow phase mode. [Kelley and Keyes 1998, doi:10.1137/S0036142996304796]</remarks>
/// <param name="longest">Longest step.</param>
internal struct StepControl(double longest)
{
    /// <summary>A residual below which steps may be nearly Newton's.</summary>
    public const double Near = 1e-5;

    /// <summary>h of the next step.</summary>
    public double Step { get; private set; } = 0.5;

    /// <summary>Judges a step by its largest change of a field and the residuals before and after; false where it must be taken back.</summary>
    public bool Accepts(double moved, double before, double reached)
    {
        bool accepted = moved <= 0.3 && reached <= 3 * before;
        Step = accepted ? Math.Min(Step * (reached < Near ? 4 : 1.3), longest) : Step / 3;
        return accepted;
    }
}
