using System.Diagnostics.CodeAnalysis;
using System.Numerics;

namespace Nagumo.Symbolics;

/// <summary>An immutable scalar expression: a sum, a product, a function of expressions, a number or a symbol.</summary>
/// <remarks>
/// Construction normalises lightly: numbers fold, sums and products flatten, collect and sort their members, powers are integer.
/// Equality, hash and order are structural, so they never depend on the history of a program. Powers are written <c>Pow(u, 4)</c>;
/// there is no operator ^ because C# would read <c>u^4/12</c> as <c>u^(4/12)</c>. In text ^ binds tighter than * and /.
/// </remarks>
public abstract class Expr : IEquatable<Expr>, IComparable<Expr>
{
    private readonly int hash;

    private protected Expr(int hash) => this.hash = hash;

    internal static Expr Zero { get; } = new Constant(0);

    internal static Expr One { get; } = new Constant(1);

    /// <summary>The distinct symbols, in the order in which the text names them first.</summary>
    public IReadOnlyList<Symbol> Symbols
    {
        get
        {
            var found = new List<Symbol>();
            Collect(this, found, [], []);
            return found;
        }
    }

    internal virtual IEnumerable<Expr> Children => [];

    /// <summary>A number as an expression; any value, NaN and infinities included.</summary>
    public static implicit operator Expr(double value) => Constant.Of(value);

    /// <summary>a + b.</summary>
    public static Expr operator +(Expr a, Expr b) => Sum.Of([(1, a), (1, b)]);

    /// <summary>a − b.</summary>
    public static Expr operator -(Expr a, Expr b) => Sum.Of([(1, a), (-1, b)]);

    /// <summary>−a.</summary>
    public static Expr operator -(Expr a) => Product.Of(-1, [(a, 1)]);

    /// <summary>a · b.</summary>
    public static Expr operator *(Expr a, Expr b) => Product.Of(1, [(a, 1), (b, 1)]);

    /// <summary>a / b.</summary>
    /// <exception cref="DivideByZeroException"><paramref name="b"/> is the number 0.</exception>
    public static Expr operator /(Expr a, Expr b) => Product.Of(1, [(a, 1), (b, -1)]);

    /// <summary>Structural equality, as <see cref="Equals(Expr?)"/>; two nulls are equal.</summary>
    public static bool operator ==(Expr? a, Expr? b) => a is null ? b is null : a.Equals(b);

    /// <summary>The opposite of ==.</summary>
    public static bool operator !=(Expr? a, Expr? b) => !(a == b);

    /// <summary>Whether a stands before b in the order in which sums and products write their members; it compares no values.</summary>
    public static bool operator <(Expr a, Expr b) => a.CompareTo(b) < 0;

    /// <summary>Whether a stands after b; see the operator &lt;.</summary>
    public static bool operator >(Expr a, Expr b) => a.CompareTo(b) > 0;

    /// <summary>Whether a stands before b or equals it; see the operator &lt;.</summary>
    public static bool operator <=(Expr a, Expr b) => a.CompareTo(b) <= 0;

    /// <summary>Whether a stands after b or equals it; see the operator &lt;.</summary>
    public static bool operator >=(Expr a, Expr b) => a.CompareTo(b) >= 0;

    /// <summary>Reads an expression: numbers, + − * /, integer powers ^ or **, parentheses and the functions of <see cref="Functions"/> in lower case.</summary>
    /// <param name="text">The text, as <see cref="ToString"/> writes it.</param>
    /// <param name="resolve">The symbol of a name, or null when there is none.</param>
    /// <exception cref="ExpressionFormatException">The text is not an expression, or names something unknown.</exception>
    public static Expr Parse(string text, Func<string, Symbol?> resolve) => ExprParser.Parse(text, resolve);

    /// <summary>The partial derivative ∂/∂x. At a kink of abs, min, max or select it is one of the one-sided derivatives.</summary>
    public Expr Derive(Symbol x) => Derive(x, []);

    /// <summary>The expression with every symbol for which <paramref name="map"/> is not null replaced.</summary>
    public Expr Substitute(Func<Symbol, Expr?> map) => Substitute(map, []);

