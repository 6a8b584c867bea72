using Nagumo.Symbolics;

namespace Nagumo.Tests.Symbolics;

/// <summary>Polynomials with exact coefficients, and quotients of them.</summary>
public class ExactPolynomialTests
{
    private static ExactPolynomial From(params double[] roots) =>
        roots.Aggregate(ExactPolynomial.One, (p, r) => p * ExactPolynomial.From(-r));

    [Fact]
    public void Roots_are_those_of_the_factors_whatever_their_magnitude()
    {
        double[] roots = [-3e40, -7, -1e-30, 2, 2.00000000000001, 1e15];
        Assert.Equal(roots, From(roots).Roots(-1e60, 1e60).Select(r => r.At));
    }

    [Fact]
    public void Roots_of_random_polynomials_are_found_at_any_distance()
    {
        var random = new Random(1);
        for (int i = 0; i < 200; i++)
        {
            double[] roots =
            [
                .. Enumerable
                    .Range(0, 1 + i % 9)
                    .Select(_ => Math.Pow(10, 12 * random.NextDouble() - 6) * (random.Next(2) * 2 - 1))
                    .Order(),
            ];
            // A positive factor adds no root.
            var positive = From(roots[0]) * From(roots[0]) + ExactPolynomial.One;
            Assert.Equal(roots, (From(roots) * positive).Roots(-1e60, 1e60).Select(r => r.At));
        }
    }

    [Fact]
    public void A_root_of_even_order_touches_also_where_its_coefficients_are_rounded()
    {
        // (x − 0.1)², its numbers rounded: no more than rounding tells whether there are two roots, or none.
        var p = From(0) * From(0) + ExactPolynomial.Of(-0.2) * From(0) + ExactPolynomial.Of(0.1 * 0.1);
        var root = Assert.Single(p.Roots(-1e60, 1e60));
        Assert.Equal(Passage.Touches, root.Passage);
        Assert.Equal(0.1, root.At, 1e-15);
        Assert.Equal(Passage.Crosses, Assert.Single((p * From(0.1)).Roots(-1e60, 1e60)).Passage);
        Assert.Empty((p + ExactPolynomial.Of(1e-12)).Roots(-1e60, 1e60));
        Assert.Equal(2, (p + ExactPolynomial.Of(-1e-12)).Roots(-1e60, 1e60).Count);
    }

    [Fact]
    public void A_highest_power_that_rounding_has_left_is_none()
    {
        var difference = ExactPolynomial.Of(0.3) + -(ExactPolynomial.Of(0.1) + ExactPolynomial.Of(0.2));
        var p = difference * From(0) * From(0) + From(5);
        Assert.Equal(1, p.Degree);
    }

    [Fact]
    public void What_vanishes_above_and_below_is_no_root()
    {
        var x = RationalFunction.Of(From(3));
        var quotient = x * x * RationalFunction.Of(From(5)) * x.Inverse * x.Inverse * x.Inverse;
        Assert.Equal(5, Assert.Single(quotient.Roots(-1e60, 1e60)).At);
        // (x − 5)/(x − 3) at 4.
        Assert.Equal(-1, quotient.At(Dyadic.Of(4)));
        // Its derivative, 2/(x − 3)².
        Assert.Equal(2, quotient.Derivative.At(Dyadic.Of(4)));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(0.1)]
    [InlineData(-1e300)]
    [InlineData(5e-324)]
    public void A_double_is_exact(double x) => Assert.Equal(x, Dyadic.Of(x).Value);
}
