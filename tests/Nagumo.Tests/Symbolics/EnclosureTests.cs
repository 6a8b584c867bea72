using Nagumo.Symbolics;
using static Nagumo.Symbolics.Functions;

namespace Nagumo.Tests.Symbolics;

/// <summary>Interval arithmetic encloses, and root isolation misses nothing.</summary>
public sealed class EnclosureTests
{
    /// <summary>Defined everywhere: what 0/0 hides in a condition has no value to enclose.</summary>
    private static readonly Gen<Expr> Defined = Gen.Select(
        Gen.Select(RandomExpr.Smooth(3), RandomExpr.Smooth(3), RandomExpr.Smooth(2)),
        Gen.Int[0, 6],
        (e, kind) =>
            kind switch
            {
                0 => Abs(e.Item1),
                1 => Min(e.Item1, e.Item2),
                2 => Max(e.Item1, e.Item2),
                3 => Select(e.Item3, e.Item1, e.Item2),
                4 => Sign(e.Item1) + e.Item2,
                5 => Pow(e.Item1, 3),
                _ => e.Item1 / (1 + Pow(e.Item2, 2)),
            }
    );

    [Fact]
    public void Every_value_lies_in_the_enclosure() =>
        Gen.Select(Defined, Gen.Double[-3, 3], Gen.Double[0, 2], Gen.Double[0, 1])
            .ForAll(
                (e, low, width, share) =>
                {
                    // One symbol: the others become numbers.
                    var f = Try(() => e.Substitute(s => s == RandomExpr.X ? null : (Expr)(s == RandomExpr.Y ? 0.7 : -1.3)));
                    if (f is null)
                        return;
                    double value = f.Evaluate((Symbol _) => low + share * width);
                    var box = new Enclosing(f).On(new Enclosure(low, low + width));
                    Assert.True(double.IsNaN(value) || box.Contains(value), $"{f} at {low + share * width}: {value} not in {box}");
                },
                iter: 5000
            );

    /// <summary>Known answer: narrow where a sine is monotone, up to its crest or down to its trough where it holds one, wherever it is.</summary>
    [Theory]
    [InlineData("sin", 0, 1, 0, 0.8414709848078965)]
    [InlineData("sin", 1, 2, 0.8414709848078965, 1)]
    [InlineData("sin", -2, -1, -1, -0.8414709848078965)]
    [InlineData("sin", 3, 9.5, -1, 1)]
    [InlineData("cos", -0.5, 0.1, 0.8775825618903728, 1)]
    [InlineData("cos", 3, 3.5, -1, -0.9364566872907963)]
    [InlineData("cos", 1000000, 1000000.25, 0.9367521275331447, 0.99422055058127246)]
    [InlineData("cos", 1000000, 1000000.5, 0.9367521275331447, 1)]
    [InlineData("sin", 1, double.PositiveInfinity, -1, 1)]
    public void A_sine_is_enclosed_by_its_ends_crests_and_troughs(string name, double low, double high, double least, double most)
    {
        var box = new Enclosing(Expr.Parse($"{name}(x)", _ => RandomExpr.X)).On(new Enclosure(low, high));
        Assert.Equal(
            (least, most),
            (box.Low, box.High),
            (a, b) => Math.Abs(a.Item1 - b.Item1) < 1e-9 && Math.Abs(a.Item2 - b.Item2) < 1e-9
        );
    }

    // Polynomials with known roots, simple or double, apart or near.
    [Fact]
    public void All_roots_of_a_polynomial() =>
        Gen.Select(Gen.Double[-9, 9].Array[1, 5], Gen.Double[0.1, 3])
            .ForAll(
                (roots, scale) =>
                {
                    Array.Sort(roots);
                    for (int i = 1; i < roots.Length; i++)
                        if (roots[i] - roots[i - 1] < 1e-3)
                            return;
                    Expr f = roots.Aggregate((Expr)scale, (p, r) => p * (RandomExpr.X - r));

                    var found = AllRoots.Of(f, RandomExpr.X, -10, 10).Select(r => r.At);

                    Assert.Equal(roots, found, (a, b) => Math.Abs(a - b) < 1e-12 * Math.Max(1, Math.Abs(a)));
                },
                iter: 300
            );

    [Fact]
    public void Roots_of_functions_that_are_no_polynomials()
    {
        Expr x = RandomExpr.X;
        var f = Expr.Parse("tanh(3*x) - x/2 - 0.1", name => name == "x" ? RandomExpr.X : null);
        double[] roots = [.. AllRoots.Of(f, RandomExpr.X, -1e4, 1e4).Select(r => r.At)];
        Assert.Equal(3, roots.Length);
        Assert.All(roots, r => Assert.Equal(0, f.Evaluate((Symbol _) => r), 1e-14));
        // x = 10 sin x has seven, from the graph: |x| < 10, 2.85, 7.07, 8.42 and 0.
        Assert.Equal(
            [-8.42320393, -7.06817436, -2.85234189, 0, 2.85234189, 7.06817436, 8.42320393],
            AllRoots.Of(Sin(x) - x / 10, RandomExpr.X, -1e3, 1e3).Select(r => r.At),
            (a, b) => Math.Abs(a - b) < 1e-8
        );
        // Even order: touched, not crossed.
        Assert.Single(AllRoots.Of((x - 0.3) * (x - 0.3), RandomExpr.X, -10, 10));
        Assert.Empty(AllRoots.Of(x * x + 1e-9, RandomExpr.X, -10, 10));
        // Of every magnitude alike.
        foreach (double unit in (double[])[1e-30, 1e-5, 1e7, 1e30])
            Assert.Equal(
                [-unit, 0, 2 * unit],
                AllRoots.Of(x * (x + unit) * (x - 2 * unit), RandomExpr.X, -1e60, 1e60).Select(r => r.At),
                (a, b) => Math.Abs(a - b) <= 1e-12 * unit
            );
        Assert.Equal(
            [new Root(0.25, Passage.Jumps)],
            AllRoots.Of(Select(x - 0.25, 2 + x, -1 - x * x), RandomExpr.X, -10, 10),
            (a, b) => a.Passage == b.Passage && Math.Abs(a.At - b.At) < 1e-11
        );
        // A pole is no root.
        Assert.Empty(AllRoots.Of(1 / (x - 0.5), RandomExpr.X, -10, 10));
        Assert.Throws<ArgumentException>(() => AllRoots.Of(x * 0 + 0, RandomExpr.X, -10, 10));
    }

    private static Expr? Try(Func<Expr> build)
    {
        try
        {
            return build();
        }
        catch (Exception e) when (e is DivideByZeroException or ArgumentOutOfRangeException)
        {
            return null;
        }
    }
}
