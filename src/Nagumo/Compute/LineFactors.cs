namespace Nagumo.Compute;

/// <summary>The matrix of an implicit step of diffusion along a line, 1 − r δ² with (δ² x)_i = x_{i−1} − 2 x_i + x_{i+1}, factored.</summary>
/// <remarks>
/// Elimination without pivots, which a diagonally dominant matrix does not need. Down the line y_i = x_i + Upper_{i−1} y_{i−1}, then up
/// z_i = Inverse_i y_i + Upper_i z_{i+1}. Zero flux mirrors at the half cell, x_{−1} = x₀. A ring's matrix is a line with one more r at both
/// ends, minus r (e₀ + e_last)(e₀ + e_last)ᵀ: its solution is z − Share (z₀ + z_last) Corner. [Sherman and Morrison 1950]
/// </remarks>
internal sealed class LineFactors(int cells, bool ring)
{
    private double _r = double.NaN;

    /// <summary>What a cell takes over from its neighbour, [cells].</summary>
    public double[] Upper { get; } = new double[cells];

    /// <summary>One over the pivots, [cells].</summary>
    public double[] Inverse { get; } = new double[cells];

    /// <summary>The line's solution for −r (e₀ + e_last), [cells]; empty without a ring.</summary>
    public double[] Corner { get; } = ring ? new double[cells] : [];

    /// <summary>Of the corner in a ring's solution.</summary>
    public double Share { get; private set; }

    /// <summary>Factors for an r ≥ 0; nothing to do for the last one again.</summary>
    public void Prepare(double r)
    {
        if (r == _r)
            return;
        _r = r;
        int last = cells - 1;
        double end = ring ? 1 + 3 * r : 1 + r,
            before = 0;
        for (int i = 0; i < cells; i++)
        {
            double diagonal = i == 0 || i == last ? end : 1 + 2 * r;
            Inverse[i] = 1 / (diagonal - (i > 0 ? r * before : 0));
            Upper[i] = before = r * Inverse[i];
        }
        if (!ring)
            return;
        Array.Clear(Corner);
        Corner[0] = Corner[last] = -r;
        Line(Corner);
        Share = 1 / (1 + Corner[0] + Corner[last]);
    }

    /// <summary>x ← (1 − r δ²)⁻¹ x.</summary>
    public void Solve(Span<double> x)
    {
        Line(x);
        if (!ring)
            return;
        double factor = (x[0] + x[^1]) * Share;
        for (int i = 0; i < cells; i++)
            x[i] -= factor * Corner[i];
    }

    private void Line(Span<double> x)
    {
        for (int i = 1; i < x.Length; i++)
            x[i] += Upper[i - 1] * x[i - 1];
        x[^1] *= Inverse[^1];
        for (int i = x.Length - 2; i >= 0; i--)
            x[i] = Inverse[i] * x[i] + Upper[i] * x[i + 1];
    }
}
