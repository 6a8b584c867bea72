using System.Globalization;
using System.Text.Json.Nodes;
using Nagumo.Data;
using Nagumo.Media;
using Nagumo.Neurons;
using Nagumo.Plots;
using Nagumo.Symbolics;

namespace Nagumo.Cli;

/// <summary><c>nagumo simulate neuron</c> and its preset <c>spike</c>: one neuron with one inhibitor, analysed and run.</summary>
internal static class SimulateNeuron
{
    /// <summary>Any neuron, at any current.</summary>
    public static Phenomenon Neuron { get; } =
        new(
            "neuron",
            "one neuron: regime, bifurcation currents, time course, phase plane, f–I curve",
            new Dictionary<string, double> { ["tau"] = 12.5 },
            Keys(current: 0.5, kick: "0.1 in the neuron's own unit", time: 0),
            run => Run(run, spikes: false)
        );

    /// <summary>The action potential of the textbook's excitable neuron.</summary>
    public static Phenomenon Spike { get; } =
        new(
            "spike",
            "an action potential: an excitable neuron answers a kick beyond its threshold",
            new Dictionary<string, double> { ["tau"] = 12.5 },
            Keys(current: 0, kick: "1 in the neuron's own unit, and a quarter beyond its threshold at least", time: 0),
            run => Run(run, spikes: true)
        );

    private static IReadOnlyList<Setting> Keys(double current, string kick, double time) =>
        [
            Setting.Number("current", current, "current into the activator") with
            {
                OfEquations = current == 0 ? null : "0",
            },
            Setting.Auto(
                "kick",
                $"added at time 0 to u of the first rest state, or of the start that equations state; auto: {kick}, or 0 from such a start"
            ),
            Setting.Number("time", time, "simulated time; 0: thirty slow times of the neuron", min: 0),
            Setting.Whole("samples", 2001, "points of the time course", 2, 10_000_000),
            Setting.Number("tolerance", 1e-10, "relative error of a step", min: 1e-14, max: 0.01),
            Setting.Whole("curve", 81, "evenly spaced currents of every branch of the f–I curve; 0 leaves it out", 0, 10_000),
        ];

    /// <summary>A kick that spikes: of the neuron's own size, towards its threshold and beyond it, but not so far that it runs away.</summary>
    private static double Beyond(double unit, RegimeReport report)
    {
        if (report.Pulse is not { IsExcitable: true, Threshold: double threshold } pulse)
            return unit;
        return ShortOfEscape(pulse, Math.CopySign(Math.Max(unit, Enough * Math.Abs(threshold)), threshold));
    }

    /// <summary>A kick beyond the threshold, or one between it and that which runs away, if that is nearer.</summary>
    private static double ShortOfEscape(PulseTest pulse, double kick) =>
        pulse.Escape is { } escape && escape * kick > 0 && Math.Abs(escape) <= Math.Abs(kick) ? 0.5 * (pulse.Threshold + escape) : kick;

    /// <summary>So many times the threshold are beyond it without doubt.</summary>
    private const double Enough = 1.25;

    /// <summary>The neuron's own length of u, to the digits that its folds are known to.</summary>
    private static double Unit(PlanarNeuron neuron, double current) => Rounded(CellUnits.Of(neuron, current).U, 9);

