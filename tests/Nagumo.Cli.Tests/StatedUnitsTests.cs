using System.Text.Json.Nodes;

namespace Nagumo.Cli.Tests;

/// <summary>Units are said as a file states them, and not at all where it states none.</summary>
public sealed class StatedUnitsTests : IDisposable
{
    private readonly Sandbox _box = new();

    public void Dispose() => _box.Dispose();

    /// <summary>The complete file of docs/equations.md.</summary>
    private static string MorrisLecar =>
        string.Join(
            '\n',
            File.ReadLines(Path.Combine(Docs(), "equations.md"))
                .SkipWhile(l => !l.Contains("Morris and Lecar 1981", StringComparison.Ordinal))
                .TakeWhile(l => l.StartsWith("    ", StringComparison.Ordinal))
        );

    private static string Docs()
    {
        var root = new DirectoryInfo(AppContext.BaseDirectory);
        while (!Directory.Exists(Path.Combine(root!.FullName, "docs")))
            root = root.Parent;
        return Path.Combine(root.FullName, "docs");
    }

    private (JsonNode Result, string Pictures, string Printed) Simulated(string phenomenon, string text, params string[] more)
    {
        File.WriteAllText(_box["cell"], text);
        string[] line = ["simulate", phenomenon, "--neuron", _box["cell"], .. more];
        var printed = Sandbox.Run([.. line, "--out", _box["printed"]]);
        Assert.True(printed.Code == 0, printed.Error);
        string pictures = System.Net.WebUtility.HtmlDecode(
            string.Concat(Directory.GetFiles(_box["printed"], "*.svg").Select(File.ReadAllText))
        );
        // The configuration that it leaves states them, too.
        var again = Sandbox.Run("simulate", Path.Combine(_box["printed"], "config.json"), "--no-pictures", "--json", "--out", _box["json"]);
        Assert.True(again.Code == 0, again.Error);
        return (JsonNode.Parse(again.Output)!, pictures, printed.Output);
    }

    [Fact]
    [Trait("speed", "slow")]
    public void Stated_units_stand_on_axes_in_prints_and_in_json()
    {
        var (result, pictures, printed) = Simulated("neuron", MorrisLecar);
        Assert.Equal("mV", (string?)result["units"]!["V"]);
        Assert.Equal("ms", (string?)result["units"]!["t"]);
        foreach (
            string label in (string[])["activator V (mV)", "time (ms)", "frequency (per ms)", "current beside the parameter I (µA/cm²)"]
        )
            Assert.Contains($">{label}<", pictures);
        Assert.DoesNotContain("dimensionless", pictures + printed);
        Assert.Matches(@"period of the cycle +85\.29\d* +ms", printed);
        Assert.Matches(@"rest V +-23\.09\d* +mV", printed);
        Assert.Matches(@"Hopf currents beside I =\s+100 .* µA/cm²", printed);
    }

    /// <summary>The default range of a parameter that is a current shows both Hopf points and both folds. [Ermentrout and Terman 2010]</summary>
    [Fact]
    [Trait("speed", "slow")]
    public void A_parameter_that_is_a_current_is_shown_over_what_the_current_does()
    {
        var (result, pictures, _) = Simulated("bifurcation", MorrisLecar, "--set", "parameter=I");
        Assert.Equal([93.86, 212.02], result["measured"]!["hopf"]!.AsArray().Select(x => Math.Round((double)x!, 2)));
        Assert.Equal([88.3, 216.9], result["measured"]!["cycle_folds"]!.AsArray().Select(x => Math.Round((double)x!, 1)));
        Assert.Null(result["measured"]!["goes_on"]);
        Assert.Contains(">I (µA/cm²)<", pictures);
        Assert.Contains(">activator V (mV)<", pictures);
    }

    [Theory]
    [InlineData("u' = u - u^3/3 - v\ntau*v' = u + 0.7 - 0.8*v\ntau = 12.5")]
    [InlineData("""{ "potential": "-(u^2/2 - u^4/12) + u*v - 0.8*v^2/2 + 0.7*v", "inhibitors": { "v": 12.5 } }""")]
    public void Where_none_is_stated_nothing_is_said(string text)
    {
        var (result, pictures, printed) = Simulated("neuron", text, "--set", "current=0.5", "--set", "curve=5");
        Assert.Empty(result["units"]!.AsObject());
        Assert.DoesNotContain("dimensionless", pictures + printed);
        Assert.DoesNotContain("time constant", pictures);
        Assert.Contains(">time<", pictures);
    }

    [Fact]
    public void A_potential_states_them_as_a_key()
    {
        var (result, pictures, _) = Simulated(
            "neuron",
            """
            { "potential": "-(u^2/2 - u^4/(12*s^2)) + u*v - 0.8*v^2/2 + 0.7*s*v", "parameters": { "s": 40 }, "inhibitors": { "v": 12.5 },
              "units": { "u": "mV", "v": "mV", "t": "ms", "current": "nA" } }
            """,
            "--set",
            "current=20",
            "--set",
            "curve=5"
        );
        Assert.Equal("mV", (string?)result["units"]!["u"]);
        Assert.Contains(">activator u, inhibitor v (mV)<", pictures);
        Assert.Contains(">current I (nA)<", pictures);
    }

