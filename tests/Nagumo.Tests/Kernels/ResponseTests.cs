using System.Numerics;
using System.Runtime.InteropServices;
using Nagumo.Compute;
using Nagumo.Kernels;
using Nagumo.Symbolics;
using Nagumo.Tests.Symbolics;
using static Nagumo.Symbolics.Functions;

namespace Nagumo.Tests.Kernels;

public sealed unsafe class ResponseTests
{
    private static readonly Symbol U = new("u"),
        V = new("v"),
        Load = new("load"),
        Gamma = new("gamma");

    /// <summary>FitzHugh–Nagumo with its inhibitor eliminated; kγ = 1 in the last one, so its slope at 0 is 0.</summary>
    private static Expr FitzHughNagumo(double k, double gamma, double a) => -k * (U - Pow(U, 3) / 3) + (U + a) / gamma;

    public static TheoryData<string> Forces =>
        [
            FitzHughNagumo(1, 0.8, 0).ToString(),
            FitzHughNagumo(1, 0.8, 0.7).ToString(),
            FitzHughNagumo(1, 0.5, -0.2).ToString(),
            FitzHughNagumo(1, 0.999, 0).ToString(),
            FitzHughNagumo(1, 1, 0).ToString(),
            "u",
            "u + tanh(u)",
            "2*u + tanh(u - 0.3)",
            "u + softplus(3*u)",
            "u + sin(u)/2",
            "u + u^5",
        ];

    [Theory, MemberData(nameof(Forces))]
    public void Tabulated_response_is_exact_to_four_ulp_in_float(string force) => Accuracy<float>(force);

    [Theory, MemberData(nameof(Forces))]
    public void Tabulated_response_is_exact_to_four_ulp_in_double(string force) => Accuracy<double>(force);

    [Fact]
    public void Every_width_gives_the_same_bits()
    {
        var f = FitzHughNagumo(1, 0.8, 0.7);
        var drives = Drives().Select(d => (float)d).ToArray();
        var expected = Solve(Response.Tabulated<float>(f, U, Simd.Interpreter), drives);
        foreach (var simd in KernelCompiler.Available)
            Assert.Equal(expected, Solve(Response.Tabulated<float>(f, U, simd), drives));
    }

    [Fact]
    public void Any_drive_has_an_answer()
    {
        var response = Response.Tabulated<float>(FitzHughNagumo(1, 0.8, 0.7), U);
        var u = Solve(response, [float.NaN, float.PositiveInfinity, float.NegativeInfinity, float.MaxValue, -1e30f, float.Epsilon, 0.875f]);
        Assert.Equal([float.NaN, float.PositiveInfinity, float.NegativeInfinity], u[..3]);
        Assert.Equal(Math.Cbrt(3.0 * float.MaxValue), u[3], 1e-6 * u[3]);
        Assert.Equal(-Math.Cbrt(3e30), u[4], 1e4);
        Assert.Equal(0, u[6], 1e-6);
    }

    [Fact]
    public void A_bistable_force_is_refused()
    {
        var error = Assert.Throws<ArgumentException>(() => Response.Tabulated<float>(FitzHughNagumo(1, 1.25, 0), U));
        Assert.Contains("slope is -0.2 at u = 0 (bistable)", error.Message, StringComparison.Ordinal);
        Assert.False(Response.IsMonotone(-Gamma * U + Pow(U, 3), U, _ => 2, out var where));
        Assert.Equal(0, where);
    }

