using System.Numerics;
using Nagumo.Compute;
using Nagumo.Couplings;
using Nagumo.Kernels;
using Nagumo.Networks;
using Nagumo.Symbolics;

namespace Nagumo.Learning;

/// <summary>The two phases of a whole batch as means and scaled differences, and the gradient that they give.</summary>
/// <remarks>Threads write disjoint lanes and later read all of them, so sums over lanes have one order whatever the threads.</remarks>
internal sealed unsafe class Contrasts<T> : IDisposable
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private const int MaxFields = 8;
    private readonly Machine<T> _machine;
    private readonly Buffer<T> _memory;
    private readonly MatView<T>[][] _mean,
        _difference;
    private readonly Dictionary<string, MatView<T>>[] _neurons;

    /// <summary>β₊ − β₋ of the batch: every thread writes the same.</summary>
    private double _deltaBeta;

    public Contrasts(Machine<T> machine, int lanes)
    {
        _machine = machine;
        var populations = machine.Network.Populations;
        int padded = (lanes + 15) / 16 * 16;
        long size = 0;
        for (int p = 0; p < populations.Count; p++)
            if (populations[p].Rail is { } rail)
                size += (long)rail.Count * padded;
            else if (!populations[p].IsClamped)
                size += (2L * populations[p].Fields + populations[p].Trained.Count) * populations[p].Size * padded;
        _memory = new(size);
        T* next = _memory.Pointer;
        MatView<T> Take(int rows)
        {
            var view = new MatView<T>(next, rows, lanes, padded);
            next += (long)rows * padded;
            return view;
        }
        _mean = [.. populations.Select(p => Enumerable.Range(0, p.Fields).Select(_ => p.IsClamped ? default : Take(p.Size)).ToArray())];
        _difference =
        [
            .. populations.Select(p => Enumerable.Range(0, p.Fields).Select(_ => p.IsClamped ? default : Take(p.Size)).ToArray()),
        ];
        for (int p = 0; p < populations.Count; p++)
            if (populations[p].Rail is { } rail)
            {
                var view = Take(rail.Count);
                for (int r = 0; r < rail.Count; r++)
                    view.Row(r).Fill(T.CreateChecked(rail[r]));
                _mean[p][0] = view;
            }
        _neurons = [.. populations.Select(p => p.Trained.ToDictionary(name => name, _ => Take(p.Size)))];
    }

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
                (mean[f], change[f]) = (Lanes(_mean[p][f], at, count), Lanes(_difference[p][f], at, count));
                if (x.IsEmpty)
                    continue;
                Reading.Run([Of(x, 0), Of(d, 0), Of(d, count), new(&inverse, 0), Of(mean[f], 0), Of(change[f], 0)], x.Rows, count);
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
                        0,
                        into.Rows
                    );
            for (int f = 0; presynaptic && f < _mean[p].Length; f++)
            for (int r = 0; r < free.X(p, f).Rows; r++)
                free.X(p, f).Row(r)[..count].CopyTo(mean[f].Row(r));
        }

        static Rows<T> Of(MatView<T> view, int at) => new(view.Data + at, view.RowStride);
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

    /// <summary>Lanes [at, at + count) from a rest state and its derivative in β: the limit of <see cref="Read"/> for β → 0.</summary>
    public void ReadTangent(State<T> x, State<T> derivative, int at, int count)
    {
        _deltaBeta = 0;
        for (int p = 0; p < _mean.Length; p++)
        {
            if (_machine.Network.Populations[p].IsClamped)
                continue;
            for (int f = 0; f < _mean[p].Length; f++)
            for (int r = 0; r < x.X(p, f).Rows; r++)
            {
                x.X(p, f).Row(r)[..count].CopyTo(_mean[p][f].Row(r)[at..]);
                derivative.X(p, f).Row(r)[..count].CopyTo(_difference[p][f].Row(r)[at..]);
            }
            foreach (var (name, into) in _neurons[p])
                _machine
                    .Site(p)
                    .ParameterTangent(name, x.Fields(p), derivative.Fields(p), into.Slice(0, into.Rows, at, count), 0, into.Rows);
        }
    }

    /// <summary>One thread's rows of the mean gradient over the first <paramref name="lanes"/> lanes, into the machine's parameters.</summary>
    public void Gradient(int lanes, int part, int parts, GemmWorkspace<T> workspace)
    {
        T scale = T.CreateChecked(1.0 / lanes);
        Span<Contrast<T>> ends = stackalloc Contrast<T>[Coupling.MaxEnds];
        for (int c = 0; c < _machine.Couplings.Count; c++)
        {
            if (_machine.TensorsOf(c).Count == 0)
                continue;
            var joined = _machine.Ends(c);
            for (int e = 0; e < joined.Length; e++)
            {
                var (p, f) = joined[e];
                ends[e] = new(Lanes(joined[e].Of(_mean[p][f]), 0, lanes), Lanes(joined[e].Of(_difference[p][f]), 0, lanes));
            }
            _machine
                .Couplings[c]
                .Gradient(
                    new()
                    {
                        Ends = ends[..joined.Length],
                        DeltaBeta = T.CreateChecked(_deltaBeta),
                        Scale = scale,
                        Part = part,
                        Parts = parts,
                        Workspace = workspace,
                    }
                );
        }
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
                    for (int r = 0; r < contrast.Rows; r++)
                        tensor.Gradients[population.Which(tensor.Rows, r)] += scale * LaneSum.Of<T>(contrast.Row(r)[..lanes]);
                }
                else if (tensor.Rows > 1)
                {
                    var (row0, rows) = Shares.Of(tensor.Rows, part, parts);
                    for (int r = row0; r < row0 + rows; r++)
                        tensor.Gradients[r] = scale * LaneSum.Of<T>(contrast.Row(r)[..lanes]);
                }
                else if (part == 0)
                {
                    T sum = T.Zero;
                    for (int r = 0; r < contrast.Rows; r++)
                        sum += LaneSum.Of<T>(contrast.Row(r)[..lanes]);
                    tensor.Gradients[0] = scale * sum;
                }
            }
    }

    public void Dispose() => _memory.Dispose();

    private static MatView<T> Lanes(MatView<T> view, int at, int count) => view.IsEmpty ? view : view.Slice(0, view.Rows, at, count);
}
