using Nagumo.Symbolics;
using static Nagumo.Symbolics.Functions;

namespace Nagumo.Tests.Symbolics;

/// <summary>Random expressions in x, y and z for the property tests.</summary>
internal static class RandomExpr
{
    public static readonly Symbol X = new("x"),
        Y = new("y"),
        Z = new("z");

    public static readonly IReadOnlyList<Symbol> Symbols = [X, Y, Z];

    /// <summary>Numbers as formulas have them: integers, simple fractions, decimals.</summary>
    public static readonly Gen<double> Number = Gen.OneOf(
        Gen.Int[-5, 5].Select(n => (double)n),
        Gen.Select(Gen.Int[-9, 9], Gen.Int[1, 12], (p, q) => p / (double)q),
        Gen.Double[-3, 3]
    );

    private static readonly Gen<Expr> Leaf = Gen.OneOf(Gen.Int[0, 2].Select(i => (Expr)Symbols[i]), Number.Select(n => (Expr)n));

    /// <summary>Smooth expressions, any size up to the depth; divisions have denominators above 1.</summary>
    public static Gen<Expr> Smooth(int depth) => depth == 0 ? Leaf : Gen.OneOf(Leaf, Inner(Smooth(depth - 1)));

    /// <summary>Also kinks and arbitrary denominators.</summary>
    public static Gen<Expr> Any(int depth)
    {
        if (depth == 0)
            return Leaf;
        var e = Any(depth - 1);
        return Gen.OneOf(
            Leaf,
            Inner(e),
            Gen.Select(e, e, Min),
            Gen.Select(e, e, Max),
            Gen.Select(e, e, e, Select),
            e.Select(Abs),
            e.Select(Sign),
            Gen.Select(e, e, (a, b) => Try(() => a / b) ?? a),
            Gen.Select(e, Gen.Int[-3, 5], (a, n) => Try(() => Pow(a, n)) ?? a)
        );
    }

    // A denominator may be 0 and a power of a number overflow.
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

    private static Gen<Expr> Inner(Gen<Expr> e) =>
        Gen.OneOf(
            Gen.Select(e, e, (a, b) => Try(() => a + b) ?? a),
            Gen.Select(e, e, (a, b) => Try(() => a - b) ?? a),
            Gen.Select(e, e, (a, b) => Try(() => a * b) ?? a),
            Gen.Select(e, e, (a, b) => Try(() => a / (1 + Pow(b, 2))) ?? a),
            Gen.Select(e, Gen.Int[2, 5], (a, n) => Try(() => Pow(a, n)) ?? a),
            e.Select(a => -a),
            e.Select(Sin),
            e.Select(Cos),
            e.Select(Tanh),
            e.Select(Sigmoid),
            e.Select(Softplus),
            e.Select(LogCosh),
            e.Select(a => Try(() => Exp(-Pow(a, 2))) ?? a),
            e.Select(a => Try(() => Log(1 + Pow(a, 2))) ?? a),
            e.Select(a => Try(() => Sqrt(1 + Pow(a, 2))) ?? a)
        );
}
