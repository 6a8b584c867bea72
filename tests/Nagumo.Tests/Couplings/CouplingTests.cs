using System.Numerics;
using Nagumo.Compute;
using Nagumo.Couplings;
using Nagumo.Kernels;
using Nagumo.Networks;
using Nagumo.Neurons;

namespace Nagumo.Tests.Couplings;

/// <summary>One property for all couplings: drives, loads and contrasts against their term as plain loops. A new coupling adds one line to <see cref="Cases"/>.</summary>
public sealed unsafe class CouplingTests
{
    /// <summary>How the memory of an end lies: a relaxed field, samples × pixels (clamped; lit ones among a background that is left out), or
    /// one column for all lanes (a rail).</summary>
    public enum Layout
    {
        Relaxed,
        Samples,
        Lit,
        Rail,
    }

    private sealed record Case(Coupling Coupling, bool EqualSizes, params Layout[] Ends);

    private static readonly Dictionary<string, Case> Known = new()
    {
        ["bias"] = new(new Bias("a"), false, Layout.Relaxed),
        ["bilinear u-u"] = new(new Bilinear("a", "b", 1), false, Layout.Relaxed, Layout.Relaxed),
        ["bilinear u-v"] = new(new Bilinear("a", new End("b", "v"), 1), false, Layout.Relaxed, Layout.Relaxed),
        ["bilinear v-u"] = new(new Bilinear(new End("a", "v"), "b", 1), false, Layout.Relaxed, Layout.Relaxed),
        ["bilinear v-v"] = new(new Bilinear(new End("a", "v"), new End("b", "v"), 1), false, Layout.Relaxed, Layout.Relaxed),
        ["bilinear u-pixels"] = new(new Bilinear("a", "b", 1), false, Layout.Relaxed, Layout.Samples),
        ["bilinear u-lit pixels"] = new(new Bilinear("a", "b", 1), false, Layout.Relaxed, Layout.Lit),
        ["bilinear v-lit pixels"] = new(new Bilinear(new End("a", "v"), "b", 1), false, Layout.Relaxed, Layout.Lit),
        ["resistive u-lit pixels"] = new(new Resistive("a", "b", 0, 1), false, Layout.Relaxed, Layout.Lit),
        ["bilinear v-pixels"] = new(new Bilinear(new End("a", "v"), "b", 1), false, Layout.Relaxed, Layout.Samples),
        ["bilinear rail-u"] = new(new Bilinear("a", "b", 1), false, Layout.Rail, Layout.Relaxed),
        ["bilinear inside"] = new(new Bilinear("a", "a", 1), false, Layout.Relaxed, Layout.Relaxed),
        ["resistive u-u"] = new(new Resistive("a", "b", 0, 1), false, Layout.Relaxed, Layout.Relaxed),
        ["resistive u-pixels"] = new(new Resistive("a", "b", 0, 1), false, Layout.Relaxed, Layout.Samples),
        ["resistive rail-u"] = new(new Resistive("a", "b", 0, 1), false, Layout.Rail, Layout.Relaxed),
        ["resistive inside"] = new(new Resistive("a", "a", 0, 1), false, Layout.Relaxed, Layout.Relaxed),
        ["differential u-pixels"] = new(new DifferentialResistive("a", "b", 3, 1), false, Layout.Relaxed, Layout.Samples),
        ["differential u-rail"] = new(new DifferentialResistive("a", "b", 3, 1), false, Layout.Relaxed, Layout.Rail),
        ["rail u-u"] = new(new RailResistive("a", "b", 1), false, Layout.Relaxed, Layout.Relaxed),
        ["rail inside"] = new(new RailResistive("a", "a", 1), false, Layout.Relaxed, Layout.Relaxed),
        ["chain u"] = new(new DiffusiveAlong("a", 1), true, Layout.Relaxed, Layout.Relaxed),
        ["chain v"] = new(new DiffusiveAlong(new End("a", "v"), 1), true, Layout.Relaxed, Layout.Relaxed),
        ["diffusive u-u"] = new(new Diffusive("a", "b", 1), true, Layout.Relaxed, Layout.Relaxed),
        ["diffusive v-v"] = new(new Diffusive(new End("a", "v"), new End("b", "v"), 1), true, Layout.Relaxed, Layout.Relaxed),
        ["diffusive u-pixels"] = new(new Diffusive("a", "b", 1), true, Layout.Relaxed, Layout.Samples),
        ["diffusive rail-u"] = new(new Diffusive("a", "b", 1), true, Layout.Rail, Layout.Relaxed),
    };

