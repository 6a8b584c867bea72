using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Nagumo.Audits;

namespace Nagumo.Cli;

/// <summary>A check as text and as JSON.</summary>
internal sealed record CheckReport(string Model, NetworkCheck Check)
{
    private GradientAudit Gradient => Check.Gradient;

    /// <summary>One line per claim, then the parameters' table.</summary>
    public string ToText()
    {
        var text = new StringBuilder();
        string reading = Check.Ladder is { Reading: var how }
            ? $", read as a {(how == "pass" ? "layer-wise pass" : "boundary problem")}"
            : "";
        text.AppendLine(
            CultureInfo.InvariantCulture,
            $"{Model}{reading}: {(Check.Passed ? "passed" : Check.Converged ? "FAILED" : "NOT CONVERGED")}"
        );
        text.AppendLine();
        foreach (string line in Lines(Check.Claims))
            text.AppendLine(line);
        foreach (string remedy in Check.Claims.Where(c => !c.Holds).Select(c => c.Remedy).OfType<string>().Distinct())
            text.AppendLine().AppendLine($"What may help: {remedy}.");
        text.AppendLine();
        int name = Math.Max(9, Gradient.Parameters.Max(p => p.Name.Length));
        text.AppendLine(
            $"{"parameter".PadRight(name)}  {"|gradient|", 10}  {"differences", 11}  {"one-sided", 9}  {"centred", 9}  {"Richardson", 10}"
        );
        foreach (var p in Gradient.Parameters)
            text.AppendLine(
                $"{p.Name.PadRight(name)}  {Number(p.Norm), 10}  {Number(p.FiniteDifference), 11}  {Slope(p.OneSided), 9}  {Slope(p.Centred), 9}  {Number(p.Richardson), 10}"
            );
        if (Check.Kirchhoff is { } kirchhoff)
        {
            text.AppendLine();
            text.AppendLine(
                $"{"resistors".PadRight(name)}  {"gain", 10}  {"least g", 11}  {"largest g", 9}  {"mean load", 9}  {"power", 10}"
            );
            foreach (var c in kirchhoff.Conductances)
                text.AppendLine(
                    $"{c.Coupling.PadRight(name)}  {(c.Gain is { } gain ? Number(gain) : "–"), 10}  {Number(c.Least), 11}  {Number(c.Largest), 9}  {Number(c.Load), 9}  {Number(c.Power), 10}"
                );
        }
        return text.ToString().TrimEnd();

        string Slope(OrderFit? fit) => fit is null || Gradient.IsKinked ? "–" : fit.Slope.ToString("F2", CultureInfo.InvariantCulture);
    }

    /// <summary>A table of claims: what is claimed, number and bound.</summary>
    private static IEnumerable<string> Lines(IReadOnlyList<Claim> claims)
    {
        int number = claims.Max(c => c.Number.Length),
            bound = claims.Max(c => c.Bound.Length);
        return Page.Table([
            .. claims.Select(c => ($"{(c.Holds ? "✓" : "✗")} {c.Text}", $"{c.Number.PadLeft(number)}  {c.Bound.PadRight(bound)}")),
        ]);
    }

