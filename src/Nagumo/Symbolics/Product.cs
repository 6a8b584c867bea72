namespace Nagumo.Symbolics;

/// <summary>coefficient · Π base^exponent with non-zero integer exponents, sorted by base.</summary>
/// <remarks>
/// No base is a number or a product. A single base has an exponent or a coefficient other than 1; −1 times a sum is a sum.
/// The product rule makes n terms of n factors of a product, the next derivative n² of them: so a product that would become wider than
/// <see cref="MaxWidth"/> keeps its parts as <see cref="Function.Group"/>s, whose derivatives are shared.
/// </remarks>
internal sealed class Product : Expr
{
    /// <summary>No usual formula has a product of so many factors, so none is changed.</summary>
    private const int MaxWidth = 12;

    /// <summary>What has fewer factors is no part worth keeping.</summary>
    private const int MinGroup = 4;

    private Product(double coefficient, (Expr Base, int Exponent)[] factors)
        : base(Hash(coefficient, factors))
    {
        Coefficient = coefficient;
        Factors = factors;
    }

    public double Coefficient { get; }

    public IReadOnlyList<(Expr Base, int Exponent)> Factors { get; }

    /// <summary>This product with the coefficient 1.</summary>
    public Expr Monic => Coefficient == 1 ? this : Of(1, [.. Factors]);

    // The writer puts the denominators last, and Symbols promises the order of the text.
    internal override IEnumerable<Expr> Children => Factors.OrderBy(f => f.Exponent < 0).Select(f => f.Base);

    public static Expr Of(double coefficient, ReadOnlySpan<(Expr Base, int Exponent)> members)
    {
        var collected = new Dictionary<Expr, int>();
        var width = 0;
        foreach (var (b, _) in members)
            width += b is Product part ? part.Factors.Count : 1;
        var wide = members.Length > 1 && width > MaxWidth;
        foreach (var (b, exponent) in members)
        {
            switch (b)
            {
                case Constant { Value: 0 } when exponent < 0:
                    throw new DivideByZeroException("An expression is divided by the number 0; check the parameters in its denominator.");
                case Constant c:
                    coefficient *= Power(c.Value, exponent);
                    break;
                case Product p when wide && p.Factors.Count >= MinGroup:
                    coefficient *= Power(p.Coefficient, exponent);
                    Accumulate(Call.Of(Function.Group, p.Monic), exponent);
                    break;
                case Product p:
                    coefficient *= Power(p.Coefficient, exponent);
                    foreach (var (inner, n) in p.Factors)
                        Accumulate(inner, checked(n * exponent));
                    break;
                default:
                    Accumulate(b, exponent);
                    break;
            }
        }
        var factors = collected.Where(f => f.Value != 0).Select(f => (f.Key, f.Value)).ToArray();
        if (coefficient == 0 || factors.Length == 0)
            return coefficient;
        if (!double.IsFinite(coefficient))
            throw new ArgumentOutOfRangeException(nameof(coefficient), coefficient, "The numbers in a product overflow.");
        if (factors is [(var only, 1)])
        {
            if (only is Call { Function: var f } group && f == Function.Group)
                return Of(coefficient, [(group.Arguments[0], 1)]);
            if (coefficient == 1)
                return only;
            if (coefficient == -1 && only is Sum sum)
                return Sum.Of([(-1, sum)]);
        }
        Array.Sort(factors, (a, b) => ExprOrder.Compare(a.Key, b.Key));
        return new Product(coefficient, factors);

        void Accumulate(Expr b, int exponent)
        {
            collected.TryGetValue(b, out var sum);
            collected[b] = checked(sum + exponent);
        }
    }

    internal static double Power(double value, int exponent) => exponent < 0 ? 1 / Power(value, -exponent) : Math.Pow(value, exponent);

    private protected override Expr DeriveNode(Symbol x, Dictionary<Expr, Expr> memo)
    {
        var terms = new List<(double, Expr)>();
        for (var i = 0; i < Factors.Count; i++)
        {
            var (b, exponent) = Factors[i];
            var derivative = b.Derive(x, memo);
            if (derivative is Constant { Value: 0 })
                continue;
            var factors = Factors.ToArray();
            factors[i] = (b, exponent - 1);
            terms.Add((1, Of(Coefficient * exponent, [.. factors, (derivative, 1)])));
        }
        return Sum.Of([.. terms]);
    }

    private protected override Expr Rebuild(Func<Symbol, Expr?> map, Dictionary<Expr, Expr> memo) =>
        Of(Coefficient, [.. Factors.Select(f => (f.Base.Substitute(map, memo), f.Exponent))]);

    private protected override T EvaluateNode<T>(Func<Symbol, T> values, Dictionary<Expr, T> memo)
    {
        var (numerator, denominator) = (T.CreateChecked(Coefficient), T.One);
        foreach (var (b, exponent) in Factors)
        {
            var value = b.EvaluateWith(values, memo);
            if (exponent > 0)
                numerator *= Power(value, exponent);
            else
                denominator *= Power(value, -exponent);
        }
        return numerator / denominator;
    }

    private static T Power<T>(T value, int exponent)
        where T : System.Numerics.INumberBase<T>
    {
        var result = T.One;
        for (; exponent > 0; exponent >>= 1, value *= value)
        {
            if ((exponent & 1) == 1)
                result *= value;
        }
        return result;
    }

    private static int Hash(double coefficient, (Expr Base, int Exponent)[] factors)
    {
        var hash = new HashCode();
        hash.Add(4);
        hash.Add(coefficient);
        foreach (var (b, exponent) in factors)
        {
            hash.Add(b.GetHashCode());
            hash.Add(exponent);
        }
        return hash.ToHashCode();
    }
}
