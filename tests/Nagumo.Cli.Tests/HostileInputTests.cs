using System.Text.Json;
using System.Text.Json.Nodes;

namespace Nagumo.Cli.Tests;

/// <summary>Random configurations, options and values: every one ends with a documented exit code, no stack trace, and nothing written elsewhere.</summary>
/// <remarks>NAGUMO_HOSTILE=FROM:COUNT runs some of them, or later ones, each told on standard error as it ends.</remarks>
[Trait("speed", "slow")]
public sealed class HostileInputTests : IDisposable
{
    private const int Seed = 15,
        Cases = 1000;
    private static readonly TimeSpan longest = TimeSpan.FromSeconds(60);
    private readonly Sandbox _box = new();

    public void Dispose() => _box.Dispose();

    [Fact]
    public async Task A_thousand_end_as_documented()
    {
        var cancel = TestContext.Current.CancellationToken;
        var random = new Random(Seed);
        string run = _box.Train("run", "--epochs", "1"),
            before = Sandbox.Bytes(run);
        string[] here = Directory.GetFileSystemEntries(".");
        var wrong = new List<string>();
        int[] some = Environment.GetEnvironmentVariable("NAGUMO_HOSTILE")?.Split(':').Select(int.Parse).ToArray() ?? [];
        var (from, count) = some is [var first, var n] ? (first, n) : (0, Cases);
        for (int i = 0; i < from + count; i++)
        {
            // Drawn also where it is not run: the next ones are the same then.
            string[] arguments = [.. Arguments(random, run, i)];
            if (i < from)
                continue;
            long start = System.Diagnostics.Stopwatch.GetTimestamp();
            string what = string.Join(' ', arguments.Select(a => a.Length > 200 ? a[..200] + "…" : a));
            try
            {
                var outcome = await Task.Run(() => Sandbox.Run(arguments), cancel).WaitAsync(longest, cancel);
                if (Fault(outcome) is { } fault)
                    wrong.Add($"{i}: {fault}: {what}\n    {outcome.Error.Trim()}");
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                // A time-out, too: what does not end is a fault like any other.
                wrong.Add($"{i}: {e}: {what}");
            }
            if (some.Length > 0)
                Console.Error.WriteLine($"{i} {System.Diagnostics.Stopwatch.GetElapsedTime(start).TotalSeconds:f1} s: {what}");
        }

        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
        Assert.Equal(before, Sandbox.Bytes(run));
        Assert.Equal(here, Directory.GetFileSystemEntries("."));
    }

    private static string? Fault(Outcome outcome) =>
        outcome.Code is not (0 or 1 or 2 or 3) ? $"exit code {outcome.Code}"
        : outcome.Error.Contains("   at ") ? "a stack trace"
        : outcome.Error.Contains("This is a bug") ? "a bug"
        : outcome.Error.Contains("Exception") ? "an exception's name"
        : outcome.Code is 1 or 2 && outcome.Error.Length == 0 && outcome.Output.Length == 0 ? "silence"
        : outcome.Error.Length > 20_000 ? $"an error of {outcome.Error.Length} letters"
        : (outcome.Output + outcome.Error).Contains('\u001b') ? "a control character"
        : null;

    private IEnumerable<string> Arguments(Random random, string run, int i)
    {
        string config = _box[$"config{i % 8}.json"];
        File.WriteAllText(config, Mutated(random));
        string model = random.Next(20) switch
        {
            0 or 1 or 2 => run,
            3 or 4 => "fhn-quick",
            5 => Text(random),
            _ => config,
        };
        string set() => Key(random) is var key && IsSize(key) ? $"{key}={Value(random, small: true)}" : $"{key}={Setting(random)}";
        string[] settings = [.. Enumerable.Range(0, random.Next(3)).SelectMany(_ => (string[])["--set", set()])];
        string[] json = random.Next(3) == 0 ? ["--json"] : [];
        string trained =
            random.Next(4) == 0 ? Text(random)
            : random.Next(3) == 0 ? Path.Combine(run, "weights.npz")
            : run;
        string[] command = random.Next(16) switch
        {
            0 or 1 or 2 or 3 or 4 => model == "fhn-quick"
                ? ["info", model, .. settings]
                : ["train", model, "--epochs", "1", "--out", _box[$"out{i}"], .. settings],
            5 or 6 => ["info", model, .. settings],
            7 => ["check", model == "fhn-quick" ? config : model, "--samples", "1", .. settings],
            8 => ["eval", trained, .. settings, .. random.Next(2) == 0 ? (string[])["--sweeps", Value(random, small: true)] : []],
            9 => ["predict", trained, random.Next(2) == 0 ? $"mnist-mini:{Value(random, small: true)}" : Text(random)],
            10 => ["audit", model == "fhn-quick" ? config : model, "--probes", Pick(random, "0", "1", "-1", "x"), .. settings],
            11 =>
            [
                "chain",
                Pick(random, "--gamma", "--k", "--strength", "--step", "--inhibitor-diffusion", "--beta"),
                Value(random, small: true),
                "--depth",
                "4",
            ],
            12 => ["simulate", "hopf", "--out", _box[$"out{i}"], "--list", .. settings],
            13 => ["circuit", "export", Pick(random, "neuron", "chain", config, run), "--out", _box[$"out{i}.cir"], .. settings],
            14 => ["circuit", "power", Pick(random, "neuron", "chain", config, run), .. settings],
            _ =>
            [
                Pick(random, "data", "models", "presets", "completion", "nothing", ""),
                Pick(random, "verify", "list", "bash", Text(random)),
            ],
        };
        IEnumerable<string> all = [.. command, .. json];
        // Now and then a word too many, an option of another command, one twice.
        if (random.Next(16) == 0)
            all = all.Append(Pick(random, "--json", "--resume", "--seed", "--threads", "--nope", Text(random), "--data", "--"));
        if (random.Next(16) == 0)
            all = all.Append(Value(random, small: true));
        return all;
    }

