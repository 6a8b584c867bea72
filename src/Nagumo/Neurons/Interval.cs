using System.Globalization;

namespace Nagumo.Neurons;

/// <summary>A closed interval [Low, High]: the box that an activator is confined to.</summary>
public readonly record struct Interval(double Low, double High)
{
    /// <summary>Builds an interval from a pair.</summary>
    public static implicit operator Interval((double Low, double High) pair) => new(pair.Low, pair.High);

    /// <summary>"[0, 1]", or "[0, ∞)" where a side is open.</summary>
    public override string ToString() =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"{(double.IsInfinity(Low) ? "(-∞" : $"[{Low:R}")}, {(double.IsInfinity(High) ? "∞)" : $"{High:R}]")}"
        );
}
