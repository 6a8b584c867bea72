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
        foreach (string column in (string[])["beta", "relative error", "1 - cosine"])
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
        Assert.EndsWith(
            $"wrote {_box["new/chain/chain-layers.png"]}, {_box["new/chain/chain-gradients.png"]}",
            Regex.Replace(outcome.Output, @"\s+", " ").TrimEnd()
        );
    }
}
