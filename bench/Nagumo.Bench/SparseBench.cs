using System.Diagnostics;
using System.Globalization;
using System.Runtime.CompilerServices;
using Nagumo.Compute;
using Nagumo.Data;
using Nagumo.Learning;

namespace Nagumo.Bench;

/// <summary>The two products that touch the input, every element multiplied and the background left out, on real images and on noise.</summary>
/// <remarks>512 hidden neurons. Packing of the inputs is in the time, that of the weights is not. The variants alternate and the best of
/// many repeats counts: other processes only ever slow one down.</remarks>
internal static unsafe class SparseBench
{
    private const int Hidden = 512,
        Inputs = 784,
        Batch = 128,
        Tile = 64,
        Rounds = 200;

    public static int Run()
    {
        Console.WriteLine("| images | pixel dropout | listed | input current, µs/sample: all | listed | gradient: all | listed |");
        Console.WriteLine("| --- | ---: | ---: | ---: | ---: | ---: | ---: |");
        foreach (string name in new[] { "mnist", "fashion-mnist", "noise" })
        foreach (double dropout in new[] { 0, 0.1, 0.2 })
            if (name != "noise" || dropout == 0)
                Row(name, dropout);
        return 0;
    }

    private static void Row(string name, double dropout)
    {
        using var w = Random(Hidden * Inputs);
        using var d = Random(Hidden * Batch);
        using var x = Random(Inputs * Batch);
        float background = 0;
        if (name != "noise")
        {
            var set = DataSets.Load(name).Train;
            var pixels = new InputLoader<float>(new(Dropout: dropout), new Rng(1));
            var rng = new Rng(0);
            for (int i = 0; i < Batch; i++)
                pixels.Augment(set, 0, i, x.Span.Slice(i * Inputs, Inputs), rng);
            background = pixels.Expected(set, training: true) ?? 0;
        }
        int listed = 0;
        foreach (float value in x.Span)
            listed += value == background ? 0 : 1;

        var weights = new MatView<float>(w.Pointer, Hidden, Inputs, 1, Hidden);
        var images = new MatView<float>(x.Pointer, Inputs, Tile, 1, Inputs);
        var all = new MatView<float>(x.Pointer, Inputs, Batch, 1, Inputs);
        var difference = new MatView<float>(d.Pointer, Hidden, Batch, Batch);
        using var c = new Buffer<float>(Hidden * Inputs);
        var drive = new MatView<float>(c.Pointer, Hidden, Tile, Tile);
        var gradient = new MatView<float>(c.Pointer, Hidden, Inputs, 1, Hidden);
        using var left = new PackedLeft<float>(Hidden, Inputs);
        using var right = new PackedRight<float>(Inputs, Tile);
        using var sparseLeft = new SparseLeft<float>(Hidden, Inputs);
        using var sparseRight = new SparseRight<float>(Inputs, Tile);
        using var workspace = new GemmWorkspace<float>();
        left.Pack(weights, 1);
        sparseLeft.Pack(weights, 1, 0, Hidden);

        Action[] variants =
        [
            () =>
            {
                right.Pack(images);
                Gemm.Multiply(left, right, default, drive, 0, Hidden);
            },
            () =>
            {
                sparseRight.Pack(images, background);
                SparseGemm.Multiply(sparseLeft, sparseRight, default, drive, 0, Hidden);
            },
            () => Gemm.Multiply(all, difference.Transposed, default, gradient.Transposed, 1, workspace),
            () => SparseGemm.Multiply(difference, all.Transposed, background, gradient, 1, workspace),
        ];
        var best = new double[variants.Length];
        Array.Fill(best, double.MaxValue);
        for (int round = 0; round < Rounds; round++)
        for (int v = 0; v < variants.Length; v++)
            best[v] = Math.Min(best[v], Microseconds(variants[v]));
        Console.WriteLine(
            string.Create(
                CultureInfo.InvariantCulture,
                $"| {name} | {dropout:p0} | {(double)listed / (Batch * Inputs):p0} | {best[0] / Tile:f2} | {best[1] / Tile:f2} | {best[2] / Batch:f2} | {best[3] / Batch:f2} |"
            )
        );
    }

    private static Buffer<float> Random(int n)
    {
        var buffer = new Buffer<float>(n);
        var rng = new Random(1);
        foreach (ref float x in buffer.Span)
            x = rng.NextSingle() - 0.5f;
        return buffer;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static double Microseconds(Action body)
    {
        long start = Stopwatch.GetTimestamp();
        body();
        return Stopwatch.GetElapsedTime(start).TotalMicroseconds;
    }
}