    public static TheoryData<string> Cases => [.. Known.Keys];

    [Theory, MemberData(nameof(Cases))]
    public void Agrees_with_its_term_in_double(string name) => Check<double>(name);

    [Theory, MemberData(nameof(Cases))]
    public void Agrees_with_its_term_in_float(string name) => Check<float>(name);

    [Fact]
    public void Every_kind_of_coupling_has_a_case()
    {
        // An asymmetric coupling has no term, and a block is beyond quadratic: their own tests hold them against flow and finite differences.
        var kinds = typeof(Coupling)
            .Assembly.GetTypes()
            .Where(t => t.IsSubclassOf(typeof(Coupling)) && t != typeof(Asymmetric) && t != typeof(Block));
        Assert.Empty(kinds.Except(Known.Values.Select(c => c.Coupling.GetType())));
    }

    // 33 and more rows and columns are packed, fewer are read in place; 12 rows are a panel, 64 or 32 where a background is left out; 16 lanes are a row's padding.
    private static readonly Gen<(int A, int B, int Lanes, int Seed)> Shapes = Gen.Select(
        Gen.OneOf(Gen.Int[1, 15], Gen.Int[33, 40], Gen.Int[63, 70]),
        Gen.OneOf(Gen.Int[1, 15], Gen.Int[33, 40]),
        Gen.OneOf(Gen.Int[1, 5], Gen.Int[15, 35]),
        Gen.Int
    );

    private static void Check<T>(string name)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        Shapes.ForAll(
            shape =>
            {
                var @case = Known[name];
                int b =
                    @case.EqualSizes || (@case.Coupling.Ends.Count == 2 && @case.Coupling.Ends[0] == @case.Coupling.Ends[1])
                        ? shape.A
                        : shape.B;
                using var bench = new Bench<T>(@case, [shape.A, b], shape.Lanes, new Rng((ulong)shape.Seed));
                bench.Drives_and_loads();
                bench.Contrast();
                bench.Splitting_changes_no_bit();
            },
            iter: 12
        );

    /// <summary>A coupling bound to random parameters, with two random states β₊ and β₋ at its ends.</summary>
    private sealed class Bench<T> : IDisposable
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        private const double DeltaBeta = 0.5;
        private static readonly T Unlit = T.CreateChecked(-0.4);

        // Sums of n products over some lanes, rounded at each addition: far below 4 n ε √(n · lanes) even where the terms are of size 3.
        private readonly double _tolerance;
        private readonly Coupling _coupling;
        private readonly EndShape[] _shapes;
        private readonly Tensor<T>[] _theta;
        private readonly BoundCoupling<T> _bound;
        private readonly List<Buffer<T>> _memory = [];
        private readonly MatView<T>[] _plus,
            _minus;
        private readonly Contrast<T>[] _contrasts;
        private readonly GemmWorkspace<T> _workspace = new();
        private readonly int _lanes;

        /// <summary>Whether the coupling took the hint that most pixels are unlit.</summary>
        private readonly bool _leavesOut;