    /// <summary>The value at real symbols; NaN outside the domain of a function.</summary>
    public double Evaluate(Func<Symbol, double> values) => EvaluateWith(values, []);

    /// <summary>The value at complex symbols: the analytic continuation from the real axis; abs, min, max, sign and select decide by real parts.</summary>
    public Complex Evaluate(Func<Symbol, Complex> values) => EvaluateWith(values, []);

    /// <summary>Whether the symbol occurs anywhere in the expression.</summary>
    public bool Contains(Symbol symbol) => Contains(symbol, []);

    /// <summary>Splits e = slope·x + offset with slope and offset free of x; false when e is not of that form.</summary>
    public bool TryAffine(Symbol x, [NotNullWhen(true)] out Expr? slope, [NotNullWhen(true)] out Expr? offset)
    {
        (slope, offset) = (null, null);
        if (!TryPolynomial(x, out var coefficients) || coefficients.Count > 2)
            return false;
        offset = coefficients.Count > 0 ? coefficients[0] : Zero;
        slope = coefficients.Count > 1 ? coefficients[1] : Zero;
        return true;
    }

    /// <summary>Splits e = Σ c_n xⁿ with every c_n free of x, without trailing zeros; false when e is not a polynomial in x.</summary>
    public bool TryPolynomial(Symbol x, [NotNullWhen(true)] out IReadOnlyList<Expr>? coefficients)
    {
        var found = Polynomial.Of(this, x);
        coefficients = found;
        return found is not null;
    }

    /// <summary>The same expression as LaTeX, Greek letters and indices recognised in the names.</summary>
    public string ToLatex() => LatexWriter.Write(this);

    /// <summary>The text that <see cref="Parse(string, Func{string, Symbol})"/> reads back to an equal expression.</summary>
    public sealed override string ToString() => ExprWriter.Write(this);

    /// <summary>Equal for equal expressions, in every run of a program.</summary>
    public sealed override int GetHashCode() => hash;

    /// <summary>Whether it is an expression of the same structure.</summary>
    public sealed override bool Equals(object? obj) => obj is Expr other && Equals(other);

    /// <summary>Whether both have the same structure after the normalisation of construction: u + v equals v + u, (u + v)² does not equal
    /// u² + 2uv + v².</summary>
    public bool Equals(Expr? other) =>
        ReferenceEquals(this, other) || (other is not null && hash == other.hash && ExprOrder.Compare(this, other) == 0);

    /// <summary>The order in which sums and products write their members; null comes first.</summary>
    public int CompareTo(Expr? other) => other is null ? 1 : ExprOrder.Compare(this, other);

    internal Expr Derive(Symbol x, Dictionary<Expr, Expr> memo)
    {
        if (!memo.TryGetValue(this, out var result))
            memo.Add(this, result = DeriveNode(x, memo));
        return result;
    }

    internal Expr Substitute(Func<Symbol, Expr?> map, Dictionary<Expr, Expr> memo)
    {
        if (!memo.TryGetValue(this, out var result))
            memo.Add(this, result = Rebuild(map, memo));
        return result;
    }

    internal T EvaluateWith<T>(Func<Symbol, T> values, Dictionary<Expr, T> memo)
        where T : INumberBase<T>
    {
        if (!memo.TryGetValue(this, out var result))
            memo.Add(this, result = EvaluateNode(values, memo));
        return result;
    }

    private protected abstract Expr DeriveNode(Symbol x, Dictionary<Expr, Expr> memo);

    private protected abstract Expr Rebuild(Func<Symbol, Expr?> map, Dictionary<Expr, Expr> memo);

    private protected abstract T EvaluateNode<T>(Func<Symbol, T> values, Dictionary<Expr, T> memo)
        where T : INumberBase<T>;

    private static void Collect(Expr e, List<Symbol> found, HashSet<Symbol> known, HashSet<Expr> visited)
    {
        if (e is Symbol symbol)
        {
            if (known.Add(symbol))
                found.Add(symbol);
        }
        else if (visited.Add(e))
        {
            foreach (var child in e.Children)
                Collect(child, found, known, visited);
        }
    }

    private bool Contains(Symbol symbol, HashSet<Expr> visited) =>
        Equals(symbol) || (visited.Add(this) && Children.Any(child => child.Contains(symbol, visited)));
}
