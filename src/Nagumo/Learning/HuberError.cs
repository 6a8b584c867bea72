namespace Nagumo.Learning;

/// <summary>Huber's error: ½ r² of a residual r = z − y up to the width w, w (|r| − w/2) beyond, so that outliers pull no harder than w.</summary>
/// <param name="width">Width w &gt; 0.</param>
/// <remarks>[Huber 1964, doi:10.1214/aoms/1177703732]</remarks>
public sealed class HuberError(double width = 1) : Cost
{
    private readonly double _width = ReadoutOptions.CheckedWidth(width);

    /// <inheritdoc/>
    public override double Curvature => 1;

    /// <inheritdoc/>
    public override double Value(ReadOnlySpan<double> z, ReadOnlySpan<double> y)
    {
        double sum = 0;
        for (int i = 0; i < z.Length; i++)
        {
            double r = Math.Abs(z[i] - y[i]);
            sum += r <= _width ? r * r / 2 : _width * (r - _width / 2);
        }
        return sum;
    }

    /// <inheritdoc/>
    public override void Gradient(ReadOnlySpan<double> z, ReadOnlySpan<double> y, Span<double> gradient)
    {
        for (int i = 0; i < z.Length; i++)
            gradient[i] = Math.Clamp(z[i] - y[i], -_width, _width);
    }
}
