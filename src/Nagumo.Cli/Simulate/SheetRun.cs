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
        MostInPicture = 1024,
        MillisecondsOfFilm = 3600,
        MostCellSteps = 100_000_000;
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

    /// <summary>The largest distance of an activator from a value.</summary>
    public double FarthestFrom(double value)
    {
        T level = T.CreateChecked(value),
            far = T.Zero;
        for (int r = 0; r < Sheet.Options.Rows; r++)
            foreach (T x in Sheet.Read(0, r))
                far = T.Max(far, T.Abs(x - level));
        return double.CreateChecked(far);
    }

    /// <summary>How fast activators move: the largest change in ten more steps, per unit of time, of at most 256 rows.</summary>
    public double Speed()
    {
        const int Steps = 10;
        int every = Thin(256);
        var before = new List<T[]>();
        for (int r = 0; r < Sheet.Options.Rows; r += every)
            before.Add(Sheet.Read(0, r).ToArray());
        Sheet.Advance(Steps);
        T far = T.Zero;
        for (int i = 0; i < before.Count; i++)
        {
            var now = Sheet.Read(0, i * every);
            for (int c = 0; c < now.Length; c++)
                far = T.Max(far, T.Abs(now[c] - before[i][c]));
        }
        return double.CreateChecked(far) / (Steps * Sheet.Options.Dt);
    }

    /// <summary>Goes on to a time, looking every so many steps; ends early when interrupted.</summary>
    /// <param name="until">The time.</param>
    /// <param name="every">Steps between looks.</param>
    /// <param name="look">What to do at a look.</param>
    public void Advance(double until, int every, Action look)
    {
        long last = (long)Math.Round(until / Sheet.Options.Dt);
        while (Sheet.Steps < last && !IsInterrupted)
        {
            // So few at a time that an interruption is heard within a fraction of a second.
            for (long rest = Math.Min(every, last - Sheet.Steps); rest > 0 && !IsInterrupted; )
            {
                long steps = Math.Min(rest, Math.Max(1, MostCellSteps / ((long)Sheet.Options.Rows * Sheet.Options.Columns)));
                Sheet.Advance(steps);
                rest -= steps;
            }
            look();
            _simulation.Progress(Sheet.Time / Time, string.Create(CultureInfo.InvariantCulture, $"t = {Sheet.Time:F0} of {Time:F0}"));
        }
    }

    /// <summary>Takes a frame of the activator, thinned out where a sheet is larger than a screen.</summary>
    /// <param name="path">A line over it, in cells.</param>
    public void Frame(IReadOnlyList<(double Column, double Row)>? path = null)
    {
        int thin = Thin(MostPixels);
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
        string ofTime = StatedUnits.Of(settings, "t") is { Length: > 0 } unit ? " " + unit : "";
        var caption = new Caption(title, Subtitle(settings));
        // No finer than the picture's pixels.
        int thin = Thin(MostInPicture);
        var last = Field(thin);
        if (thin > 1)
            path = path?.Select(p => (p.Item1 / thin, p.Item2 / thin)).ToList();
        var pictures = new List<string>(
            _simulation.Draw(
                "sheet",
                file => SheetPicture.Save(file, caption, last, Quantity(settings), low, high, path is { Count: > 1 } ? [path] : null, note)
            )
        );
        if (_frames.Count > 1 && _simulation.Draws)
        {
            var film = new SheetFilm(_frames[0].U.Rows, _frames[0].U.Columns, low, high);
            Directory.CreateDirectory(_simulation["frames"]);
            for (int k = 0; k < _frames.Count; k++)
            {
                var (time, u, line) = _frames[k];
                film.Add(u, line, string.Create(CultureInfo.InvariantCulture, $"t = {time:G5}{ofTime}"));
                // As many bytes as the film: let go of, unless they are to be kept.
                if (!_simulation.Save)
                    _frames[k] = default;
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

    /// <summary>What the colours show, with its unit if one is stated.</summary>
    private static string Quantity(Settings s) =>
        StatedUnits.OfField(s, 0) is { Length: > 0 } unit ? $"{s.Kinetics.Fields[0].Name} ({unit})" : s.Kinetics.Fields[0].Name;

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
        return new(values, rows, columns) { Every = thin };
    }

    /// <summary>Every how many-th cell is shown so that so many remain.</summary>
    private int Thin(int most) => (Math.Max(Sheet.Options.Rows, Sheet.Options.Columns) + most - 1) / most;

    /// <summary>The last state of all fields, and the frames.</summary>
    private void Keep()
    {
        if (!_simulation.Save)
            return;
        var o = Sheet.Options;
        var arrays = new List<(string, NpyArray)>();
        string[] fields = [.. o.Kinetics.Fields.Select(x => x.Name)];
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
        var text = new StringBuilder(settings.Kinetics.Name);
        foreach (var (name, value) in settings.Parameters)
            text.Append(CultureInfo.InvariantCulture, $", {name} = {Equations.Number(value)}");
        foreach (var (field, d) in o.Diffusion.Where(d => d.Value > 0))
            text.Append(CultureInfo.InvariantCulture, $", D_{{{field}}} = {Equations.Number(d)}");
        text.Append(CultureInfo.InvariantCulture, $"; {o.Rows}² cells, t = {Sheet.Time:G6}");
        return text.ToString();
    }
}
