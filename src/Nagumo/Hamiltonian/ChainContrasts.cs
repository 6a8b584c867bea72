using System.Numerics;
using Nagumo.Compute;

namespace Nagumo.Hamiltonian;

/// <summary>The gradient of a chain's cost from two trajectories: the contrast of ∂S/∂θ, layer by layer.</summary>
/// <remarks>
/// ∂S/∂K_l = −s a uᵀ, ∂S/∂b_l = −s a, ∂S/∂I_l = −u, ∂S/∂k etc. from the neuron's potential, ∂S/∂D_f = ±½ Σ (q_l+1 − q_l)². One formula for
/// both readings; what the two trajectories are decides whose gradient it is. Products are read as mean and difference, so that float32
/// does not cancel. Only one layer is held at a time, for all lanes of a batch: threads write disjoint lanes and later read all of them, so
/// sums over lanes have one order.
/// </remarks>
internal sealed unsafe class ChainContrasts<T> : IDisposable
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly ChainMachine<T> _machine;
    private readonly Buffer<T> _memory;
    private readonly MatView<T>[] _mean,
        _difference,
        _stretchMean,
        _stretchDifference;
    private readonly MatView<T> _hiddenMean,
        _hiddenDifference;
    private readonly (string Name, MatView<T> Values)[] _neurons;
    private readonly bool _links;

    /// <param name="machine">The chain; its parameters' gradients are written.</param>
    /// <param name="lanes">Most lanes of a batch.</param>
    public ChainContrasts(ChainMachine<T> machine, int lanes)
    {
        _machine = machine;
        int n = machine.Chain.Trunk.Size,
            m = machine.Chain.Units,
            padded = (lanes + 15) / 16 * 16;
        _links = machine.Chain.Trained.Count > 0;
        string[] names = [.. machine.Site.Trained.Keys];
        _memory = new(((2L + (_links ? 2 : 0)) * machine.Fields * n + names.Length * (long)n + 2L * m) * padded);
        T* next = _memory.Pointer;
        MatView<T> Take(int rows)
        {
            var view = new MatView<T>(next, rows, lanes, padded);
            next += (long)rows * padded;
            return view;
        }
        MatView<T>[] Fields(bool wanted) => [.. Enumerable.Range(0, machine.Fields).Select(_ => wanted ? Take(n) : default)];
        (_mean, _difference) = (Fields(true), Fields(true));
        (_stretchMean, _stretchDifference) = (Fields(_links), Fields(_links));
        (_hiddenMean, _hiddenDifference) = (Take(m), Take(m));
        _neurons = [.. names.Select(name => (name, Take(n)))];
    }

    /// <summary>Whether diffusions are trained, so that <see cref="ReadLink"/> is needed.</summary>
    public bool ReadsLinks => _links;

    /// <summary>Zeroes what is summed over layers: the neurons' parameters and the diffusions.</summary>
    public void Begin()
    {
        foreach (var tensor in _machine.Site.Trained.Values)
            tensor.Gradients.Clear();
        for (int f = 0; f < _machine.Fields; f++)
            _machine.DiffusionOf(f).Gradients.Clear();
    }

    /// <summary>Lanes [at, at + count) of a layer from two trajectories.</summary>
    /// <param name="p">The layer's x₊ where its kick is evaluated, hidden units included, in the lanes from <paramref name="plusAt"/>.</param>
    /// <param name="plusAt">See above.</param>
    /// <param name="m">x₋.</param>
    /// <param name="minusAt">Its first lane.</param>
    /// <param name="deltaBeta">β₊ − β₋.</param>
    /// <param name="at">First lane of the batch.</param>
    /// <param name="count">Lanes.</param>
    public void Read(LaneState<T> p, int plusAt, LaneState<T> m, int minusAt, double deltaBeta, int at, int count)
    {
        for (int f = 0; f < _machine.Fields; f++)
            Split(p.Q[f], plusAt, m.Q[f], minusAt, deltaBeta, _mean[f], _difference[f], at, count);
        Split(p.Hidden, plusAt, m.Hidden, minusAt, deltaBeta, _hiddenMean, _hiddenDifference, at, count);
        Span<MatView<T>> mean = stackalloc MatView<T>[_machine.Fields],
            difference = stackalloc MatView<T>[_machine.Fields];
        for (int f = 0; f < _machine.Fields; f++)
            (mean[f], difference[f]) = (Lanes(_mean[f], at, count), Lanes(_difference[f], at, count));
        foreach (var (name, values) in _neurons)
            _machine.Site.ParameterContrast(name, mean, difference, T.CreateChecked(deltaBeta), Lanes(values, at, count), 0, values.Rows);
    }

    /// <summary>The same from a state and its derivative in β: the limit β → 0. Hidden units of t hold their derivative.</summary>
    public void ReadTangent(LaneState<T> s, LaneState<T> t, int at, int count)
    {
        for (int f = 0; f < _machine.Fields; f++)
        {
            Copy(s.Q[f], _mean[f], at, count);
            Copy(t.Q[f], _difference[f], at, count);
        }
        Copy(s.Hidden, _hiddenMean, at, count);
        Copy(t.Hidden, _hiddenDifference, at, count);
        foreach (var (name, values) in _neurons)
            _machine.Site.ParameterTangent(name, s.Q, t.Q, Lanes(values, at, count), 0, values.Rows);
    }

    /// <summary>The stretch q_l+1 − q_l of a field in both trajectories; views as in <see cref="Read"/>.</summary>
    public void ReadLink(int field, MatView<T> plus, int plusAt, MatView<T> minus, int minusAt, double deltaBeta, int at, int count) =>
        Split(plus, plusAt, minus, minusAt, deltaBeta, _stretchMean[field], _stretchDifference[field], at, count);

    /// <summary>The stretch and its derivative in β.</summary>
    public void ReadLinkTangent(int field, MatView<T> stretch, MatView<T> derivative, int at, int count)
    {
        Copy(stretch, _stretchMean[field], at, count);
        Copy(derivative, _stretchDifference[field], at, count);
    }

    /// <summary>Takes a lane out of the layer's contrast: it escaped.</summary>
    public void Drop(int lane)
    {
        foreach (var view in (ReadOnlySpan<MatView<T>>)[.. _mean, .. _difference, _hiddenMean, _hiddenDifference])
            Zero(view);
        foreach (var (_, values) in _neurons)
            Zero(values);
        if (_links)
            foreach (var view in (ReadOnlySpan<MatView<T>>)[.. _stretchMean, .. _stretchDifference])
                Zero(view);

        void Zero(MatView<T> view)
        {
            for (int r = 0; r < view.Rows; r++)
                view.Row(r)[lane] = T.Zero;
        }
    }

    /// <summary>One thread's rows of layer l's mean gradient; neurons' parameters and diffusions are added up over layers.</summary>
    /// <param name="l">Layer.</param>
    /// <param name="link">Whether the layer has a successor, to which <see cref="ReadLink"/> belongs.</param>
    /// <param name="lanes">Lanes of the batch.</param>
    /// <param name="part">Thread.</param>
    /// <param name="parts">Threads.</param>
    /// <param name="ws">The thread's workspace.</param>
    public void Gradient(int l, bool link, int lanes, int part, int parts, GemmWorkspace<T> ws)
    {
        T scale = T.CreateChecked(1.0 / lanes),
            factor = -_machine.Strength * scale;
        if (l < _machine.Layers)
        {
            var k = _machine.K[l];
            var (row0, rows) = Shares.Of(k.Rows, part, parts);
            if (rows > 0)
            {
                var gradient = k.Gradient.Slice(row0, rows, 0, k.Cols);
                Gemm.Multiply(Rows(_hiddenDifference), Lanes(_mean[0], 0, lanes).Transposed, default, gradient, factor, ws);
                Gemm.Multiply(Rows(_hiddenMean), Lanes(_difference[0], 0, lanes).Transposed, gradient, gradient, factor, ws);
                for (int r = row0; r < row0 + rows; r++)
                    _machine.B[l].Gradients[r] = factor * LaneSum.Of<T>(_hiddenDifference.Row(r)[..lanes]);
            }
            MatView<T> Rows(MatView<T> view) => view.Slice(row0, rows, 0, lanes);

            (row0, rows) = Shares.Of(_machine.I[l].Rows, part, parts);
            for (int r = row0; r < row0 + rows; r++)
                _machine.I[l].Gradients[r] = -scale * LaneSum.Of<T>(_difference[0].Row(r)[..lanes]);
            if (part == 0)
                foreach (var (name, values) in _neurons)
                    AddNeurons(_machine.Site.Trained[name], values, lanes, scale);
        }
        if (link && _links && part == 0)
            for (int f = 0; f < _machine.Fields; f++)
            {
                T sum = T.Zero;
                for (int r = 0; r < _stretchMean[f].Rows; r++)
                    sum += LaneSum.Dot<T>(_stretchMean[f].Row(r)[..lanes], _stretchDifference[f].Row(r)[..lanes]);
                _machine.DiffusionOf(f).Gradients[0] += (f == 0 ? scale : -scale) * sum;
            }
    }

    public void Dispose() => _memory.Dispose();

    private static void AddNeurons(Tensor<T> tensor, MatView<T> values, int lanes, T scale)
    {
        for (int r = 0; r < values.Rows; r++)
            tensor.Gradients[tensor.Rows > 1 ? r : 0] += scale * LaneSum.Of<T>(values.Row(r)[..lanes]);
    }

    private static void Split(
        MatView<T> plus,
        int plusAt,
        MatView<T> minus,
        int minusAt,
        double deltaBeta,
        MatView<T> mean,
        MatView<T> difference,
        int at,
        int count
    )
    {
        T half = T.CreateChecked(0.5),
            inverse = T.CreateChecked(1 / deltaBeta);
        for (int r = 0; r < plus.Rows; r++)
            RowMath.MeanAndDifference(
                plus.Row(r).Slice(plusAt, count),
                minus.Row(r).Slice(minusAt, count),
                half,
                inverse,
                mean.Row(r).Slice(at, count),
                difference.Row(r).Slice(at, count)
            );
    }

    private static void Copy(MatView<T> x, MatView<T> into, int at, int count)
    {
        for (int r = 0; r < x.Rows; r++)
            x.Row(r)[..count].CopyTo(into.Row(r)[at..]);
    }

    private static MatView<T> Lanes(MatView<T> view, int at, int count) => view.Slice(0, view.Rows, at, count);
}
