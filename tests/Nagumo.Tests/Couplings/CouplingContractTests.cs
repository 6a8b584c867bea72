using System.Numerics;
using Nagumo.Compute;
using Nagumo.Couplings;
using Nagumo.Symbolics;

namespace Nagumo.Tests.Couplings;

/// <summary>What every registered coupling promises, the library's and others': its kernels, bound and stamp against its term by finite differences.</summary>
public sealed class CouplingContractTests
{
    static CouplingContractTests() => QuarticSpring.Register();

    private const int Cases = 200;

    /// <summary>Every kind between every kinds of ends that it takes.</summary>
    public static TheoryData<string> Kinds()
    {
        QuarticSpring.Register();
        return [.. CouplingKinds.All.Select(k => k.Name)];
    }

    [Theory, MemberData(nameof(Kinds))]
    public void Kernels_follow_from_the_term_in_double(string kind) => Check<double>(kind);

    [Theory, MemberData(nameof(Kinds))]
    public void Kernels_follow_from_the_term_in_float(string kind) => Check<float>(kind);

    private static void Check<T>(string kind)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        // 12 rows are a panel, at which a thread's rows may begin.
        Gen.Select(Gen.OneOf(Gen.Int[1, 6], Gen.Int[13, 15]), Gen.Int[1, 6], Gen.Int[1, 4], Gen.Int[0, 15], Gen.Int)
            .ForAll(
                (a, b, lanes, ends, seed) =>
                {
                    if (Joined(kind, ends, seed) is not { } coupling)
                        return;
                    EndShape[] shapes = [.. coupling.Ends.Select((e, i) => Ended(i == 0 ? a : b, e, seed))];
                    if (coupling.Ends.Count > 1 && coupling.Ends[0] == coupling.Ends[1])
                        shapes[1] = shapes[0];
                    try
                    {
                        coupling.Validate(shapes);
                    }
                    catch (ArgumentException)
                    {
                        // Equal sizes are what it may ask for.
                        for (int i = 1; i < shapes.Length; i++)
                            shapes[i] = shapes[i] with { Size = a };
                        try
                        {
                            coupling.Validate(shapes);
                        }
                        catch (ArgumentException)
                        {
                            return;
                        }
                    }
                    if (shapes.All(s => s.Clamped))
                        return;
                    using var bench = new CouplingBench<T>(coupling, shapes, lanes, new Rng((ulong)seed));
                    bench.Drives();
                    bench.Stamp();
                    bench.Norm();
                    if (!bench.HasTerm)
                        return;
                    bench.Changes();
                    bench.Gradients();
                },
                iter: Cases
            );

    /// <summary>Every kind is met often: not all ends are refused.</summary>
    [Theory, MemberData(nameof(Kinds))]
    public void Some_ends_fit(string kind) =>
        Assert.Contains(
            Enumerable.Range(0, 16),
            ends =>
            {
                if (Joined(kind, ends) is not { } coupling)
                    return false;
                try
                {
                    coupling.Validate([.. coupling.Ends.Select(e => Ended(3, e, 0))]);
                    return true;
                }
                catch (ArgumentException)
                {
                    return false;
                }
            }
        );

