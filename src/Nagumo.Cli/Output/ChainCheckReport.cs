using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Nagumo.Audits;

namespace Nagumo.Cli;

/// <summary>The audit of a chain as claims and as JSON: what <c>check</c> says of an experiment that states one.</summary>
internal sealed record ChainCheckReport(string Model, ChainAudit Audit, double MaxEscapedShare)
{
    private const double SymplecticBound = 1e-13,
        RecurrenceBound = 1e-10,
        RichardsonBound = 1e-8,
        CosineBound = 0.999999,
        RecipeBound = 0.99;

    private bool IsPass => Audit.Reading == "pass";

    /// <summary>Whether every image's states were found.</summary>
    public bool Converged => Audit.NotConverged <= (IsPass ? MaxEscapedShare * Audit.Samples : 0);

    /// <summary>Whether every claim holds.</summary>
    public bool Passed => Converged && Claims.All(c => c.Holds);

    /// <summary>The claims, in the order of the table.</summary>
    public IReadOnlyList<Claim> Claims =>
        [
            IsPass
                ? new("samples whose pass escaped to infinity", Audit.NotConverged.ToString(CultureInfo.InvariantCulture), "", Converged)
                : new("every free phase comes to rest: largest residual", Terminal.Short(Audit.Residual), "rounding", Converged),
            new(
                "each layer is symplectic: |JᵀΩJ − Ω| / |J|²",
                Terminal.Short(Audit.Symplecticity),
                $"≤ {Terminal.Short(SymplecticBound)}",
                Audit.Symplecticity <= SymplecticBound
            ),
            new(
                IsPass ? "forward and back through all layers" : "the rest state satisfies the recurrence, layer by layer",
                Terminal.Short(Audit.Recurrence),
                $"≤ {Terminal.Short(RecurrenceBound)}",
                Audit.Recurrence <= RecurrenceBound
            ),
            Order("one-sided", 1),
            Order("centred", 2),
            new(
                "Richardson of β = 1e-3 and 5e-4 against the exact gradient of this reading",
                Terminal.Short(Audit.Richardson),
                $"< {Terminal.Short(RichardsonBound)}",
                Audit.Richardson < RichardsonBound
            ),
            new(
                "cosine of the centred estimator at β = 0.001",
                Cosine().ToString("F9", CultureInfo.InvariantCulture),
                $"> {CosineBound.ToString(CultureInfo.InvariantCulture)}",
                Cosine() > CosineBound
            ),
            new(
                $"recipe's own gradient, float32, {Audit.Recipe.Estimator}, β {Terminal.Short(Audit.Recipe.Beta)}: cosine (worst block {Audit.WorstBlock.Name}: {Audit.WorstBlock.Cosine.ToString("F5", CultureInfo.InvariantCulture)})",
                Audit.Recipe.Cosine.ToString("F6", CultureInfo.InvariantCulture),
                $"≥ {RecipeBound.ToString(CultureInfo.InvariantCulture)}",
                Audit.Recipe.Cosine >= RecipeBound
            ),
            .. Audit.Conditioning is not { } c
                ? [new Claim("largest |u| of the first image; the barrier is at √3", Terminal.Short(Audit.Activity), "", true)]
                : new Claim[]
                {
                    new(
                        "C1: effective strength below what the inhibitors hold, k_eff < m",
                        Terminal.Short(c.EffectiveStrength),
                        $"< {Terminal.Short(c.Bound)}",
                        c.HoldsC1
                    ),
                    new("stable: rightmost eigenvalue of the (u, v) Jacobian", Terminal.Short(c.Rightmost), "< 0", c.Rightmost < 0),
                    new("largest stable τ_v", Terminal.Short(c.MaxTau), "", c.MaxTau > 0),
                    new(
                        "‖H⁻¹‖; κ of shooting; κ of the slowest mode",
                        $"{Terminal.Short(c.InverseNorm)}; {Terminal.Short(c.Kappa)}; {Terminal.Short(c.SlowestKappa)}",
                        "",
                        true
                    ),
                    new(
                        $"activators alone, inhibitors held: smallest eigenvalue of ∂²S/∂u²{(Audit.ActivatorsAlone < 0 ? "; unstable without inhibitors" : "")}",
                        Terminal.Short(Audit.ActivatorsAlone),
                        "",
                        true
                    ),
                },
        ];