    [Theory]
    [InlineData("u' = u - v\nv' = u\nunits: w mV", "'w' is neither a variable, a parameter, the time t nor the current")]
    [InlineData("u' = u - v\nv' = u\nunits: u", "'u' is no name with its unit; write units: V mV, t ms")]
    [InlineData("u' = u - v\nv' = u\nunits: u mV, u V", "the unit of 'u' is given twice")]
    [InlineData("""{ "equations": ["u' = -v", "v' = u"], "units": ["mV"] }""", "give texts by name")]
    [InlineData(
        """{ "potential": "u^2/2+u*v-v^2", "inhibitors": { "v": 1 }, "units": { "w": "mV" } }""",
        "no variable or parameter of this name"
    )]
    public void What_is_no_unit_is_named(string text, string expected)
    {
        File.WriteAllText(_box["cell"], text);
        Assert.Contains(expected, Sandbox.Run("simulate", "neuron", "--neuron", _box["cell"], "--out", _box["x"]).OneError(2));
    }

    /// <summary>S·J is symmetric where a potential is: equations whose own coupling is not are not said to fail.</summary>
    [Theory]
    [InlineData("u' = u - u^3/3 - v\nv' = (u - 0.5*v + 0.1)/tau\ntau = 0.2", false)]
    [InlineData("""{ "potential": "-(u^2/2 - u^4/12) + u*v - 0.5*v^2/2 + 0.1*v", "inhibitors": { "v": 0.2 } }""", true)]
    public void What_follows_from_a_potential_is_expected_where_there_is_one(string text, bool potential)
    {
        var (result, _, printed) = Simulated("turing", text, "--set", "cells=40", "--set", "time=30");
        Assert.Equal(potential, result["expected"]!["adjoint_asymmetry"] is not null);
        Assert.Equal(potential, result["expected"]!["response_ji"] is not null);
        Assert.Equal(!potential, printed.Contains("audit", StringComparison.Ordinal));
        double asymmetry = (double)result["measured"]!["adjoint_asymmetry"]!;
        Assert.True(potential ? asymmetry < 1e-12 : asymmetry > 0.01);
    }

    [Theory]
    [InlineData("current=0.5", "the neuron fires by itself")]
    [InlineData("current=3", "comes back from every kick without amplifying it")]
    public void A_neuron_without_a_spike_ends_with_3(string setting, string why)
    {
        var outcome = Sandbox.Run("simulate", "spike", "--set", setting, "--set", "curve=0", "--no-pictures", "--out", _box["x"]);
        Assert.Equal(3, outcome.Code);
        Assert.Contains(why, string.Join(' ', outcome.Output.Split((char[])[' ', '\n'], StringSplitOptions.RemoveEmptyEntries)));
    }

    /// <summary>Behind a canard the stable cycles of Barkley's neuron live on a range of currents that no axis shows.</summary>
    [Fact]
    [Trait("speed", "slow")]
    public void A_range_of_currents_without_width_is_no_curve()
    {
        File.WriteAllText(_box["cell"], "u' = u*(1 - u)*(u - (v + b)/a)/eps\nv' = u - v\na = 0.75; b = 0.06; eps = 0.02");
        var outcome = Sandbox.Run("simulate", "neuron", "--neuron", _box["cell"], "--out", _box["x"], "--json");
        Assert.Equal(0, outcome.Code);
        Assert.All(JsonNode.Parse(outcome.Output)!["measured"]!["firing_width"]!.AsArray(), w => Assert.InRange((double)w!, 0, 1e-6));
        Assert.False(File.Exists(Path.Combine(_box["x"], "frequency.png")));
    }

    [Fact]
    [Trait("speed", "slow")]
    public void Cycles_that_go_on_beyond_the_range_are_told()
    {
        var outcome = Sandbox.Run([
            .. "simulate bifurcation --set parameter=tau --set current=0.5 --json --no-pictures --out".Split(' '),
            _box["x"],
        ]);
        var more = ((string)JsonNode.Parse(outcome.Output)!["measured"]!["goes_on"]!).Split(' ');
        string from = more.Single(m => m.StartsWith("from=", StringComparison.Ordinal)).TrimEnd(',');
        // What it advises shows the Hopf point, where the trace 1 − u² − γ/τ is 0.
        outcome = Sandbox.Run([
            .. $"simulate bifurcation --set parameter=tau --set current=0.5 --set {from} --json --no-pictures --out".Split(' '),
            _box["y"],
        ]);
        double u = -0.80475; // u³/3 − u + (u + 0.7)/0.8 = 0.5 is found below
        for (int i = 0; i < 50; i++)
            u -= (u - u * u * u / 3 - (u + 0.7) / 0.8 + 0.5) / (1 - u * u - 1 / 0.8);
        Assert.Equal(0.8 / (1 - u * u), (double)Assert.Single(JsonNode.Parse(outcome.Output)!["measured"]!["hopf"]!.AsArray())!, 1e-7);
    }
}
