using System.Text.Json.Nodes;

namespace Nagumo.Cli.Tests;

public sealed class BifurcationTests : IDisposable
{
    private readonly Sandbox _box = new();

    public void Dispose() => _box.Dispose();

    [Fact]
    [Trait("speed", "slow")]
    public void The_diagram_is_drawn_and_every_branch_is_in_the_json()
    {
        var outcome = Sandbox.Run("simulate", "bifurcation", "--out", _box["d"], "--json");
        Assert.True(outcome.Code == 0, outcome.Error);
        var measured = JsonNode.Parse(outcome.Output)!["measured"]!;
        Assert.Equal([0.331281337, 1.418718663], measured["hopf"]!.AsArray().Select(x => Math.Round((double)x!, 9)));
        Assert.Equal(2, measured["cycle_folds"]!.AsArray().Count);
        var cycle = Assert.Single(measured["cycles"]!.AsArray())!;
        Assert.Equal(("hopf", "hopf"), ((string)cycle["begin"]!, (string)cycle["end"]!));
        Assert.Equal(cycle["parameter"]!.AsArray().Count, cycle["stable"]!.AsArray().Count);
        Assert.Contains(cycle["stable"]!.AsArray(), s => (bool)s!);
        Assert.Contains(cycle["stable"]!.AsArray(), s => !(bool)s!);
        foreach (string picture in (string[])["bifurcation.png", "bifurcation.svg", "period.png", "period.svg"])
            Assert.True(File.Exists(Path.Combine(_box["d"], picture)), picture);
    }

    [Theory]
    [InlineData(
        "simulate bifurcation --set parameter=gama",
        "parameter = gama: 'fitzhugh-nagumo' has no such parameter. Did you mean 'gamma'?"
    )]
    [InlineData("simulate bifurcation --set from=2 --set to=1", "the range 2 to 1 is empty or not finite")]
    [InlineData("simulate bifurcation --set from=x", "from = x: give auto, or a finite number, -∞ to ∞.")]
    [InlineData("simulate bifurcation --set current=1", "current = 1 would change nothing: it acts where parameter is not current")]
    [InlineData("simulate bifurcation --set parameter=tau --set from=-1", "tau = -1 is outside")]
    public void What_cannot_be_is_one_line(string line, string message) =>
        Assert.StartsWith(message, Sandbox.Run([.. line.Split(' '), "--out", _box["e"]]).OneError(2), StringComparison.Ordinal);
}
