using System.Numerics;
using static Nagumo.Symbolics.Functions;

namespace Nagumo.Symbolics;

/// <summary>An elementary function: its name in text, values at real and complex arguments, and chain rule.</summary>
/// <param name="Name">The name in text.</param>
/// <param name="Arity">The number of arguments.</param>
/// <param name="Latex">The LaTeX of a call, with {0}, {1}, … for the arguments.</param>
/// <param name="Real">The value at real arguments.</param>
/// <param name="Analytic">The continuation to complex arguments.</param>
/// <param name="Derivative">From the arguments and their derivatives the derivative of the call.</param>
internal sealed record Function(
    string Name,
    int Arity,
    string Latex,
    Func<double[], double> Real,
    Func<Complex[], Complex> Analytic,
    Func<Expr[], Expr[], Expr> Derivative
)
{
    public static readonly Function Exp = new(
        "exp",
        1,
        @"\exp\left({0}\right)",
        a => Math.Exp(a[0]),
        a => Complex.Exp(a[0]),
        (a, d) => Functions.Exp(a[0]) * d[0]
    );

    public static readonly Function Log = new(
        "log",
        1,
        @"\ln\left({0}\right)",
        a => Math.Log(a[0]),
        a => Complex.Log(a[0]),
        (a, d) => d[0] / a[0]
    );

    public static readonly Function Sin = new(
        "sin",
        1,
        @"\sin\left({0}\right)",
        a => Math.Sin(a[0]),
        a => Complex.Sin(a[0]),
        (a, d) => Functions.Cos(a[0]) * d[0]
    );

    public static readonly Function Cos = new(
        "cos",
        1,
        @"\cos\left({0}\right)",
        a => Math.Cos(a[0]),
        a => Complex.Cos(a[0]),
        (a, d) => -Functions.Sin(a[0]) * d[0]
    );

    public static readonly Function Tanh = new(
        "tanh",
        1,
        @"\tanh\left({0}\right)",
        a => Math.Tanh(a[0]),
        a => ComplexTanh(a[0]),
        (a, d) => (1 - Pow(Functions.Tanh(a[0]), 2)) * d[0]
    );

    public static readonly Function LogCosh = new(
        "logcosh",
        1,
        @"\ln\cosh\left({0}\right)",
        a => RealLogCosh(a[0]),
        a => ComplexLogCosh(a[0]),
        (a, d) => Functions.Tanh(a[0]) * d[0]
    );

    public static readonly Function Softplus = new(
        "softplus",
        1,
        @"\ln\left(1 + e^{{{0}}}\right)",
        a => Math.Max(a[0], 0) + Log1p(Math.Exp(-Math.Abs(a[0]))),
        a => a[0].Real > 0 ? a[0] + Complex.Log(1 + Complex.Exp(-a[0])) : Complex.Log(1 + Complex.Exp(a[0])),
        (a, d) => Functions.Sigmoid(a[0]) * d[0]
    );

    public static readonly Function Sigmoid = new(
        "sigmoid",
        1,
        @"\sigma\left({0}\right)",
        a => a[0] >= 0 ? 1 / (1 + Math.Exp(-a[0])) : Math.Exp(a[0]) / (1 + Math.Exp(a[0])),
        a => a[0].Real >= 0 ? 1 / (1 + Complex.Exp(-a[0])) : Complex.Exp(a[0]) / (1 + Complex.Exp(a[0])),
        (a, d) => Functions.Sigmoid(a[0]) * (1 - Functions.Sigmoid(a[0])) * d[0]
    );

    public static readonly Function Sqrt = new(
        "sqrt",
        1,
        @"\sqrt{{{0}}}",
        a => Math.Sqrt(a[0]),
        a => Complex.Sqrt(a[0]),
        (a, d) => d[0] / (2 * Functions.Sqrt(a[0]))
    );

    public static readonly Function Abs = new(
        "abs",
        1,
        @"\left|{0}\right|",
        a => Math.Abs(a[0]),
        a => a[0].Real < 0 ? -a[0] : a[0],
        (a, d) => Functions.Sign(a[0]) * d[0]
    );

    /// <summary>−1, 0 or 1; NaN at NaN.</summary>
    public static readonly Function Sign = new(
        "sign",
        1,
        @"\operatorname{{sign}}\left({0}\right)",
        a => RealSign(a[0]),
        a => RealSign(a[0].Real),
        (_, _) => 0
    );

    public static readonly Function Min = new(
        "min",
        2,
        @"\min\left({0}, {1}\right)",
        a => Math.Min(a[0], a[1]),
        a => a[0].Real <= a[1].Real ? a[0] : a[1],
        (a, d) => Functions.Select(a[1] - a[0], d[0], d[1])
    );

    public static readonly Function Max = new(
        "max",
        2,
        @"\max\left({0}, {1}\right)",
        a => Math.Max(a[0], a[1]),
        a => a[0].Real >= a[1].Real ? a[0] : a[1],
        (a, d) => Functions.Select(a[0] - a[1], d[0], d[1])
    );

    /// <summary>The second argument where the first is ≥ 0, otherwise (also at NaN) the third.</summary>
    public static readonly Function Select = new(
        "select",
        3,
        @"\left({0} \ge 0 \mathbin{{?}} {1} : {2}\right)",
        a => a[0] >= 0 ? a[1] : a[2],
        a => a[0].Real >= 0 ? a[1] : a[2],
        (a, d) => Functions.Select(a[0], d[1], d[2])
    );

    /// <summary>A product that stays one factor of another, see <see cref="Product"/>: written as parentheses, so no name in text.</summary>
    public static readonly Function Group = new("group", 1, @"\left({0}\right)", a => a[0], a => a[0], (_, d) => d[0]);

    public static IReadOnlyList<Function> All { get; } =
    [Exp, Log, Sin, Cos, Tanh, LogCosh, Softplus, Sigmoid, Sqrt, Abs, Sign, Min, Max, Select];

    public T Evaluate<T>(T[] arguments)
        where T : INumberBase<T> =>
        typeof(T) == typeof(double) ? (T)(object)Real((double[])(object)arguments) : (T)(object)Analytic((Complex[])(object)arguments);

    // .NET's own LogP1 is Log(x + 1), which loses everything for small x.
    private static double Log1p(double x)
    {
        var y = 1 + x;
        return y == 1 ? x : Math.Log(y) * x / (y - 1);
    }

    private static double RealSign(double x) => double.IsNaN(x) ? x : Math.Sign(x);

    private static double RealLogCosh(double x)
    {
        var a = Math.Abs(x);
        if (a > 0.5)
            return a - Math.Log(2) + Log1p(Math.Exp(-2 * a));
        var sinh = Math.Sinh(a);
        return Log1p(sinh * sinh) / 2;
    }

    private static Complex ComplexLogCosh(Complex z)
    {
        var a = z.Real < 0 ? -z : z;
        return a - Math.Log(2) + Complex.Log(1 + Complex.Exp(-2 * a));
    }

    private static Complex ComplexTanh(Complex z)
    {
        var a = z.Real < 0 ? -z : z;
        if (a.Real < 0.5)
            return Complex.Tanh(z);
        var e = Complex.Exp(-2 * a);
        var t = (1 - e) / (1 + e);
        return z.Real < 0 ? -t : t;
    }
}
