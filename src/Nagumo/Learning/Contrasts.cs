using System.Numerics;
using Nagumo.Compute;
using Nagumo.Couplings;
using Nagumo.Kernels;
using Nagumo.Networks;
using Nagumo.Symbolics;

namespace Nagumo.Learning;

/// <summary>The two phases of a whole batch as means and scaled differences, and the gradient that they give.</summary>
/// <remarks>Threads write disjoint lanes and later read all of them, so sums over lanes have one order whatever the threads.</remarks>
internal sealed class Contrasts<T> : IDisposable
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private const int MaxFields = 8;
    private readonly Machine<T> _machine;
    private readonly Buffer<T> _memory;
    private readonly MatView<T>[][] _mean,
        _difference;
    private readonly Dictionary<string, MatView<T>>[] _neurons;
    private readonly List<Buffer<T>> _units = [];
    private readonly int _lanes;
    private bool _readsUnits;

    /// <summary>β₊ − β₋ of the batch: every thread writes the same.</summary>
    private double _deltaBeta;

    /// <param name="machine">The machine.</param>
    /// <param name="lanes">Most lanes of a batch.</param>
    /// <param name="window">How many neurons of each population are held at a time; 0 for all of them.</param>
    public Contrasts(Machine<T> machine, int lanes, int window = 0)
    {
        // Whole cache lines.
        (_machine, _lanes) = (machine, (lanes + 15) / 16 * 16);
        var populations = machine.Network.Populations;
        int Size(Population p) => window > 0 ? window : p.Size;
        int padded = (lanes + 15) / 16 * 16;
        long size = 0;
        for (int p = 0; p < populations.Count; p++)
            if (populations[p].Rail is { } rail)
                size += (long)rail.Count * padded;
            else if (!populations[p].IsClamped)
                size += (2L * populations[p].Fields + populations[p].Trained.Count) * Size(populations[p]) * padded;
        _memory = new(size);
        long next = 0;
        MatView<T> Take(int rows)
        {
            var view = _memory.View(next, rows, lanes, padded);
            next += (long)rows * padded;
            return view;
        }
        _mean = [.. populations.Select(p => Enumerable.Range(0, p.Fields).Select(_ => p.IsClamped ? default : Take(Size(p))).ToArray())];
        _difference =
        [
            .. populations.Select(p => Enumerable.Range(0, p.Fields).Select(_ => p.IsClamped ? default : Take(Size(p))).ToArray()),
        ];
        for (int p = 0; p < populations.Count; p++)
            if (populations[p].Rail is { } rail)
            {
                var view = Take(rail.Count);
                view.FillRows(rail);
                _mean[p][0] = view;
            }
        _neurons = [.. populations.Select(p => p.Trained.ToDictionary(name => name, _ => Take(Size(p))))];
    }

    /// <summary>The first neuron that a window holds.</summary>
    public int First { get; private set; }

    /// <summary>Moves the window; before its lanes are read.</summary>
    public void GoTo(Machine<T>.Part part)
    {
        (First, _readsUnits) = (part.First, false);
        while (_units.Count < part.All.Count)
            _units.Add(new(0));
        for (int i = 0; i < part.All.Count; i++)
            if (2L * _machine.Couplings[part.All[i].Coupling].Units * _lanes is var needed && _units[i].Length < needed)
            {
                _units[i].Dispose();
                _units[i] = new(needed);
            }
    }

    /// <summary>Mean and difference of the units of the coupling at place i of a part's list.</summary>
    private Contrast<T> Units(Machine<T>.Part part, int i)
    {
        int rows = _machine.Couplings[part.All[i].Coupling].Units;
        MatView<T> View(int at) => rows == 0 ? default : _units[i].View((long)at * rows * _lanes, rows, _lanes);
        return new(View(0), View(1));
    }

    /// <summary>The activators' differences of a population, [neurons × lanes].</summary>
    public MatView<T> Difference(int population) => _difference[population][0];

    /// <summary>The activators of a clamped population, [neurons × lanes] of the batch: they have no difference.</summary>
    public void Clamp(int population, MatView<T> values) => _mean[population][0] = values;

    /// <summary>Lanes [at, at + count): m = x + (δ₊ + δ₋)/2, d = (δ₊ − δ₋)/(β₊ − β₋), and the neurons' own contrasts.</summary>
    /// <param name="free">State that holds x in its first lanes.</param>
    /// <param name="difference">State that holds δ₊ in its first lanes, and δ₋ in those after them.</param>
    /// <param name="deltaBeta">β₊ − β₋.</param>
    /// <param name="at">First lane of the batch to write.</param>
    /// <param name="count">Number of lanes.</param>
    /// <param name="presynaptic">Whether couplings read the free state in place of the mean, as the corrected contrast asks.</param>
    public void Read(State<T> free, State<T> difference, double deltaBeta, int at, int count, bool presynaptic = false)
    {
        _deltaBeta = deltaBeta;
        T inverse = T.CreateChecked(1 / deltaBeta);
        Span<MatView<T>> mean = stackalloc MatView<T>[MaxFields],
            change = stackalloc MatView<T>[MaxFields];
        for (int p = 0; p < _mean.Length; p++)
        {
            if (_machine.Network.Populations[p].IsClamped)
                continue;
            for (int f = 0; f < _mean[p].Length; f++)
            {
                var (x, d) = (free.X(p, f), difference.X(p, f));
                (mean[f], change[f]) = (_mean[p][f].Lanes(at, count), _difference[p][f].Lanes(at, count));
                if (x.IsEmpty)
                    continue;
                var operands = new Operands<T>();
                operands.Add(x);
                operands.Add(d);
                operands.Add(d.Lanes(count, count));
                operands.AddValue(inverse);
                operands.Add(mean[f]);
                operands.Add(change[f]);
                operands.Run(Reading, x.Rows, count);
            }
            foreach (var (name, into) in _neurons[p])
                _machine
                    .Site(p)
                    .ParameterContrast(
                        name,
                        mean[.._mean[p].Length],
                        change[.._mean[p].Length],
                        T.CreateChecked(deltaBeta),
                        into.Slice(0, into.Rows, at, count),
                        First
                    );
            for (int f = 0; presynaptic && f < _mean[p].Length; f++)
                if (!free.X(p, f).IsEmpty)
                    free.X(p, f).Lanes(0, count).CopyRowsTo(mean[f]);
        }
    }

    private static readonly Kernel<T> Reading = CompileReading();

    private static Kernel<T> CompileReading()
    {
        Symbol x = new("x"),
            plus = new("plus"),
            minus = new("minus"),
            inverse = new("inverse");
        return KernelCompiler.Compile<T>(
            new("contrast", [x, plus, minus], [inverse], [new(x + (plus + minus) / 2), new(inverse * (plus - minus))])
        );
    }

    /// <summary>Lanes [at, at + count) of a window from two phases that one state holds side by side, the lower one in its second half.</summary>
    /// <param name="phases">x₊ in the first lanes, x₋ in those after them; its drives have just been made.</param>
    /// <param name="part">The window's couplings.</param>
    /// <param name="deltaBeta">β₊ − β₋.</param>
    /// <param name="at">First lane of the batch to write.</param>
    /// <param name="count">Number of lanes.</param>
    /// <param name="ws">Where the drives were made.</param>
    public void ReadPhases(State<T> phases, Machine<T>.Part part, double deltaBeta, int at, int count, Workspace<T> ws)
    {
        (_deltaBeta, _readsUnits) = (deltaBeta, true);
        for (int i = 0; i < part.All.Count; i++)
            if (_machine.Couplings[part.All[i].Coupling].Units is > 0 and var rows)
            {
                var (into, made) = (Units(part, i), ws.Coupling(i).Rows(rows, 2 * count));
                Split(made, into.Mean.Lanes(at, count), into.Difference.Lanes(at, count), deltaBeta);
            }
        Span<MatView<T>> mean = stackalloc MatView<T>[MaxFields],
            change = stackalloc MatView<T>[MaxFields];
        foreach (int p in _machine.Network.Order)
        {
            for (int f = 0; f < _mean[p].Length; f++)
            {
                (mean[f], change[f]) = (_mean[p][f].Lanes(at, count), _difference[p][f].Lanes(at, count));
                Split(phases.X(p, f), mean[f], change[f], deltaBeta);
            }
            foreach (var (name, into) in _neurons[p])
                _machine
                    .Site(p)
                    .ParameterContrast(
                        name,
                        mean[.._mean[p].Length],
                        change[.._mean[p].Length],
                        T.CreateChecked(deltaBeta),
                        into.Slice(0, into.Rows, at, count),
                        First
                    );
        }
    }

    /// <summary>Mean and scaled difference of two phases side by side.</summary>
    internal static void Split(MatView<T> phases, MatView<T> mean, MatView<T> difference, double deltaBeta)
    {
        T half = T.CreateChecked(0.5),
            inverse = T.CreateChecked(1 / deltaBeta);
        phases.Split(half, inverse, mean, difference);
    }

    /// <summary>Lanes [at, at + count) from a rest state and its derivative in β: the limit of <see cref="Read"/> for β → 0.</summary>
    public void ReadTangent(State<T> x, State<T> derivative, int at, int count)
    {
        _deltaBeta = 0;
        for (int p = 0; p < _mean.Length; p++)
        {
            if (_machine.Network.Populations[p].IsClamped)
                continue;
            for (int f = 0; f < _mean[p].Length; f++)
                if (!x.X(p, f).IsEmpty)
                {
                    x.X(p, f).Lanes(0, count).CopyRowsTo(_mean[p][f].Lanes(at, count));
                    derivative.X(p, f).Lanes(0, count).CopyRowsTo(_difference[p][f].Lanes(at, count));
                }
            foreach (var (name, into) in _neurons[p])
                _machine.Site(p).ParameterTangent(name, x.Fields(p), derivative.Fields(p), into.Slice(0, into.Rows, at, count), First);
        }
    }

    /// <summary>One thread's rows of the mean gradient over the first <paramref name="lanes"/> lanes, into the machine's parameters.</summary>
    public void Gradient(int lanes, int part, int parts, GemmWorkspace<T> workspace)
    {
        T scale = T.CreateChecked(1.0 / lanes);
        for (int c = 0; c < _machine.Couplings.Count; c++)
            Gradient(c, lanes, part, parts, workspace, default);
        for (int p = 0; p < _neurons.Length; p++)
            foreach (var (name, contrast) in _neurons[p])
            {
                var tensor = _machine.Site(p).Trained[name];
                var population = _machine.Network.Populations[p];
                if (tensor.Rows > 1 && tensor.Rows != population.Size)
                {
                    // Values that neurons share along an axis: few rows, one part's affair.
                    if (part > 0)
                        continue;
                    tensor.Gradients.Clear();
                    AddShared(tensor, contrast.Lanes(0, lanes), population, 0, scale);
                }
                else if (tensor.Rows > 1)
                {
                    var (row0, rows) = Shares.Of(tensor.Rows, part, parts);
                    contrast.Rows(row0, rows).Lanes(0, lanes).LaneSums(scale, tensor.Gradients[row0..]);
                }
                else if (part == 0)
                {
                    tensor.Gradients[0] = scale * contrast.Lanes(0, lanes).Total();
                }
            }
    }

    /// <summary>One thread's rows of the mean gradient of some couplings, which act inside the window or read inputs.</summary>
    public void Gradient(Machine<T>.Part window, int lanes, int part, int parts, GemmWorkspace<T> workspace)
    {
        foreach (int c in window.Couplings)
        {
            Contrast<T> units = default;
            for (int i = 0; i < window.All.Count && _readsUnits && units.Mean.IsEmpty; i++)
                if (window.All[i].Coupling == c && Units(window, i) is { Mean.IsEmpty: false } read)
                    units = new(read.Mean.Lanes(0, lanes), read.Difference.Lanes(0, lanes));
            Gradient(c, lanes, part, parts, workspace, units);
        }
    }

    /// <summary>Adds what the window's neurons say of the neurons' parameters to their gradients.</summary>
    public void AddNeurons(int lanes)
    {
        T scale = T.CreateChecked(1.0 / lanes);
        foreach (int p in _machine.Network.Order)
        foreach (var (name, contrast) in _neurons[p])
        {
            AddShared(_machine.Site(p).Trained[name], contrast.Lanes(0, lanes), _machine.Network.Populations[p], First, scale);
        }
    }

    /// <summary>Adds each neuron's sum over lanes to the value that it shares.</summary>
    private static void AddShared(Tensor<T> tensor, MatView<T> contrast, Population population, int first, T scale)
    {
        for (int r = 0; r < contrast.Rows; r++)
            tensor.Gradients[population.Which(tensor.Rows, first + r)] += scale * contrast.Rows(r, 1).Total();
    }

    private void Gradient(int c, int lanes, int part, int parts, GemmWorkspace<T> workspace, Contrast<T> units)
    {
        if (_machine.TensorsOf(c).Count == 0)
            return;
        Span<Contrast<T>> ends = stackalloc Contrast<T>[Coupling.MaxEnds];
        var joined = _machine.Ends(c);
        for (int e = 0; e < joined.Length; e++)
        {
            var (p, f) = joined[e];
            int first = _machine.Network.Populations[p].IsClamped ? 0 : First;
            ends[e] = new(joined[e].Of(_mean[p][f], first).Lanes(0, lanes), joined[e].Of(_difference[p][f], first).Lanes(0, lanes));
        }
        _machine
            .Couplings[c]
            .Gradient(
                new()
                {
                    Ends = ends[..joined.Length],
                    Units = units,
                    DeltaBeta = T.CreateChecked(_deltaBeta),
                    Scale = T.CreateChecked(1.0 / lanes),
                    Part = part,
                    Parts = parts,
                    Workspace = workspace,
                }
            );
    }

    public void Dispose()
    {
        _memory.Dispose();
        foreach (var units in _units)
            units.Dispose();
    }
}
