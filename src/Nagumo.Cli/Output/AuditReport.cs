using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Nagumo.Audits;

namespace Nagumo.Cli;

/// <summary>A structure audit as text and as JSON.</summary>
/// <param name="Model">What was audited, as it was named.</param>
/// <param name="Audit">The audit.</param>
internal sealed record AuditReport(string Model, StructureAudit Audit)
{
    private const int MostGroups = 12;

    /// <summary>The class in words.</summary>
    public static string Name(Structure structure) =>
        structure switch
        {
            Structure.Gradient => "gradient",
            Structure.SkewGradient => "skew-gradient",
            Structure.Hamiltonian => "Hamiltonian",
            Structure.QGradient => "Q-gradient",
            Structure.SelfAdjointAtRest => "self-adjoint at this rest state only",
            _ => "neither",
        };

    /// <summary>One line: what it means for EqProp.</summary>
    public string Summary =>
        Audit.Class switch
        {
            Structure.Gradient => "an energy: EqProp is exact",
            Structure.SkewGradient =>
                "one potential, some variables ascend: EqProp is exact, nudged with the sign and time constant of each variable",
            Structure.Hamiltonian =>
                "EqProp is exact at its rest states, nudged through the pairing; Hamiltonian echo holds for its motion",
            Structure.QGradient => "x' = Q ∇H: EqProp is exact at its rest states when the nudge enters through Q",
            Structure.SelfAdjointAtRest =>
                "EqProp, nudged by these time constants, is exact to first order in β at this rest state, but not elsewhere"
                    + (Audit.StructureMatrix is null ? "" : "; nudged through the Q below it is exact everywhere"),
            _ => "EqProp is biased: correct the nudged phase (docs/beyond.md)",
        };

