using System.Numerics;
using Nagumo.Compute;

namespace Nagumo.Hamiltonian;

/// <summary>One layer of a chain in so many lanes: position q, momentum p, hidden units, and the activators' drive.</summary>
/// <remarks>Memory for one layer only: what a layer-wise pass keeps, whatever the depth.</remarks>
internal sealed unsafe class LaneState<T> : IDisposable
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly Buffer<T> _memory;
    private readonly int _size,
        _units,
        _capacity;

    /// <param name="fields">Activator and inhibitors.</param>
    /// <param name="size">Neurons.</param>
    /// <param name="units">Units of a block.</param>
    /// <param name="lanes">Most lanes.</param>
    public LaneState(int fields, int size, int units, int lanes)
    {
        (_size, _units, _capacity) = (size, units, lanes);
        (Q, P, Force) = (new MatView<T>[fields], new MatView<T>[fields], new MatView<T>[fields]);
        Curvature = new MatView<T>[fields * (fields + 1) / 2];
        _memory = new(((3L * fields + Curvature.Length + 1) * size + 2L * units) * Padded(lanes));
        Resize(lanes);
    }

    /// <summary>Position: one [size × lanes] view per field, the activator first.</summary>
    public MatView<T>[] Q { get; }

    /// <summary>Momentum.</summary>
    public MatView<T>[] P { get; }

    /// <summary>Room for a force, or for a product with a Hessian.</summary>
    public MatView<T>[] Force { get; }

    /// <summary>The neurons' second derivatives, upper triangle, where a Newton step needs them.</summary>
    public MatView<T>[] Curvature { get; }

    /// <summary>a = F'(K u + b), [units × lanes].</summary>
    public MatView<T> Hidden { get; private set; }

    /// <summary>F''(K u + b), [units × lanes], where a tangent needs it.</summary>
    public MatView<T> Slope { get; private set; }

    /// <summary>s Kᵀ a + I, [size × lanes].</summary>
    public MatView<T> Drive { get; private set; }

    /// <summary>Lanes in use.</summary>
    public int Lanes { get; private set; }

    /// <summary>Lays out so many lanes; what the state held is lost.</summary>
    public void Resize(int lanes)
    {
        if (lanes > _capacity)
            Throw.Argument($"{lanes} lanes do not fit into a state for {_capacity}.", nameof(lanes));
        Lanes = lanes;
        int padded = Padded(lanes);
        T* next = _memory.Pointer;
        MatView<T> Take(int rows)
        {
            var view = new MatView<T>(next, rows, lanes, padded);
            next += (long)rows * padded;
            return view;
        }
        for (int f = 0; f < Q.Length; f++)
            (Q[f], P[f], Force[f]) = (Take(_size), Take(_size), Take(_size));
        for (int k = 0; k < Curvature.Length; k++)
            Curvature[k] = Take(_size);
        (Hidden, Slope, Drive) = (Take(_units), Take(_units), Take(_size));
    }

    /// <summary>q = p = 0.</summary>
    public void Clear()
    {
        for (int f = 0; f < Q.Length; f++)
        for (int r = 0; r < _size; r++)
        {
            Q[f].Row(r).Clear();
            P[f].Row(r).Clear();
        }
    }

    /// <summary>q = p = 0 in one lane.</summary>
    public void ClearLane(int lane)
    {
        for (int f = 0; f < Q.Length; f++)
        for (int r = 0; r < _size; r++)
            Q[f].Row(r)[lane] = P[f].Row(r)[lane] = T.Zero;
    }

    public void Dispose() => _memory.Dispose();

    private static int Padded(int lanes) => (lanes + 15) / 16 * 16;
}