    [Fact]
    public void A_cubic_rises_where_its_slope_at_the_vertex_does() =>
        Gen.Select(Gen.Double[0.01, 100], Gen.Double[-5, 5], Gen.Double[1e-6, 10], Gen.Bool, Gen.Double[-8, 8], Gen.Double[0.1, 5])
            .ForAll(
                (c, p, size, rises, low, width) =>
                {
                    // f' = 3c (u − p)² + d, least at p, or at the end of a range that is nearer to it.
                    double d = rises ? size : -size;
                    var f = c * Pow(U - p, 3) + d * U;
                    var everywhere = Response.Increases(f, U, _ => double.NaN, Response.Everywhere);
                    Assert.Equal(rises, everywhere.Holds);
                    if (!rises)
                        Assert.Equal(p, everywhere.Where, 1e-9);
                    double least = 3 * c * Math.Pow(Math.Clamp(p, low, low + width) - p, 2) + d;
                    if (Math.Abs(least) > 1e-9 * c)
                        Assert.Equal(least > 0, Response.Increases(f, U, _ => double.NaN, new(low, low + width)).Holds);
                    Assert.False(Response.Increases(-f, U, _ => double.NaN, Response.Everywhere).Holds);
                },
                iter: 500
            );

    [Fact]
    public void A_free_parameter_is_refused() =>
        Assert.Contains(
            "'gamma'",
            Assert.Throws<ArgumentException>(() => Response.Tabulated<float>(Gamma * U, U)).Message,
            StringComparison.Ordinal
        );

    [Fact]
    public void Warm_response_solves_from_any_start()
    {
        // f = (1/γ − 1)·u + u³/3 + load·u − 0.3·u⁰, γ per row, load per element.
        var f = U / Gamma - (U - Pow(U, 3) / 3) + Load * U + 0.3;
        var response = Response.Warm<float>(f, U, [Gamma], [Load]);
        const int rows = 3,
            cols = 101;
        float[] gamma = [0.5f, 0.8f, 0.95f];
        var random = new Random(1);
        float[] drive = Random(random, rows * cols, 100),
            load = [.. Random(random, rows * cols, 2).Select(Math.Abs)],
            u = Random(random, rows * cols, 3);
        fixed (
            float* d = drive,
                l = load,
                g = gamma,
                p = u
        )
            response.Solve(new(d, cols), [new(l, cols)], [new(g, 1)], new(p, cols), rows, cols);
        for (var i = 0; i < u.Length; i++)
        {
            double Force(double x) =>
                f.Evaluate(s =>
                    s.Equals(U) ? x
                    : s.Equals(Load) ? load[i]
                    : gamma[i / cols]
                );
            Assert.Equal(Bisect(Force, drive[i]), u[i], 4e-7 * (Math.Abs(u[i]) + 1));
        }
    }

    [Fact]
    public void Warm_bits_depend_on_the_element_alone() =>
        SameBits(simd => new WarmResponse<float>(U / Gamma - (U - Pow(U, 3) / 3) + Load * U + 0.3, U, [Gamma], [Load], simd), drives: 1);

    [Theory]
    [InlineData(1)]
    [InlineData(1.1)] // no line: the activator's weight in the inhibitor's equation varies
    public void Joint_bits_depend_on_the_element_alone(double bend)
    {
        var (fu, fv) = NonlinearFitzHughNagumo(bend);
        SameBits(simd => new JointResponse<float>(fu + Load * U, fv, U, V, [Gamma], [Load], simd), drives: 2);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(1.1)]
    public void Joint_response_is_exact_in_float(double bend)
    {
        var (fu, fv) = NonlinearFitzHughNagumo(bend);
        var response = Response.Joint<float>(fu, fv, U, V, [Gamma], []);
        const int n = 500;
        var random = new Random(4);
        float[] iu = Random(random, n, 5),
            iv = Random(random, n, 2),
            gamma = [0.5f],
            u = Random(random, n, 1),
            v = Random(random, n, 1);
        fixed (
            float* pu = iu,
                pv = iv,
                g = gamma,
                xu = u,
                xv = v
        )
            response.Solve(new(pu, n), new(pv, n), [], [new(g, 0)], new(xu, n), new(xv, n), 1, n);
        for (var i = 0; i < n; i++)
        {
            double At(Expr e, double x, double y) =>
                e.Evaluate(s =>
                    s.Equals(U) ? x
                    : s.Equals(V) ? y
                    : 0.5
                );
            double Inhibitor(double x) => Bisect(y => -At(fv, x, y), iv[i]);
            var exact = Bisect(x => At(fu, x, Inhibitor(x)), iu[i]);
            // Rounding of the drive, the bias and the terms of the force, over the least slope.
            var tolerance = 2e-6 * (1 + Math.Abs(exact) + Math.Abs(Inhibitor(exact)));
            Assert.Equal(exact, u[i], tolerance);
            Assert.Equal(Inhibitor(exact), v[i], tolerance);
        }
    }

