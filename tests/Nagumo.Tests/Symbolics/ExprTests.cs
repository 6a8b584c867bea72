using System.Numerics;
using Nagumo.Symbolics;
using static Nagumo.Symbolics.Functions;
using static Nagumo.Tests.Symbolics.RandomExpr;

namespace Nagumo.Tests.Symbolics;

public sealed class ExprTests
{
    private static readonly Symbol U = new("u"),
        V = new("v"),
        K = new("k"),
        Gamma = new("gamma");

    private static readonly Expr Potential = -K * (U * U / 2 - Pow(U, 4) / 12) + U * V - Gamma * V * V / 2 + 0.7 * V;

    private static readonly Gen<double[]> Point = Gen.Double[-1.5, 1.5].Array[3];

    [Fact]
    public void Equality_order_and_hash_are_structural()
    {
        Expr again = new Symbol("u") * new Symbol("v") + new Symbol("u");
        var e = U + V * U;
        Assert.Equal(again, e);
        Assert.Equal(again.GetHashCode(), e.GetHashCode());
        Assert.Equal(0, again.CompareTo(e));
        Assert.True(U < V && e != U && (U + 1 - U) == 1);
    }

    [Fact]
    public void The_order_is_total() =>
        Gen.Select(Any(2), Any(2), Any(2))
            .ForAll(
                (a, b, c) =>
                {
                    Assert.Equal(a == b, a.CompareTo(b) == 0);
                    Assert.Equal(Math.Sign(a.CompareTo(b)), -Math.Sign(b.CompareTo(a)));
                    Assert.False(a <= b && b <= c && a > c);
                }
            );

    [Fact]
    public void Sums_and_products_are_canonical() =>
        Gen.Select(Any(2), Any(2))
            .ForAll(
                (a, b) =>
                {
                    Assert.Equal(a + b, b + a);
                    Assert.Equal(a * b, b * a);
                    Assert.Equal(0, a - a);
                }
            );

    // Complex step: no subtraction, so the error is rounding only, amplified by the size of the intermediate values.
    [Fact]
    public void Derivative_agrees_with_the_complex_step() =>
        Gen.Select(Smooth(3), Point)
            .ForAll(
                (e, p) =>
                {
                    const double h = 1e-20;
                    var step = e.Evaluate(s => s.Equals(X) ? new Complex(p[0], h) : At<Complex>(p, s)).Imaginary / h;
                    var derived = e.Derive(X).Evaluate(s => At<double>(p, s));
                    var scale = 1 + Math.Abs(step) + Math.Abs(e.Evaluate(s => At<double>(p, s)));
                    Assert.True(Math.Abs(step - derived) <= 1e-9 * scale, $"{e}: {step} {derived}");
                }
            );

    [Fact]
    public void Sine_and_cosine_derive_into_each_other()
    {
        Assert.Equal(2 * Cos(2 * U), Sin(2 * U).Derive(U));
        Assert.Equal(-V * Sin(U * V), Cos(U * V).Derive(U));
        foreach (double x in new[] { -40.0, -2, 0, 0.3, 1e3 })
        {
            // Central difference, h = cbrt(eps): error h²/6 + eps |x| / h.
            double h = 6e-6,
                numeric = (Math.Sin(x + h) - Math.Sin(x - h)) / (2 * h);
            Assert.Equal(numeric, Sin(U).Derive(U).Evaluate((Symbol _) => x), 1e-10 * Math.Max(1, Math.Abs(x)));
        }
    }

    [Fact]
    public void Substitution_of_numbers_evaluates() =>
        Gen.Select(Smooth(3), Point)
            .ForAll(
                (e, p) =>
                {
                    var expected = e.Evaluate(s => At<double>(p, s));
                    var actual = e.Substitute(s => At<double>(p, s)).Evaluate((Symbol _) => double.NaN);
                    Assert.Equal(expected, actual, 1e-9 * (1 + Math.Abs(expected)));
                }
            );

    [Fact]
    public void FitzHughNagumo_forces_come_out_small()
    {
        Assert.Equal(V - K * (U - Pow(U, 3) / 3), Potential.Derive(U));
        Assert.Equal(U + 0.7 - Gamma * V, Potential.Derive(V));
        Assert.Equal(["gamma", "v", "k", "u"], Potential.Symbols.Select(s => s.Name));
    }

    [Fact]
    public void Affine_split_eliminates_the_inhibitor()
    {
        Assert.True(Potential.Derive(V).TryAffine(V, out var slope, out var offset));
        Assert.Equal(-Gamma, slope);
        Assert.Equal(U + 0.7, offset);
        Assert.True((U * (U + 1) - U * U).TryAffine(U, out slope, out offset));
        Assert.Equal((1, 0), (slope, offset));
        Assert.False(Potential.TryAffine(U, out _, out _));
        Assert.False(Tanh(U).TryAffine(U, out _, out _));
    }

    [Fact]
    public void Division_by_the_number_zero_is_refused() => Assert.Throws<DivideByZeroException>(() => U / 0);

    [Fact]
    public void Numbers_that_are_not_finite_are_refused() => Assert.Throws<ArgumentOutOfRangeException>(() => U * double.NaN);

    [Fact]
    public void Latex_is_readable()
    {
        Assert.Equal(@"\frac{\gamma\,u^{2}}{2} + \tau_{v}", (Gamma * U * U / 2 + new Symbol("tau_v")).ToLatex());
        Assert.Equal(@"\sin\left(u\right)", Sin(U).ToLatex());
        Assert.Equal(@"\ln\cosh\left(u\right)", LogCosh(U).ToLatex());
    }

    private static T At<T>(double[] p, Symbol s)
        where T : INumberBase<T> => T.CreateChecked(p[RandomExpr.Symbols.ToList().IndexOf(s)]);
}
