using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;

namespace Nagumo.Circuits;

/// <summary>Thrown when ngspice cannot be run, fails, or gives a result that cannot be trusted; the message says what to do.</summary>
public sealed class NgspiceException(string message) : Exception(message);

/// <summary>Runs the circuit simulator ngspice as a child process and checks what it leaves.</summary>
/// <remarks>
/// Its exit code says little: it is 0 for an unwritable result and 1 for a good run of another kind. What counts is the result: the old one is
/// deleted first; then the file, its vectors, the last time and the finiteness of every number are checked.
/// </remarks>
/// <param name="Executable">The program.</param>
/// <param name="TimeoutSeconds">Longest run in seconds, &gt; 0.</param>
public sealed partial record Ngspice(string Executable = "ngspice", double TimeoutSeconds = 600)
{
    private const string Remedy =
        "Install it (Debian, Ubuntu: apt-get install ngspice; macOS: brew install ngspice), or name the program in NAGUMO_NGSPICE.";
    private const double TimeTolerance = 1e-6,
        LongestTimeout = 1e6;

    /// <summary>How long to wait for a signal that ended ngspice to reach this process, too.</summary>
    private const int SignalMilliseconds = 200;

    private const int ShownCharacters = 160;

    /// <summary>ngspice as NAGUMO_NGSPICE names it, or as the shell finds it.</summary>
    public static Ngspice Default { get; } =
        new(Environment.GetEnvironmentVariable("NAGUMO_NGSPICE") is { Length: > 0 } path ? path : "ngspice");

    /// <inheritdoc cref="Ngspice"/>
    public double TimeoutSeconds { get; init; } =
        TimeoutSeconds is > 0 and <= LongestTimeout
            ? TimeoutSeconds
            : throw new ArgumentOutOfRangeException(
                nameof(TimeoutSeconds),
                $"timeout = {TimeoutSeconds:R} s: give a number > 0, at most {LongestTimeout:R}."
            );

    /// <summary>Ends the run that is going on: the child is killed, its folder removed.</summary>
    public CancellationToken Cancel { get; init; }

    /// <summary>Whether the program can be started.</summary>
    public bool IsAvailable()
    {
        try
        {
            return Start(["--version"], Path.GetTempPath(), 30).Length > 0;
        }
        catch (NgspiceException)
        {
            return false;
        }
    }

    /// <summary>Runs a circuit's transient analysis.</summary>
    /// <exception cref="NgspiceException">ngspice is absent, fails, takes too long, or its result cannot be trusted.</exception>
    internal NgspiceRun Run(Circuit circuit, Transient transient) =>
        Run(circuit.Netlist(transient), transient.EndSeconds(circuit.Units), [.. circuit.Probes.Select(p => p.Vector)]);

