using System.CommandLine;

namespace Nagumo.Cli.Tests;

/// <summary>COLUMNS is the whole process's: these tests run alone.</summary>
[CollectionDefinition("columns", DisableParallelization = true)]
public sealed class ColumnsCollection;

/// <summary>Everything for people fits the width that COLUMNS states, without a word cut or lost.</summary>
[Collection("columns")]
public sealed class WidthTests : IDisposable
{
    private readonly Sandbox _box = new();
    private readonly string? _columns = Environment.GetEnvironmentVariable("COLUMNS");

    public void Dispose()
    {
        Environment.SetEnvironmentVariable("COLUMNS", _columns);
        _box.Dispose();
    }

    [Theory]
    [InlineData(60)]
    [InlineData(80)]
    [InlineData(100)]
    [InlineData(132)]
    public void Lists_and_tables_fit(int width)
    {
        foreach (
            string line in (string[])
                [
                    "presets",
                    "models",
                    "data list",
                    "simulate",
                    "simulate spike --list",
                    "simulate turing --list",
                    "simulate spiral --list",
                    "info fhn-deep",
                    "info fhn-resistive-low-gain",
                    "info fhn-chain",
                    "info fhn-quick --set optimizer.rate=0.01 --set hardware.mismatch=0.1",
                    "chain --depth 4",
                    "chain --depth 8 --timing",
                    "circuit power neuron",
                ]
        )
            Fits(line, width);
    }

    [Theory]
    [InlineData(60)]
    [InlineData(80)]
    [InlineData(100)]
    public void Help_fits(int width)
    {
        Fits("", width);
        foreach (string path in Paths(CommandLine.Build(), ""))
            Fits($"{path} --help".Trim(), width);

        static IEnumerable<string> Paths(Command command, string above) =>
            command.Subcommands.SelectMany(c => Paths(c, $"{above} {c.Name}".Trim()).Prepend($"{above} {c.Name}".Trim()));
    }

    [Theory]
    [InlineData(60, "0")]
    [InlineData(80, "0")]
    [InlineData(80, "1e-4")]
    [InlineData(100, "0")]
    [InlineData(140, "0")]
    public void Training_fits(int width, string tolerance)
    {
        string folder = Path.GetRelativePath(Environment.CurrentDirectory, _box["r"]);
        string[] line =
        [
            "train",
            _box.Config(),
            "--set",
            $"free.tolerance={tolerance}",
            "--set",
            "hardware.mismatch=0.1",
            "--set",
            "optimizer.rate=0.005",
        ];
        var outcome = At(width, [.. line, "--out", _box["r"]]);

        Assert.True(outcome.Code == 0, outcome.Error);
        Assert.All(outcome.Error.Split('\n'), l => Assert.True(l.Length <= width || IsOneWord(l), l));
        // Nothing is left out: three epochs, each with all its parts.
        Assert.Equal(3, Count(outcome.Error, "residual "));
        Assert.Equal(3, Count(outcome.Error, "validation "));
        Assert.Equal(3, Count(outcome.Error, "/s"));
        Assert.All(outcome.Output.Split('\n'), l => Assert.True(l.Length <= width || l.Contains("nagumo ") || IsOneWord(l), l));
        // What is to be pasted stays on one line.
        Assert.Contains($"nagumo predict {_box["r"]} mnist-mini:0\n", outcome.Output);

        static int Count(string text, string part) => text.Split(part).Length - 1;
    }

    [Theory]
    [InlineData(60)]
    [InlineData(80)]
    public void Tolerance_fits(int width)
    {
        var outcome = At(
            width,
            "tolerance",
            _box.Config(),
            "--levels",
            "0.05,0.4",
            "--chips",
            "2",
            "--epochs",
            "1",
            "--set",
            "validation=4500"
        );

        Assert.True(outcome.Code == 0, outcome.Error);
        string[] rows = outcome.Output.Split('\n');
        Assert.All(rows, l => Assert.True(l.Length <= width, l));
        Assert.Equal(2, rows.Count(r => r.Contains('–') && !r.Contains("least")));
    }

    [Theory, Trait("speed", "slow")]
    [InlineData(60)]
    [InlineData(80)]
    public void Checks_fit(int width)
    {
        File.WriteAllText(_box["iris.json"], Sandbox.Flowers);
        Assert.Equal(0, Sandbox.Run("train", _box["iris.json"], "--out", _box["i"]).Code);
        foreach (string line in (string[])[$"check {_box["i"]}", $"audit {_box["i"]}", $"eval {_box["i"]}", $"predict {_box["i"]} iris:3"])
            Fits(line, width);
    }

    [Theory]
    [InlineData(60)]
    [InlineData(80)]
    public void A_simulation_fits(int width)
    {
        var outcome = At(width, "simulate", "spike", "--no-pictures", "--out", _box["s"]);

        Assert.True(outcome.Code == 0, outcome.Error);
        Assert.All(outcome.Output.Split('\n'), l => Assert.True(l.Length <= width || IsOneWord(l), l));
    }

    private static void Fits(string line, int width)
    {
        var outcome = At(width, line.Split(' ', StringSplitOptions.RemoveEmptyEntries));
        Assert.NotEmpty(outcome.Output);
        Assert.All(outcome.Output.Split('\n'), l => Assert.True(l.Length <= width || IsOneWord(l), $"{line} at {width}: {l}"));
        // Broken at spaces only: the words are those of the widest page.
        string[] wide = Words(At(400, line.Split(' ', StringSplitOptions.RemoveEmptyEntries)).Output);
        if (!line.StartsWith("chain", StringComparison.Ordinal) && !line.StartsWith("eval", StringComparison.Ordinal))
            Assert.Equal(wide, Words(outcome.Output));

        static string[] Words(string text) => text.Split((char[])[' ', '\n'], StringSplitOptions.RemoveEmptyEntries);
    }

    private static bool IsOneWord(string line) => !line.Trim().Contains(' ');

    private static Outcome At(int width, params string[] args)
    {
        Environment.SetEnvironmentVariable("COLUMNS", $"{width}");
        return Sandbox.Run(args);
    }
}
