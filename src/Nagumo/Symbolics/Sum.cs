namespace Nagumo.Symbolics;

/// <summary>constant + Σ coefficient · factor, with at least two members, sorted by factor.</summary>
/// <remarks>No factor is a number or a product with a coefficient; a factor that is a sum has a coefficient other than ±1.</remarks>
internal sealed class Sum : Expr
{
    private Sum(double constant, (double Coefficient, Expr Factor)[] terms)
        : base(Hash(constant, terms))
    {
        Constant = constant;
        Terms = terms;
    }

    public double Constant { get; }

    public IReadOnlyList<(double Coefficient, Expr Factor)> Terms { get; }

    internal override IEnumerable<Expr> Children => Terms.Select(t => t.Factor);

    public static Expr Of(ReadOnlySpan<(double Coefficient, Expr Term)> members)
    {
        var constant = 0.0;
        var collected = new Dictionary<Expr, double>();
        foreach (var (coefficient, term) in members)
            Add(coefficient, term);
        // Collecting may leave a sum with the coefficient ±1, which belongs flat into this one.
        while (collected.FirstOrDefault(t => t.Key is Sum && Math.Abs(t.Value) == 1) is { Key: { } nested } found)
        {
            collected.Remove(nested);
            Add(found.Value, nested);
        }
        var terms = collected.Where(t => t.Value != 0).Select(t => (t.Value, t.Key)).ToArray();
        if (terms.Length == 0)
            return constant;
        if (terms.Length == 1 && constant == 0)
            return Product.Of(terms[0].Value, [(terms[0].Key, 1)]);
        Array.Sort(terms, (a, b) => ExprOrder.Compare(a.Key, b.Key));
        return new Sum(constant, terms);

        void Add(double coefficient, Expr term)
        {
            switch (term)
            {
                case Constant c:
                    constant += coefficient * c.Value;
                    break;
                case Sum s when Math.Abs(coefficient) == 1:
                    constant += coefficient * s.Constant;
                    foreach (var (inner, factor) in s.Terms)
                        Accumulate(coefficient * inner, factor);
                    break;
                case Product p when p.Coefficient != 1:
                    Accumulate(coefficient * p.Coefficient, p.Monic);
                    break;
                default:
                    Accumulate(coefficient, term);
                    break;
            }
        }

        void Accumulate(double coefficient, Expr factor)
        {
            collected.TryGetValue(factor, out var sum);
            collected[factor] = sum + coefficient;
        }
    }

    private protected override Expr DeriveNode(Symbol x, Dictionary<Expr, Expr> memo) =>
        Of([.. Terms.Select(t => (t.Coefficient, t.Factor.Derive(x, memo)))]);

    private protected override Expr Rebuild(Func<Symbol, Expr?> map, Dictionary<Expr, Expr> memo) =>
        Of([(1, Constant), .. Terms.Select(t => (t.Coefficient, t.Factor.Substitute(map, memo)))]);

    private protected override T EvaluateNode<T>(Func<Symbol, T> values, Dictionary<Expr, T> memo)
    {
        var sum = T.CreateChecked(Constant);
        foreach (var (coefficient, factor) in Terms)
            sum += T.CreateChecked(coefficient) * factor.EvaluateWith(values, memo);
        return sum;
    }

    private static int Hash(double constant, (double Coefficient, Expr Factor)[] terms)
    {
        var hash = new HashCode();
        hash.Add(3);
        hash.Add(constant);
        foreach (var (coefficient, factor) in terms)
        {
            hash.Add(coefficient);
            hash.Add(factor.GetHashCode());
        }
        return hash.ToHashCode();
    }
}
