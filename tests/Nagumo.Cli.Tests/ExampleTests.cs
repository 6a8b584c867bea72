using System.CommandLine;
using System.Text.RegularExpressions;
using Nagumo.Learning;

namespace Nagumo.Cli.Tests;

/// <summary>What the program and its page say that one may type, can be typed.</summary>
public sealed partial class ExampleTests : IDisposable
{
    private readonly Sandbox _box = new();

    public void Dispose() => _box.Dispose();

    /// <summary>How a command with an example of a key is run with it, in a second.</summary>
    private static readonly Dictionary<string, string> Stems = new()
    {
        ["train"] = "train tiny.json --epochs 1 --out r",
        ["check"] = "check tiny.json --samples 1",
        ["audit"] = "audit tiny.json",
        ["eval"] = "eval run",
        ["info"] = "info tiny.json",
        ["tolerance"] = "tolerance tiny.json --levels 0.1 --chips 1 --epochs 1",
        ["simulate"] = "simulate spike --no-pictures",
        ["circuit export"] = "circuit export neuron",
        ["circuit verify"] = "circuit verify neuron",
        ["circuit draw"] = "circuit draw neuron",
        ["circuit power"] = "circuit power neuron",
        ["circuit infer"] = "circuit infer iris-fhn",
        ["circuit learn"] = "circuit learn iris --set epochs=1",
    };

    /// <summary>Every "e.g. KEY=VALUE" of every help text.</summary>
    public static TheoryData<string> OfHelp() =>
        [
            .. Commands(CommandLine.Build(), "")
                .SelectMany(c =>
                    c.Command.Options.SelectMany(o =>
                        Example().Matches(o.Description ?? "").Select(m => $"{Stems[c.Path]} {o.Name} {m.Groups[1].Value}")
                    )
                ),
        ];

    [Theory, Trait("speed", "slow"), MemberData(nameof(OfHelp))]
    public void Examples_of_help_texts_run(string line)
    {
        if (
            line.StartsWith("circuit infer", StringComparison.Ordinal)
            || line.StartsWith("circuit learn", StringComparison.Ordinal)
            || line.StartsWith("circuit verify", StringComparison.Ordinal)
        )
            Assert.SkipUnless(HasNgspice, "ngspice is not installed");
        _box.Config();
        if (line.StartsWith("eval", StringComparison.Ordinal))
            _box.Train("run", "--epochs", "1");

        Ends(_box.RunApart(line));
    }

    [Fact]
    public void Help_texts_have_examples() => Assert.True(OfHelp().Count >= 8);

    /// <summary>Every 'nagumo …' in quotes of every help text.</summary>
    [Fact]
    public void Commands_in_help_texts_run()
    {
        string[] texts =
        [
            .. Commands(CommandLine.Build(), "")
                .SelectMany(c =>
                    c.Command.Options.Select(o => o.Description)
                        .Concat(c.Command.Arguments.Select(a => a.Description))
                        .Append(c.Command.Description)
                )
                .OfType<string>(),
        ];
        string[] lines = [.. texts.SelectMany(t => Quoted().Matches(t)).Select(m => m.Groups[1].Value).Distinct()];

        Assert.NotEmpty(lines);
        Assert.All(lines, l => Assert.Equal(0, Sandbox.Run(l.Split(' ')).Code));
    }

    /// <summary>Every command that stands apart on a page of docs, on small data, briefly.</summary>
    public static TheoryData<string> OfPage() =>
        [
            .. (
                (string[])
                    ["cli", "audit", "beyond", "circuits", "hardware", "media", "media-sheets", "data", "guide", "hamiltonian", "results"]
            )
                .SelectMany(p => Page(p).Concat(Within(p)))
                .Select(l => l.StartsWith("$ ", StringComparison.Ordinal) ? l[2..] : l)
                .Where(l => l.StartsWith("nagumo ", StringComparison.Ordinal))
                .Where(l => !l.Contains("missing.csv"))
                .SelectMany(Alternatives)
                .Distinct(),
        ];

