namespace Nagumo.Symbolics;

/// <summary>The structural order: monomials by their bases, then exponents, then coefficient; other kinds by kind, then content.</summary>
internal static class ExprOrder
{
    public static int Compare(Expr a, Expr b)
    {
        if (ReferenceEquals(a, b))
            return 0;
        if (a is not Product && b is not Product)
            return CompareBases(a, b);
        var (p, q) = (Factors(a), Factors(b));
        for (var i = 0; i < Math.Min(p.Count, q.Count); i++)
        {
            var order = CompareBases(p[i].Base, q[i].Base);
            if (order == 0)
                order = p[i].Exponent.CompareTo(q[i].Exponent);
            if (order != 0)
                return order;
        }
        return p.Count != q.Count ? p.Count.CompareTo(q.Count) : Coefficient(a).CompareTo(Coefficient(b));
    }

    private static IReadOnlyList<(Expr Base, int Exponent)> Factors(Expr e) => e is Product p ? p.Factors : [(e, 1)];

    private static double Coefficient(Expr e) => e is Product p ? p.Coefficient : 1;

    private static int CompareBases(Expr a, Expr b) =>
        (a, b) switch
        {
            (Constant p, Constant q) => p.Value.CompareTo(q.Value),
            (Symbol p, Symbol q) => string.CompareOrdinal(p.Name, q.Name),
            (Call p, Call q) => p.Function == q.Function
                ? CompareLists(p.Arguments, q.Arguments)
                : string.CompareOrdinal(p.Function.Name, q.Function.Name),
            (Sum p, Sum q) => CompareSums(p, q),
            _ => Rank(a).CompareTo(Rank(b)),
        };

    private static int Rank(Expr e) =>
        e switch
        {
            Symbol => 0,
            Call => 1,
            Sum => 2,
            _ => 3,
        };

    private static int CompareLists(IReadOnlyList<Expr> a, IReadOnlyList<Expr> b)
    {
        for (var i = 0; i < Math.Min(a.Count, b.Count); i++)
        {
            var order = Compare(a[i], b[i]);
            if (order != 0)
                return order;
        }
        return a.Count.CompareTo(b.Count);
    }

    private static int CompareSums(Sum a, Sum b)
    {
        for (var i = 0; i < Math.Min(a.Terms.Count, b.Terms.Count); i++)
        {
            var order = Compare(a.Terms[i].Factor, b.Terms[i].Factor);
            if (order == 0)
                order = a.Terms[i].Coefficient.CompareTo(b.Terms[i].Coefficient);
            if (order != 0)
                return order;
        }
        return a.Terms.Count != b.Terms.Count ? a.Terms.Count.CompareTo(b.Terms.Count) : a.Constant.CompareTo(b.Constant);
    }
}
