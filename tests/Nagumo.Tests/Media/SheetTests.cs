using System.Numerics;
using Nagumo.Compute;
using Nagumo.Kernels;
using Nagumo.Media;
using Nagumo.Neurons;
using Nagumo.Symbolics;
using static Nagumo.Tests.Media.SheetStates;

namespace Nagumo.Tests.Media;

public sealed class SheetTests
{
    private static readonly FitzHughNagumo Fhn = new(1, 0.5, 0.7, 11);
    private static readonly Dictionary<string, double> OnlyActivators = new() { ["u"] = 1.3 };
    private static readonly Dictionary<string, double> Both = new() { ["u"] = 1.3, ["v"] = 2.1 };

    public static TheoryData<SheetEdges> Edges => [SheetEdges.ZeroFlux, SheetEdges.Periodic];

    // Rounding of a dozen operations in each of 25 steps on values of order one.
    [Theory]
    [MemberData(nameof(Edges))]
    public void A_step_is_the_equation_of_every_cell(SheetEdges edges)
    {
        var options = new SheetOptions(Fhn, 19, 37, 0.02, Both, Edges: edges);
        double[] u = Random(options, 1),
            v = Random(options, 2),
            current = Random(options, 3);
        using var sheet = new Sheet<double>(options, current);
        sheet.Write(0, u);
        sheet.Write(1, v);
        sheet.Advance(25);
        for (int step = 0; step < 25; step++)
            (u, v) = Naive(options, u, v, current);
        AssertClose(u, Copy(sheet, 0), 1e-13);
        AssertClose(v, Copy(sheet, 1), 1e-13);
    }

    /// <summary>u' = u − u³/3 − v + I + D_u Δu and 11 v' = u + 0.7 − v/2 + D_v Δv, typed by hand.</summary>
    private static (double[] U, double[] V) Naive(SheetOptions o, double[] u, double[] v, double[] current)
    {
        double[] nextU = new double[u.Length],
            nextV = new double[u.Length];
        for (int r = 0; r < o.Rows; r++)
        for (int c = 0; c < o.Columns; c++)
        {
            int i = r * o.Columns + c;
            nextU[i] = u[i] + o.Dt * (u[i] - u[i] * u[i] * u[i] / 3 - v[i] + current[i] + 1.3 * Laplacian(o, u, r, c));
            nextV[i] = v[i] + o.Dt / 11 * (u[i] + 0.7 - 0.5 * v[i] + 2.1 * Laplacian(o, v, r, c));
        }
        return (nextU, nextV);
    }

    private static double Laplacian(SheetOptions o, double[] x, int row, int column)
    {
        double At(int r, int c)
        {
            if (o.Edges == SheetEdges.Periodic)
                return x[(r + o.Rows) % o.Rows * o.Columns + (c + o.Columns) % o.Columns];
            return x[Math.Clamp(r, 0, o.Rows - 1) * o.Columns + Math.Clamp(c, 0, o.Columns - 1)];
        }
        return At(row - 1, column) + At(row + 1, column) + At(row, column - 1) + At(row, column + 1) - 4 * At(row, column);
    }

    public static TheoryData<string> Models => [.. NeuronModels.All.Select(n => n.Name)];

    // The same step from the potential's own derivative, evaluated as an expression; rounding as above.
    [Theory]
    [MemberData(nameof(Models))]
    public void Every_neuron_model_makes_a_sheet(string name)
    {
        var neuron = NeuronModels.All.First(n => n.Name == name);
        var diffusion = neuron.Fields.Select((x, f) => (x.Name, D: f == 1 ? 0 : 0.3 + f)).ToDictionary(d => d.Name, d => d.D);
        var options = new SheetOptions(neuron, 5, 21, 0.01, diffusion);
        using var sheet = new Sheet<double>(options);
        double[][] x = [.. neuron.Fields.Select((_, f) => Random(options, f))];
        for (int f = 0; f < x.Length; f++)
            sheet.Write(f, x[f]);
        sheet.Advance(3);
        for (int step = 0; step < 3; step++)
            x = Naive(x);
        for (int f = 0; f < x.Length; f++)
            AssertClose(x[f], Copy(sheet, f), 1e-13);

        double[][] Naive(double[][] old)
        {
            double[][] next = [.. old.Select(o => new double[o.Length])];
            for (int r = 0; r < options.Rows; r++)
            for (int c = 0; c < options.Columns; c++)
            {
                int i = r * options.Columns + c;
                double Value(Symbol s) => s is Parameter p ? p.Value : old[neuron.FieldIndex(s.Name)][i];
                for (int f = 0; f < old.Length; f++)
                {
                    double force = neuron.H.Derive(neuron.Fields[f]).Evaluate(Value),
                        spread = diffusion[neuron.Fields[f].Name] * Laplacian(options, old[f], r, c),
                        tau = f == 0 ? 1 : neuron.Inhibitors[f - 1].Tau.Value;
                    next[f][i] = old[f][i] + options.Dt / tau * ((f == 0 ? -force : force) + spread);
                    if (f == 0 && BoxOf(neuron) is { } box)
                        next[f][i] = Math.Clamp(next[f][i], box.Low, box.High);
                }
            }
            return next;
        }
    }

