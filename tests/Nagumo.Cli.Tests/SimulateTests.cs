using System.Text.Json;
using Nagumo.Data;

namespace Nagumo.Cli.Tests;

/// <summary><c>nagumo simulate</c>: numbers beside expectations, files, and one clear line for what cannot be.</summary>
public sealed class SimulateTests : IDisposable
{
    private readonly Sandbox _sandbox = new();

    public void Dispose() => _sandbox.Dispose();

    [Theory]
    [InlineData("simulate turin", "there is no phenomenon or file 'turin'. Did you mean 'turing'?")]
    [InlineData("simulate spike --set curent=1", "'spike' has no key 'curent'. Did you mean 'current'?")]
    [InlineData("simulate spike --set current", "'current' is not key=value; for example tau=12.5.")]
    [InlineData("simulate spike --set current=nan", "current = nan: give a finite number, -∞ to ∞.")]
    [InlineData("simulate spike --set tau=NaN", "tau = NaN: give a finite number.")]
    [InlineData("simulate spike --set tau=0", "tau = 0: dynamics need a time constant > 0; 12.5 is usual for spikes.")]
    [InlineData("simulate spike --set k=abc", "k = abc: give a finite number.")]
    [InlineData("simulate spike --set time=-1", "time = -1: give a finite number, 0 to ∞.")]
    [InlineData(
        "simulate neuron --neuron hopfield",
        "the neuron 'hopfield' has no inhibitor, so that it can neither spike nor oscillate: choose one that has, such as fitzhugh-nagumo."
    )]
    [InlineData("simulate neuron --neuron fitzhugh", "there is no neuron or file 'fitzhugh'. Did you mean 'fitzhugh-nagumo'?")]
    [InlineData("simulate turing --set cells=1.5", "cells = 1.5: give a whole number, 3 to 1000000.")]
    [InlineData("simulate turing --set ends=open", "ends = open: give one of zero-flux, periodic.")]
    [InlineData(
        "simulate turing --set method=euler --set step=0.1",
        "step = 0.1 is above Euler's stability limit 0.00277 for d_u = 4, d_v = 36, tau = 0.2. Give a smaller step, or method=semi-implicit."
    )]
    [InlineData("simulate turing --set tau=12.5", "current = 0: the single neuron has no stable rest state")]
    [InlineData("simulate turing --seeds 0", "--seeds 0: give 1 to 10000.")]
    [InlineData("simulate hopf --set tau=0.05", "this neuron has no Hopf current")]
    [InlineData("simulate hopf --set gamma=0.8 --set tau=12.5", "the Hopf point at I = ")]
    [InlineData("simulate hopf --set from=0.1 --set to=0.01", "from = 0.1, to = 0.01: give from < to.")]
    [InlineData("simulate sweep --set a=0.3 --set d_u=2", "the onset of mode")]
    public void What_cannot_be_is_one_line(string line, string message)
    {
        // The folder of a refused simulation is not left behind.
        string folder = _sandbox["refused"];
        var outcome = Sandbox.Run([.. line.Split(' '), "--out", folder]);

        Assert.StartsWith(message, outcome.OneError(2));
        Assert.False(Directory.Exists(folder));
    }

    [Theory]
    [InlineData("currnt")]
    [InlineData("size")]
    public void A_key_that_a_configuration_has_not_is_refused(string key)
    {
        string file = _sandbox["config.json"];
        File.WriteAllText(file, $$"""{ "simulate": "spike", "{{key}}": 1, "settings": {} }""");
        Assert.Contains($"has no key '{key}'", Sandbox.Run("simulate", file, "--out", _sandbox["run"]).OneError(2));
    }

    [Fact]
    public void A_folder_that_cannot_be_made_fails()
    {
        File.WriteAllText(_sandbox["file"], "");
        Assert.Contains("--out names a folder", Sandbox.Run("simulate", "spike", "--out", _sandbox["file"]).OneError(2));
        Assert.EndsWith(
            "file' is a file, not a folder. Use another path",
            Sandbox.Run("simulate", "spike", "--out", _sandbox["file/in"]).OneError(1)
        );
    }

