using Nagumo.Compute;
using Nagumo.Kernels;
using Nagumo.Symbolics;
using Nagumo.Tests.Symbolics;
using static Nagumo.Symbolics.Functions;
using static Nagumo.Tests.Symbolics.RandomExpr;

namespace Nagumo.Tests.Kernels;

public sealed unsafe class KernelTests
{
    private static readonly Symbol[] Operands = [X, Y, Z];

    [Fact]
    public void Every_width_gives_the_bits_of_the_interpreter_in_float() => Agreement<float>();

    [Fact]
    public void Every_width_gives_the_bits_of_the_interpreter_in_double() => Agreement<double>();

    // Rounding of a handful of operations, amplified by intermediate values up to about 1e3.
    [Fact]
    public void A_kernel_evaluates_its_expression() =>
        Gen.Select(Smooth(3), Gen.Double[-1.5, 1.5].Array[3])
            .ForAll(
                (e, p) =>
                {
                    var expected = e.Evaluate(s => p[Array.IndexOf(Operands, s)]);
                    var actual = Run<double>(
                        new("t", [X, Y], [Z], [new(e)]),
                        Simd.Scalar,
                        1,
                        1,
                        [
                            [p[0]],
                            [p[1]],
                            [p[2]],
                        ],
                        false
                    )[0][1];
                    Assert.True(Math.Abs(expected - actual) <= 1e-9 * (1 + Math.Abs(expected)), $"{e}: {expected} {actual}");
                },
                iter: 200
            );

    [Fact]
    public void Outputs_store_add_and_take_the_largest()
    {
        KernelDefinition definition = new("t", [X], [Y], [new(X * Y), new(X, OutputKind.Add), new(X, OutputKind.MaxInto)]);
        foreach (var simd in KernelCompiler.Available)
        {
            float[] x = [1, -2, float.NaN],
                y = [3],
                store = new float[3],
                add = [10, 10, 10],
                max = [0, float.NaN, 0];
            fixed (
                float* px = x,
                    py = y,
                    ps = store,
                    pa = add,
                    pm = max
            )
                KernelCompiler.Compile<float>(definition, simd).Run([new(px, 3), new(py, 0), new(ps, 3), new(pa, 3), new(pm, 3)], 1, 3);
            Assert.Equal([3, -6, float.NaN], store);
            Assert.Equal([11, 8, float.NaN], add);
            Assert.Equal([1, float.NaN, float.NaN], max);
        }
    }

    [Fact]
    public void In_place_reads_before_it_writes()
    {
        KernelDefinition definition = new("t", [X, Y], [], [new(Y), new(X)]);
        foreach (var simd in KernelCompiler.Available)
        {
            var (x, y) = (Enumerable.Range(0, 37).Select(i => (float)i).ToArray(), new float[37]);
            fixed (
                float* px = x,
                    py = y
            )
                KernelCompiler.Compile<float>(definition, simd).Run([new(px, 37), new(py, 37), new(px, 37), new(py, 37)], 1, 37);
            Assert.All(x, v => Assert.Equal(0, v));
            Assert.Equal(Enumerable.Range(0, 37).Select(i => (float)i), y);
        }
    }

    [Fact]
    public void A_kernel_says_whether_its_watched_value_is_a_number_everywhere()
    {
        // From no whole vector to several, with and without a rest.
        foreach (var simd in KernelCompiler.Available)
        {
            var program = new KernelProgram(1, 0, wide: false);
            program.Watched = program.Unary(Op.Sqrt, program.Load(0));
            program.Results.Add(program.Load(0));
            var kernel = KernelCompiler.Build<float>(program, "t", simd);
            for (var n = 1; n <= 70; n++)
            {
                for (var bad = -1; bad < n; bad++)
                {
                    float[] x = [.. Enumerable.Range(0, n).Select(i => i == bad ? -1f : i)],
                        copy = new float[n];
                    fixed (
                        float* p = x,
                            q = copy
                    )
                        Assert.Equal(bad < 0, kernel.Run([new(p, n), new(q, n)], 1, n));
                    Assert.Equal(x, copy);
                }
            }
        }
    }

    [Fact]
    public void What_depends_on_uniforms_alone_is_hoisted()
    {
        // u/γ − k·u + (k/3)·u³ = u·((k/3)·u² + (1/γ − k)): two multiplications and one fused.
        Expr u = X,
            gamma = Y,
            k = Z;
        KernelDefinition definition = new("t", [X], [Y, Z], [new(u / gamma - k * u + k * Pow(u, 3) / 3)]);
        Assert.Equal(3, definition.OperationCount.PerElement);
        Assert.Equal(3, definition.OperationCount.PerRow);
    }