        public Bench(Case @case, int[] sizes, int lanes, Rng rng)
        {
            (_coupling, _lanes) = (@case.Coupling, lanes);
            _shapes = [.. _coupling.Ends.Select((e, i) => new EndShape(sizes[i], e.Field != "u", @case.Ends[i] != Layout.Relaxed))];
            _coupling.Validate(_shapes);
            _theta =
            [
                .. _coupling.Tensors(_shapes).Select(s => new Tensor<T>(s.Name, s.Rows, s.Cols, s.Min, s.Max, s.Decays, s.ByColumns)),
            ];
            foreach (var t in _theta)
            foreach (ref T value in t.Values)
                value = T.CreateChecked(t.Min == 0 ? rng.NextDouble() : rng.NextNormal());
            _bound = _coupling.Bind<T>(_shapes, _theta);
            if (Array.IndexOf(@case.Ends, Layout.Lit) is >= 0 and var lit)
                _leavesOut = _bound.Expect(lit, Unlit);
            _bound.Load(0, 1);
            (_plus, _minus, _contrasts) = (new MatView<T>[sizes.Length], new MatView<T>[sizes.Length], new Contrast<T>[sizes.Length]);
            for (int e = 0; e < _shapes.Length; e++)
            {
                bool same = e == 1 && _coupling.Ends[0] == _coupling.Ends[1];
                _plus[e] = same ? _plus[0] : View(@case.Ends[e], sizes[e], rng);
                _minus[e] =
                    same ? _minus[0]
                    : _shapes[e].Clamped ? _plus[e]
                    : View(@case.Ends[e], sizes[e], rng);
                _contrasts[e] = Contrasted(_plus[e], _minus[e], _shapes[e].Clamped);
            }
            int terms = sizes.Max() + 8;
            _tolerance = double.CreateChecked(T.BitIncrement(T.One) - T.One) * 4 * terms * Math.Sqrt(terms * (double)lanes);
        }

        public void Drives_and_loads()
        {
            for (int e = 0; e < _shapes.Length; e++)
            {
                if (_shapes[e].Clamped)
                    continue;
                var loads = new T[_shapes[e].Size];
                if (_bound.HasLoads(e))
                    _bound.AddLoads(e, loads);
                Assert.All(loads, g => Assert.True(g >= T.Zero));
                var drive = Drive(e, 1, packed: null);
                foreach (int lane in Sampled(_lanes, 3))
                {
                    var (theta, x) = (Theta(), At(_plus, lane));
                    for (int i = 0; i < _shapes[e].Size; i++)
                    {
                        double force = NaiveTerm.Derivative(x[e], i, () => NaiveTerm.Of(_coupling, theta, x)),
                            loaded = double.CreateChecked(loads[i]) * x[e][i].Real - double.CreateChecked(drive[i, lane]);
                        Near(force, _shapes[e].Inhibitor ? -loaded : loaded, $"∂term/∂x of end {e}, neuron {i}, lane {lane}");
                    }
                }
            }
        }

        public void Contrast()
        {
            double scale = 1.0 / _lanes;
            Gradient(1);
            var theta = Theta();
            for (int t = 0; t < _theta.Length; t++)
                foreach (int i in Sampled(_theta[t].Values.Length, 6))
                {
                    double expected = 0;
                    for (int lane = 0; lane < _lanes; lane++)
                    {
                        var (plus, minus) = (At(_plus, lane), At(_minus, lane));
                        expected +=
                            NaiveTerm.Derivative(theta[t], i, () => NaiveTerm.Of(_coupling, theta, plus))
                            - NaiveTerm.Derivative(theta[t], i, () => NaiveTerm.Of(_coupling, theta, minus));
                    }
                    Near(
                        expected * scale / DeltaBeta,
                        double.CreateChecked(_theta[t].Gradient[i / _theta[t].Cols, i % _theta[t].Cols]),
                        $"contrast of {_theta[t].Name}[{i}]"
                    );
                }
        }

        public void Splitting_changes_no_bit()
        {
            for (int e = 0; e < _shapes.Length; e++)
            {
                if (_shapes[e].Clamped)
                    continue;
                var whole = Values(Drive(e, 1, packed: true));
                Assert.Equal(whole, Values(Drive(e, 3, packed: true)));
                if (Adjacent(e))
                    Assert.Equal(whole, Values(Drive(e, 2, packed: false)));
            }
            Gradient(1);
            var gradient = _theta.SelectMany(t => t.Gradients.ToArray()).ToArray();
            foreach (int parts in new[] { 2, 3 })
            {
                foreach (var t in _theta)
                    t.Gradients.Fill(T.NaN);
                Gradient(parts);
                Assert.Equal(gradient, _theta.SelectMany(t => t.Gradients.ToArray()));
                for (int part = parts - 1; part >= 0; part--)
                    _bound.Load(part, parts);
            }
        }

        public void Dispose()
        {
            foreach (var m in _memory)
                m.Dispose();
            foreach (var t in _theta)
                t.Dispose();
            _workspace.Dispose();
        }

        /// <summary>Whether the other end can be read in place; a machine packs the others.</summary>
        private bool Adjacent(int end) => _shapes.Length < 2 || (_plus[1 - end].ColStride == 1 && !_leavesOut);

