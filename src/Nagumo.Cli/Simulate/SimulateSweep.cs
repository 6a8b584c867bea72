using System.Text.Json.Nodes;
using Nagumo.Media;
using Nagumo.Plots;

namespace Nagumo.Cli;

/// <summary><c>nagumo simulate sweep</c> and its preset <c>hopf</c>: a parameter scanned across an onset.</summary>
internal static class SimulateSweep
{
    /// <summary>The onset of oscillation, against the current.</summary>
    public static Phenomenon Hopf { get; } =
        new(
            "hopf",
            "the onset of oscillation: amplitude and rates against the current, exponent, critical slowing down",
            new Dictionary<string, double>
            {
                ["k"] = 1,
                ["gamma"] = 0.25,
                ["a"] = 0,
                ["tau"] = 2,
            },
            [
                .. Distances(0.0005, 0.02, " (1: theory has the cycle as large as the neuron's own length)"),
                Setting.Word("branch", "lower", "which Hopf current", "lower", "upper"),
            ],
            RunHopf
        )
        {
            HasTrajectory = false,
        };

    /// <summary>The onset of a Turing pattern, against the inhibitors' diffusion.</summary>
    public static Phenomenon Turing { get; } =
        new(
            "sweep",
            "the onset of a Turing pattern: amplitude and rates against d_v, exponent, critical slowing down",
            new Dictionary<string, double>
            {
                ["k"] = 1,
                ["gamma"] = 0.5,
                ["a"] = 0,
                ["tau"] = 0.2,
            },
            [
                .. Distances(0.0005, 0.02),
                Setting.Whole("cells", 240, "neurons", 3, 100_000),
                Setting.Number("d_u", 1, "diffusion of activators, neurons² per time", min: 0),
                Setting.Number("current", 0, "current into every activator"),
                Setting.Whole("mode", 0, "mode that is followed; 0: the first to become unstable", 0, 100_000),
            ],
            RunTuring
        )
        {
            HasTrajectory = false,
        };

    private static Setting[] Distances(double from, double to, string unit = "") =>
        [
            Setting.Number("from", from, $"smallest distance from the onset{unit}", min: 1e-9, max: 10),
            Setting.Number("to", to, $"largest distance from the onset{unit}", min: 1e-9, max: 10),
            Setting.Whole("points", 8, "distances, in equal ratios, on both sides", 3, 1000),
        ];

    private static Findings RunHopf(Simulation run)
    {
        var s = run.Settings;
        var neuron = new PlanarNeuron(s.Kinetics, s.Parameters);
        var all = new RestCurve(neuron).HopfPoints;
        if (all.Count == 0)
            throw new InputException(
                "this neuron has no Hopf current: its inhibitor is too fast to let it oscillate. Raise tau (above gamma/k and gamma² for FitzHugh–Nagumo)."
            );
        var onset = s.Word("branch") == "lower" ? all[0] : all[^1];
        double unit = HopfSweep.Unit(neuron, onset);
        var sweep = HopfSweep.Run(neuron, onset, [.. Spaced(s).Select(d => d * unit)], f => run.Progress(f, "distances"), run.Cancel);
        string where = SimulateNeuron.Title(s);
        var items = new List<Finding>
        {
            new(
                "onset_theory",
                "Hopf current, theory",
                onset.Current,
                s.ArePublished("from", "to", "points") ? -3.07907222 : null,
                StatedUnits.OfCurrent(s)
            ),
            new("lyapunov", "first Lyapunov coefficient", onset.Lyapunov, s.ArePublished("from", "to", "points") ? -0.0685483871 : null),
            new("period_at_onset", "period towards the onset", sweep.Points[0].Period, 2 * Math.PI / onset.Omega, "time"),
        };
        return Report(
            run,
            sweep,
            items,
            $"onset of oscillation: {where}",
            where,
            SimulateNeuron.CurrentAxis(s),
            StatedUnits.Label(s, $"half peak-to-peak of {s.Kinetics.Fields[0].Name}", StatedUnits.OfField(s, 0))
        );
    }

