namespace Nagumo.Symbolics;

/// <summary>A finite number.</summary>
internal sealed class Constant(double value) : Expr(HashCode.Combine(2, value))
{
    public double Value { get; } = value;

    /// <exception cref="ArgumentOutOfRangeException">The value is not finite.</exception>
    public static Expr Of(double value) =>
        value switch
        {
            0 => Zero, // also −0: the sign of a zero must not make two equal expressions differ
            1 => One,
            _ when double.IsFinite(value) => new Constant(value),
            _ => throw new ArgumentOutOfRangeException(
                nameof(value),
                value,
                "An expression holds finite numbers only; check the parameters."
            ),
        };

    private protected override Expr DeriveNode(Symbol x, Dictionary<Expr, Expr> memo) => Zero;

    private protected override Expr Rebuild(Func<Symbol, Expr?> map, Dictionary<Expr, Expr> memo) => this;

    private protected override T EvaluateNode<T>(Func<Symbol, T> values, Dictionary<Expr, T> memo) => T.CreateChecked(Value);
}