        /// <param name="end">The end that is driven.</param>
        /// <param name="parts">Row blocks.</param>
        /// <param name="packed">Whether the other field is packed; null as the coupling likes.</param>
        private MatView<T> Drive(int end, int parts, bool? packed)
        {
            var drive = View(Layout.Relaxed, _shapes[end].Size, null);
            using var scratch = new CouplingScratch<T>();
            if (packed is null)
                _bound.Prepare(
                    new()
                    {
                        End = end,
                        Fields = _plus,
                        Rows = _shapes[end].Size,
                        Scratch = scratch,
                    }
                );
            else if (packed == true && _shapes.Length == 2 && _leavesOut)
                scratch.Pack(_plus[1 - end], Unlit);
            else if (packed == true && _shapes.Length == 2)
                scratch.Pack(_plus[1 - end]);
            int block = _leavesOut ? SparseGemm.PanelRows<T>() : Gemm.RowBlock<T>();
            for (int part = parts - 1; part >= 0; part--)
            {
                var (row0, rows) = Shares.Of(_shapes[end].Size, part, parts, block);
                if (rows > 0)
                    _bound.Drive(
                        new()
                        {
                            End = end,
                            Fields = _plus,
                            Drive = drive,
                            Row0 = row0,
                            Rows = rows,
                            Scratch = scratch,
                        }
                    );
            }
            return drive;
        }

        private void Gradient(int parts)
        {
            for (int part = parts - 1; part >= 0; part--)
                _bound.Gradient(
                    new()
                    {
                        Ends = _contrasts,
                        DeltaBeta = T.CreateChecked(DeltaBeta),
                        Scale = T.CreateChecked(1.0 / _lanes),
                        Part = part,
                        Parts = parts,
                        Workspace = _workspace,
                    }
                );
        }

        private MatView<T> View(Layout layout, int size, Rng? rng)
        {
            int padded = (_lanes + 15) / 16 * 16;
            var memory = new Buffer<T>((long)size * padded);
            _memory.Add(memory);
            foreach (ref T x in memory.Span)
                x = T.CreateChecked(rng?.NextNormal() ?? double.NaN);
            if (layout == Layout.Lit)
                foreach (ref T x in memory.Span)
                    if (rng!.NextDouble() < 0.7)
                        x = Unlit;
            return layout switch
            {
                Layout.Relaxed => new(memory.Pointer, size, _lanes, padded),
                Layout.Samples or Layout.Lit => new(memory.Pointer, size, _lanes, 1, size),
                _ => new(memory.Pointer, size, _lanes, 1, 0),
            };
        }

        private Contrast<T> Contrasted(MatView<T> plus, MatView<T> minus, bool clamped)
        {
            if (clamped)
                return new(plus, default);
            var (mean, difference) = (View(Layout.Relaxed, plus.Rows, null), View(Layout.Relaxed, plus.Rows, null));
            for (int r = 0; r < plus.Rows; r++)
                RowMath.MeanAndDifference(
                    plus.Row(r),
                    minus.Row(r),
                    T.CreateChecked(0.5),
                    T.CreateChecked(1 / DeltaBeta),
                    mean.Row(r),
                    difference.Row(r)
                );
            return new(mean, difference);
        }

        private Complex[][] Theta() => [.. _theta.Select(t => t.ToArray().Select(v => (Complex)double.CreateChecked(v)).ToArray())];

        private static Complex[][] At(MatView<T>[] ends, int lane) =>
            [.. ends.Select(v => Enumerable.Range(0, v.Rows).Select(r => (Complex)double.CreateChecked(v[r, lane])).ToArray())];

        private static T[] Values(MatView<T> v) =>
            [.. Enumerable.Range(0, v.Rows).SelectMany(r => Enumerable.Range(0, v.Cols).Select(c => v[r, c]))];

        /// <summary>The first, the last, and some between.</summary>
        private static IEnumerable<int> Sampled(int n, int count) =>
            Enumerable.Range(0, count).Select(i => (int)((long)i * (n - 1) / Math.Max(1, count - 1))).Distinct();

