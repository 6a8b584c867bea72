using System.Text.Json.Nodes;
using Nagumo.Circuits;

namespace Nagumo.Cli.Tests;

/// <summary><c>nagumo circuit</c>: results, files, and one line for what cannot be done.</summary>
public sealed class CircuitTests : IDisposable
{
    private readonly Sandbox _box = new();

    public void Dispose() => _box.Dispose();

    [Theory]
    [InlineData("circuit", "'nagumo circuit' needs a command: export, verify, infer, draw, power, learn")]
    [InlineData("circuit export", "'nagumo circuit export' needs TARGET")]
    [InlineData("circuit export nuron", "there is no circuit, preset, file or run 'nuron'. Did you mean 'neuron'?")]
    [InlineData("circuit export neuron --set gama=1", "neuron has no key 'gama'. Did you mean 'gamma'?")]
    [InlineData("circuit export neuron --set gamma=0", "gamma = 0 is outside [1E-06, ∞). Give a value in this range.")]
    [InlineData("circuit export neuron --set neuron=fhn", "there is no neuron or file 'fhn'.", true)]
    [InlineData("circuit export neuron --set neuron=hopfield", "Population 'n': neuron 'hopfield' is held in the box [0, 1]", true)]
    [InlineData("circuit export chain --set size=1.5", "size = 1.5: give a whole number from 0 to 100000.")]
    [InlineData("circuit export chain --set size=1", "A chain of 1 neuron: give at least 2.")]
    [InlineData("circuit export chain --set diffusion.v=-1", "D = -1: give a finite number ≥ 0.")]
    [InlineData("circuit export chain --set size=50000", "The circuit has more than 250,000 elements", true)]
    [InlineData("circuit export neuron --device 1N", "There is no device '1N'.", true)]
    [InlineData("circuit export neuron --weights rail", "--weights rail. Did you mean 'rails'?")]
    [InlineData("circuit export neuron --set current=20mV", "current = 20mV: give a number without a unit, such as current=0.02.", true)]
    [InlineData("circuit export neuron --set tau=1.5us", "tau = 1.5us: give a number without a unit, such as tau=1.5E-06.", true)]
    [InlineData("circuit export neuron --set tau=soon", "tau = soon: give a finite number.")]
    [InlineData("circuit export neuron --noise -1", "noise = -1: give a finite number ≥ 0.")]
    [InlineData("circuit export neuron --duration 0", "duration = 0: give a finite number > 0.")]
    [InlineData("circuit export neuron --json", "--json describes the file: name it with --out.")]
    [InlineData("circuit verify neuron --from there", "--from there: give start or rest.")]
    [InlineData("circuit verify neuron --timeout 0", "timeout = 0 s: give a number > 0, at most 1000000.")]
    [InlineData("circuit infer chain", "'chain' reads no data: name a trained run, or iris-fhn, iris-rails or iris.")]
    [InlineData("circuit infer iris --samples 3-", "--samples 3-: give numbers and ranges, e.g. 0-9 or 3,17,20-24.")]
    [InlineData("circuit infer iris --samples 9-3", "--samples 9-3: give numbers and ranges, e.g. 0-9 or 3,17,20-24.")]
    [InlineData("circuit infer iris --samples 0-2147483647", "--samples 0-2147483647: give numbers and ranges", true)]
    [InlineData("circuit verify neuron --timeout 1e300", "timeout = 1E+300 s: give a number > 0, at most 1000000.")]
    [InlineData("circuit learn mnist", "there is no task 'mnist': iris is the one that fits ngspice.")]
    [InlineData("circuit learn iris --splits 6", "--splits 6: give 1 to 5.")]
    [InlineData("circuit power spike", "fitzhugh-nagumo, I = 0.5: it oscillates, so it has no power at rest.")]
    [InlineData("circuit draw spike --voltages", "fitzhugh-nagumo, I = 0.5: it oscillates", true)]
    [InlineData("circuit verify chain --sample 3", "--sample is for networks that read data, and 'chain' reads none: leave it out.")]
    [InlineData("circuit draw spike --weights rails", "--weights is for networks that read data, and 'spike' reads none: leave it out.")]
    [InlineData(
        "circuit verify spike --from rest",
        "--from is for what comes to rest, and fitzhugh-nagumo, I = 0.5 oscillates: leave it out."
    )]
    public void Wrong_use_is_one_line(string line, string message, bool begins = false)
    {
        string error = Sandbox.Run(line.Split(' ')).OneError(2);
        if (begins)
            Assert.StartsWith(message, error, StringComparison.Ordinal);
        else
            Assert.Equal(message, error);
    }

