using System.Numerics;
using Nagumo.Compute;
using Nagumo.Couplings;
using Nagumo.Networks;

namespace Nagumo.Learning;

/// <summary>The two phases of a whole batch as means and scaled differences, and the gradient that they give.</summary>
/// <remarks>Threads write disjoint lanes and later read all of them, so sums over lanes have one order whatever the threads.</remarks>
internal sealed unsafe class Contrasts<T> : IDisposable
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private const int MaxEnds = 4,
        MaxFields = 8;
    private readonly Machine<T> _machine;
    private readonly Buffer<T> _memory;
    private readonly MatView<T>[][] _mean,
        _difference;
    private readonly Dictionary<string, MatView<T>>[] _neurons;

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

    /// <summary>Lanes [at, at + count): m = (x₊ + x₋)/2, d = (x₊ − x₋)/(β₊ − β₋), and the neurons' own contrasts.</summary>
    /// <param name="plus">State that holds x₊ in its lanes from <paramref name="plusAt"/>.</param>
    /// <param name="plusAt">See <paramref name="plus"/>.</param>
    /// <param name="minus">State that holds x₋.</param>
    /// <param name="minusAt">First lane of x₋.</param>
    /// <param name="deltaBeta">β₊ − β₋.</param>
    /// <param name="at">First lane of the batch to write.</param>
    /// <param name="count">Number of lanes.</param>
    /// <param name="presynaptic">State whose lanes stand in for the mean: the free one, as the corrected contrast asks; null for the mean.</param>
    public void Read(
        State<T> plus,
        int plusAt,
        State<T> minus,
        int minusAt,
        double deltaBeta,
        int at,
        int count,
        State<T>? presynaptic = null
    )
    {
        T half = T.CreateChecked(0.5),
            inverse = T.CreateChecked(1 / deltaBeta);
        Span<MatView<T>> a = stackalloc MatView<T>[MaxFields],
            b = stackalloc MatView<T>[MaxFields];
        for (int p = 0; p < _mean.Length; p++)
        {
            if (_machine.Network.Populations[p].IsClamped)
                continue;
            for (int f = 0; f < _mean[p].Length; f++)
                if (!plus.X(p, f).IsEmpty)
                    for (int r = 0; r < plus.X(p, f).Rows; r++)
                    {
                        RowMath.MeanAndDifference(
                            plus.X(p, f).Row(r).Slice(plusAt, count),
                            minus.X(p, f).Row(r).Slice(minusAt, count),
                            half,
                            inverse,
                            _mean[p][f].Row(r).Slice(at, count),
                            _difference[p][f].Row(r).Slice(at, count)
                        );
                        presynaptic?.X(p, f).Row(r)[..count].CopyTo(_mean[p][f].Row(r)[at..]);
                    }
            foreach (var (name, into) in _neurons[p])
            {
                var target = into.Slice(0, into.Rows, at, count);
                for (int f = 0; f < _mean[p].Length; f++)
                    (a[f], b[f]) = (Lanes(plus.X(p, f), plusAt, count), Lanes(minus.X(p, f), minusAt, count));
                _machine.Site(p).ParameterContrast(name, a[.._mean[p].Length], b[.._mean[p].Length], target, 0, into.Rows);
                for (int r = 0; r < into.Rows; r++)
                    RowMath.Scale(target.Row(r), inverse, target.Row(r));
            }
        }
    }

    /// <summary>Lanes [at, at + count) from a rest state and its derivative in β: the limit of <see cref="Read"/> for β → 0.</summary>
    public void ReadTangent(State<T> x, State<T> derivative, int at, int count)
    {
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
        Span<Contrast<T>> ends = stackalloc Contrast<T>[MaxEnds];
        for (int c = 0; c < _machine.Couplings.Count; c++)
        {
            var (first, count) = _machine.TensorsOf(c);
            if (count == 0)
                continue;
            var joined = _machine.Ends(c);
            for (int e = 0; e < joined.Length; e++)
            {
                var (p, f) = joined[e];
                ends[e] = new(Lanes(_mean[p][f], 0, lanes), Lanes(_difference[p][f], 0, lanes));
            }
            var (row0, rows) = Shares.Of(_machine.Parameters[first].Rows, part, parts);
            if (rows > 0)
                _machine.Couplings[c].Gradient(ends[..joined.Length], scale, row0, rows, workspace);
        }
        for (int p = 0; p < _neurons.Length; p++)
            foreach (var (name, contrast) in _neurons[p])
            {
                var tensor = _machine.Site(p).Trained[name];
                if (tensor.Rows > 1)
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