        private void Near(double expected, double actual, string what) =>
            Assert.True(
                Math.Abs(expected - actual) <= _tolerance * Math.Max(1, Math.Abs(expected)),
                $"{what}: expected {expected:R}, got {actual:R} (tolerance {_tolerance:g2})"
            );
    }

    public static TheoryData<string, string> Refused =>
        new()
        {
            { "bias nan", "bias = NaN: give a finite number" },
            { "bilinear sd", "sd = -1: give a finite number ≥ 0" },
            { "resistive negative", "conductances in [-1, 1]: give 0 ≤ low ≤ high" },
            { "resistive order", "conductances in [2, 1]: give 0 ≤ low ≤ high" },
            { "resistive inhibitor", "must join activators; use a diffusive coupling between inhibitors" },
            { "differential gain", "gain = 0: give a finite number > 0" },
            { "differential free", "joins activators to a clamped population, in this order" },
            { "differential inhibitor", "joins activators to a clamped population, in this order" },
            { "diffusive negative", "D = -0.5: give a finite number ≥ 0" },
            { "diffusive sizes", "joins 4 neurons with 3: the sizes must be equal" },
            { "rail sd", "sd = NaN: give a finite number ≥ 0" },
            { "rail clamped", "joins the activators of relaxed populations; for clamped inputs use a differential-resistive one" },
            { "chain negative", "D = -1: give a finite number ≥ 0" },
            { "chain clamped", "is inside a clamped population: it drives nothing" },
            { "diffusive mixed", "joins an activator with an inhibitor: use two fields of one kind" },
            { "clamped only", "joins clamped populations only: it drives nothing" },
        };

    [Theory, MemberData(nameof(Refused))]
    public void Refuses(string what, string message)
    {
        var error = Assert.ThrowsAny<ArgumentException>(() =>
            new Network(
                [Population.Clamped("x", 3), new("a", new FitzHughNagumo(), 4), new("b", new FitzHughNagumo(), 4)],
                [
                    what switch
                    {
                        "bias nan" => new Bias("a", double.NaN),
                        "bilinear sd" => new Bilinear("a", "x", -1),
                        "resistive negative" => new Resistive("a", "b", -1, 1),
                        "resistive order" => new Resistive("a", "b", 2, 1),
                        "resistive inhibitor" => new Resistive(new End("a", "v"), "b", 0, 1),
                        "differential gain" => new DifferentialResistive("a", "x", 0, 1),
                        "differential free" => new DifferentialResistive("a", "b", 1, 1),
                        "differential inhibitor" => new DifferentialResistive(new End("a", "v"), "x", 1, 1),
                        "diffusive negative" => new Diffusive("a", "b", -0.5),
                        "diffusive sizes" => new Diffusive("a", "x", 1),
                        "rail sd" => new RailResistive("a", "b", double.NaN),
                        "rail clamped" => new RailResistive("a", "x", 1),
                        "chain negative" => new DiffusiveAlong("a", -1),
                        "chain clamped" => new DiffusiveAlong("x", 1),
                        "diffusive mixed" => new Diffusive("a", new End("b", "v"), 1),
                        _ => new Bias("x"),
                    },
                ]
            )
        );
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Initial_values_keep_their_promises()
    {
        var shapes = new EndShape[] { new(40, false, false), new(50, false, true) };
        double[] Draw(Coupling c, int tensor)
        {
            var values = new double[2000];
            c.Tensors(shapes)[tensor].Initialise(new Rng(7), values);
            return values;
        }
        double Deviation(double[] x) => Math.Sqrt(x.Average(v => v * v));
        // The standard error of a deviation from 2000 uniform draws is about 1 %.
        Assert.Equal(0.3, Deviation(Draw(new Bilinear("a", "x", 0.3), 0)), 0.3 * 0.04);
        Assert.All(Draw(new Resistive("a", "x", 0.1, 0.2), 0), g => Assert.InRange(g, 0.1, 0.2));
        var differential = new DifferentialResistive("a", "x", 5, 0.3, 0.1);
        var (plus, minus) = (Draw(differential, 0), Draw(differential, 1));
        Assert.All(plus.Zip(minus), p => Assert.True(p.First >= 0 && p.Second >= 0 && Math.Min(p.First, p.Second) == 0));
        Assert.Equal(0.1, plus.Zip(minus).Average(p => p.First - p.Second), 0.03);
    }
}
