using System.Numerics;
using Nagumo.Compute;
using Nagumo.Symbolics;

namespace Nagumo.Kernels;

/// <summary>The kernel of a tabulated response.</summary>
/// <remarks>
/// With y = I − f(0) and g = f − f(0) the table holds a cubic u(|y|) for each bin of log₂(|y| + δ): a seed u₀ and its slope s = du/dy.
/// The corrections u ← u + s·(y − g(u)) need no division and gain the factor |1 − s·g′| each; in double Newton steps follow. An element
/// whose last correction is too large, or whose drive lies beyond the table, becomes NaN.
/// </remarks>
internal static class ResponseTable
{
    private const int Bins = 32;

    // The drives that a table must serve without failures, if any candidate can.
    private const double Least = 1e-6,
        Largest = 1e4;

    /// <summary>
    /// log₂ of the bins per octave; log₂ of the end of the table; corrections with the table's slope, with the true slope (a division).
    /// </summary>
    private static readonly Shape[] Candidates =
    [
        new(1, 14, 1, 0),
        new(2, 6, 1, 0),
        new(0, 14, 0, 1),
        new(1, 14, 0, 1),
        new(0, 14, 2, 0),
        new(1, 14, 2, 0),
        new(0, 14, 1, 1),
        new(0, 14, 3, 0),
        new(0, 11, 4, 0),
    ];

