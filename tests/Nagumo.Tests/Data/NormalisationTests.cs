using CsCheck;
using Nagumo.Data;

namespace Nagumo.Tests.Data;

/// <summary>Maps fitted to training samples.</summary>
public sealed class NormalisationTests
{
    private static Normalisation Fit(string method, bool perColumn, double[] values, int size) =>
        Normalisation.Fit(
            method,
            perColumn,
            [.. Enumerable.Range(0, values.Length / size)],
            size,
            (sample, row) => values.AsSpan(sample * size, size).CopyTo(row),
            null
        );

    /// <summary>Mean 0 and variance 1, or from −1 to 1, whatever the units and the origin; and back again.</summary>
    [Fact]
    public void UnitsAndOriginDoNotMatter() =>
        Gen.Select(Gen.Double[-1, 1].Array[12], Gen.Double[-6, 6], Gen.Double[-1, 1], Gen.Bool)
            .Where(t => t.Item1.Max() - t.Item1.Min() > 0.1)
            .ForAll(
                (values, exponent, shift, standard) =>
                {
                    double unit = Math.Pow(10, exponent),
                        origin = 1e6 * unit * shift;
                    double[] scaled = Array.ConvertAll(values, v => unit * v + origin);
                    var map = Fit(standard ? "standard" : "range", perColumn: false, scaled, 3);
                    double[] row = [.. scaled];
                    map.Apply(row);
                    // What one rounding of the largest value is, in units of the spread: a mean or an end is that exact, and no more.
                    double rounding = Math.BitIncrement(scaled.Max(Math.Abs)) - scaled.Max(Math.Abs),
                        tolerance = 2 * rounding / map.Scale[0] + 1e-14;
                    if (standard)
                    {
                        Assert.Equal(0, row.Average(), tolerance);
                        Assert.Equal(1, row.Average(v => v * v), 2 * tolerance);
                    }
                    else
                    {
                        Assert.Equal(-1, row.Min(), tolerance);
                        Assert.Equal(1, row.Max(), tolerance);
                    }
                    map.Undo(row);
                    for (int i = 0; i < row.Length; i++)
                        Assert.Equal(scaled[i], row[i], 1e-9 * (Math.Abs(origin) + unit));
                }
            );

    /// <summary>A constant column becomes 0, and nothing is divided by its spread, also where rounding would leave one.</summary>
    [Theory]
    [InlineData(3.2)]
    [InlineData(0.1)]
    [InlineData(0)]
    [InlineData(-1e300)]
    [InlineData(5e-324)]
    public void ConstantColumns(double value)
    {
        foreach (string method in new[] { "standard", "range" })
        {
            var map = Fit(method, perColumn: true, [value, 1, value, 2, value, 4], 2);
            Assert.Equal([0], map.Constant);
            double[] row = [value, 1];
            map.Apply(row);
            Assert.Equal(0, row[0]);
            Assert.True(double.IsFinite(row[1]) && row[1] != 0);
        }
    }

    [Fact]
    public void NoneLeavesEverything() => Assert.Equal((0.0, 1.0), Fit("none", true, [1, 2, 3, 4], 2)[1]);

    [Fact]
    public void RangesOfTheLargestNumbers()
    {
        var map = Fit("range", true, [-1.7e308, 1.7e308], 1);
        double[] row = [1.7e308];
        map.Apply(row);
        Assert.Equal(1, row[0], 1e-12);
    }
}
