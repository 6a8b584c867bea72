using System.Globalization;
using System.Numerics;
using System.Text.Json.Nodes;
using Nagumo.Media;

namespace Nagumo.Cli;

/// <summary>The phenomena of two-dimensional sheets: spiral and target waves, Turing's spots, holes and labyrinths.</summary>
internal static class SimulateSheet
{
    /// <summary>Steps between looks at probes.</summary>
    private const double LookEvery = 0.04;

    /// <summary>Looks between searches for the tip.</summary>
    private const int TipEvery = 5;

    private static readonly Dictionary<string, double> SpiralNeuron = new()
    {
        ["gamma"] = 0.5,
        ["a"] = 0.7,
        ["tau"] = 11,
    };

    private static readonly Dictionary<string, double> TargetNeuron = new()
    {
        ["gamma"] = 0.5,
        ["a"] = 0.7,
        ["tau"] = 12.5,
    };

    public static IReadOnlyList<Phenomenon> All { get; } =
    [
        new(
            "spiral",
            "a spiral wave from a broken front: period, and the path of its tip",
            SpiralNeuron,
            Keys(size: 120, time: 800, step: 0.02, du: 4, dv: 0),
            s => In(s, Spiral<float>, Spiral<double>)
        ),
        new(
            "target",
            "rings around a pacemaker, a disc of current: their period and speed",
            TargetNeuron,
            [
                .. Keys(size: 200, time: 400, step: 0.04, du: 1, dv: 0),
                Setting.Number("radius", 10, "radius of the pacemaker, cells", 0, 32768),
                Setting.Number("current", 0.5, "its current"),
            ],
            s => In(s, Target<float>, Target<double>)
        ),
        Turing("spots", "Turing pattern: islands of high activator", 0.2, 8.455),
        Turing("holes", "Turing pattern: islands of low activator", -0.25, 10.237),
        Turing("labyrinth", "Turing pattern: winding stripes", 0, 5.828),
    ];

    private static Phenomenon Turing(string name, string summary, double a, double dv) =>
        new(
            name,
            summary,
            new Dictionary<string, double>
            {
                ["gamma"] = 0.5,
                ["a"] = a,
                ["tau"] = 0.2,
            },
            [
                .. Keys(size: 96, time: 1500, step: 0, du: 1, dv, SheetMethod.SemiImplicit),
                Setting.Number("noise", 0.05, "standard deviation of the activators' start around rest", 0, 10),
            ],
            s => In(s, r => Pattern<float>(r, name), r => Pattern<double>(r, name))
        );

    private static Setting[] Keys(int size, double time, double step, double du, double dv, SheetMethod method = SheetMethod.Explicit) =>
        [
            Setting.Whole("size", size, "cells per side", 8, 8192),
            Setting.Number("time", time, "time to simulate", 0, 1e7),
            Setting.Number("step", step, "time step; 0 takes 0.8 of the limit of the method, at most 0.08", 0, 1e3),
            Setting.Word(
                "method",
                method == SheetMethod.Explicit ? "explicit" : "semi-implicit",
                "of the time step: all explicit, or diffusion implicit",
                "explicit",
                "semi-implicit"
            ),
            Setting.Number("d_u", du, "diffusion of the activator, cells² per unit of time", 0, 1e6),
            Setting.Number("d_v", dv, "diffusion of the first inhibitor, the same times tau", 0, 1e6),
            Setting.Word("edges", "zero-flux", "what lies beyond the edges", "zero-flux", "periodic"),
            Setting.Word("precision", "single", "arithmetic", "single", "double"),
            Setting.Whole("frames", 60, "frames of the film; 0 for none", 0, 2000),
        ];

    private static Findings In(Simulation s, Func<Simulation, Findings> single, Func<Simulation, Findings> @double) =>
        s.Settings.Word("precision") == "single" ? single(s) : @double(s);

