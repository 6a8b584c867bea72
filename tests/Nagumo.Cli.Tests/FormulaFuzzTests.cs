using System.Globalization;
using System.Text.Json;

namespace Nagumo.Cli.Tests;

/// <summary>
/// Random potentials and equations of random scales through <c>simulate</c>, <c>audit</c> and <c>check</c>: every one ends within a minute, with a
/// documented exit code, without a stack trace, and its JSON is JSON.
/// </summary>
/// <remarks>NAGUMO_FUZZ=SEED:FROM:COUNT tries others than the kept ones, each told on standard error as it ends.</remarks>
[Trait("speed", "slow")]
public sealed class FormulaFuzzTests : IDisposable
{
    private const int Seed = 1,
        Cases = 2000;

    /// <summary>A minute, and room for a machine on which other tests run.</summary>
    private static readonly TimeSpan longest = TimeSpan.FromSeconds(180);
    private readonly Sandbox _box = new();

    public void Dispose() => _box.Dispose();

    [Fact]
    public async Task Formulas_of_any_form_and_scale_end_as_documented()
    {
        var cancel = TestContext.Current.CancellationToken;
        string[]? other = Environment.GetEnvironmentVariable("NAGUMO_FUZZ")?.Split(':');
        var (seed, from, count) = other is null ? (Seed, 0, Cases) : (int.Parse(other[0]), int.Parse(other[1]), int.Parse(other[2]));
        var wrong = new List<string>();
        var ends = new int[4];
        for (int i = from; i < from + count; i++)
        {
            var draw = new FormulaDraw(new Random(HashCode(seed, i)));
            string[] command = draw.Command(_box);
            long start = System.Diagnostics.Stopwatch.GetTimestamp();
            string? fault;
            Outcome? outcome = null;
            try
            {
                outcome = await Task.Run(() => Sandbox.Run(command), cancel).WaitAsync(longest, cancel);
                fault = Fault(outcome, command);
                if (fault is null)
                    ends[outcome.Code]++;
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                // A time-out, too: what does not end is a fault like any other.
                fault = e is TimeoutException ? "did not end" : e.ToString();
            }
            if (other is not null)
                Console.Error.WriteLine(
                    $"{i} {System.Diagnostics.Stopwatch.GetElapsedTime(start).TotalSeconds:f1} s, {outcome?.Code}: {string.Join(' ', command)} | {draw.Text.Replace('\n', ';')} | {outcome?.Error.Trim().Split('\n')[^1]} {fault}"
                );
            if (fault is not null)
                wrong.Add($"{i}: {fault}: {string.Join(' ', command)}\n{draw.Text}\n    {outcome?.Error.Trim()}");
        }
        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
        // What is only ever refused tests nothing.
        if (other is null)
            Assert.True(ends[0] >= count / 10 && ends[3] > 0 && ends[2] > 0, $"exit codes 0 to 3: {string.Join(", ", ends)}");
    }

    // Neighbouring seeds of Random begin alike.
    private static int HashCode(int seed, int i) =>
        BitConverter.ToInt32(System.Security.Cryptography.SHA256.HashData(BitConverter.GetBytes(((long)seed << 32) + i)));

    private static string? Fault(Outcome outcome, string[] command)
    {
        if (outcome.Code is not (0 or 1 or 2 or 3))
            return $"exit code {outcome.Code}";
        string error = outcome.Error;
        if (error.Contains("   at ") || error.Contains("This is a bug") || error.Contains("Exception") || error.Contains("floating point"))
            return "a stack trace, a bug or an exception's name";
        if (outcome.Code == 2 && !error.Contains("error: "))
            return "refused without a reason";
        if (error.Length > 20_000)
            return $"an error of {error.Length} letters";
        if (!command.Contains("--json") || outcome.Output.Length == 0)
            return null;
        try
        {
            using var json = JsonDocument.Parse(outcome.Output);
            return outcome.Output.Contains("\"NaN\"") || outcome.Output.Contains("Infinity\"") ? "NaN where null is promised" : null;
        }
        catch (JsonException)
        {
            return "no JSON";
        }
    }
}

