using System.Numerics;
using Nagumo.Compute;
using Nagumo.Networks;
using Nagumo.Relaxation;

namespace Nagumo.Learning;

/// <summary>The gradient from two trajectories through layers in depth: the contrast of ∂S/∂θ, one layer at a time.</summary>
/// <remarks>
/// What a layer's couplings and neurons say is the machine's <see cref="Contrasts{T}"/> on a window; here are the walk and the links, of which
/// ∂S/∂D_f = ±½ Σ (q_l+1 − q_l)². One formula for both readings; what the two trajectories are decides whose gradient it is. Threads write
/// disjoint lanes and later read all of them, so sums over lanes have one order.
/// </remarks>
internal sealed class DepthContrasts<T> : IDisposable
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly DepthRecurrence<T> _layers;
    private readonly Contrasts<T> _contrasts;
    private readonly Buffer<T> _memory;
    private readonly MatView<T>[] _mean,
        _difference;
    private Machine<T>.Part _part;

    /// <param name="layers">The layers; their machine's parameters get the gradients.</param>
    /// <param name="lanes">Most lanes of a batch.</param>
    /// <param name="links">Whether the diffusions learn.</param>
    public DepthContrasts(DepthRecurrence<T> layers, int lanes, bool links)
    {
        (_layers, _contrasts, ReadsLinks, _part) = (layers, new(layers.Machine, lanes, layers.Size), links, layers.Layer(0));
        int padded = (lanes + 15) / 16 * 16,
            fields = links ? layers.Fields : 0;
        _memory = new(2L * fields * layers.Size * padded);
        MatView<T> View(int i) => _memory.View((long)i * layers.Size * padded, layers.Size, lanes, padded);
        _mean = [.. Enumerable.Range(0, fields).Select(View)];
        _difference = [.. Enumerable.Range(fields, fields).Select(View)];
    }

    /// <summary>Whether diffusions learn, so that <see cref="ReadLink"/> is needed.</summary>
    public bool ReadsLinks { get; }

    /// <summary>Zeroes what is summed over layers: the neurons' parameters and the diffusions.</summary>
    public void Begin()
    {
        foreach (var tensor in _layers.Machine.Site(_layers.Population).Trained.Values)
            tensor.Gradients.Clear();
        for (int f = 0; f < _layers.Fields; f++)
            _layers.DiffusionOf(f).Gradients.Clear();
    }

    /// <summary>Goes to a layer; before its lanes are read.</summary>
    public void GoTo(int l) => _contrasts.GoTo(_part = _layers.Layer(l));

    /// <summary>Two phases of a layer that one state holds side by side, whose drives have just been made.</summary>
    public void Read(State<T> phases, double deltaBeta, int at, int count, Workspace<T> ws) =>
        _contrasts.ReadPhases(phases, _part, deltaBeta, at, count, ws);

    /// <summary>The same from a state and its derivative in β: the limit β → 0.</summary>
    public void ReadTangent(State<T> x, State<T> derivative, int at, int count) => _contrasts.ReadTangent(x, derivative, at, count);

    /// <summary>The stretch q_l+1 − q_l of a field in two phases side by side.</summary>
    public void ReadLink(int field, MatView<T> phases, double deltaBeta, int at, int count) =>
        Contrasts<T>.Split(
            phases,
            _mean[field].Slice(0, phases.Rows, at, count),
            _difference[field].Slice(0, phases.Rows, at, count),
            deltaBeta
        );

    /// <summary>The stretch and its derivative in β.</summary>
    public void ReadLinkTangent(int field, MatView<T> stretch, MatView<T> derivative, int at, int count)
    {
        stretch.Lanes(0, count).CopyRowsTo(_mean[field].Rows(0, stretch.Rows).Lanes(at, count));
        derivative.Lanes(0, count).CopyRowsTo(_difference[field].Rows(0, stretch.Rows).Lanes(at, count));
    }

    /// <summary>One thread's rows of a layer's mean gradient; neurons' parameters and diffusions are added up over layers.</summary>
    /// <param name="link">Whether it has a successor, to which <see cref="ReadLink"/> belongs.</param>
    /// <param name="lanes">Lanes of the batch.</param>
    /// <param name="part">Thread.</param>
    /// <param name="parts">Threads.</param>
    /// <param name="workspace">The thread's.</param>
    public void Gradient(bool link, int lanes, int part, int parts, GemmWorkspace<T> workspace)
    {
        _contrasts.Gradient(_part, lanes, part, parts, workspace);
        if (part > 0)
            return;
        _contrasts.AddNeurons(lanes);
        T scale = T.CreateChecked(1.0 / lanes);
        for (int f = 0; link && f < _mean.Length; f++)
        {
            T sum = FieldVerbs.Dot(_mean[f].Lanes(0, lanes), _difference[f].Lanes(0, lanes));
            _layers.DiffusionOf(f).Gradients[0] += (f == 0 ? scale : -scale) * sum;
        }
    }

    /// <summary>Room for the derivative of the cost by the currents of the source, [neurons × lanes], minus its sign: they enter as −I u.</summary>
    public MatView<T> SourceForce => _contrasts.Difference(_layers.Population);

    /// <summary>One thread's rows of the source's mean gradient.</summary>
    /// <param name="lanes">Lanes of the batch.</param>
    /// <param name="part">Thread.</param>
    /// <param name="parts">Threads.</param>
    /// <param name="workspace">The thread's.</param>
    public void SourceGradient(int lanes, int part, int parts, GemmWorkspace<T> workspace) =>
        _contrasts.Gradient(_layers.Source, lanes, part, parts, workspace);

    /// <summary>The input of the batch, as the source reads it.</summary>
    public void Clamp(int input, MatView<T> values) => _contrasts.Clamp(input, values);

    /// <summary>Frees the memory.</summary>
    public void Dispose()
    {
        _contrasts.Dispose();
        _memory.Dispose();
    }
}
