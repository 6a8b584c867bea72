using System.Numerics;
using Nagumo.Compute;
using Nagumo.Networks;

namespace Nagumo.Relaxation;

/// <summary>A y = b for a row of cells, by banded elimination: neurons meet their neighbours only.</summary>
/// <remarks>The matrix is read off from products with 3 F vectors, F fields of a neuron: every third neuron at once, which do not meet.</remarks>
internal sealed class ChainSolve<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private const int Colours = 3;
    private readonly ILaneOperator<T> _matrix;
    private readonly int _size,
        _fields;
    private readonly BandedLu _lu;
    private readonly T[] _x,
        _y;
    private readonly double[] _folded;

    /// <param name="machine">A machine of one population, coupled along a row.</param>
    /// <param name="matrix">A, its Hessian with any diagonal added, of one lane.</param>
    public ChainSolve(Machine<T> machine, ILaneOperator<T> matrix)
    {
        _matrix = matrix;
        _size = machine.Network.Populations[0].Size;
        _fields = machine.Network.Populations[0].Fields;
        _lu = new(matrix.Size, _fields);
        (_x, _y, _folded) = (new T[matrix.Size], new T[matrix.Size], new double[matrix.Size]);
    }

    /// <summary>Whether a network is such a row, and has one lane.</summary>
    public static bool Applies(Network network, int lanes) =>
        lanes == 1 && network.Populations is [{ IsClamped: false }] && network.Couplings.All(c => c.Reach(network.Shapes(c)) <= 1);

    /// <summary>Factors A as it is now; false where it is singular.</summary>
    public bool Factor()
    {
        _lu.Clear();
        for (int colour = 0; colour < Colours; colour++)
        for (int f = 0; f < _fields; f++)
        {
            Array.Clear(_x);
            for (int i = colour; i < _size; i += Colours)
                _x[f * _size + i] = T.One;
            _matrix.Apply(_x, _y);
            for (int i = 0; i < _size; i++)
            {
                // The one neuron of this colour among i − 1, i and i + 1.
                int j = i + (colour - i % Colours + 4) % Colours - 1;
                if (j < 0 || j >= _size)
                    continue;
                for (int g = 0; g < _fields; g++)
                    if (i == j || g == f)
                        _lu[i * _fields + g, j * _fields + f] = double.CreateChecked(_y[g * _size + i]);
            }
        }
        return _lu.Factor() < 0;
    }

    /// <summary>x ← A⁻¹ x, fields one after the other.</summary>
    public void Solve(Span<T> x)
    {
        for (int i = 0; i < _size; i++)
        for (int f = 0; f < _fields; f++)
            _folded[i * _fields + f] = double.CreateChecked(x[f * _size + i]);
        _lu.Solve(_folded);
        for (int i = 0; i < _size; i++)
        for (int f = 0; f < _fields; f++)
            x[f * _size + i] = T.CreateChecked(_folded[i * _fields + f]);
    }
}
