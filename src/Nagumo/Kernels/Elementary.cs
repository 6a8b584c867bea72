using Nagumo.Symbolics;

namespace Nagumo.Kernels;

/// <summary>The elementary functions as instructions: own polynomials, no overflow, the same bits at every width.</summary>
/// <remarks>
/// Cody–Waite reductions x = n ln 2 + r and x = nπ + r; polynomials through Chebyshev nodes, computed with 70 digits; relative errors of the
/// approximations below 2e-8 (float) and 2e-17 (double). Results below the smallest normal number may be flushed to zero.
/// Sine and cosine are for |x| ≤ 1e5 (float) and 1e9 (double), within 2 ulp there; beyond, where a state does not hold its phase, they are NaN.
/// </remarks>
internal static class Elementary
{
    /// <summary>(eʳ − 1)/r on |r| ≤ ½ ln 2.</summary>
    private static readonly double[] ExpM1Float =
    [
        1.00000001077804,
        0.500000001346581,
        0.1666650519575811,
        0.041666464925285904,
        0.008369155667697397,
        0.0013933649996309251,
    ];

    private static readonly double[] ExpM1Double =
    [
        1.0,
        0.5,
        0.1666666666666668,
        0.04166666666666668,
        0.008333333333319589,
        0.0013888888888879073,
        0.00019841269890076403,
        2.4801587336442236e-05,
        2.755724088722987e-06,
        2.75572632790885e-07,
        2.5110049204818658e-08,
        2.0918137737642736e-09,
    ];

    /// <summary>ln(1 + z)/z in powers of z − ½ on 0 ≤ z ≤ 1.</summary>
    private static readonly double[] Log1pFloat =
    [
        0.8109302199132427,
        -0.28852710137197934,
        0.13260901577718714,
        -0.06768818965399573,
        0.03663523416633938,
        -0.020563182432163537,
        0.011577685182382747,
        -0.006788016951938559,
        0.005250270678070283,
        -0.00317605701843196,
    ];

    private static readonly double[] Log1pDouble =
    [
        0.8109302162163288,
        -0.28852709909932417,
        0.1326097537542028,
        -0.0676886433108763,
        0.036611854523168556,
        -0.02054881192675094,
        0.011833792109120854,
        -0.006945394671748216,
        0.004136179135792984,
        -0.0024918478161966417,
        0.0015153826156415772,
        -0.0009287705474911717,
        0.0005730672917654239,
        -0.0003555347976997807,
        0.0002210638385336179,
        -0.00013839258678984942,
        8.976853340131384e-05,
        -5.662379190413708e-05,
        2.745707811125544e-05,
        -1.7362890917674908e-05,
        2.5095669916160427e-05,
        -1.6020216725538194e-05,
    ];

    /// <summary>ln(1 + f)/f on √½ − 1 ≤ f ≤ √2 − 1.</summary>
    private static readonly double[] LogFloat =
    [
        0.999999999383255,
        -0.49999988496142866,
        0.33333345349807464,
        -0.2500157909915946,
        0.20000939440373094,
        -0.16608369414088409,
        0.14199650097916022,
        -0.1326603136091708,
        0.12806610435006952,
        -0.07451186226757509,
    ];

    private static readonly double[] LogDouble =
    [
        1.0,
        -0.5,
        0.33333333333333537,
        -0.24999999999997108,
        0.19999999999929363,
        -0.1666666666715576,
        0.14285714295327004,
        -0.12499999966241118,
        0.11111110440888418,
        -0.10000000966080463,
        0.0909093591945981,
        -0.08333332844101682,
        0.07691663204351862,
        -0.07142172345131702,
        0.06675866913218241,
        -0.06268517244682761,
        0.058114015263314125,
        -0.053305710079268986,
        0.05448352859705689,
        -0.06284277461333498,
        0.05625422199553143,
        -0.023612682238620716,
    ];

    /// <summary>ln cosh(√t)/t on 0 ≤ t ≤ 1.</summary>
    private static readonly double[] LogCoshFloat =
    [
        0.4999999963398586,
        -0.08333297333913557,
        0.022216355218102883,
        -0.006709512068926296,
        0.002075578429968007,
        -0.0005546654952256772,
        8.605410201288882e-05,
    ];

    private static readonly double[] LogCoshDouble =
    [
        0.5,
        -0.08333333333333108,
        0.022222222222053067,
        -0.0067460317410084555,
        0.0021869487752007918,
        -0.0007386022204321077,
        0.0002565759865330968,
        -9.097002146219214e-05,
        3.271939287579791e-05,
        -1.1823332233363504e-05,
        4.187437739149353e-06,
        -1.3729456929291544e-06,
        3.7585381118136593e-07,
        -7.274045244955428e-08,
        7.149426687319922e-09,
    ];

