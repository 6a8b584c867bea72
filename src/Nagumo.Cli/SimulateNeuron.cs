using System.Globalization;
using System.Text.Json.Nodes;
using Nagumo.Data;
using Nagumo.Media;
using Nagumo.Plots;

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
            Keys(current: 0.5, kick: 0.1, time: 160),
            Run
        );

    /// <summary>The action potential of the textbook's excitable neuron.</summary>
    public static Phenomenon Spike { get; } =
        new(
            "spike",
            "an action potential: an excitable neuron answers a kick beyond its threshold",
            new Dictionary<string, double> { ["tau"] = 12.5 },
            Keys(current: 0, kick: 1, time: 80),
            Run
        );

    private static IReadOnlyList<Setting> Keys(double current, double kick, double time) =>
        [
            Setting.Number("current", current, "current into the activator"),
            Setting.Number("kick", kick, "added to u of the first rest state at time 0"),
            Setting.Number("time", time, "simulated time, activator time constants", min: 1e-6, max: 1e7),
            Setting.Whole("samples", 2001, "points of the time course", 2, 10_000_000),
            Setting.Number("tolerance", 1e-10, "relative error of a step", min: 1e-14, max: 0.01),
            Setting.Whole("curve", 81, "currents of the f–I curve; 0 leaves it out", 0, 10_000),
        ];

    private static Findings Run(Simulation run)
    {
        var s = run.Settings;
        double current = s["current"],
            kick = s["kick"];
        var neuron = new PlanarNeuron(s.Neuron, s.Parameters);
        var whole = RegimeReport.Of(neuron, current);
        // A sine has thousands of them: what matters is near.
        var report = whole with
        {
            SaddleNodes = [.. whole.SaddleNodes.OrderBy(i => Math.Abs(i - current)).Take(Nearest).Order()],
            HopfPoints = [.. whole.HopfPoints.OrderBy(p => Math.Abs(p.Current - current)).Take(Nearest).OrderBy(p => p.Current)],
        };
        // A kick begins where the neuron would stay: at its first stable rest state.
        var rest = report.Rest.FirstOrDefault(r => r.IsStable) ?? report.Rest[0];
        var course = TimeCourse.Run(neuron, current, rest.U + kick, rest.V, s["time"], s.Whole("samples"), s["tolerance"], run.Cancel);
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
                        new("time (activator time constants)", Min: 0, Max: course.Times[^1]),
                        new("activator u, inhibitor v (dimensionless)"),
                        [
                            new(new("activator u", course.Times, course.U)),
                            new(new("inhibitor v", course.Times, course.V)),
                            new(new("u at rest", [0, course.Times[^1]], [rest.U, rest.U]), CurveStyle.Dashed, 0),
                        ]
                    )
            )
        );
        pictures.AddRange(run.Draw("phase-plane", path => PhasePlane(path, where, neuron, current, report, course)));
        if (s.Whole("curve") >= 3 && !run.Cancel.IsCancellationRequested && Range(report, current) is { } range)
            pictures.AddRange(Frequencies(run, where, neuron, report, range, s.Whole("curve")));
        return new(
            $"{report.Regime.ToString().ToLowerInvariant()} neuron: {where}",
            [.. Left(whole), .. Items(run, neuron, report, rest, kick, course)],
            pictures,
            report.Confirmed
        );
    }

    private const int Nearest = 4;

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
        TimeCourse course
    )
    {
        var s = run.Settings;
        bool spike = s.Whole("curve") >= 0 && s["current"] == 0 && IsTextbook(s);
        var items = new List<Finding>
        {
            new("regime", "regime", report.Regime.ToString().ToLowerInvariant(), spike ? "excitable" : null),
            new("confirmed_by_run", "confirmed by a run", report.Confirmed ? "yes" : "no"),
            new("rest_u", "rest u", Numbers(report.Rest.Select(r => r.U)), spike ? new JsonArray(-1.19940804) : null),
            new("rest_v", "rest v", Numbers(report.Rest.Select(r => r.V)), spike ? new JsonArray(-0.62426004) : null),
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
        };
        if (report.SaddleNodes.Count > 0)
            items.Add(new("saddle_node_currents", "saddle-node currents", Numbers(report.SaddleNodes)));
        if (report.HopfPoints.Count > 0)
        {
            items.Add(
                new(
                    "hopf_currents",
                    "Hopf currents",
                    Numbers(report.HopfPoints.Select(p => p.Current)),
                    IsTextbook(s) ? new JsonArray(0.331281337, 1.418718663) : null
                )
            );
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
            items.Add(
                new(
                    "hopf_kind",
                    "so the onset is",
                    new JsonArray([.. report.HopfPoints.Select(p => (JsonNode)(p.IsSupercritical ? "supercritical" : "subcritical"))])
                )
            );
        }
        if (report.Cycle is { } cycle)
        {
            items.Add(
                new("period", "period of the cycle", cycle.Period, IsTextbook(s) && s["current"] == 0.5 ? 39.47441498 : null, "time")
            );
            items.Add(new("cycle_u_min", "its smallest u", cycle.UMin, IsTextbook(s) && s["current"] == 0.5 ? -1.97040675 : null));
            items.Add(new("cycle_u_max", "its largest u", cycle.UMax, IsTextbook(s) && s["current"] == 0.5 ? 1.85211747 : null));
            items.Add(new("floquet_exponent_per_time", "its Floquet exponent", cycle.FloquetExponent, Unit: "per time"));
        }
        if (report.Pulse is { } pulse)
        {
            items.Add(new("pulse_gain", "largest gain of a kick", pulse.Gain));
            if (report.Regime == Regime.Excitable)
                items.Add(
                    spike
                        ? new(
                            "threshold_kick",
                            "smallest kick that spikes (peak 0.5)",
                            PulseTest.ThresholdFor(neuron, 0, rest, 0.5, 1),
                            Finding.Range(0.5554648, 0.5554649)
                        )
                        : new("threshold_kick", "smallest kick that spikes", pulse.Threshold)
                );
        }
        items.Add(
            new(
                "peak_u",
                kick < 0 ? "lowest u of this run" : "highest u of this run",
                // On the orbit itself, not on the samples.
                rest.IsStable
                && kick != 0
                    ? PulseTest.Farthest(neuron, s["current"], rest, kick)
                    : course.U.Max(),
                spike && kick == 1 ? 1.79343208 : null
            )
        );
        return items;
    }

    private static bool IsTextbook(Settings s) => s.ArePublished("current", "kick", "time", "samples", "tolerance", "curve");

    private static void PhasePlane(string path, string where, PlanarNeuron neuron, double current, RegimeReport report, TimeCourse course)
    {
        double[] us = [.. course.U, .. report.Rest.Select(r => r.U)],
            vs = [.. course.V, .. report.Rest.Select(r => r.V)];
        var u = Wider(us);
        var v = Wider(vs);
        var (u0, v0) = Nullcline.Of(neuron, current, 0, u, v);
        var (u1, v1) = Nullcline.Of(neuron, current, 1, u, v);
        var stable = report.Rest.Where(r => r.IsStable).ToArray();
        var unstable = report.Rest.Where(r => !r.IsStable).ToArray();
        List<Curve> curves =
        [
            new(new("u' = 0", u0, v0), CurveStyle.Dashed, 0),
            new(new("v' = 0", u1, v1), CurveStyle.Dashed, 1),
            new(new("trajectory", course.U, course.V), CurveStyle.Line, 6),
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
            new("activator u (dimensionless)", Min: u.Low, Max: u.High),
            new("inhibitor v (dimensionless)", Min: v.Low, Max: v.High),
            curves,
            square: true
        );

        static (double Low, double High) Wider(double[] values)
        {
            double low = values.Min(),
                high = values.Max(),
                air = 0.12 * Math.Max(high - low, 0.5);
            return (low - air, high + air);
        }
    }

    /// <summary>A little beyond the currents between which the neuron changes its regime.</summary>
    private static (double From, double To)? Range(RegimeReport report, double current)
    {
        double[] special = [.. report.HopfPoints.Select(p => p.Current), .. report.SaddleNodes];
        if (report.HopfPoints.Count == 0)
            return null;
        double low = Math.Min(special.Min(), current),
            high = Math.Max(special.Max(), current),
            air = 0.08 * Math.Max(high - low, 0.1);
        return (low - air, high + air);
    }

    private static IEnumerable<string> Frequencies(
        Simulation run,
        string where,
        PlanarNeuron neuron,
        RegimeReport report,
        (double From, double To) range,
        int count
    )
    {
        run.Progress(0, "f–I curve");
        double width = range.To - range.From;
        // Denser about the Hopf currents, where a cycle may coexist with rest.
        double[] wanted =
        [
            .. Enumerable
                .Range(0, count)
                .Select(i => range.From + width * i / (count - 1))
                .Concat(
                    report.HopfPoints.SelectMany(h =>
                        Enumerable.Range(-12, 25).Select(i => h.Current + Math.Sign(i) * i * i * width / 6000)
                    )
                )
                .Where(x => x >= range.From && x <= range.To)
                .Distinct()
                .Order(),
        ];
        var points = CurrentFrequency.Run(neuron, wanted, run.Cancel);
        double[] currents = [.. points.Select(p => p.Current)];
        return run.Draw(
            "frequency",
            path =>
                Chart.Save(
                    path,
                    new("Frequency against current", where),
                    new("current I (dimensionless)", Min: range.From, Max: range.To),
                    new("frequency (per activator time constant)", Min: 0),
                    [
                        new(new("stable cycle", currents, [.. points.Select(p => p.Frequency ?? double.NaN)])),
                        new(new("stable rest state", currents, [.. points.Select(p => p.Rests ? 0 : double.NaN)])),
                    ],
                    [
                        .. report.HopfPoints.Select(p => new Mark(
                            p.Current,
                            $"Hopf, {(p.IsSupercritical ? "supercritical" : "subcritical")}"
                        )),
                    ]
                )
        );
    }

    /// <summary>The model, its parameters and the current.</summary>
    internal static string Title(Settings s, double current) =>
        $"{s.Neuron.Name}, {string.Join(", ", s.Parameters.Select(p => $"{p.Key} = {Equations.Number(p.Value)}"))}, I = {Equations.Number(current)}";

    internal static JsonArray Numbers(IEnumerable<double> values) => new([.. values.Select(x => (JsonNode)x)]);
}