    [Theory]
    [InlineData("gamma=1e150", "gamma = 1E+150")]
    [InlineData("k=1e100", "k = 1E+100")]
    [InlineData("tau=1e-100", "tau = 1E-100")]
    [InlineData("current=1e10", "current = 10000000000")]
    public void A_neuron_too_fast_to_follow_is_named_by_its_parameter(string assignment, string named) =>
        Assert.Contains(
            $"{named} makes it too fast to follow",
            Sandbox.Run("circuit", "verify", "neuron", "--set", assignment).OneError(2)
        );

    [Theory]
    [InlineData(
        "gamma=1e308",
        "Population 'n', neuron 0: element R_v would have the value Infinity Ω, and a netlist takes 1E-200 to 1E+200.",
        true
    )]
    [InlineData("k=1e308", "Population 'n', neuron 0: element Xd would have the value 2.15789E+306 A/Vⁿ", true)]
    [InlineData("a=1e308", "Population 'n', neuron 0: element V_v would have the value -1.425E+307 V", true)]
    [InlineData("tau=1e308", "Population 'n', neuron 0: element L_v would have the value 2.14753E+302 H", true)]
    [InlineData("current=1e308", "Population 'n', neuron 0: element In_0 would have the value 3.075E+305 A", true)]
    [InlineData("tau=1e-320", "Population 'n', neuron 0: element L_v would have the value", true)]
    public void Values_that_no_netlist_takes_are_refused_by_name(string assignment, string message, bool begins) =>
        Wrong_use_is_one_line($"circuit export neuron --set {assignment}", message, begins);

    /// <summary>As it is, an exported netlist runs and says where everything came to rest; its whole course is kept.</summary>
    [Theory]
    [InlineData("neuron")]
    [InlineData("neuron --set neuron=fitzhugh-nagumo-nonlinear-inhibitor")]
    [InlineData("neuron --set neuron=log-cosh --set current=0.3")]
    [InlineData("chain --set size=12")]
    [InlineData("iris --inputs currents")]
    [InlineData("iris --weights rails")]
    [InlineData("iris-rails")]
    [InlineData("iris-fhn --inhibitors gyrator")]
    [InlineData("iris-fhn --nudge 0.1")]
    public void An_exported_netlist_runs_as_it_is(string target)
    {
        Assert.SkipUnless(Ngspice.Default.IsAvailable(), "ngspice is not installed (apt-get install ngspice).");
        string file = _box["x.cir"];
        var exported = Sandbox.Run(["circuit", "export", .. target.Split(' '), "--out", file]);
        Assert.True(exported.Code == 0, exported.Error);
        string netlist = File.ReadAllText(file);
        Assert.Matches(@"\.tran \S+ \S+ 0 \S+ uic", netlist);
        Assert.Contains($"run it with: ngspice -b {file}", exported.Output, StringComparison.Ordinal);
        var run = Sandbox.End(
            System.Diagnostics.Process.Start(
                new System.Diagnostics.ProcessStartInfo(Ngspice.Default.Executable, ["-b", file])
                {
                    RedirectStandardOutput = true,
                    RedirectStandardError = true,
                }
            )!
        );
        Assert.Equal(0, run.Code);
        string said = run.Output + run.Error;
        Assert.DoesNotContain("failed", said, StringComparison.Ordinal);
        Assert.DoesNotContain("no simulations run", said, StringComparison.Ordinal);
        // Every measurement that the netlist asks for is printed, as a number.
        foreach (string line in netlist.Split('\n').Where(l => l.StartsWith(".meas", StringComparison.Ordinal)))
            Assert.Matches($@"(?m)^{line.Split(' ')[2]} *= +-?\d\.\d+e[+-]\d\d", said);
    }

    [Fact]
    public void An_absent_simulator_is_one_line_with_the_remedy()
    {
        var outcome = _box.RunApart("circuit verify neuron", before: "NAGUMO_NGSPICE=/no/ngspice");
        Assert.Contains("'/no/ngspice' cannot be started. Install it", outcome.OneError(1), StringComparison.Ordinal);
    }

