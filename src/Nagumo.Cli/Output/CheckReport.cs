using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Nagumo.Audits;
using Nagumo.Learning;
using Nagumo.Relaxation;

namespace Nagumo.Cli;

/// <summary>One claim of a check: what is claimed, the number, the bound, and whether it holds.</summary>
internal sealed record Claim(string Text, string Number, string Bound, bool Holds)
{
    /// <summary>A table of claims: what is claimed, number and bound.</summary>
    public static IEnumerable<string> Lines(IReadOnlyList<Claim> claims)
    {
        int number = claims.Max(c => c.Number.Length),
            bound = claims.Max(c => c.Bound.Length);
        return Page.Table([
            .. claims.Select(c => ($"{(c.Holds ? "✓" : "✗")} {c.Text}", $"{c.Number.PadLeft(number)}  {c.Bound.PadRight(bound)}")),
        ]);
    }
}

/// <summary>All audits of one network, as claims and as JSON.</summary>
internal sealed record CheckReport(
    string Model,
    GradientAudit Gradient,
    SelfAdjointnessAudit Adjoint,
    StabilityAudit Stability,
    FlowAudit Flow,
    KirchhoffAudit? Kirchhoff,
    RecipeAudit Recipe
)
{
    /// <summary>Networks of more fields are followed at this many images only where the flow or eigenvalues are needed.</summary>
    private const int Large = 400,
        FewImages = 2;

    /// <summary>A full-size network's loss, of order 1, differs by little along single parameters: rounding leaves this.</summary>
    private const double DifferenceBound = 1e-6;

    private const double CosineBound = 0.99999,
        FlowBound = 1e-6,
        KirchhoffBound = 1e-10,
        RichardsonBound = 1e-6;

    /// <summary>Smallest cosine of the recipe's gradient in networks with inhibitors.</summary>
    private const double RecipeBound = 0.97;

    /// <summary>Whether every phase, the flow and the eigenvalue searches converged; the recipe's own phases need not.</summary>
    public bool Converged => Gradient.Converged && Flow.Relaxation.Converged && Stability.Converged && Recipe.Converged;

    /// <summary>Whether every claim holds.</summary>
    public bool Passed => Converged && Claims.All(c => c.Holds);

    /// <summary>The claims, in the order of the table.</summary>
    public IReadOnlyList<Claim> Claims =>
        [
            new("every phase comes to rest: largest residual", Number(Gradient.Residual), "rounding", Gradient.Converged),
            new(
                "exact gradient against finite differences of the loss",
                Number(Gradient.FiniteDifference),
                $"< {Number(DifferenceBound)}",
                Gradient.FiniteDifference < DifferenceBound
            ),
            Order("one-sided", Gradient.OneSided, 1),
            Order("centred", Gradient.Centred, 2),
            new(
                "Richardson of β and β/2 against the exact gradient",
                Number(Gradient.Richardson),
                $"< {Number(RichardsonBound)}",
                Gradient.Richardson < RichardsonBound
            ),
            new(
                $"smallest cosine of the centred estimator at β = {Number(Gradient.CosineBeta)}",
                Gradient.Cosine("centred").ToString("F8", CultureInfo.InvariantCulture),
                $"> {CosineBound.ToString(CultureInfo.InvariantCulture)}",
                Gradient.Cosine("centred") > CosineBound
            ),
            new(
                "S·J is symmetric; ∂u_i/∂I_j = ∂u_j/∂I_i",
                $"{Number(Adjoint.Asymmetry)}; {Number(Adjoint.Reciprocity)}",
                "rounding",
                Adjoint.Holds
            ),
            new(
                $"stable: rightmost eigenvalue of the (u, v) Jacobian (sufficient bound {(Stability.SufficientBoundHolds ? "holds" : "does not hold")})",
                Number(Stability.Rightmost),
                "< 0",
                Stability.Stable
            ),
            .. Stability.MaxTauRatio switch
            {
                double.PositiveInfinity => [new Claim("stable at every τ_v", "", "", Stability.Stable)],
                > 0 =>
                [
                    new Claim(
                        $"unstable beyond {Number(Stability.MaxTauRatio)} × τ_v: the flow's rates at 0.97 and 1.03 of it",
                        $"{Number(Stability.FlowRates.Below)}; {Number(Stability.FlowRates.Above)}",
                        "< 0; > 0",
                        Stability.FlowRates.Below < 0 && Stability.FlowRates.Above > 0
                    ),
                ],
                // Never stable: the claim above has failed, and there is no crossing to look at.
                _ => Array.Empty<Claim>(),
            },
            new(
                Flow.Relaxation.Converged
                    ? $"sweeps and the flow from u = v = 0 and random starts agree; rest states: {Flow.RestStates}"
                    : string.Create(
                        CultureInfo.InvariantCulture,
                        $"the flow from u = v = 0 and random starts comes to rest: {Flow.Relaxation.NotConverged} of its starts had not at t = {Flow.Relaxation.Time:G3}; rest states: {Flow.RestStates}"
                    ),
                Number(Flow.Agreement),
                $"< {Number(FlowBound)}",
                Flow.Agreement < FlowBound && Flow.RestStates == 1
            ),
            .. Kirchhoff is null
                ? Array.Empty<Claim>()
                :
                [
                    new(
                        "Kirchhoff's current law at every node, from literal resistor currents",
                        Number(Kirchhoff.Residual),
                        $"< {Number(KirchhoffBound)}",
                        Kirchhoff.Residual < KirchhoffBound
                    ),
                ],
            .. Recipe.Groups.Select(OfRecipe),
        ];

    /// <summary>Runs all audits.</summary>
    /// <param name="model">What is checked.</param>
    /// <param name="subject">Network and images.</param>
    /// <param name="recipe">The same network in float32, with its weights, recipe and data.</param>
    /// <param name="trained">Whether it was trained: only then are there images that it finds hard.</param>
    /// <param name="progress">Told before and after every audit.</param>
    public static CheckReport Of(string model, AuditSubject subject, Trainer recipe, bool trained, Action<string> progress)
    {
        bool large = subject.Network.Populations.Where(p => !p.IsClamped).Sum(p => p.Size) > Large;
        int few = large ? FewImages : subject.Samples;
        return new(
            model,
            Timed("gradient: finite differences and Equilibrium Propagation over β", () => GradientAudit.Run(subject)),
            Timed("self-adjointness", () => SelfAdjointnessAudit.Run(subject)),
            Timed("stability", () => StabilityAudit.Run(subject, few)),
            Timed("flow from u = v = 0 and five random starts", () => FlowAudit.Run(subject, few)),
            KirchhoffAudit.Applies(subject.Network) ? Timed("Kirchhoff's law", () => KirchhoffAudit.Run(subject)) : null,
            Timed("recipe's own gradient", () => RecipeAudit.Run(recipe, subject.Samples, trained))
        );

        T Timed<T>(string what, Func<T> audit)
        {
            long start = Stopwatch.GetTimestamp();
            // Some take minutes: what is under way is said first.
            progress($"{what} …");
            var result = audit();
            progress($"{what}: {Terminal.Duration(Stopwatch.GetElapsedTime(start).TotalSeconds)}");
            return result;
        }
    }

    /// <summary>One line per claim, then the parameters' table.</summary>
    public string ToText()
    {
        var text = new StringBuilder();
        text.AppendLine(CultureInfo.InvariantCulture, $"{Model}: {(Passed ? "passed" : Converged ? "FAILED" : "NOT CONVERGED")}");
        text.AppendLine();
        foreach (string line in Claim.Lines(Claims))
            text.AppendLine(line);
        text.AppendLine();
        int name = Math.Max(9, Gradient.Parameters.Max(p => p.Name.Length));
        text.AppendLine(
            $"{"parameter".PadRight(name)}  {"|gradient|", 10}  {"differences", 11}  {"one-sided", 9}  {"centred", 9}  {"Richardson", 10}"
        );
        foreach (var p in Gradient.Parameters)
            text.AppendLine(
                $"{p.Name.PadRight(name)}  {Number(p.Norm), 10}  {Number(p.FiniteDifference), 11}  {Slope(p.OneSided), 9}  {Slope(p.Centred), 9}  {Number(p.Richardson), 10}"
            );
        if (Kirchhoff is not null)
        {
            text.AppendLine();
            text.AppendLine(
                $"{"resistors".PadRight(name)}  {"gain", 10}  {"least g", 11}  {"largest g", 9}  {"mean load", 9}  {"power", 10}"
            );
            foreach (var c in Kirchhoff.Conductances)
                text.AppendLine(
                    $"{c.Coupling.PadRight(name)}  {(c.Gain is { } gain ? Number(gain) : "–"), 10}  {Number(c.Least), 11}  {Number(c.Largest), 9}  {Number(c.Load), 9}  {Number(c.Power), 10}"
                );
        }
        return text.ToString().TrimEnd();

        string Slope(OrderFit? fit) => fit is null || Gradient.IsKinked ? "–" : fit.Slope.ToString("F2", CultureInfo.InvariantCulture);
    }

    /// <summary>The object of <c>check --json</c>; keys are documented in docs/cli.md.</summary>
    public JsonObject ToJson() =>
        new()
        {
            ["model"] = Model,
            ["passed"] = Passed,
            ["converged"] = Converged,
            ["parameters"] = new JsonArray([
                .. Gradient.Points.Select(p => new JsonObject
                {
                    ["name"] = p.Name,
                    ["estimator"] = p.Estimator,
                    ["beta"] = p.Beta,
                    ["relative_error"] = Value(p.RelativeError),
                    ["cosine"] = Value(p.Cosine),
                }),
            ]),
            ["orders"] = new JsonObject
            {
                ["one_sided"] = Order("one-sided", Gradient.OneSided),
                ["centred"] = Order("centred", Gradient.Centred),
            },
            ["finite_difference_relative_error"] = Value(Gradient.FiniteDifference),
            ["richardson_relative_error"] = Value(Gradient.Richardson),
            ["max_residual"] = Value(Gradient.Residual),
            ["self_adjointness"] = new JsonObject
            {
                ["asymmetry"] = Value(Adjoint.Asymmetry),
                ["linearisation"] = Value(Adjoint.Linearisation),
                ["reciprocity"] = Value(Adjoint.Reciprocity),
            },
            ["stability"] = new JsonObject
            {
                ["stable"] = Stability.Stable,
                ["rightmost_eigenvalue"] = Value(Stability.Rightmost),
                ["reduced_hessian_eigenvalue"] = Value(Stability.ReducedEigenvalue),
                ["sufficient_bound_holds"] = Stability.SufficientBoundHolds,
                // Null: no τ ratio makes it unstable.
                ["max_tau_ratio"] = Value(Stability.MaxTauRatio),
                ["flow_rate_below"] = Value(Stability.FlowRates.Below),
                ["flow_rate_above"] = Value(Stability.FlowRates.Above),
            },
            ["flow"] = new JsonObject
            {
                ["agreement"] = Value(Flow.Agreement),
                ["rest_states"] = Flow.RestStates,
                ["nonconverged_starts"] = Flow.Relaxation.NotConverged,
                ["max_residual"] = Value(Flow.Relaxation.Residual),
            },
            ["kirchhoff_residual"] = Kirchhoff is null ? null : Value(Kirchhoff.Residual),
            ["conductances"] = new JsonArray([
                .. (Kirchhoff?.Conductances ?? []).Select(c => new JsonObject
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
                .. Recipe.Groups.SelectMany(g =>
                    g.Blocks.Select(b => new JsonObject
                    {
                        ["name"] = b.Name,
                        ["images"] = g.Images,
                        ["cosine"] = Value(b.Cosine),
                        ["relative_error"] = Value(b.RelativeError),
                    })
                ),
            ]),
            ["recipe_cosine_random"] = Value(Recipe.Random.Cosine),
            ["recipe_cosine_worst"] = Recipe.Worst is null ? null : Value(Recipe.Worst.Cosine),
            ["recipe_data"] = Recipe.Data,
        };

    private Claim OfRecipe(RecipeGroup group)
    {
        var (kind, beta) = (Recipe.Estimator.Kind, Number(Recipe.Estimator.Beta));
        string sweeps = Sweeps(Recipe.Free) + (kind == "exact" ? "" : "+" + Sweeps(Recipe.Nudged)),
            how = kind == "exact" ? "implicit differentiation" : $"β {beta}";
        return new(
            $"recipe's own gradient, float32, {sweeps} sweeps, {how}: smallest cosine, {group.Images} samples of {Recipe.Data}",
            group.Cosine.ToString("F6", CultureInfo.InvariantCulture),
            Recipe.IsSmoothWithInhibitors ? $"≥ {RecipeBound.ToString(CultureInfo.InvariantCulture)}" : "reported only",
            Recipe.IsSmoothWithInhibitors ? group.Cosine >= RecipeBound : !double.IsNaN(group.Cosine)
        );

        static string Sweeps(SweepOptions o) => (o.Tolerance > 0 ? "≤ " : "") + o.MaxSweeps.ToString(CultureInfo.InvariantCulture);
    }

    private Claim Order(string estimator, OrderFit? fit, double expected)
    {
        if (Gradient.IsExact(estimator))
            return new(
                $"{estimator} Equilibrium Propagation: order exact; largest error at any β",
                Number(Gradient.LargestError(estimator)),
                "rounding",
                true
            );
        bool holds = Gradient.HasOrder(estimator, expected),
            ordered = fit is not null && (Math.Abs(fit.Slope - expected) <= 0.1 || !Gradient.IsKinked);
        return ordered
            ? new(
                $"{estimator} Equilibrium Propagation: order in β, {Number(fit!.From)} to {Number(fit.To)}",
                fit.Slope.ToString("F3", CultureInfo.InvariantCulture),
                $"{expected} ± 0.1",
                holds
            )
            : new(
                Gradient.IsKinked
                    ? $"{estimator} Equilibrium Propagation: units meet their box, so no order; error at the smallest β"
                    : $"{estimator} Equilibrium Propagation: no order; error at the smallest β",
                Number(Gradient.SmallestError(estimator)),
                "",
                holds
            );
    }

    /// <summary>A number; "exact" where no β leaves an error to fit; null where there is no order.</summary>
    private JsonNode? Order(string estimator, OrderFit? fit) => Gradient.IsExact(estimator) ? "exact" : fit?.Slope;

    /// <summary>A finite number, or null.</summary>
    private static JsonNode? Value(double x) => double.IsFinite(x) ? JsonValue.Create(x) : null;

    private static string Number(double x) => Terminal.Short(x);
}