    [Fact]
    public void Without_a_name_it_lists_what_there_is()
    {
        string text = Sandbox.Run("simulate").Output;
        using var json = JsonDocument.Parse(Sandbox.Run("simulate", "--json").Output);

        foreach (var phenomenon in json.RootElement.GetProperty("phenomena").EnumerateArray())
            Assert.Contains($"\n{phenomenon.GetProperty("name").GetString()}  ", "\n" + text);
        Assert.Contains("d_v = 36", Sandbox.Run("simulate", "turing", "--list").Output);
    }

    [Fact]
    public void Spike_meets_its_expectations_and_can_be_run_again()
    {
        string first = _sandbox["a"],
            again = _sandbox["b"];
        var outcome = Sandbox.Run("simulate", "spike", "--json", "--save", "--out", first);
        Assert.Equal(0, outcome.Code);
        using var json = JsonDocument.Parse(outcome.Output);
        JsonElement measured = json.RootElement.GetProperty("measured"),
            expected = json.RootElement.GetProperty("expected");
        Assert.Equal("excitable", measured.GetProperty("regime").GetString());
        Assert.InRange(
            measured.GetProperty("threshold_kick").GetDouble(),
            expected.GetProperty("threshold_kick").GetProperty("min").GetDouble(),
            expected.GetProperty("threshold_kick").GetProperty("max").GetDouble()
        );
        // Runge–Kutta of order four with steps of 1e-4 and of 2e-4, the peak of a parabola through three points: 1.793432075695.
        Assert.Equal(1.793432075695, measured.GetProperty("peak_u").GetDouble(), 2e-9);
        Assert.Equal(1.793432075695, expected.GetProperty("peak_u").GetDouble(), 1e-8);
        Assert.Equal(2001, Npz.Read(Path.Combine(first, "trajectory.npz"))["u"].Shape[0]);
        foreach (var picture in json.RootElement.GetProperty("pictures").EnumerateArray())
            Assert.True(new FileInfo(Path.Combine(first, picture.GetString()!)).Length > 1000);

        Assert.Equal(0, Sandbox.Run("simulate", Path.Combine(first, "config.json"), "--save", "--out", again).Code);
        foreach (string file in (string[])["config.json", "trajectory.npz", "phase-plane.png", "time-course.svg"])
            Assert.Equal(File.ReadAllBytes(Path.Combine(first, file)), File.ReadAllBytes(Path.Combine(again, file)));
        Assert.StartsWith($"'{again}' holds a finished run", Sandbox.Run("simulate", "spike", "--out", again).OneError(2));
    }

    [Fact]
    public void A_neuron_from_a_file_is_analysed_like_any_other()
    {
        string file = _sandbox["mine.json"];
        File.WriteAllText(
            file,
            """{ "potential": "-k*(u^2/2 - u^4/12) + u*v - v^2/4 - v^4/40", "parameters": { "k": 1 }, "inhibitors": { "v": 8 } }"""
        );
        var outcome = Sandbox.Run([
            "simulate",
            "neuron",
            "--neuron",
            file,
            "--set",
            "current=0.1",
            "--set",
            "curve=0",
            "--json",
            "--out",
            _sandbox["mine"],
        ]);

        Assert.Equal(0, outcome.Code);
        using var json = JsonDocument.Parse(outcome.Output);
        Assert.Equal("oscillatory", json.RootElement.GetProperty("measured").GetProperty("regime").GetString());
        // Nothing published is expected of somebody's own neuron.
        Assert.Empty(json.RootElement.GetProperty("expected").EnumerateObject());
    }

    /// <summary>A sine has a bifurcation in every period: only the nearest are followed and shown, and no row outgrows the page.</summary>
    [Fact]
    public void A_neuron_with_a_sine_shows_its_nearest_bifurcations()
    {
        string file = _sandbox["sine.json"];
        File.WriteAllText(
            file,
            """{ "potential": "-k*cos(u) + u*v - gamma*v^2/2", "parameters": { "k": 1, "gamma": 0.8 }, "inhibitors": { "v": 8 } }"""
        );
        var outcome = Sandbox.Run("simulate", "neuron", "--neuron", file, "--set", "curve=21", "--out", _sandbox["sine"]);

        Assert.Equal(0, outcome.Code);
        Assert.Contains("monostable", outcome.Output);
        Assert.DoesNotContain("period of the cycle", outcome.Output);
        // trace = −cos u − γ/τ = 0 and I = sin u + u/γ next to 0: u = ±1.67096, I = ±3.08369.
        double u = Math.Acos(-0.1);
        Assert.Contains($"{Math.Sin(u) + u / 0.8:f7}", outcome.Output);
        Assert.All(outcome.Output.Split('\n'), line => Assert.True(line.Length <= 100, line));
    }

