using System.Globalization;
using System.Numerics;
using System.Text;
using Nagumo.Data;
using Nagumo.Media;
using Nagumo.Plots;

namespace Nagumo.Cli;

/// <summary>A sheet while <c>nagumo simulate</c> runs it: time, frames, pictures.</summary>
internal sealed class SheetRun<T> : IDisposable
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private const int MostPixels = 512,
        MillisecondsOfFilm = 3600;
    private readonly Simulation _simulation;
    private readonly List<(double Time, SheetField U, IReadOnlyList<(double, double)>? Path)> _frames = [];

    /// <param name="simulation">The run.</param>
    /// <param name="options">The medium.</param>
    /// <param name="current">Currents by cell; empty for none.</param>
    public SheetRun(Simulation simulation, SheetOptions options, T[]? current = null)
    {
        (_simulation, Time, Frames) = (simulation, simulation.Settings["time"], simulation.Settings.Whole("frames"));
        Sheet = new(options, current, simulation.Threads);
    }

    public Sheet<T> Sheet { get; }

    /// <summary>The time to simulate.</summary>
    public double Time { get; }

    /// <summary>The number of frames to take.</summary>
    public int Frames { get; }

    /// <summary>Whether Ctrl-C ended it.</summary>
    public bool IsInterrupted => _simulation.Cancel.IsCancellationRequested;

    /// <summary>Goes on to a time, looking every so many steps; ends early when interrupted.</summary>
    /// <param name="until">The time.</param>
    /// <param name="every">Steps between looks.</param>
    /// <param name="look">What to do at a look.</param>
    public void Advance(double until, int every, Action look)
    {
        long last = (long)Math.Round(until / Sheet.Options.Dt);
        while (Sheet.Steps < last && !IsInterrupted)
        {
            Sheet.Advance(Math.Min(every, last - Sheet.Steps));
            look();
            _simulation.Progress(Sheet.Time / Time, string.Create(CultureInfo.InvariantCulture, $"t = {Sheet.Time:F0} of {Time:F0}"));
        }
    }

    /// <summary>Takes a frame of the activator, thinned out where a sheet is larger than a screen.</summary>
    /// <param name="path">A line over it, in cells.</param>
    public void Frame(IReadOnlyList<(double Column, double Row)>? path = null)
    {
        int thin = (Math.Max(Sheet.Options.Rows, Sheet.Options.Columns) + MostPixels - 1) / MostPixels;
        _frames.Add((Sheet.Time, Field(thin), path is null || thin == 1 ? path : [.. path.Select(p => (p.Column / thin, p.Row / thin))]));
    }

    /// <summary>Draws the last state and the film.</summary>
    /// <param name="title">Above the picture.</param>
    /// <param name="low">The darkest activator.</param>
    /// <param name="high">The lightest activator.</param>
    /// <param name="path">A line over the picture, in cells.</param>
    /// <param name="note">Under the picture.</param>
    /// <returns>The files.</returns>
    public IReadOnlyList<string> Draw(string title, double low, double high, IReadOnlyList<(double, double)>? path, string note)
    {
        var settings = _simulation.Settings;
        var caption = new Caption(title, Subtitle(settings));
        var pictures = new List<string>(
            _simulation.Draw(
                "sheet",
                file => SheetPicture.Save(file, caption, Field(1), "u", low, high, path is { Count: > 1 } ? [path] : null, note)
            )
        );
        if (_frames.Count > 1)
        {
            var film = new SheetFilm(_frames[0].U.Rows, _frames[0].U.Columns, low, high);
            Directory.CreateDirectory(_simulation["frames"]);
            foreach (var (_, u, line) in _frames)
            {
                film.Add(u, line);
                film.SaveFrame(
                    _simulation[string.Create(CultureInfo.InvariantCulture, $"frames/{film.Count - 1:0000}.png")],
                    film.Count - 1
                );
            }
            film.Save(_simulation["film.png"], Math.Max(20, MillisecondsOfFilm / _frames.Count));
            pictures.Add("film.png");
        }
        Keep();
        return pictures;
    }

    public void Dispose() => Sheet.Dispose();

    private SheetField Field(int thin)
    {
        var o = Sheet.Options;
        int rows = (o.Rows + thin - 1) / thin,
            columns = (o.Columns + thin - 1) / thin;
        var values = new float[rows * columns];
        for (int r = 0; r < rows; r++)
        {
            var row = Sheet.Read(0, r * thin);
            for (int c = 0; c < columns; c++)
                values[r * columns + c] = float.CreateTruncating(row[c * thin]);
        }
        return new(values, rows, columns);
    }

    /// <summary>The last state of all fields, and the frames.</summary>
    private void Keep()
    {
        if (!_simulation.Save)
            return;
        var o = Sheet.Options;
        var arrays = new List<(string, NpyArray)>();
        string[] fields = [o.Neuron.U.Name, .. o.Neuron.Inhibitors.Select(v => v.Name)];
        for (int f = 0; f < fields.Length; f++)
        {
            var values = new T[o.Rows * o.Columns];
            Sheet.CopyTo(f, values);
            arrays.Add((fields[f], new(values, o.Rows, o.Columns)));
        }
        if (_frames.Count > 0)
        {
            var u = _frames[0].U;
            arrays.Add(("frames", new(_frames.SelectMany(f => f.U.Values).ToArray(), _frames.Count, u.Rows, u.Columns)));
            arrays.Add(("frame_times", new(_frames.Select(f => f.Time).ToArray(), _frames.Count)));
        }
        _simulation.Keep([.. arrays]);
    }

    private string Subtitle(Settings settings)
    {
        var o = Sheet.Options;
        var text = new StringBuilder(settings.Neuron.Name);
        foreach (var (name, value) in settings.Parameters)
            text.Append(CultureInfo.InvariantCulture, $", {Greek(name)} = {Equations.Number(value)}");
        foreach (var (field, d) in o.Diffusion.Where(d => d.Value > 0))
            text.Append(CultureInfo.InvariantCulture, $", D_{{{field}}} = {Equations.Number(d)}");
        text.Append(CultureInfo.InvariantCulture, $"; {o.Rows}² cells, t = {Sheet.Time:G6}");
        return text.ToString();

        static string Greek(string name) =>
            name.Replace("gamma", "γ", StringComparison.Ordinal).Replace("tau", "τ", StringComparison.Ordinal);
    }
}
