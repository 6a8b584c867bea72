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
                Setting.Number("kick", 2.5, "added to u of the first neurons at time 0"),
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
        var neuron = new PlanarNeuron(s.Neuron, s.Parameters);
        var chain = new Chain(neuron, new(s.Whole("cells"), s["d_u"], s["d_v"], s["current"]));
        var rest =
            new RestCurve(neuron).At(s["current"]).FirstOrDefault(r => r.IsStable)
            ?? throw new InputException(
                $"current = {Equations.Number(s["current"])}: the neuron has no stable rest state, so the chain oscillates by itself. Choose a current outside its Hopf currents (nagumo simulate neuron)."
            );
        var pulse = TravellingPulse.Run(
            chain,
            rest,
            s["kick"],
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
        var pictures =
            course.States.Count < 2
                ? []
                : run.Draw(
                        "space-time",
                        path =>
                            SpaceTimePicture.Save(
                                path,
                                new(pulse.Speed is null ? "A pulse dies" : "A travelling action potential", where),
                                [.. course.States.Select(x => x[..chain.Cells])],
                                course.Times[^1],
                                rest.U,
                                "activator u"
                            )
                    )
                    .ToList();
        double? expected =
            s.ArePublished("cells", "d_u", "gamma", "kick", "width", "every", "tolerance", "time")
            && Published.TryGetValue((s.Parameters["gamma"], s["d_u"]), out double published)
                ? published
                : null;
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
            new("speed_per_root_d_u", "speed / √D_u (0.81 in the continuum at γ = 0.8)", (pulse.Speed ?? double.NaN) / Math.Sqrt(s["d_u"])),
            new("peak_u", "highest u in the middle", pulse.Peak, s.ArePublished("every", "tolerance", "time") ? Within(1.56162) : null),
            new("rest_u", "rest u", rest.U),
            new("steps", "steps", course.Steps),
        };
        return new($"{(pulse.Speed is null ? "no pulse" : "travelling pulse")}: {where}", items, pictures);
    }
}
