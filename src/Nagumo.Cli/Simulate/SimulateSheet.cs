using System.Globalization;
using System.Numerics;
using System.Text.Json.Nodes;
using Nagumo.Media;

namespace Nagumo.Cli;

/// <summary>The phenomena of two-dimensional sheets: spiral and target waves, Turing's spots, holes and labyrinths.</summary>
internal static class SimulateSheet
{
    /// <summary>Time between looks at probes, in the cell's own unit.</summary>
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
            [
                .. Keys(size: 120, time: 800, step: 0.02, du: 4, dv: 0),
                Setting.Word(
                    "start",
                    "broken-wave",
                    "left half excited, lower half refractory; or a quarter each",
                    "broken-wave",
                    "quadrants"
                ),
                Setting.Auto("excited", "u of the excited cells; auto: 1.2 beyond the middle, in the neuron's own unit of u"),
                Setting.Auto("refractory", "v of the refractory cells from rest; auto: 0.9, in the neuron's own unit of v"),
            ],
            s => In(s, Spiral<float>, Spiral<double>)
        ),
        new(
            "target",
            "rings around a pacemaker, a disc of current: their period and speed",
            TargetNeuron,
            [
                .. Keys(size: 200, time: 400, step: 0.04, du: 1, dv: 0),
                Setting.Number("radius", 10, "radius of the pacemaker, cells", 0, 32768),
                Setting.Auto("current", "its current; auto: half of what moves u by its own unit in the neuron's own time"),
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
                Setting.Auto(
                    "noise",
                    "standard deviation of the activators' start around rest; auto: 0.05, in the neuron's own unit of u",
                    0
                ),
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
        var diffusion = new Dictionary<string, double> { [s.Kinetics.Fields[0].Name] = s["d_u"] };
        if (s.Kinetics.Fields.Count > 1)
            diffusion[s.Kinetics.Fields[1].Name] = s["d_v"];
        else if (s["d_v"] > 0)
            throw new InputException($"d_v = {Equations.Number(s["d_v"])}: '{s.Kinetics.Name}' has no inhibitor; set it to 0.");
        var edges = s.Word("edges") == "periodic" ? SheetEdges.Periodic : SheetEdges.ZeroFlux;
        var method = s.Word("method") == "explicit" ? SheetMethod.Explicit : SheetMethod.SemiImplicit;
        var options = new SheetOptions(s.Kinetics, size, size, s["step"] > 0 ? s["step"] : 1, diffusion, s.Parameters, edges, method);
        if (s["step"] == 0)
            options = options with { Dt = 0.8 * SheetStart.StableStep(options) };
        return s["time"] / options.Dt <= MostSteps
            ? options
            : throw new InputException(
                $"time = {Equations.Number(s["time"])}: steps of {options.Dt:G3}, which the medium's fastest rate allows, would be {s["time"] / options.Dt:G2}, more than {MostSteps}. Give a shorter time, or write the equations in a unit of time near their own."
            );
    }

    /// <summary>Steps of a run: a day's work on a large sheet; more means that time is counted in another unit than the cell's.</summary>
    private const int MostSteps = 2_000_000;

    private static Findings Spiral<T>(Simulation s)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        RequireInhibitor(s, "a spiral");
        var options = Options(s.Settings);
        var rest = SheetRest.Of(options);
        var units = Units(options, rest);
        using var run = new SheetRun<T>(s, options);
        var sheet = run.Sheet;
        double excited = s.Settings.Given("excited") ?? SheetStart.Excited(rest.State, units),
            refractory = s.Settings.Given("refractory") ?? SheetStart.Refractory(options, rest.State, units);
        if (s.Settings.Word("start") == "quadrants")
            SheetStart.Quadrants(sheet, rest.State, excited, refractory);
        else
            SheetStart.BrokenWave(sheet, rest.State, excited, refractory);
        var tip = new TipPath(units);
        var probe = new Passages();
        int at = (int)(0.15 * options.Rows),
            every = Every(units, options),
            looks = 0;
        void Look()
        {
            probe.Add(sheet.Time, units.Towards(rest.State[0]) * (double.CreateChecked(sheet[0, at, at]) - units.MiddleU));
            if (looks++ % TipEvery == 0)
                tip.Look(sheet);
        }
        IReadOnlyList<(double, double)> Path(double since) => [.. tip.Since(since).Select(p => (p.Column, p.Row))];

        // The film is the last turn: it closes on itself. How long a turn takes is known by then.
        double period = 0;
        bool died = false;
        for (double until = 0; until < run.Time && !run.IsInterrupted && !died; )
        {
            until = Math.Min(until + Math.Max(10 * units.T, options.Dt), run.Time);
            period = double.IsNaN(probe.Period()) ? 40 * units.T : probe.Period();
            if (until + period > run.Time - 10 * units.T)
                break;
            run.Advance(until, every, Look);
            died = run.FarthestFrom(rest.State[0]) < 0.05 * units.U;
        }
        if (!died)
        {
            Film(run, Math.Max(0, run.Time - period), period, every, Look, () => run.Frame(Path(sheet.Time - period)));
            died = run.FarthestFrom(rest.State[0]) < 0.05 * units.U;
        }

        period = probe.Period();
        var late = tip.Since(Math.Max(0, sheet.Time - (double.IsNaN(period) ? 160 * units.T : TipPath.TurnsOfCircle * period)));
        bool turning = !died && tip.Tips > 0 && late.Count > 10;
        var circle = turning ? CircleFit.Of(late) : default;
        double wobble = turning ? circle.Deviation / circle.Radius : double.NaN,
            turns = turning && !double.IsNaN(period) ? tip.Turns(period) : 0;
        // A free end, and waves that still come.
        bool alive = turning && !double.IsNaN(period) && sheet.Time - probe.Times[^1] < 1.5 * period;
        string kind =
            died ? "everything died"
            : !turning ? "no spiral survives"
            : !alive ? "not yet known"
            : tip.Motion(period) switch
            {
                TipMotion.Rigid => "rigid",
                TipMotion.Meandering => "meandering",
                _ => "too short to say",
            };
        string? why =
            alive ? null
            : died
                ? $"every cell is at rest at t = {Short(sheet.Time)}. Give another start (excited = {Short(excited)} and refractory = {Short(refractory)} were used), more cells, or a slower inhibitor."
            : turning
                ? $"a free end is there, but by t = {Short(sheet.Time)} {probe.Times.Count} waves have passed the probe, too few or too long ago for a period. Simulate longer (time)."
            : "waves are there, but no free end turns. Give another start (start, excited, refractory), more cells, or a slower inhibitor.";
        // The published numbers are of this neuron on a sheet 60 √D_u wide.
        double root = Math.Sqrt(s.Settings["d_u"]);
        bool published =
            Is(s.Settings, SpiralNeuron)
            && IsOwn(s.Settings, "spiral", "start", "excited", "refractory")
            && Math.Abs(options.Rows / root - 60) < 0.1
            && run.Time >= 600;
        // Only a rigid spiral's tip has a circle.
        double radius = kind == "rigid" ? circle.Radius : double.NaN;
        string Tip() =>
            kind switch
            {
                "rigid" => string.Create(CultureInfo.InvariantCulture, $"tip on a circle of radius {radius / root:F3} √D_{{u}} (rigid)"),
                "meandering" => "its tip meanders",
                _ => "too short to say how its tip moves",
            };
        var pictures = run.Draw(
            died ? "Everything died" : "Spiral wave",
            units.MiddleU - 2 * units.U,
            units.MiddleU + 2 * units.U,
            alive ? Path(sheet.Time - period) : null,
            alive ? string.Create(CultureInfo.InvariantCulture, $"period {Short(period)}, {Tip()}, {turns:F1} turns") : kind
        );
        return new(
            alive ? "spiral wave" : $"no spiral wave: {kind}",
            [
                new(
                    "period",
                    "period of rotation",
                    Number(alive ? period : double.NaN),
                    published ? Finding.Range(37.0, 37.2) : null,
                    "time"
                ),
                new("turns", "turns of the tip about its mean place", Number(turns)),
                new("tip_radius_cells", "radius of the tip's circle", Number(radius), null, "cells"),
                new(
                    "tip_radius",
                    "the same in units of √D_u",
                    Number(radius / root),
                    published ? Finding.Range(0.97 * 3.9346 / 2, 1.03 * 3.9346 / 2) : null
                ),
                new(
                    "tip_spread",
                    "its spread / radius",
                    Number(double.IsNaN(radius) ? double.NaN : wobble),
                    published ? Finding.Range(0, 0.005) : null
                ),
                new("motion", "motion", kind, published ? "rigid" : null),
                Rest(s.Settings, rest),
                new(
                    "excited",
                    $"excited cells begin at {s.Settings.Kinetics.Fields[0].Name}",
                    Number(excited),
                    Unit: StatedUnits.OfField(s.Settings, 0)
                ),
                new(
                    "refractory",
                    $"refractory cells begin at {s.Settings.Kinetics.Fields[1].Name} − rest",
                    Number(refractory),
                    Unit: StatedUnits.OfField(s.Settings, 1)
                ),
                new("time", "time simulated", Number(sheet.Time), Unit: "time"),
            ],
            pictures,
            Converged: alive || run.IsInterrupted,
            Why: why
        );
    }

    private static Findings Target<T>(Simulation s)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var options = Options(s.Settings);
        var rest = SheetRest.Of(options);
        var units = Units(options, rest);
        double radius = s.Settings["radius"],
            current = s.Settings.Given("current") ?? units.Towards(rest.State[0]) * 0.5 * units.Drive;
        using var run = new SheetRun<T>(s, options, SheetStart.Disc<T>(options, radius, current));
        var sheet = run.Sheet;
        SheetStart.Fill(sheet, rest.State);
        // Two probes at 0.4 and 0.8 of the way from the middle to the edge.
        int middle = options.Rows / 2,
            near = (int)(0.4 * middle),
            far = (int)(0.8 * middle),
            every = Every(units, options);
        Passages centre = new(),
            inner = new(),
            outer = new();
        double At(int column) => units.Towards(rest.State[0]) * (double.CreateChecked(sheet[0, middle, column]) - units.MiddleU);
        void Look()
        {
            centre.Add(sheet.Time, At(middle));
            inner.Add(sheet.Time, At(middle + near));
            outer.Add(sheet.Time, At(middle + far));
        }
        double period = Math.Min(40 * units.T, run.Time);
        run.Advance(Math.Max(0, run.Time - 2 * period), every, Look);
        if (centre.Period(2) is var measured && !double.IsNaN(measured))
            period = Math.Min(measured, run.Time);
        Film(run, Math.Max(sheet.Time, run.Time - period), period, every, Look, () => run.Frame());

        bool published =
            Is(s.Settings, TargetNeuron)
            && IsOwn(s.Settings, "target", "d_u", "radius", "size")
            && s.Settings.Given("current") is null or 0.5
            && run.Time >= 320;
        double speed = Speed(inner.Times, outer.Times, far - near),
            rings = centre.Period(2);
        bool fires = double.IsFinite(rings),
            travels = fires && double.IsFinite(speed);
        string? why =
            travels ? null
            : fires ? "the pacemaker fires, but no ring has come to the probes near the edge. Simulate longer (time), or raise d_u."
            : $"the pacemaker has not fired twice by t = {Short(sheet.Time)}: with current = {Short(current)} and radius = {Short(radius)} it may not fire at all. Raise them, or simulate longer.";
        string[] words = travels
            ? ["Target waves", $"period {Short(rings)}, rings at {Short(speed)} cells per unit of time"]
            : ["No target waves", fires ? "the pacemaker fires, its rings do not travel" : "the pacemaker does not fire"];
        var pictures = run.Draw(words[0], units.MiddleU - 2 * units.U, units.MiddleU + 2 * units.U, null, words[1]);
        var usual = published ? Finding.Range(39.768 * 0.995, 39.768 * 1.005) : null;
        return new(
            travels ? "target waves" : "no target waves",
            [
                new("period", "period of the pacemaker", Number(rings), usual, "time"),
                new("period_inner", $"period {near} cells away", Number(inner.Period(2)), usual?.DeepClone(), "time"),
                new("period_outer", $"period {far} cells away", Number(outer.Period(2)), usual?.DeepClone(), "time"),
                new("ring_speed_cells", "speed of a ring", Number(speed), published ? Finding.Range(1.015, 1.105) : null, "cells per time"),
                new("current", "current of the pacemaker", Number(current)),
                Rest(s.Settings, rest),
                new("time", "time simulated", Number(sheet.Time), Unit: "time"),
            ],
            pictures,
            Converged: travels || run.IsInterrupted,
            Why: why
        );
    }

    private static Findings Pattern<T>(Simulation s, string name)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        RequireInhibitor(s, "a Turing pattern");
        var options = Options(s.Settings);
        var start = TuringStart.Of(options);
        var units = Units(options, start.Rest);
        using var run = new SheetRun<T>(s, options);
        var sheet = run.Sheet;
        SheetStart.Noise(sheet, start.Rest.State, s.Settings.Given("noise") ?? 0.05 * units.U, s.Random("sheet"));
        // Frames close together at first, while the pattern grows, and far apart while it orders itself.
        for (int frame = 1; frame <= run.Frames && !run.IsInterrupted; frame++)
        {
            run.Advance(run.Time * Math.Pow((double)frame / run.Frames, 3), 64, () => { });
            run.Frame();
        }
        run.Advance(run.Time, 64, () => { });

        double time = sheet.Time;
        var shape = PatternShape.Of(sheet);
        string state = start.Name(shape, units, run.Speed());
        bool turing = state == shape.Kind;
        // Of a uniform sheet they would count rounding.
        if (state == "uniform")
            shape = shape with { HighFraction = double.NaN, HighPieces = 0, LowPieces = 0, LargestShare = double.NaN };
        var own = All.First(p => p.Name == name);
        bool published = Is(s.Settings, own.Neuron) && IsOwn(s.Settings, name, "d_u", "d_v", "size") && run.Time >= 1000;
        double middle = shape.Middle,
            half = Math.Max(0.5 * shape.Range, 1e-3 * units.U);
        var pictures = run.Draw(
            char.ToUpperInvariant(state[0]) + state[1..],
            middle - half,
            middle + half,
            null,
            state == "uniform"
                ? "all cells alike"
                : string.Create(
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
        bool asked = turing && (state == name || state == "mixed");
        return new(
            turing ? $"Turing pattern: {state}" : $"no Turing pattern: {state}",
            [
                new("pattern", "pattern", state, published ? name : null),
                new("high_fraction", "share of high cells", Number(shape.HighFraction), published ? expected.High : null),
                new("high_pieces", "high pieces", shape.HighPieces, published ? expected.Highs : null),
                new("low_pieces", "low pieces", shape.LowPieces, published ? expected.Lows : null),
                new("largest_share", "largest high piece / all", Number(shape.LargestShare)),
                new(
                    "u_range",
                    $"largest − smallest {s.Settings.Kinetics.Fields[0].Name}",
                    Number(shape.Range),
                    Unit: StatedUnits.OfField(s.Settings, 0)
                ),
                Rest(s.Settings, start.Rest),
                new("growth_per_time", "fastest growth on it, uniform or a wave", Number(start.Growth), Unit: "per time"),
                new("step", "time step", Number(options.Dt), Unit: "time"),
                new("time", "time simulated", Number(time), Unit: "time"),
            ],
            pictures,
            Converged: asked || run.IsInterrupted,
            Why: turing
                ? $"the pattern is a Turing pattern, but {state}, not {name}: the rest state's sign decides. Change a or the current."
                : start.Why(state)
        );
    }

    /// <summary>Steps between looks at probes.</summary>
    private static int Every(CellUnits units, SheetOptions options) =>
        (int)Math.Clamp(Math.Round(LookEvery * units.T / options.Dt), 1, 1_000_000);

    /// <summary>The neuron's own units on a sheet.</summary>
    private static CellUnits Units(SheetOptions options, SheetRest rest) =>
        CellUnits.Of(options.Kinetics, options.Parameters, rest.State)
        ?? throw new InputException(
            $"'{options.Kinetics.Name}' is linear in its activator: it carries neither waves nor patterns. Use one such as fitzhugh-nagumo."
        );

    /// <summary>What the sheet starts from, said so that nobody is surprised: whether it is stable, and which of several.</summary>
    private static Finding Rest(Settings s, SheetRest rest)
    {
        string u = s.Kinetics.Fields[0].Name;
        string others = string.Join(", ", rest.Stable.Where(r => r.U != rest.State[0]).Select(r => Short(r.U)));
        string kind = !rest.IsStable
            ? others.Length > 0
                ? $"not stable; stable: {u} = {others}"
                : "not stable: the medium oscillates by itself"
            : others.Length > 0
                ? $"stable; also {u} = {others}"
                : "stable";
        return new("rest", "rest state that it starts from", $"{u} = {Short(rest.State[0])}{Unit()}, {kind}");

        string Unit() => StatedUnits.OfField(s, 0) is { Length: > 0 } unit ? " " + unit : "";
    }

    private static string Short(double x) => x.ToString("G5", CultureInfo.InvariantCulture);

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
        if (s.Settings.Kinetics.Fields.Count == 1)
            throw new InputException($"'{s.Settings.Kinetics.Name}' has no inhibitor, and {what} needs one: use fitzhugh-nagumo.");
    }

    /// <summary>Whether the neuron is the FitzHugh–Nagumo neuron with these parameters.</summary>
    private static bool Is(Settings s, IReadOnlyDictionary<string, double> parameters) =>
        s.Kinetics.Name == Phenomenon.DefaultNeuron && s.Parameters.All(p => p.Value == parameters.GetValueOrDefault(p.Key, 1));

    /// <summary>Whether these keys have the phenomenon's own values.</summary>
    private static bool IsOwn(Settings s, string phenomenon, params string[] keys) =>
        All.First(p => p.Name == phenomenon).Keys.Where(k => keys.Contains(k.Name)).All(k => s.Word(k.Name) == k.Default);

    private static JsonNode Number(double x) => JsonValue.Create(x);
}