    private static Findings RunTuring(Simulation run)
    {
        var s = run.Settings;
        var neuron = new PlanarNeuron(s.Kinetics, s.Parameters);
        var options = new ChainOptions(s.Whole("cells"), s["d_u"], 0, s["current"]);
        RestState[] stable = [.. new RestCurve(neuron).At(options.Current).Where(r => r.IsStable)];
        var rest =
            StatedStart.Choose(neuron, options.Current, stable)
            ?? stable.FirstOrDefault()
            ?? throw new InputException(
                $"current = {Equations.Number(options.Current)}: the single neuron has no stable rest state. Lower tau."
            );
        var sweep = TuringSweep.Run(
            neuron,
            options,
            rest,
            s.Whole("mode") == 0 ? null : s.Whole("mode"),
            Spaced(s),
            f => run.Progress(f, "distances"),
            run.Cancel
        );
        string where = $"{options.Cells} neurons, {SimulateNeuron.Title(s, options.Current)}, D_{{u}} = {Equations.Number(s["d_u"])}";
        var items = new List<Finding>
        {
            new("onset_theory", "onset d_v of the mode, theory", sweep.Onset, s.ArePublished("from", "to", "points") ? 2.914223740 : null),
        };
        return Report(
            run,
            sweep,
            items,
            $"onset of a Turing pattern: {where}",
            where,
            $"inhibitor diffusion D_{{v}} ({StatedUnits.InTime(s, "neurons² per time")})",
            StatedUnits.Label(s, $"amplitude of the mode in {s.Kinetics.Fields[0].Name}", StatedUnits.OfField(s, 0))
        );
    }

    /// <summary>Largest deviation from theory, in percent, with which a measurement confirms it.</summary>
    private const double Allowed = 10;

    private static double[] Spaced(Settings s)
    {
        double from = s["from"],
            to = s["to"];
        int count = s.Whole("points");
        if (!(from < to))
            throw new InputException($"from = {Equations.Number(from)}, to = {Equations.Number(to)}: give from < to.");
        return [.. Enumerable.Range(0, count).Select(i => from * Math.Pow(to / from, i / (count - 1.0)))];
    }

    private static Findings Report(
        Simulation run,
        OnsetSweep sweep,
        List<Finding> items,
        string title,
        string where,
        string labelX,
        string labelY
    )
    {
        JsonObject Percent(double value, double percent) =>
            Finding.Range(value - Math.Abs(value) * percent / 100, value + Math.Abs(value) * percent / 100);
        items.AddRange([
            new("onset_by_amplitude", "onset, A² extrapolated to 0", sweep.OnsetByAmplitude, Percent(sweep.Onset, 0.5)),
            new("onset_by_growth", "onset, growth rate extrapolated to 0", sweep.OnsetByGrowth, Percent(sweep.Onset, 0.5)),
            new("exponent", "exponent of the amplitude", sweep.Exponent, Finding.Range(0.48, 0.52)),
            new(
                "critical_slope_per_time",
                "at the onset: d(A⁻²)/dt",
                sweep.CriticalSlope,
                Percent(sweep.CriticalSlopeTheory, 2),
                "per time"
            ),
            new(
                "growth_worst_percent",
                "growth above, largest deviation from theory",
                Worst(p => p.Growth / p.GrowthTheory),
                Finding.Range(0, 2),
                "%"
            ),
            new(
                "decay_worst_percent",
                "decay below, largest deviation from theory",
                Worst(p => p.Decay / p.DecayTheory),
                Finding.Range(0, 2),
                "%"
            ),
            new(
                "return_nearest_percent",
                "return above, deviation from −2 growth next to the onset",
                100 * Math.Abs(sweep.Points[0].Return / sweep.Points[0].ReturnTheory - 1),
                Finding.Range(0, 2),
                "%"
            ),
            new("distances", "distances", SimulateNeuron.Numbers(sweep.Points.Select(p => p.Distance)), Detail: true),
            new("amplitudes", "amplitudes", SimulateNeuron.Numbers(sweep.Points.Select(p => p.Amplitude)), Detail: true),
            new(
                "amplitudes_theory",
                "amplitudes, theory",
                SimulateNeuron.Numbers(sweep.Points.Select(p => p.AmplitudeTheory)),
                Detail: true
            ),
        ]);
        var pictures = new List<string>();
        pictures.AddRange(run.Draw("onset", path => Onset(path, sweep, where, labelX, labelY)));
        pictures.AddRange(run.Draw("slowing-down", path => SlowingDown(path, run.Settings, sweep, where, labelX)));
        // What theory does not describe is no measurement of its onset.
        string? off =
            !(Math.Abs(sweep.Exponent - 0.5) <= 0.05) ? $"the exponent {sweep.Exponent:G3} is not 1/2"
            : !(Worst(p => p.Amplitude / p.AmplitudeTheory) <= 10 * Allowed) ? "amplitudes are far from a square root"
            : !(Worst(p => p.Growth / p.GrowthTheory) <= Allowed) ? "growth above the onset is not that of the linearisation"
            : !(Worst(p => p.Decay / p.DecayTheory) <= Allowed) ? "decay below the onset is not that of the linearisation"
            : !(Math.Abs(sweep.CriticalSlope / sweep.CriticalSlopeTheory - 1) <= Allowed / 100)
                ? "the slowing down is not that of the cubic term"
            : null;
        if (off is not null)
            items.Insert(
                0,
                new(
                    "verdict",
                    "NO agreement with theory",
                    $"{off}: the distances leave the range of the square root; give smaller from and to"
                )
            );
        return new(title, items, pictures, off is null);

        double Worst(Func<OnsetPoint, double> ratio) => sweep.Points.Max(p => 100 * Math.Abs(ratio(p) - 1));
    }

