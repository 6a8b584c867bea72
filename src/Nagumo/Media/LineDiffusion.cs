namespace Nagumo.Media;

/// <summary>Diffusion along a line, (L x)_i = D (x_{i−1} − 2 x_i + x_{i+1}), and its implicit Euler step.</summary>
/// <remarks>Zero flux mirrors at the half cell: x_{−1} = x₀. The eigenvalues of −L are D Λ, 0 ≤ Λ ≤ 4.</remarks>
internal sealed class LineDiffusion(int cells, double d, ChainEnds ends)
{
    private readonly double[] _upper = new double[cells],
        _inverse = new double[cells],
        _corner = ends == ChainEnds.Periodic ? new double[cells] : [];
    private double _r = double.NaN;

    public double D => d;

    /// <summary>Adds L x.</summary>
    public void AddTo(ReadOnlySpan<double> x, Span<double> sum)
    {
        if (d == 0)
            return;
        int last = x.Length - 1;
        bool ring = ends == ChainEnds.Periodic;
        sum[0] += d * (x[1] - x[0] + (ring ? x[last] - x[0] : 0));
        sum[last] += d * (x[last - 1] - x[last] + (ring ? x[0] - x[last] : 0));
        for (int i = 1; i < last; i++)
            sum[i] += d * (x[i - 1] - x[i] + (x[i + 1] - x[i]));
    }

    /// <summary>x ← (1 − h L)⁻¹ x, by elimination; a ring as a line plus a correction of rank one. [Sherman and Morrison 1950]</summary>
    public void Solve(double h, Span<double> x)
    {
        if (d == 0)
            return;
        Prepare(h * d);
        Line(x);
        if (ends == ChainEnds.ZeroFlux)
            return;
        int last = cells - 1;
        double factor = (x[0] + x[last]) / (1 + _corner[0] + _corner[last]);
        for (int i = 0; i < cells; i++)
            x[i] -= factor * _corner[i];
    }

    /// <summary>Factors the line's matrix: diagonal 1 + r (ends) and 1 + 2r, beside it −r.</summary>
    private void Prepare(double r)
    {
        if (r == _r)
            return;
        _r = r;
        int last = cells - 1;
        // The ring's matrix is a line with one more r at both ends, minus r (e₀ + e_last)(e₀ + e_last)ᵀ.
        double end = ends == ChainEnds.Periodic ? 1 + 3 * r : 1 + r,
            before = 0;
        for (int i = 0; i < cells; i++)
        {
            double diagonal = i == 0 || i == last ? end : 1 + 2 * r;
            _inverse[i] = 1 / (diagonal - (i > 0 ? r * before : 0));
            _upper[i] = before = r * _inverse[i];
        }
        if (ends == ChainEnds.ZeroFlux)
            return;
        Array.Clear(_corner);
        _corner[0] = _corner[last] = -r;
        Line(_corner);
    }

    private void Line(Span<double> x)
    {
        x[0] *= _inverse[0];
        for (int i = 1; i < x.Length; i++)
            x[i] = (x[i] + _r * x[i - 1]) * _inverse[i];
        for (int i = x.Length - 2; i >= 0; i--)
            x[i] += _upper[i] * x[i + 1];
    }
}
