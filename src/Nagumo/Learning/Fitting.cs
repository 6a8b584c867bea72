using Nagumo.Data;
using Nagumo.Networks;

namespace Nagumo.Learning;

/// <summary>Whether a network and its readout fit the samples of a data set.</summary>
internal static class Fitting
{
    /// <summary>Throws where input or readout have another size than the samples.</summary>
    /// <param name="network">The network; its clamped population takes the sample.</param>
    /// <param name="readout">Where it is read.</param>
    /// <param name="population">Name of the population that is read.</param>
    /// <param name="name">Name of the data set.</param>
    /// <param name="set">Its samples.</param>
    /// <exception cref="ArgumentException">They do not fit.</exception>
    public static void Require(Network network, Readout readout, string population, string name, Samples set)
    {
        foreach (var p in network.Populations)
            if (p is { IsClamped: true, Rail: null } && p.Size != set.Size)
                throw new ArgumentException(
                    $"Population '{p.Name}' has {Counted.Of(p.Size, "neuron")}, but a sample of '{name}' has {Counted.Of(set.Size, "value")} ({set.ShapeText})."
                );
        if (readout.Width != set.Targets.Width)
            throw new ArgumentException(
                $"The readout '{population}' gives {Counted.Of(readout.Width, "number")}, but '{name}' has {set.Targets}."
            );
        if (!readout.Cost.Accepts(set.Targets))
            throw new ArgumentException(
                $"readout.cost does not suit '{name}', which has {set.Targets} as targets: set readout.cost={readout.Task.Cost}."
            );
    }
}
