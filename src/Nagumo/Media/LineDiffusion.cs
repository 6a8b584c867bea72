using Nagumo.Compute;

namespace Nagumo.Media;

/// <summary>Diffusion along a line, (L x)_i = D (x_{i−1} − 2 x_i + x_{i+1}), and its implicit Euler step.</summary>
/// <remarks>Zero flux mirrors at the half cell: x_{−1} = x₀. The eigenvalues of −L are D Λ, 0 ≤ Λ ≤ 4.</remarks>
internal sealed class LineDiffusion(int cells, double d, ChainEnds ends)
{
    private readonly LineFactors _factors = new(cells, ends == ChainEnds.Periodic);

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

    /// <summary>x ← (1 − h L)⁻¹ x.</summary>
    public void Solve(double h, Span<double> x)
    {
        if (d == 0)
            return;
        _factors.Prepare(h * d);
        _factors.Solve(x);
    }
}
