using Nagumo.Symbolics;
using static Nagumo.Symbolics.Functions;
using static Nagumo.Tests.Symbolics.RandomExpr;

namespace Nagumo.Tests.Symbolics;

public sealed class FiniteDifferenceTests
{
    private static readonly Symbol[] Steps = [new("dx"), new("dy"), new("dz")];

    private static readonly Gen<double[]> Point = Gen.Double[-1.5, 1.5].Array[3];

    /// <summary>Law: Δe is e(x + δ) − e(x), for steps of any size and kinks of any kind.</summary>
    [Fact]
    public void It_is_the_difference_of_two_values() =>
        Gen.Select(Any(3), Point, Point)
            .ForAll(
                (e, at, step) =>
                {
                    // A random nest may hold a constant like 1e117, whose cube is no number: such a formula is refused.
                    if (Representable(() => Change(e)) is not { } difference)
                        return;
                    double before = e.Evaluate(Values(at, step)),
                        after = e.Evaluate(Values([.. at.Zip(step, (a, d) => a + d)], step)),
                        change = difference.Evaluate(Values(at, step));
                    // Random nests of powers and quotients reach any size; beyond a million nothing is left to compare.
                    if (Math.Abs(before) < 1e6 && Math.Abs(after) < 1e6 && Largest(e, at, step) < 1e6)
                        Assert.Equal(after - before, change, 1e-9 * (1 + Largest(e, at, step)));
                },
                iter: 2000
            );

    /// <summary>Known answer: polynomials in decimal arithmetic, steps far below the point.</summary>
    [Fact]
    public void Of_a_polynomial_it_keeps_its_relative_precision() =>
        Gen.Select(Gen.Int[-9, 9].Array[6], Gen.Int[-2000, 2000], Gen.Int[1, 999])
            .ForAll(
                (coefficients, position, tiny) =>
                {
                    var e = coefficients.Select((c, n) => c * Pow(X, n) * Pow(Y, n % 3)).Aggregate((a, b) => a + b);
                    decimal x = position / 1000m,
                        y = 1.25m,
                        dx = tiny * 1e-12m,
                        dy = -tiny * 3e-12m;
                    decimal Exact(decimal a, decimal b) => e.EvaluateWith(s => s == X ? a : b, []);
                    double slope = coefficients.Select((c, n) => Math.Abs(c * n) * Math.Pow(2, n - 1) * 4).Sum();
                    double change = Change(e)
                        .Evaluate(
                            (Symbol s) =>
                                (double)(
                                    s == X ? x
                                    : s == Y ? y
                                    : s == Steps[0] ? dx
                                    : s == Steps[1] ? dy
                                    : 0
                                )
                        );
                    Assert.Equal((double)(Exact(x + dx, y + dy) - Exact(x, y)), change, 1e-14 * slope * (double)-dy);
                },
                iter: 500
            );

    /// <summary>The limit: Δe / δ tends to the derivative even for steps that x + δ loses entirely.</summary>
    [Fact]
    public void Of_smooth_functions_it_tends_to_the_derivative()
    {
        Expr[] known =
        [
            Tanh(X),
            Sin(X),
            Cos(X * Y),
            Sigmoid(X),
            Exp(X),
            Sqrt(2 + X),
            1 / (3 + X),
            Pow(2 + X, -3),
            X * Tanh(Y * X) / (1 + Exp(-X)),
            Abs(X),
            Max(X, Y),
            Min(2 * X, Y * X),
            Select(Y, X * Y, -X),
        ];
        foreach (var e in known)
        foreach (double x in new[] { -1.4, -0.3, 1e-3, 0.9, 1.9 })
        {
            double step = 1e-19,
                derivative = e.Derive(X).Evaluate(Values([x, 0.5, 0], [0, 0, 0])),
                change = FiniteDifference.Of(e, s => s == X ? Steps[0] : null).Evaluate(Values([x, 0.5, 0], [step, 0, 0]));
            Assert.Equal(derivative, change / step, 1e-14 * Math.Max(1, Math.Abs(derivative)));
        }
    }

    /// <summary>Closed forms: tanh a − tanh b = sinh(a − b)/(cosh a cosh b), the same for σ at half the arguments, and e^a − e^b.</summary>
    [Theory]
    [InlineData(0.3)]
    [InlineData(3)]
    [InlineData(-8)]
    public void Of_elementary_functions_it_has_the_closed_form(double x)
    {
        foreach (double step in new[] { 1e-12, -1e-3, 0.5 })
        {
            double sinh = Math.Sinh(step),
                half = Math.Sinh(step / 2);
            Near(sinh / (Math.Cosh(x) * Math.Cosh(x + step)), Tanh(X), 1);
            Near(half / (2 * Math.Cosh(x / 2) * Math.Cosh((x + step) / 2)), Sigmoid(X), 1);
            Near(2 * Math.Cos(x + step / 2) * Math.Sin(step / 2), Sin(X), 1);
            Near(-2 * Math.Sin(x + step / 2) * Math.Sin(step / 2), Cos(X), 1);
            Near(Math.Exp(x) * 2 * Math.Exp(step / 2) * half, Exp(X), Math.Exp(x + Math.Abs(step)));

            // A few roundings of step × largest slope.
            void Near(double expected, Expr e, double slope) =>
                Assert.Equal(expected, Change(e).Evaluate(Values([x, 0, 0], [step, 0, 0])), 1e-15 * slope * Math.Abs(step));
        }
    }

    [Fact]
    public void Of_what_does_not_move_it_is_zero()
    {
        Assert.Equal(0, FiniteDifference.Of(Y * Tanh(Y) + 3, s => s == X ? Steps[0] : null));
        Assert.Equal(Y * Steps[0], FiniteDifference.Of(Y * X + Exp(Y), s => s == X ? Steps[0] : null));
    }

    private static Expr? Representable(Func<Expr> build)
    {
        try
        {
            return build();
        }
        catch (ArgumentOutOfRangeException e) when (e.Message.Contains("overflow"))
        {
            return null;
        }
    }

    private static Expr Change(Expr e) =>
        FiniteDifference.Of(
            e,
            s =>
                s == X ? Steps[0]
                : s == Y ? Steps[1]
                : s == Z ? Steps[2]
                : null
        );

    private static Func<Symbol, double> Values(double[] at, double[] step) =>
        s =>
            s == X ? at[0]
            : s == Y ? at[1]
            : s == Z ? at[2]
            : step[Array.IndexOf(Steps, s)];

    /// <summary>The largest intermediate value at both points: what rounding is relative to.</summary>
    private static double Largest(Expr e, double[] at, double[] step)
    {
        double largest = 0;
        double[] moved = [.. at.Zip(step, (a, d) => a + d)];
        Visit(e);
        return double.IsNaN(largest) ? double.PositiveInfinity : largest;

        void Visit(Expr part)
        {
            foreach (double[] point in (double[][])[at, moved])
            {
                double value = Math.Abs(part.Evaluate(Values(point, step)));
                // A denominator near 0 amplifies like a large value.
                largest = double.IsFinite(value) ? Math.Max(largest, Math.Max(value, value == 0 ? 0 : 1 / value)) : double.NaN;
            }
            foreach (var child in part.Children)
                Visit(child);
        }
    }
}
