using System.Runtime.InteropServices;

namespace Nagumo.Cli;

/// <summary>Signals that ask to stop: the first one at the next good moment, the second one at once.</summary>
internal sealed class Interruption : IDisposable
{
    private readonly CancellationTokenSource _source = new();
    private readonly PosixSignalRegistration[] _signals;

    /// <param name="signals">The signals.</param>
    public Interruption(params PosixSignal[] signals) =>
        _signals = [
            .. signals.Select(signal =>
                PosixSignalRegistration.Create(
                    signal,
                    context =>
                    {
                        context.Cancel = !_source.IsCancellationRequested;
                        _source.Cancel();
                    }
                )
            ),
        ];

    /// <summary>Cancelled by the first signal.</summary>
    public CancellationToken Token => _source.Token;

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var signal in _signals)
            signal.Dispose();
        _source.Dispose();
    }
}