    [Fact]
    public void Turing_on_a_short_chain_has_the_expected_mode()
    {
        var outcome = Sandbox.Run([
            "simulate",
            "turing",
            "--set",
            "cells=48",
            "--set",
            "d_u=1",
            "--set",
            "d_v=9",
            "--set",
            "start=mode",
            "--json",
            "--out",
            _sandbox["t"],
        ]);

        Assert.Equal(0, outcome.Code);
        using var json = JsonDocument.Parse(outcome.Output);
        JsonElement measured = json.RootElement.GetProperty("measured"),
            expected = json.RootElement.GetProperty("expected");
        Assert.Equal(expected.GetProperty("mode_at_rest").GetInt32(), measured.GetProperty("mode_at_rest").GetInt32());
        Assert.True(measured.GetProperty("residual").GetDouble() <= 1e-10);
        Assert.Equal(measured.GetProperty("response_ij").GetDouble(), measured.GetProperty("response_ji").GetDouble(), 1e-6);
    }

    [Fact]
    public void A_neuron_s_file_knows_its_keys()
    {
        string file = _sandbox["mine.json"];
        File.WriteAllText(file, """{ "potential": "u^2/2 + u*v - v^2/2", "inhibitor": { "v": 1 } }""");
        Assert.Contains(
            "has no key 'inhibitor'. Did you mean 'inhibitors'?",
            Sandbox.Run("simulate", "spike", "--neuron", file, "--out", _sandbox["x"]).OneError(2)
        );
    }

    [Fact]
    [Trait("speed", "slow")]
    public void Ctrl_C_leaves_what_was_simulated()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "needs signals");
        var process = _sandbox.Start("simulate turing --set time=1000000 --set samples=100000 --out long --json");
        // Until the simulation says how far it is, it may not have begun.
        Assert.NotNull(process.StandardError.ReadLine());
        using (
            var kill = System.Diagnostics.Process.Start(
                "kill",
                ["-INT", process.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)]
            )
        )
            kill.WaitForExit();
        var outcome = Sandbox.End(process);

        Assert.Equal(130, outcome.Code);
        using var json = JsonDocument.Parse(outcome.Output);
        Assert.True(json.RootElement.GetProperty("interrupted").GetBoolean());
        Assert.True(File.Exists(_sandbox["long/space-time.png"]));
        Assert.True(File.Exists(_sandbox["long/result.json"]));
    }

    // A Hopf point by hand: u' = u − u³ − v + I, 10 v' = u − v/2 + 1: trace 1 − 3u² − 1/20 = 0 on the upper branch, I = v − u + u³, v = 2(u + 1).
    [Fact]
    public void An_onset_is_measured_in_the_neurons_own_distances()
    {
        string file = _sandbox["own.json"];
        File.WriteAllText(file, """{ "potential": "-(u^2/2 - u^4/4) + u*v + v - v^2/4", "inhibitors": { "v": 10 } }""");
        var outcome = Sandbox.Run("simulate", "hopf", "--neuron", file, "--no-pictures", "--json", "--out", _sandbox["onset"]);
        Assert.Equal(0, outcome.Code);
        var measured = JsonDocument.Parse(outcome.Output).RootElement.GetProperty("measured");
        double u = -Math.Sqrt(0.95 / 3),
            current = 2 * (u + 1) - u + u * u * u;
        Assert.Equal(current, measured.GetProperty("onset_theory").GetDouble(), 1e-9);
        Assert.Equal(1.25907, measured.GetProperty("onset_by_amplitude").GetDouble(), 0.002);
        Assert.Equal(0.5, measured.GetProperty("exponent").GetDouble(), 0.02);
    }
}