    [Fact]
    public void Joint_response_solves_both_equations()
    {
        // Nonlinear FitzHugh–Nagumo: h = −k(u²/2 − u⁴/12) + uv − γv²/2 − δv⁴/4 + av.
        var h = -0.5 * (U * U / 2 - Pow(U, 4) / 12) + U * V - Gamma * V * V / 2 - 0.2 * Pow(V, 4) / 4 + 0.7 * V;
        var (fu, fv) = (h.Derive(U), h.Derive(V));
        var response = Response.Joint<double>(fu, fv, U, V, [Gamma], []);
        const int n = 50;
        var random = new Random(2);
        double[] iu = [.. Random(random, n, 5)],
            iv = [.. Random(random, n, 2)],
            gamma = [0.5],
            u = new double[n],
            v = new double[n];
        fixed (
            double* pu = iu,
                pv = iv,
                g = gamma,
                xu = u,
                xv = v
        )
        {
            response.Solve(new(pu, n), new(pv, n), [], [new(g, 0)], new(xu, n), new(xv, n), 1, n);
            for (var i = 0; i < n; i++)
            {
                double At(Expr e) =>
                    e.Evaluate(s =>
                        s.Equals(U) ? u[i]
                        : s.Equals(V) ? v[i]
                        : 0.5
                    );
                Assert.Equal(iu[i], At(fu), 1e-13 * (1 + Math.Pow(Math.Abs(u[i]), 3)));
                Assert.Equal(-iv[i], At(fv), 1e-13 * (1 + Math.Pow(Math.Abs(v[i]), 3)));
            }
        }
    }