    [Fact]
    public void Folders_are_made_and_what_is_no_netlist_or_picture_is_kept()
    {
        File.WriteAllText(_box["notes.svg"], "my notes");
        Assert.Contains("is no picture, so it is kept", Sandbox.Run("circuit", "draw", "spike", "--out", _box["notes.svg"]).OneError(2));
        Assert.Contains("is no netlist, so it is kept", Sandbox.Run("circuit", "export", "spike", "--out", _box["notes.svg"]).OneError(2));
        Assert.Contains("is a folder", Sandbox.Run("circuit", "export", "spike", "--out", _box.Folder).OneError(2));
        Assert.Contains("is a file", Sandbox.Run("circuit", "export", "spike", "--out", _box["notes.svg/x.cir"]).OneError(2));
        Assert.Equal("my notes", File.ReadAllText(_box["notes.svg"]));
        // What the command itself wrote is replaced.
        foreach (string line in (string[])["draw spike --out ", "draw spike --out ", "export spike --out ", "export spike --out "])
        {
            string file = _box[line.StartsWith("draw", StringComparison.Ordinal) ? "new/in/a.svg" : "new/in/a.cir"];
            var outcome = Sandbox.Run([.. $"circuit {line}{file}".Split(' ')]);
            Assert.Equal(0, outcome.Code);
            Assert.StartsWith($"wrote {file}", outcome.Output);
        }
        // Unnamed, nothing is replaced.
        Assert.Equal("wrote circuit-spike.svg", _box.RunApart("circuit draw spike").Output.TrimEnd());
        Assert.Equal("wrote circuit-spike-2.svg", _box.RunApart("circuit draw spike").Output.TrimEnd());
    }

    [Fact]
    public void A_trained_run_is_exported_to_the_same_bytes()
    {
        string run = _box.Train("run", "--epochs", "1");
        string[] line = ["circuit", "export", run, "--inputs", "currents", "--sample", "3"];
        var first = Sandbox.Run(line);
        Assert.True(first.Code == 0, first.Error);
        Assert.Equal(first.Output, Sandbox.Run(line).Output);
        Assert.Contains("\n.tran ", first.Output, StringComparison.Ordinal);
        Assert.Contains(
            "test samples: give 0 to 999",
            Sandbox.Run("circuit", "export", run, "--sample", "1000").OneError(2),
            StringComparison.Ordinal
        );
    }

    /// <summary>A preset of iris becomes a run that is kept, and everything about its circuit is asked of the run.</summary>
    [Fact]
    public void An_iris_preset_becomes_a_run_whose_circuit_answers()
    {
        var trained = Sandbox.Run("train", "iris", "--out", _box["run"], "--epochs", "10");
        Assert.True(trained.Code == 0, trained.Error);
        Assert.Equal(0, Sandbox.Run("circuit", "power", _box["run"]).Code);
        Assert.SkipUnless(Ngspice.Default.IsAvailable(), "ngspice is not installed (apt-get install ngspice).");
        var outcome = Sandbox.Run("circuit", "infer", _box["run"], "--samples", "0-2,29,17", "--json");
        Assert.True(outcome.Code == 0, outcome.Error);
        var result = (JsonObject)JsonNode.Parse(outcome.Output)!;
        var samples = result["samples"]!.AsArray();
        Assert.Equal([0, 1, 2, 29, 17], samples.Select(s => (int)s!["sample"]!));
        var flowers = Data.Iris.Load().Test;
        foreach (var s in samples)
        {
            Assert.Equal(flowers.Labels[(int)s!["sample"]!], (int)s["label"]!);
            Assert.Equal((int)s["own_answer"]!, (int)s["answer"]!);
            Assert.True((bool)s["settled"]!);
            Assert.InRange((double)s["settling_s"]!, 46.3e-9, 200 * 46.4e-9);
            Assert.True((double)s["margin"]! > 0);
        }
        Assert.Equal(samples.Count(s => (int)s!["answer"]! == (int)s["label"]!), (int)result["right"]!);
        Assert.Contains(
            "5 of 5 as the library from the same start; 5 of 5 as eval; every circuit settled",
            Sandbox.Run("circuit", "infer", _box["run"], "--samples", "0-2,29,17").Output.ReplaceLineEndings(" "),
            StringComparison.Ordinal
        );
        Assert.Contains(
            "--samples 30: iris has 30 test samples: give 0 to 29.",
            Sandbox.Run("circuit", "infer", _box["run"], "--samples", "0,30", "--json").OneError(2),
            StringComparison.Ordinal
        );
    }

