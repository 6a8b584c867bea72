using Nagumo.Hamiltonian;

namespace Nagumo.Tests.Hamiltonian;

/// <summary>½ |q − target|².</summary>
/// <param name="target">As long as the last layer.</param>
internal sealed class TargetEnd(double[] target) : EndCost
{
    public override double Value(ReadOnlySpan<double> q)
    {
        double sum = 0;
        for (int i = 0; i < target.Length; i++)
            sum += (q[i] - target[i]) * (q[i] - target[i]);
        return sum / 2;
    }

    public override void Gradient(ReadOnlySpan<double> q, Span<double> gradient)
    {
        for (int i = 0; i < target.Length; i++)
            gradient[i] = q[i] - target[i];
    }

    public override void AddHessian(ReadOnlySpan<double> q, double factor, Span<double> hessian)
    {
        for (int i = 0; i < target.Length; i++)
            hessian[i * target.Length + i] += factor;
    }
}
