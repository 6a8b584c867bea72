using Nagumo.Compute;

namespace Nagumo.Couplings;

/// <summary>What a coupling must know of an end.</summary>
/// <param name="Size">Number of neurons.</param>
/// <param name="Inhibitor">Whether the field is an inhibitor: it ascends.</param>
/// <param name="Clamped">Whether the population is clamped: read, never driven.</param>
public readonly record struct EndShape(int Size, bool Inhibitor, bool Clamped)
{
    /// <summary>The neurons' axes; one axis unless the population has more.</summary>
    public Shape Shape
    {
        get => field is { } shape && shape.Size == Size ? shape : Size;
        init;
    }
}