    private static SheetOptions Options(Settings s)
    {
        int size = s.Whole("size");
        var diffusion = new Dictionary<string, double> { [s.Neuron.U.Name] = s["d_u"] };
        if (s.Neuron.Inhibitors.Count > 0)
            diffusion[s.Neuron.Inhibitors[0].Name] = s["d_v"];
        else if (s["d_v"] > 0)
            throw new InputException($"d_v = {Equations.Number(s["d_v"])}: '{s.Neuron.Name}' has no inhibitor; set it to 0.");
        var edges = s.Word("edges") == "periodic" ? SheetEdges.Periodic : SheetEdges.ZeroFlux;
        var method = s.Word("method") == "explicit" ? SheetMethod.Explicit : SheetMethod.SemiImplicit;
        var options = new SheetOptions(s.Neuron, size, size, s["step"] > 0 ? s["step"] : 1, diffusion, s.Parameters, edges, method);
        return s["step"] > 0 ? options : options with { Dt = 0.8 * SheetStart.StableStep(options) };
    }

    private static Findings Spiral<T>(Simulation s)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        RequireInhibitor(s, "a spiral");
        var options = Options(s.Settings);
        using var run = new SheetRun<T>(s, options);
        var sheet = run.Sheet;
        SheetStart.BrokenWave(sheet, SheetStart.Rest(options));
        var tip = new TipPath();
        var probe = new Passages();
        int at = (int)(0.15 * options.Rows),
            every = Math.Max(1, (int)Math.Round(LookEvery / options.Dt)),
            looks = 0;
        void Look()
        {
            probe.Add(sheet.Time, double.CreateChecked(sheet[0, at, at]));
            if (looks++ % TipEvery == 0)
                tip.Look(sheet);
        }
        IReadOnlyList<(double, double)> Path(double since) => [.. tip.Since(since).Select(p => (p.Column, p.Row))];

        // The film is the last turn: it closes on itself. How long a turn takes is known by then.
        double period = 0;
        for (double until = 0; until < run.Time && !run.IsInterrupted; )
        {
            until = Math.Min(until + 10, run.Time);
            period = double.IsNaN(probe.Period()) ? 40 : probe.Period();
            if (until + period > run.Time - 10)
                break;
            run.Advance(until, every, Look);
        }
        Film(run, Math.Max(0, run.Time - period), period, every, Look, () => run.Frame(Path(sheet.Time - period)));

