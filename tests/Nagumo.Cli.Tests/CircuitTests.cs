using System.Text.Json.Nodes;
using Nagumo.Circuits;

namespace Nagumo.Cli.Tests;

/// <summary><c>nagumo circuit</c>: results, files, and one line for what cannot be done.</summary>
public sealed class CircuitTests : IDisposable
{
    private readonly Sandbox _box = new();

    public void Dispose() => _box.Dispose();

    [Theory]
    [InlineData("circuit", "'nagumo circuit' needs a command: export, verify, draw, power, learn")]
    [InlineData("circuit export", "'nagumo circuit export' needs TARGET")]
    [InlineData("circuit export nuron", "there is no circuit, preset, file or run 'nuron'. Did you mean 'neuron'?")]
    [InlineData("circuit export neuron --set gama=1", "neuron has no key 'gama'. Did you mean 'gamma'?")]
    [InlineData("circuit export neuron --set gamma=0", "gamma = 0 is outside [1E-06, ∞). Give a value in this range.")]
    [InlineData("circuit export neuron --set neuron=fhn", "there is no neuron 'fhn'.", true)]
    [InlineData("circuit export neuron --set neuron=hopfield", "Population 'n': neuron 'hopfield' is held in the box [0, 1]", true)]
    [InlineData("circuit export chain --set size=1.5", "size = 1.5: give a whole number from 0 to 100000.")]
    [InlineData("circuit export chain --set size=1", "A chain of 1 neurons: give at least 2.")]
    [InlineData("circuit export chain --set diffusion.v=-1", "D = -1: give a finite number ≥ 0.")]
    [InlineData("circuit export chain --set size=50000", "The circuit has more than 250,000 elements", true)]
    [InlineData("circuit export neuron --device 1N", "There is no device '1N'.", true)]
    [InlineData("circuit export neuron --weights rail", "--weights rail. Did you mean 'rails'?")]
    [InlineData("circuit export neuron --noise -1", "noise = -1: give a finite number ≥ 0.")]
    [InlineData("circuit export neuron --duration 0", "Transient analysis: duration = 0. Give a finite number > 0.")]
    [InlineData("circuit export neuron --json", "--json describes the file: name it with --out.")]
    [InlineData("circuit verify neuron --from there", "--from there: give start or rest.")]
    [InlineData("circuit verify neuron --timeout 0", "timeout = 0 s: give a finite number > 0.")]
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

    /// <summary>A neuron is exported to be watched, so its whole course is kept; of a network only the end.</summary>
    [Fact]
    public void ANeuronIsKeptFromTheStartANetworkAtItsEnd()
    {
        Assert.Matches(@"\.tran \S+ \S+ 0 \S+ uic", Sandbox.Run("circuit", "export", "neuron").Output);
        Assert.DoesNotMatch(@"\.tran \S+ \S+ 0 \S+ uic", Sandbox.Run("circuit", "export", "chain").Output);
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
            "test samples 0 to 999",
            Sandbox.Run("circuit", "export", run, "--sample", "1000").OneError(2),
            StringComparison.Ordinal
        );
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
            "target kind from agrees nodes elements largest_error_of_full_scale full_scale_v method residual converged ngspice_residual ngspice_settled ngspice_simulated_s ngspice_seconds fields units"
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
}
