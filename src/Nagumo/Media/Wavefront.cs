using Nagumo.Compute;

namespace Nagumo.Media;

/// <summary>Takes a sheet on in time.</summary>
internal interface ISheetSteps : IDisposable
{
    /// <summary>Takes so many steps from the copy of this parity.</summary>
    /// <returns>The parity of the copy that holds the state now.</returns>
    int Run(int parity, long steps);
}

/// <summary>What the wavefront moves over: rows in two copies, one per parity of the level.</summary>
internal interface ISheetRows
{
    /// <summary>A row at the next level, from the three rows around it at the level of this parity.</summary>
    void Update(int parity, int row);
}

/// <summary>Takes a five-point stencil through many time levels while their rows are in the cache.</summary>
/// <remarks>
/// Level t + 1 of a row needs level t of the rows around it and takes the place of level t − 1, which nobody needs by then: going down
/// the sheet, each level one row behind the one before it, keeps 2 × levels rows in the cache and gives every cell the same operations
/// as plain steps do. Strips of rows, one per thread, leave out a triangle at each edge that they share, a row per level, and fill it when
/// all have come so far.
/// </remarks>
internal sealed class Wavefront : ITeamWork, ISheetSteps
{
    /// <summary>Levels per pass. More gain nothing on sheets of 512² to 4096². [bench/results/zen4-epyc/sheet.md]</summary>
    public const int DefaultLevels = 16;

    private readonly ISheetRows _sheet;
    private readonly WorkerTeam? _team;
    private readonly int _rows,
        _levels,
        _strips;
    private readonly bool _periodic;
    private int _parity,
        _chunk;
    private bool _filling;

    public Wavefront(ISheetRows sheet, SheetOptions options, int levels, int threads)
    {
        (_sheet, _rows, _periodic) = (sheet, options.Rows, options.Edges == SheetEdges.Periodic);
        _strips = Math.Clamp(_rows / LeastRows, 1, threads);
        // A strip must hold the triangles of both its edges. One thread fills a triangle while others wait: half the levels make it a quarter.
        if (_strips > 1)
            levels = Math.Max(1, levels / 2);
        _levels = _periodic || _strips > 1 ? Math.Min(levels, _rows / _strips / 2) : levels;
        _team = _strips > 1 ? new(_strips) : null;
    }

    /// <summary>Rows below which a strip costs more than its thread gains.</summary>
    private const int LeastRows = 16;

    /// <inheritdoc/>
    public int Run(int parity, long levels)
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
        return _parity;
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
            Strip(first, last, above ? 1 : 0, below ? 1 : 0);
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
    private void Strip(int first, int last, int above, int below)
    {
        for (int front = first; front < last + _chunk - 1; front++)
        for (int t = 0; t < _chunk; t++)
        {
            int row = front - t;
            if (row >= first + above * (t + 1) && row < last - below * (t + 1))
                _sheet.Update((_parity + t) & 1, row);
        }
    }

    /// <summary>What the strips left out around the edge before row <paramref name="edge"/>.</summary>
    private void Triangle(int edge)
    {
        for (int t = 0; t < _chunk; t++)
        for (int row = edge - t - 1; row <= edge + t; row++)
            _sheet.Update((_parity + t) & 1, (row + _rows) % _rows);
    }
}
