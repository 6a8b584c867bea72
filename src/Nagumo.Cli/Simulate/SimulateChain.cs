using System.Globalization;
using System.Text.Json.Nodes;
using Nagumo.Data;
using Nagumo.Media;
using Nagumo.Plots;

namespace Nagumo.Cli;

/// <summary><c>nagumo simulate turing</c>: the pattern that a chain of neurons with diffusing inhibitors makes out of noise.</summary>
internal static class SimulateChain
{
    /// <summary>Figure 1 A of the publication unless another set or other values are named.</summary>
    public static Phenomenon Turing { get; } =
        new(
            "turing",
            "a Turing pattern out of noise on a chain: space–time picture, dispersion relation, rest state, self-adjointness",
            new Dictionary<string, double>
            {
                ["k"] = 1,
                ["gamma"] = 0.5,
                ["a"] = 0.1,
                ["tau"] = 0.2,
            },
            [
                Setting.Word("set", "figure-1a", "parameters by name", ["figure-1a", .. Sets.Keys]),
                Setting.Whole("cells", 200, "neurons", 3, 1_000_000),
                Setting.Number("d_u", 4, "diffusion of activators, neurons² per time", min: 0),
                Setting.Number("d_v", 36, "diffusion of inhibitors, neurons² per time", min: 0),
                Setting.Number("current", 0, "current into every activator"),
                Setting.Word("ends", "zero-flux", "what the ends do", "zero-flux", "periodic"),
                Setting.Word("start", "noise", "noise on rest, or the fastest mode alone", "noise", "mode"),
                Setting.Auto("noise", "standard deviation of u at time 0; auto: 0.05, in the neuron's own unit", min: 0) with
                {
                    Needs = Condition.Is("start", "noise"),
                },
                Setting.Auto("amplitude", "amplitude of the mode at time 0; auto: 0.1, in the neuron's own unit", min: 0) with
                {
                    Needs = Condition.Is("start", "mode"),
                },
                Setting.Number("time", 60, "simulated time, activator time constants", min: 1e-6, max: 1e7),
                Setting.Whole("samples", 601, "states kept", 2, 1_000_000),
                Setting.Word("method", "auto", "integrator", "auto", "explicit", "semi-implicit", "euler"),
                Setting.Number("tolerance", 1e-7, "error of a step", min: 1e-13, max: 0.1) with
                {
                    Needs = Condition.Is("method", "auto", "explicit", "semi-implicit"),
                },
                Setting.Number("step", 0.002, "fixed step of euler", min: 1e-12, max: 1e6) with
                {
                    Needs = Condition.Is("method", "euler"),
                },
            ],
            Run
        )
        {
            Sets = Sets,
            Averages = true,
        };

    /// <summary>The eight sets on which patterns were measured; k, gamma, a, current, tau, d_u, d_v, cells, and a time in which the pattern grows.</summary>
    private static Dictionary<string, (string, double)[]> Sets =>
        new()
        {
            ["a-near"] = Set(1, 0.5, 0, 0, 0.2, 1, 2.9725, 240, 1600),
            ["b-near"] = Set(1, 0.9, 0, 0, 0.5, 2, 3.5342, 300, 2100),
            ["c-near"] = Set(1.5, 0.5, 0.05, 0.1, 0.2, 4, 4.08, 320, 1150),
            ["a-far"] = Set(1, 0.5, 0, 0, 0.2, 1, 5.828, 240, 60),
            ["b-far"] = Set(1, 0.9, 0, 0, 0.5, 2, 6.93, 300, 60),
            ["c-far"] = Set(1.5, 0.5, 0.05, 0.1, 0.2, 4, 8, 320, 60),
            ["d-far"] = Set(1, 0.5, 0.1, 0, 0.2, 2, 19.236, 400, 60),
            ["e-far"] = Set(2, 0.3, 0, 0, 0.1, 1, 2.665, 200, 60),
        };

    private static (string, double)[] Set(
        double k,
        double gamma,
        double a,
        double current,
        double tau,
        double du,
        double dv,
        int cells,
        double time
    ) =>
        [
            ("k", k),
            ("gamma", gamma),
            ("a", a),
            ("current", current),
            ("tau", tau),
            ("d_u", du),
            ("d_v", dv),
            ("cells", cells),
            ("time", time),
        ];