    [Fact]
    public void Another_coupling_of_a_known_name_is_refused()
    {
        var error = Assert.Throws<ArgumentException>(() => CouplingKinds.Register("bias", ["strength"], s => new Bias("a")));
        Assert.Contains("There is a coupling 'bias' already, with the keys value, sd.", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Settings_make_the_coupling_again() =>
        Assert.All(
            CouplingKinds.All,
            kind =>
            {
                var example = kind.Example();
                Assert.Equal(kind.Name, example.Kind);
                Assert.Equal(kind.Keys.Where(k => k != "b" && !kind.Words.Contains(k)).Order(), example.Settings.Keys.Order());
                Assert.All(example.Settings.Values, value => Assert.Equal(1, value));
            }
        );

    /// <summary>An end of one axis or, where the size is even and the seed says so, of two.</summary>
    private static EndShape Ended(int size, End end, int seed) =>
        new(size, end.Field != "u", IsClamped(end)) { Shape = size % 2 == 0 && (seed & 3) > 0 ? [2, size / 2] : size };

    private static bool IsClamped(End end) => end.Population == "x";

    /// <summary>A coupling of a kind between two of "a.u", "b.u", "b.v", "x" (clamped), numbered 0 to 15.</summary>
    private static Coupling? Joined(string kind, int ends, int seed = 0)
    {
        End[] all = [new("a"), new("b"), new("b", "v"), new("x")];
        var known = CouplingKinds.Get(kind);
        if (!known.Keys.Contains("b") && ends >= all.Length)
            return null;
        try
        {
            return known.Make(
                new(
                    kind,
                    all[ends % all.Length],
                    known.Keys.Contains("b") ? all[ends / all.Length] : (End?)null,
                    null,
                    known
                        .Keys.Where(k => k != "b" && !known.Words.Contains(k))
                        .ToDictionary(
                            k => k,
                            k =>
                                k switch
                                {
                                    "units" => 3,
                                    "axis" => seed / 4 & 1,
                                    "strength" => (seed & 8) > 0 ? -0.7 : 0.4,
                                    _ => 1.0,
                                }
                        ),
                    known.Words.ToDictionary(
                        k => k,
                        k =>
                            k switch
                            {
                                "ends" => new[] { "free", "fixed", "periodic" }[(uint)seed / 16 % 3],
                                "f" => new[] { Block.LogCosh, "sin(z) + z^2/3" }[(uint)seed / 16 % 2],
                                _ => throw new ArgumentException(k),
                            }
                    )
                )
            );
        }
        catch (ArgumentException)
        {
            return null;
        }
    }
}

/// <summary>A coupling bound to random parameters between random states, and what must hold of it.</summary>
internal sealed unsafe class CouplingBench<T> : IDisposable
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private const double DeltaBeta = 0.5,
        Step = 2e-3;

    private readonly Coupling _coupling;
    private readonly EndShape[] _shapes;
    private readonly int _lanes;
    private readonly Rng _rng;
    private readonly Tensor<T>[] _tensors;
    private readonly double[][] _theta;
    private readonly BoundCoupling<T> _bound;
    private readonly CouplingScratch<T> _scratch = new();
    private readonly GemmWorkspace<T> _workspace = new();
    private readonly List<Buffer<T>> _memory = [];
    private readonly MatView<T>[] _x,
        _change;

    // Sums of at most 36 products of numbers of size 3, rounded at each addition, to the fourth power; differences lose Step⁻².
    private static readonly double Tolerance = typeof(T) == typeof(float) ? 2e-3 : 1e-6;

    public CouplingBench(Coupling coupling, EndShape[] shapes, int lanes, Rng rng)
    {
        (_coupling, _shapes, _lanes, _rng) = (coupling, shapes, lanes, rng);
        _tensors =
        [
            .. coupling
                .Tensors(shapes)
                .Select(s => new Tensor<T>(s.Name, s.Rows, s.Cols, s.Min, s.Max, s.Decays, s.ByColumns) { Shape = s.Shape }),
        ];
        foreach (var t in _tensors)
        foreach (ref T value in t.Values)
            value = T.CreateChecked(t.Min == 0 ? rng.NextDouble() : rng.NextNormal());
        _theta = [.. _tensors.Select(t => t.ToArray().Select(double.CreateChecked).ToArray())];
        _bound = coupling.Bind<T>(shapes, _tensors);
        _bound.Load(0, 1);
        _x = Random(false);
        _change = Random(true);
    }

    public bool HasTerm => _bound.IsReciprocal;

    /// <summary>I − G x = ∓∂term/∂x.</summary>
    public void Drives()
    {
        for (int e = 0; HasTerm && e < _shapes.Length; e++)
            if (!_shapes[e].Clamped)
            {
                var drive = Ask(e, _x, default, (b, in r) => b.Drive(r));
                Each(
                    e,
                    (i, l) =>
                        Near(Force(e, i, Lane(_x, l)), Number(drive[i, l]) - Load(e, i) * Number(_x[e][i, l]), $"drive of end {e}, {i}")
                );
            }
    }

    /// <summary>Changes between two states, however large, and derivatives.</summary>
    public void Changes()
    {
        for (int e = 0; e < _shapes.Length; e++)
        {
            if (!Moves(e))
                continue;
            MatView<T> change = Ask(e, _change, _x, (b, in r) => b.Change(r), DriveKind.Change),
                tangent = Ask(e, _change, _x, (b, in r) => b.Tangent(r), DriveKind.Tangent);
            Each(
                e,
                (i, l) =>
                {
                    double[][] x = Lane(_x, l),
                        d = Lane(_change, l);
                    double[][] At(double step) => [.. x.Select((field, k) => field.Select((v, j) => v + step * d[k][j]).ToArray())];
                    double load = Load(e, i) * d[e][i];
                    Near(Force(e, i, At(1)) - Force(e, i, x) + load, Number(change[i, l]), $"change of end {e}, {i}");
                    Near(Derivative(step => Force(e, i, At(step))) + load, Number(tangent[i, l]), $"tangent of end {e}, {i}");
                }
            );
        }
    }

    /// <summary>The mean over lanes of the contrast of ∂term/∂θ, in any number of parts.</summary>
    public void Gradients()
    {
        var contrasts = new Contrast<T>[_shapes.Length];
        for (int e = 0; e < _shapes.Length; e++)
        {
            // x and x + change are the phases x₋ and x₊.
            var (mean, difference) = (View(_x[e].Rows), _shapes[e].Clamped ? default : View(_x[e].Rows));
            Each(
                e,
                (i, l) =>
                {
                    double d = _shapes[e].Clamped ? 0 : Number(_change[e][i, l]);
                    mean[i, l] = T.CreateChecked(Number(_x[e][i, l]) + d / 2);
                    if (!difference.IsEmpty)
                        difference[i, l] = T.CreateChecked(d / DeltaBeta);
                }
            );
            contrasts[e] = new(mean, difference);
        }
        foreach (var t in _tensors)
            t.Gradients.Fill(T.NaN);
        int parts = _rng.NextInt(3) + 1;
        for (int part = 0; part < parts; part++)
            _bound.Gradient(
                new()
                {
                    Ends = contrasts,
                    DeltaBeta = T.CreateChecked(DeltaBeta),
                    Scale = T.CreateChecked(1.0 / _lanes),
                    Part = part,
                    Parts = parts,
                    Workspace = _workspace,
                }
            );
        for (int t = 0; t < _tensors.Length; t++)
        for (int i = 0; i < _theta[t].Length; i++)
        {
            double expected = 0;
            for (int l = 0; l < _lanes; l++)
            {
                double[][] minus = Lane(_x, l),
                    d = Lane(_change, l),
                    plus = [.. minus.Select((field, k) => field.Select((v, j) => v + d[k][j]).ToArray())];
                double Slope(double[][] x) => Vary(_theta[t], i, () => _coupling.Value(_shapes, x, _theta));
                expected += (Slope(plus) - Slope(minus)) / DeltaBeta / _lanes;
            }
            Near(
                expected,
                Number(_tensors[t].Gradient[i / _tensors[t].Cols, i % _tensors[t].Cols]),
                $"gradient of {_tensors[t].Name}[{i}]"
            );
        }
    }

    /// <summary>No direction is amplified more, nor the one that grows fastest.</summary>
    public void Norm()
    {
        if (!_bound.IsQuadratic)
            return;
        double bound = _coupling.Norm(Lane(_x, 0), _theta);
        Assert.True(double.IsFinite(bound) && bound >= 0, $"{_coupling.Term}: norm {bound}");
        var direction = Random(true);
        bool inside = _coupling.Ends.Count > 1 && _coupling.Ends[0] == _coupling.Ends[1];
        for (int step = 0; step < 12; step++)
        {
            var product = new MatView<T>[_shapes.Length];
            for (int e = 0; e < _shapes.Length; e++)
                if (Moves(e))
                    product[e] = Ask(e, direction, default, (b, in r) => b.Drive(r));
            if (inside)
            {
                Each(0, (i, l) => product[0][i, l] += product[1][i, l]);
                product[1] = product[0];
            }
            double Length(MatView<T>[] fields, int lane) =>
                Math.Sqrt(Lane(fields, lane).Take(inside ? 1 : fields.Length).Sum(f => f.Sum(v => v * v)));
            for (int l = 0; l < _lanes; l++)
            {
                double before = Length(direction, l),
                    after = Length(product, l);
                // The drive was added to a number of order 1.
                Assert.True(after <= bound * before * (1 + 1e-5) + 1e-5, $"{_coupling.Term}: {after:g6} > {bound:g6} × {before:g6}");
                for (int e = 0; e < _shapes.Length; e++)
                for (int i = 0; !product[e].IsEmpty && i < product[e].Rows && (e == 0 || !inside); i++)
                    product[e][i, l] *= T.CreateChecked(after > 0 ? 1 / after : 1);
            }
            direction = product;
            if (direction.All(d => d.IsEmpty))
                return;
        }
    }

    /// <summary>The currents of the stamp's elements are the drives, loads included.</summary>
    public void Stamp()
    {
        for (int l = 0; l < _lanes; l++)
        {
            var currents = new StampCurrents(_shapes, _theta, Lane(_x, l));
            _coupling.Stamp(currents);
            if (_coupling.IsPassive)
                Assert.False(currents.IsActive);
            var sums = currents.Currents;
            bool inside = _coupling.Ends.Count > 1 && _coupling.Ends[0] == _coupling.Ends[1];
            var expected = new double[_shapes.Length][];
            for (int e = 0; e < _shapes.Length; e++)
            {
                if (_shapes[e].Clamped)
                    continue;
                var drive = Ask(e, _x, default, (b, in r) => b.Drive(r));
                expected[e] = [.. Enumerable.Range(0, _shapes[e].Size).Select(i => Number(drive[i, l]) - Load(e, i) * Number(_x[e][i, l]))];
            }
            for (int e = 0; e < _shapes.Length; e++)
            for (int i = 0; expected[e] is not null && i < expected[e].Length; i++)
                if (!inside)
                    Near(expected[e][i], sums[e][i], $"stamp of end {e}, {i}");
                else if (e == 0)
                    Near(expected[0][i] + expected[1][i], sums[0][i] + sums[1][i], $"stamp of neuron {i}");
        }
    }

    public void Dispose()
    {
        foreach (var m in _memory)
            m.Dispose();
        foreach (var t in _tensors)
            t.Dispose();
        _bound.Dispose();
        _scratch.Dispose();
        _workspace.Dispose();
    }

    private MatView<T> Ask(int end, MatView<T>[] fields, MatView<T>[]? at, Question ask, DriveKind kind = DriveKind.Drive)
    {
        var (init, drive) = (View(_shapes[end].Size), View(_shapes[end].Size));
        Each(end, (i, l) => init[i, l] = T.CreateChecked(i - l));
        DriveRequest<T> Of(int row0, int rows) =>
            new()
            {
                Kind = kind,
                End = end,
                Fields = fields,
                At = at,
                Init = init,
                Drive = drive,
                Row0 = row0,
                Rows = rows,
                Scratch = _scratch,
            };
        _scratch.Clear();
        _bound.Prepare(Of(0, _shapes[end].Size));
        for (int part = 0; part < 2; part++)
            if (Shares.Of(_shapes[end].Size, part, 2, Gemm.PanelRows) is (var first, > 0 and var count))
                ask(_bound, Of(first, count));
        Each(end, (i, l) => drive[i, l] -= init[i, l]);
        return drive;
    }

    private delegate void Question(BoundCoupling<T> bound, in DriveRequest<T> request);

    /// <summary>The drive that the term gives, loads included: −∂term/∂x, + for an inhibitor.</summary>
    private double Force(int end, int i, double[][] x)
    {
        // A term inside one population meets its field at both ends; each end is differentiated alone.
        double slope = Vary(x[end], i, () => _coupling.Value(_shapes, x, _theta));
        return _shapes[end].Inhibitor ? slope : -slope;
    }

    private static double Vary(double[] a, int i, Func<double> f)
    {
        double kept = a[i];
        double slope = Derivative(step =>
        {
            a[i] = kept + step;
            return f();
        });
        a[i] = kept;
        return slope;
    }

    /// <summary>Five-point difference: exact for polynomials to the fourth order.</summary>
    private static double Derivative(Func<double, double> f) => (f(-2 * Step) - 8 * f(-Step) + 8 * f(Step) - f(2 * Step)) / (12 * Step);

    /// <summary>Whether an end's drive can change: not where it is a constant of a relaxation.</summary>
    private bool Moves(int end) =>
        !_shapes[end].Clamped && (!_bound.IsQuadratic || _shapes.Where((s, other) => other != end).Any(s => !s.Clamped));

    private double Load(int end, int i)
    {
        var loads = new T[_shapes[end].Size];
        if (_bound.HasLoads(end))
            _bound.AddLoads(end, loads);
        Assert.All(loads, g => Assert.True(g >= T.Zero));
        return Number(loads[i]);
    }

    /// <summary>A random field at each end; one at both where they are one. A change is empty at a clamped end.</summary>
    private MatView<T>[] Random(bool change)
    {
        var fields = new MatView<T>[_shapes.Length];
        for (int e = 0; e < fields.Length; e++)
        {
            if (change && _shapes[e].Clamped)
                continue;
            if (e == 1 && _coupling.Ends[0] == _coupling.Ends[1])
            {
                fields[1] = fields[0];
                continue;
            }
            fields[e] = View(_shapes[e].Size);
            Each(e, (i, l) => fields[e][i, l] = T.CreateChecked(_rng.NextNormal()));
        }
        return fields;
    }

    private MatView<T> View(int rows)
    {
        var memory = new Buffer<T>((long)rows * 16);
        _memory.Add(memory);
        return new(memory.Pointer, rows, _lanes, 16);
    }

    /// <summary>One lane in double, in arrays of its own even where two ends are one field.</summary>
    private double[][] Lane(MatView<T>[] fields, int lane) =>
        [.. fields.Select((f, e) => Enumerable.Range(0, _shapes[e].Size).Select(i => f.IsEmpty ? 0 : Number(f[i, lane])).ToArray())];

    private void Each(int end, Action<int, int> visit)
    {
        for (int i = 0; i < _shapes[end].Size; i++)
        for (int l = 0; l < _lanes; l++)
            visit(i, l);
    }

    private static double Number(T value) => double.CreateChecked(value);

    private void Near(double expected, double actual, string what) =>
        Assert.True(
            Math.Abs(expected - actual) <= Tolerance * Math.Max(1, Math.Abs(expected)),
            $"{_coupling.Term}, {what}: expected {expected:R}, got {actual:R}"
        );
}

/// <summary>The currents of a stamp's elements at given fields, by their own laws.</summary>
internal sealed class StampCurrents(EndShape[] ends, double[][] theta, double[][] x) : ICircuit
{
    public double[][] Currents { get; } = [.. x.Select(f => new double[f.Length])];

