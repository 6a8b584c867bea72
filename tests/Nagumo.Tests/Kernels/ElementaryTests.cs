using System.Numerics;
using Nagumo.Kernels;
using Nagumo.Symbolics;
using Nagumo.Tests.Symbolics;
using static Nagumo.Symbolics.Functions;

namespace Nagumo.Tests.Kernels;

public sealed unsafe class ElementaryTests
{
    private static readonly Symbol X = new("x");

    public static TheoryData<string, double, double> Ranges =>
        new()
        {
            { "exp", -87, 88 },
            { "log", 1e-30, 1e30 },
            { "tanh", -12, 12 },
            { "logcosh", -50, 50 },
            { "softplus", -80, 80 },
            { "sigmoid", -80, 80 },
        };

    [Theory, MemberData(nameof(Ranges))]
    public void Within_four_ulp_of_the_exact_value_in_float(string name, double from, double to) => Accuracy<float>(name, from, to, 4);

    // The reference itself is Math, itself good to an ulp or two.
    [Theory, MemberData(nameof(Ranges))]
    public void Within_six_ulp_of_Math_in_double(string name, double from, double to) => Accuracy<double>(name, from, to, 6);

    /// <summary>The whole stated range, every binade of it, both signs, and the numbers next to the zeros and crests.</summary>
    [Theory]
    [InlineData("sin")]
    [InlineData("cos")]
    public void Sine_and_cosine_hold_their_bound_over_their_range(string name)
    {
        // Math is good to an ulp itself; in double the bound is the sum.
        Waves<float>(name, 1e5, 2);
        Waves<double>(name, 1e9, 3);
    }

    [Theory]
    [InlineData("sin")]
    [InlineData("cos")]
    public void A_phase_beyond_the_range_has_no_sine(string name)
    {
        var f = Expr.Parse($"{name}(x)", _ => X);
        float[] x = [1.01e5f, -1e10f, float.PositiveInfinity, float.NegativeInfinity, float.NaN];
        Assert.All(Run(f, x), y => Assert.Equal(float.NaN, y));
        Assert.All(Run(f, x.Select(v => v * 1e4).ToArray()), y => Assert.Equal(double.NaN, y));
        Assert.Equal(name == "sin" ? [0, -0.0] : [1, 1], Run(f, [0.0, -0.0]));
    }

    [Fact]
    public void Huge_infinite_and_undefined_arguments()
    {
        float[] x = [1e30f, -1e30f, float.PositiveInfinity, float.NegativeInfinity, float.NaN, 0, 200, -200];
        float inf = float.PositiveInfinity,
            nan = float.NaN;
        Assert.Equal([inf, 0, inf, 0, nan, 1, inf, 0], Run(Exp(X), x));
        Assert.Equal([1, -1, 1, -1, nan, 0, 1, -1], Run(Tanh(X), x));
        Assert.Equal([1e30f, 1e30f, inf, inf, nan, 0, 200 - MathF.Log(2), 200 - MathF.Log(2)], Run(LogCosh(X), x));
        Assert.Equal([1e30f, 0, inf, 0, nan, MathF.Log(2), 200, 0], Run(Softplus(X), x).Select(v => v < 1e-30f ? 0 : v));
        Assert.Equal([1, 0, 1, 0, nan, 0.5f, 1, 0], Run(Sigmoid(X), x).Select(v => v < 1e-30f ? 0 : v));
        Assert.Equal([nan, nan, inf, float.NegativeInfinity], Run(Log(X), [-1, nan, inf, 0]));
        Assert.Equal([1, -1, 0, nan], Run(Sign(X), [3, -2, 0, nan]));
    }

    [Fact]
    public void Small_arguments_keep_their_relative_accuracy()
    {
        float[] x = [1e-20f, -1e-10f, 1e-5f];
        Assert.Equal(x, Run(Tanh(X), x));
        Assert.Equal(x.Select(v => v * v / 2), Run(LogCosh(X), x), (a, b) => Math.Abs(a - b) <= 1e-6f * b);
    }

    private static void Waves<T>(string name, double range, double ulps)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var f = Expr.Parse($"{name}(x)", _ => X);
        var rng = new Nagumo.Compute.Rng(1);
        var x = new List<T>();
        for (int i = 0; i < 100_000; i++)
        {
            x.Add(T.CreateTruncating(range * (2 * rng.NextDouble() - 1)));
            x.Add(T.CreateTruncating(range * Math.Pow(1e-20, rng.NextDouble()) * (i % 2 == 0 ? 1 : -1)));
            var turn = T.CreateTruncating(Math.Floor(range * Math.Pow(1e-9, rng.NextDouble()) * 2 / Math.PI) * (Math.PI / 2));
            x.AddRange([turn, T.BitIncrement(turn), -T.BitDecrement(turn)]);
        }
        var y = Run(f, x.ToArray());
        for (int i = 0; i < y.Length; i++)
        {
            double exact = f.Evaluate((Symbol _) => double.CreateTruncating(x[i])),
                ulp = double.CreateTruncating(T.BitIncrement(T.Abs(T.CreateTruncating(exact))) - T.Abs(T.CreateTruncating(exact)));
            Assert.True(Math.Abs(double.CreateTruncating(y[i]) - exact) <= ulps * ulp, $"{name}({x[i]:r}) = {y[i]:r}, not {exact:r}");
        }
    }

    private static void Accuracy<T>(string name, double from, double to, double ulps)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        const int n = 20_000;
        var f = Expr.Parse($"{name}(x)", _ => X);
        // Half of the points even, half geometric towards 0 (all geometric where the range is positive).
        double Point(int i) =>
            from > 0 ? from * Math.Pow(to / from, i / (double)n)
            : i % 2 == 0 ? from + ((to - from) * i / n)
            : (i % 4 == 1 ? to : from) * Math.Pow(1e-8, i / (double)n);
        var x = Enumerable.Range(0, n).Select(i => T.CreateTruncating(Point(i))).ToArray();
        var y = Run(f, x);
        for (var i = 0; i < n; i++)
        {
            var exact = f.Evaluate((Symbol _) => double.CreateTruncating(x[i]));
            var ulp = double.CreateTruncating(T.BitIncrement(T.Abs(T.CreateTruncating(exact))) - T.Abs(T.CreateTruncating(exact)));
            Assert.True(Math.Abs(double.CreateTruncating(y[i]) - exact) <= ulps * ulp, $"{name}({x[i]:r}) = {y[i]:r}, not {exact:r}");
        }
    }

    private static T[] Run<T>(Expr f, T[] x)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var y = new T[x.Length];
        fixed (
            T* p = x,
                q = y
        )
            KernelCompiler.Compile<T>(new("t", [X], [], [new(f)])).Run([new(p, 0), new(q, 0)], 1, x.Length);
        return y;
    }
}
