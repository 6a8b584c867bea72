using System.Text.RegularExpressions;

namespace Nagumo.Cli.Tests;

/// <summary><c>nagumo chain</c>: it says what it measured.</summary>
public sealed class ChainTests : IDisposable
{
    private readonly Sandbox _box = new();

    public void Dispose() => _box.Dispose();

    [Fact]
    public void A_short_chain_is_shot_to_rounding_and_a_long_one_is_lost()
    {
        string brief = Sandbox.Run("chain", "--depth", "4").Output,
            deep = Sandbox.Run("chain", "--depth", "80", "--inhibitor-diffusion", "1").Output;

        // κ = 0.7 a layer: a rounding of 1e-16 is as large as the state after about 50 layers.
        Assert.Contains("shooting misses it by", brief);
        int layer = int.Parse(Regex.Match(deep, @"shooting loses it by layer (\d+)").Groups[1].Value);
        Assert.InRange(layer, 35, 65);
    }

    [Fact]
    public void Numbers_stand_under_their_headings()
    {
        string[] lines = Sandbox.Run("chain", "--depth", "4").Output.Split('\n');
        int heading = Array.FindIndex(lines, l => l.StartsWith("gradient of the reading", StringComparison.Ordinal));
        string[] rows = [.. lines[(heading + 1)..].TakeWhile(l => l.Length > 0)];
        Assert.Equal(20, rows.Length);
        foreach (string column in (string[])["beta", "error", "1 - cosine"])
        {
            int end = lines[heading].IndexOf(column, StringComparison.Ordinal) + column.Length;
            Assert.All(rows, r => Assert.Matches(@"\S$", r[..end]));
            Assert.All(rows, r => Assert.True(r.Length == end || r[end] == ' ', r));
        }
    }

    [Fact]
    public void Its_pictures_are_named()
    {
        var outcome = Sandbox.Run("chain", "--depth", "4", "--out", _box["new/chain"]);
        string[] files = ["chain.json", "chain-layers.png", "chain-layers.svg", "chain-gradients.png", "chain-gradients.svg"];
        Assert.EndsWith(
            $"wrote {string.Join(", ", files.Select(f => _box["new/chain/" + f]))}",
            Regex.Replace(outcome.Output, @"\s+", " ").TrimEnd()
        );
    }

    /// <summary>Every number of the chain has its range, and within it no exception comes through.</summary>
    [Theory]
    [InlineData("gamma", "1e308")]
    [InlineData("gamma", "1e-300")]
    [InlineData("gamma", "0")]
    [InlineData("strength", "1e308")]
    [InlineData("strength", "-1e308")]
    [InlineData("step", "1e308")]
    [InlineData("step", "1e-300")]
    [InlineData("inhibitor-diffusion", "1e308")]
    [InlineData("inhibitor-diffusion", "1e-320")]
    [InlineData("k", "1e308")]
    public void Numbers_out_of_range_are_named(string option, string value)
    {
        string line = Sandbox.Run("chain", $"--{option}", value).OneError(2);

        Assert.StartsWith($"--{option} ", line);
        Assert.Contains("1e6", line);
    }

    [Theory]
    [InlineData("--gamma 1e6")]
    [InlineData("--gamma 1e-6")]
    [InlineData("--strength -1e6")]
    [InlineData("--step 1e-6")]
    [InlineData("--inhibitor-diffusion 1e-6 --depth 2")]
    [InlineData("--k 1e6 --gamma 1e6 --step 1e6")]
    [InlineData("--strength 1e6 --gamma 1e6 --inhibitor-diffusion 1e6")]
    public void Extremes_end_as_documented(string line)
    {
        var outcome = Sandbox.Run(["chain", .. line.Split(' ')]);

        Assert.True(outcome.Code is 0 or 3, outcome.Error);
        Assert.DoesNotContain("bug", outcome.Error);
    }

    [Fact]
    public void Without_pictures_the_result_stays()
    {
        var outcome = Sandbox.Run("chain", "--depth", "4", "--out", _box["c"], "--no-pictures");

        Assert.Equal(0, outcome.Code);
        Assert.Equal(["chain.json"], Directory.EnumerateFiles(_box["c"]).Select(f => Path.GetFileName(f)));
    }

    /// <summary>Every option of the chain has its effect on what is measured, not only on what is repeated of it.</summary>
    [Fact]
    public void Every_option_has_its_effect()
    {
        string[] values =
        [
            "--depth 5",
            "--size 5",
            "--inhibitor-diffusion 1.3",
            "--k 0.5",
            "--gamma 0.9",
            "--strength 0.2",
            "--step 0.9",
            "--seed 2",
        ];
        string help = Sandbox.Run("chain", "--help").Output;
        foreach (System.Text.RegularExpressions.Match option in Regex.Matches(help, @"^\s+(--[a-z-]+) <", RegexOptions.Multiline))
            if (option.Groups[1].Value != "--out")
                Assert.Contains(values, v => v.StartsWith(option.Groups[1].Value + " ", StringComparison.Ordinal));
        string plain = Measured("--depth 4");
        foreach (string value in values)
            Assert.True(
                plain != Measured(value.StartsWith("--depth", StringComparison.Ordinal) ? value : $"--depth 4 {value}"),
                $"chain takes and ignores {value}"
            );

        static string Measured(string options)
        {
            var outcome = Sandbox.Run(["chain", .. options.Split(' '), "--json"]);
            var json = System.Text.Json.Nodes.JsonNode.Parse(outcome.Output)!.AsObject();
            foreach (string said in (string[])["depth", "size", "inhibitor_diffusion", "k", "gamma", "strength", "step", "seed"])
                json.Remove(said);
            return json.ToJsonString();
        }
    }
}
