namespace Nagumo.Symbolics;

/// <summary>Splits a function of u into its value at 0 and the rest, so that near 0 the rest does not cancel.</summary>
internal static class Expansion
{
    private const int MaxTerms = 64;

    /// <summary>f(u) = at0 + rest(u) with rest(0) = 0: products are expanded, so that terms free of u drop out of the rest exactly.</summary>
    public static (Expr AtZero, Expr Free) Split(Expr f, Symbol u)
    {
        var expanded = Of(f, u);
        var atZero = expanded.Substitute(s => s.Equals(u) ? Expr.Zero : null);
        return (atZero, expanded - atZero);
    }

    /// <summary>f with its products expanded; in powers of u where it is a polynomial.</summary>
    public static Expr Of(Expr f, Symbol u) =>
        f.TryPolynomial(u, out var coefficients)
            ? coefficients.Select((c, n) => c * Functions.Pow(u, n)).Aggregate(Expr.Zero, (a, b) => a + b)
            : Expand(f);

    private static Expr Expand(Expr e)
    {
        switch (e)
        {
            case Sum sum:
                return Sum.Of([(1, sum.Constant), .. sum.Terms.Select(t => (1.0, t.Coefficient * Expand(t.Factor)))]);
            case Product product:
                List<Expr> terms = [product.Coefficient];
                foreach (var (b, exponent) in product.Factors)
                {
                    var factor = exponent == 1 ? Expand(b) : Functions.Pow(b, exponent);
                    IReadOnlyList<Expr> parts = factor is Sum s ? [.. s.Terms.Select(t => t.Coefficient * t.Factor), s.Constant] : [factor];
                    if (parts.Count * terms.Count > MaxTerms)
                        return e;
                    terms = [.. terms.SelectMany(t => parts.Select(p => t * p))];
                }
                return terms.Aggregate(Expr.Zero, (a, b) => a + b);
            default:
                return e;
        }
    }
}
