using Nagumo.Neurons;
using Nagumo.Symbolics;

namespace Nagumo.Media;

/// <summary>A row of neurons in their own units: u = M_u + U û, v = M_v + V v̂, t = T t̂.</summary>
/// <remarks>
/// Everything on rows that compares with a number — a tolerance, a first step, a distance from rest — is done here, so that the numbers mean the same
/// for every neuron. F̂_u = c U F_u and F̂_v = c V F_v with c = T/(U² τ_u) keep a potential one, ĥ = c h; then τ̂_u = 1, τ̂_v = c V² τ_v/T, D̂_u = T D_u/τ_u,
/// D̂_v = c V² D_v and Î = I/(U τ_u/T).
/// </remarks>
internal sealed class OwnChain
{
    private readonly int _cells;

    /// <param name="chain">The row in the user's units.</param>
    public OwnChain(Chain chain)
    {
        _cells = chain.Cells;
        Units = chain.IsInOwnUnits ? null : Of(chain.Neuron, chain.Options.Current);
        if (Units is not { } u)
        {
            Chain = chain;
            return;
        }
        var o = chain.Options;
        Chain = new(u.Rescale(chain.Neuron), u.Rescale(o, chain.Neuron)) { IsInOwnUnits = true };
        for (int i = 0; i < _cells; i++)
            Chain.Current[i] = chain.Current[i] / u.Drive;
    }

    /// <summary>The row in its own units.</summary>
    public Chain Chain { get; }

    /// <summary>The units; null where they are 1, or nothing has a size.</summary>
    public CellUnits? Units { get; }

    /// <summary>The unit of time.</summary>
    public double T => Units?.T ?? 1;

    /// <summary>The unit of the activator.</summary>
    public double U => Units?.U ?? 1;

    /// <summary>The unit of the current.</summary>
    public double Drive => Units?.Drive ?? 1;

    /// <summary>The middle of the activator's range.</summary>
    public double MiddleU => Units?.MiddleU ?? 0;

    /// <summary>Steps of one run. Even slow relaxation takes some ten thousand; more means that time is counted in another unit than the cell's.</summary>
    public const int MostSteps = 100_000;

    /// <summary>A run that would take more.</summary>
    /// <param name="steps">Steps that it may take.</param>
    /// <param name="at">How far it came, in own units.</param>
    /// <param name="time">The time that was asked for.</param>
    /// <param name="remedy">What helps where the time is meant.</param>
    public NotFiniteNumberException TooFast(int steps, double at, double time, string remedy = "give a shorter time") =>
        new(
            $"the chain takes more than {steps} steps: followed until t = {at * T:G4} of {time:G4}. Its neurons move {time / (at * T):G2} times too fast for that: {remedy}, or write the equations in a unit of time near their own."
        );

    /// <summary>A state in own units, a copy.</summary>
    public double[] In(ReadOnlySpan<double> state)
    {
        var x = state.ToArray();
        if (Units is { } u)
            for (int i = 0; i < _cells; i++)
                (x[i], x[_cells + i]) = ((x[i] - u.MiddleU) / u.U, (x[_cells + i] - u.MiddleV) / u.V);
        return x;
    }

    /// <summary>A state in the user's units, a copy.</summary>
    public double[] Out(ReadOnlySpan<double> state)
    {
        var x = state.ToArray();
        if (Units is { } u)
            for (int i = 0; i < _cells; i++)
                (x[i], x[_cells + i]) = (u.MiddleU + u.U * x[i], u.MiddleV + u.V * x[_cells + i]);
        return x;
    }

    /// <summary>The units of a neuron at a current, seen from its stable rest state, or from what there is.</summary>
    public static CellUnits? Of(PlanarNeuron neuron, double current)
    {
        try
        {
            var all = neuron.Curve.At(current);
            return (all.FirstOrDefault(r => r.IsStable) ?? all.FirstOrDefault()) is { } rest
                ? CellUnits.Of(neuron.Kinetics, neuron.Parameters, [rest.U, rest.V], current)
                : null;
        }
        catch (ArgumentException)
        {
            // Its rest states cannot be followed: it stays as it is.
            return null;
        }
    }
}