        var late = tip.Since(Math.Max(0, sheet.Time - 160));
        bool alive = tip.Tips > 0 && late.Count > 10;
        var circle = alive ? CircleFit.Of(late) : default;
        double wobble = alive ? circle.Deviation / circle.Radius : double.NaN,
            turns = alive ? tip.Turns(circle.Centre, 0) : 0;
        string kind =
            !alive ? "no spiral survives"
            : wobble < 0.01 ? "rigid"
            : "meandering";
        // The published numbers are of this neuron on a sheet 60 √D_u wide.
        bool published =
            Is(s.Settings, SpiralNeuron) && Math.Abs(options.Rows / Math.Sqrt(s.Settings["d_u"]) - 60) < 0.1 && run.Time >= 600;
        double root = Math.Sqrt(s.Settings["d_u"]);
        var pictures = run.Draw(
            "Spiral wave",
            -2,
            2,
            alive ? Path(sheet.Time - probe.Period()) : null,
            alive
                ? string.Create(
                    CultureInfo.InvariantCulture,
                    $"period {probe.Period():F2}, tip on a circle of radius {circle.Radius / root:F3} √D_{{u}} ({kind}), {turns:F1} turns"
                )
                : kind
        );
        return new(
            "spiral wave",
            [
                new("period", "period of rotation", Number(probe.Period()), published ? Finding.Range(37.0, 37.2) : null),
                new("turns", "turns about its centre", Number(turns)),
                new("tip_radius_cells", "radius of the tip's circle", Number(alive ? circle.Radius : double.NaN), null, "cells"),
                new(
                    "tip_radius",
                    "the same in units of √D_u",
                    Number(alive ? circle.Radius / root : double.NaN),
                    published ? Finding.Range(0.97 * 3.9346 / 2, 1.03 * 3.9346 / 2) : null
                ),
                new("tip_spread", "its spread / radius", Number(wobble), published ? Finding.Range(0, 0.005) : null),
                new("motion", "motion", kind, published ? "rigid" : null),
                new("time", "time simulated", Number(sheet.Time)),
            ],
            pictures,
            Converged: alive || run.IsInterrupted
        );
    }

    private static Findings Target<T>(Simulation s)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var options = Options(s.Settings);
        double radius = s.Settings["radius"];
        using var run = new SheetRun<T>(s, options, SheetStart.Disc<T>(options, radius, s.Settings["current"]));
        var sheet = run.Sheet;
        SheetStart.Fill(sheet, SheetStart.Rest(options));
        // Two probes at 0.4 and 0.8 of the way from the middle to the edge.
        int middle = options.Rows / 2,
            near = (int)(0.4 * middle),
            far = (int)(0.8 * middle),
            every = Math.Max(1, (int)Math.Round(LookEvery / options.Dt));
        Passages centre = new(),
            inner = new(),
            outer = new();
        void Look()
        {
            centre.Add(sheet.Time, double.CreateChecked(sheet[0, middle, middle]));
            inner.Add(sheet.Time, double.CreateChecked(sheet[0, middle, middle + near]));
            outer.Add(sheet.Time, double.CreateChecked(sheet[0, middle, middle + far]));
        }
        double period = Math.Min(40, run.Time);
        run.Advance(Math.Max(0, run.Time - 2 * period), every, Look);
        if (centre.Period(2) is var measured && !double.IsNaN(measured))
            period = Math.Min(measured, run.Time);
        Film(run, Math.Max(sheet.Time, run.Time - period), period, every, Look, () => run.Frame());

        bool published =
            Is(s.Settings, TargetNeuron)
            && s.Settings is var k
            && k["d_u"] == 1
            && radius == 10
            && k["current"] == 0.5
            && k.Whole("size") == 200
            && run.Time >= 320;
        double speed = Speed(inner.Times, outer.Times, far - near),
            rings = centre.Period(2);
        var pictures = run.Draw(
            "Target waves",
            -2,
            2,
            null,
            string.Create(CultureInfo.InvariantCulture, $"period {rings:F2}, rings at {speed:F3} cells per unit of time")
        );
        return new(
            "target waves",
            [
                new("period", "period of the pacemaker", Number(rings), published ? Finding.Range(39.768 * 0.995, 39.768 * 1.005) : null),
                new(
                    "period_inner",
                    $"period {near} cells away",
                    Number(inner.Period(2)),
                    published ? Finding.Range(39.768 * 0.995, 39.768 * 1.005) : null
                ),
                new(
                    "period_outer",
                    $"period {far} cells away",
                    Number(outer.Period(2)),
                    published ? Finding.Range(39.768 * 0.995, 39.768 * 1.005) : null
                ),
                new(
                    "ring_speed_cells",
                    "speed of a ring",
                    Number(speed),
                    published ? Finding.Range(1.015, 1.105) : null,
                    "cells per unit of time"
                ),
                new("time", "time simulated", Number(sheet.Time)),
            ],
            pictures,
            Converged: double.IsFinite(rings) || run.IsInterrupted
        );
    }

    private static Findings Pattern<T>(Simulation s, string name)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        RequireInhibitor(s, "a Turing pattern");
        var options = Options(s.Settings);
        using var run = new SheetRun<T>(s, options);
        var sheet = run.Sheet;
        SheetStart.Noise(sheet, SheetStart.Rest(options), s.Settings["noise"], s.Random("sheet"));
        // Frames close together at first, while the pattern grows, and far apart while it orders itself.
        for (int frame = 1; frame <= run.Frames && !run.IsInterrupted; frame++)
        {
            run.Advance(run.Time * Math.Pow((double)frame / run.Frames, 3), 64, () => { });
            run.Frame();
        }
        run.Advance(run.Time, 64, () => { });

        var shape = PatternShape.Of(sheet);
        bool formed = shape.Range > 0.1;
        var own = All.First(p => p.Name == name);
        bool published =
            Is(s.Settings, own.Neuron)
            && s.Settings["d_u"] == 1
            && s.Settings["d_v"].ToString(CultureInfo.InvariantCulture) == own.Keys.First(k => k.Name == "d_v").Default
            && s.Settings.Whole("size") == 96
            && run.Time >= 1000;
        double middle = shape.Middle,
            half = Math.Max(0.5 * shape.Range, 1e-3);
        var pictures = run.Draw(
            char.ToUpperInvariant(name[0]) + name[1..],
            middle - half,
            middle + half,
            null,
            string.Create(
                CultureInfo.InvariantCulture,
                $"high fraction {shape.HighFraction:F3}; {shape.HighPieces} high and {shape.LowPieces} low pieces"
            )
        );
        (JsonNode High, JsonNode? Highs, JsonNode? Lows) expected = name switch
        {
            "spots" => (Finding.Range(0.28, 0.36), Finding.Range(50, 80), JsonValue.Create(1)),
            "holes" => (Finding.Range(0.64, 0.76), JsonValue.Create(1), Finding.Range(50, 80)),
            _ => (Finding.Range(0.45, 0.55), null, Finding.Range(5, 30)),
        };
        return new(
            $"Turing pattern: {name}",
            [
                new("pattern", "pattern", formed ? shape.Kind : "none", published ? name : null),
                new("high_fraction", "share of high cells", Number(shape.HighFraction), published ? expected.High : null),
                new("high_pieces", "high pieces", shape.HighPieces, published ? expected.Highs : null),
                new("low_pieces", "low pieces", shape.LowPieces, published ? expected.Lows : null),
                new("largest_share", "largest high piece / all", Number(shape.LargestShare)),
                new("u_range", "largest − smallest u", Number(shape.Range)),
                new("step", "time step", Number(options.Dt)),
                new("time", "time simulated", Number(sheet.Time)),
            ],
            pictures,
            Converged: formed || run.IsInterrupted
        );
    }

    /// <summary>Goes to a time, then takes the frames of one period, evenly, up to the end.</summary>
    private static void Film<T>(SheetRun<T> run, double from, double period, int every, Action look, Action frame)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        run.Advance(from, every, look);
        for (int k = 0; k < run.Frames && !run.IsInterrupted; k++)
        {
            run.Advance(Math.Min(run.Time, run.Time - period + period * (k + 1) / run.Frames), every, look);
            frame();
        }
        run.Advance(run.Time, every, look);
    }

    /// <summary>Distance over the time in which the last ring went it.</summary>
    private static double Speed(IReadOnlyList<double> inner, IReadOnlyList<double> outer, double distance)
    {
        if (outer.Count == 0 || inner.Where(t => t < outer[^1]).ToArray() is not { Length: > 0 } before)
            return double.NaN;
        return distance / (outer[^1] - before[^1]);
    }

    private static void RequireInhibitor(Simulation s, string what)
    {
        if (s.Settings.Neuron.Inhibitors.Count == 0)
            throw new InputException($"'{s.Settings.Neuron.Name}' has no inhibitor, and {what} needs one: use fitzhugh-nagumo.");
    }

    /// <summary>Whether the neuron is the FitzHugh–Nagumo neuron with these parameters.</summary>
    private static bool Is(Settings s, IReadOnlyDictionary<string, double> parameters) =>
        s.Neuron.Name == Phenomenon.DefaultNeuron && s.Parameters.All(p => p.Value == parameters.GetValueOrDefault(p.Key, 1));

    private static JsonNode Number(double x) => JsonValue.Create(x);
}
