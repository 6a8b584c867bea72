using Nagumo.Compute;
using Nagumo.Data;
using Nagumo.Learning;
using Nagumo.Relaxation;

namespace Nagumo.Quantum;

/// <summary>A chain of spins that learns by Equilibrium Propagation of its ground state: the last spin tells two classes apart.</summary>
/// <remarks>
/// A sample x sets the longitudinal fields, b_i = offset_i + Σ_k encoder_ik x_k. The readout are the probabilities of the last spin's two values,
/// z = (½(1 − ⟨Z⟩), ½(1 + ⟨Z⟩)), and the cost is their squared error. Couplings, both fields and the encoder are learned.
/// </remarks>
public sealed class IsingLearner : ILearner<double>
{
    private const double LeastTransverse = 0.2;
    private readonly IsingChain _chain;
    private readonly double _beta;
    private readonly double[] _x,
        _y = new double[2],
        _z = new double[2],
        _force = new double[2],
        _last;
    private readonly Tensor<double> _coupling,
        _transverse,
        _offset,
        _encoder;

    /// <param name="chain">The spins; its parameters are the learner's from now on.</param>
    /// <param name="inputs">Values of a sample, ≥ 1.</param>
    /// <param name="rng">Draws offset (standard deviation 0.3) and encoder (0.7).</param>
    /// <param name="beta">Nudging strength &gt; 0 of both signs.</param>
    public IsingLearner(IsingChain chain, int inputs, Rng rng, double beta = 1e-3)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(inputs, 1);
        if (!(beta > 0 && double.IsFinite(beta)))
            throw new ArgumentOutOfRangeException(nameof(beta), $"beta = {beta:R}: give a finite number > 0.");
        (_chain, _beta) = (chain, beta);
        (_x, _last) = (new double[inputs], chain.Z(chain.Sites - 1));
        _coupling = Free("coupling", chain.Sites - 1, 1);
        // A transverse field keeps the gap open.
        _transverse = new("transverse", chain.Sites, 1, LeastTransverse, double.PositiveInfinity, decays: false);
        _offset = Free("offset", chain.Sites, 1);
        _encoder = Free("encoder", chain.Sites, inputs);
        Parameters = [_coupling, _transverse, _offset, _encoder];
        _coupling.Values.Fill(0.7);
        _transverse.Values.Fill(0.8);
        rng.FillNormal(_offset.Values, 0, 0.3);
        rng.FillNormal(_encoder.Values, 0, 0.7);
        Load();

        static Tensor<double> Free(string name, int rows, int cols) =>
            new(name, rows, cols, double.NegativeInfinity, double.PositiveInfinity, decays: false);
    }

    /// <inheritdoc/>
    public IReadOnlyList<Tensor<double>> Parameters { get; }

    /// <inheritdoc/>
    public Cost Cost { get; } = new SquaredError();

    /// <inheritdoc/>
    public BatchReport Gradient(Samples set, ReadOnlySpan<int> samples, int epoch)
    {
        foreach (var p in Parameters)
            p.Gradients.Clear();
        BatchReport total = default;
        foreach (int sample in samples)
        {
            var (ground, report) = Judge(set, sample);
            total += report;
            Cost.Gradient(_z, _y, _force);
            double slope = (_force[1] - _force[0]) / 2;
            var g = _chain.Gradient(ground, [.. _last.Select(s => slope * s)], _beta);
            Add(_coupling, g.Coupling, samples.Length);
            Add(_transverse, g.Transverse, samples.Length);
            Add(_offset, g.Longitudinal, samples.Length);
            for (int i = 0; i < _chain.Sites; i++)
            for (int k = 0; k < _x.Length; k++)
                _encoder.Gradients[i * _x.Length + k] += g.Longitudinal[i] * _x[k] / samples.Length;
        }
        return total;

        static void Add(Tensor<double> parameter, double[] gradient, int samples)
        {
            for (int i = 0; i < gradient.Length; i++)
                parameter.Gradients[i] += gradient[i] / samples;
        }
    }

    /// <inheritdoc/>
    public BatchReport Predict(Samples set, ReadOnlySpan<int> samples, SweepOptions options, Span<double> readout)
    {
        BatchReport total = default;
        for (int i = 0; i < samples.Length; i++)
        {
            total += Judge(set, samples[i]).Report;
            if (!readout.IsEmpty)
                _z.CopyTo(readout[(2 * i)..]);
        }
        return total;
    }

    /// <inheritdoc/>
    public void Load()
    {
        _coupling.Values.CopyTo(_chain.Parameters.Coupling);
        _transverse.Values.CopyTo(_chain.Parameters.Transverse);
    }

    private (GroundState Ground, BatchReport Report) Judge(Samples set, int sample)
    {
        set.Read(sample, _x);
        set.Targets.Read(sample, _y);
        for (int i = 0; i < _chain.Sites; i++)
        {
            double b = _offset.Values[i];
            for (int k = 0; k < _x.Length; k++)
                b += _encoder.Values[i * _x.Length + k] * _x[k];
            _chain.Parameters.Longitudinal[i] = b;
        }
        var ground = _chain.Ground();
        double mean = IsingChain.Expectation(ground, _last);
        (_z[0], _z[1]) = ((1 - mean) / 2, (1 + mean) / 2);
        var relaxation = new RelaxationReport("Lanczos", 0, ground.Residual, 0);
        return (ground, new(1, Cost.Value(_z, _y), _y[Classification.Answer(_z)] == 1 ? 0 : 1, relaxation, relaxation));
    }

    /// <summary>Frees the parameters.</summary>
    public void Dispose()
    {
        foreach (var p in Parameters)
            p.Dispose();
    }
}
