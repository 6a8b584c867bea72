using System.Globalization;
using System.Text.Json.Nodes;
using Nagumo.Media;
using Nagumo.Plots;

namespace Nagumo.Cli;

/// <summary><c>nagumo simulate bifurcation</c>: rest states and cycles of one neuron along the current or any parameter.</summary>
internal static class SimulateBifurcation
{
    private const string Current = "current";

    /// <summary>The diagram of the textbook's neuron unless told otherwise.</summary>
    public static Phenomenon Diagram { get; } =
        new(
            "bifurcation",
            "rest states and cycles along the current or any parameter: onsets, folds, homoclinic ends",
            new Dictionary<string, double> { ["tau"] = 12.5 },
            [
                Setting.Named("parameter", Current, "what varies: current, or a parameter of the neuron"),
                Setting.Auto(
                    "from",
                    "its lower end; auto: a little beyond the bifurcations in the current, or half the parameter's value (of a parameter I that is a current, as for the current)"
                ),
                Setting.Auto("to", "its upper end; auto: a little beyond the bifurcations in the current, or three halves of the value"),
                Setting.Number(Current, 0, "current into the activator, where a parameter varies") with
                {
                    Needs = new("parameter is not current, which varies from 'from' to 'to'", values => values("parameter") != Current),
                },
            ],
            Run
        )
        {
            HasTrajectory = false,
        };

    private static Findings Run(Simulation run)
    {
        var s = run.Settings;
        string parameter = s.Word("parameter");
        string[] names = [Current, .. s.Kinetics.Parameters.Select(p => p.Name)];
        if (!names.Contains(parameter))
            throw new InputException(
                $"parameter = {parameter}: '{s.Kinetics.Name}' has no such parameter.{Nearest.Hint(parameter, names)}"
            );
        bool inCurrent = parameter == Current;
        if (s.IsChanged(parameter) && s.Given("from") is not null && s.Given("to") is not null)
            throw new InputException(
                $"{parameter} would change nothing: it is what varies, between the from and to that are given. Leave it out."
            );
        var family = new CellFamily(new(s.Kinetics, s.Parameters), s[Current], inCurrent ? null : parameter);
        var (low, high) = Range(family, s);
        run.Progress(0, "rest states and cycles");
        var diagram = BifurcationDiagram.Of(family, low, high, f => run.Progress(f, "rest states and cycles"), run.Cancel);
        string where = Where(s, parameter, inCurrent);
        string axis =
            inCurrent ? SimulateNeuron.CurrentAxis(s)
            : Unit(s, parameter) is { Length: > 0 } unit ? $"{parameter} ({unit})"
            : parameter;
        List<string> pictures = [.. run.Draw("bifurcation", path => Draw(path, where, axis, Activator(s), diagram))];
        if (diagram.Cycles.Count > 0)
            pictures.AddRange(run.Draw("period", path => DrawPeriods(path, where, axis, s, diagram)));
        var lost = diagram.Cycles.Where(b => b.Begin == CycleEnd.Lost || b.End == CycleEnd.Lost).ToArray();
        return new($"bifurcations of {where}", Items(s, diagram, lost.Length, inCurrent), pictures, lost.Length == 0);
    }

