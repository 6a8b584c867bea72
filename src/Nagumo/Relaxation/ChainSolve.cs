using Nagumo.Compute;
using Nagumo.Couplings;
using Nagumo.Networks;

namespace Nagumo.Relaxation;

/// <summary>(∂²H/∂x² + D) y = b for a chain, by banded elimination: neurons meet their neighbours only.</summary>
/// <remarks>The Hessian is read off from products with 3 F vectors, F fields of a neuron: every third neuron at once, which do not meet.</remarks>
internal sealed class ChainSolve
{
    private const int Colours = 3;
    private readonly HessianOperator<double> _hessian;
    private readonly int _size,
        _fields;
    private readonly BandedLu _lu;
    private readonly double[] _x,
        _y;

    /// <param name="machine">A machine of one population, coupled along a chain.</param>
    /// <param name="hessian">Its Hessian, of one lane.</param>
    public ChainSolve(Machine<double> machine, HessianOperator<double> hessian)
    {
        _hessian = hessian;
        _size = machine.Network.Populations[0].Size;
        _fields = machine.Network.Populations[0].Fields;
        _lu = new(hessian.Size, _fields);
        (_x, _y) = (new double[hessian.Size], new double[hessian.Size]);
    }

    /// <summary>Whether a network is such a chain, and has one lane.</summary>
    public static bool Applies(Network network, int lanes) =>
        lanes == 1 && network.Populations is [{ IsClamped: false }] && network.Couplings.All(c => c.Reach(network.Shapes(c)) <= 1);

    /// <summary>Solves; false where the matrix is singular.</summary>
    /// <param name="diagonal">D, fields one after the other.</param>
    /// <param name="right">b.</param>
    /// <param name="solution">Receives y.</param>
    public bool Solve(ReadOnlySpan<double> diagonal, ReadOnlySpan<double> right, Span<double> solution)
    {
        _lu.Clear();
        for (int colour = 0; colour < Colours; colour++)
        for (int f = 0; f < _fields; f++)
        {
            Array.Clear(_x);
            for (int i = colour; i < _size; i += Colours)
                _x[f * _size + i] = 1;
            _hessian.Apply(_x, _y);
            for (int i = 0; i < _size; i++)
            {
                // The one neuron of this colour among i − 1, i and i + 1.
                int j = i + (colour - i % Colours + 4) % Colours - 1;
                if (j < 0 || j >= _size)
                    continue;
                for (int g = 0; g < _fields; g++)
                    if (i == j || g == f)
                        _lu[i * _fields + g, j * _fields + f] = _y[g * _size + i];
            }
        }
        for (int i = 0; i < _size; i++)
        for (int f = 0; f < _fields; f++)
        {
            _lu[i * _fields + f, i * _fields + f] += diagonal[f * _size + i];
            _x[i * _fields + f] = right[f * _size + i];
        }
        if (_lu.Factor() >= 0)
            return false;
        _lu.Solve(_x);
        for (int i = 0; i < _size; i++)
        for (int f = 0; f < _fields; f++)
            solution[f * _size + i] = _x[i * _fields + f];
        return true;
    }
}
