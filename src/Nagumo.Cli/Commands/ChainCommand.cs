using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using Nagumo.Data;
using Nagumo.Hamiltonian;
using Nagumo.Plots;
using NonConvergenceException = MathNet.Numerics.NonConvergenceException;

namespace Nagumo.Cli;

/// <summary><c>nagumo chain</c>: the two readings of a chain of layers side by side, layer by layer and gradient by gradient.</summary>
internal static class ChainCommand
{
    private const int MaxRows = 40;
    private const string ResultFile = "chain.json",
        LayersPicture = "chain-layers",
        GradientsPicture = "chain-gradients";

    /// <summary>The command.</summary>
    public static Command Build()
    {
        var d = new EquivalenceOptions();
        var depth = Whole("--depth", "Depth L: layers 0 to L", d.Depth);
        var size = Whole("--size", "Neurons of a layer", d.Size);
        var diffusion = Number("--inhibitor-diffusion", "D_v; D_u is 1", d.InhibitorDiffusion);
        var k = Number("--k", "Strength k of the cubic", d.K);
        var gamma = Number("--gamma", "Inhibitor leak γ", d.Gamma);
        var strength = Number("--strength", "Strength s of the residual blocks; 0 for none, < 0 for inhibitor type", d.Strength);
        var step = Number("--step", "Step of the chain: the scale of a layer's potential", d.Step);
        var seed = new Option<ulong>("--seed")
        {
            Description = "Draws blocks, input and readout",
            HelpName = "N",
            DefaultValueFactory = _ => d.Seed,
        };
        var timing = new Option<bool>("--timing")
        {
            Description = "Instead: time to rest against depth, block Newton, block sweeps and time integration",
        };
        var folder = CommonOptions.Out($"Write {ResultFile} and the pictures {LayersPicture} and {GradientsPicture} (.png, .svg) here");
        var noPictures = CommonOptions.NoPictures();
        var json = CommonOptions.Json();
        var command = new Command(
            "chain",
            "Compare the two readings of a chain of layers: rest state and recurrence, EqProp and Hamiltonian echo"
        )
        {
            depth,
            size,
            diffusion,
            k,
            gamma,
            strength,
            step,
            seed,
            timing,
            folder,
            noPictures,
            json,
        };
        command.SetAction(parsed =>
        {
            var options = new EquivalenceOptions(
                parsed.GetValue(depth),
                parsed.GetValue(size),
                parsed.GetValue(diffusion),
                parsed.GetValue(k),
                parsed.GetValue(gamma),
                parsed.GetValue(strength),
                parsed.GetValue(step),
                parsed.GetValue(seed)
            );
            options.Validate();
            var (output, error) = (parsed.InvocationConfiguration.Output, parsed.InvocationConfiguration.Error);
            if (parsed.GetValue(timing) && parsed.GetValue(folder) is not null)
                throw new InputException("--timing leaves no files: leave out --out.");
            return parsed.GetValue(timing)
                ? Time(options, parsed.GetValue(json), output, error)
                : Compare(options, parsed.GetValue(folder), !parsed.GetValue(noPictures), parsed.GetValue(json), output, error);
        });
        return command;

        static Option<int> Whole(string name, string description, int value) =>
            new(name)
            {
                Description = description,
                HelpName = "N",
                DefaultValueFactory = _ => value,
            };

        static Option<double> Number(string name, string description, double value) =>
            new(name)
            {
                Description = description,
                HelpName = "X",
                DefaultValueFactory = _ => value,
            };
    }

    private static int Compare(EquivalenceOptions options, string? folder, bool draws, bool json, TextWriter output, TextWriter error)
    {
        if (folder is not null)
            OutputPath.OfFolder(folder);
        Equivalence found;
        try
        {
            found = Equivalence.Run(options);
        }
        catch (Exception e) when (e is ArithmeticException or NonConvergenceException)
        {
            error.WriteLine(
                $"error: at these parameters the rest state is degenerate, or none is found: {e.Message.ReplaceLineEndings(" ")}"
            );
            return ExitCode.NotConverged;
        }
        var written = new List<string>();
        if (folder is not null)
        {
            written.Add(Path.Combine(folder, ResultFile));
            AtomicFile.WriteText(written[0], Json.Text(Object(found)) + "\n");
            if (draws && found.Converged)
                written.AddRange(Draw(folder, found));
        }
        if (json)
            output.WriteLine(Json.Text(Object(found)));
        else
        {
            Print(found, output);
            if (written.Count > 0)
                output.WriteLine(OutputPath.Said([.. written]));
        }
        return found.Converged ? ExitCode.Done : ExitCode.NotConverged;
    }