/// <summary>One random formula, and a command that reads it.</summary>
internal sealed class FormulaDraw(Random random)
{
    private static readonly string[] calls =
    [
        "tanh",
        "exp",
        "log",
        "sqrt",
        "abs",
        "sin",
        "cos",
        "sinh",
        "cosh",
        "logcosh",
        "softplus",
        "sigmoid",
        "heaviside",
        "sign",
    ];

    /// <summary>What stands in the file.</summary>
    public string Text { get; private set; } = "";

    /// <summary>Writes the file, and says how it is given.</summary>
    public string[] Command(Sandbox box)
    {
        string file = box["formula"],
            folder = box[$"run{random.Next(8)}"];
        if (Directory.Exists(folder))
            Directory.Delete(folder, recursive: true);
        string[] json = random.Next(2) == 0 ? ["--json"] : [];
        int which = random.Next(20);
        if (which < 4)
            return [.. Written(file, Configuration(), ["check", file, "--samples", "1"]), .. json];
        if (which < 9)
            return [.. Written(file, Equations(1 + random.Next(4)), ["audit", file, "--probes", "2"]), .. json];
        string phenomenon = random.Next(12) switch
        {
            0 => "spike",
            1 => "pulse",
            2 => "turing",
            3 => "bifurcation",
            4 => "hopf",
            5 => Pick("spiral", "target", "sweep", "spots", "holes", "labyrinth"),
            _ => "neuron",
        };
        string[] small = phenomenon switch
        {
            "neuron" => ["--set", $"current={Number()}", .. random.Next(2) == 0 ? (string[])["--set", "curve=0"] : []],
            "spike" => ["--set", $"current={Number()}"],
            "hopf" => ["--set", "points=3"],
            "pulse" => ["--set", "cells=40", "--time", "50"],
            "turing" => ["--set", "cells=24", "--time", "50"],
            "sweep" => ["--set", "cells=16"],
            "bifurcation" => [],
            _ => ["--size", "32", "--time", "20", "--set", "frames=0"],
        };
        string text = random.Next(3) == 0 ? Equations(2) : Potential();
        return
        [
            .. Written(
                file,
                text,
                ["simulate", phenomenon, "--neuron", file, .. small, "--no-pictures", "--threads", "1", "--out", folder]
            ),
            .. json,
        ];
    }

    private string[] Written(string file, string text, string[] command)
    {
        // Now and then a letter is lost.
        Text = random.Next(40) == 0 && text.Length > 1 ? text.Remove(random.Next(text.Length), 1) : text;
        File.WriteAllText(file, Text);
        return command;
    }

    /// <summary>u' = …, of one to four variables.</summary>
    private string Equations(int count)
    {
        string[] names = [.. new[] { "u", "v", "w", "z" }.Take(count)];
        var lines = new List<string>();
        double[] unit = [.. names.Select(_ => Scale())];
        for (int i = 0; i < count; i++)
        {
            string rate = random.Next(3) == 0 ? $"{Number()}*" : "";
            lines.Add($"{rate}{names[i]}' = {(random.Next(2) == 0 ? Term(3, names) : Cell(i, names, unit))}");
        }
        lines.Add($"k = {Number()}");
        if (random.Next(4) == 0)
            lines.Add($"{names[0]}(0) = {Number()}");
        return string.Join('\n', lines);
    }

    /// <summary>A rate that something like a neuron has, in random units: what random terms hardly ever are.</summary>
    private string Cell(int i, string[] names, double[] unit)
    {
        string x = $"({names[i]}/{Of(unit[i])})",
            y = names.Length > 1 ? $"({names[(i + 1) % names.Length]}/{Of(unit[(i + 1) % names.Length])})" : Few();
        string rate = random.Next(6) switch
        {
            0 => $"{x} - {x}^3/3 - {y} + {Few()}",
            1 => $"{x}*(1 - {x})*({x} - {Few()}) - {y}",
            2 => $"{y} + {Few()} - {Few()}*{x}",
            3 => $"{Few()} + {x}^2*{y} - {Few()}*{x}",
            4 => $"tanh({Few()}*{y}) - {x}",
            _ => $"{Few()}*{x}*(1 - {x}) - {x}*{y}/({Few()} + {x})",
        };
        return $"{Of(unit[i] * (random.Next(2) == 0 ? 1 : Scale()))}*({rate})";
    }

