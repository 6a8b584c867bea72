using System.Diagnostics;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Nagumo.Compute;

namespace Nagumo.Bench;

/// <summary>Products on one core: a loop of fused multiply-adds as the peak, ours, and OpenBLAS, in one run.</summary>
/// <remarks>The measurements of one shape alternate, and the best of many repeats counts: other processes only ever slow one down.</remarks>
internal static unsafe class GemmBench
{
    const int Rounds = 60;

    enum Variant
    {
        /// <summary>A packed before (weights), B packed in the time.</summary>
        Packed,

        /// <summary>A packed before, B read where it is.</summary>
        Direct,

        /// <summary>Both packed in the time, B transposed (gradients).</summary>
        General,
    }

    static readonly (int M, int K, int N, Variant Variant)[] Shapes =
    [
        (512, 784, 128, Variant.Packed),
        (512, 512, 128, Variant.Packed),
        (512, 512, 32, Variant.Packed),
        (512, 512, 64, Variant.Packed),
        (512, 512, 256, Variant.Packed),
        (10, 512, 128, Variant.Direct),
        (512, 10, 128, Variant.Direct),
        (512, 128, 784, Variant.General),
        (10, 128, 512, Variant.General),
        (512, 512, 128, Variant.General),
    ];

    public static int Run()
    {
        var blas = OpenBlas.TryLoad();
        var core = Environment.GetEnvironmentVariable("OPENBLAS_CORETYPE");
        Console.WriteLine($"Width {Widths.Default}, {RuntimeInformation.FrameworkDescription}");
        Console.WriteLine(
            blas is null
                ? "OpenBLAS: not found"
                : $"OpenBLAS: one thread, core {blas.CoreName}, OPENBLAS_CORETYPE {(core is null ? "unset" : $"= {core}: NOT its own choice")}"
        );
        if (blas is not null && OpenBlas.Unfair(blas.CoreName) is { } unfair)
            Console.WriteLine($"OpenBLAS: {unfair}");
        Console.WriteLine();
        Console.WriteLine("| type | M×K·K×N | operands | peak GFLOP/s | ours | % of peak | OpenBLAS | ours / OpenBLAS |");
        Console.WriteLine("| --- | --- | --- | ---: | ---: | ---: | ---: | ---: |");
        foreach (var shape in Shapes)
            Row<float>(shape.M, shape.K, shape.N, shape.Variant, blas);
        Row<double>(512, 512, 128, Variant.Packed, blas);
        return 0;
    }

    static void Row<T>(int m, int k, int n, Variant variant, OpenBlas? blas)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        using var a = new Buffer<T>((long)m * k);
        using var b = new Buffer<T>((long)k * n);
        using var c = new Buffer<T>((long)m * n);
        var rng = new Random(1);
        foreach (ref var x in a.Span)
            x = T.CreateChecked(rng.NextDouble() - 0.5);
        foreach (ref var x in b.Span)
            x = T.CreateChecked(rng.NextDouble() - 0.5);
        var left = new MatView<T>(a.Pointer, m, k, k);
        var right = variant == Variant.General ? new MatView<T>(b.Pointer, k, n, 1, k) : new MatView<T>(b.Pointer, k, n, n);
        var result = new MatView<T>(c.Pointer, m, n, n);
        using var packedLeft = new PackedLeft<T>(m, k);
        using var packedRight = new PackedRight<T>(k, n);
        using var workspace = new GemmWorkspace<T>();
        packedLeft.Pack(left, T.One);

        void Ours()
        {
            switch (variant)
            {
                case Variant.Packed:
                    packedRight.Pack(right);
                    Gemm.Multiply(packedLeft, packedRight, default, result, 0, m);
                    break;
                case Variant.Direct:
                    Gemm.Multiply(packedLeft, right, default, result, 0, m);
                    break;
                default:
                    Gemm.Multiply(left, right, default, result, T.One, workspace);
                    break;
            }
        }

        var flops = 2.0 * m * k * n;
        var repeats = (int)Math.Max(1, 5e7 / flops);
        var (peak, ours, theirs) = (0.0, 0.0, 0.0);
        for (var round = 0; round < Rounds; round++)
        {
            peak = Math.Max(peak, Peak<T>());
            ours = Math.Max(ours, Rate(Ours, flops, repeats));
            if (blas is not null)
                theirs = Math.Max(theirs, Rate(() => blas.Gemm(left, right, default, result, T.One), flops, repeats));
        }
        var name = typeof(T) == typeof(float) ? "float" : "double";
        var other =
            blas is null ? "– | –"
            : OpenBlas.Unfair(blas.CoreName) is null ? $"{theirs:f1} | {ours / theirs:f2}"
            : $"{theirs:f1} | –";
        Console.WriteLine($"| {name} | {m}×{k}·{k}×{n} | {variant} | {peak:f1} | {ours:f1} | {100 * ours / peak:f0} | {other} |");
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    static double Rate(Action body, double flops, int repeats)
    {
        var start = Stopwatch.GetTimestamp();
        for (var i = 0; i < repeats; i++)
            body();
        return flops * repeats / Stopwatch.GetElapsedTime(start).TotalSeconds * 1e-9;
    }

    const int PeakSteps = 20_000;

    /// <summary>GFLOP/s of independent fused multiply-adds of the preferred width.</summary>
    static double Peak<T>()
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        Widths.Default switch
        {
            Simd.Vector512 => Rate(Chains<Vector512<T>, T, Lanes512<T>>, 2.0 * 16 * PeakSteps * Vector512<T>.Count, 10),
            Simd.Vector256 => Rate(Chains<Vector256<T>, T, Lanes256<T>>, 2.0 * 16 * PeakSteps * Vector256<T>.Count, 10),
            Simd.Vector128 => Rate(Chains<Vector128<T>, T, Lanes128<T>>, 2.0 * 16 * PeakSteps * Vector128<T>.Count, 10),
            _ => Rate(Chains<T, T, Lanes1<T>>, 2.0 * 16 * PeakSteps, 10),
        };

    // Eight chains: a latency of four cycles times two units.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static void Chains<V, T, S>()
        where V : unmanaged
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where S : ILanes<V, T>
    {
        V f = S.Broadcast(T.CreateChecked(0.5));
        V a = f,
            b = f,
            c = f,
            d = f,
            e = f,
            g = f,
            h = f,
            i = f;
        for (var step = 0; step < PeakSteps; step++)
        {
            a = S.Fma(a, f, f);
            b = S.Fma(b, f, f);
            c = S.Fma(c, f, f);
            d = S.Fma(d, f, f);
            e = S.Fma(e, f, f);
            g = S.Fma(g, f, f);
            h = S.Fma(h, f, f);
            i = S.Fma(i, f, f);
            a = S.Fma(a, f, f);
            b = S.Fma(b, f, f);
            c = S.Fma(c, f, f);
            d = S.Fma(d, f, f);
            e = S.Fma(e, f, f);
            g = S.Fma(g, f, f);
            h = S.Fma(h, f, f);
            i = S.Fma(i, f, f);
        }
        var sum = S.Fma(a, b, S.Fma(c, d, S.Fma(e, g, S.Fma(h, i, f))));
        T* sink = stackalloc T[64 / sizeof(T)];
        S.Store(sink, sum);
        if (T.IsNaN(*sink))
            throw new InvalidOperationException("The chains converge to 1; they cannot be NaN.");
    }
}
