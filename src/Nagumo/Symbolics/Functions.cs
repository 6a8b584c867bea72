namespace Nagumo.Symbolics;

/// <summary>The functions of expressions, for <c>using static</c>.</summary>
public static class Functions
{
    /// <summary>The integer power xⁿ; x⁰ = 1.</summary>
    public static Expr Pow(Expr x, int exponent) => Product.Of(1, [(x, exponent)]);

    /// <summary>eˣ.</summary>
    public static Expr Exp(Expr x) => Call.Of(Function.Exp, x);

    /// <summary>The natural logarithm.</summary>
    public static Expr Log(Expr x) => Call.Of(Function.Log, x);

    /// <summary>sin x, x in radians. Kernels refuse |x| above 1e5 in float and 1e9 in double with NaN.</summary>
    public static Expr Sin(Expr x) => Call.Of(Function.Sin, x);

    /// <summary>cos x; the range is that of <see cref="Sin"/>.</summary>
    public static Expr Cos(Expr x) => Call.Of(Function.Cos, x);

    /// <summary>cosh x = (eˣ + e⁻ˣ)/2, written out.</summary>
    public static Expr Cosh(Expr x) => (Exp(x) + Exp(-x)) / 2;

    /// <summary>sinh x = tanh x cosh x, written out: no digits are lost near 0.</summary>
    public static Expr Sinh(Expr x) => Tanh(x) * Cosh(x);

    /// <summary>The hyperbolic tangent.</summary>
    public static Expr Tanh(Expr x) => Call.Of(Function.Tanh, x);

    /// <summary>ln cosh x, without overflow.</summary>
    public static Expr LogCosh(Expr x) => Call.Of(Function.LogCosh, x);

    /// <summary>ln(1 + eˣ), without overflow.</summary>
    public static Expr Softplus(Expr x) => Call.Of(Function.Softplus, x);

    /// <summary>1 / (1 + e⁻ˣ), without overflow.</summary>
    public static Expr Sigmoid(Expr x) => Call.Of(Function.Sigmoid, x);

    /// <summary>The square root; NaN below 0.</summary>
    public static Expr Sqrt(Expr x) => Call.Of(Function.Sqrt, x);

    /// <summary>|x|; its derivative at 0 is one of the one-sided ones.</summary>
    public static Expr Abs(Expr x) => Call.Of(Function.Abs, x);

    /// <summary>−1, 0 or 1; NaN at NaN.</summary>
    public static Expr Sign(Expr x) => Call.Of(Function.Sign, x);

    /// <summary>The smaller of two; NaN where either is NaN.</summary>
    public static Expr Min(Expr a, Expr b) => Call.Of(Function.Min, a, b);

    /// <summary>The larger of two; NaN where either is NaN.</summary>
    public static Expr Max(Expr a, Expr b) => Call.Of(Function.Max, a, b);

    /// <summary><paramref name="whenNotNegative"/> where the condition is ≥ 0, otherwise (also where it is NaN) <paramref name="otherwise"/>.</summary>
    public static Expr Select(Expr condition, Expr whenNotNegative, Expr otherwise) =>
        whenNotNegative == otherwise ? whenNotNegative : Call.Of(Function.Select, condition, whenNotNegative, otherwise);
}
