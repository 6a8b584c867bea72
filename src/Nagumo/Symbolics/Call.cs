namespace Nagumo.Symbolics;

/// <summary>A function of the list <see cref="Function.All"/> applied to its arguments.</summary>
internal sealed class Call : Expr
{
    private Call(Function function, Expr[] arguments)
        : base(Hash(function, arguments))
    {
        Function = function;
        Arguments = arguments;
    }

    public Function Function { get; }

    public IReadOnlyList<Expr> Arguments { get; }

    internal override IEnumerable<Expr> Children => Arguments;

    public static Expr Of(Function function, params Expr[] arguments)
    {
        // The name of a function may carry more than it accepts when the text comes from a file.
        if (arguments.Length != function.Arity)
            throw new ArgumentException($"{function.Name} takes {function.Arity} argument(s), not {arguments.Length}.", nameof(arguments));
        if (arguments.All(a => a is Constant))
        {
            var value = function.Real([.. arguments.Select(a => ((Constant)a).Value)]);
            if (double.IsFinite(value))
                return value;
        }
        // log(1 + eˣ) is x where eˣ overflows, in float already at x = 89; so is its slope 1.
        if (
            function == Function.Log
            && arguments[0] is Sum { Constant: 1, Terms: [{ Coefficient: 1, Factor: Call exp }] }
            && exp.Function == Function.Exp
        )
            return Of(Function.Softplus, exp.Arguments[0]);
        return new Call(function, arguments);
    }

    private protected override Expr DeriveNode(Symbol x, Dictionary<Expr, Expr> memo)
    {
        var inner = Arguments.Select(a => a.Derive(x, memo)).ToArray();
        return inner.All(d => d is Constant { Value: 0 }) ? Zero : Function.Derivative([.. Arguments], inner);
    }

    private protected override Expr Rebuild(Func<Symbol, Expr?> map, Dictionary<Expr, Expr> memo) =>
        Of(Function, [.. Arguments.Select(a => a.Substitute(map, memo))]);

    private protected override T EvaluateNode<T>(Func<Symbol, T> values, Dictionary<Expr, T> memo) =>
        Function.Evaluate([.. Arguments.Select(a => a.EvaluateWith(values, memo))]);

    private static int Hash(Function function, Expr[] arguments)
    {
        var hash = new HashCode();
        hash.Add(5);
        hash.Add(function.Name);
        foreach (var argument in arguments)
            hash.Add(argument.GetHashCode());
        return hash.ToHashCode();
    }
}