    private static void Print(Equivalence found, TextWriter output)
    {
        var o = found.Options;
        output.WriteLine(
            $"{o.Depth + 1} layers of {o.Size} FitzHugh-Nagumo neurons, D_v {Terminal.Short(o.InhibitorDiffusion)}, k {Terminal.Short(o.K)}, gamma {Terminal.Short(o.Gamma)}, s {Terminal.Short(o.Strength)}, step {Terminal.Short(o.Step)}, seed {o.Seed}"
        );
        output.WriteLine(
            $"boundary problem: {(found.Converged ? "at rest" : "NO REST STATE FOUND")} after {found.Steps} linear solves ({found.Method}), residual {Terminal.Short(found.Residual)}"
        );
        if (!found.Converged)
        {
            output.WriteLine("A boundary problem may have no rest state here, or many: read the chain as a pass, or lower k, s or D_v.");
            return;
        }
        output.WriteLine();
        output.WriteLine($"{"", 5}  {"", 11}  {"one step of", 14}  {"shot from", 9}");
        output.WriteLine($"{"layer", 5}  {"largest |q|", 11}  {"the recurrence", 14}  {"layer 0", 9}");
        int every = (found.Layers.Count + MaxRows - 1) / MaxRows;
        foreach (var l in found.Layers.Where(l => l.Layer % every == 0 || l.Layer == found.Layers.Count - 1))
            output.WriteLine(
                $"{l.Layer, 5}  {Terminal.Short(l.Largest), 11}  {Terminal.Short(l.Recurrence), 14}  {Terminal.Short(l.Shooting), 9}"
            );
        output.WriteLine(Verdict(found) + ".");
        output.WriteLine();
        output.WriteLine($"{"gradient of the reading", -26}  {"beta", 7}  {"error", 9}  {"1 - cosine", 10}");
        foreach (var p in found.Points.OrderBy(p => p.Reading).ThenBy(p => p.Estimator).ThenByDescending(p => p.Beta))
            output.WriteLine(
                $"{(p.Reading == "boundary" ? "boundary, EqProp" : "pass, echo") + " " + p.Estimator, -26}  {Terminal.Short(p.Beta), 7}  {Finite(p.RelativeError), 9}  {Finite(Math.Max(0, 1 - p.Cosine)), 10}"
            );
        if (found.Points.Any(p => !double.IsFinite(p.RelativeError)))
            output.WriteLine("–: a nudged state escapes to infinity on its way back: no gradient of this reading at this depth.");
        output.WriteLine();
        output.WriteLine("The two readings are different functions:");
        output.WriteLine(
            $"  cosine between their exact gradients            {found.ReadingsCosine.ToString("F4", CultureInfo.InvariantCulture)}"
        );
        output.WriteLine($"  ratio of their lengths, boundary / pass         {Terminal.Short(found.ReadingsRatio)}");
        output.WriteLine(
            $"  their difference less (dC_pass/dq_0)·dq_0/dθ    {Terminal.Short(found.BoundaryTermError)} of the boundary gradient"
        );
        var c = found.Conditioning!;
        output.WriteLine();
        output.WriteLine("Conditioning of the rest state:");
        output.WriteLine(
            $"  κ, growth of a shot error per layer             {Terminal.Short(c.Kappa)}   (slowest mode {Terminal.Short(c.SlowestKappa)})"
        );
        output.WriteLine($"  layers until shooting keeps only 1e-6           {Limit(c.ShootingDepth)}");
        output.WriteLine($"  ‖H⁻¹‖                                           {Terminal.Short(c.InverseNorm)}");
        output.WriteLine(
            $"  C1: k_eff < m                                   {Terminal.Short(c.EffectiveStrength)} {(c.HoldsC1 ? "<" : "≥")} {Terminal.Short(c.Bound)}: {(c.HoldsC1 ? "the rest state is unique" : "does not hold: other rest states are possible")}"
        );
        output.WriteLine($"  rightmost eigenvalue at τ_v = 0.3               {Terminal.Short(c.Rightmost)}");
        output.WriteLine($"  largest stable τ_v                              {(c.MaxTau == 0 ? "none" : Limit(c.MaxTau))}");

        static string Finite(double x) => double.IsFinite(x) ? Terminal.Short(x) : "–";

        static string Limit(double x) => double.IsInfinity(x) ? "no limit" : Terminal.Short(x);
    }

