namespace Nagumo.Plots.Tests;

public sealed class PowerLawTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(8)]
    public void The_exponent_is_found(int order)
    {
        double[] x = [1e-3, 1e-2, 0.1, 1];
        var fit = PowerLaw.Fit(x, [.. x.Select(v => 0.3 * Math.Pow(v, order))]);
        Assert.NotNull(fit);
        Assert.Equal(order, fit.Slope, 1e-9);
        Assert.Equal(0.3, fit.At(1), 1e-9);
    }

    [Fact]
    public void Rounding_at_small_x_falls_out()
    {
        var centred = Samples.Gradients()[1];
        Assert.Equal(2, PowerLaw.Fit(centred.X, centred.Y)!.Slope, 0.05);
    }

    [Fact]
    public void A_flat_or_short_line_has_no_exponent()
    {
        Assert.Null(PowerLaw.Fit([0.1, 0.2, 0.3, 0.4], [1e-9, 1e-9, 1e-9, 1e-9]));
        Assert.Null(PowerLaw.Fit([0.1, 0.2], [1, 2]));
        Assert.Null(PowerLaw.Fit([0.1, 0.2, 0.3], [0, double.NaN, -1]));
    }
}