    /// <summary>Before anything is trained: the sample, those that there are, and what to give.</summary>
    [Theory]
    [InlineData("export iris-fhn --sample 30", "--sample 30")]
    [InlineData("draw iris-fhn --sample -1 --out x.svg", "--sample -1")]
    [InlineData("power iris-rails --sample 99", "--sample 99")]
    public void A_sample_that_there_is_not_is_named_at_once(string line, string named)
    {
        string error = Sandbox.Run(["circuit", .. line.Split(' ')]).OneError(2);
        Assert.Equal($"{named}: iris has 30 test samples: give 0 to 29.", error);
    }

    /// <summary>A signal to the command alone: the simulator ends with it, and leaves no folder.</summary>
    [Theory]
    [InlineData("verify chain", "INT")]
    [InlineData("verify chain", "TERM")]
    [InlineData("infer iris", "TERM")]
    [InlineData("learn iris --threads 2", "INT")]
    [InlineData("learn iris --threads 1", "TERM")]
    public void A_signal_ends_the_simulator_too(string line, string signal)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The stand-in is a shell script.");
        Directory.CreateDirectory(_box["tmp"]);
        File.WriteAllText(_box["ngspice"], $"#!/bin/sh\necho $$ >> '{_box["pids"]}'\nexec sleep 600\n");
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(_box["ngspice"], UnixFileMode.UserRead | UnixFileMode.UserExecute);
        var process = _box.Start($"circuit {line}", before: $"TMPDIR='{_box["tmp"]}' NAGUMO_NGSPICE='{_box["ngspice"]}'");
        while (!File.Exists(_box["pids"]) || File.ReadAllText(_box["pids"]).Length == 0)
        {
            Assert.False(process.HasExited);
            Thread.Sleep(50);
        }
        Thread.Sleep(200);
        using (System.Diagnostics.Process.Start("kill", [$"-{signal}", $"{process.Id}"]))
        {
            var outcome = Sandbox.End(process);
            Assert.Equal(130, outcome.Code);
            Assert.Contains("interrupted", outcome.Error, StringComparison.Ordinal);
        }
        foreach (string pid in File.ReadAllLines(_box["pids"]))
            Assert.False(Directory.Exists($"/proc/{pid}"), $"ngspice {pid} goes on");
        Assert.Empty(Directory.GetDirectories(_box["tmp"], "nagumo-ngspice-*"));
    }

    [Fact]
    public void Results_are_objects_with_the_documented_keys()
    {
        Keys(["export", "neuron", "--out", _box["n.cir"]], "target file neurons elements bytes units");
        Keys(["draw", "chain", "--out", _box["c.svg"]], "target file");
        Keys(
            ["power", "neuron"],
            "target neurons elements supply_w imbalance shares inference_s inference_j nudged_s update_j coupling_resistors coupling_transconductors units"
        );
        Assert.SkipUnless(Ngspice.Default.IsAvailable(), "ngspice is not installed (apt-get install ngspice).");
        Keys(
            ["verify", "neuron"],
            "target kind from agrees nodes elements largest_error_of_full_scale full_scale_v method residual converged ngspice_residual ngspice_settled ngspice_oscillates ngspice_simulated_s ngspice_seconds fields units"
        );
        Keys(
            ["verify", "spike"],
            "target kind agrees period_s ngspice_period_s period_error low high ngspice_low ngspice_high peak_error ngspice_seconds units"
        );
    }

    private static void Keys(string[] line, string keys)
    {
        var outcome = Sandbox.Run(["circuit", .. line, "--json"]);
        Assert.True(outcome.Code == 0, outcome.Error);
        var o = (JsonObject)JsonNode.Parse(outcome.Output)!;
        Assert.Equal(keys.Split(' ').Order(), o.Select(p => p.Key).Order());
    }

    /// <summary>A measured curve takes the place of a named device; its cubic's own points give that device back.</summary>
    [Fact]
    public void A_measured_diode_is_built()
    {
        var units = Units.Of(TunnelDiode.Like1N3716);
        File.WriteAllLines(
            _box["curve.csv"],
            [
                "V,I",
                .. Enumerable
                    .Range(0, 401)
                    .Select(i => i * 1e-3)
                    .Select(v => (v, u: (v - units.Middle) / units.Span))
                    .Select(p => FormattableString.Invariant($"{p.v},{units.Offset - units.Current * (p.u - p.u * p.u * p.u / 3)}")),
            ]
        );
        var power = Sandbox.Run("circuit", "power", "neuron", "--diode", _box["curve.csv"], "--json");
        Assert.True(power.Code == 0, power.Error);
        Assert.Contains("peak 4.7 mA at 65 mV, valley 600 µA at 350 mV", power.Error);
        double watts = Watts(power),
            named = Watts(Sandbox.Run("circuit", "power", "neuron", "--json"));
        Assert.Equal(1, watts / named, 1e-4);
        Assert.NotEqual(named, watts);
        Assert.Contains("there is no file 'nowhere'", Sandbox.Run("circuit", "power", "neuron", "--diode", "nowhere").OneError(2));
        File.WriteAllText(_box["line.csv"], "0 0\n0.1 1e-3\n0.2 2e-3\n0.3 3e-3\n");
        Assert.Contains(
            "no peak with a valley beyond it",
            Sandbox.Run("circuit", "power", "neuron", "--diode", _box["line.csv"]).OneError(2)
        );

        static double Watts(Outcome outcome) => (double)System.Text.Json.Nodes.JsonNode.Parse(outcome.Output)!["supply_w"]!;
    }

    /// <summary>Without voltages a drawing shows weights alone: what it does not show is refused.</summary>
    [Theory]
    [InlineData("hardware.drift=0.2")]
    [InlineData("pixels.gain=3")]
    [InlineData("network.populations.h.scale=0.7")]
    [InlineData("network.couplings.1.value=0.5")]
    public void What_a_drawing_does_not_show_is_refused(string key)
    {
        string config = _box.Config(Sandbox.Flowers);
        string[] draw = ["circuit", "draw", config, "--out", _box["net.svg"], "--set", key];
        Assert.Contains("without --voltages a drawing shows the weights", Sandbox.Run(draw).OneError(2));
        Assert.Equal(0, Sandbox.Run([.. draw, "--voltages"]).Code);
    }

    /// <summary>Equations without a potential: why not, whether there is one, and what can be done with them.</summary>
    [Fact]
    public void Equations_alone_are_refused_with_the_way_on()
    {
        string file = _box["barkley.txt"],
            config = _box["net.json"];
        File.WriteAllText(file, "u' = u*(1-u)*(u-(v+0.06)/0.75)/0.02\nv' = u - v\n");
        foreach (
            string[] line in (string[][])
                [
                    ["train", file],
                    ["check", file],
                    ["info", file],
                    ["circuit", "export", file],
                    ["circuit", "export", "neuron", "--set", $"neuron={file}"],
                ]
        )
        {
            string error = Sandbox.Run(line).OneError(2).ReplaceLineEndings(" ");
            Assert.Contains("need the potential", error);
            Assert.Contains($"nagumo audit {file}", error);
            Assert.Contains($"nagumo simulate neuron --neuron {file}", error);
        }
        File.WriteAllText(config, Sandbox.Tiny.Replace("\"neuron\": \"fitzhugh-nagumo\"", $"\"neuron\": \"{file}\""));
        Assert.Contains("Whether equations have one: nagumo audit", Sandbox.Run("train", config).OneError(2));
        // A file with a potential is a neuron of a circuit.
        File.WriteAllText(
            file,
            """{ "potential": "-(u^2/2 - u^4/12) + u*v - g*v^2/2", "parameters": { "g": 0.8 }, "inhibitors": { "v": 2 } }"""
        );
        string[] export = ["circuit", "export", "neuron", "--set", $"neuron={file}"];
        Assert.NotEqual(Sandbox.Run(export).Output, Sandbox.Run([.. export, "--set", "g=0.7"]).Output);
        Assert.Equal(0, Sandbox.Run(export).Code);
    }
}
