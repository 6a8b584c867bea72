using Nagumo.Neurons;

namespace Nagumo.Media;

/// <summary>What lies beyond the edges of a sheet.</summary>
public enum SheetEdges
{
    /// <summary>No flux: the mirror image, x₋₁ = x₀.</summary>
    ZeroFlux,

    /// <summary>The opposite edge.</summary>
    Periodic,
}

/// <summary>How a sheet is taken a step on in time. Both have the order 1 in the step, and the same rest states and patterns at rest.</summary>
public enum SheetMethod
{
    /// <summary>Euler's rule, reaction and diffusion. Each step is the cheapest; diffusion bounds it, dt &lt; 2τ/(8D + c).</summary>
    Explicit,

    /// <summary>Explicit reaction, implicit diffusion, one direction after the other: dt &lt; 2τ/c whatever D is.</summary>
    SemiImplicit,
}

/// <summary>A rectangle of equal neurons, each coupled by diffusion to its four neighbours.</summary>
/// <param name="Kinetics">The cells: a neuron, or equations.</param>
/// <param name="Rows">Cells from top to bottom, 3 to 32,768.</param>
/// <param name="Columns">Cells from left to right, 3 to 32,768.</param>
/// <param name="Dt">Step, &gt; 0, in units of the activator's time constant; below the limit of the method for every field.</param>
/// <param name="Diffusion">D ≥ 0 by field, per squared cell and unit of time (of τ, for an inhibitor); 0 for a field that is not named.</param>
/// <param name="Parameters">Values that differ from the model's defaults.</param>
/// <param name="Edges">What lies beyond the edges.</param>
/// <param name="Method">How it is taken on in time.</param>
public sealed record SheetOptions(
    Kinetics Kinetics,
    int Rows,
    int Columns,
    double Dt,
    IReadOnlyDictionary<string, double> Diffusion,
    IReadOnlyDictionary<string, double>? Parameters = null,
    SheetEdges Edges = SheetEdges.ZeroFlux,
    SheetMethod Method = SheetMethod.Explicit
)
{
    private const int Least = 3,
        Most = 32768;

    /// <inheritdoc cref="SheetOptions"/>
    public int Rows { get; init; } = Size("rows", Rows);

    /// <inheritdoc cref="SheetOptions"/>
    public int Columns { get; init; } = Size("columns", Columns);

    /// <inheritdoc cref="SheetOptions"/>
    public double Dt { get; init; } = Check.Positive("dt", Dt);

    /// <summary>D of every field, the activator first.</summary>
    internal double[] FieldDiffusion()
    {
        var d = new double[Kinetics.Fields.Count];
        foreach (var (field, value) in Diffusion)
        {
            int f = Kinetics.FieldIndex(field);
            if (f < 0)
                throw new ArgumentException(
                    $"'{Kinetics.Name}' has no field '{field}' to diffuse. It has: {string.Join(", ", Kinetics.Fields.Select(x => x.Name))}."
                );
            d[f] = Check.NotNegative($"D of {field}", value);
        }
        return d;
    }

    private static int Size(string name, int value) => Check.That(name, value, value is >= Least and <= Most, $"{Least} to {Most}");
}