    /// <summary>(sin r/r − 1)/r² in powers of r² on |r| ≤ π/2 and a little more.</summary>
    private static readonly double[] SineFloat =
    [
        -0.16666666663773644,
        0.00833333275139865,
        -0.00019841082360715686,
        2.7536147153202592e-06,
        -2.4072893689649917e-08,
    ];

    private static readonly double[] SineDouble =
    [
        -0.16666666666666666,
        0.008333333333333316,
        -0.00019841269841254963,
        2.7557319219160176e-06,
        -2.5052107616606884e-08,
        1.6058977287225284e-10,
        -7.643969491042872e-13,
        2.731434720748816e-15,
    ];

    public static int Lower(KernelProgram p, Function function, int[] x) =>
        function.Name switch
        {
            "group" => x[0],
            "exp" => Exp(p, x[0]),
            "log" => Log(p, x[0]),
            "sin" => Sine(p, x[0], cosine: false),
            "cos" => Sine(p, x[0], cosine: true),
            "tanh" => Tanh(p, x[0]),
            "logcosh" => LogCosh(p, x[0]),
            "softplus" => Softplus(p, x[0]),
            "sigmoid" => Sigmoid(p, x[0]),
            "sqrt" => p.Unary(Op.Sqrt, x[0]),
            "abs" => p.Unary(Op.Abs, x[0]),
            "sign" => Sign(p, x[0]),
            "min" => p.Smallest(x[0], x[1]),
            "max" => p.Largest(x[0], x[1]),
            "select" => p.Select(x[0], p.Constant(0), x[1], x[2]),
            _ => throw new NotSupportedException(function.Name),
        };

    private static int Polynomial(KernelProgram p, double[] coefficients, int x)
    {
        var sum = p.Constant(coefficients[^1]);
        for (var i = coefficients.Length - 2; i >= 0; i--)
            sum = p.Fma(sum, x, p.Constant(coefficients[i]));
        return sum;
    }

    /// <summary>eˣ = 2ⁿ(1 + m): n as magic + n, and m = eʳ − 1.</summary>
    /// <param name="p">The program.</param>
    /// <param name="x">Node of the argument, inside the range in which 2ⁿ is a normal number.</param>
    private static (int N, int M) Reduce(KernelProgram p, int x)
    {
        // 1.5·2^fraction; the split of ln 2 leaves enough zeros for n·high to be exact.
        var magic = p.Constant(p.Wide ? 6755399441055744.0 : 12582912.0);
        var (high, low) = p.Wide ? (0.693147180369123816490, 1.90821492927058770002e-10) : (0.693359375, -2.12194440e-4);
        var shifted = p.Fma(x, p.Constant(1 / Math.Log(2)), magic);
        var n = p.Difference(shifted, magic);
        var r = p.Fnma(n, p.Constant(low), p.Fnma(n, p.Constant(high), x));
        return (shifted, p.Times(r, Polynomial(p, p.Wide ? ExpM1Double : ExpM1Float, r)));
    }

    // Min and Max return their second operand at NaN: the argument stands there, so that a NaN survives the clamps.
    private static int Exp(KernelProgram p, int x)
    {
        var (top, bottom) = p.Wide ? (709.782712893384, -708.39641853226408) : (88.7228394, -87.3365479);
        var (n, m) = Reduce(p, p.Binary(Op.Min, p.Constant(top), p.Binary(Op.Max, p.Constant(bottom), x)));
        // 2ⁿ itself overflows for the largest arguments, 2ⁿ(1 + m) does not.
        var result = p.Binary(Op.Scale, p.Sum(m, p.Constant(1)), n);
        var floored = p.Select(p.Constant(bottom), x, p.Constant(0), result);
        return p.Select(x, p.Constant(Math.BitIncrement(p.Wide ? top : (float)top)), p.Constant(double.PositiveInfinity), floored);
    }

    /// <summary>e⁻ˣ for x ≥ 0, flushed to a tiny number instead of zero.</summary>
    private static int Decay(KernelProgram p, int x)
    {
        var (n, m) = Reduce(p, p.Unary(Op.Neg, p.Binary(Op.Min, p.Constant(p.Wide ? 708 : 87), x)));
        return p.Binary(Op.Scale, p.Sum(m, p.Constant(1)), n);
    }