    /// <summary>The tiny configuration with up to two values replaced, keys added or taken away.</summary>
    private static string Mutated(Random random)
    {
        var root = JsonNode.Parse(Sandbox.Tiny)!;
        root["epochs"] = 1;
        for (int n = random.Next(3); n > 0; n--)
        {
            JsonNode at = root;
            string key = "";
            while (true)
            {
                if (at is JsonObject o && o.Count > 0)
                    key = o.ElementAt(random.Next(o.Count)).Key;
                else if (at is JsonArray { Count: > 0 } list)
                    key = $"{random.Next(list.Count)}";
                else
                    break;
                var next = at is JsonArray array ? array[int.Parse(key)] : at[key];
                if (next is JsonObject or JsonArray && random.Next(4) > 0)
                    at = next;
                else
                    break;
            }
            if (random.Next(6) == 0)
                key = random.Next(2) == 0 ? Text(random) : Key(random);
            JsonNode? value = JsonNode.Parse(Json(random, small: IsSize(key)));
            if (at is JsonObject into)
                if (random.Next(6) == 0)
                    into.Remove(key);
                else
                    into[key] = value;
            else if (at is JsonArray items && int.TryParse(key, out int index) && index < items.Count)
                items[index] = value;
        }
        string text = root.ToJsonString();
        return random.Next(20) == 0 ? text[..random.Next(text.Length)] : text;
    }

    /// <summary>Keys whose large values are honest work or memory, which other tests look at.</summary>
    private static bool IsSize(string key) =>
        key is "size" or "epochs" or "batch" or "max_sweeps" or "depth" or "channels" or "seed" or "shape";

    private static string Json(Random random, bool small) =>
        random.Next(24) switch
        {
            0 => "null",
            1 => "true",
            2 => "[]",
            3 => "{}",
            4 => "[1, [2, {\"a\": null}]]",
            5 => "{\"u\": {\"v\": [0]}}",
            6 or 7 => JsonSerializer.Serialize(Text(random)),
            _ when Value(random, small) is var x && double.TryParse(x, out double d) && double.IsFinite(d) => x.TrimStart('+'),
            _ => "1e308",
        };

    /// <summary>A number in four of five settings, of every size.</summary>
    private static string Setting(Random random) =>
        random.Next(5) == 0 ? Value(random, small: true) : Pick(random, "0", "1", "2", "0.5", "0.01", "-1", Value(random, small: false));

    private static string Value(Random random, bool small) =>
        small
            ? Pick(random, "0", "-1", "1", "2", "7", "1.5", "-0.0", "1e-3", "x", "null", "true", "[]", "{}", "NaN", "[1,2]", "")
            : Pick(
                random,
                "0",
                "-1",
                "1",
                "3",
                "0.5",
                "1e-320",
                "1e308",
                "-1e308",
                "1e30",
                "-1e30",
                "NaN",
                "Infinity",
                "4294967296",
                "1e-12",
                "65536",
                "18446744073709551616"
            );

    private static string Key(Random random) =>
        Pick(
            random,
            "optimizer.rate",
            "optimizer.epsilon",
            "optimizer.kind",
            "optimizer.momentum",
            "optimizer.rates.x-h1",
            "optimizer.norm_bounds",
            "estimator.kind",
            "estimator.beta",
            "estimator.nudge",
            "readout.kappa",
            "readout.population",
            "readout.cost",
            "pixels.dropout",
            "pixels.shift",
            "free.tolerance",
            "nudged.tolerance",
            "evaluation.tolerance",
            "hardware.mismatch",
            "hardware.drift",
            "hardware.bits",
            "hardware.stuck",
            "hardware",
            "network",
            "network.populations.h1.scale",
            "network.populations.h1.neuron",
            "network.populations.h1.potential",
            "network.populations.h1.parameters.gamma",
            "network.populations.h1.parameters",
            "network.populations.9.scale",
            "network.couplings.x-h1.sd",
            "network.couplings.0.kind",
            "network.couplings.h1.bias.value",
            "validation",
            "name",
            "data",
            "weights",
            "seed",
            "gamma",
            "tau",
            "current",
            "",
            ".",
            "a.b.c",
            "optimizer..rate"
        );

    private static string Text(Random random) =>
        Pick(
            random,
            "",
            " ",
            "fitzhugh-nagumo",
            "linear",
            "u^2",
            "u^",
            "h1",
            "nope",
            "../../etc/passwd",
            "/dev/null",
            "-",
            "--",
            "a\u001b[31mb",
            "\u202E\u0007",
            "'\"\\$(touch x)`",
            "日本語 τ",
            "line\nline",
            "{0}",
            "[x](y)",
            new string('a', 5000)
        );

    private static string Pick(Random random, params string[] of) => of[random.Next(of.Length)];
}