    [Fact]
    public void Solving_allocates_nothing_and_works_in_place()
    {
        var response = Response.Tabulated<float>(FitzHughNagumo(1, 0.8, 0.7), U);
        var drives = Drives().Select(d => (float)d).ToArray();
        var expected = Solve(response, drives);
        fixed (float* p = drives)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            response.Solve(new(p, 0), new(p, 0), 1, drives.Length);
            Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
        }
        Assert.Equal(expected, drives);
    }

    /// <summary>h = −k(u²/2 − u⁴/12) + w(u)·v − γv²/2 − δv⁴/4 + av with w = u, or bent upwards: u + (bend − 1)·u²/2.</summary>
    private static (Expr Fu, Expr Fv) NonlinearFitzHughNagumo(double bend)
    {
        var h = -0.5 * (U * U / 2 - Pow(U, 4) / 12) + (U + (bend - 1) * U * U / 2) * V - Gamma * V * V / 2 - 0.2 * Pow(V, 4) / 4 + 0.7 * V;
        return (h.Derive(U), h.Derive(V));
    }

    /// <summary>Widths, all elements at once and each alone: the same bits, also of those that need more than the kernel.</summary>
    private static void SameBits(Func<Simd, Response<float>> make, int drives)
    {
        const int rows = 3,
            cols = 101,
            n = rows * cols;
        float[] gamma = [0.4f, 0.45f, 0.5f];
        var random = new Random(3);
        float[][] inputs = [.. Enumerable.Range(0, drives).Select(_ => Random(random, n, 4)), [.. Random(random, n, 2).Select(Math.Abs)]];
        // Every seventh element starts so far away that the kernel gives it up.
        float[][] starts =
        [
            .. Enumerable.Range(0, drives).Select(_ => Random(random, n, 1).Select((x, i) => i % 7 == 0 ? 100 * x : x).ToArray()),
        ];
        var expected = SolveAll(make(Simd.Interpreter), inputs, starts, gamma, rows, cols, apart: false);
        foreach (var simd in KernelCompiler.Available)
            Assert.Equal(expected, SolveAll(make(simd), inputs, starts, gamma, rows, cols, apart: false));
        Assert.Equal(expected, SolveAll(make(KernelCompiler.Default), inputs, starts, gamma, rows, cols, apart: true));
        Assert.DoesNotContain(expected, x => float.IsNaN(x));
    }

    private static float[] SolveAll(
        Response<float> response,
        float[][] inputs,
        float[][] starts,
        float[] gamma,
        int rows,
        int cols,
        bool apart
    )
    {
        float[][] operands = [.. inputs, gamma, .. starts.Select(s => (float[])s.Clone())];
        var pins = operands.Select(o => GCHandle.Alloc(o, GCHandleType.Pinned)).ToArray();
        Rows<float>[] At(int row, int column) =>
            [
                .. pins.Select(
                    (pin, i) =>
                        i == inputs.Length
                            ? new Rows<float>((float*)pin.AddrOfPinnedObject() + row, 1)
                            : new((float*)pin.AddrOfPinnedObject() + (row * cols) + column, cols)
                ),
            ];
        if (!apart)
            response.Solve(At(0, 0), rows, cols);
        for (var i = 0; i < rows * cols && apart; i++)
            response.Solve(At(i / cols, i % cols), 1, 1);
        foreach (var pin in pins)
            pin.Free();
        return [.. operands[^starts.Length..].SelectMany(o => o)];
    }

    private static IEnumerable<double> Drives() =>
        Enumerable.Range(-600, 1201).SelectMany(i => new[] { Math.Pow(10, i / 100.0), -Math.Pow(10, i / 100.0) });

    private static float[] Random(Random random, int count, float scale) =>
        [.. Enumerable.Range(0, count).Select(_ => ((random.NextSingle() * 2) - 1) * scale)];

    private static void Accuracy<T>(string force)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var f = Expr.Parse(force, name => name == "u" ? U : null);
        var drives = Drives().Select(T.CreateTruncating).ToArray();
        var u = Solve(Response.Tabulated<T>(f, U), drives);
        var epsilon = typeof(T) == typeof(float) ? Math.Pow(2, -23) : Math.Pow(2, -52);
        for (var i = 0; i < u.Length; i++)
        {
            var drive = double.CreateTruncating(drives[i]);
            double Force(double x) => f.Evaluate((Symbol _) => x);
            var (actual, exact) = (double.CreateTruncating(u[i]), Bisect(Force, drive));
            // Where f(0) ≠ 0 the reference cancels around u = 0, and so does any evaluation of a force that is no polynomial.
            var rounding = f.TryPolynomial(U, out _) ? Math.Pow(2, -51) : epsilon;
            var cancellation = 2 * Math.Abs(Force(0)) / Math.Max(f.Derive(U).Evaluate((Symbol _) => exact), 1e-3) * rounding;
            Assert.True(Math.Abs(actual - exact) <= 4 * epsilon * Math.Abs(exact) + cancellation, $"{drive:r}: {actual:r} {exact:r}");
        }
    }

    private static T[] Solve<T>(Response<T> response, T[] drives)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var u = new T[drives.Length];
        fixed (
            T* d = drives,
                p = u
        )
            response.Solve(new(d, 0), new(p, 0), 1, drives.Length);
        return u;
    }

    private static double Bisect(Func<double, double> f, double target)
    {
        var (low, high) = (-1e7, 1e7);
        while (true)
        {
            // Geometric steps towards 0 keep tiny roots relatively exact.
            var middle =
                low < 0 && high > 0
                    ? Math.Abs(low) > 1e-300 && -low > high
                        ? low / 4
                        : high / 4
                    : low + ((high - low) / 2);
            if (middle == low || middle == high || (low < 0 && high > 0 && high - low < 1e-290))
                return middle;
            var value = f(middle);
            if (value == target)
                return middle;
            (low, high) = value < target ? (middle, high) : (low, middle);
        }
    }
}
