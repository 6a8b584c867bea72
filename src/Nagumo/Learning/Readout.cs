using System.Numerics;
using Nagumo.Compute;
using Nagumo.Networks;

namespace Nagumo.Learning;

/// <summary>Where a network is read and nudged: the activators of one population, singly or in pairs, and the cost on them.</summary>
/// <remarks>Paired: z_c = u_c − u_{c+C} for C classes, as differential rails give it. The nudge is the current −β ∂C/∂u.</remarks>
internal sealed class Readout
{
    private readonly int _outputs;

    /// <param name="network">The network.</param>
    /// <param name="population">Name of the population that is read.</param>
    /// <param name="paired">Whether outputs come in pairs.</param>
    /// <param name="cost">The cost.</param>
    public Readout(Network network, string population, bool paired, Cost cost)
    {
        Population = network.IndexOf(population);
        _outputs = network.Populations[Population].Size;
        if (network.Populations[Population].IsClamped)
            throw new ArgumentException($"The readout '{population}' is clamped: read a population that relaxes.");
        if (paired && _outputs % 2 != 0)
            throw new ArgumentException($"A paired readout needs an even number of outputs; '{population}' has {_outputs}.");
        (Paired, Cost, Classes) = (paired, cost, paired ? _outputs / 2 : _outputs);
    }

    public int Population { get; }
    public bool Paired { get; }
    public Cost Cost { get; }
    public int Classes { get; }

    /// <summary>z of one lane.</summary>
    public void Read<T>(State<T> s, int lane, Span<double> z)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var u = s.X(Population, 0);
        for (int c = 0; c < Classes; c++)
            z[c] = Paired
                ? double.CreateChecked(u[c, lane]) - double.CreateChecked(u[c + Classes, lane])
                : double.CreateChecked(u[c, lane]);
    }

    /// <summary>∂C/∂u of one lane, by output.</summary>
    public void Force(ReadOnlySpan<double> z, int label, Span<double> force)
    {
        Cost.Gradient(z, label, force[..Classes]);
        if (!Paired)
            return;
        for (int c = 0; c < Classes; c++)
            force[c + Classes] = -force[c];
    }

    /// <summary>Number of readout neurons.</summary>
    public int Outputs => _outputs;
}
