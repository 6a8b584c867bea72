namespace Nagumo.Plots;

/// <summary>A named line of points.</summary>
public sealed record Series
{
    /// <param name="name">Stands in the legend.</param>
    /// <param name="x">Abscissae.</param>
    /// <param name="y">Ordinates, as many as abscissae. NaN, infinities and, on a logarithmic axis, values ≤ 0 leave a gap.</param>
    public Series(string name, IReadOnlyList<double> x, IReadOnlyList<double> y)
    {
        if (x.Count != y.Count)
        {
            throw new ArgumentException($"Series '{name}' has {x.Count} x values and {y.Count} y values; they must be as many.", nameof(y));
        }
        (Name, X, Y) = (name, x, y);
    }

    /// <summary>Stands in the legend.</summary>
    public string Name { get; }

    /// <summary>Abscissae.</summary>
    public IReadOnlyList<double> X { get; }

    /// <summary>Ordinates, as many as abscissae; what is not finite leaves a gap.</summary>
    public IReadOnlyList<double> Y { get; }

    internal static void NotEmpty(IReadOnlyList<Series> series, string name)
    {
        if (series.Count == 0)
        {
            throw new ArgumentException("There is no series to draw; give at least one.", name);
        }
    }
}