    private static Findings Run(Simulation run)
    {
        var s = run.Settings;
        var ends = s.Word("ends") == "periodic" ? ChainEnds.Periodic : ChainEnds.ZeroFlux;
        var neuron = new PlanarNeuron(s.Kinetics, s.Parameters);
        var options = new ChainOptions(s.Whole("cells"), s["d_u"], s["d_v"], s["current"], ends);
        var chain = new Chain(neuron, options);
        var stable = new RestCurve(neuron).At(options.Current).Where(r => r.IsStable).ToArray();
        if (stable.Length == 0)
            throw new InputException(
                $"current = {Equations.Number(options.Current)}: the single neuron has no stable rest state, so there is nothing for a Turing pattern to grow on. Lower tau (below gamma/g it rests) or change the current."
            );
        // Of several, the one that is asked for, or one on which a pattern grows.
        var rest =
            StatedStart.Choose(neuron, options.Current, stable)
            ?? stable.FirstOrDefault(r => new Dispersion(neuron, r, options.DiffusionU, options.DiffusionV).MostUnstable.Growth > 0)
            ?? stable[(stable.Length - 1) / 2];
        double own = CellUnits.Of(neuron.Kinetics, neuron.Parameters, [rest.U, rest.V], options.Current)?.U ?? 1;
        var dispersion = new Dispersion(neuron, rest, options.DiffusionU, options.DiffusionV);
        var (fastest, growth) = dispersion.MostUnstableMode(options.Cells, ends);
        var integration = new ChainRunOptions(s["time"], s.Whole("samples"), Method(s.Word("method")), s["tolerance"], s["step"]);

        var course = SpaceTime.Run(
            chain,
            Start(run, chain, rest, own, fastest, 0),
            integration,
            f => run.Progress(f / run.Seeds, "time"),
            run.Cancel
        );
        double duration = course.Times[^1];
        run.Keep(
            ("time", new NpyArray(course.Times.ToArray(), course.Times.Count)),
            ("u", Field(course, 0, options.Cells)),
            ("v", Field(course, options.Cells, options.Cells))
        );
        string where = Title(s);
        var pictures = new List<string>();
        if (course.States.Count > 1)
            pictures.AddRange(
                run.Draw(
                    "space-time",
                    path =>
                        SpaceTimePicture.Save(
                            path,
                            new(growth > 0 ? "A Turing pattern out of noise" : "A chain comes to rest", $"{where}, seed {run.Seed}"),
                            [.. course.States.Select(x => x[..options.Cells])],
                            duration,
                            rest.U,
                            SimulateNeuron.Axis(s, 0),
                            labelTime: StatedUnits.TimeAxis(s)
                        )
                )
            );
        var last = course.States[^1];
        var settled = run.Cancel.IsCancellationRequested ? null : ChainRest.Find(chain, last, cancel: run.Cancel);
        if (run.Cancel.IsCancellationRequested)
            settled = null;
        int mode = Pattern.Mode((settled?.State ?? last).AsSpan(0, options.Cells), ends);
        pictures.AddRange(run.Draw("dispersion", path => Draw(path, where, s, options, dispersion, mode, growth)));
        if (settled is not null)
            pictures.AddRange(run.Draw("pattern", path => Draw(path, where, s, options, settled)));

        var items = Theory(s, dispersion, options, fastest, growth);
        items.Add(
            new(
                "rest",
                "uniform rest state",
                $"{s.Kinetics.Fields[0].Name} = {rest.U.ToString("G5", CultureInfo.InvariantCulture)}{Unit()}, stable{(stable.Length > 1 ? $", 1 of {stable.Length}: {s.Kinetics.Fields[0].Name} = {string.Join(", ", stable.Select(r => r.U.ToString("G5", CultureInfo.InvariantCulture)))}" : "")}"
            )
        );
        items.AddRange(Measured(s, options, dispersion, course, mode, fastest, growth));
        bool converged = true;
        if (settled is not null)
        {
            items.AddRange(AtRest(chain, settled));
            converged = settled.Residual <= 1e-10;
        }
        if (run.Seeds > 1 && !run.Cancel.IsCancellationRequested)
        {
            var (seeds, worst) = Seeds(run, chain, rest, own, fastest, integration, mode, settled!.Residual);
            items.Add(new("modes", "modes of all seeds", new JsonArray([.. seeds.Select(n => (JsonNode)n)])));
            items.Add(
                new("mean_mode", $"mean mode of {seeds.Count} seeds", seeds.Average(), Finding.Range(0.96 * fastest, 1.04 * fastest))
            );
            items.Add(new("worst_residual", "largest residual", worst, Finding.Range(0, 1e-10)));
            converged &= worst <= 1e-10;
        }
        return new($"{(growth > 0 ? "Turing pattern" : "chain")}: {where}", items, pictures, converged);

        string Unit() => StatedUnits.OfField(s, 0) is { Length: > 0 } unit ? " " + unit : "";
    }

