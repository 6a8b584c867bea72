using System.Diagnostics;
using System.Globalization;
using Nagumo.Data;

namespace Nagumo.Cli;

/// <summary>Shows a download on standard error: a moving line on a terminal, a line every few seconds otherwise.</summary>
internal sealed class FetchProgress(TextWriter error) : IProgress<DataProgress>
{
    private readonly bool _live = Terminal.IsLive(error);
    private string _file = "";
    private long _last;
    private bool _open;

    /// <inheritdoc/>
    public void Report(DataProgress value)
    {
        if (value.Note is { } note)
        {
            Close();
            error.WriteLine(note);
            return;
        }
        bool done = value.BytesDone == value.BytesTotal,
            fresh = value.File != _file;
        if (!fresh && !done && Stopwatch.GetElapsedTime(_last).TotalSeconds < (_live ? 0.1 : 5))
            return;
        (_file, _last) = (value.File, Stopwatch.GetTimestamp());
        string mib = (value.BytesDone / 1048576.0).ToString("F1", CultureInfo.InvariantCulture),
            share = value.BytesTotal is { } total and > 0 ? $" ({100 * value.BytesDone / total} %)" : "";
        if (_live)
        {
            Terminal.Replace(error, $"  {value.File}  {mib} MiB{share}");
            _open = true;
            if (done)
                Close();
        }
        else if (done)
            error.WriteLine($"  {value.File}  {mib} MiB{share}");
    }

    private void Close()
    {
        if (_open)
            error.WriteLine();
        _open = false;
    }
}
