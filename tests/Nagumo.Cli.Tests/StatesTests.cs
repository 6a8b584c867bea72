using System.Text.Json.Nodes;
using Nagumo.Data;

namespace Nagumo.Cli.Tests;

/// <summary>Rest states in a file: what other programs read is what the network answered.</summary>
public sealed class StatesTests : IDisposable
{
    private readonly Sandbox _box = new();

    public void Dispose() => _box.Dispose();

    [Fact]
    public void StatesGiveTheReadoutAndTheAnswer()
    {
        string run = _box.Train("run", "--epochs", "1"),
            file = _box["free.npz"];
        var outcome = Sandbox.Run("eval", run, "--samples", "3,10-79", "--states", file, "--json");
        Assert.True(outcome.Code == 0, outcome.Error);
        var result = JsonNode.Parse(outcome.Output)!;
        Assert.Equal(71, (int)result["samples"]!);
        Assert.Equal(file, (string)result["states"]!);

        var states = Npz.Read(file);
        var weights = Npz.Read(Path.Combine(run, "weights.npz"));
        string hidden = weights.Keys.First(k => k.EndsWith("-out.W", StringComparison.Ordinal))[..^"-out.W".Length];
        float[] w = weights[$"{hidden}-out.W"].As<float>(),
            b = weights["out.bias.b"].As<float>(),
            u = states[$"{hidden}.u"].As<float>();
        double[] z = states["readout"].As<double>();
        int n = states[$"{hidden}.u"].Shape[1];
        int[] labels = states["label"].As<int>(),
            index = states["index"].As<int>();
        Assert.Equal([3, .. Enumerable.Range(10, 70)], index);
        int wrong = 0;
        for (int s = 0; s < 71; s++)
        {
            for (int c = 0; c < 10; c++)
                Assert.Equal(b[c] + Enumerable.Range(0, n).Sum(i => (double)w[c * n + i] * u[s * n + i]), z[10 * s + c], 1e-5);
            double[] one = z[(10 * s)..(10 * s + 10)];
            wrong += Array.IndexOf(one, one.Max()) == labels[s] ? 0 : 1;
        }
        Assert.Equal((double)result["test_error_percent"]!, 100.0 * wrong / 71, 1e-9);

        Assert.Equal(0, Sandbox.Run("predict", run, "mnist-mini:3", "--states", _box["one.npz"]).Code);
        Assert.Equal(u[..n], Npz.Read(_box["one.npz"])[$"{hidden}.u"].As<float>(), (a, c) => Math.Abs(a - c) <= 1e-4);

        var nudged = Sandbox.Run("eval", run, "--samples", "0-2", "--states", _box["n.npz"], "--nudge", "0.2", "--watch");
        Assert.True(nudged.Code == 0, nudged.Error);
        var watched = Npz.Read(_box["n.npz"]);
        Assert.Equal(0.2, watched["beta"].As<double>()[0]);
        Assert.Equal(watched["sweeps"].As<int>().Max() + 1, watched[$"{hidden}.u"].Shape[0]);
    }

    [Fact]
    public void WhatCannotBeWrittenIsSaidBeforehand()
    {
        string run = _box.Train("run", "--epochs", "1");
        File.WriteAllText(_box["taken.npz"], "mine");
        Assert.Contains("give --states FILE.npz as well", Sandbox.Run("eval", run, "--watch").OneError(2));
        Assert.Contains("give --states FILE.npz as well", Sandbox.Run("eval", run, "--nudge", "0.1").OneError(2));
        Assert.Contains("ends in .npz", Sandbox.Run("eval", run, "--states", _box["x.txt"]).OneError(2));
        Assert.Contains("is kept: name another file", Sandbox.Run("eval", run, "--states", _box["taken.npz"]).OneError(2));
        Assert.Contains("a β that is not 0", Sandbox.Run("eval", run, "--states", _box["x.npz"], "--nudge", "0").OneError(2));
        Assert.Contains("give 0 to 999", Sandbox.Run("eval", run, "--samples", "990-1000").OneError(2));
        Assert.Contains("e.g. 0-9", Sandbox.Run("eval", run, "--samples", "9-0").OneError(2));
    }
}