    [Theory]
    [MemberData(nameof(Edges))]
    public void Blocking_threads_and_vector_width_change_no_bit_in_float(SheetEdges edges) => SameBits<float>(edges);

    [Theory]
    [MemberData(nameof(Edges))]
    public void Blocking_threads_and_vector_width_change_no_bit_in_double(SheetEdges edges) => SameBits<double>(edges);

    private static void SameBits<T>(SheetEdges edges)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        // Columns that fill no whole number of vectors, rows that no number of strips divides.
        var options = new SheetOptions(Fhn, 45, 151, 0.02, Both, Edges: edges);
        T[] expected = Advance(Simd.Scalar, 1, 1);
        foreach (var simd in KernelCompiler.Available)
            Assert.Equal(expected, Advance(simd, 1, 7));
        foreach (int threads in new[] { 1, 2, 3, 8 })
        foreach (int levels in new[] { 2, 5, 8, 16, 64 })
            Assert.Equal(expected, Advance(KernelCompiler.Default, threads, levels));

        T[] Advance(Simd simd, int threads, int levels)
        {
            T[] current = [.. Random(options, 3).Select(x => T.CreateChecked(0.1 * x))];
            using var sheet = new Sheet<T>(options, current, threads, simd, levels);
            sheet.Write(0, [.. Random(options, 1).Select(x => T.CreateChecked(x))]);
            sheet.Write(1, [.. Random(options, 2).Select(x => T.CreateChecked(x))]);
            // An odd number of levels, several passes, and a stop between them.
            sheet.Advance(10);
            sheet.Advance(37);
            var x = new T[2 * options.Rows * options.Columns];
            sheet.CopyTo(0, x);
            sheet.CopyTo(1, x.AsSpan(x.Length / 2));
            return x;
        }
    }

    // A cosine is an eigenvector of the mirror Laplacian; a linear neuron multiplies it by 1 − dt (slope + D Λ) in every step, exactly.
    [Fact]
    public void A_cosine_decays_as_its_eigenvalue_says()
    {
        const int Rows = 12,
            Columns = 30,
            Steps = 200;
        const double D = 0.7,
            Dt = 0.1;
        var neuron = new TextNeuron("s*u^2/2", new Dictionary<string, double> { ["s"] = 0.2 });
        using var sheet = new Sheet<double>(new(neuron, Rows, Columns, Dt, new Dictionary<string, double> { ["u"] = D }));
        double Mode(int r, int c) => Math.Cos(Math.PI * 2 * (r + 0.5) / Rows) * Math.Cos(Math.PI * 3 * (c + 0.5) / Columns);
        sheet.Write(0, [.. Enumerable.Range(0, Rows * Columns).Select(i => Mode(i / Columns, i % Columns))]);
        sheet.Advance(Steps);
        double lambda = 4 - 2 * Math.Cos(Math.PI * 2 / Rows) - 2 * Math.Cos(Math.PI * 3 / Columns),
            factor = Math.Pow(1 - Dt * (0.2 + D * lambda), Steps);
        for (int i = 0; i < Rows * Columns; i++)
            Assert.Equal(factor * Mode(i / Columns, i % Columns), sheet[0, i / Columns, i % Columns], 1e-14);
    }

    // The error against Euler's rule with a 64th of the step falls with the first power of the step, by either method.
    [Theory]
    [InlineData(SheetMethod.Explicit)]
    [InlineData(SheetMethod.SemiImplicit)]
    public void The_error_falls_with_the_step(SheetMethod method)
    {
        double[] exact = At(1.0 / 4096, SheetMethod.Explicit),
            coarse = At(1.0 / 64, method),
            fine = At(1.0 / 128, method);
        double slope = Math.Log2(Error(coarse) / Error(fine));
        Assert.InRange(slope, 0.9, 1.1);

        double Error(double[] x) => x.Zip(exact, (a, b) => Math.Abs(a - b)).Max();
        double[] At(double dt, SheetMethod by)
        {
            var options = new SheetOptions(Fhn, 8, 9, dt, Both, Method: by);
            using var sheet = new Sheet<double>(options);
            sheet.Write(0, Random(options, 4));
            sheet.Advance((long)Math.Round(2 / dt));
            return Copy(sheet, 0);
        }
    }

    [Fact]
    public void Advancing_allocates_nothing()
    {
        var options = new SheetOptions(Fhn, 64, 64, 0.02, OnlyActivators);
        using var sheet = new Sheet<float>(options);
        sheet.Advance(10);
        long before = GC.GetAllocatedBytesForCurrentThread();
        sheet.Advance(100);
        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }

    [Fact]
    public void An_unstable_step_is_refused_with_its_bound()
    {
        // 2 τ/(8 D + γ) = 0.4/(8 · 8.455 + 0.5) = 0.00587.
        var turing = new FitzHughNagumo(1, 0.5, 0.2, 0.2);
        using var sheet = new Sheet<double>(new(turing, 8, 8, 0.01, new Dictionary<string, double> { ["u"] = 1, ["v"] = 8.455 }));
        var e = Assert.Throws<ArgumentException>(() => sheet.Advance(1));
        Assert.Contains("step dt = 0.01 is not below the explicit limit 0.00587", e.Message, StringComparison.Ordinal);
        Assert.Contains("field v", e.Message, StringComparison.Ordinal);
        Assert.Contains("or give method=semi-implicit", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_step_that_the_state_outgrows_ends_with_a_message()
    {
        // At rest the bound is far; a hundred outside the cubic makes Euler's step explode.
        using var sheet = new Sheet<double>(new(new TextNeuron("-u^4/4", new Dictionary<string, double>()), 4, 4, 0.1, OnlyActivators));
        sheet.Write(0, [.. Enumerable.Repeat(2.0, 16)]);
        var e = Assert.Throws<NotFiniteNumberException>(() => sheet.Advance(1000));
        Assert.Contains("Lower it", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Bad_input_is_named()
    {
        Assert.Contains("rows = 2", Message(() => new SheetOptions(Fhn, 2, 9, 0.1, Both)), StringComparison.Ordinal);
        Assert.Contains("dt = NaN", Message(() => new SheetOptions(Fhn, 9, 9, double.NaN, Both)), StringComparison.Ordinal);
        Assert.Contains("no field 'w'", Made(new() { ["w"] = 1 }), StringComparison.Ordinal);
        Assert.Contains("D of v = NaN", Made(new() { ["v"] = double.NaN }), StringComparison.Ordinal);
        Assert.Contains(
            "tau = 0",
            Message(() => new Sheet<float>(new(new FitzHughNagumo(tau: 0), 9, 9, 0.1, Both)).Dispose()),
            StringComparison.Ordinal
        );
        Assert.Contains(
            "threads = 0",
            Message(() => new Sheet<float>(new(Fhn, 9, 9, 0.1, Both), threads: 0).Dispose()),
            StringComparison.Ordinal
        );
        using var sheet = new Sheet<float>(new(Fhn, 9, 9, 0.1, Both));
        sheet[0, 3, 3] = float.NaN;
        Assert.Contains("no finite number", Message(() => sheet.Advance(1)), StringComparison.Ordinal);
        Assert.Contains("80 values", Message(() => sheet.Write(0, new float[80])), StringComparison.Ordinal);

        static string Message(Action action) => Assert.ThrowsAny<ArgumentException>(action).Message;
        static string Made(Dictionary<string, double> diffusion) =>
            Message(() => new Sheet<float>(new(Fhn, 9, 9, 0.1, diffusion)).Dispose());
    }
}
