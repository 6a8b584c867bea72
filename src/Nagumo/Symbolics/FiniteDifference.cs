namespace Nagumo.Symbolics;

/// <summary>The change of an expression when its symbols take steps: Δe = e(x + δ) − e(x), written so that small steps do not cancel.</summary>
/// <remarks>
/// Every rule is an exact identity, not an expansion: Δ(f g) = Δf g' + f Δg, with g' = g + Δg; Δfⁿ = Σ C(n, m) f^(n−m) Δf^m;
/// Δ(1/f) = −Δf / (f f'); Δeᶠ = tanh(Δf/2) (e^f' + e^f); Δtanh f = tanh(Δf) (1 − tanh f tanh f'); Δσ(f) = tanh(Δf/2) (σ + σ' − 2σσ');
/// Δ√f = Δf / (√f + √f'); Δsin f = 2 sin(Δf/2) cos(f + Δf/2); Δcos f = −2 sin(Δf/2) sin(f + Δf/2); Δmax(f, g) = max(Δf, Δg − (f − g)) where f ≥ g. The error is a rounding of the steps
/// times a slope, however small they are, where the difference of two values has a rounding of the values. Δlog f is a series in Δf/(f + f'). Functions without such an identity (softplus, logcosh, sign) are
/// subtracted; in a force they are the exception.
/// </remarks>
internal sealed class FiniteDifference
{
    private readonly Func<Symbol, Expr?> _step;
    private readonly Dictionary<Expr, Expr> _changes = [],
        _moved = [];

    private FiniteDifference(Func<Symbol, Expr?> step) => _step = step;

    /// <summary>Δe.</summary>
    /// <param name="e">The expression.</param>
    /// <param name="step">The step of a symbol; null for one that stays.</param>
    public static Expr Of(Expr e, Func<Symbol, Expr?> step) => new FiniteDifference(step).Change(e);

    /// <summary>e(x + δ).</summary>
    private Expr Moved(Expr e) => e.Substitute(s => _step(s) is { } step ? s + step : null, _moved);

    private Expr Change(Expr e)
    {
        if (!_changes.TryGetValue(e, out var change))
            _changes.Add(
                e,
                change = e switch
                {
                    Symbol s => _step(s) ?? Expr.Zero,
                    Sum sum => Sum.Of([.. sum.Terms.Select(t => (t.Coefficient, Change(t.Factor)))]),
                    Product product => OfProduct(product),
                    Call call => call.Arguments.All(a => Change(a) == Expr.Zero) ? Expr.Zero : OfCall(call, [.. call.Arguments]),
                    _ => Expr.Zero,
                }
            );
        return change;
    }

    /// <summary>The factors before the i-th stay, the i-th changes, those after it have moved.</summary>
    private Expr OfProduct(Product product)
    {
        Expr sum = 0;
        var factors = product.Factors;
        for (int i = 0; i < factors.Count; i++)
        {
            var term = product.Coefficient * OfPower(factors[i].Base, factors[i].Exponent);
            for (int j = 0; j < factors.Count && term != Expr.Zero; j++)
                if (j != i)
                    term *= Functions.Pow(j < i ? factors[j].Base : Moved(factors[j].Base), factors[j].Exponent);
            sum += term;
        }
        return sum;
    }

    private Expr OfPower(Expr b, int exponent)
    {
        var change = Change(b);
        if (change == Expr.Zero)
            return Expr.Zero;
        int n = Math.Abs(exponent);
        var difference = OfPower(b, change, Moved(b), n);
        return exponent > 0 ? difference : -difference / (Functions.Pow(b, n) * Functions.Pow(Moved(b), n));
    }

    /// <summary>
    /// bⁿ → b'ⁿ by the binomial sum in the change, which keeps a potential's cubic a polynomial. Where b changes its sign that sum cancels by a
    /// factor that grows as 2ⁿ, so high powers are halved: b'²ᵐ − b²ᵐ = (b'ᵐ − bᵐ)(b'ᵐ + bᵐ).
    /// </summary>
    private static Expr OfPower(Expr b, Expr change, Expr moved, int n)
    {
        const int low = 4;
        if (n > low)
            return n % 2 == 0
                ? OfPower(b, change, moved, n / 2) * (Functions.Pow(moved, n / 2) + Functions.Pow(b, n / 2))
                : OfPower(b, change, moved, n - 1) * moved + Functions.Pow(b, n - 1) * change;
        Expr sum = 0;
        double binomial = 1;
        for (int m = 1; m <= n; m++)
        {
            binomial = binomial * (n - m + 1) / m;
            sum += binomial * Functions.Pow(b, n - m) * Functions.Pow(change, m);
        }
        return sum;
    }

    private Expr OfCall(Call call, Expr[] before)
    {
        var after = before.Select(Moved).ToArray();
        var change = before.Select(Change).ToArray();
        return call.Function.Name switch
        {
            "group" => change[0],
            "exp" => Functions.Tanh(change[0] / 2) * (Functions.Exp(after[0]) + Functions.Exp(before[0])),
            "sigmoid" => Functions.Tanh(change[0] / 2) * OfSigmoid(call, Functions.Sigmoid(after[0])),
            "log" => OfLog(before[0], change[0], after[0], call),
            "tanh" => Functions.Tanh(change[0]) * (1 - call * Functions.Tanh(after[0])),
            "sin" => 2 * Functions.Sin(change[0] / 2) * Functions.Cos(before[0] + change[0] / 2),
            "cos" => -2 * Functions.Sin(change[0] / 2) * Functions.Sin(before[0] + change[0] / 2),
            "sqrt" => change[0] / (Functions.Sqrt(before[0]) + Functions.Sqrt(after[0])),
            "abs" => OfMax([before[0], -before[0]], [change[0], -change[0]]),
            "max" => OfMax(before, change),
            "min" => -OfMax([-before[0], -before[1]], [-change[0], -change[1]]),
            "select" => Functions.Select(
                before[0],
                Functions.Select(after[0], change[1], after[2] - before[1]),
                Functions.Select(after[0], after[1] - before[2], change[2])
            ),
            _ => Call.Of(call.Function, after) - call,
        };
    }

    /// <summary>log(f'/f) = log((1 + z)/(1 − z)) = 2 (z + z³/3 + z⁵/5 + …) with z = Δf/(f + f'); subtracted where that is no small number.</summary>
    private static Expr OfLog(Expr before, Expr change, Expr after, Expr log)
    {
        // Five terms: the next is 0.04¹⁰/11 of the first, half a rounding.
        const double small = 0.04;
        var z = change / (before + after);
        Expr square = z * z,
            series = 2 * z * (1 + square * (1.0 / 3 + square * (1.0 / 5 + square * (1.0 / 7 + square / 9))));
        return Functions.Select(small * small - square, series, Functions.Log(after) - log);
    }

    private static Expr OfSigmoid(Expr before, Expr after) => before * (1 - after) + after * (1 - before);

    private static Expr OfMax(Expr[] x, Expr[] change) =>
        Functions.Select(
            x[0] - x[1],
            Functions.Max(change[0], change[1] - (x[0] - x[1])),
            Functions.Max(change[1], change[0] - (x[1] - x[0]))
        );
}