    /// <summary>From here on, relative to the state, what was shot has nothing of the rest state left.</summary>
    private const double Lost = 0.1;

    private const double Escaped = 100;

    /// <summary>What was measured of the recurrence and of shooting, in one sentence.</summary>
    private static string Verdict(Equivalence found)
    {
        double state = found.Layers.Max(l => l.Largest),
            recurrence = found.Layers.Max(l => l.Recurrence);
        string step = $"The rest state satisfies the recurrence to {Terminal.Short(recurrence)}";
        return found.Layers.FirstOrDefault(l => !(l.Shooting < Lost * state)) is { Layer: > 0 } lost
            ? $"{step}; shooting loses it by layer {lost.Layer}"
            : $"{step}; shooting misses it by {Terminal.Short(found.Layers.Max(l => l.Shooting))} at most";
    }

    private static JsonObject Object(Equivalence found) =>
        new()
        {
            ["depth"] = found.Options.Depth,
            ["size"] = found.Options.Size,
            ["inhibitor_diffusion"] = found.Options.InhibitorDiffusion,
            ["k"] = found.Options.K,
            ["gamma"] = found.Options.Gamma,
            ["strength"] = found.Options.Strength,
            ["step"] = found.Options.Step,
            ["seed"] = found.Options.Seed,
            ["converged"] = found.Converged,
            ["method"] = found.Method,
            ["linear_solves"] = found.Steps,
            ["residual"] = Json.Finite(found.Residual),
            ["layers"] = new JsonArray([
                .. found.Layers.Select(l => new JsonObject
                {
                    ["layer"] = l.Layer,
                    ["largest"] = l.Largest,
                    ["recurrence_error"] = Json.Finite(l.Recurrence),
                    ["shooting_error"] = Json.Finite(l.Shooting),
                }),
            ]),
            ["gradients"] = new JsonArray([
                .. found.Points.Select(p => new JsonObject
                {
                    ["reading"] = p.Reading,
                    ["estimator"] = p.Estimator,
                    ["beta"] = p.Beta,
                    ["relative_error"] = Json.Finite(p.RelativeError),
                    ["cosine"] = Json.Finite(p.Cosine),
                }),
            ]),
            ["readings_cosine"] = found.Converged ? Json.Finite(found.ReadingsCosine) : null,
            ["readings_ratio"] = found.Converged ? Json.Finite(found.ReadingsRatio) : null,
            ["boundary_term_relative_error"] = found.Converged ? Json.Finite(found.BoundaryTermError) : null,
            ["conditioning"] = found.Conditioning is { } c ? CheckReport.Conditioning(c) : null,
        };

    /// <summary>Both pictures; the paths of their files.</summary>
    private static string[] Draw(string folder, Equivalence found)
    {
        var o = found.Options;
        string where = string.Create(
            CultureInfo.InvariantCulture,
            $"{o.Depth + 1} layers of {o.Size} neurons, D_{{v}} = {o.InhibitorDiffusion}, k = {o.K}, κ = {found.Conditioning!.Kappa:F3} per layer"
        );
        double[] layers = [.. found.Layers.Select(l => (double)l.Layer)];
        Series[] ways =
        [
            new("one step from the layer below", layers, [.. found.Layers.Select(l => l.Recurrence)]),
            // Far beyond the state there is only an escape to infinity to be seen.
            new("shot from layer 0", layers, [.. found.Layers.Select(l => l.Shooting < Escaped ? l.Shooting : double.NaN)]),
        ];
        Series[] estimates =
        [
            .. found
                .Points.GroupBy(p => (p.Reading, p.Estimator))
                .Select(g => new Series(
                    $"{(g.Key.Reading == "boundary" ? "EqProp" : "echo")}, {g.Key.Estimator}",
                    [.. g.OrderBy(p => p.Beta).Select(p => p.Beta)],
                    [.. g.OrderBy(p => p.Beta).Select(p => p.RelativeError)]
                )),
        ];
        string[] files =
        [
            .. Figure.Draw(
                folder,
                LayersPicture,
                path =>
                    ResidualCurve.Save(
                        path,
                        new(Verdict(found), where),
                        ways,
                        labelX: "layer",
                        labelY: "difference from the rest state (dimensionless)"
                    )
            ),
            .. Figure.Draw(
                folder,
                GradientsPicture,
                path => GradientError.Save(path, new("Each estimate against the exact gradient of its own reading", where), estimates)
            ),
        ];
        return [.. files.Select(file => Path.Combine(folder, file))];
    }