    private static List<Finding> Theory(Settings s, Dispersion d, ChainOptions options, int fastest, double growth)
    {
        var best = d.MostUnstable;
        var items = new List<Finding>
        {
            new("verdict", "a pattern", growth > 0 ? "grows" : "does not grow: every mode of this chain decays"),
            new("growth_per_time", "fastest growth", best.Growth, Unit: "per time"),
        };
        // Where the uniform mode decays slowest there is no wavelength.
        if (best.Lambda > 0)
            items.Add(
                new("fastest_wavelength_neurons", "wavelength that grows fastest", Dispersion.Wavelength(best.Lambda), Unit: "neurons")
            );
        if (d.Onset is { } onset)
        {
            items.Add(new("onset_d_v", "onset at d_v", onset.DiffusionV));
            items.Add(new("onset_saturation", "saturation at onset (> 0: supercritical)", d.Amplitude(onset.Lambda).Saturation));
        }
        if (growth > 0)
        {
            var band = d.UnstableModes(options.Cells, options.Ends);
            items.Add(new("unstable_modes", "modes that grow", new JsonArray(band[0], band[^1])));
        }
        return items;
    }

    private static IEnumerable<Finding> Measured(
        Settings s,
        ChainOptions options,
        Dispersion d,
        SpaceTime course,
        int mode,
        int fastest,
        double growth
    )
    {
        double[] deviation = [.. course.States.Select(x => Pattern.Deviation(x.AsSpan(0, options.Cells)))];
        bool figure = s.ArePublished("method", "tolerance", "step", "samples");
        if (growth > 0)
        {
            double at = course.Times[Array.FindIndex(deviation, x => x >= 0.9 * deviation[^1])];
            yield return new("time_to_90_percent", "90 % of the amplitude at", at, figure ? Finding.Range(14, 22) : null, "time");
        }
        int then = Pattern.Mode(course.States[^1].AsSpan(0, options.Cells), options.Ends);
        yield return new("mode_at_end", "mode at the end of the run", then, growth > 0 ? fastest : null);
        yield return new(
            "wavelength_at_end_neurons",
            "wavelength at the end of the run",
            then > 0 ? Dispersion.Wavelength(then, options.Cells, options.Ends) : double.NaN,
            figure ? Finding.Range(22, 25)
                : growth > 0 ? Dispersion.Wavelength(fastest, options.Cells, options.Ends)
                : null,
            "neurons"
        );
        yield return new("mode_at_rest", "mode at rest", mode, growth > 0 ? fastest : null);
        yield return new(
            "method",
            "integrator",
            course.Method == ChainMethod.SemiImplicit ? "semi-implicit" : course.Method.ToString().ToLowerInvariant()
        );
        yield return new("steps", "steps", course.Steps);
    }

    private static IEnumerable<Finding> AtRest(Chain chain, ChainRest settled)
    {
        yield return new("residual", "residual at rest", settled.Residual, Finding.Range(0, 1e-10));
        yield return new("band_solves", "band systems solved", settled.Solves);
        var rightmost = ChainRest.Rightmost(chain, settled.State);
        yield return new("rightmost_per_time", "rightmost eigenvalue at rest", rightmost.Real, Unit: "per time");
        // What follows from a potential is expected where there is one; equations may have none, or one in weighted variables.
        bool potential = chain.Neuron.Kinetics.Neuron is not null;
        if (!potential)
            yield return new(
                "potential",
                "a potential",
                $"none is stated; '{Terminal.Command} audit' of the equations tells whether there is one. Without one S·J and responses need not be symmetric"
            );
        // Dense differences: for chains up to a size that takes a blink.
        if (chain.Cells <= 1000)
            yield return new(
                "adjoint_asymmetry",
                "asymmetry of S·J, by differences",
                Adjointness.OfJacobian(chain, settled.State),
                potential ? 0 : null
            );
        if (chain.Options.Ends == ChainEnds.ZeroFlux)
        {
            int i = chain.Cells / 3,
                j = i + 3;
            yield return new("response_ij", $"du_{i}/dI_{j}", Adjointness.Response(chain, settled.State, i, j));
            yield return new(
                "response_ji",
                $"du_{j}/dI_{i}",
                Adjointness.Response(chain, settled.State, j, i),
                potential ? Adjointness.Response(chain, settled.State, i, j) : null
            );
        }
    }

    private static (List<int> Modes, double Residual) Seeds(
        Simulation run,
        Chain chain,
        RestState rest,
        double own,
        int fastest,
        ChainRunOptions integration,
        int first,
        double residual
    )
    {
        List<int> modes = [first];
        for (int i = 1; i < run.Seeds && !run.Cancel.IsCancellationRequested; i++)
        {
            var course = SpaceTime.Run(
                chain,
                Start(run, chain, rest, own, fastest, i),
                integration with
                {
                    Samples = 2,
                },
                cancel: run.Cancel
            );
            var settled = ChainRest.Find(chain, course.States[^1], cancel: run.Cancel);
            if (run.Cancel.IsCancellationRequested)
                break;
            residual = Math.Max(residual, settled.Residual);
            modes.Add(Pattern.Mode(settled.State.AsSpan(0, chain.Cells), chain.Options.Ends));
            run.Progress((i + 1.0) / run.Seeds, "seeds");
        }
        return (modes, residual);
    }