    /// <summary>sin x = (−1)ⁿ sin r with x = nπ + r; cos x = (−1)ⁿ sin r with x = (n − ½)π + r.</summary>
    /// <remarks>
    /// Fused, x − nπ₁ and then − nπ₂ are exact wherever they cancel, and π₃ mends the rest: r keeps its relative precision next to every zero.
    /// </remarks>
    private static int Sine(KernelProgram p, int x, bool cosine)
    {
        var (first, second, third, range) = p.Wide
            ? (3.141592653589793, 1.2246467991473532e-16, -2.9947698097183397e-33, 1e9)
            : (3.1415927410125732, -8.742277657347586e-08, -3.4302490200117637e-15, 1e5);
        var magic = p.Constant(p.Wide ? 6755399441055744.0 : 12582912.0);
        var turns = p.Times(x, p.Constant(1 / Math.PI));
        if (cosine)
            turns = p.Sum(turns, p.Constant(0.5));
        var n = p.Difference(p.Sum(turns, magic), magic);
        var m = cosine ? p.Difference(n, p.Constant(0.5)) : n;
        var r = p.Fnma(m, p.Constant(third), p.Fnma(m, p.Constant(second), p.Fnma(m, p.Constant(first), x)));
        var square = p.Times(r, r);
        var sine = p.Fma(p.Times(r, square), Polynomial(p, p.Wide ? SineDouble : SineFloat, square), r);
        // n less the nearest even number: −1, 0 or 1.
        var odd = p.Difference(n, p.Times(p.Constant(2), p.Difference(p.Fma(n, p.Constant(0.5), magic), magic)));
        var result = p.Times(sine, p.Fnma(p.Times(odd, odd), p.Constant(2), p.Constant(1)));
        return p.Select(p.Constant(range), p.Unary(Op.Abs, x), result, p.Constant(double.NaN));
    }

    private static int Log(KernelProgram p, int x)
    {
        // Subnormal arguments are scaled up first.
        var tiny = p.Constant(p.Wide ? 2.2250738585072014e-308 : 1.17549435e-38);
        var lift = p.Wide ? 54 : 24;
        var scaled = p.Select(x, tiny, x, p.Times(x, p.Constant(Math.Pow(2, lift))));
        var shift = p.Select(x, tiny, p.Constant(0), p.Constant(lift));
        var magic = p.Constant(p.Wide ? 6755399441055744.0 : 12582912.0);
        var e = p.Difference(p.Difference(p.Unary(Op.Exponent, scaled), magic), shift);
        var f = p.Difference(p.Unary(Op.Mantissa, scaled), p.Constant(1));
        var (high, low) = p.Wide ? (0.693147180369123816490, 1.90821492927058770002e-10) : (0.693359375, -2.12194440e-4);
        var q = Polynomial(p, p.Wide ? LogDouble : LogFloat, f);
        var result = p.Fma(e, p.Constant(high), p.Fma(f, q, p.Times(e, p.Constant(low))));
        // +∞ and NaN pass through; 0 gives −∞, a negative number NaN.
        var largest = p.Constant(p.Wide ? double.MaxValue : float.MaxValue);
        result = p.Select(largest, x, result, x);
        var zero = p.Constant(0);
        var invalid = p.Select(x, zero, p.Constant(double.NegativeInfinity), p.Constant(double.NaN));
        return p.Select(zero, x, invalid, result);
    }

    /// <summary>tanh|x| = E/(E + 2) with E = e^(2|x|) − 1, which loses nothing near 0.</summary>
    private static int Tanh(KernelProgram p, int x)
    {
        // From here on tanh rounds to 1.
        var twice = p.Binary(Op.Min, p.Constant(p.Wide ? 40 : 20), p.Times(p.Unary(Op.Abs, x), p.Constant(2)));
        var (n, m) = Reduce(p, twice);
        var power = p.Binary(Op.Scale, p.Constant(1), n);
        var e = p.Fma(m, power, p.Difference(power, p.Constant(1)));
        return p.Binary(Op.CopySign, p.Over(e, p.Sum(e, p.Constant(2))), x);
    }

    /// <summary>|x| − ln 2 + ln(1 + e^(−2|x|)), and its even power series where that cancels.</summary>
    private static int LogCosh(KernelProgram p, int x)
    {
        var a = p.Unary(Op.Abs, x);
        var square = p.Times(x, x);
        var small = p.Times(square, Polynomial(p, p.Wide ? LogCoshDouble : LogCoshFloat, square));
        var z = Decay(p, p.Sum(a, a));
        var large = p.Fma(z, Log1pOver(p, z), p.Difference(a, p.Constant(Math.Log(2))));
        return p.Select(a, p.Constant(1), large, small);
    }

    private static int Softplus(KernelProgram p, int x)
    {
        var z = Decay(p, p.Unary(Op.Abs, x));
        return p.Fma(z, Log1pOver(p, z), p.Largest(x, p.Constant(0)));
    }

    private static int Sigmoid(KernelProgram p, int x)
    {
        var one = p.Constant(1);
        var z = Decay(p, p.Unary(Op.Abs, x));
        return p.Over(p.Select(x, p.Constant(0), one, z), p.Sum(one, z));
    }

    private static int Sign(KernelProgram p, int x) =>
        p.Select(p.Unary(Op.Abs, x), p.Constant(p.Wide ? double.Epsilon : float.Epsilon), p.Binary(Op.CopySign, p.Constant(1), x), x);

    private static int Log1pOver(KernelProgram p, int z) =>
        Polynomial(p, p.Wide ? Log1pDouble : Log1pFloat, p.Difference(z, p.Constant(0.5)));
}
