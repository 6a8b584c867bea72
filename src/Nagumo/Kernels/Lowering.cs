using Nagumo.Symbolics;

namespace Nagumo.Kernels;

/// <summary>Lowers expressions to a <see cref="KernelProgram"/>.</summary>
/// <remarks>
/// All choices (what is shared, hoisted, fused, in which order) follow from the structure of the expression alone, so every width and
/// the interpreter evaluate the same roundings. What only depends on uniforms is gathered and so hoisted: u/γ − k·u becomes (1/γ − k)·u,
/// a division by a uniform a multiplication by its hoisted reciprocal. Sums are Horner-factored by their most frequent base.
/// </remarks>
internal sealed class Lowering
{
    private readonly KernelProgram program;
    private readonly Dictionary<Expr, int> memo = [];
    private readonly HashSet<Symbol> streams;
    private readonly Dictionary<Expr, bool> varying = [];

    public Lowering(KernelProgram program, IReadOnlyList<Symbol> streams, IReadOnlyList<Symbol> uniforms)
    {
        this.program = program;
        this.streams = [.. streams];
        for (var i = 0; i < streams.Count; i++)
            Bind(streams[i], program.Load(i));
        for (var i = 0; i < uniforms.Count; i++)
            Bind(uniforms[i], program.LoadUniform(streams.Count + i));
    }

    /// <summary>Makes a symbol stand for a node that is already there.</summary>
    public void Bind(Symbol symbol, int node)
    {
        if (!TryBind(symbol, node))
            throw new ArgumentException($"The operand '{symbol}' occurs twice.");
    }

    /// <summary>The same, but leaves a symbol that already stands for a node as it is, and says so.</summary>
    public bool TryBind(Symbol symbol, int node)
    {
        if (program.IsVarying(node))
            streams.Add(symbol);
        return memo.TryAdd(symbol, node);
    }

    public int Lower(Expr e)
    {
        if (memo.TryGetValue(e, out var node))
            return node;
        node = e switch
        {
            Constant c => program.Constant(c.Value),
            Symbol s => throw new ArgumentException($"'{s}' is neither a stream nor a uniform of the kernel."),
            Sum s => LowerSum(s),
            Product p => LowerProduct(p),
            Call c => Elementary.Lower(program, c.Function, [.. c.Arguments.Select(Lower)]),
            _ => throw new NotSupportedException(),
        };
        memo.Add(e, node);
        return node;
    }

    private bool IsVarying(Expr e)
    {
        if (!varying.TryGetValue(e, out var result))
            varying.Add(e, result = e is Symbol s ? streams.Contains(s) : e.Children.Any(IsVarying));
        return result;
    }

    /// <summary>e = uniform · rest, the rest without a coefficient and 1 when e is uniform.</summary>
    private (Expr Uniform, Expr Free) Split(double coefficient, Expr e)
    {
        if (!IsVarying(e))
            return (coefficient * e, Expr.One);
        if (e is not Product p)
            return (coefficient, e);
        var fixedFactors = p.Factors.Where(f => !IsVarying(f.Base));
        var freeFactors = p.Factors.Where(f => IsVarying(f.Base));
        return (Product.Of(coefficient * p.Coefficient, [.. fixedFactors]), Product.Of(1, [.. freeFactors]));
    }

    private int LowerProduct(Product p)
    {
        var (uniform, rest) = Split(1, p);
        if (rest is Constant)
            return Quotient(p.Coefficient, p.Factors);
        if (uniform is Constant { Value: 1 })
            return Quotient(1, ((Product)rest).Factors);
        return uniform is Constant { Value: -1 } ? program.Unary(Op.Neg, Lower(rest)) : program.Times(Lower(uniform), Lower(rest));
    }

    private int Quotient(double coefficient, IReadOnlyList<(Expr Base, int Exponent)> factors)
    {
        int? numerator = coefficient == 1 ? null : program.Constant(coefficient);
        int? denominator = null;
        foreach (var (b, exponent) in factors)
        {
            var power = Power(b, Math.Abs(exponent));
            if (exponent > 0)
                numerator = numerator is { } n ? program.Times(n, power) : power;
            else
                denominator = denominator is { } d ? program.Times(d, power) : power;
        }
        return denominator is { } divisor ? program.Over(numerator ?? program.Constant(1), divisor) : numerator!.Value;
    }

    private int Power(Expr b, int exponent)
    {
        if (exponent == 1)
            return Lower(b);
        var half = Power(b, exponent / 2);
        var square = program.Times(half, half);
        return exponent % 2 == 0 ? square : program.Times(square, Lower(b));
    }

