using System.Numerics;
using Nagumo.Compute;
using Nagumo.Networks;

namespace Nagumo.Learning;

/// <summary>Where a network is read and nudged: the activators of one population, singly or in pairs, the cost on them, and the task that they do.</summary>
/// <remarks>Paired: z_c = u_c − u_{c+C} for C numbers, as differential rails give it. The nudge is the current −β ∂C/∂u.</remarks>
internal sealed class Readout
{
    private readonly int _outputs;

    /// <param name="network">The network.</param>
    /// <param name="population">Name of the population that is read.</param>
    /// <param name="paired">Whether outputs come in pairs.</param>
    /// <param name="cost">The cost.</param>
    /// <param name="task">What counts as a miss; null for telling classes apart.</param>
    public Readout(Network network, string population, bool paired, Cost cost, LearningTask? task = null)
    {
        Population = network.IndexOf(population);
        _outputs = network.Populations[Population].Size;
        if (network.Populations[Population].IsClamped)
            throw new ArgumentException($"The readout '{population}' is clamped: read a population that relaxes.");
        if (paired && _outputs % 2 != 0)
            throw new ArgumentException($"A paired readout needs an even number of outputs; '{population}' has {_outputs}.");
        (Paired, Cost, Width) = (paired, cost, paired ? _outputs / 2 : _outputs);
        Task = task ?? new Classification();
    }

    /// <summary>A readout by a head, which looks at a population and does not act back.</summary>
    /// <param name="population">The population that it looks at: where nudges enter.</param>
    /// <param name="width">Numbers that are read.</param>
    /// <param name="cost">The cost.</param>
    /// <param name="task">What counts as a miss; null for telling classes apart.</param>
    public Readout(int population, int width, Cost cost, LearningTask? task = null) =>
        (Population, Width, _outputs, Cost, Task) = (population, width, width, cost, task ?? new Classification());

    public int Population { get; }
    public bool Paired { get; }
    public Cost Cost { get; }
    public LearningTask Task { get; }

    /// <summary>Numbers that are read.</summary>
    public int Width { get; }

    /// <summary>z of one lane.</summary>
    public void Read<T>(State<T> s, int lane, Span<double> z)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var u = s.X(Population, 0);
        for (int c = 0; c < Width; c++)
            z[c] = Paired ? double.CreateChecked(u[c, lane]) - double.CreateChecked(u[c + Width, lane]) : double.CreateChecked(u[c, lane]);
    }

    /// <summary>∂C/∂u of one lane, by output.</summary>
    public void Force(ReadOnlySpan<double> z, ReadOnlySpan<double> y, Span<double> force)
    {
        Cost.Gradient(z, y, force[..Width]);
        if (!Paired)
            return;
        for (int c = 0; c < Width; c++)
            force[c + Width] = -force[c];
    }

    /// <summary>Number of readout neurons.</summary>
    public int Outputs => _outputs;
}
