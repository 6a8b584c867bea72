using System.Text.Json;
using Nagumo.Data;

namespace Nagumo.Cli.Tests;

/// <summary>The sheets of <c>nagumo simulate</c>.</summary>
public sealed class SimulateSheetTests : IDisposable
{
    private readonly Sandbox _sandbox = new();

    public void Dispose() => _sandbox.Dispose();

    [Theory]
    [InlineData(
        "simulate spots --set method=explicit --set step=0.1",
        "step dt = 0.1 is not below the explicit limit 0.00587 of field v, 2 tau/(8 D + c)"
    )]
    [InlineData("simulate spots --set step=0.9", "step dt = 0.9 is not below the limit 0.8 of field v, 2 tau/c")]
    [InlineData("simulate spots --set method=implicit", "method = implicit: give one of explicit, semi-implicit.")]
    [InlineData("simulate spiral --set d_u=200", "step dt = 0.02 is not below the explicit limit 0.001")]
    [InlineData("simulate spiral --set size=7", "size = 7: give a whole number, 8 to 8192.")]
    [InlineData("simulate spiral --size 9000", "size = 9000: give a whole number, 8 to 8192.")]
    [InlineData("simulate spiral --time soon", "time = soon: give a finite number")]
    [InlineData("simulate spiral --set edges=open", "edges = open: give one of zero-flux, periodic.")]
    [InlineData("simulate spiral --set gamma=NaN", "gamma = NaN: give a finite number.")]
    [InlineData("simulate spiral --set tau=0", "tau = 0: dynamics need a time constant > 0; 12.5 is usual for spikes.")]
    [InlineData("simulate spiral --threads 0", "--threads 0: give 1 to 1024.")]
    [InlineData("simulate spiral --neuron hopfield", "'hopfield' has no inhibitor, and a spiral needs one: use fitzhugh-nagumo.")]
    [InlineData("simulate target --neuron hopfield --set d_v=1", "d_v = 1: 'hopfield' has no inhibitor; set it to 0.")]
    public void What_cannot_be_is_one_line(string line, string message)
    {
        string folder = _sandbox["refused"];
        var outcome = Sandbox.Run([.. line.Split(' '), "--out", folder]);

        Assert.StartsWith(message, outcome.OneError(2));
        Assert.False(Directory.Exists(folder));
    }

    // A coarse spiral, 60² cells: its published period is 37.332.
    [Fact]
    public void A_coarse_spiral_turns_alike_on_every_number_of_threads()
    {
        string one = _sandbox["one"],
            two = _sandbox["two"];
        string[] line =
        [
            "simulate",
            "spiral",
            "--size",
            "60",
            "--time",
            "600",
            "--set",
            "d_u=1",
            "--set",
            "step=0.04",
            "--set",
            "frames=5",
        ];
        var outcome = Sandbox.Run([.. line, "--threads", "1", "--save", "--json", "--out", one]);
        Assert.Equal(0, outcome.Code);
        using var json = JsonDocument.Parse(outcome.Output);
        var measured = json.RootElement.GetProperty("measured");
        Assert.Equal(37.332, measured.GetProperty("period").GetDouble(), 0.005 * 37.3);
        Assert.Equal(1.961, measured.GetProperty("tip_radius_cells").GetDouble(), 0.03 * 1.96);
        foreach (var picture in json.RootElement.GetProperty("pictures").EnumerateArray())
            Assert.True(new FileInfo(Path.Combine(one, picture.GetString()!)).Length > 1000);
        var saved = Npz.Read(Path.Combine(one, "trajectory.npz"));
        Assert.Equal([60, 60], saved["v"].Shape);
        Assert.Equal([5, 60, 60], saved["frames"].Shape);

        Assert.Equal(0, Sandbox.Run([.. line, "--threads", "3", "--save", "--out", two]).Code);
        foreach (string file in (string[])["config.json", "trajectory.npz", "film.png", "sheet.png", "frames/0004.png"])
            Assert.Equal(File.ReadAllBytes(Path.Combine(one, file)), File.ReadAllBytes(Path.Combine(two, file)));
    }

    [Fact]
    public void A_step_that_the_medium_outgrows_fails_with_one_line()
    {
        // The start is at rest, where the bound is far; a pacemaker of 1000 drives the cubic beyond Euler's reach.
        var outcome = Sandbox.Run("simulate", "target", "--size", "16", "--time", "20", "--set", "current=1000", "--out", _sandbox["out"]);
        Assert.Contains("Lower it", outcome.OneError(1));
    }

    private const string Cubic = """
        { "potential": "u^4/4 - (1+a)*u^3/3 + a*u^2/2 + u*v - g*v^2/2", "parameters": { "a": 0.1, "g": 1 }, "inhibitors": { "v": 200 } }
        """;

