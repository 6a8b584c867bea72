using System.Runtime.CompilerServices;
using Nagumo.Symbolics;

namespace Nagumo.Neurons;

/// <summary>A constant of a neuron's potential: an expression leaf with a value, a range and a unit.</summary>
/// <remarks>The name is the text of the argument (<c>new Parameter(gamma)</c> is named "gamma"), so that no name is typed twice.</remarks>
public sealed class Parameter : Symbol
{
    /// <param name="value">The default value, within [min, max].</param>
    /// <param name="min">Smallest allowed value.</param>
    /// <param name="max">Largest allowed value.</param>
    /// <param name="unit">Unit; empty when dimensionless.</param>
    /// <param name="name">The name in the potential's text and in configurations.</param>
    /// <exception cref="ArgumentOutOfRangeException">The value is not finite or outside the range.</exception>
    public Parameter(
        double value,
        double min = double.NegativeInfinity,
        double max = double.PositiveInfinity,
        string unit = "",
        [CallerArgumentExpression(nameof(value))] string name = ""
    )
        : base(name)
    {
        (Min, Max, Unit) = (min, max, unit);
        Value = Validate(value);
    }

    /// <summary>The default value.</summary>
    public double Value { get; }

    /// <summary>Smallest allowed value.</summary>
    public double Min { get; }

    /// <summary>Largest allowed value.</summary>
    public double Max { get; }

    /// <summary>Unit; empty when dimensionless.</summary>
    public string Unit { get; }

    /// <summary>Returns <paramref name="value"/> if it is finite and within the range.</summary>
    public double Validate(double value) =>
        double.IsFinite(value) && value >= Min && value <= Max
            ? value
            : throw new ArgumentOutOfRangeException(
                Name,
                $"{Name} = {value:R} is outside {new Interval(Min, Max)}. Give a value in this range."
            );
}
