using Nagumo.Compute;

namespace Nagumo.Networks;

/// <summary>Scratch rows that are given out from the first on.</summary>
internal ref struct SiteScratch<T>(MatView<T> all)
    where T : unmanaged
{
    private int _next;

    /// <summary>The next so many rows.</summary>
    public MatView<T> Take(int rows) => all.Rows((_next += rows) - rows, rows);
}