    private int LowerSum(Sum sum)
    {
        var order = new List<Expr>();
        var groups = new Dictionary<Expr, Expr>();
        Expr constant = sum.Constant;
        foreach (var (coefficient, factor) in sum.Terms)
        {
            var (uniform, rest) = Split(coefficient, factor);
            if (rest is Constant)
            {
                constant += uniform;
            }
            else if (groups.TryGetValue(rest, out var other))
            {
                groups[rest] = other + uniform;
            }
            else
            {
                groups.Add(rest, uniform);
                order.Add(rest);
            }
        }
        // A uniform sum has one group, the constant; its terms are then the varying ones.
        return order.Count == 0
            ? Accumulate([.. sum.Terms.Select(t => ((Expr)t.Coefficient, t.Factor))], sum.Constant)
            : Horner([.. order.Select(rest => (groups[rest], rest))], constant);
    }

    private int Horner(List<(Expr Uniform, Expr Free)> terms, Expr constant)
    {
        var best = terms
            .SelectMany(t => Factors(t.Free))
            .Where(f => f.Exponent > 0)
            .GroupBy(f => f.Base)
            .Select(g => (Base: g.Key, Count: g.Count(), Least: g.Min(f => f.Exponent)))
            .Where(g => g.Count > 1)
            .OrderByDescending(g => g.Count)
            .ThenBy(g => g.Base)
            .FirstOrDefault();
        if (best.Base is null)
            return Accumulate(terms, constant);
        var inner = new List<(Expr, Expr)>();
        var outer = new List<(Expr, Expr)>();
        Expr innerConstant = 0;
        foreach (var (uniform, rest) in terms)
        {
            if (!Factors(rest).Any(f => f.Base == best.Base && f.Exponent > 0))
                outer.Add((uniform, rest));
            else if (rest / Functions.Pow(best.Base, best.Least) is var quotient && quotient is Constant)
                innerConstant = uniform;
            else
                inner.Add((uniform, quotient));
        }
        var (common, factored) = (Power(best.Base, best.Least), Horner(inner, innerConstant));
        return outer.Count == 0 && constant is Constant { Value: 0 }
            ? program.Times(common, factored)
            : program.Fma(common, factored, outer.Count == 0 ? Lower(constant) : Horner(outer, constant));
    }

    private static IReadOnlyList<(Expr Base, int Exponent)> Factors(Expr e) => e is Product p ? p.Factors : [(e, 1)];

    /// <summary>constant + Σ uniform · rest, every multiplication fused with its addition.</summary>
    private int Accumulate(List<(Expr Uniform, Expr Free)> terms, Expr constant)
    {
        int? sum = constant is Constant { Value: 0 } ? null : Lower(constant);
        // Begin with a term that needs no multiplication, so that all others fuse, and better without a negation.
        foreach (var (uniform, rest) in terms.OrderBy(t => sum is null ? Price(t.Uniform, t.Free) : 0))
        {
            var (a, b) = uniform is Constant { Value: 1 or -1 } ? Halves(rest) : (Lower(uniform), Lower(rest));
            var negative = uniform is Constant { Value: -1 };
            sum = (sum, a) switch
            {
                (null, null) => negative ? program.Unary(Op.Neg, b) : b,
                (null, { } x) => negative ? program.Unary(Op.Neg, program.Times(x, b)) : program.Times(x, b),
                ({ } s, null) => negative ? program.Difference(s, b) : program.Sum(s, b),
                ({ } s, { } x) => negative ? program.Fnma(x, b, s) : program.Fma(x, b, s),
            };
        }
        return sum ?? program.Constant(0);
    }

    /// <summary>How dear it is to begin a sum with uniform · rest, in two halves.</summary>
    private static int Price(Expr uniform, Expr rest) =>
        uniform is not Constant { Value: 1 or -1 } || Splits(rest) ? (uniform is Constant { Value: -1 } ? 3 : 2)
        : uniform is Constant { Value: -1 } ? 1
        : 0;

    private static bool Splits(Expr e) => e is Product { Coefficient: 1 } p && !p.Factors.Any(f => f.Exponent < 0);

    /// <summary>e = A·B for a product without denominators, otherwise e = B.</summary>
    private (int? A, int B) Halves(Expr e)
    {
        if (!Splits(e))
            return (null, Lower(e));
        var p = (Product)e;
        var (last, exponent) = p.Factors[^1];
        var front = Product.Of(1, [.. p.Factors.Take(p.Factors.Count - 1), (last, exponent / 2)]);
        return front is Constant ? (null, Lower(e)) : (Lower(front), Power(last, exponent - (exponent / 2)));
    }
}
