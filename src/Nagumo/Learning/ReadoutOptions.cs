namespace Nagumo.Learning;

/// <summary>Where the network is read and nudged.</summary>
/// <param name="Population">The population whose activators are read.</param>
/// <param name="Cost">"cross-entropy" (with gain κ), "squared-error", "huber" or "absolute" (with a width), or a registered one.</param>
/// <param name="Kappa">Gain κ &gt; 0 of the cross-entropy.</param>
/// <param name="Paired">Whether outputs come in pairs, z_c = u_c − u_{c+C}.</param>
/// <param name="Width">Width &gt; 0 up to which huber's and the absolute error are quadratic; null for 1 and 0.1.</param>
public sealed record ReadoutOptions(
    string Population,
    string Cost = "cross-entropy",
    double Kappa = 1,
    bool Paired = false,
    double? Width = null
)
{
    /// <summary>Throws when a value is out of its range, naming it.</summary>
    public void Validate()
    {
        Check.Positive("readout.kappa", Kappa);
        if (Width is { } width)
            CheckedWidth(width);
        _ = BuildCost();
    }

    /// <summary>The cost.</summary>
    internal Cost BuildCost() => Costs.Of(this);

    /// <summary>The readout of a network.</summary>
    internal Readout Of(Networks.Network network, LearningTask? task = null) => new(network, Population, Paired, BuildCost(), task);

    internal static double CheckedWidth(double width) => Check.Positive("readout.width", width);
}