    public bool IsActive { get; private set; }

    public IReadOnlyList<double[]> Parameters => theta;

    public IReadOnlyList<double[]> Reverse => theta;

    public IReadOnlyList<EndShape> Ends => ends;

    public void Resistor(string label, int i, int j, double conductance, double ratio = 1)
    {
        Assert.True(conductance >= 0);
        double current = conductance * (ratio * x[1][j] - x[0][i]);
        Currents[0][i] += current;
        Currents[1][j] -= ratio * current;
    }

    public void Transconductor(string label, int end, int i, int j, double g)
    {
        IsActive = true;
        Currents[end][i] += g * x[1 - end][j];
    }

    public void Product(string label, int i, int j, double forth, double back)
    {
        Transconductor(label, 0, i, j, forth);
        Transconductor(label, 1, j, i, back);
    }

    public void Source(string label, int end, int i, double current) => Currents[end][i] += current;

    public void Behaviour(string label, int end, int i, Expr current, params ReadOnlySpan<(Symbol Symbol, int End, int Neuron)> fields)
    {
        IsActive = true;
        var values = new Dictionary<Symbol, double>();
        foreach (var (symbol, of, neuron) in fields)
            values[symbol] = x[of][neuron];
        Currents[end][i] += current.Evaluate(s => values[s]);
    }
}
