using Nagumo.Compute;

namespace Nagumo.Media;

/// <summary>How many steps go over a sheet together, and over how many columns at a time.</summary>
/// <param name="Levels">Steps per pass, ≥ 1.</param>
/// <param name="Columns">Width of a panel.</param>
internal readonly record struct Blocking(int Levels, int Columns)
{
    /// <summary>What measured best. [bench/results/zen4-epyc/sheet.md]</summary>
    public static Blocking Default { get; } = new(16, 1024);
}

/// <summary>What the wavefront moves over: rows in two copies, one per parity of the level.</summary>
internal interface ISheetRows
{
    /// <summary>Columns [from, to) of a row at the next level, from the three rows around it at the level of this parity.</summary>
    void Update(int parity, int row, int from, int to);
}

/// <summary>Takes a five-point stencil through many time levels while their rows are in the cache.</summary>
/// <remarks>
/// Level t + 1 of a row needs level t of the rows around it and takes the place of level t − 1, which nobody needs by then: going down
/// the sheet, each level one row behind the one before it, keeps 2 × levels rows in the cache and gives every cell the same operations
/// as plain steps do. Panels of columns do the same from left to right, a cache line behind per level. Strips of rows, one per thread, leave
/// out a triangle at each edge that they share, a row per level, and fill it when all have come so far.
/// </remarks>
internal sealed class Wavefront : ITeamWork, IDisposable
{
    private readonly ISheetRows _sheet;
    private readonly WorkerTeam? _team;
    private readonly int _rows,
        _columns,
        _levels,
        _strips,
        _panels,
        _panel,
        _skew;
    private readonly bool _periodic;
    private int _parity,
        _chunk;
    private bool _filling;

    public Wavefront(ISheetRows sheet, SheetOptions options, Blocking blocking, int skew, int threads)
    {
        if (threads is < 1 or > 1024)
            Throw.Range(nameof(threads), threads, $"threads = {threads}: give 1 to 1024.");
        (_sheet, _rows, _columns, _skew) = (sheet, options.Rows, options.Columns, skew);
        _periodic = options.Edges == SheetEdges.Periodic;
        // A strip must hold the triangles of both its edges. With few rows a thread less is better than a level less.
        _strips = Math.Clamp(_rows / (2 * blocking.Levels), 1, threads);
        bool shared = _periodic || _strips > 1;
        _levels = shared ? Math.Min(blocking.Levels, _rows / _strips / 2) : blocking.Levels;
        // Around a periodic edge no panel comes first.
        _panels = _periodic ? 1 : Math.Max(1, _columns / Math.Max(blocking.Columns, _levels * skew));
        _panel = (_columns / _panels + skew - 1) / skew * skew;
        _team = _strips > 1 ? new(_strips) : null;
    }

    /// <summary>Takes the levels that begin with this parity.</summary>
    public void Run(int parity, long levels)
    {
        for (_parity = parity; levels > 0; levels -= _chunk, _parity ^= _chunk & 1)
        {
            _chunk = (int)Math.Min(levels, _levels);
            _filling = false;
            Together();
            _filling = true;
            if (_periodic || _strips > 1)
                Together();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _team?.Dispose();

    /// <inheritdoc/>
    void ITeamWork.Run(int thread, int threads)
    {
        int first = Edge(thread),
            last = Edge(thread + 1);
        bool above = _periodic || thread > 0,
            below = _periodic || thread < _strips - 1;
        if (!_filling)
            Strip(first, last, above, below);
        else if (above)
            Triangle(first);
    }

    private void Together()
    {
        if (_team is null)
            ((ITeamWork)this).Run(0, 1);
        else
            _team.Run(this);
    }

    private int Edge(int strip) => (int)((long)_rows * strip / _strips);

    /// <summary>All levels of rows [first, last), but for a row more per level at a shared edge.</summary>
    private void Strip(int first, int last, bool above, bool below)
    {
        for (int panel = 0; panel < _panels; panel++)
        for (int front = first; front < last + _chunk; front++)
        for (int t = 0; t < _chunk; t++)
        {
            int row = front - t;
            if (row < (above ? first + t + 1 : first) || row >= (below ? last - t - 1 : last))
                continue;
            int from = panel == 0 ? 0 : panel * _panel - t * _skew,
                to = panel == _panels - 1 ? _columns : (panel + 1) * _panel - t * _skew;
            _sheet.Update((_parity + t) & 1, row, from, to);
        }
    }

    /// <summary>What the strips left out around the edge before row <paramref name="edge"/>.</summary>
    private void Triangle(int edge)
    {
        for (int t = 0; t < _chunk; t++)
        for (int row = edge - t - 1; row <= edge + t; row++)
            _sheet.Update((_parity + t) & 1, (row + _rows) % _rows, 0, _columns);
    }
}
