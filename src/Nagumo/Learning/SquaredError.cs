namespace Nagumo.Learning;

/// <summary>Squared error: C = ½ Σ (z_i − y_i)².</summary>
public sealed class SquaredError : Cost
{
    /// <inheritdoc/>
    public override double Curvature => 1;

    /// <inheritdoc/>
    public override double Value(ReadOnlySpan<double> z, ReadOnlySpan<double> y)
    {
        double sum = 0;
        for (int i = 0; i < z.Length; i++)
            sum += (z[i] - y[i]) * (z[i] - y[i]);
        return sum / 2;
    }

    /// <inheritdoc/>
    public override void Gradient(ReadOnlySpan<double> z, ReadOnlySpan<double> y, Span<double> gradient)
    {
        for (int i = 0; i < z.Length; i++)
            gradient[i] = z[i] - y[i];
    }

    /// <inheritdoc/>
    public override void Nudged(
        ReadOnlySpan<double> z,
        Span<double> delta,
        ReadOnlySpan<double> y,
        double beta,
        ReadOnlySpan<double> stiffness,
        ReadOnlySpan<double> current
    )
    {
        for (int i = 0; i < z.Length; i++)
            delta[i] = (current[i] - beta * (z[i] - y[i])) / (stiffness[i] + beta);
    }
}
