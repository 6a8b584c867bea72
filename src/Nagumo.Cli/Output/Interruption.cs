using System.Runtime.InteropServices;

namespace Nagumo.Cli;

/// <summary>Signals that ask to stop, Ctrl-C and SIGTERM: the first one ends the process, with <see cref="ExitCode.Interrupted"/>.</summary>
/// <remarks>
/// At once, for everything that is written is whole or not there. A command that can end better — keep an epoch, draw what was
/// simulated — holds an instance, watches its token, and has its grace to do so; a second signal ends that, too.
/// </remarks>
internal sealed class Interruption : IDisposable
{
    /// <summary>SIGXFSZ: a write beyond the limit of a file's size; ignored, the write fails with an error like that of a full disk.</summary>
    private const int FileSizeExceeded = 25;

    private static readonly Lock gate = new();
    private static readonly List<PosixSignalRegistration> signals = [];
    private static Interruption? current;
    private static bool asked;

    private readonly CancellationTokenSource _source = new();
    private readonly TimeSpan _grace;

    /// <param name="graceSeconds">How long the command may take to end after the first signal.</param>
    public Interruption(double graceSeconds = 2)
    {
        _grace = TimeSpan.FromSeconds(graceSeconds);
        lock (gate)
            current = this;
    }

    /// <summary>Cancelled by the first signal.</summary>
    public CancellationToken Token => _source.Token;

    /// <summary>What to say when the grace is over; null for nothing more than that it was interrupted.</summary>
    public Func<string>? Farewell { get; set; }

    /// <summary>Watches the signals of the process.</summary>
    public static void Watch()
    {
        foreach (var signal in (PosixSignal[])[PosixSignal.SIGINT, PosixSignal.SIGTERM])
            signals.Add(PosixSignalRegistration.Create(signal, Asked));
        if (!OperatingSystem.IsWindows())
            signals.Add(PosixSignalRegistration.Create((PosixSignal)FileSizeExceeded, context => context.Cancel = true));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (gate)
            if (current == this)
                current = null;
        // The source stays: a signal that is being handled may still cancel it.
    }

    private static void Asked(PosixSignalContext context)
    {
        context.Cancel = true;
        Interruption? running;
        bool again;
        lock (gate)
            (running, again, asked) = (current, asked, true);
        if (running is null || again)
            End(running);
        // On a thread of its own: the next signal is to be heard, and what hangs on the token may hang.
        new Thread(() => running!._source.Cancel()) { IsBackground = true }.Start();
        new Thread(() =>
        {
            Thread.Sleep(running!._grace);
            End(running);
        })
        {
            IsBackground = true,
        }.Start();
    }

    private static void End(Interruption? running)
    {
        // On a thread of its own: where nobody reads standard error, the last line must not keep the process.
        var last = new Thread(() =>
        {
            Terminal.Restore(Console.Error);
            Console.Error.WriteLine(PlainWriter.Escaped(running?.Farewell?.Invoke() ?? "error: interrupted"));
        })
        {
            IsBackground = true,
        };
        last.Start();
        last.Join(TimeSpan.FromSeconds(0.5));
        Environment.Exit(ExitCode.Interrupted);
    }
}
