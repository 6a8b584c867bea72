using System.Globalization;
using System.Text.Json.Nodes;
using Nagumo.Data;
using Nagumo.Media;
using Nagumo.Plots;

namespace Nagumo.Cli;

/// <summary><c>nagumo simulate pulse</c>: an action potential travels along a chain.</summary>
internal static class SimulatePulse
{
    /// <summary>The textbook's excitable neurons, coupled.</summary>
    public static Phenomenon Pulse { get; } =
        new(
            "pulse",
            "an action potential travels along a chain of excitable neurons",
            new Dictionary<string, double> { ["tau"] = 12.5 },
            [
                Setting.Whole("cells", 200, "neurons", 30, 1_000_000),
                Setting.Number("d_u", 1, "diffusion of activators, neurons² per time", min: 0),
                Setting.Number("d_v", 0, "diffusion of inhibitors, neurons² per time", min: 0),
                Setting.Number("current", 0, "current into every activator"),
                Setting.Auto(
                    "kick",
                    "added to u of the first neurons at time 0; auto: 2.5 in the neuron's own unit, towards its threshold"
                ),
                Setting.Whole("width", 10, "neurons that are kicked", 1, 100_000),
                Setting.Number("every", 0.25, "time between kept states", min: 1e-6, max: 1e6),
                Setting.Number("tolerance", 1e-8, "error of a step", min: 1e-13, max: 0.1),
                Setting.Number("time", 5000, "longest simulated time", min: 1, max: 1e7),
            ],
            Run
        );

    /// <summary>What finite steps and samples in time leave open of a speed or a peak: 0.2 %.</summary>
    private static JsonObject Within(double value) => Finding.Range(Math.Round(0.998 * value, 4), Math.Round(1.002 * value, 4));

    /// <summary>Speeds by γ and D_u at k = 1, a = 0.7, τ = 12.5, I = 0, extrapolated to infinitely small steps; NaN where the lattice stops the pulse.</summary>
    private static readonly Dictionary<(double Gamma, double Du), double> Published = new()
    {
        [(0.8, 0.1)] = double.NaN,
        [(0.8, 0.25)] = 0.3311,
        [(0.8, 1)] = 0.77998,
        [(0.8, 4)] = 1.60855,
        [(0.8, 16)] = 3.23967,
        [(0.5, 0.02)] = double.NaN,
        [(0.5, 0.05)] = 0.1665,
        [(0.5, 0.25)] = 0.4973,
        [(0.5, 1)] = 1.0581,
        [(0.5, 4)] = 2.1518,
        [(0.5, 16)] = 4.3212,
    };