    private (int Code, JsonElement Result) Json(string line)
    {
        var outcome = Sandbox.Run([.. line.Split(' '), "--json", "--out", _sandbox[Guid.NewGuid().ToString("N")]]);
        Assert.True(outcome.Output.Length > 0, outcome.Error);
        return (outcome.Code, JsonDocument.Parse(outcome.Output).RootElement);
    }

    private string Neuron(string name, string json)
    {
        File.WriteAllText(_sandbox[name], json);
        return _sandbox[name];
    }

    // An inhibitor of 0.9 is nine times what this neuron's spike reaches: the whole sheet falls back to rest.
    [Fact]
    public void An_empty_sheet_is_no_spiral()
    {
        string cubic = Neuron("cubic.json", Cubic);
        var (code, result) = Json(
            $"simulate spiral --neuron {cubic} --set d_u=1 --size 60 --set step=0.1 --time 900 --set frames=0 --set excited=1.2 --set refractory=0.9"
        );
        Assert.Equal(3, code);
        Assert.Equal("everything died", result.GetProperty("measured").GetProperty("motion").GetString());
        Assert.Equal(JsonValueKind.Null, result.GetProperty("measured").GetProperty("period").ValueKind);
        Assert.Contains("every cell is at rest", result.GetProperty("why").GetString());
    }

    // From v = 0.25 on the lower half and u = 1 on the left one a spiral lives, T 205 to 216 by an independent program.
    [Fact]
    [Trait("speed", "slow")]
    public void The_same_neuron_carries_a_spiral_from_another_start()
    {
        string cubic = Neuron("cubic.json", Cubic);
        var (code, result) = Json(
            $"simulate spiral --neuron {cubic} --set d_u=1 --size 160 --set step=0.1 --time 1500 --set frames=0 --set excited=1 --set refractory=0.25"
        );
        Assert.Equal(0, code);
        Assert.InRange(result.GetProperty("measured").GetProperty("period").GetDouble(), 205, 216);
    }

    // The textbook's neuron with v counted from 2: T 37.09, radius 3.94, as in its own units.
    [Fact]
    [Trait("speed", "slow")]
    public void A_shifted_neuron_carries_the_same_spiral()
    {
        string shifted = Neuron(
            "shifted.json",
            """{ "potential": "-(u^2/2 - u^4/12) + u*(v-2) - 0.5*(v-2)^2/2 + 0.7*(v-2)", "inhibitors": { "v": 11 } }"""
        );
        var (code, result) = Json($"simulate spiral --neuron {shifted} --time 400 --set frames=0");
        var measured = result.GetProperty("measured");
        Assert.Equal(0, code);
        Assert.Equal(37.09, measured.GetProperty("period").GetDouble(), 0.02);
        Assert.Equal(3.94, measured.GetProperty("tip_radius_cells").GetDouble(), 0.03);
    }

    // Rest states of γ = 2, a = 0.4: −1.3899 and 0.9213 are stable, 0.4686 is a saddle.
    [Fact]
    public void A_sheet_starts_from_a_stable_state_and_says_which()
    {
        var (code, result) = Json("simulate target --set gamma=2 --set a=0.4 --set current=0 --size 16 --time 40 --set frames=0");
        Assert.Equal(3, code);
        Assert.Equal("u = -1.3899, stable; also u = 0.92126", result.GetProperty("measured").GetProperty("rest").GetString());
        Assert.Contains("has not fired", result.GetProperty("why").GetString());
    }

    [Theory]
    [InlineData("labyrinth --set gamma=1.5 --set d_v=0 --set tau=1 --time 40", "bistable domains", "several stable rest states")]
    [InlineData("spots --set d_v=1 --time 100", "uniform", "no wave grows")]
    [InlineData("holes --set tau=20 --time 100", "oscillating", "moves on and on")]
    [InlineData("spots --time 1", "not yet formed", "Simulate longer")]
    public void A_pattern_has_its_name_only_where_its_condition_holds(string line, string pattern, string why)
    {
        var (code, result) = Json($"simulate {line} --size 48 --set frames=0");
        Assert.Equal(3, code);
        Assert.Equal(pattern, result.GetProperty("measured").GetProperty("pattern").GetString());
        Assert.DoesNotContain("Turing pattern: ", result.GetProperty("title").GetString()!.Replace("no Turing pattern: ", ""));
        Assert.Contains(why, result.GetProperty("why").GetString());
    }

    [Fact]
    public void A_labyrinth_is_not_called_spots()
    {
        var (code, result) = Json("simulate spots --set a=0 --set d_v=5.828 --size 96 --time 300 --set frames=0");
        Assert.Equal(3, code);
        Assert.Equal("Turing pattern: labyrinth", result.GetProperty("title").GetString());
    }
}