    /// <param name="g">f − f(0).</param>
    /// <param name="u">The unknown.</param>
    /// <param name="atZero">f(0).</param>
    /// <param name="root">u with g(u) = y, in double.</param>
    /// <param name="simd">The width.</param>
    public static Kernel<T> Build<T>(Expr g, Symbol u, double atZero, Func<double, double> root, Simd simd)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var odd = IsOdd(g, u);
        var drives = Drives<T>(atZero).ToArray();
        var expected = drives.Select(d => root(double.CreateTruncating(d) - atZero)).ToArray();
        // 4 ulp; a force with tanh(u − b) or the like also rounds by f(0) where it is small.
        var epsilon = 4 * (typeof(T) == typeof(float) ? Math.Pow(2, -23) : Math.Pow(2, -52));
        var tolerances = drives
            .Zip(expected, (d, e) => epsilon * Math.Abs(e) * (1 + Math.Abs(atZero / (double.CreateTruncating(d) - atZero))))
            .ToArray();
        (Kernel<T>? Kernel, int Failures) best = (null, int.MaxValue);
        foreach (var candidate in Candidates.OrderBy(c => Cost(g, u, c)))
        {
            var program = Program(g, u, atZero, root, odd, candidate, typeof(T) == typeof(double));
            // The certificate runs on the scalar path: all widths have its bits.
            var failures = Failures(KernelCompiler.Build<T>(program, "response", Certifier), drives, expected, tolerances);
            if (failures >= best.Failures)
                continue;
            best = (KernelCompiler.Build<T>(program, "response", simd), failures);
            if (failures == 0)
                break;
        }
        return best.Kernel!;
    }

    private readonly record struct Shape(int Octave, int End, int Steps, int Newton);

    private static Simd Certifier => KernelCompiler.Available.Contains(Simd.Scalar) ? Simd.Scalar : Simd.Interpreter;

    /// <summary>Operations of the corrections; a division takes as long as some six others, but mostly beside them.</summary>
    private static int Cost(Expr g, Symbol u, Shape shape)
    {
        int Count(params Expr[] values) =>
            new KernelDefinition("cost", [u], [], [.. values.Select(v => new Output(v))]).OperationCount.PerElement;
        return (shape.Steps * (Count(g) + 2)) + (shape.Newton * (Count(g, g.Derive(u)) + 4)) + (shape.Steps > 0 ? 2 : 0);
    }

    private static bool Waves(Expr e)
    {
        var seen = new HashSet<Expr>();
        return Within(e);

        bool Within(Expr part) =>
            seen.Add(part) && (part is Call { Function: var f } && (f == Function.Sin || f == Function.Cos) || part.Children.Any(Within));
    }

    private static bool IsOdd(Expr g, Symbol u)
    {
        if (g.TryPolynomial(u, out var coefficients))
            return coefficients.Where((c, n) => n % 2 == 0 && c is not Constant { Value: 0 }).Any() is false;
        double At(double x) => g.Evaluate((Symbol _) => x);
        return Enumerable.Range(-60, 121).Select(i => Math.Pow(10, i / 10.0)).All(x => At(-x) == -At(x));
    }

    private static IEnumerable<T> Drives<T>(double atZero)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        const int perDecade = 60;
        var decades = (int)Math.Round(Math.Log10(Largest / Least));
        for (var i = 0; i <= perDecade * decades; i++)
        {
            var y = Least * Math.Pow(10, i / (double)perDecade);
            yield return T.CreateTruncating(atZero + y);
            yield return T.CreateTruncating(atZero - y);
        }
    }

    private static unsafe int Failures<T>(Kernel<T> kernel, T[] drives, double[] expected, double[] tolerances)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var actual = new T[drives.Length];
        fixed (
            T* d = drives,
                a = actual
        )
            kernel.Run([new(d, 0), new(a, 0)], 1, drives.Length);
        var failures = 0;
        for (var i = 0; i < actual.Length; i++)
        {
            var error = Math.Abs(double.CreateTruncating(actual[i]) - expected[i]);
            if (!(error <= tolerances[i]))
                failures++;
        }
        return failures;
    }

    private static KernelProgram Program(Expr g, Symbol u, double atZero, Func<double, double> root, bool odd, Shape shape, bool wide)
    {
        var p = new KernelProgram(1, 0, wide);
        var lowering = new Lowering(p, [], []);
        // f(0) in two parts: the drive minus the first is exact where it matters.
        var high = wide ? atZero : (double)(float)atZero;
        var y = p.Load(0);
        if (high != 0)
            y = p.Difference(y, p.Constant(high));
        if (atZero - high != 0)
            y = p.Difference(y, p.Constant(atZero - high));

        var magnitude = p.Unary(Op.Abs, y);
        var perOctave = 1 << shape.Octave;
        // The last bin stands for everything beyond the end, and for NaN: Min returns its second operand there.
        var end = Math.Pow(2, shape.End);
        var delta = Math.Pow(2, shape.End - ((Bins - 1) / perOctave));
        var bin = p.Unary(
            Op.Shift,
            p.Binary(Op.Min, p.Sum(magnitude, p.Constant(delta)), p.Constant(end)),
            (wide ? 52 : 23) - shape.Octave
        );
        var x = odd ? magnitude : y;
        var positive = Cubics(y => root(y), delta, shape, wide);
        var negative = odd ? positive : Cubics(y => root(-y), delta, shape, wide);
        var c = new int[4];
        for (var n = 0; n < 4; n++)
        {
            c[n] = p.Lookup(positive[n], bin);
            if (odd)
                continue;
            // In powers of y = −|y|.
            var sign = n % 2 == 0 ? 1 : -1;
            var other = p.Lookup([.. negative[n].Select(v => sign * v)], bin);
            c[n] = p.Select(y, p.Constant(0), c[n], other);
        }
        // Horner, and Horner's derivative from the same partial sums.
        var first = p.Fma(c[3], x, c[2]);
        var second = p.Fma(first, x, c[1]);
        var slope = p.Fma(p.Fma(c[3], x, first), x, second);
        var solution = p.Fma(second, x, c[0]);

        var correction = -1;
        var derivative = g.Derive(u);
        var target = new Symbol($"{u.Name}__target");
        lowering.Bind(target, x);
        for (var step = 0; step < shape.Steps + shape.Newton + (wide ? 2 : 0); step++)
        {
            var iterate = new Symbol($"{u.Name}__{step}");
            lowering.Bind(iterate, solution);
            int At(Expr e) => lowering.Lower(e.Substitute(s => s.Equals(u) ? iterate : null));
            var residual = At(target - g);
            if (step < shape.Steps)
            {
                var next = p.Fma(slope, residual, solution);
                (correction, solution) = (p.Difference(next, solution), next);
            }
            else
            {
                correction = p.Over(residual, At(derivative));
                solution = p.Sum(solution, correction);
            }
        }
        // The next correction would be smaller by 1e-3 at least (table's slope), or the square (true slope); but a sine turns within a
        // bin far out, where only what no longer moves is the solution.
        var tolerance =
            Waves(g) ? 4 * (wide ? Math.Pow(2, -52) : Math.Pow(2, -23))
            : wide ? 1e-9
            : shape.Newton > 0 ? 3e-4
            : 1e-4;
        // A force with tanh(u − b) or the like rounds by f(0), however small u is.
        var noise = g.TryPolynomial(u, out _) ? 0 : 8 * (wide ? Math.Pow(2, -52) : Math.Pow(2, -23)) * Math.Abs(atZero);
        var steepness = derivative.Evaluate((Symbol _) => 0.0);
        // The solution of an odd force is positive here, or wrong.
        var size = odd ? solution : p.Unary(Op.Abs, solution);
        var trusted =
            noise > 0 && steepness > 0
                ? p.Fma(size, p.Constant(tolerance), p.Constant(noise / steepness))
                : p.Times(size, p.Constant(tolerance));
        if (odd)
            solution = p.Binary(Op.CopySign, solution, y);
        p.Watched = p.Select(trusted, p.Unary(Op.Abs, correction), solution, p.Constant(double.NaN));
        p.Results.Add(p.Watched);
        return p;
    }

    /// <summary>Coefficients of the cubics through Chebyshev nodes, one table of <see cref="Bins"/> per power; NaN beyond the end.</summary>
    private static double[][] Cubics(Func<double, double> root, double delta, Shape shape, bool wide)
    {
        var tables = Enumerable.Range(0, 4).Select(_ => Enumerable.Repeat(double.NaN, Bins).ToArray()).ToArray();
        var perOctave = 1 << shape.Octave;
        for (var i = 0; i < (Bins - 1) / perOctave * perOctave; i++)
        {
            // Bins of one octave divide its mantissas evenly, as the top bits of the number do.
            double Edge(int k) => delta * Math.Pow(2, k / perOctave) * (1 + (k % perOctave / (double)perOctave));
            var (from, to) = (Edge(i) - delta, Edge(i + 1) - delta);
            // The first bin passes through 0 exactly, so that small drives keep their relative accuracy.
            var nodes = i == 0 ? 3 : 4;
            var x = Enumerable
                .Range(0, nodes)
                .Select(k => (from + to - ((to - from) * Math.Cos(Math.PI * (k + 0.5) / nodes))) / 2)
                .ToArray();
            var values = x.Select(t => i == 0 ? root(t) / t : root(t)).ToArray();
            var coefficients = Interpolate(x, values);
            var index = Index(Edge(i), shape.Octave, wide);
            if (i == 0)
                tables[0][index] = 0;
            for (var n = 0; n < nodes; n++)
                tables[n + (i == 0 ? 1 : 0)][index] = coefficients[n];
        }
        return tables;
    }

    private static int Index(double x, int octave, bool wide) =>
        (int)(
            wide
                ? (BitConverter.DoubleToInt64Bits(x) >>> (52 - octave)) & (Bins - 1)
                : (BitConverter.SingleToInt32Bits((float)x) >>> (23 - octave)) & (Bins - 1)
        );

    /// <summary>The monomial coefficients of the polynomial through the points (Newton's divided differences, expanded).</summary>
    private static double[] Interpolate(double[] x, double[] y)
    {
        var n = x.Length;
        var d = (double[])y.Clone();
        for (var j = 1; j < n; j++)
        {
            for (var i = n - 1; i >= j; i--)
                d[i] = (d[i] - d[i - 1]) / (x[i] - x[i - j]);
        }
        var result = new double[n];
        for (var i = n - 1; i >= 0; i--)
        {
            // result ← result·(t − x_i) + d_i
            for (var k = n - 1; k >= 1; k--)
                result[k] = result[k - 1] - (x[i] * result[k]);
            result[0] = d[i] - (x[i] * result[0]);
        }
        return result;
    }
}
