using System.Diagnostics;

namespace Nagumo.Cli.Tests;

/// <summary>What a run of the command gave.</summary>
internal sealed record Outcome(int Code, string Output, string Error)
{
    /// <summary>The one line of an error: no stack, no help.</summary>
    public string OneError(int code)
    {
        Assert.True(Code == code, $"exit code {Code}, expected {code}: {Error}");
        string[] lines = Error.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        string line = Assert.Single(lines, l => l.StartsWith("error: ", StringComparison.Ordinal));
        Assert.DoesNotContain("   at ", Error);
        Assert.DoesNotContain("Exception", Error);
        Assert.DoesNotContain("(Parameter", Error);
        Assert.Empty(Output);
        return line["error: ".Length..];
    }
}

/// <summary>The command under test, in this process or in its own, and a folder for its files.</summary>
internal sealed class Sandbox : IDisposable
{
    /// <summary>A network that trains in a fraction of a second.</summary>
    public const string Tiny = """
        {
          "network": {
            "populations": [
              { "name": "x", "size": 784 },
              { "name": "h1", "size": 12, "neuron": "fitzhugh-nagumo" },
              { "name": "h2", "size": 8, "neuron": "fitzhugh-nagumo", "scale": 0.5 },
              { "name": "out", "size": 10, "neuron": "linear" }
            ],
            "couplings": [
              { "kind": "bilinear", "a": "h1", "b": "x", "sd": 0.04 },
              { "kind": "bias", "a": "h1", "value": 0.875 },
              { "kind": "bilinear", "a": "h2", "b": "h1", "sd": 0.02 },
              { "kind": "bias", "a": "h2", "value": 0.4375 },
              { "kind": "bilinear", "a": "out", "b": "h2", "sd": 0.1 },
              { "kind": "bias", "a": "out" }
            ]
          },
          "readout": { "population": "out", "kappa": 5 },
          "name": "tiny",
          "data": "mnist-mini",
          "validation": 4000,
          "epochs": 3,
          "optimizer": { "rate": 0.01, "norm_bounds": { "h1-h2": 0.4, "h2-out": 0.4 } },
          "pixels": { "dropout": 0.1, "shift": 1 }
        }
        """;

    /// <summary>Room for a message in one line; what fits narrower lines is measured elsewhere.</summary>
    static Sandbox() => Environment.SetEnvironmentVariable("COLUMNS", "100");

    /// <summary>Four lengths of a flower and six neurons: trains in a second.</summary>
    public const string Flowers = """
        {
          "name": "iris-small", "data": "iris",
          "network": {
            "populations": [
              { "name": "x", "size": 4 },
              { "name": "h", "size": 6, "neuron": "fitzhugh-nagumo" },
              { "name": "out", "size": 3, "neuron": "linear" }
            ],
            "couplings": [
              { "kind": "bilinear", "a": "h", "b": "x", "sd": 0.4 },
              { "kind": "bias", "a": "h", "value": 0.875 },
              { "kind": "bilinear", "a": "out", "b": "h", "sd": 0.05 },
              { "kind": "bias", "a": "out" }
            ]
          },
          "readout": { "population": "out", "kappa": 5 },
          "epochs": 8, "batch": 32,
          "free": { "max_sweeps": 30, "tolerance": 0 }, "nudged": { "max_sweeps": 20, "tolerance": 0 },
          "optimizer": { "rate": 0.01, "schedule": "constant" },
          "pixels": { "mean": 0.5, "gain": 2 }
        }
        """;

    public string Folder { get; } = Directory.CreateTempSubdirectory("nagumo-").FullName;

    public string this[string file] => Path.Combine(Folder, file);

    /// <summary>Writes a configuration, the tiny one unless another is given.</summary>
    public string Config(string? json = null)
    {
        File.WriteAllText(this["tiny.json"], json ?? Tiny);
        return this["tiny.json"];
    }

    /// <summary>Trains the tiny network into a folder.</summary>
    public string Train(string name, params string[] more)
    {
        var outcome = Run(["train", Config(), "--out", this[name], .. more]);
        Assert.True(outcome.Code == 0, outcome.Error);
        return this[name];
    }

    /// <summary>Runs the command in this process.</summary>
    public static Outcome Run(params string[] args)
    {
        using StringWriter output = new(),
            error = new();
        int code = CommandLine.Run(args, output, error);
        return new(code, output.ToString(), error.ToString());
    }

    // A job in the background of a shell ignores SIGINT, and so do its children, unless they are told otherwise.
    private const string Interruptible = "as=$(env --default-signal=INT true 2>/dev/null && echo env --default-signal=INT);";

    /// <summary>Starts the command in a process of its own, working in the folder; SIGINT reaches it.</summary>
    public Process Start(string arguments, string before = "") =>
        Process.Start(
            new ProcessStartInfo(
                "bash",
                ["-c", $"{Interruptible} {before} exec $as dotnet '{Path.Combine(AppContext.BaseDirectory, "Nagumo.Cli.dll")}' {arguments}"]
            )
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,
                WorkingDirectory = Folder,
                Environment = { ["NAGUMO_DATA"] = this["data"] },
            }
        )!;

    /// <summary>The same, to its end.</summary>
    public Outcome RunApart(string arguments, string before = "") => End(Start(arguments, before));

    /// <summary>What a started process gave.</summary>
    public static Outcome End(Process process)
    {
        using (process)
        {
            var output = process.StandardOutput.ReadToEndAsync();
            string error = process.StandardError.ReadToEnd();
            process.WaitForExit();
            return new(process.ExitCode, output.Result, error);
        }
    }

    /// <summary>The files of a run that its configuration decides, as one string.</summary>
    public static string Bytes(string run) =>
        string.Join(
            '\n',
            ((string[])["config.json", "metrics.jsonl", "weights.npz", "checkpoint.bin"]).Select(file =>
                $"{file} {Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(File.ReadAllBytes(Path.Combine(run, file))))}"
            )
        );

    public void Dispose() => Directory.Delete(Folder, recursive: true);
}