    /// <summary>A potential with an inhibitor, sometimes none.</summary>
    private string Potential()
    {
        double s = Scale(),
            r = Scale();
        string u = $"(u/{Of(s)})",
            v = $"(v/{Of(r)})";
        string body =
            random.Next(3) == 0 ? Term(3, ["u", "v"])
            : random.Next(2) == 0
                ? $"{Of(s * r)}*(-({u}^2/2 - {u}^4/12) + {u}*{v} - {Few()}*{v}^2/2 + {Few()}*{v}) + {Few()}*{Of(s * r)}*{Term(1, [u, v])}"
            : $"{Of(s * r)}*({Term(2, [u])} + {u}*{v} - {Few()}*{v}^2/2)";
        string inhibitors = random.Next(10) == 0 ? "" : $", \"inhibitors\": {{ \"v\": {Few()} }}";
        return $"{{ \"potential\": \"{body}\"{Parameters(body)}{inhibitors} }}";
    }

    /// <summary>The small network of flowers with a neuron of random formula.</summary>
    private string Configuration()
    {
        double s = random.Next(2) == 0 ? 1 : Scale();
        string u = $"(u/{Of(s)})";
        string neuron = random.Next(4) switch
        {
            0 => Term(3, ["u", "v"]),
            1 => $"{u}^2/2 + {Few()}*{Term(2, ["u"])}",
            2 => $"{u}^2/2 - {Few()}*{u}^4 + {u}*v - {Few()}*v^2/2",
            _ => $"{u}^2/2 + tanh({u})*v - {Few()}*v^2/2 - {Few()}*v^4",
        };
        string inhibitors = neuron.Contains('v') ? $", \"inhibitors\": {{ \"v\": {Few()} }}" : "",
            box = random.Next(8) == 0 ? $", \"box\": [{Of(-s)}, {Of(s)}]" : "";
        string layer = $"{{ \"name\": \"h\", \"size\": 6, \"potential\": \"{neuron}\"{Parameters(neuron)}{inhibitors}{box} }}";
        return Sandbox.Flowers.Replace("""{ "name": "h", "size": 6, "neuron": "fitzhugh-nagumo" }""", layer);
    }

    /// <summary>k, where the formula uses it: one that does not is refused.</summary>
    private string Parameters(string formula) =>
        System.Text.RegularExpressions.Regex.IsMatch(formula, @"\bk\b")
            ? $", \"parameters\": {{ \"k\": {(random.Next(2) == 0 ? Few() : Number())} }}"
            : "";

    private string Term(int depth, string[] names) =>
        depth == 0
            ? random.Next(4) switch
            {
                0 => Number(),
                1 => random.Next(3) == 0 ? "k" : Few(),
                _ => names[random.Next(names.Length)],
            }
            : random.Next(12) switch
            {
                0 or 1 or 2 => $"({Term(depth - 1, names)} + {Term(depth - 1, names)})",
                3 => $"({Term(depth - 1, names)} - {Term(depth - 1, names)})",
                4 or 5 => $"{Term(depth - 1, names)}*{Term(depth - 1, names)}",
                6 => $"({Term(depth - 1, names)})/({Term(depth - 1, names)})",
                7 => $"({Term(depth - 1, names)})^{random.Next(2, 6)}",
                8 => $"{Pick("min", "max", "pow")}({Term(depth - 1, names)}, {Term(depth - 1, names)})",
                9 => $"select({Term(depth - 1, names)}, {Term(depth - 1, names)}, {Term(depth - 1, names)})",
                _ => $"{Pick(calls)}({Term(depth - 1, names)})",
            };

    private double Scale() => Math.Pow(10, random.Next(3) == 0 ? random.Next(-12, 13) : random.Next(-3, 4));

    private string Number() => Of((random.Next(3) == 0 ? -1 : 1) * Math.Round(0.1 + 9.9 * random.NextDouble(), 2) * Scale());

    private string Few() => Of(Math.Round(0.05 + 2 * random.NextDouble() * random.NextDouble(), 3));

    private string Pick(params string[] of) => of[random.Next(of.Length)];

    private static string Of(double x) => x.ToString("R", CultureInfo.InvariantCulture);
}