    private static double[] Start(Simulation run, Chain chain, RestState rest, double own, int mode, int index)
    {
        var s = run.Settings;
        if (s.Word("start") == "mode")
            return Pattern.Seed(chain, rest, mode, s.Given("amplitude") ?? 0.1 * own);
        var x = chain.Uniform(rest.U, rest.V);
        var rng = new Compute.Rng(run.Seed + (ulong)index).Split("noise");
        double noise = s.Given("noise") ?? 0.05 * own;
        for (int i = 0; i < chain.Cells; i++)
            x[i] += noise * rng.NextNormal();
        return x;
    }

    private static void Draw(string path, string where, Settings s, ChainOptions options, Dispersion d, int mode, double growth)
    {
        // q from 0 to where growth is well negative again.
        double top = d.MostUnstable.Growth,
            end = Math.PI;
        while (growth > 0 && d.Growth(2 - 2 * Math.Cos(end)) < -0.5 * Math.Max(top, 0.02))
            end *= 0.99;
        double[] q = [.. Enumerable.Range(0, 800).Select(i => end * i / 799)];
        double[] rate = [.. q.Select(x => d.Growth(2 - 2 * Math.Cos(x)))];
        double fastest = Math.Acos(1 - d.MostUnstable.Lambda / 2);
        double per = Math.PI * (options.Ends == ChainEnds.Periodic ? 2 : 1) / options.Cells;
        var marks = new List<Mark>
        {
            new(
                fastest,
                fastest > 0
                    ? $"fastest: {(2 * Math.PI / fastest).ToString("F2", CultureInfo.InvariantCulture)} neurons"
                    : "slowest decay: the uniform mode"
            ),
        };
        int last = options.Ends == ChainEnds.Periodic ? options.Cells / 2 : options.Cells - 1;
        int[] modes = [.. Enumerable.Range(0, last + 1).Where(n => per * n <= end)];
        List<Curve> curves = [new(new("", [0, end], [0, 0]), CurveStyle.Dashed, 6), new(new("growth rate", q, rate), CurveStyle.Line, 0)];
        // Single modes only while they can be told apart.
        if (modes.Length <= 150)
            curves.Add(
                new(
                    new(
                        "modes of this chain",
                        [.. modes.Select(n => per * n)],
                        [.. modes.Select(n => d.Growth(Dispersion.Lambda(n, options.Cells, options.Ends)))]
                    ),
                    CurveStyle.Points,
                    0
                )
            );
        if (mode > 0)
            curves.Add(
                new(
                    new($"measured: mode {mode}", [per * mode], [d.Growth(Dispersion.Lambda(mode, options.Cells, options.Ends))]),
                    CurveStyle.Points,
                    1
                )
            );
        Chart.Save(
            path,
            new("Dispersion relation", where),
            new("wavenumber q (per neuron)", Min: 0, Max: end),
            new($"growth rate Re λ ({StatedUnits.PerTime(s)})"),
            curves,
            marks
        );
    }

    private static void Draw(string path, string where, Settings s, ChainOptions options, ChainRest settled)
    {
        double[] cells = [.. Enumerable.Range(0, options.Cells).Select(i => (double)i)];
        Chart.Save(
            path,
            new("The pattern at rest", $"{where}; residual {Terminal.Short(settled.Residual)}"),
            new("neuron", Min: 0, Max: options.Cells - 1, Whole: true),
            new(SimulateNeuron.Ordinate(s)),
            [
                new(new(SimulateNeuron.Variable(s, 0), cells, settled.State[..options.Cells])),
                new(new(SimulateNeuron.Variable(s, 1), cells, settled.State[options.Cells..])),
            ]
        );
    }

    internal static NpyArray Field(SpaceTime course, int from, int cells)
    {
        var values = new double[course.States.Count * cells];
        for (int t = 0; t < course.States.Count; t++)
            course.States[t].AsSpan(from, cells).CopyTo(values.AsSpan(t * cells));
        return new(values, course.States.Count, cells);
    }

    private static ChainMethod Method(string name) =>
        name switch
        {
            "explicit" => ChainMethod.Explicit,
            "semi-implicit" => ChainMethod.SemiImplicit,
            "euler" => ChainMethod.Euler,
            _ => ChainMethod.Auto,
        };

    internal static string Title(Settings s) =>
        $"{s.Whole("cells")} neurons, {SimulateNeuron.Title(s, s["current"])}, D_{{u}} = {Equations.Number(s["d_u"])}, D_{{v}} = {Equations.Number(s["d_v"])}";
}
