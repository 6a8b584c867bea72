using Nagumo.Symbolics;

namespace Nagumo.Tests.Symbolics;

/// <summary>Deeply nested functions and wide products: derivatives share their parts, so that they grow with the formula and not with its cube.</summary>
public sealed class WideFormulaTests
{
    private static readonly Symbol u = new("u");

    private static Expr Nested(int n)
    {
        Expr e = u;
        for (int i = 0; i < n; i++)
            e = Functions.Tanh(e);
        return e;
    }

    private static Expr Factor(int i) => 2 + Functions.Tanh(0.01 * i * u);

    private static Expr Quotient(int n)
    {
        Expr e = 1;
        for (int i = 1; i <= n; i++)
            e = i % 2 == 1 ? e * Factor(i) : e / Factor(i);
        return e;
    }

    private static int Size(params Expr[] all)
    {
        var seen = new HashSet<Expr>();
        var open = new Stack<Expr>(all);
        int members = 0;
        while (open.TryPop(out var next))
            if (seen.Add(next))
                foreach (var child in next.Children)
                {
                    members++;
                    open.Push(child);
                }
        return members;
    }

    [Fact]
    public void Derivatives_of_nested_functions_are_those_of_the_chain_rule()
    {
        const double at = 0.3;
        // d = Π (1 − tᵢ²) and, by the recursion t'' = −2 t t'₋² … , its slope, in plain numbers.
        double t = at,
            d = 1,
            dd = 0;
        for (int i = 0; i < 60; i++)
        {
            t = Math.Tanh(t);
            double s = 1 - t * t;
            (d, dd) = (s * d, -2 * t * s * d * d + s * dd);
        }
        var first = Nested(60).Derive(u);
        double Value(Expr e) => e.Evaluate((Symbol _) => at);
        Assert.Equal(1, Value(first) / d, 1e-12);
        Assert.Equal(1, Value(first.Derive(u)) / dd, 1e-11);
    }

    [Fact]
    public void The_slope_of_a_wide_quotient_is_that_of_its_logarithm()
    {
        const double at = 0.2;
        double value = 1,
            relative = 0;
        for (int i = 1; i <= 300; i++)
        {
            double c = 0.01 * i,
                f = 2 + Math.Tanh(c * at),
                slope = c * (1 - Math.Pow(Math.Tanh(c * at), 2)) / f;
            (value, relative) = i % 2 == 1 ? (value * f, relative + slope) : (value / f, relative - slope);
        }
        var e = Quotient(300);
        double Value(Expr x) => x.Evaluate((Symbol _) => at);
        Assert.Equal(1, Value(e) / value, 1e-12);
        Assert.Equal(1, Value(e.Derive(u)) / (value * relative), 1e-10);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Derivatives_grow_with_the_formula(bool nested)
    {
        int Of(int n)
        {
            var e = nested ? Nested(n) : Quotient(n);
            var first = e.Derive(u);
            return Size(e, first, first.Derive(u));
        }
        // Four times the formula: 16 or 64 times as much where nothing is shared.
        Assert.InRange(Of(160) / (double)Of(40), 1, 6);
    }

    [Fact]
    public void A_wide_product_is_still_a_polynomial()
    {
        Expr e = 1;
        for (int i = 1; i <= 14; i++)
            e *= u + i;
        Assert.True(e.TryPolynomial(u, out var coefficients));
        Assert.Equal(15, coefficients.Count);
        // 14! and 1 + 2 + … + 14.
        Assert.Equal((Expr)87178291200, coefficients[0]);
        Assert.Equal((Expr)105, coefficients[13]);
    }

    [Fact]
    public void A_wide_product_reads_back_to_itself()
    {
        var e = 3 * Quotient(40) - u;
        string text = e.ToString();
        Assert.DoesNotContain("group", text);
        Assert.Equal(e, Expr.Parse(text, name => name == "u" ? u : null));
    }
}
