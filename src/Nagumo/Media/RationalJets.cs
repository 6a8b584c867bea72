using Nagumo.Symbolics;

namespace Nagumo.Media;

/// <summary>Expressions of u and v along a curve, as rational functions of its variable with their derivatives by u and v.</summary>
/// <remarks>
/// Derivatives by forward differentiation. Between two places at which a condition of max, min, abs, sign or select changes its sign each of these is one
/// of its arguments, so that a piecewise rational expression is rational there; a change inside the interval is reported (<see cref="Between"/>).
/// </remarks>
/// <param name="u">The activator.</param>
/// <param name="v">The inhibitor.</param>
/// <param name="alongU">u along the curve.</param>
/// <param name="alongV">v along the curve.</param>
/// <param name="low">The interval of the curve's variable.</param>
/// <param name="high">The interval of the curve's variable.</param>
internal sealed class RationalJets(Symbol u, Symbol v, RationalFunction alongU, RationalFunction alongV, double low, double high)
{
    private static readonly RationalFunction Zero = RationalFunction.Of(ExactPolynomial.Zero),
        One = RationalFunction.Of(ExactPolynomial.One);

    private readonly Dictionary<Expr, Jet> _memo = [];

    /// <summary>A place inside the interval at which a condition changes its sign.</summary>
    private double? _break;

    /// <summary>A function and its derivatives by u and v.</summary>
    public readonly record struct Jet(RationalFunction Value, RationalFunction ByU, RationalFunction ByV);

    public static RationalFunction Number(double x) => RationalFunction.Of(ExactPolynomial.Of(x));

    /// <summary>Whether an expression is rational, or is between the places at which its conditions change.</summary>
    public static bool IsRational(Expr e) =>
        (e is not Call c || c.Function == Function.Group || IsCase(c.Function)) && e.Children.All(IsRational);

    /// <summary>What is evaluated here; of no use where a condition changes inside the interval.</summary>
    /// <returns>The result, or where to cut the interval.</returns>
    public (T Result, double? Break) Between<T>(Func<T> evaluate)
    {
        try
        {
            return (evaluate(), _break);
        }
        catch (DivideByZeroException) when (_break is not null)
        {
            // 0 on one side of the condition only.
            return (default!, _break);
        }
    }

    public Jet Of(Expr e)
    {
        if (!_memo.TryGetValue(e, out var result))
            _memo.Add(
                e,
                result = e switch
                {
                    Constant c => new(Number(c.Value), Zero, Zero),
                    Symbol x => new(x == u ? alongU : alongV, x == u ? One : Zero, x == v ? One : Zero),
                    Sum sum => sum.Terms.Aggregate(
                        new Jet(Number(sum.Constant), Zero, Zero),
                        (a, t) => Add(a, Times(t.Coefficient, Of(t.Factor)))
                    ),
                    Product p => Times(
                        p.Coefficient,
                        p.Factors.Select(f => Power(Of(f.Base), f.Exponent)).Aggregate((a, b) => Times(a, b))
                    ),
                    Call { Function: var f, Arguments: [var only] } when f == Function.Group => Of(only),
                    Call c => Case(c.Function, [.. c.Arguments.Select(Of)]),
                    _ => throw new NotSupportedException(),
                }
            );
        return result;
    }

    private static bool IsCase(Function f) =>
        f == Function.Abs || f == Function.Sign || f == Function.Min || f == Function.Max || f == Function.Select;

    private Jet Case(Function f, Jet[] a)
    {
        int sign = Sign(
            f == Function.Min ? a[1].Value + -a[0].Value
            : f == Function.Max ? a[0].Value + -a[1].Value
            : a[0].Value
        );
        return f == Function.Sign ? new(Number(sign), Zero, Zero)
            : f == Function.Abs ? Times(sign < 0 ? -1 : 1, a[0])
            : f == Function.Select ? a[sign >= 0 ? 1 : 2]
            : a[sign >= 0 ? 0 : 1];
    }

    /// <summary>The sign of a condition inside the interval.</summary>
    private int Sign(RationalFunction condition)
    {
        if (condition.IsZero)
            return 0;
        foreach (double x in condition.SignChanges(low, high))
            if (!Piecewise<RationalFunction>.IsEnd(condition, low, x) && !Piecewise<RationalFunction>.IsEnd(condition, high, x))
                _break ??= x;
        // A condition may touch 0 in one of three places, not in all.
        return ((double[])[0.5, 0.3, 0.6]).Select(share => Math.Sign(condition.At(low + share * (high - low)))).FirstOrDefault(s => s != 0);
    }

    private static Jet Add(Jet a, Jet b) => new(a.Value + b.Value, a.ByU + b.ByU, a.ByV + b.ByV);

    private static Jet Times(double c, Jet a) => c == 1 ? a : Times(new Jet(Number(c), Zero, Zero), a);

    private static Jet Times(Jet a, Jet b) => new(a.Value * b.Value, a.ByU * b.Value + a.Value * b.ByU, a.ByV * b.Value + a.Value * b.ByV);

    private static Jet Power(Jet a, int n)
    {
        if (n < 0)
        {
            var inverse = a.Value.Inverse;
            var square = -(inverse * inverse);
            return Power(new(inverse, square * a.ByU, square * a.ByV), -n);
        }
        var power = a;
        for (int i = 1; i < n; i++)
            power = Times(power, a);
        return power;
    }
}