    /// <summary>Runs a netlist that holds one transient analysis.</summary>
    /// <param name="netlist">The netlist.</param>
    /// <param name="end">Its last time in seconds.</param>
    /// <param name="vectors">Names of the vectors that the result must have.</param>
    /// <exception cref="OperationCanceledException"><see cref="Cancel"/> was asked for.</exception>
    internal NgspiceRun Run(string netlist, double end, IReadOnlyList<string> vectors)
    {
        string folder = Directory.CreateTempSubdirectory("nagumo-ngspice-").FullName;
        try
        {
            string raw = Path.Combine(folder, "out.raw");
            File.WriteAllText(Path.Combine(folder, "circuit.cir"), netlist);
            File.Delete(raw);
            var watch = Stopwatch.StartNew();
            string said = Start(["-b", "-n", "-r", "out.raw", "circuit.cir"], folder, TimeoutSeconds);
            double seconds = watch.Elapsed.TotalSeconds;
            if (!File.Exists(raw))
                throw Failed(Refusal(said, netlist) ?? $"ngspice left no result: {Reason(said)}.");
            RawFile result;
            try
            {
                result = RawFile.Read(raw);
            }
            catch (InvalidDataException e)
            {
                throw Failed($"{e.Message} ngspice said: {Reason(said)}.");
            }
            if (vectors.FirstOrDefault(v => !result.Has(v)) is { } missing)
                throw Failed($"ngspice's result lacks {missing}: {Reason(said)}.");
            double last = result["time"][^1];
            if (!(Math.Abs(last - end) <= TimeTolerance * end))
                throw Failed(string.Create(CultureInfo.InvariantCulture, $"ngspice stopped at {last:G4} s of {end:G4} s: {Reason(said)}."));
            return new(result, seconds);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>A failure, unless it was a signal to both processes that ended ngspice.</summary>
    private NgspiceException Failed(string message)
    {
        if (Cancel.CanBeCanceled && Cancel.WaitHandle.WaitOne(SignalMilliseconds))
            Cancel.ThrowIfCancellationRequested();
        return new(message);
    }

    private string Start(IReadOnlyList<string> arguments, string folder, double timeout)
    {
        using var process = new Process
        {
            StartInfo = new(Executable, arguments)
            {
                WorkingDirectory = folder,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
                RedirectStandardInput = true,
                UseShellExecute = false,
                // Numbers are written with a point.
                Environment = { ["LC_ALL"] = "C", ["OMP_NUM_THREADS"] = "1" },
            },
        };
        try
        {
            process.Start();
        }
        catch (Exception e) when (e is Win32Exception or InvalidOperationException)
        {
            throw new NgspiceException($"The circuit simulator '{Executable}' cannot be started. {Remedy}");
        }
        process.StandardInput.Close();
        var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        using var end = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        end.CancelAfter(TimeSpan.FromSeconds(timeout));
        try
        {
            process.WaitForExitAsync(end.Token).GetAwaiter().GetResult();
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            process.WaitForExit();
            Cancel.ThrowIfCancellationRequested();
            throw new NgspiceException(
                $"ngspice was stopped after {timeout:R} s. Use a smaller circuit or a shorter duration, or allow more time (--timeout)."
            );
        }
        process.WaitForExit();
        return output.Result + error.Result;
    }

    /// <summary>The line of the netlist that ngspice refuses, and its reason; null when it names none.</summary>
    private static string? Refusal(string said, string netlist)
    {
        if (LineRefused().Match(said) is not { Success: true } match)
            return null;
        int line = int.Parse(match.Groups["line"].ValueSpan, CultureInfo.InvariantCulture);
        string[] lines = netlist.Split('\n');
        string card = line >= 1 && line <= lines.Length ? lines[line - 1] : match.Groups["card"].Value.Trim();
        string shown = card.Length > ShownCharacters ? card[..ShownCharacters] + "…" : card;
        return $"ngspice refuses line {line} of the netlist, \"{shown}\": {match.Groups["reason"].Value.Trim().TrimEnd('.')}.";
    }

    [GeneratedRegex(@"Error on line (?<line>\d{1,9}).*\n(?<card>.*)\n(?<reason>.*)")]
    private static partial Regex LineRefused();

    /// <summary>The first line of ngspice's words that sounds like a complaint.</summary>
    private static string Reason(string said)
    {
        string[] lines = [.. said.Split('\n').Select(l => l.Trim()).Where(l => l.Length > 0)];
        return (
            lines.FirstOrDefault(l => l.Contains("error", StringComparison.OrdinalIgnoreCase))
            ?? lines.FirstOrDefault(l =>
                l.Contains("warning", StringComparison.OrdinalIgnoreCase)
                || l.Contains("singular", StringComparison.OrdinalIgnoreCase)
                || l.Contains("too small", StringComparison.OrdinalIgnoreCase)
            )
            ?? lines.LastOrDefault()
            ?? "it said nothing and may have crashed"
        ).TrimEnd('.');
    }
}

/// <summary>A checked result of ngspice.</summary>
/// <param name="Result">The vectors.</param>
/// <param name="Seconds">Wall-clock time.</param>
internal sealed record NgspiceRun(RawFile Result, double Seconds);