    /// <summary>Below this depth the call itself takes most of the time.</summary>
    private const int Asymptotic = 64;

    private static int Time(EquivalenceOptions options, bool json, TextWriter output, TextWriter error)
    {
        var all = new List<ChainTiming>();
        for (int depth = 4; depth <= Math.Max(4, options.Depth); depth *= 2)
        {
            all.AddRange(ChainTiming.Run(options with { Depth = depth }));
            error.WriteLine($"depth {depth}: done");
        }
        double? slope = Slope(all.Where(t => t is { Method: "block newton", Depth: >= Asymptotic }));
        if (json)
            output.WriteLine(
                Json.Text(
                    new()
                    {
                        ["tolerance"] = ChainTiming.Tolerance,
                        ["exponent"] = slope,
                        ["timings"] = new JsonArray([
                            .. all.Select(t => new JsonObject
                            {
                                ["depth"] = t.Depth,
                                ["method"] = t.Method,
                                ["milliseconds"] = t.Milliseconds,
                                ["steps"] = t.Steps,
                                ["residual"] = Json.Finite(t.Residual),
                                ["converged"] = t.Converged,
                            }),
                        ]),
                    }
                )
            );
        else
        {
            string[] methods = [.. all.Select(t => t.Method).Distinct()];
            string[][] cells =
            [
                ["depth", .. methods],
                .. all.GroupBy(t => t.Depth)
                    .Select(depth =>
                        (string[])
                            [
                                depth.Key.ToString(CultureInfo.InvariantCulture),
                                // The slower ways end at smaller depths.
                                .. methods.Select(m =>
                                    depth.FirstOrDefault(t => t.Method == m) is { } t
                                        ? $"{Terminal.Short(t.Milliseconds)} ({t.Steps}){(t.Converged ? "" : "*")}"
                                        : "–"
                                ),
                            ]
                    ),
            ];
            int[] widths = [.. Enumerable.Range(0, cells[0].Length).Select(i => cells.Max(row => row[i].Length))];
            output.WriteLine($"Milliseconds (steps) to residual {Terminal.Short(ChainTiming.Tolerance)}; * did not reach it");
            foreach (string[] row in cells)
                output.WriteLine(string.Join("  ", row.Select((cell, i) => Terminal.Whole(cell.PadLeft(widths[i])))));
            if (slope is { } s)
                output.WriteLine(
                    $"block newton: time ~ depth^{s.ToString("F2", CultureInfo.InvariantCulture)} per linear solve, depths {Asymptotic} and more"
                );
        }
        return all.Where(t => t.Method == "block newton").All(t => t.Converged) ? ExitCode.Done : ExitCode.NotConverged;
    }

    /// <summary>Least-squares slope of log time per linear solve against log depth.</summary>
    private static double? Slope(IEnumerable<ChainTiming> timings)
    {
        double[] x = [.. timings.Select(t => Math.Log(t.Depth))],
            y = [.. timings.Select(t => Math.Log(t.Milliseconds / Math.Max(1, t.Steps)))];
        if (x.Length < 3)
            return null;
        double meanX = x.Average(),
            meanY = y.Average();
        return x.Zip(y, (a, b) => (a - meanX) * (b - meanY)).Sum() / x.Sum(a => (a - meanX) * (a - meanX));
    }
}
