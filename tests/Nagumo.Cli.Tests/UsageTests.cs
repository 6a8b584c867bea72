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
    [InlineData("train --out a --out b", "--out is given twice: keep one")]
    [InlineData("train --epochs 1 --epochs 2", "--epochs is given twice: keep one")]
    [InlineData("eval run --json --json --json", "--json is given 3 times: keep one")]
    [InlineData("train a b", "'b' is one argument too many")]
    [InlineData("train --epochs 0", "epochs = 0: give 1 to 100000.")]
    [InlineData("train --epochs -1", "epochs = -1: give 1 to 100000.")]
    [InlineData("train --threads 0", "--threads 0: give 1 to 1024.")]
    [InlineData("train --seeds 0", "--seeds 0: give 1 to 1000.")]
    [InlineData("train --data minst", "there is no data set, file or folder 'minst'. Did you mean 'mnist'?")]
    [InlineData("train --weights none.npz", "--weights: there is no file 'none.npz'.")]
    [InlineData("train none/config.json", "there is no file or run 'none/config.json'.")]
    [InlineData("eval", "'nagumo eval' needs RUN")]
    [InlineData("eval fhn-deep", "'fhn-deep' is a preset: train it first (nagumo train fhn-deep), then name the run.")]
    [InlineData("eval none", "there is no run or file 'none'.")]
    [InlineData("info fhn-dep", "there is no preset, file or run 'fhn-dep'. Did you mean 'fhn-deep'?")]
    [InlineData("chain --k x", "--k expects a number, not 'x'")]
    [InlineData("train --seed -1", "--seed expects a whole number ≥ 0, not '-1'")]
    [InlineData("chain --timing --out x", "--timing leaves no files: leave out --out.")]
    [InlineData("train iris-fnh", "there is no preset, file or run 'iris-fnh'. Did you mean 'iris-fhn'?")]
    [InlineData("eval iris-fhn", "'iris-fhn' is a preset: train it first (nagumo train iris-fhn), then name the run.")]
    [InlineData("simulate spiral --seeds 3", "--seeds averages over noise, which turing does and 'spiral' does not: leave it out.")]
    [InlineData("simulate hopf --save", "--save keeps a trajectory, and 'hopf' has none: leave it out.")]
    [InlineData("tolerance fhn-quick --epochs 0", "epochs = 0: give 1 to 100000.")]
    [InlineData("tolerance fhn-quick --data minst", "there is no data set, file or folder 'minst'. Did you mean 'mnist'?")]
    [InlineData("data", "'nagumo data' needs a command: describe, list, get, verify")]
    [InlineData("data get minst", "there is no data set 'minst'. Did you mean 'mnist'?")]
    [InlineData(
        "train fhn-quick --set readout.cost=perplexity",
        "readout.cost = 'perplexity'. Known: cross-entropy, squared-error, huber, absolute."
    )]
    [InlineData(
        "train fhn-quick --set network.populations.h1.parameters={\"gamma\":null}",
        "Population 'h1', parameter 'gamma': null is no value; give a number, one for each neuron, or leave it out."
    )]
    [InlineData("completion fish", "there is no script for 'fish'. Known: bash, zsh.")]
    public void WrongUseIsOneLineAndAHint(string line, string message)
    {
        var outcome = Sandbox.Run(line.Split(' '));

        Assert.Equal(message, outcome.OneError(2));
    }

    [Fact]
    public void NoCommandIsTheHelp()
    {
        var outcome = Sandbox.Run();

        Assert.Equal(0, outcome.Code);
        Assert.Equal(Sandbox.Run("--help"), outcome);
        Assert.Contains("tolerance", outcome.Output);
    }

    /// <summary>Words are words: none reads a file, none is passed over.</summary>
    [Theory]
    [InlineData("@/etc/passwd", "'@/etc/passwd' is not a command.")]
    [InlineData("[anything] train", "'[anything]' is not a command.")]
    [InlineData("[diagram] train --epochs 3", "'[diagram]' is not a command.")]
    [InlineData("nagumo train", "'nagumo' is not a command.")]
    [InlineData("train @/etc/passwd", "there is no file or run '@/etc/passwd'.")]
    [InlineData("train fhn-quick @args", "'@args' is one argument too many")]
    public void NoWordIsTakenForAFileOrADirective(string line, string message) =>
        Assert.StartsWith(message, Sandbox.Run(line.Split(' ')).OneError(2));

    /// <summary>A number is written in one way, whatever option it stands after.</summary>
    [Theory]
    [InlineData("chain --inhibitor-diffusion 1,5", "--inhibitor-diffusion expects a number, not '1,5'")]
    [InlineData("chain --k 0,45", "--k expects a number, not '0,45'")]
    [InlineData("chain --gamma NaN", "--gamma expects a number, not 'NaN'")]
    [InlineData("chain --gamma 1e999", "--gamma expects a number, not '1e999'")]
    [InlineData("chain --step @/etc/hostname", "--step expects a number, not '@/etc/hostname'")]
    [InlineData("chain --depth 1,000", "--depth expects a whole number, not '1,000'")]
    [InlineData("chain --depth 4.0", "--depth expects a whole number, not '4.0'")]
    [InlineData("chain --seed 1_000", "--seed expects a whole number ≥ 0, not '1_000'")]
    [InlineData("chain --seed 18446744073709551616", "--seed expects a whole number ≥ 0, not '18446744073709551616'")]
    [InlineData("chain --size 99999999999", "--size expects a whole number, not '99999999999'")]
    [InlineData("circuit export neuron --duration 1,5", "--duration expects a number, not '1,5'")]
    [InlineData("circuit export neuron --noise 0x10", "--noise expects a number, not '0x10'")]
    [InlineData("circuit export neuron --seed -1", "--seed expects a whole number ≥ 0, not '-1'")]
    [InlineData("circuit verify neuron --timeout ∞", "--timeout expects a number, not '∞'")]
    [InlineData("circuit learn iris --splits 1,0", "--splits expects a whole number, not '1,0'")]
    [InlineData("check --samples 1,0", "--samples expects a whole number, not '1,0'")]
    [InlineData("eval x --sweeps 1e1", "--sweeps expects a whole number, not '1e1'")]
    [InlineData("audit x --probes 4,0", "--probes expects a whole number, not '4,0'")]
    [InlineData("simulate spiral --size 1,0", "--size expects a whole number, not '1,0'")]
    [InlineData("simulate spike --time 1,5", "time = 1,5: give a finite number")]
    [InlineData("train --threads 1,6", "--threads expects a whole number, not '1,6'")]
    [InlineData("train --epochs 1,000", "--epochs expects a whole number, not '1,000'")]
    [InlineData("tolerance fhn-quick --chips 2,0", "--chips expects a whole number, not '2,0'")]
    [InlineData("tolerance fhn-quick --levels 0.1;0.2", "--levels: '0.1;0.2' is not a finite number.")]
    [InlineData("circuit export neuron --set current=1,5", "current = 1,5: give a finite number.")]
    public void NumbersAreStrict(string line, string message) => Assert.StartsWith(message, Sandbox.Run(line.Split(' ')).OneError(2));

    [Theory]
    [InlineData("chain --seed 1 --seed 2", "--seed is given twice: keep one")]
    [InlineData("train --out a --out b --out c", "--out is given 3 times: keep one")]
    [InlineData("chain --timing --timing", "--timing is given twice: keep one")]
    [InlineData("simulate spike --set tau=1 --set tau=2", "'tau' is set twice, to 1 and to 2: keep one.")]
    [InlineData("simulate spiral --size 32 --set size=40", "'size' is set twice, to 40 and to 32: keep one.")]
    [InlineData("circuit export neuron --set current=1 --set current=1", "'current' is set twice, to 1 and to 1: keep one.")]
    [InlineData("train fhn-quick --epochs 1 --set epochs=2", "'epochs' is set twice ('epochs=2', 'epochs=1'): keep one.")]
    [InlineData("tolerance fhn-quick --effect stuck --effect stuck", "--effect stuck is given twice: keep one.")]
    public void WhatIsGivenTwiceIsRefused(string line, string message) => Assert.Equal(message, Sandbox.Run(line.Split(' ')).OneError(2));

    [Theory]
    [InlineData("train fhn-quick --seed 18446744073709551615 --seeds 2")]
    [InlineData("train fhn-quick --seed 18446744073709551000 --seeds 700")]
    [InlineData("simulate turing --seed 18446744073709551615 --seeds 2")]
    public void SeedsDoNotBeginAgainAtZero(string line) =>
        Assert.Contains("go beyond the largest", Sandbox.Run(line.Split(' ')).OneError(2));

    [Theory]
    [InlineData("plain/run-1", "plain/run-1")]
    [InlineData("über/größe", "über/größe")]
    [InlineData("with space", "'with space'")]
    [InlineData("Ada's run", @"'Ada'\''s run'")]
    [InlineData("$HOME/`id`;x", "'$HOME/`id`;x'")]
    [InlineData("a\"b", "'a\"b'")]
    [InlineData("~x", "'~x'")]
    [InlineData("-x", "./-x")]
    [InlineData("", "''")]
    [InlineData("a\nb'", @"$'a\u000ab\''")]
    public void PathsAreQuotedForTheShell(string path, string quoted)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows quotes otherwise");
        Assert.Equal(quoted, Terminal.Quoted(path));
        if (path.StartsWith('-') || path.Any(char.IsControl))
            return;
        // The shell agrees.
        using var shell = System.Diagnostics.Process.Start(
            new System.Diagnostics.ProcessStartInfo("bash", ["-c", $"printf %s {quoted}"]) { RedirectStandardOutput = true }
        )!;
        Assert.Equal(path, shell.StandardOutput.ReadToEnd());
    }

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
