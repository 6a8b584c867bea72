using Nagumo.Compute;
using Nagumo.Hamiltonian;
using Nagumo.Networks;

namespace Nagumo.Tests.Hamiltonian;

/// <summary>Layers of neurons without inhibitors joined by a bilinear term of neighbours, one sample in float64.</summary>
/// <remarks>
/// S = Σ_l [Σ h(u_l) − b_lᵀ u_l] + ½ g Σ |u_l+1 − u_l|² − Σ u_lᵀ W_l u_l+1. With g &gt; 0: bilinear neighbours on a diffusive trunk,
/// P = N = g, M = −(g + W). With g = 0: a deep energy-based (Hopfield) model, P = N = 0, M = −W. Both recurrences verify equilibria; as a
/// way to infer they multiply errors by cond(M) in each layer.
/// </remarks>
internal sealed class NeuronLayers : LayeredAction
{
    private readonly Population[] _layers;
    private readonly OnSite<double>[] _sites;
    private readonly double[][] _weights,
        _biases;
    private readonly double _diffusion;
    private readonly Tensor<double>[] _rows;

    /// <param name="layers">The layers; neurons without inhibitors and boxes.</param>
    /// <param name="weights">W_l, [n_l × n_l+1], row-major.</param>
    /// <param name="biases">b_l.</param>
    /// <param name="diffusion">g ≥ 0; needs layers of equal size when positive.</param>
    /// <exception cref="ArgumentException">Sizes that do not fit, or a neuron with inhibitors or a box.</exception>
    public NeuronLayers(
        IReadOnlyList<Population> layers,
        IReadOnlyList<double[]> weights,
        IReadOnlyList<double[]> biases,
        double diffusion = 0
    )
    {
        (_layers, _weights, _biases, _diffusion) = ([.. layers], [.. weights], [.. biases], diffusion);
        foreach (var p in _layers)
            if (p.Neuron is not { Box: null, Inhibitors.Count: 0 })
                throw new ArgumentException(
                    $"Population '{p.Name}': this recurrence carries activators only. Eliminate the inhibitors from the potential, as (u + a)^2/(2 gamma) for FitzHugh-Nagumo, and use a neuron without a box."
                );
        if (weights.Count != layers.Count - 1 || biases.Count != layers.Count)
            throw new ArgumentException(
                $"{layers.Count} layers need {layers.Count - 1} matrices and {layers.Count} biases, not {weights.Count} and {biases.Count}."
            );
        for (int l = 0; l < weights.Count; l++)
            if (weights[l].Length != layers[l].Size * layers[l + 1].Size || (diffusion > 0 && layers[l].Size != layers[l + 1].Size))
                throw new ArgumentException(
                    $"W_{l} has {weights[l].Length} elements; layers {l} and {l + 1} have {layers[l].Size} and {layers[l + 1].Size} units{(diffusion > 0 ? ", and diffusion joins equal layers only" : "")}."
                );
        _sites =
        [
            .. _layers.Select(p => new OnSite<double>(p, [true], [false], new Dictionary<string, Tensor<double>>(), responds: false)),
        ];
        _rows = [.. _layers.Select(p => new Tensor<double>(p.Name, 3, p.Size, 0, 0, decays: false))];
    }

    public override int Layers => _layers.Length;

    public override int Size(int l) => _layers[l].Size;

    public override double Signature(int l, int i) => _layers[l].Scale;

    public override Link LinkAbove(int l)
    {
        int n = Size(l),
            next = Size(l + 1);
        double[] mixed = [.. _weights[l].Select(w => -w)];
        for (int i = 0; i < n && _diffusion > 0; i++)
            mixed[i * next + i] -= _diffusion;
        return new([.. Enumerable.Repeat(_diffusion, n)], [.. Enumerable.Repeat(_diffusion, next)], mixed);
    }

    public override double OnSite(int l, ReadOnlySpan<double> q)
    {
        Load(l, q);
        _sites[l].Potential([Column(l, 0)], Column(l, 2), first: 0);
        double sum = 0;
        for (int i = 0; i < q.Length; i++)
            sum += Column(l, 2)[i, 0] - _biases[l][i] * q[i];
        return sum;
    }

    public override void OnSiteGradient(int l, ReadOnlySpan<double> q, Span<double> gradient)
    {
        Load(l, q);
        _sites[l].Forces([Column(l, 0)], [Column(l, 1)], [Column(l, 2)]);
        _rows[l].Value.Row(2).CopyTo(gradient);
    }

    public override void OnSiteHessian(int l, ReadOnlySpan<double> q, Span<double> hessian)
    {
        Load(l, q);
        _sites[l].Curvature([Column(l, 0)], [Column(l, 2)], 0, q.Length);
        hessian.Clear();
        for (int i = 0; i < q.Length; i++)
            hessian[i * q.Length + i] = Column(l, 2)[i, 0];
    }

    public override void Dispose()
    {
        base.Dispose();
        foreach (var site in _sites)
            site.Dispose();
        foreach (var rows in _rows)
            rows.Dispose();
    }

    private void Load(int l, ReadOnlySpan<double> q)
    {
        q.CopyTo(_rows[l].Value.Row(0));
        _biases[l].CopyTo(_rows[l].Value.Row(1));
    }

    /// <summary>A row of numbers as neurons in one lane.</summary>
    private unsafe MatView<double> Column(int l, int row) => new(_rows[l].Value.Data + (nint)row * Size(l), Size(l), 1, 1);
}
