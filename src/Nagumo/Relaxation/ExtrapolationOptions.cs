namespace Nagumo.Relaxation;

/// <summary>How an <see cref="Extrapolation"/> chooses its steps.</summary>
/// <param name="Relative">Error allowed in one step relative to a variable's size, 1e-15 to 0.1.</param>
/// <param name="Absolute">Error allowed in one step besides, in units of the variable's size, &gt; 0.</param>
/// <param name="Columns">Columns of the table, 2 to 8: the order is twice that, or equal to it when semi-implicit.</param>
internal sealed record ExtrapolationOptions(double Relative = 1e-9, double Absolute = 1e-12, int Columns = 4)
{
    /// <summary>For periods and multipliers: order 12, errors near rounding.</summary>
    public static ExtrapolationOptions Precise { get; } = new(1e-13, 1e-15, 6);

    /// <inheritdoc cref="ExtrapolationOptions"/>
    public double Relative { get; init; } =
        Check.That("tolerance", Relative, Relative is >= 1e-15 and <= 0.1, "1e-15 to 0.1; 1e-8 is usual");

    /// <summary>The power of the step with which the estimated error of a step falls.</summary>
    public int ErrorOrder(bool semiImplicit) => semiImplicit ? Columns : 2 * Columns - 1;
}