    /// <summary>The range asked for, or one that shows what there is.</summary>
    private static (double Low, double High) Range(CellFamily family, Settings s)
    {
        var (from, to) = (s.Given("from"), s.Given("to"));
        double low,
            high;
        // A parameter that is a current, as the I of most equations, is shown over what the current does.
        double? per = family.Parameter == "I" ? SimulateNeuron.OwnCurrent(s) : null;
        if (family.Parameter is { } name && per is null)
        {
            var parameter = family.Neuron.Kinetics.Parameters.First(p => p.Name == name);
            double value = family.Neuron.Parameters[name],
                half = value != 0 ? Math.Abs(value) / 2 : 1;
            (low, high) = (Math.Max(value - half, parameter.Min), Math.Min(value + half, parameter.Max));
        }
        else
        {
            var curve = new RestCurve(family.Neuron);
            double[] special = [.. curve.HopfPoints.Select(p => p.Current).Concat(curve.SaddleNodes).OrderBy(Math.Abs).Take(4).Append(0)];
            double air = 0.25 * (special.Max() - special.Min());
            if (!(air > 0))
                air = CellUnits.Of(family.Neuron, 0) is var scales ? scales.U * scales.Fast * family.Neuron.TauU : 1;
            (low, high) = (special.Min() - air, special.Max() + air);
            if (per is { } scale)
            {
                // It moves the activator as this current beside its value does.
                double own = family.Neuron.Parameters["I"];
                (low, high) = (own + scale * (low - family.Current), own + scale * (high - family.Current));
                (low, high) = (Math.Min(low, high), Math.Max(low, high));
            }
        }
        return (from ?? low, to ?? high);
    }

    private static string Activator(Settings s) =>
        StatedUnits.Label(s, $"activator {s.Kinetics.Fields[0].Name}", StatedUnits.OfField(s, 0));

    /// <summary>The unit of what varies.</summary>
    private static string Unit(Settings s, string parameter) =>
        parameter == Current ? StatedUnits.OfCurrent(s) : StatedUnits.Of(s, parameter);

    private static string Where(Settings s, string parameter, bool inCurrent)
    {
        var values = s.Parameters.Where(p => p.Key != parameter).Select(p => $"{p.Key} = {Equations.Number(p.Value)}");
        return string.Join(
            ", ",
            [s.Kinetics.Name, .. values, .. inCurrent || s[Current] == 0 ? (string[])[] : [$"current = {Equations.Number(s[Current])}"]]
        );
    }

    private static List<Finding> Items(Settings s, BifurcationDiagram diagram, int lost, bool inCurrent)
    {
        bool textbook = inCurrent && s.ArePublished("from", "to") && diagram.HopfPoints.Count == 2;
        var (of, ofU) = (Unit(s, s.Word("parameter")), StatedUnits.OfField(s, 0));
        string u = s.Kinetics.Fields[0].Name;
        var (hopf, saddles, folds) = (diagram.HopfPoints, diagram.SaddleNodes, diagram.Folds);
        JsonArray List<T>(IEnumerable<T> items, Func<T, JsonNode?> value) => new([.. items.Select(value)]);
        return
        [
            new("from", "from", diagram.Low, Unit: of),
            new("to", "to", diagram.High, Unit: of),
            new("hopf", "Hopf points", List(hopf, p => p.Parameter), textbook ? new JsonArray(0.331281337, 1.418718663) : null, of),
            new("hopf_kind", "which are", List(hopf, p => p.Hopf.Kind)),
            new("hopf_u", $"at {u}", List(hopf, p => p.Hopf.U), Unit: ofU, Detail: true),
            new("hopf_period", "period at onset", List(hopf, p => 2 * Math.PI / p.Hopf.Omega), Unit: "time"),
            new("saddle_nodes", "saddle-nodes", List(saddles, p => p.Parameter), Unit: of),
            new("saddle_node_u", $"at {u}", List(saddles, p => p.State.U), Unit: ofU, Detail: true),
            .. diagram.Crossings.Count > 0
                ? (Finding[])
                    [new("crossings", "branches cross (transcritical, pitchfork)", List(diagram.Crossings, p => p.Parameter), Unit: of)]
                : [],
            new("cycle_folds", "folds of cycles", List(folds, p => p.Parameter), Unit: of),
            new("cycle_fold_period", "period there", List(folds, p => p.Cycle.Period), Unit: "time"),
            new("homoclinic", "homoclinic orbits (period without bound)", List(diagram.Homoclinics, p => p), Unit: of),
            new("rest_branches", "branches of rest states", diagram.Rest.Count),
            new("cycle_branches", "branches of cycles", diagram.Cycles.Count),
            .. GoesOn(diagram),
            .. lost > 0 ? (Finding[])[new("lost", "branches that could not be followed to an end", lost)] : [],
            new("rest", "", List(diagram.Rest, Json), Detail: true),
            new("cycles", "", List(diagram.Cycles, Json), Detail: true),
        ];
    }