    private static void Onset(string path, OnsetSweep sweep, string where, string labelX, string labelY)
    {
        double farthest = sweep.Points[^1].Distance;
        double At(double distance) => sweep.Onset + sweep.Scale * distance;
        var p = sweep.Points;
        // The theory's square root, from its own last value.
        double scale = p[^1].AmplitudeTheory / Math.Sqrt(farthest);
        double[] fine = [.. Enumerable.Range(0, 400).Select(i => farthest * Math.Pow(i / 399.0, 2))];
        double[] below = [.. p.Select(x => -x.Distance).Reverse()];
        Chart.Save(
            path,
            new("Order parameter across the onset", where),
            new(labelX),
            new(labelY, Min: 0),
            [
                new(new("theory: square root", [.. fine.Select(At)], [.. fine.Select(d => scale * Math.Sqrt(d))]), CurveStyle.Dashed, 6),
                new(
                    new(
                        "measured",
                        [.. below.Concat(p.Select(x => x.Distance)).Select(At)],
                        [.. below.Select(_ => 0.0), .. p.Select(x => x.Amplitude)]
                    ),
                    CurveStyle.Points,
                    0
                ),
            ],
            [new(sweep.Onset, "onset, theory")]
        );
    }

    private static void SlowingDown(string path, Settings s, OnsetSweep sweep, string where, string labelX)
    {
        double At(double distance) => sweep.Onset + sweep.Scale * distance;
        var p = sweep.Points;
        double[] above = [.. p.Select(x => At(x.Distance))],
            below = [.. p.Select(x => At(-x.Distance))];
        Chart.Save(
            path,
            new("Critical slowing down", where),
            new(labelX),
            new($"rate of a small disturbance ({StatedUnits.InTime(s, "per time")})"),
            [
                new(
                    new(
                        "theory",
                        [.. below.Reverse(), sweep.Onset, .. above],
                        [.. p.Select(x => x.DecayTheory).Reverse(), 0, .. p.Select(x => x.GrowthTheory)]
                    ),
                    CurveStyle.Dashed,
                    6
                ),
                new(new("", [sweep.Onset, .. above], [0, .. p.Select(x => x.ReturnTheory)]), CurveStyle.Dashed, 6),
                new(new("decay to rest, below", below, [.. p.Select(x => x.Decay)]), CurveStyle.Points, 0),
                new(new("growth from rest, above", above, [.. p.Select(x => x.Growth)]), CurveStyle.Points, 1),
                new(new("return to the new state, above", above, [.. p.Select(x => x.Return)]), CurveStyle.Points, 2),
            ],
            [new(sweep.Onset, "onset, theory")]
        );
    }
}
