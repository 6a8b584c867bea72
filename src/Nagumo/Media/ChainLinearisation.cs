using Nagumo.Compute;

namespace Nagumo.Media;

/// <summary>A chain's linearised equations of rest, σ T − J with T = diag(τ_u, τ_v), as a band matrix.</summary>
/// <remarks>
/// J = ∂(F_u, F_v)/∂(u, v) with diffusion; of a potential, its Hessian with the signature on its rows. A ring is folded, 0, N − 1, 1,
/// N − 2, …, so that its band is twice that of a line.
/// </remarks>
internal sealed class ChainLinearisation
{
    private readonly Chain _chain;
    private readonly BandedLu _lu;
    private readonly double[] _folded;

    public ChainLinearisation(Chain chain)
    {
        _chain = chain;
        _lu = new(2 * chain.Cells, chain.Options.Ends == ChainEnds.Periodic ? 4 : 2);
        _folded = new double[2 * chain.Cells];
    }

    /// <summary>Factors σ T − J at a state; false when that is singular.</summary>
    public bool Factor(ReadOnlySpan<double> state, double sigma)
    {
        int n = _chain.Cells;
        var (du, dv) = (_chain.Options.DiffusionU, _chain.Options.DiffusionV);
        bool ring = _chain.Options.Ends == ChainEnds.Periodic;
        _lu.Clear();
        for (int i = 0; i < n; i++)
        {
            var jet = _chain.Neuron.Jet(state[i], state[n + i]);
            int u = Row(i),
                v = u + 1;
            _lu[u, u] += sigma * _chain.Neuron.TauU - jet.F.U;
            _lu[u, v] -= jet.F.V;
            _lu[v, u] -= jet.G.U;
            _lu[v, v] += sigma * _chain.Neuron.TauV - jet.G.V;
            if (i + 1 == n && !ring)
                continue;
            int next = Row((i + 1) % n);
            Couple(u, next, du);
            Couple(v, next + 1, dv);
        }
        return _lu.Factor() < 0;
    }

    /// <summary>x ← (σ T − J)⁻¹ x, [2 × cells]: all u, then all v.</summary>
    public void Solve(Span<double> x)
    {
        int n = _chain.Cells;
        for (int i = 0; i < n; i++)
            (_folded[Row(i)], _folded[Row(i) + 1]) = (x[i], x[n + i]);
        _lu.Solve(_folded);
        for (int i = 0; i < n; i++)
            (x[i], x[n + i]) = (_folded[Row(i)], _folded[Row(i) + 1]);
    }

    private void Couple(int a, int b, double d)
    {
        _lu[a, a] += d;
        _lu[b, b] += d;
        _lu[a, b] -= d;
        _lu[b, a] -= d;
    }

    private int Row(int cell) =>
        2
        * (
            _chain.Options.Ends == ChainEnds.ZeroFlux ? cell
            : 2 * cell < _chain.Cells ? 2 * cell
            : 2 * (_chain.Cells - cell) - 1
        );
}
