using System.Text.Json;

namespace Nagumo.Cli.Tests;

/// <summary><c>nagumo simulate pulse</c>.</summary>
public sealed class SimulatePulseTests : IDisposable
{
    private readonly Sandbox _sandbox = new();

    public void Dispose() => _sandbox.Dispose();

    private (int Code, JsonElement Result) Pulse(params string[] keys)
    {
        var outcome = Sandbox.Run([
            "simulate",
            "pulse",
            .. keys.SelectMany(k => k.StartsWith('-') ? k.Split(' ') : ["--set", k]),
            "--json",
            "--out",
            _sandbox[Guid.NewGuid().ToString("N")],
        ]);
        Assert.True(outcome.Output.Length > 0, outcome.Error);
        return (outcome.Code, JsonDocument.Parse(outcome.Output).RootElement);
    }

    private static double Speed(JsonElement result) => result.GetProperty("measured").GetProperty("speed_neurons_per_time").GetDouble();

    // The published speed, whatever the kick: it has no part in it.
    [Theory]
    [InlineData("auto")]
    [InlineData("1.5")]
    [InlineData("6")]
    [InlineData("1000")]
    public void The_speed_does_not_depend_on_the_kick(string kick)
    {
        var (code, result) = Pulse($"kick={kick}", "cells=100", "every=1", "tolerance=1e-6");
        Assert.Equal(0, code);
        Assert.Equal(0.77998, Speed(result), 0.002);
    }

    // 1.03478 by the program that found it with a kick of 1: now the neuron gives the kick.
    [Fact]
    public void The_kick_follows_the_neurons_own_range()
    {
        File.WriteAllText(
            _sandbox["cubic.json"],
            """{ "potential": "u^4/4 - (1+a)*u^3/3 + a*u^2/2 + u*v - g*v^2/2", "parameters": { "a": 0.1, "g": 1 }, "inhibitors": { "v": 200 } }"""
        );
        var (code, result) = Pulse($"--neuron {_sandbox["cubic.json"]}", "d_u=4", "cells=300", "every=2");
        Assert.Equal(0, code);
        Assert.Equal(1.03478, Speed(result), 2e-4);
    }

    // The textbook's neuron in mV, u × 40, and turned over, u → −u with a → −a: the same pulse.
    [Theory]
    [InlineData(
        """{ "potential": "-(u^2/2 - u^4/(12*s^2)) + u*v - 0.8*v^2/2 + 0.7*s*v", "parameters": { "s": 40 }, "inhibitors": { "v": 12.5 } }""",
        100
    )]
    [InlineData("""{ "potential": "-(u^2/2 - u^4/12) + u*v - 0.8*v^2/2 - 0.7*v", "inhibitors": { "v": 12.5 } }""", -2.5)]
    public void The_same_pulse_in_other_units(string neuron, double kick)
    {
        File.WriteAllText(_sandbox["neuron.json"], neuron);
        var (code, result) = Pulse($"--neuron {_sandbox["neuron.json"]}", "cells=100", "every=1", "tolerance=1e-6");
        Assert.Equal(0, code);
        Assert.Equal(0.77998, Speed(result), 0.002);
        Assert.Equal(kick, result.GetProperty("measured").GetProperty("kick").GetDouble(), 1e-9 * Math.Abs(kick));
    }

    // Nagumo's front between 0 and 1: c = √(D/2)(1 − 2a) in the continuum, 0.5 at a = 0.25, D = 2; a lattice slows it a little.
    [Fact]
    public void A_front_is_called_a_front()
    {
        File.WriteAllText(
            _sandbox["front.json"],
            """{ "potential": "u^4/4 - (1+a)*u^3/3 + a*u^2/2 - v^2/2", "parameters": { "a": 0.25 }, "inhibitors": { "v": 1 } }"""
        );
        var (code, result) = Pulse($"--neuron {_sandbox["front.json"]}", "d_u=32", "cells=300", "every=1", "width=60");
        Assert.Equal(0, code);
        Assert.StartsWith("travelling front", result.GetProperty("title").GetString());
        Assert.Equal(Math.Sqrt(32 / 2.0) * 0.5, Speed(result), 0.02);
    }

    [Theory]
    [InlineData("kick=0.3", "below the threshold of one neuron alone, 0.55546")]
    [InlineData("d_u=0.1", "Raise kick, width or d_u")]
    [InlineData("tau=0.5", "not excitable")]
    [InlineData("time=30", "Simulate longer")]
    public void A_pulse_that_does_not_arrive_says_why(string key, string why)
    {
        var (code, result) = Pulse(key, "cells=100", "every=1", "tolerance=1e-6");
        Assert.Equal(3, code);
        Assert.StartsWith("no pulse", result.GetProperty("title").GetString());
        Assert.Contains(why, result.GetProperty("why").GetString());
    }
}
