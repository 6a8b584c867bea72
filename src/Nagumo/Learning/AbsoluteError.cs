namespace Nagumo.Learning;

/// <summary>Absolute error, rounded off at 0 so that it has a slope there: C = Σ √((z_i − y_i)² + w²) − w.</summary>
/// <param name="width">Width w &gt; 0 of the rounding: far above it C is |z − y|.</param>
public sealed class AbsoluteError(double width = 0.1) : Cost
{
    private readonly double _width = ReadoutOptions.CheckedWidth(width);

    /// <inheritdoc/>
    public override double Curvature => 1 / _width;

    /// <inheritdoc/>
    public override double Value(ReadOnlySpan<double> z, ReadOnlySpan<double> y)
    {
        double sum = 0;
        for (int i = 0; i < z.Length; i++)
            sum += Length(z[i] - y[i]) - _width;
        return sum;
    }

    /// <inheritdoc/>
    public override void Gradient(ReadOnlySpan<double> z, ReadOnlySpan<double> y, Span<double> gradient)
    {
        for (int i = 0; i < z.Length; i++)
            gradient[i] = (z[i] - y[i]) / Length(z[i] - y[i]);
    }

    private double Length(double r) => Math.Sqrt(r * r + _width * _width);
}
