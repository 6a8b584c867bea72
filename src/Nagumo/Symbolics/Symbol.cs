namespace Nagumo.Symbolics;

/// <summary>A named leaf of an expression. Two symbols are equal when their names are.</summary>
/// <param name="name">A letter or underscore, then letters, digits, underscores or dots.</param>
public class Symbol(string name) : Expr(HashCode.Combine(1, Checked(name)))
{
    /// <summary>The name, by which two symbols are equal.</summary>
    public string Name { get; } = name;

    private protected override Expr DeriveNode(Symbol x, Dictionary<Expr, Expr> memo) => Equals(x) ? One : Zero;

    private protected override Expr Rebuild(Func<Symbol, Expr?> map, Dictionary<Expr, Expr> memo) => map(this) ?? this;

    private protected override T EvaluateNode<T>(Func<Symbol, T> values, Dictionary<Expr, T> memo) => values(this);

    private static string Checked(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        var valid = name.Length > 0 && !char.IsDigit(name[0]) && name[0] != '.' && name.All(ExprParser.IsNamePart);
        return valid
            ? name
            : throw new ArgumentException(
                $"'{name}' cannot name a symbol: start with a letter or underscore, go on with letters, digits, underscores or dots.",
                nameof(name)
            );
    }
}