    [Theory, Trait("speed", "slow"), MemberData(nameof(OfPage))]
    public void Commands_of_the_page_run(string line)
    {
        if (line.Contains("circuit verify") || line.Contains("circuit infer") || line.Contains("circuit learn"))
            Assert.SkipUnless(HasNgspice, "ngspice is not installed");
        File.WriteAllText(_box["pair.txt"], "k = 1\nu' = k*(u - u^3/3) - v\n0.5*v' = u + 0.7 - 0.8*v\n");
        File.WriteAllText(_box["mine.json"], """{"potential": "-(u^2/2 - u^4/12) + u*v - 0.4*v^2 + 0.7*v", "inhibitors": {"v": 8}}""");
        if (line.Contains("runs/mine") && !line.Contains("--out runs/mine ") && !line.EndsWith("--out runs/mine", StringComparison.Ordinal))
            Ends(_box.RunApart("train fhn-mlp --data mnist-mini --epochs 1 --out runs/mine --no-pictures"));

        if (line.Contains("runs/ideal") && !line.Contains("train"))
            Ends(_box.RunApart("train fhn-mlp --data mnist-mini --epochs 1 --out runs/ideal --no-pictures"));
        if (line.Contains(".csv") || line.Contains("runs/fhn-mlp-s1"))
            Tables(line);
        if (line.Contains("runs/iris-fhn-s1"))
            Ends(_box.RunApart("train iris-fhn --epochs 1 --no-pictures"));
        File.WriteAllText(
            _box["ml.txt"],
            "C*V' = I - gL*(V-VL) - gCa*0.5*(1+tanh((V-V1)/V2))*(V-VCa) - gK*n*(V-VK)\n"
                + "n' = phi*0.5*(exp((V-V3)/(2*V4)) + exp(-(V-V3)/(2*V4)))*(0.5*(1+tanh((V-V3)/V4)) - n)\n"
                + "I = 0\nC = 20\ngL = 2\ngCa = 4.4\ngK = 8\nVL = -60\nVCa = 120\nVK = -84\nV1 = -1.2\nV2 = 18\nV3 = 2\nV4 = 30\nphi = 0.04\n"
        );
        File.WriteAllText(
            _box["cubic.json"],
            """{ "potential": "u^4/4 - (1 + a)*u^3/3 + a*u^2/2 + u*v - g*v^2/2", "parameters": { "a": 0.1, "g": 1 }, "inhibitors": { "v": 200 } }"""
        );

        Ends(_box.RunApart(Brief(line["nagumo ".Length..])));
    }

    /// <summary>The tables of the page about data, and a run that was trained on one of them.</summary>
    private void Tables(string line)
    {
        string Rows(Func<int, string> row) => string.Concat(Enumerable.Range(0, 60).Select(i => row(i) + "\n"));
        string flowers =
            "a,b,species\n"
            + Rows(i => FormattableString.Invariant($"{i % 3},{i % 7 / 7.0:F3},{((string[])["alba", "nigra", "rubra"])[i % 3]}"));
        string houses =
            "size,age,price (EUR)\n" + Rows(i => FormattableString.Invariant($"{i % 11},{i % 7},{20_000 + 100.5 * (i % 11) - i % 7:F1}"));
        foreach (var (name, text) in ((string, string)[])[("my.csv", flowers), ("new.csv", flowers), ("house.csv", houses)])
            File.WriteAllText(_box[name], text);
        if (line.Contains("runs/fhn-mlp-s1"))
            Ends(_box.RunApart($"train fhn-mlp --data {(line.Contains("house") ? "house" : "my")}.csv --epochs 1 --no-pictures"));
    }