    private static double Rounded(double x, int digits) =>
        double.Parse(x.ToString($"G{digits}", CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);

    /// <summary>Why an excitable neuron did not spike, and what to do; null where it did.</summary>
    private static string? NoSpike(PulseTest pulse, RestState rest, bool stated, double kick, double[] reached)
    {
        static string Short(double x) => x.ToString("G4", CultureInfo.InvariantCulture);
        int side = Math.Sign(pulse.Threshold);
        double level = 0.5 * (rest.U + pulse.Peak);
        if (reached.Any(u => side * (u - level) > 0))
            return null;
        string remedy = $"--set kick={Equations.Number(Rounded(ShortOfEscape(pulse, Enough * pulse.Threshold), 2))}";
        return stated
                ? $"no spike: from the start that the equations state, and a kick of {Short(kick)}, u does not come to {Short(level)}; at rest the threshold is {Short(pulse.Threshold)}: {remedy}"
            : kick * side <= 0 ? $"no spike: the kick of {Short(kick)} is not towards the threshold {Short(pulse.Threshold)}; {remedy}"
            : kick * side < Math.Abs(pulse.Threshold)
                ? $"no spike: the kick of {Short(kick)} is below the threshold {Short(pulse.Threshold)}; {remedy}"
            : $"no spike: after the kick of {Short(kick)}, u does not come to {Short(level)}; the threshold is {Short(pulse.Threshold)}: {remedy}";
    }

    /// <summary>Why there is no action potential, and what to do.</summary>
    private static string NotExcitable(Regime regime) =>
        "no spike: "
        + regime switch
        {
            Regime.Oscillatory => "no rest state is stable, the neuron fires by itself. Choose a current at which it rests",
            Regime.Monostable =>
                "the neuron comes back from every kick without amplifying it. Choose another current or a slower inhibitor",
            Regime.Neutral => "the rest state is a centre, and orbits of every size close",
            _ => "no kick is amplified and comes back. Choose another current or a slower inhibitor",
        }
        + $" ({Terminal.Command} simulate neuron).";

    private static Findings Run(Simulation run, bool spikes)
    {
        var s = run.Settings;
        var stated = s.Kinetics.Start;
        double current = s["current"];
        var neuron = new PlanarNeuron(s.Kinetics, s.Parameters);
        run.Progress(0, "rest states, cycles, kicks");
        var whole = RegimeReport.Of(neuron, current, run.Cancel);
        // A sine has thousands of them: what matters is near.
        var report = whole with
        {
            SaddleNodes = [.. whole.SaddleNodes.OrderBy(i => Math.Abs(i - current)).Take(Nearest).Order()],
            HopfPoints = [.. whole.HopfPoints.OrderBy(p => Math.Abs(p.Current - current)).Take(Nearest).OrderBy(p => p.Current)],
        };
        double unit = Unit(neuron, current),
            kick =
                s.Given("kick")
                ?? (
                    stated is not null ? 0
                    : spikes ? Beyond(unit, whole)
                    : 0.1 * unit
                );
        // A kick begins where the neuron would stay: at its first stable rest state.
        var rest = report.Rest.FirstOrDefault(r => r.IsStable) ?? report.Rest[0];
        double time = s["time"] > 0 ? s["time"] : SlowTimes / CellUnits.Of(neuron, current).Slow;
        var course = TimeCourse.Run(
            neuron,
            current,
            (stated?[0] ?? rest.U) + kick,
            stated?[1] ?? rest.V,
            time,
            s.Whole("samples"),
            s["tolerance"],
            f => run.Progress(f, "time course"),
            run.Cancel
        );
        run.Keep(
            ("time", new NpyArray(course.Times.ToArray(), course.Times.Count)),
            ("u", new NpyArray(course.U.ToArray(), course.U.Count)),
            ("v", new NpyArray(course.V.ToArray(), course.V.Count))
        );
        var pictures = new List<string>();
        string where = $"{Title(s, current)}";
        pictures.AddRange(
            run.Draw(
                "time-course",
                path =>
                    Chart.Save(
                        path,
                        new("Time course", where),
                        new(StatedUnits.TimeAxis(s), Min: 0, Max: course.Times[^1]),
                        new(Ordinate(s)),
                        [
                            new(new(Variable(s, 0), course.Times, course.U)),
                            new(new(Variable(s, 1), course.Times, course.V)),
                            new(new($"{s.Kinetics.Fields[0].Name} at rest", [0, course.Times[^1]], [rest.U, rest.U]), CurveStyle.Dashed, 0),
                        ]
                    )
            )
        );
        pictures.AddRange(run.Draw("phase-plane", path => PhasePlane(path, where, s, neuron, current, report, course)));
        // On the orbit itself, not on the samples, where that is a kick at rest.
        double peak =
            rest.IsStable && stated is null && kick != 0 ? PulseTest.Farthest(neuron, current, rest, kick, run.Cancel)
            : kick < 0 ? course.U.Min()
            : course.U.Max();
        string? silent =
            !spikes ? null
            : report.Pulse is not { IsExcitable: true } pulse ? NotExcitable(report.Regime)
            : report.Regime == Regime.Bistable && pulse.Switches
                ? $"no spike: a kick beyond {Terminal.Short(pulse.Threshold)} takes the neuron to its other rest state, where it stays. Choose a current or parameters with one rest state ({Terminal.Command} simulate neuron)."
            : report.Regime == Regime.Excitable ? NoSpike(pulse, rest, stated is not null, kick, [peak, .. course.U])
            : null;
        var items = Items(run, neuron, report, rest, kick, peak, course);
        if (s.Whole("curve") > 0 && !run.Cancel.IsCancellationRequested && Frequencies(run, neuron, report, current) is { } curve)
        {
            items.AddRange(Firing(curve, IsTextbook(s), Beside(s), StatedUnits.OfCurrent(s)));
            if (IsCurve(curve))
                pictures.AddRange(run.Draw("frequency", path => Draw(path, s, report, curve)));
        }
        return new(
            $"{(silent is null ? $"{report.Regime.ToString().ToLowerInvariant()} neuron" : "no spike")}: {where}",
            [.. Left(whole), .. items],
            pictures,
            report.Confirmed && silent is null,
            silent
        );
    }

    private const int Nearest = 4;

    /// <summary>A time course, unless one is asked for, in slow times of the neuron.</summary>
    private const double SlowTimes = 30;

    /// <summary>How many bifurcations there are, where not all are shown.</summary>
    private static IEnumerable<Finding> Left(RegimeReport whole)
    {
        if (whole.SaddleNodes.Count > Nearest)
            yield return new("saddle_nodes", $"saddle-nodes in all, the {Nearest} nearest below", whole.SaddleNodes.Count);
        if (whole.HopfPoints.Count > Nearest)
            yield return new("hopf_points", $"Hopf points in all, the {Nearest} nearest below", whole.HopfPoints.Count);
    }

    private static List<Finding> Items(
        Simulation run,
        PlanarNeuron neuron,
        RegimeReport report,
        RestState rest,
        double kick,
        double peak,
        TimeCourse course
    )
    {
        var s = run.Settings;
        bool spike = s.Whole("curve") >= 0 && s["current"] == 0 && IsTextbook(s);
        var (u, v) = (s.Kinetics.Fields[0].Name, s.Kinetics.Fields[1].Name);
        var (ofU, ofV, ofI) = (StatedUnits.OfField(s, 0), StatedUnits.OfField(s, 1), StatedUnits.OfCurrent(s));
        var items = new List<Finding>();
        if (s.Kinetics.Neuron is null)
            items.Add(new("variables", "variables of the equations", $"activator {u}, inhibitor {v}"));
        items.AddRange([
            new("regime", "regime", report.Regime.ToString().ToLowerInvariant(), spike ? "excitable" : null),
            new("attractors", "rest states and cycles", report.Attractors),
            new("confirmed_by_run", "confirmed by runs", report.Confirmed ? "yes" : "no"),
            new("rest_u", $"rest {u}", Numbers(report.Rest.Select(r => r.U)), spike ? new JsonArray(-1.19940804) : null, ofU),
            new("rest_v", $"rest {v}", Numbers(report.Rest.Select(r => r.V)), spike ? new JsonArray(-0.62426004) : null, ofV),
            new("rest_kind", "which is a", new JsonArray([.. report.Rest.Select(r => (JsonNode)r.Kind)])),
            new(
                "rest_growth_per_time",
                "rightmost eigenvalue, real part",
                Numbers(report.Rest.Select(r => r.Eigenvalues.First.Real)),
                Unit: "per time"
            ),
            new(
                "rest_angular_frequency",
                "and imaginary part",
                Numbers(report.Rest.Select(r => r.Eigenvalues.First.Imaginary)),
                Unit: "per time"
            ),
            new("kick", "kick of this run", kick, Unit: ofU),
        ]);
        if (report.Rest.Any(r => r.IsWeak))
            items.Add(
                new(
                    "at_hopf_point",
                    $"at a Hopf point, within rounding: {u}",
                    Numbers(report.Rest.Where(r => r.IsWeak).Select(r => r.U)),
                    Unit: ofU
                )
            );
        string beside = Beside(s);
        if (report.SaddleNodes.Where(i => Math.Abs(i - s["current"]) <= Grain(neuron, s["current"])).ToArray() is { Length: > 0 } met)
            items.Add(
                new(
                    "at_saddle_node",
                    "at a saddle-node: rounding decides whether its two rest states are there; current",
                    Numbers(met),
                    Unit: ofI
                )
            );
        if (report.SaddleNodes.Count > 0)
        {
            items.Add(new("saddle_node_currents", $"saddle-node currents{beside}", Numbers(report.SaddleNodes), Unit: ofI));
            items.AddRange(AsOwn(s, "saddle_node_own", report.SaddleNodes));
        }
        if (report.HopfPoints.Count > 0)
        {
            items.Add(
                new(
                    "hopf_currents",
                    $"Hopf currents{beside}",
                    Numbers(report.HopfPoints.Select(p => p.Current)),
                    IsTextbook(s) ? new JsonArray(0.331281337, 1.418718663) : null,
                    ofI
                )
            );
            items.AddRange(AsOwn(s, "hopf_own", report.HopfPoints.Select(p => p.Current)));
            items.Add(
                new(
                    "hopf_period",
                    "period at onset",
                    Numbers(report.HopfPoints.Select(p => 2 * Math.PI / p.Omega)),
                    IsTextbook(s) ? new JsonArray(22.8059169, 22.8059169) : null,
                    "time"
                )
            );
            items.Add(new("hopf_lyapunov", "first Lyapunov coefficient", Numbers(report.HopfPoints.Select(p => p.Lyapunov))));
            items.Add(new("hopf_kind", "so the onset is", new JsonArray([.. report.HopfPoints.Select(p => (JsonNode)p.Kind)])));
        }
        if (report.Cycle is { } cycle)
        {
            items.Add(
                new("period", "period of the cycle", cycle.Period, IsTextbook(s) && s["current"] == 0.5 ? 39.47441498 : null, "time")
            );
            items.Add(new("cycle_u_min", $"its smallest {u}", cycle.UMin, IsTextbook(s) && s["current"] == 0.5 ? -1.97040675 : null, ofU));
            items.Add(new("cycle_u_max", $"its largest {u}", cycle.UMax, IsTextbook(s) && s["current"] == 0.5 ? 1.85211747 : null, ofU));
            items.Add(new("floquet_exponent_per_time", "its Floquet exponent", cycle.FloquetExponent, Unit: "per time"));
        }
        if (report.Cycles.Count > (report.Cycle is null ? 0 : 1))
        {
            items.Add(
                new(
                    "cycles_stable",
                    "all cycles, by size",
                    new JsonArray([.. report.Cycles.Select(c => (JsonNode)(c.IsStable ? "stable" : "unstable"))])
                )
            );
            items.Add(new("cycles_period", "their periods", Numbers(report.Cycles.Select(c => c.Period)), Unit: "time"));
            items.Add(new("cycles_u_min", $"their smallest {u}", Numbers(report.Cycles.Select(c => c.UMin)), Unit: ofU));
            items.Add(new("cycles_u_max", $"their largest {u}", Numbers(report.Cycles.Select(c => c.UMax)), Unit: ofU));
        }
        if (report.Pulse is { } pulse)
        {
            items.Add(new("pulse_gain", "largest gain of a kick", pulse.Gain));
            if (pulse.Escape is { } escape)
                items.Add(new("escape_kick", "escapes beyond a kick of", escape, Unit: ofU));
            if (report.Regime is Regime.Excitable or Regime.Bistable && pulse.IsExcitable)
                items.Add(
                    spike
                        ? new(
                            "threshold_kick",
                            "smallest kick that spikes (peak 0.5)",
                            PulseTest.ThresholdFor(neuron, 0, rest, 0.5, 1, run.Cancel),
                            Finding.Range(0.5554648, 0.5554649)
                        )
                        : new(
                            "threshold_kick",
                            $"smallest kick that {(report.Regime == Regime.Bistable && pulse.Switches ? "takes it to the other rest state" : "spikes")}",
                            pulse.Threshold,
                            Unit: ofU
                        )
                );
        }
        items.Add(new("peak_u", $"{(kick < 0 ? "lowest" : "highest")} {u} of this run", peak, spike && kick == 1 ? 1.79343208 : null, ofU));
        if (course.IsCut)
            items.Add(new("ends_early_at", "this run takes too many steps: until", course.Times[^1], Unit: "time"));
        if (course.Escapes)
            items.Add(new("escapes_after", "this run escapes: shown until", course.Times[^1], Unit: "time"));
        return items;
    }

    /// <summary>The distance of 1 from the next number.</summary>
    private const double Epsilon = 2.220446049250313e-16;

    /// <summary>Currents that rounding does not tell apart: of their own size, or of the one that moves u at the cell's fast rate.</summary>
    private static double Grain(PlanarNeuron neuron, double current)
    {
        var scales = CellUnits.Of(neuron, current);
        return 16 * Epsilon * Math.Max(Math.Abs(current), scales.U * scales.Fast * neuron.TauU);
    }

    /// <summary>"activator u", "inhibitor v", by the names that the neuron has for them.</summary>
    internal static string Variable(Settings s, int field) => $"{(field == 0 ? "activator" : "inhibitor")} {s.Kinetics.Fields[field].Name}";

    /// <summary>"activator V (mV)".</summary>
    internal static string Axis(Settings s, int field) => StatedUnits.Label(s, Variable(s, field), StatedUnits.OfField(s, field));

    /// <summary>Both variables on one axis: with one unit, if they have one.</summary>
    internal static string Ordinate(Settings s) =>
        StatedUnits.OfField(s, 0) == StatedUnits.OfField(s, 1)
            ? StatedUnits.Label(s, $"{Variable(s, 0)}, {Variable(s, 1)}", StatedUnits.OfField(s, 0))
            : $"{Axis(s, 0)}, {Axis(s, 1)}";

    private static bool IsTextbook(Settings s) => s.ArePublished("current", "kick", "time", "samples", "tolerance", "curve");

    private static void PhasePlane(
        string path,
        string where,
        Settings s,
        PlanarNeuron neuron,
        double current,
        RegimeReport report,
        TimeCourse course
    )
    {
        double[] us = [.. course.U, .. report.Rest.Select(r => r.U)],
            vs = [.. course.V, .. report.Rest.Select(r => r.V)];
        var scales = CellUnits.Of(neuron, current);
        var u = Wider(us, scales.U);
        var v = Wider(vs, scales.V);
        var (u0, v0) = Nullcline.Of(neuron, current, 0, u, v);
        var (u1, v1) = Nullcline.Of(neuron, current, 1, u, v);
        var stable = report.Rest.Where(r => r.IsStable).ToArray();
        var unstable = report.Rest.Where(r => !r.IsStable).ToArray();
        List<Curve> curves =
        [
            new(new($"{s.Kinetics.Fields[0].Name}' = 0", u0, v0), CurveStyle.Dashed, 0),
            new(new($"{s.Kinetics.Fields[1].Name}' = 0", u1, v1), CurveStyle.Dashed, 1),
            new(new("trajectory", course.U, course.V), CurveStyle.Line, 6, Directed: true),
            new(new("its start", [course.U[0]], [course.V[0]]), CurveStyle.Points, 4),
        ];
        if (stable.Length > 0)
            curves.Add(new(new("stable rest state", [.. stable.Select(r => r.U)], [.. stable.Select(r => r.V)]), CurveStyle.Points, 2));
        if (unstable.Length > 0)
            curves.Add(
                new(new("unstable rest state", [.. unstable.Select(r => r.U)], [.. unstable.Select(r => r.V)]), CurveStyle.Points, 3)
            );
        Chart.Save(
            path,
            new("Phase plane with nullclines", where),
            new(Axis(s, 0), Min: u.Low, Max: u.High),
            new(Axis(s, 1), Min: v.Low, Max: v.High),
            curves,
            square: true
        );

        static (double Low, double High) Wider(double[] values, double size)
        {
            double low = values.Min(),
                high = values.Max(),
                air = 0.12 * Math.Max(high - low, 0.5 * size);
            return (low - air, high + air);
        }
    }

    /// <summary>The f–I curve to a little beyond the currents between which the neuron changes its regime; null when interrupted.</summary>
    private static CurrentFrequency? Frequencies(Simulation run, PlanarNeuron neuron, RegimeReport report, double current)
    {
        double[] bifurcations = [.. report.HopfPoints.Select(p => p.Current), .. report.SaddleNodes],
            special = [.. bifurcations, current];
        double width = special.Max() - special.Min(),
            // What moves u at the cell's fast rate.
            scale = CellUnits.Of(neuron, current) is var c ? c.U * c.Fast * neuron.TauU : 0,
            air = bifurcations.Length == 0 ? scale : 0.08 * Math.Max(width, 0.2 * scale);
        var (from, to) = (special.Min() - air, special.Max() + air);
        try
        {
            int count = Math.Max(2, run.Settings.Whole("curve"));
            return CurrentFrequency.Of(neuron, from, to, count, f => run.Progress(f, "f–I curve"), run.Cancel);
        }
        catch (OperationCanceledException)
        {
            // What is there counts.
            return null;
        }
    }

    private static IEnumerable<Finding> Firing(CurrentFrequency curve, bool textbook, string beside, string unit)
    {
        var firing = curve.Firing;
        if (firing.Count == 0)
        {
            string none = string.Create(
                CultureInfo.InvariantCulture,
                $"at no current from {curve.Examined.From:G3} to {curve.Examined.To:G3}"
            );
            yield return new("firing", "a stable cycle is there", none);
            yield break;
        }
        JsonArray? Expected(double value) => textbook ? new JsonArray(value) : null;
        JsonArray Kinds(Func<FiringRange, CycleEnd> end) => new([.. firing.Select(r => (JsonNode)Kind(end(r)))]);
        yield return new(
            "firing_from",
            $"stable cycles from current{beside}",
            Numbers(firing.Select(r => r.Currents[0])),
            Expected(0.324178523),
            unit
        );
        yield return new("firing_from_kind", "which is a", Kinds(r => r.Begin));
        yield return new("firing_to", "to current", Numbers(firing.Select(r => r.Currents[^1])), Expected(1.425821477), unit);
        yield return new("firing_to_kind", "which is a", Kinds(r => r.End));
        // Ends that agree in the digits shown.
        if (firing.Any(r => r.Currents[^1] - r.Currents[0] < Narrowest * Math.Max(Math.Abs(r.Currents[0]), Math.Abs(r.Currents[^1]))))
            yield return new(
                "firing_width",
                "a range of currents as wide as",
                Numbers(firing.Select(r => r.Currents[^1] - r.Currents[0])),
                Unit: unit
            );
        yield return new(
            "firing_frequency_max",
            "highest frequency between",
            Numbers(firing.Select(r => r.Frequencies.Max())),
            Unit: "per time"
        );
    }

    private static string Kind(CycleEnd end) =>
        end switch
        {
            CycleEnd.Fold => "fold of cycles",
            CycleEnd.Hopf => "Hopf point",
            CycleEnd.Homoclinic => "homoclinic orbit",
            CycleEnd.Range => "limit of the curve shown",
            _ => "place where it cannot be followed",
        };

    /// <summary>Whether there are cycles over a range of currents that an axis can show; behind a canard it may be a billionth wide.</summary>
    private static bool IsCurve(CurrentFrequency curve) =>
        curve.Firing.Count > 0 && Fires(curve) is var (from, to) && to - from > Narrowest * Math.Max(Math.Abs(from), Math.Abs(to));

    private const double Narrowest = 1e-5;

    private static (double From, double To) Fires(CurrentFrequency curve) =>
        (curve.Firing.Min(r => r.Currents[0]), curve.Firing.Max(r => r.Currents[^1]));

    /// <summary>The axis: what was looked at, or, where cycles live on a small part of it alone, their neighbourhood.</summary>
    private static (double From, double To) Shown(CurrentFrequency curve)
    {
        const double Part = 0.05;
        var (from, to) = Fires(curve);
        var (low, high) = curve.Examined;
        return to - from > Part * (high - low) ? (low, high) : (Math.Max(low, from - (to - from)), Math.Min(high, to + (to - from)));
    }

    private static void Draw(string path, Settings s, RegimeReport report, CurrentFrequency curve)
    {
        var (low, high) = Shown(curve);
        double[] gap = [double.NaN];
        List<Curve> curves =
        [
            new(
                new(
                    "stable cycle",
                    [.. curve.Firing.SelectMany(r => r.Currents.Concat(gap))],
                    [.. curve.Firing.SelectMany(r => r.Frequencies.Concat(gap))]
                )
            ),
        ];
        (double From, double To)[] resting =
        [
            .. curve.Resting.Where(r => r.To > low && r.From < high).Select(r => (Math.Max(low, r.From), Math.Min(high, r.To))),
        ];
        if (resting.Length > 0)
            curves.Add(
                new(
                    new(
                        "stable rest state",
                        [.. resting.SelectMany(r => (double[])[r.From, r.To, double.NaN])],
                        [.. resting.SelectMany(_ => (double[])[0, 0, double.NaN])]
                    )
                )
            );
        (double Current, double Frequency)[] folds =
        [
            .. curve.Firing.Where(r => r.Begin == CycleEnd.Fold).Select(r => (r.Currents[0], r.Frequencies[0])),
            .. curve.Firing.Where(r => r.End == CycleEnd.Fold).Select(r => (r.Currents[^1], r.Frequencies[^1])),
        ];
        if (folds.Length > 0)
            curves.Add(
                new(new("fold of cycles", [.. folds.Select(f => f.Current)], [.. folds.Select(f => f.Frequency)]), CurveStyle.Points, 4)
            );
        Chart.Save(
            path,
            new("Frequency against current", Title(s)),
            new(CurrentAxis(s), Min: low, Max: high),
            new($"frequency ({StatedUnits.PerTime(s)})", Min: 0),
            curves,
            [.. report.HopfPoints.Where(p => low <= p.Current && p.Current <= high).Select(p => new Mark(p.Current, $"Hopf, {p.Kind}"))]
        );
    }

    /// <summary>What the current into the activator is called: I, unless that is a parameter of the equations, to which it is added.</summary>
    internal static string CurrentName(Settings s) => s.Parameters.ContainsKey("I") ? "current" : "I";

    /// <summary>After "current": what it is added to.</summary>
    private static string Beside(Settings s) => CurrentName(s) == "I" ? "" : $" beside I = {Equations.Number(s.Parameters["I"])}";

    /// <summary>The axis of the current into the activator.</summary>
    internal static string CurrentAxis(Settings s) =>
        StatedUnits.Label(s, s.Parameters.ContainsKey("I") ? "current beside the parameter I" : "current I", StatedUnits.OfCurrent(s));

    /// <summary>How much of its own parameter I moves the activator as a current of 1 does; null where that is not the same everywhere, or there is none.</summary>
    internal static double? OwnCurrent(Settings s)
    {
        var cells = s.Kinetics;
        if (cells.Parameters.FirstOrDefault(p => p.Name == "I") is not { } own)
            return null;
        if (cells.Forces.Skip(1).Concat(cells.Taus).Any(e => e.Symbols.Contains(own)))
            return null;
        var slope = cells.Forces[0].Derive(own);
        if (slope.Symbols.Any(x => x is not Parameter || x == own))
            return null;
        double per = slope.Evaluate((Symbol x) => s.Parameters[x.Name]);
        return per != 0 && double.IsFinite(per) ? 1 / per : null;
    }

    /// <summary>The same currents as values of the equations' own parameter I, where it is one.</summary>
    private static IEnumerable<Finding> AsOwn(Settings s, string key, IEnumerable<double> currents)
    {
        if (OwnCurrent(s) is { } per)
            yield return new(
                key,
                "which is at I",
                Numbers(currents.Select(i => s.Parameters["I"] + per * i)),
                Unit: StatedUnits.Of(s, "I")
            );
    }

    /// <summary>The model, its parameters and the current, unless that is an axis.</summary>
    internal static string Title(Settings s, double? current = null) =>
        string.Join(
            ", ",
            [
                s.Kinetics.Name,
                .. s.Parameters.Select(p => $"{p.Key} = {Equations.Number(p.Value)}"),
                .. current is { } i ? [$"{CurrentName(s)} = {Equations.Number(i)}"] : Array.Empty<string>(),
            ]
        );

    internal static JsonArray Numbers(IEnumerable<double> values) => new([.. values.Select(x => (JsonNode)x)]);
}
