using System.Diagnostics;

namespace Nagumo.Cli;

/// <summary>Says on standard error what a long calculation is at, first after three seconds, then every ten; and stops it when that is asked for.</summary>
/// <param name="error">Receives the lines.</param>
/// <param name="cancel">Makes the next report throw <see cref="OperationCanceledException"/>.</param>
internal sealed class Waiting(TextWriter error, CancellationToken cancel = default) : IProgress<string>
{
    private const double FirstSeconds = 3,
        EverySeconds = 10;
    private readonly Stopwatch _watch = Stopwatch.StartNew();
    private double _next = FirstSeconds;

    /// <inheritdoc/>
    public void Report(string value)
    {
        cancel.ThrowIfCancellationRequested();
        if (_watch.Elapsed.TotalSeconds is var now && now < _next)
            return;
        error.WriteLine($"{Terminal.Duration(now)}: {value}");
        _next = now + EverySeconds;
    }
}