    /// <summary>Every key=value that the page shows for the configuration of a preset.</summary>
    [Fact]
    public void Keys_of_the_page_are_keys()
    {
        string[] keys =
        [
            .. Page("cli")
                .Where(l => !l.StartsWith("nagumo", StringComparison.Ordinal))
                .SelectMany(l => Assignment().Matches(l))
                .Select(m => m.Value),
        ];

        Assert.True(keys.Length >= 10);
        Assert.All(keys, k => Presets.Get("fhn-deep").With([k]).Validate());
    }

    /// <summary>What train and info suggest, in a folder whose name no shell takes as it is.</summary>
    [Fact, Trait("speed", "slow")]
    public void Suggested_commands_run_as_they_are_pasted()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "bash is needed");
        string folder = _box["it's Ada's $HOME \"x\""];
        Directory.CreateDirectory(folder);
        string config = Path.Combine(folder, "iris small.json"),
            run = Path.Combine(folder, "run 1");
        File.WriteAllText(config, Sandbox.Flowers);
        var trained = Sandbox.Run("train", config, "--out", run);
        Assert.True(trained.Code == 0, trained.Error);

        string[] next =
        [
            .. trained
                .Output.Split('\n')
                .Where(l => l.Contains("nagumo "))
                .Select(l => l[l.IndexOf("nagumo ", StringComparison.Ordinal)..]),
        ];
        Assert.Equal(2, next.Length);
        Paste(next[1]);
        // Trained for eight epochs with few sweeps, not every claim need hold; but the command is one.
        Paste(next[0], 0, 1, 3);

        File.Delete(Path.Combine(run, "result.json"));
        string info = Sandbox.Run("info", run).Output;
        Paste(info[info.IndexOf("nagumo train", StringComparison.Ordinal)..].Split('\n')[0]);

        // Between brackets, or after a colon to the end.
        Paste(Between(Sandbox.Run("eval", config).OneError(2), "(nagumo ", "), then"));
        Paste(Between(Sandbox.Run("tolerance", run).OneError(2), ": nagumo ", ".\n").TrimEnd('.'));
        string export = Sandbox.Run("circuit", "export", "neuron", "--out", Path.Combine(folder, "a b.cir")).Output;
        if (HasNgspice)
            Shell(Between(export + "\n", "run it with: ", "\n"), 0, 1);
        Paste(Between(Sandbox.Run("simulate").Output, ": nagumo simulate", "\n"));
        Paste(Between(Sandbox.Run("simulate", "spike", "--list").Output, "('nagumo ", "')"));
        Paste(Between(Sandbox.Run("train", "--epocs").Error + "\n", "See: nagumo ", "\n"));
    }

    private static string Between(string text, string from, string to)
    {
        int start = text.IndexOf(from, StringComparison.Ordinal);
        Assert.True(start >= 0, text);
        start = from.IndexOf("nagumo", StringComparison.Ordinal) is var name and >= 0 ? start + name : start + from.Length;
        int end = text.IndexOf(to, start, StringComparison.Ordinal);
        return end < 0 ? text[start..] : text[start..end];
    }

    private void Paste(string line, params int[] codes) =>
        Shell($"nagumo() {{ dotnet '{Path.Combine(AppContext.BaseDirectory, "Nagumo.Cli.dll")}' \"$@\"; }}; {line}", codes);

    private void Shell(string line, params int[] codes)
    {
        var outcome = Sandbox.End(
            System.Diagnostics.Process.Start(
                new System.Diagnostics.ProcessStartInfo("bash", ["-c", line])
                {
                    RedirectStandardOutput = true,
                    RedirectStandardError = true,
                    WorkingDirectory = _box.Folder,
                }
            )!
        );
        Assert.True(codes.Length == 0 ? outcome.Code == 0 : codes.Contains(outcome.Code), $"{line}: {outcome.Code} {outcome.Error}");
        Assert.DoesNotContain("error:", outcome.Error);
    }

    private static void Ends(Outcome outcome)
    {
        // Cut short, a wave need not have a period yet, nor every claim hold: 3 and 1. Wrong use and errors say "error:".
        Assert.True(outcome.Code is 0 or 1 or 3, outcome.Error);
        Assert.DoesNotContain("error:", outcome.Error);
    }

    private static IEnumerable<(string Path, Command Command)> Commands(Command command, string above) =>
        command.Subcommands.SelectMany(c =>
            Commands(c, $"{above} {c.Name}".Trim()).Prepend((Path: $"{above} {c.Name}".Trim(), Command: c))
        );

    /// <summary>Lines of a page of docs that stand apart, without their remarks.</summary>
    private static IEnumerable<string> Page(string name) =>
        Text(name)
            .Split('\n')
            .Where(l => l.StartsWith("    ", StringComparison.Ordinal))
            .Select(l => Remark().Replace(l, "").Trim())
            .Where(l => l.Length > 0);

    private static string Text(string page)
    {
        var root = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(root.FullName, "Nagumo.slnx")))
            root = root.Parent!;
        return File.ReadAllText(Path.Combine(root.FullName, "docs", page + ".md"));
    }

    /// <summary>Commands within the text of a page, where nothing in them stands for something else.</summary>
    private static IEnumerable<string> Within(string page) =>
        page is "guide" or "hamiltonian" or "results"
            ? Command().Matches(Text(page)).Select(m => m.Groups[1].Value).Where(l => !Placeholder().IsMatch(l) && l != "nagumo eval")
            : [];

    /// <summary>"simulate spots|holes" as two lines.</summary>
    private static IEnumerable<string> Alternatives(string line) =>
        line.Split(' ').FirstOrDefault(w => w.Contains('|')) is { } words ? words.Split('|').Select(w => line.Replace(words, w)) : [line];

    /// <summary>The same on the digits inside, for an epoch, a sample, a moment.</summary>
    private static string Brief(string line)
    {
        string command = line.Split(' ')[0];
        bool continues = line.Contains("--resume");
        line = Regex.Replace(line, @" --(epochs|chips|splits|samples) \d+", " --$1 1");
        line = Regex.Replace(line, " --seeds 20", " --seeds 2");
        if (command is "train" or "tolerance" && !continues)
            line +=
                (line.Contains("--epochs") ? "" : " --epochs 1")
                + (line.Contains("--data") || line.Contains("iris") ? "" : " --data mnist-mini");
        line = line.Replace("validation=10000", "validation=500").Replace(" --depth 1024", " --depth 64");
        if (command == "check" && !line.Contains("--samples"))
            line += " --samples 1";
        if (
            command == "simulate"
            && (
                line.Contains("spiral")
                || line.Contains("target")
                || line.Contains("spots")
                || line.Contains("holes")
                || line.Contains("labyrinth")
            )
        )
            line = Regex.Replace(line, @" --time \S+", "") + " --time 4" + (line.Contains("--size") ? "" : " --size 40");
        return command is "simulate" && !line.Contains("--list") ? line + " --no-pictures" : line;
    }

    private static bool HasNgspice =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Any(p => File.Exists(Path.Combine(p, "ngspice")));

    [GeneratedRegex(@"e\.g\. ([^\s;,]+=[^\s;,]+)")]
    private static partial Regex Example();

    [GeneratedRegex("'nagumo ([^']+)'")]
    private static partial Regex Quoted();

    [GeneratedRegex("`(nagumo [^`\n]+)`")]
    private static partial Regex Command();

    [GeneratedRegex(@"[A-Z]{2}|…|[a-z]N\b")]
    private static partial Regex Placeholder();

    [GeneratedRegex(@" +# .*$")]
    private static partial Regex Remark();

    [GeneratedRegex(@"(?<=^|\s)[a-z][a-z0-9_.-]*=\S+")]
    private static partial Regex Assignment();
}