    private static Findings Run(Simulation run)
    {
        var s = run.Settings;
        var neuron = new PlanarNeuron(s.Kinetics, s.Parameters);
        var chain = new Chain(neuron, new(s.Whole("cells"), s["d_u"], s["d_v"], s["current"]));
        double current = s["current"];
        var stable = new RestCurve(neuron).At(current).Where(r => r.IsStable).ToArray();
        if (stable.Length == 0)
            throw new InputException(
                $"current = {Equations.Number(current)}: the neuron has no stable rest state, so the chain oscillates by itself. Choose a current outside its Hopf currents (nagumo simulate neuron)."
            );
        var rest = StatedStart.Choose(neuron, current, stable) ?? stable[(stable.Length - 1) / 2];
        var pulse = TravellingPulse.Run(
            chain,
            rest,
            s.Given("kick"),
            s.Whole("width"),
            s["every"],
            s["tolerance"],
            s["time"],
            f => run.Progress(f, "passed"),
            run.Cancel
        );
        var course = pulse.Course;
        run.Keep(
            ("time", new NpyArray(course.Times.ToArray(), course.Times.Count)),
            ("u", SimulateChain.Field(course, 0, chain.Cells)),
            ("v", SimulateChain.Field(course, chain.Cells, chain.Cells)),
            ("arrival_time", new NpyArray(pulse.Arrivals.ToArray(), chain.Cells))
        );
        string where = SimulateChain.Title(s);
        var last = course.States[^1];
        // A front leaves the neurons in another state; a pulse, where they were.
        int passed = chain.Cells / 4;
        bool front = pulse.Speed is not null && stable.Any(r => r != rest && Math.Abs(last[passed] - r.U) < 0.1 * Math.Abs(rest.U - r.U));
        string name = front ? "front" : "action potential";
        var pictures =
            course.States.Count < 2
                ? []
                : run.Draw(
                        "space-time",
                        path =>
                            SpaceTimePicture.Save(
                                path,
                                new(pulse.Speed is null ? "A pulse dies" : $"A travelling {name}", where),
                                [.. course.States.Select(x => x[..chain.Cells])],
                                course.Times[^1],
                                rest.U,
                                SimulateNeuron.Axis(s, 0),
                                labelTime: StatedUnits.TimeAxis(s)
                            )
                    )
                    .ToList();
        double? expected =
            s.ArePublished("cells", "d_u", "gamma", "kick", "width", "every", "tolerance", "time")
            && Published.TryGetValue((s.Parameters["gamma"], s["d_u"]), out double published)
                ? published
                : null;
        var test = PulseTest.Run(neuron, current, rest, CancellationToken.None);
        double threshold = test.IsExcitable ? test.Threshold : double.NaN;
        var items = new List<Finding>
        {
            new(
                "arrives",
                "arrives at the far end",
                pulse.Speed is null ? "no" : "yes",
                expected is { } e
                    ? double.IsNaN(e)
                        ? "no"
                        : "yes"
                    : null
            ),
            new(
                "speed_neurons_per_time",
                "speed",
                pulse.Speed ?? double.NaN,
                expected is { } speed && !double.IsNaN(speed) ? Within(speed) : null,
                "neurons per time"
            ),
            new(
                "speed_per_root_d_u",
                $"speed / √D_u{(s.Kinetics.Name == Phenomenon.DefaultNeuron ? " (0.81 in the continuum at γ = 0.8)" : "")}",
                (pulse.Speed ?? double.NaN) / Math.Sqrt(s["d_u"])
            ),
            new(
                "peak_u",
                $"highest {s.Kinetics.Fields[0].Name} in the middle",
                pulse.Peak,
                s.ArePublished("every", "tolerance", "time") ? Within(1.56162) : null,
                StatedUnits.OfField(s, 0)
            ),
            new("rest_u", $"rest {s.Kinetics.Fields[0].Name}", rest.U, Unit: StatedUnits.OfField(s, 0)),
            new("kick", "kick", pulse.Kick, Unit: StatedUnits.OfField(s, 0)),
            new("threshold", "threshold of one neuron alone", threshold, Unit: StatedUnits.OfField(s, 0)),
            new("steps", "steps", course.Steps),
        };
        if (stable.Length > 1)
            items.Add(new("stable", "stable rest states", new JsonArray([.. stable.Select(r => (JsonNode)r.U)]), Detail: false));
        return new(
            $"{(pulse.Speed is null ? "no pulse" : front ? "travelling front" : "travelling pulse")}: {where}",
            items,
            pictures,
            Converged: pulse.Speed is not null || run.Cancel.IsCancellationRequested,
            Why: pulse.Speed is null ? Why(s, pulse, threshold) : null
        );
    }

    /// <summary>Why no pulse arrived, and what to do.</summary>
    private static string Why(Settings s, TravellingPulse pulse, double threshold)
    {
        static string Short(double x) => x.ToString("G5", CultureInfo.InvariantCulture);
        int kicked = s.Whole("width"),
            farthest = pulse.Arrivals.ToList().FindLastIndex(double.IsFinite) + 1;
        double end = pulse.Course.Times[^1];
        bool over = end >= s["time"] - s["every"];
        if (double.IsNaN(threshold))
            return "the neuron is not excitable at this current: a kick just decays. Choose one that is (nagumo simulate neuron).";
        if (over && farthest > 2 * kicked)
            return $"it had come to neuron {farthest - 1} of {s.Whole("cells")} when the time was over. Simulate longer (time).";
        if (Math.Abs(pulse.Kick) < Math.Abs(threshold) || pulse.Kick * threshold < 0)
            return $"kick = {Short(pulse.Kick)} is below the threshold of one neuron alone, {Short(threshold)}. Raise it.";
        return farthest <= 2 * kicked
            ? $"it came to neuron {farthest - 1} only and died by t = {Short(end)}: the neighbours draw off the kick, or d_u = {Equations.Number(s["d_u"])} couples too weakly to pass it on. Raise kick, width or d_u."
            : $"it came to neuron {farthest - 1} and died by t = {Short(end)}: the medium does not carry a pulse. Raise d_u or the inhibitor's tau.";
    }
}
