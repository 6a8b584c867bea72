using System.Diagnostics;
using System.Globalization;
using Nagumo.Compute;
using Nagumo.Data;

namespace Nagumo.Cli;

/// <summary>One run of a phenomenon: its settings, its folder, its random numbers, its progress.</summary>
internal sealed class Simulation(
    Settings settings,
    ulong seed,
    int seeds,
    string folder,
    bool save,
    TextWriter error,
    CancellationToken cancel
)
{
    private readonly bool _live = Terminal.IsLive(error);
    private readonly long _begun = Stopwatch.GetTimestamp();
    private double _last;
    private bool _open;

    public Settings Settings => settings;

    /// <summary>The first seed.</summary>
    public ulong Seed => seed;

    /// <summary>How many seeds, for phenomena that average.</summary>
    public int Seeds => seeds;

    /// <summary>Threads; no result depends on them.</summary>
    public int Threads { get; init; } = 1;

    /// <summary>Whether trajectories are to be kept.</summary>
    public bool Save => save;

    /// <summary>Whether pictures are to be drawn.</summary>
    public bool Draws { get; init; } = true;

    /// <summary>Set by Ctrl-C: loops end early, and what is there is drawn and reported.</summary>
    public CancellationToken Cancel => cancel;

    /// <summary>Random numbers of a purpose.</summary>
    public Rng Random(string purpose) => new Rng(seed).Split(purpose);

    /// <summary>The path of a file in the folder.</summary>
    public string this[string file] => Path.Combine(folder, file);

    /// <summary>Writes a figure as PNG and SVG.</summary>
    /// <param name="name">File name without extension.</param>
    /// <param name="draw">Draws into a path.</param>
    /// <returns>The names of both files; none without pictures.</returns>
    public IEnumerable<string> Draw(string name, Action<string> draw) => Draws ? Figure.Draw(folder, name, draw) : [];

    /// <summary>Writes arrays, when trajectories are to be kept.</summary>
    public void Keep(params (string Name, NpyArray Array)[] arrays)
    {
        if (save)
            Npz.Write(this["trajectory.npz"], arrays.Select(a => KeyValuePair.Create(a.Name, a.Array)));
    }

    /// <summary>Says how far it is: a moving line on a terminal, a line every ten seconds otherwise.</summary>
    public void Progress(double fraction, string what)
    {
        double seconds = Stopwatch.GetElapsedTime(_begun).TotalSeconds;
        if (seconds - _last < (_live ? 0.2 : 10))
            return;
        _last = seconds;
        string line = string.Create(CultureInfo.InvariantCulture, $"  {what}  {100 * fraction:F0} %, {Terminal.Duration(seconds)}");
        if (!_live)
        {
            error.WriteLine(line);
            return;
        }
        Terminal.Replace(error, line);
        _open = true;
    }

    /// <summary>Ends the moving line.</summary>
    public void EndProgress()
    {
        if (_open)
            Terminal.Replace(error);
        _open = false;
    }
}