    /// <summary>Where cycles live on beyond the range, so that an onset, a fold or an end there is not seen.</summary>
    private static IEnumerable<Finding> GoesOn(BifurcationDiagram diagram)
    {
        double width = diagram.High - diagram.Low,
            least = diagram.Family.Parameter is { } name
                ? diagram.Family.Neuron.Kinetics.Parameters.First(p => p.Name == name).Min
                : double.NegativeInfinity,
            // Not beyond what the parameter may be.
            further = Math.Max(diagram.Low - width, double.IsFinite(least) ? least + 0.1 * (diagram.Low - least) : least);
        double[] ends =
        [
            .. diagram
                .Cycles.SelectMany(b => new[] { (End: b.Begin, At: b.Points[0].Parameter), (End: b.End, At: b.Points[^1].Parameter) })
                .Where(e => e.End == CycleEnd.Range)
                .Select(e => e.At),
        ];
        List<string> more = [];
        if (ends.Any(p => p - diagram.Low < diagram.High - p))
            more.Add($"from={Round(further)}");
        if (ends.Any(p => p - diagram.Low > diagram.High - p))
            more.Add($"to={Round(diagram.High + width)}");
        if (more.Count > 0)
            yield return new("goes_on", "cycles go on beyond the range", $"{string.Join(", ", more)} shows more");

        static string Round(double x) => x.ToString("G3", CultureInfo.InvariantCulture);
    }

    private static JsonObject Json(RestBranch branch) =>
        new()
        {
            ["parameter"] = Values(branch.Points.Select(p => p.Parameter)),
            ["u"] = Values(branch.Points.Select(p => p.State.U)),
            ["v"] = Values(branch.Points.Select(p => p.State.V)),
            ["stable"] = new JsonArray([.. branch.Points.Select(p => (JsonNode)p.State.IsStable)]),
        };

    private static JsonObject Json(CycleBranch branch) =>
        new()
        {
            ["parameter"] = Values(branch.Points.Select(p => p.Parameter)),
            ["u_min"] = Values(branch.Points.Select(p => p.Cycle.UMin)),
            ["u_max"] = Values(branch.Points.Select(p => p.Cycle.UMax)),
            ["v_min"] = Values(branch.Points.Select(p => p.Cycle.VMin)),
            ["v_max"] = Values(branch.Points.Select(p => p.Cycle.VMax)),
            ["period"] = Values(branch.Points.Select(p => p.Cycle.Period)),
            ["floquet_exponent_per_time"] = Values(branch.Points.Select(p => p.Cycle.FloquetExponent)),
            ["stable"] = new JsonArray([.. branch.Points.Select(p => (JsonNode)p.Cycle.IsStable)]),
            ["begin"] = branch.Begin.ToString().ToLowerInvariant(),
            ["end"] = branch.End.ToString().ToLowerInvariant(),
        };

    private static JsonArray Values(IEnumerable<double> values) => new([.. values.Select(x => double.IsFinite(x) ? (JsonNode)x : null)]);