    /// <summary>The report as lines.</summary>
    public string ToText()
    {
        if (!Audit.Converged)
            return $"no rest state found: the largest |x'| is {Short(Audit.Residual)}. Give a start, x(0) = …, nearer to one; a flow without rest states cannot be audited.";
        var text = new StringBuilder();
        text.AppendLine(CultureInfo.InvariantCulture, $"{Model}: {Name(Audit.Class)}");
        text.AppendLine(CultureInfo.InvariantCulture, $"  {Summary}");
        text.AppendLine();
        Line("variables", $"{Audit.System.Dimension}{(Audit.Held > 0 ? $", and {Audit.Held} held at the edge of their box" : "")}");
        Line("rest state", $"largest |x'| {Short(Audit.Residual)}");
        Line("w_i J_ij = w_j J_ji", $"defect {Short(Audit.RestDefect)} at rest, {Short(Audit.ProbeDefect)} with states beside it");
        if (Audit.PairDefect is { } pair)
            Line("stated pairing", $"defect {Short(pair)}");
        if (Audit.StructureDefect is { } structure)
            Line("constant Q", $"defect {Short(structure)}");
        Line(
            "EqProp's cosine",
            $"{Cosine(Audit.Cosine)} with the exact gradient{(
                Audit.Class != Structure.Neither ? ", nudged through what was found"
                : Audit.System.Weights.Count > 0 ? ", with the signs and time constants that the network states"
                : ""
            )}"
        );
        if (Audit.Class != Structure.Gradient && (Audit.Class != Structure.Neither || Audit.System.Weights.Count > 0))
            Line("", $"{Cosine(Audit.PlainCosine)} nudged by −β ∂C/∂x on every variable");
        if (Audit.Class is Structure.Gradient or Structure.SkewGradient or Structure.SelfAdjointAtRest)
        {
            text.AppendLine();
            text.AppendLine("  time constants, relative; − ascends");
            foreach (var (name, tau) in TimeConstants().Take(MostGroups))
                text.AppendLine(CultureInfo.InvariantCulture, $"    {name, -24} {(tau < 0 ? "−" : " ")}{Short(Math.Abs(tau))}");
            if (TimeConstants().Count > MostGroups)
                text.AppendLine(CultureInfo.InvariantCulture, $"    … {TimeConstants().Count - MostGroups} more (--json)");
        }
        if (Audit.StructureMatrix is { } q && Audit.System.Dimension <= 8)
        {
            text.AppendLine();
            text.AppendLine("  Q");
            for (int i = 0; i < Audit.System.Dimension; i++)
                text.AppendLine("    " + string.Concat(Row(q, i).Select(x => Short(x).PadLeft(11))));
        }
        if (Audit.Broken.Count > 0)
        {
            text.AppendLine();
            text.AppendLine("  couplings that break it             w_i J_ij      w_j J_ji");
            foreach (var b in Audit.Broken)
                text.AppendLine(
                    CultureInfo.InvariantCulture,
                    $"    {$"{b.To} ← {b.From}", -28} {Short(b.There), 12}  {Short(b.Back), 12}{(b.AtRest ? "" : "   beside the rest state")}"
                );
        }
        foreach (string note in Audit.Notes)
            text.AppendLine().Append("  Note: ").Append(note).AppendLine(".");
        return text.ToString().TrimEnd();

        void Line(string what, string value) => text.AppendLine(CultureInfo.InvariantCulture, $"  {what, -20} {value}");
    }

    /// <summary>The object of <c>audit --json</c>.</summary>
    public JsonObject ToJson() =>
        new()
        {
            ["model"] = Model,
            ["converged"] = Audit.Converged,
            ["class"] = Audit.Converged ? Name(Audit.Class) : null,
            ["variables"] = Audit.System.Dimension,
            ["held_variables"] = Audit.Held,
            ["max_residual"] = Finite(Audit.Residual),
            ["defect"] = Audit.Converged ? Finite(Audit.Defect) : null,
            ["rest_defect"] = Audit.Converged ? Finite(Audit.RestDefect) : null,
            ["probe_defect"] = Audit.Converged ? Finite(Audit.ProbeDefect) : null,
            ["pairing_defect"] = Finite(Audit.PairDefect),
            ["q_defect"] = Finite(Audit.StructureDefect),
            ["eqprop_cosine"] = Finite(Audit.Cosine),
            ["plain_eqprop_cosine"] = Finite(Audit.PlainCosine),
            ["weights"] = new JsonArray([
                .. Audit.Weights.Select(
                    (w, i) =>
                        (JsonNode)
                            new JsonObject
                            {
                                ["variable"] = Audit.System.Variables[i],
                                ["weight"] = w,
                                ["component"] = Audit.Component[i],
                            }
                ),
            ]),
            ["q"] = Audit.StructureMatrix is { } q
                ? new JsonArray([
                    .. Enumerable
                        .Range(0, Audit.System.Dimension)
                        .Select(i => (JsonNode)new JsonArray([.. Row(q, i).Select(x => (JsonNode)x)])),
                ])
                : null,
            ["broken"] = new JsonArray([
                .. Audit.Broken.Select(b =>
                    (JsonNode)
                        new JsonObject
                        {
                            ["to"] = b.To,
                            ["from"] = b.From,
                            ["there"] = b.There,
                            ["back"] = b.Back,
                            ["at_rest"] = b.AtRest,
                        }
                ),
            ]),
            ["state"] = new JsonArray([.. Audit.State.Select(x => (JsonNode?)Finite(x))]),
            ["notes"] = new JsonArray([.. Audit.Notes.Select(n => (JsonNode)n)]),
        };

    /// <summary>Signed |w| relative to the first variable of each component; neighbours of one population and equal value stand together.</summary>
    private List<(string Name, double Tau)> TimeConstants()
    {
        var first = new Dictionary<int, double>();
        var groups = new List<(string Name, double Tau, int Count)>();
        for (int i = 0; i < Audit.Weights.Count; i++)
        {
            double w = Audit.Weights[i],
                scale = first.TryGetValue(Audit.Component[i], out double s) ? s : first[Audit.Component[i]] = Math.Abs(w);
            string name = Audit.System.Variables[i].Split('[')[0];
            if (
                groups.Count > 0
                && groups[^1] is var last
                && last.Name == name
                && Math.Abs(last.Tau - w / scale) < 1e-6 * Math.Abs(last.Tau)
            )
                groups[^1] = last with { Count = last.Count + 1 };
            else
                groups.Add((name, w / scale, 1));
        }
        return [.. groups.Select(g => (g.Count > 1 ? $"{g.Name} ({g.Count})" : g.Name, g.Tau))];
    }

    private IEnumerable<double> Row(IReadOnlyList<double> q, int i) => q.Skip(i * Audit.System.Dimension).Take(Audit.System.Dimension);

    private static string Short(double x) => Terminal.Short(x);

    private static string Cosine(double x) => double.IsNaN(x) ? "–" : x.ToString("F8", CultureInfo.InvariantCulture);

    private static JsonNode? Finite(double? x) => x is { } value && double.IsFinite(value) ? value : null;
}