    [Fact]
    public void Running_allocates_nothing()
    {
        KernelDefinition definition = new("t", [X, Y], [Z], [new(Tanh(X) * Y + Z)]);
        float[] data = new float[256],
            uniform = [1];
        foreach (var simd in KernelCompiler.Available)
        {
            var kernel = KernelCompiler.Compile<float>(definition, simd);
            fixed (
                float* p = data,
                    q = uniform
            )
            {
                kernel.Run([new(p, 64), new(p, 64), new(q, 0), new(p, 64)], 4, 61);
                var before = GC.GetAllocatedBytesForCurrentThread();
                kernel.Run([new(p, 64), new(p, 64), new(q, 0), new(p, 64)], 4, 61);
                Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
            }
        }
    }

    [Fact]
    public void Equal_definitions_share_one_kernel() =>
        Assert.Same(
            KernelCompiler.Compile<float>(new("a", [new("x")], [], [new(new Symbol("x") * 2)])),
            KernelCompiler.Compile<float>(new("b", [X], [], [new(2 * X)]))
        );

    [Fact]
    public void Unknown_and_repeated_operands_are_refused()
    {
        var unknown = Assert.Throws<ArgumentException>(() => KernelCompiler.Compile<float>(new("t", [X], [], [new(Y)])));
        Assert.Equal("'y' is neither a stream nor a uniform of the kernel.", unknown.Message);
        Assert.Throws<ArgumentException>(() => KernelCompiler.Compile<float>(new("t", [X], [X], [new(X)])));
        Assert.Throws<ArgumentException>(() => KernelCompiler.Compile<float>(new("t", [X], [], [new(X)])).Run([], 1, 1));
    }

    private static void Agreement<T>()
        where T : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<T> =>
        Gen.Select(Any(3), Any(3), Gen.Int[1, 3], Gen.Int[1, 70], Gen.Bool, Gen.Int[0, int.MaxValue])
            .ForAll(
                (a, b, rows, cols, repeat, seed) =>
                {
                    KernelDefinition definition = new("t", [X, Y], [Z], [new(a), new(b, OutputKind.Add)]);
                    var random = new Random(seed);
                    double[] special =
                    [
                        0,
                        -0.0,
                        1,
                        double.NaN,
                        double.PositiveInfinity,
                        double.NegativeInfinity,
                        1e30,
                        -1e30,
                        1e-30,
                        88.7,
                        -87.4,
                    ];
                    T Next() =>
                        T.CreateTruncating(random.Next(8) == 0 ? special[random.Next(special.Length)] : random.NextDouble() * 6 - 3);
                    var input = Enumerable
                        .Range(0, 3)
                        .Select(_ => Enumerable.Range(0, rows * cols).Select(_ => Next()).ToArray())
                        .ToArray();
                    var expected = Run(definition, Simd.Interpreter, rows, cols, input, repeat);
                    foreach (var simd in KernelCompiler.Available)
                    {
                        var actual = Run(definition, simd, rows, cols, input, repeat);
                        for (var i = 0; i < actual.Length; i++)
                        {
                            // NaN is NaN whatever its payload; −0 is not 0.
                            for (var j = 0; j < actual[i].Length; j++)
                                Assert.True(
                                    Same(expected[i][j], actual[i][j]),
                                    $"{simd} {i},{j}: {expected[i][j]} {actual[i][j]} {a} | {b}"
                                );
                        }
                    }
                },
                iter: 50
            );

    private static bool Same<T>(T a, T b)
        where T : System.Numerics.IBinaryFloatingPointIeee754<T> => T.IsNaN(a) ? T.IsNaN(b) : a == b && T.IsNegative(a) == T.IsNegative(b);

    /// <summary>Runs on unaligned copies; <paramref name="repeat"/> reads the first row of Y again for every row.</summary>
    private static T[][] Run<T>(KernelDefinition definition, Simd simd, int rows, int cols, T[][] input, bool repeat)
        where T : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<T>
    {
        var outputs = definition.Outputs.Select(_ => new T[(rows * cols) + 1]).ToArray();
        fixed (
            T* x = input[0],
                y = input[1],
                z = input[2],
                first = outputs[0],
                second = outputs[^1]
        )
        {
            List<nint> addresses = [(nint)first, (nint)second];
            var operands = new Rows<T>[3 + outputs.Length];
            operands[0] = new(x, cols);
            operands[1] = new(y, repeat ? 0 : cols);
            operands[2] = new(z, 1);
            for (var i = 0; i < outputs.Length; i++)
                operands[3 + i] = new((T*)addresses[i] + 1, cols);
            KernelCompiler.Compile<T>(definition, simd).Run(operands, rows, cols);
        }
        return outputs;
    }
}
