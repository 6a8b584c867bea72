namespace Nagumo.Cli.Tests;

public sealed class UsageTests
{
    [Theory]
    [InlineData("trian", "'trian' is not a command. Did you mean 'train'?")]
    [InlineData("train fhn-dep", "there is no preset, file or run 'fhn-dep'. Did you mean 'fhn-deep'?")]
    [InlineData("train --epocs 3", "'--epocs' is not an option of 'nagumo train'. Did you mean '--epochs'?")]
    [InlineData("train fhn-deep --epocs 3", "'--epocs' is not an option of 'nagumo train'. Did you mean '--epochs'?")]
    [InlineData("train --epochs three", "--epochs expects a whole number, not 'three'")]
    [InlineData("train --epochs", "--epochs needs a value, N")]
    [InlineData("train a b", "'b' is one argument too many")]
    [InlineData("train --epochs 0", "epochs = 0: give 1 to 100000.")]
    [InlineData("train --epochs -1", "epochs = -1: give 1 to 100000.")]
    [InlineData("train --threads 0", "--threads 0: give 1 to 1024.")]
    [InlineData("train --seeds 0", "--seeds 0: give 1 to 1000.")]
    [InlineData("train --data minst", "there is no data set 'minst'. Did you mean 'mnist'?")]
    [InlineData("train --weights none.npz", "--weights: there is no file 'none.npz'.")]
    [InlineData("train none/config.json", "there is no file or run 'none/config.json'.")]
    [InlineData("eval", "'nagumo eval' needs RUN")]
    [InlineData("eval fhn-deep", "'fhn-deep' is a preset: train it first (nagumo train fhn-deep), then name the run.")]
    [InlineData("eval none", "there is no run or file 'none'.")]
    [InlineData("info fhn-dep", "there is no preset, file or run 'fhn-dep'. Did you mean 'fhn-deep'?")]
    [InlineData("chain --k x", "--k expects a number, not 'x'")]
    [InlineData("train --seed -1", "--seed expects a whole number ≥ 0, not '-1'")]
    [InlineData("chain --timing --out x", "--timing draws nothing: leave out --out.")]
    [InlineData(
        "train iris-fhn",
        "'iris-fhn' is a preset of circuits: nagumo circuit verify iris-fhn. 'nagumo presets' lists what is trained."
    )]
    [InlineData("simulate spiral --seeds 3", "--seeds averages over noise, which turing does and 'spiral' does not: leave it out.")]
    [InlineData("simulate hopf --save", "--save keeps a trajectory, and 'hopf' has none: leave it out.")]
    [InlineData("tolerance fhn-quick --epochs 0", "epochs = 0: give 1 to 100000.")]
    [InlineData("tolerance fhn-quick --data minst", "there is no data set 'minst'. Did you mean 'mnist'?")]
    [InlineData("data", "'nagumo data' needs a command: list, get, verify")]
    [InlineData("data get minst", "there is no data set 'minst'. Did you mean 'mnist'?")]
    [InlineData("completion fish", "there is no script for 'fish'. Known: bash, zsh.")]
    public void WrongUseIsOneLineAndAHint(string line, string message)
    {
        var outcome = Sandbox.Run(line.Split(' '));

        Assert.Equal(message, outcome.OneError(2));
    }

    [Fact]
    public void NoCommandIsWrongUse() => Assert.Equal("name a command", Sandbox.Run().OneError(2));

    [Theory]
    [InlineData("--help")]
    [InlineData("train --help")]
    [InlineData("data --help")]
    [InlineData("data get --help")]
    public void HelpCallsTheCommandByItsName(string line)
    {
        var outcome = Sandbox.Run(line.Split(' '));

        Assert.Equal(0, outcome.Code);
        Assert.Contains("nagumo", outcome.Output);
        Assert.DoesNotContain("Nagumo.Cli", outcome.Output);
        Assert.Empty(outcome.Error);
    }

    [Fact]
    public void VersionIsANumber() => Assert.Matches(@"^\d+\.\d+\.\d+\n$", Sandbox.Run("--version").Output);

    [Theory]
    [InlineData("./nagumo tr", "train")]
    [InlineData("nagumo train fhn-m", "fhn-mlp")]
    [InlineData("nagumo train --thr", "--threads")]
    [InlineData("nagumo data ver", "verify")]
    public void CompletionKnowsCommandsOptionsAndNames(string line, string expected)
    {
        var outcome = Sandbox.Run($"[suggest:{line.Length}]", line);

        Assert.Equal(0, outcome.Code);
        Assert.Contains(expected, outcome.Output.Split('\n'));
    }

    [Theory]
    [InlineData("bash", "complete -o default -F _nagumo nagumo")]
    [InlineData("zsh", "#compdef nagumo")]
    public void CompletionPrintsAScript(string shell, string part) => Assert.Contains(part, Sandbox.Run("completion", shell).Output);
}
