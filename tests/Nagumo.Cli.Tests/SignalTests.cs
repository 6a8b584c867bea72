using System.Diagnostics;
using System.Globalization;

namespace Nagumo.Cli.Tests;

/// <summary>The first Ctrl-C or SIGTERM ends every command with exit code 130, whatever it is at.</summary>
[Trait("speed", "slow")]
public sealed class SignalTests : IDisposable
{
    private const int Seed = 15;
    private readonly Sandbox _box = new();

    public void Dispose() => _box.Dispose();

    /// <summary>Commands that would take a while; RUN is a finished run, CONFIG a configuration, WAITS a file that never answers.</summary>
    public static TheoryData<string> Commands =>
        [
            "train CONFIG --epochs 100000",
            "train fhn-deep --data mnist-mini --epochs 100 --json",
            "train CONFIG --epochs 50000 --seeds 3",
            "train fhn-deep --data mnist-mini --set batch=65536 --set free.max_sweeps=1000",
            "eval RUN",
            "eval RUN --sweeps 100000",
            "predict RUN mnist-mini:0",
            "check fhn-deep --samples 200",
            "check WAITS",
            "chain --timing",
            "audit fhn-deep --probes 50",
            "audit WAITS",
            "info WAITS",
            "simulate spiral",
            "simulate turing --seeds 5",
            "simulate hopf",
            "tolerance CONFIG --epochs 1000",
            "circuit verify chain --set size=2000",
            "circuit learn iris",
            "circuit power fhn-deep",
            "circuit draw iris-fhn",
            "data get mnist",
        ];

    [Theory]
    [MemberData(nameof(Commands))]
    public void EndsACommand(string command)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "reads /proc");
        string run = _box.Train("run", "--epochs", "1");
        Process.Start("mkfifo", [_box["waits"]]).WaitForExit();
        // As long as another process fetches, this one waits.
        Directory.CreateDirectory(_box["data/mnist"]);
        using var fetched = new FileStream(_box["data/mnist/.lock"], FileMode.Create, FileAccess.ReadWrite, FileShare.None);
        string arguments = command.Replace("CONFIG", _box["tiny.json"]).Replace("RUN", run).Replace("WAITS", _box["waits"]);
        var random = new Random(Seed);
        foreach (string signal in (string[])["INT", "TERM"])
        {
            var process = _box.Start(arguments);
            while (!process.HasExited && !Watches(process.Id))
                Thread.Sleep(5);
            bool ended = process.WaitForExit(random.Next(0, 1500));
            Process.Start("kill", [$"-{signal}", $"{process.Id}"]).WaitForExit();
            var asked = Stopwatch.StartNew();
            var outcome = Sandbox.End(process);

            // Many times the longest grace: the machine may be busy.
            Assert.True(asked.Elapsed.TotalSeconds < 30, $"{signal}: {asked.Elapsed.TotalSeconds} s after the signal");
            if (!ended && outcome.Code is not (0 or 1 or 3))
                Assert.True(outcome.Code == 130, $"{signal}: exit code {outcome.Code}: {outcome.Error}");
            Assert.DoesNotContain("   at ", outcome.Error);
            Assert.DoesNotContain("bug", outcome.Error);
            if (outcome.Code == 130)
                Assert.Contains("interrupted", outcome.Error);
        }
    }

    /// <summary>Whether a process handles its signals by now: the limit of a file's size is the last that it sets.</summary>
    private static bool Watches(int process)
    {
        try
        {
            string caught = File.ReadLines($"/proc/{process}/status").First(line => line.StartsWith("SigCgt:", StringComparison.Ordinal));
            return (ulong.Parse(caught["SigCgt:".Length..].Trim(), NumberStyles.HexNumber, CultureInfo.InvariantCulture) & 1UL << 24) != 0;
        }
        catch (Exception e) when (e is IOException or InvalidOperationException)
        {
            return false;
        }
    }
}
