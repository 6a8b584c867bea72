using System.Numerics;
using Nagumo.Compute;

namespace Nagumo.Networks;

/// <summary>What one thread needs while it relaxes: packed operands of the couplings at hand and scratch rows.</summary>
/// <remarks>Grows at its first use with larger shapes; then nothing is allocated.</remarks>
internal sealed unsafe class Workspace<T> : IDisposable
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly List<PackedRight<T>?> _packed = [];
    private readonly List<SparseRight<T>?> _sparse = [];
    private readonly List<(bool Skip, RightOperand<T>? Packed)> _status = [];
    private Buffer<T> _scratch = new(0);
    private bool[] _flags = [];

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
        return new(_scratch.Pointer, rows, lanes, lanes);
    }

    /// <summary>A reused array of flags.</summary>
    public bool[] Flags(int n)
    {
        if (_flags.Length != n)
            _flags = new bool[n];
        return _flags;
    }

    /// <summary>Starts a list of so many couplings, none skipped, none packed.</summary>
    public void Begin(int couplings)
    {
        _status.Clear();
        for (int i = 0; i < couplings; i++)
            _status.Add(default);
        while (_packed.Count < couplings)
        {
            _packed.Add(null);
            _sparse.Add(null);
        }
    }

    public void Skip(int i) => _status[i] = _status[i] with { Skip = true };

    public bool Skips(int i) => _status[i].Skip;

    public void Pack(int i, MatView<T> field)
    {
        if (_packed[i] is not { } right || right.MaxRows < field.Rows || right.MaxCols < field.Cols)
        {
            _packed[i]?.Dispose();
            _packed[i] = right = new(Math.Max(field.Rows, _packed[i]?.MaxRows ?? 0), Math.Max(field.Cols, _packed[i]?.MaxCols ?? 0));
        }
        right.Pack(field);
        _status[i] = _status[i] with { Packed = right };
    }

    /// <summary>The same, leaving out what equals the background.</summary>
    public void Pack(int i, MatView<T> field, T background)
    {
        if (_sparse[i] is not { } right || right.MaxRows < field.Rows || right.MaxCols < field.Cols)
        {
            _sparse[i]?.Dispose();
            _sparse[i] = right = new(Math.Max(field.Rows, _sparse[i]?.MaxRows ?? 0), Math.Max(field.Cols, _sparse[i]?.MaxCols ?? 0));
        }
        right.Pack(field, background);
        _status[i] = _status[i] with { Packed = right };
    }

    public RightOperand<T>? Packed(int i) => _status[i].Packed;

    public void Dispose()
    {
        foreach (var p in _packed)
            p?.Dispose();
        foreach (var p in _sparse)
            p?.Dispose();
        Gemm.Dispose();
        _scratch.Dispose();
    }
}
