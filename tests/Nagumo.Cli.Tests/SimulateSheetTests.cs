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
    [InlineData("simulate spiral --set gamma=NaN", "gamma = NaN is outside")]
    [InlineData("simulate spiral --set tau=0", "'tau' is 0: a sheet is integrated in time, so every time constant must be > 0.")]
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
}
