namespace Nagumo.Cli.Tests;

public sealed class PlainWriterTests
{
    [Theory]
    [InlineData("plain, \t tab and \n line", "plain, \t tab and \n line")]
    [InlineData("end\r\n", "end\r\n")]
    [InlineData("a\u001b[31mred\u0007", "a\\u001b[31mred\\u0007")]
    [InlineData("over\rwritten\b", "over\\u000dwritten\\u0008")]
    [InlineData("\u009b2J\u007f", "\\u009b2J\\u007f")]
    [InlineData("txt.\u202Egnp", "txt.\\u202egnp")]
    [InlineData("τ → 🧠", "τ → 🧠")]
    public void WhatATerminalWouldObeyIsShown(string text, string shown)
    {
        using var inner = new StringWriter();
        new PlainWriter(inner).Write(text);

        Assert.Equal(shown, inner.ToString());
    }

    [Fact]
    public void NamesOfAConfigurationReachNoTerminal()
    {
        using var box = new Sandbox();
        const string evil = "e\u001b]0;title\u0007\u202E";
        string config = box.Config(Sandbox.Tiny.Replace("tiny", "e\\u001b]0;title\\u0007\\u202e").Replace("h1", "h\\u001b1"));

        foreach (
            var outcome in (Outcome[])
                [
                    Sandbox.Run("train", config, "--epochs", "1", "--out", box["run\u001b"]),
                    Sandbox.Run("info", config),
                    Sandbox.Run("info", config, "--json"),
                    Sandbox.Run("eval", box["run\u001b"]),
                    Sandbox.Run("train", config, "--set", "network.populations.0.neuron=\u001b[2J"),
                    Sandbox.Run("train", evil),
                    Sandbox.Run(evil),
                    Sandbox.Run("simulate", "spike", "--set", evil),
                    Sandbox.Run("predict", box["run\u001b"], evil),
                ]
        )
            Assert.DoesNotContain(outcome.Output + outcome.Error, c => c is '\u001b' or '\u0007' or '\u202E');
    }
}
