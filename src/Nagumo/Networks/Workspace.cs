using System.Numerics;
using Nagumo.Compute;
using Nagumo.Couplings;

namespace Nagumo.Networks;

/// <summary>What one thread needs while it relaxes: packed operands of the couplings at hand and scratch rows.</summary>
/// <remarks>Grows at its first use with larger shapes; then nothing is allocated.</remarks>
internal sealed class Workspace<T> : IDisposable
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly List<CouplingScratch<T>> _couplings = [];
    private readonly List<bool> _skip = [];
    private Buffer<T> _scratch = new(0);
    private bool[] _flags = [];
    private T[] _residuals = [];

    /// <summary>For products of any strides.</summary>
    public GemmWorkspace<T> Gemm { get; } = new();

    /// <summary>Scratch rows of so many lanes.</summary>
    public MatView<T> Scratch(int rows, int lanes)
    {
        if (_scratch.Length < (long)rows * lanes)
        {
            _scratch.Dispose();
            _scratch = new((long)rows * lanes);
        }
        return _scratch.View(0, rows, lanes);
    }

    /// <summary>A reused array of flags.</summary>
    public bool[] Flags(int n)
    {
        if (_flags.Length != n)
            _flags = new bool[n];
        return _flags;
    }

    /// <summary>Reused numbers, one per lane.</summary>
    public Span<T> Residuals(int lanes)
    {
        if (_residuals.Length < lanes)
            _residuals = new T[lanes];
        return _residuals.AsSpan(0, lanes);
    }

    /// <summary>Starts a list of so many couplings, none skipped, none packed.</summary>
    public void Begin(int couplings)
    {
        _skip.Clear();
        while (_couplings.Count < couplings)
            _couplings.Add(new());
        for (int i = 0; i < couplings; i++)
        {
            _skip.Add(false);
            _couplings[i].Clear();
        }
    }

    public void Skip(int i) => _skip[i] = true;

    public bool Skips(int i) => _skip[i];

    /// <summary>The memory of the coupling at place i of the list.</summary>
    public CouplingScratch<T> Coupling(int i) => _couplings[i];

    public void Dispose()
    {
        foreach (var c in _couplings)
            c.Dispose();
        Gemm.Dispose();
        _scratch.Dispose();
    }
}
