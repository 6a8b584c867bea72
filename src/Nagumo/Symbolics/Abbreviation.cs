using static Nagumo.Symbolics.Functions;

namespace Nagumo.Symbolics;

/// <summary>A function of texts that is written out in others when it is read, so that derivatives and kernels never meet it.</summary>
/// <param name="Name">The name in text.</param>
/// <param name="Arity">The number of arguments.</param>
/// <param name="Build">The expression of a call.</param>
internal sealed record Abbreviation(string Name, int Arity, Func<Expr[], Expr> Build)
{
    /// <summary>
    /// ln, tan, cosh, sinh, pow, and heaviside (also heav): 1 where x ≥ 0, its value at 0 too, otherwise 0; its derivative is 0 everywhere, so that
    /// a linearisation knows nothing of the step.
    /// </summary>
    public static IReadOnlyList<Abbreviation> All { get; } =
    [
        new("ln", 1, a => Log(a[0])),
        new("tan", 1, a => Sin(a[0]) / Cos(a[0])),
        new("cosh", 1, a => Cosh(a[0])),
        new("sinh", 1, a => Sinh(a[0])),
        new("pow", 2, a => Power(a[0], a[1])),
        new("heaviside", 1, a => Select(a[0], 1, 0)),
        new("heav", 1, a => Select(a[0], 1, 0)),
    ];

    /// <summary>xⁿ; for exponents that are no integer numbers √x, or exp(y ln x), which is real for x > 0 only.</summary>
    private static Expr Power(Expr x, Expr y) =>
        y is Constant { Value: var n } && n == Math.Round(n) && Math.Abs(n) <= int.MaxValue ? Pow(x, (int)n)
        : y is Constant { Value: var half } && 2 * half == Math.Round(2 * half) && Math.Abs(half) < 100 ? Pow(Sqrt(x), (int)(2 * half))
        : Exp(y * Log(x));
}