    private static void Draw(string path, string where, string axis, string ordinate, BifurcationDiagram diagram)
    {
        var curves = new List<Curve>();
        Add(
            curves,
            "stable rest state",
            CurveStyle.Line,
            0,
            diagram.Rest.Select(b => Pieces(b.Points, p => p.State.IsStable, p => (p.Parameter, p.State.U)))
        );
        Add(
            curves,
            "unstable rest state",
            CurveStyle.Dashed,
            0,
            diagram.Rest.Select(b => Pieces(b.Points, p => !p.State.IsStable, p => (p.Parameter, p.State.U)))
        );
        foreach (bool stable in (bool[])[true, false])
        {
            var high = diagram.Cycles.Select(b => Pieces(b.Points, p => p.Cycle.IsStable == stable, p => (p.Parameter, p.Cycle.UMax)));
            var low = diagram.Cycles.Select(b => Pieces(b.Points, p => p.Cycle.IsStable == stable, p => (p.Parameter, p.Cycle.UMin)));
            Add(
                curves,
                stable ? "stable cycle, its extremes" : "unstable cycle",
                stable ? CurveStyle.Line : CurveStyle.Dashed,
                1,
                high.Concat(low)
            );
        }
        Points(curves, "Hopf", 2, diagram.HopfPoints.Select(p => (p.Parameter, p.Hopf.U)));
        Points(curves, "saddle-node", 3, diagram.SaddleNodes.Select(p => (p.Parameter, p.State.U)));
        Points(
            curves,
            "fold of cycles",
            4,
            diagram.Folds.SelectMany(p => new[] { (p.Parameter, p.Cycle.UMax), (p.Parameter, p.Cycle.UMin) })
        );
        Points(curves, "crossing", 5, diagram.Crossings.Select(p => (p.Parameter, p.State.U)));
        Chart.Save(path, new("Bifurcation diagram", where), new(axis, Min: diagram.Low, Max: diagram.High), new(ordinate), curves);
    }

    private static void DrawPeriods(string path, string where, string axis, Settings s, BifurcationDiagram diagram)
    {
        var curves = new List<Curve>();
        foreach (bool stable in (bool[])[true, false])
            Add(
                curves,
                stable ? "stable cycle" : "unstable cycle",
                stable ? CurveStyle.Line : CurveStyle.Dashed,
                1,
                diagram.Cycles.Select(b => Pieces(b.Points, p => p.Cycle.IsStable == stable, p => (p.Parameter, p.Cycle.Period)))
            );
        Points(curves, "fold of cycles", 4, diagram.Folds.Select(p => (p.Parameter, p.Cycle.Period)));
        Points(curves, "Hopf", 2, diagram.HopfPoints.Select(p => (p.Parameter, 2 * Math.PI / p.Hopf.Omega)));
        double[] periods = [.. diagram.Cycles.SelectMany(b => b.Points).Select(p => p.Cycle.Period)];
        bool wide = periods.Max() > 20 * periods.Min();
        Chart.Save(
            path,
            new("Period of the cycles", where),
            new(axis, Min: diagram.Low, Max: diagram.High),
            new($"period ({StatedUnits.InTime(s, "time")}{(wide ? ", logarithmic" : "")})", Logarithmic: wide, Min: wide ? null : 0),
            curves
        );
    }

    /// <summary>The stretches of a branch with a property, one after the other with a gap between; each reaches to the point at which the next begins.</summary>
    private static IEnumerable<(double X, double Y)> Pieces<T>(IReadOnlyList<T> points, Func<T, bool> has, Func<T, (double, double)> place)
    {
        for (int i = 0; i < points.Count; i++)
        {
            if (has(points[i]) || i > 0 && has(points[i - 1]))
                yield return place(points[i]);
            if (!has(points[i]))
                yield return (double.NaN, double.NaN);
        }
        yield return (double.NaN, double.NaN);
    }

    private static void Add(
        List<Curve> curves,
        string name,
        CurveStyle style,
        int colour,
        IEnumerable<IEnumerable<(double X, double Y)>> pieces
    )
    {
        (double X, double Y)[] all = [.. pieces.SelectMany(p => p)];
        if (all.Any(p => double.IsFinite(p.X)))
            curves.Add(new(new(name, [.. all.Select(p => p.X)], [.. all.Select(p => p.Y)]), style, colour));
    }

    private static void Points(List<Curve> curves, string name, int colour, IEnumerable<(double X, double Y)> places)
    {
        (double X, double Y)[] all = [.. places];
        if (all.Length > 0)
            curves.Add(new(new(name, [.. all.Select(p => p.X)], [.. all.Select(p => p.Y)]), CurveStyle.Points, colour));
    }
}
