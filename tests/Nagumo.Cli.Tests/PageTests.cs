namespace Nagumo.Cli.Tests;

/// <summary>Text that is not on a terminal fits a page.</summary>
public sealed class PageTests
{
    /// <summary>Law: every word stays, in order, and no line is longer than the page unless it is one word.</summary>
    [Fact]
    public void Breaking_loses_nothing()
    {
        var random = new Random(1);
        for (int n = 0; n < 2000; n++)
        {
            string line = string.Concat(
                Enumerable.Range(0, random.Next(40)).Select(_ => new string('x', random.Next(12)) + new string(' ', random.Next(4)))
            );
            string[] parts = [.. Page.Broken(line, Page.Width)];
            Assert.Equal(Words(line), parts.SelectMany(Words));
            Assert.All(parts, p => Assert.True(p.TrimEnd().Length <= Page.Width || line.Length <= Page.Width || Words(p).Length == 1, p));
        }

        static string[] Words(string text) => text.Split(' ', StringSplitOptions.RemoveEmptyEntries);
    }

    [Fact]
    public void What_is_broken_goes_on_under_its_column()
    {
        Assert.Equal(["name  one two", "      three"], Page.Broken("name  one two three", 14));
        Assert.Equal(["  one two", "    three"], Page.Broken("  one two three", 11));
        Assert.Equal(["short"], Page.Broken("short", 10));
    }

    [Theory]
    [InlineData("--help")]
    [InlineData("train --help")]
    [InlineData("simulate --help")]
    [InlineData("tolerance --help")]
    [InlineData("circuit --help")]
    [InlineData("circuit verify --help")]
    [InlineData("presets")]
    [InlineData("models")]
    [InlineData("simulate")]
    [InlineData("simulate turing --list")]
    [InlineData("data list")]
    [InlineData("chain --depth 4")]
    [InlineData("info fhn-resistive-low-gain")]
    [InlineData("info fhn-chain")]
    [InlineData("audit fhn-nonlinear-inhibitor")]
    [InlineData("circuit power neuron")]
    public void Every_command_fits(string line) => Fits(line);

    [Theory, Trait("speed", "slow")]
    [InlineData("check fhn-nonlinear-inhibitor --samples 1")]
    [InlineData("check fhn-resistive-low-gain --samples 1")]
    [InlineData("check fhn-chain --samples 1")]
    [InlineData("check fhn-residual --samples 1")]
    public void Every_check_fits(string line) => Fits(line);

    /// <summary>A program that reads JSON or a netlist gets it as it is.</summary>
    [Fact]
    public void Data_is_not_broken()
    {
        Assert.Contains(Sandbox.Run("models", "--json").Output.Split('\n'), l => l.Length > Page.Width);
        Assert.Contains(Sandbox.Run("circuit", "export", "chain").Output.Split('\n'), l => l.Length > Page.Width);
    }

    private static void Fits(string line)
    {
        var outcome = Sandbox.Run(line.Split(' '));
        Assert.NotEmpty(outcome.Output);
        Assert.All(outcome.Output.Split('\n'), l => Assert.True(l.Length <= Page.Width, l));
    }
}
