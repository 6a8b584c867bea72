namespace Nagumo.Learning;

/// <summary>How the gradient is read from the two phases.</summary>
/// <param name="Kind">"centred" (−β, +β; error O(β²)), "one-sided" (0, +β; error O(β)), "exact" (implicit differentiation), or one that <see cref="Estimators"/> knows.</param>
/// <param name="Beta">Nudging strength β &gt; 0.</param>
/// <param name="Nudge">"current": the constant current −β ∂C/∂u of the free state; "cost": the whole term β C, with a largest β.</param>
/// <param name="RandomSign">One-sided only: the sign of β is drawn for each batch.</param>
/// <param name="Correction">
/// "none"; "antisymmetric": for asymmetric couplings, the nudged flow is corrected by the antisymmetric part of the Jacobian at the free state.
/// </param>
public sealed record EstimatorOptions(
    string Kind = "centred",
    double Beta = 0.2,
    string Nudge = "current",
    bool RandomSign = false,
    string Correction = "none"
)
{
    /// <inheritdoc cref="EstimatorOptions(string, double, string, bool, string)"/>
    public string Kind { get; init; } = Check.Choice("estimator.kind", Kind, [.. Estimators.Names]);

    /// <inheritdoc cref="EstimatorOptions(string, double, string, bool, string)"/>
    public double Beta { get; init; } = Check.Positive("estimator.beta", Beta, usual: "0.2");

    /// <inheritdoc cref="EstimatorOptions(string, double, string, bool, string)"/>
    public string Nudge { get; init; } = Check.Choice("estimator.nudge", Nudge, "current", "cost");

    /// <inheritdoc cref="EstimatorOptions(string, double, string, bool, string)"/>
    public bool RandomSign { get; init; } =
        !RandomSign || Kind == "one-sided"
            ? RandomSign
            : throw new ArgumentException("estimator.random_sign is for the one-sided estimator: set estimator.kind to 'one-sided'.");

    /// <inheritdoc cref="EstimatorOptions(string, double, string, bool, string)"/>
    public string Correction { get; init; } =
        Check.Choice("estimator.correction", Correction, "none", "antisymmetric") is "antisymmetric" && Kind == "exact"
            ? throw new ArgumentException("estimator.correction is for nudged phases: estimator.kind = 'exact' has none.")
            : Correction;
}