    /// <summary>The claims with their numbers.</summary>
    public string ToText()
    {
        var text = new StringBuilder();
        text.AppendLine(
            CultureInfo.InvariantCulture,
            $"{Model}, read as a {(IsPass ? "layer-wise pass" : "boundary problem")}: {(Passed ? "passed" : Converged ? "FAILED" : "NOT CONVERGED")}"
        );
        text.AppendLine();
        foreach (string line in Claim.Lines(Claims))
            text.AppendLine(line);
        return text.ToString().TrimEnd();
    }

    /// <summary>The object of <c>check --json</c> for a chain; keys are documented in docs/cli.md.</summary>
    public JsonObject ToJson() =>
        new()
        {
            ["model"] = Model,
            ["reading"] = Audit.Reading,
            ["passed"] = Passed,
            ["converged"] = Converged,
            ["samples"] = Audit.Samples,
            ["nonconverged_samples"] = Audit.NotConverged,
            ["max_residual"] = Value(Audit.Residual),
            ["symplecticity"] = Value(Audit.Symplecticity),
            ["recurrence"] = Value(Audit.Recurrence),
            ["points"] = new JsonArray([
                .. Audit.Points.Select(p => new JsonObject
                {
                    ["estimator"] = p.Estimator,
                    ["beta"] = p.Beta,
                    ["relative_error"] = Value(p.RelativeError),
                    ["cosine"] = Value(p.Cosine),
                }),
            ]),
            ["orders"] = new JsonObject { ["one_sided"] = Audit.Order("one-sided")?.Slope, ["centred"] = Audit.Order("centred")?.Slope },
            ["richardson_relative_error"] = Value(Audit.Richardson),
            ["recipe_cosine"] = Value(Audit.Recipe.Cosine),
            ["recipe_relative_error"] = Value(Audit.Recipe.RelativeError),
            ["recipe_worst_block"] = Audit.WorstBlock.Name,
            ["recipe_worst_block_cosine"] = Value(Audit.WorstBlock.Cosine),
            ["max_activator"] = Value(Audit.Activity),
            ["conditioning"] = Audit.Conditioning is { } c ? Conditioning(c) : null,
            ["activators_alone_eigenvalue"] = Value(Audit.ActivatorsAlone),
        };

    /// <summary>A conditioning as JSON.</summary>
    internal static JsonObject Conditioning(Hamiltonian.Conditioning c) =>
        new()
        {
            ["kappa"] = Value(c.Kappa),
            ["slowest_kappa"] = Value(c.SlowestKappa),
            ["shooting_depth"] = Value(c.ShootingDepth),
            ["inverse_hessian_norm"] = Value(c.InverseNorm),
            ["effective_strength"] = Value(c.EffectiveStrength),
            ["bound"] = Value(c.Bound),
            ["c1_holds"] = c.HoldsC1,
            ["rightmost_eigenvalue"] = Value(c.Rightmost),
            ["max_tau"] = Value(c.MaxTau),
        };

    /// <summary>A finite number, or null.</summary>
    internal static JsonNode? Value(double x) => double.IsFinite(x) ? JsonValue.Create(x) : null;

    private double Cosine() => Audit.Points.First(p => p is { Estimator: "centred", Beta: 1e-3 }).Cosine;

    private Claim Order(string estimator, double expected)
    {
        var fit = Audit.Order(estimator);
        return fit is null
            ? new($"{estimator} estimator: no order", "–", $"{expected} ± 0.1", false)
            : new(
                $"{estimator} estimator: order in β, {Terminal.Short(fit.From)} to {Terminal.Short(fit.To)}",
                fit.Slope.ToString("F3", CultureInfo.InvariantCulture),
                $"{expected} ± 0.1",
                Math.Abs(fit.Slope - expected) <= 0.1
            );
    }
}
