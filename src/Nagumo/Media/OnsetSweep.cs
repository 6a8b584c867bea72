namespace Nagumo.Media;

/// <summary>One distance from an onset, measured above it (where the new state lives) and below it (where it decays).</summary>
/// <remarks>All rates are measured on runs of the nonlinear system.</remarks>
/// <param name="Distance">From the onset, in units of <see cref="OnsetSweep.Unit"/>.</param>
/// <param name="Amplitude">Order parameter above the onset.</param>
/// <param name="AmplitudeTheory">Of the weakly nonlinear theory, a square root.</param>
/// <param name="Growth">Rate at which a small disturbance of rest grows, above.</param>
/// <param name="GrowthTheory">Largest real part of the linearisation.</param>
/// <param name="Decay">Rate at which a small disturbance of rest grows, below: negative.</param>
/// <param name="DecayTheory">Largest real part of the linearisation.</param>
/// <param name="Return">Rate at which a small disturbance of the new state grows: negative.</param>
/// <param name="ReturnTheory">−2 × growth: twice as fast as rest is left.</param>
/// <param name="Period">Period of a cycle; null for a pattern.</param>
public sealed record OnsetPoint(
    double Distance,
    double Amplitude,
    double AmplitudeTheory,
    double Growth,
    double GrowthTheory,
    double Decay,
    double DecayTheory,
    double Return,
    double ReturnTheory,
    double? Period = null
);

/// <summary>A parameter scan across a transition: order parameter, exponent, critical slowing down, and the onset by extrapolation.</summary>
/// <param name="Parameter">The scanned parameter.</param>
/// <param name="Unit">What a distance is measured in.</param>
/// <param name="Onset">Where theory has the onset.</param>
/// <param name="Scale">Distance × scale + onset is the parameter.</param>
/// <param name="Points">By increasing distance.</param>
/// <param name="CriticalSlope">d(A⁻²)/dt at the onset itself, measured: amplitudes decay like 1/√t there.</param>
/// <param name="CriticalSlopeTheory">Twice the cubic coefficient.</param>
public sealed record OnsetSweep(
    string Parameter,
    string Unit,
    double Onset,
    double Scale,
    IReadOnlyList<OnsetPoint> Points,
    double CriticalSlope,
    double CriticalSlopeTheory
)
{
    /// <summary>The square root holds near the onset only: points up to this share of the largest distance give the exponent.</summary>
    public const double Near = 0.505;

    /// <summary>d log A / d log distance by least squares over the points near the onset (over all when fewer than three are).</summary>
    public double Exponent
    {
        get
        {
            var near = Points.Where(p => p.Distance <= Near * Points[^1].Distance).ToArray();
            var used = near.Length >= 3 ? near : [.. Points];
            double[] x = [.. used.Select(p => Math.Log(p.Distance))],
                y = [.. used.Select(p => Math.Log(p.Amplitude))];
            double mx = x.Average(),
                my = y.Average();
            return x.Zip(y, (a, b) => (a - mx) * (b - my)).Sum() / x.Sum(a => (a - mx) * (a - mx));
        }
    }

    /// <summary>The parameter at which A² → 0, by the parabola of distance against A² through the three farthest points.</summary>
    public double OnsetByAmplitude => Onset + Scale * Zero(p => p.Amplitude * p.Amplitude);

    /// <summary>The parameter at which the growth rate → 0, by the parabola through the three farthest points.</summary>
    public double OnsetByGrowth => Onset + Scale * Zero(p => p.Growth);

    /// <summary>The distance where a quantity vanishes: the parabola of distance against it, at 0. [Lagrange]</summary>
    private double Zero(Func<OnsetPoint, double> quantity)
    {
        var used = Points.TakeLast(3).ToArray();
        double sum = 0;
        for (int i = 0; i < used.Length; i++)
        {
            double weight = 1;
            for (int j = 0; j < used.Length; j++)
                if (j != i)
                    weight *= -quantity(used[j]) / (quantity(used[i]) - quantity(used[j]));
            sum += weight * used[i].Distance;
        }
        return sum;
    }

    internal static double[] Checked(IReadOnlyList<double> distances) =>
        distances.Count >= 3 && distances.All(d => d > 0 && double.IsFinite(d)) && distances.Distinct().Count() == distances.Count
            ? [.. distances.Order()]
            : throw new ArgumentException($"distances = {string.Join(", ", distances)}: give at least three different numbers > 0.");
}