    /// <summary>The object of <c>check --json</c>; keys are documented in docs/cli.md.</summary>
    public JsonObject ToJson()
    {
        var json = new JsonObject
        {
            ["model"] = Model,
            ["passed"] = Check.Passed,
            ["converged"] = Check.Converged,
            ["samples"] = Check.Samples,
            ["parameters"] = new JsonArray([
                .. Gradient.Points.Select(p => new JsonObject
                {
                    ["name"] = p.Name,
                    ["estimator"] = p.Estimator,
                    ["beta"] = p.Beta,
                    ["relative_error"] = Json.Finite(p.RelativeError),
                    ["cosine"] = Json.Finite(p.Cosine),
                }),
            ]),
            ["orders"] = new JsonObject
            {
                ["one_sided"] = Order("one-sided", Gradient.OneSided),
                ["centred"] = Order("centred", Gradient.Centred),
            },
            ["finite_difference_relative_error"] = Json.Finite(Gradient.FiniteDifference),
            ["richardson_relative_error"] = Json.Finite(Gradient.Richardson),
            ["max_residual"] = Json.Finite(Gradient.Residual),
            ["self_adjointness"] = Check.Adjoint is { } adjoint
                ? new JsonObject
                {
                    ["asymmetry"] = Json.Finite(adjoint.Asymmetry),
                    ["linearisation"] = Json.Finite(adjoint.Linearisation),
                    ["reciprocity"] = Json.Finite(adjoint.Reciprocity),
                }
                : null,
            ["stability"] = Check.Stability is { } stability
                ? new JsonObject
                {
                    ["stable"] = stability.Stable,
                    ["rightmost_eigenvalue"] = Json.Finite(stability.Rightmost),
                    ["reduced_hessian_eigenvalue"] = Json.Finite(stability.ReducedEigenvalue),
                    ["sufficient_bound_holds"] = stability.SufficientBoundHolds,
                    // Null: no τ ratio makes it unstable.
                    ["max_tau_ratio"] = Json.Finite(stability.MaxTauRatio),
                    ["flow_rate_below"] = Json.Finite(stability.FlowRates.Below),
                    ["flow_rate_above"] = Json.Finite(stability.FlowRates.Above),
                }
                : null,
            ["flow"] = Check.Flow is { } flow
                ? new JsonObject
                {
                    ["agreement"] = Json.Finite(flow.Agreement),
                    ["rest_states"] = flow.RestStates,
                    ["nonconverged_starts"] = flow.Relaxation.NotConverged,
                    ["max_residual"] = Json.Finite(flow.Relaxation.Residual),
                }
                : null,
            ["kirchhoff_residual"] = Check.Kirchhoff is { } law ? Json.Finite(law.Residual) : null,
            ["conductances"] = new JsonArray([
                .. (Check.Kirchhoff?.Conductances ?? []).Select(c => new JsonObject
                {
                    ["coupling"] = c.Coupling,
                    ["gain"] = c.Gain,
                    ["least"] = c.Least,
                    ["largest"] = c.Largest,
                    ["mean_load"] = c.Load,
                    ["power"] = c.Power,
                }),
            ]),
            ["recipe"] = new JsonArray([
                .. Check.Recipe.Groups.SelectMany(g =>
                    g.Blocks.Select(b => new JsonObject
                    {
                        ["name"] = b.Name,
                        ["images"] = g.Images,
                        ["cosine"] = Json.Finite(b.Cosine),
                        ["relative_error"] = Json.Finite(b.RelativeError),
                    })
                ),
            ]),
            ["recipe_cosine_random"] = Json.Finite(Check.Recipe.Random.Cosine),
            ["recipe_cosine_worst"] = Check.Recipe.Worst is { } worst ? Json.Finite(worst.Cosine) : null,
            ["recipe_data"] = Check.Recipe.Data,
        };
        if (Check.Ladder is not { } layers)
            return json;
        json["reading"] = layers.Reading;
        json["nonconverged_samples"] = Gradient.Escaped;
        json["symplecticity"] = Json.Finite(layers.Symplecticity);
        json["recurrence"] = Json.Finite(layers.Recurrence);
        json["max_activator"] = Json.Finite(layers.Activity);
        json["conditioning"] = layers.Conditioning is { } conditioning ? Conditioning(conditioning) : null;
        json["activators_alone_eigenvalue"] = Json.Finite(layers.ActivatorsAlone);
        return json;
    }

    /// <summary>A conditioning as JSON.</summary>
    internal static JsonObject Conditioning(Hamiltonian.Conditioning c) =>
        new()
        {
            ["kappa"] = Json.Finite(c.Kappa),
            ["slowest_kappa"] = Json.Finite(c.SlowestKappa),
            ["shooting_depth"] = Json.Finite(c.ShootingDepth),
            ["inverse_hessian_norm"] = Json.Finite(c.InverseNorm),
            ["effective_strength"] = Json.Finite(c.EffectiveStrength),
            ["bound"] = Json.Finite(c.Bound),
            ["c1_holds"] = c.HoldsC1,
            ["rightmost_eigenvalue"] = Json.Finite(c.Rightmost),
            ["max_tau"] = Json.Finite(c.MaxTau),
        };

    /// <summary>A number; "exact" where no β leaves an error to fit; null where there is no order.</summary>
    private JsonNode? Order(string estimator, OrderFit? fit) => Gradient.IsExact(estimator) ? "exact" : fit?.Slope;

    private static string Number(double x) => Terminal.Short(x);
}
