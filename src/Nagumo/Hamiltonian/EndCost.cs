using Nagumo.Learning;

namespace Nagumo.Hamiltonian;

/// <summary>A cost of the last layer, one sample.</summary>
internal abstract class EndCost
{
    /// <summary>C(q).</summary>
    public abstract double Value(ReadOnlySpan<double> q);

    /// <summary>gradient = C'(q).</summary>
    public abstract void Gradient(ReadOnlySpan<double> q, Span<double> gradient);

    /// <summary>hessian += factor · C''(q), [n × n].</summary>
    public abstract void AddHessian(ReadOnlySpan<double> q, double factor, Span<double> hessian);
}

/// <summary>Cross-entropy of softmax(κ (W u + b)), where u are the first columns' worth of q.</summary>
/// <param name="weights">W, [classes × n], row-major.</param>
/// <param name="bias">b, [classes].</param>
/// <param name="label">The right class.</param>
/// <param name="kappa">Gain κ &gt; 0.</param>
internal sealed class SoftmaxEnd(double[] weights, double[] bias, int label, double kappa = 1) : EndCost
{
    private readonly CrossEntropy _cost = new(kappa);
    private readonly double[] _z = new double[bias.Length],
        _y = [.. Enumerable.Range(0, bias.Length).Select(c => c == label ? 1.0 : 0)],
        _force = new double[bias.Length];

    private int Neurons => weights.Length / bias.Length;

    public override double Value(ReadOnlySpan<double> q)
    {
        Read(q);
        return _cost.Value(_z, _y);
    }

    public override void Gradient(ReadOnlySpan<double> q, Span<double> gradient)
    {
        Read(q);
        _cost.Gradient(_z, _y, _force);
        gradient.Clear();
        for (int c = 0; c < bias.Length; c++)
        for (int i = 0; i < Neurons; i++)
            gradient[i] += _force[c] * weights[c * Neurons + i];
    }

    public override void AddHessian(ReadOnlySpan<double> q, double factor, Span<double> hessian)
    {
        Read(q);
        _cost.Probabilities(_z, _force);
        factor *= kappa * kappa;
        for (int i = 0; i < Neurons; i++)
        for (int j = 0; j < Neurons; j++)
        {
            double mean = 0,
                meanI = 0,
                meanJ = 0;
            for (int c = 0; c < bias.Length; c++)
            {
                double p = _force[c],
                    wi = weights[c * Neurons + i],
                    wj = weights[c * Neurons + j];
                (mean, meanI, meanJ) = (mean + p * wi * wj, meanI + p * wi, meanJ + p * wj);
            }
            hessian[i * q.Length + j] += factor * (mean - meanI * meanJ);
        }
    }

    private void Read(ReadOnlySpan<double> q)
    {
        for (int c = 0; c < bias.Length; c++)
        {
            _z[c] = bias[c];
            for (int i = 0; i < Neurons; i++)
                _z[c] += weights[c * Neurons + i] * q[i];
        }
    }
}
