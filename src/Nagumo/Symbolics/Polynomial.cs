namespace Nagumo.Symbolics;

/// <summary>Expressions as polynomials in one symbol: coefficient lists, lowest power first, without trailing zeros.</summary>
internal static class Polynomial
{
    // A high power of a sum would expand without bound; nothing physical comes near this degree.
    private const int MaxDegree = 64;

    /// <summary>The coefficients of e in powers of x, or null when e is not a polynomial in x.</summary>
    public static List<Expr>? Of(Expr e, Symbol x)
    {
        if (!e.Contains(x))
            return Trim([e]);
        switch (e)
        {
            case Symbol:
                return [Expr.Zero, Expr.One];
            case Sum sum:
                List<Expr> total = [sum.Constant];
                foreach (var (coefficient, factor) in sum.Terms)
                {
                    if (Of(factor, x) is not { } term)
                        return null;
                    for (var i = 0; i < term.Count; i++)
                    {
                        if (i == total.Count)
                            total.Add(Expr.Zero);
                        total[i] += coefficient * term[i];
                    }
                }
                return Trim(total);
            case Product product:
                List<Expr> result = [product.Coefficient];
                foreach (var (b, exponent) in product.Factors)
                {
                    if (!b.Contains(x))
                    {
                        var factor = Functions.Pow(b, exponent);
                        result = [.. result.Select(c => c * factor)];
                        continue;
                    }
                    if (exponent < 0 || Of(b, x) is not { } inner || (long)(inner.Count - 1) * exponent + result.Count > MaxDegree)
                        return null;
                    for (var i = 0; i < exponent; i++)
                        result = Multiply(result, inner);
                }
                return Trim(result);
            case Call call when call.Function == Function.Group:
                return Of(call.Arguments[0], x);
            default:
                return null;
        }
    }

    private static List<Expr> Multiply(List<Expr> a, List<Expr> b)
    {
        if (a.Count == 0 || b.Count == 0)
            return [];
        var result = Enumerable.Repeat(Expr.Zero, a.Count + b.Count - 1).ToList();
        for (var i = 0; i < a.Count; i++)
        for (var j = 0; j < b.Count; j++)
            result[i + j] += a[i] * b[j];
        return result;
    }

    private static List<Expr> Trim(List<Expr> coefficients)
    {
        while (coefficients.Count > 0 && coefficients[^1] is Constant { Value: 0 })
            coefficients.RemoveAt(coefficients.Count - 1);
        return coefficients;
    }
}
