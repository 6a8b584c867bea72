using Nagumo.Data;

namespace Nagumo.Learning;

/// <summary>Cross-entropy of softmax(κ z): C = −Σ y ln p, −ln p of the class that is right. A gain κ &gt; 1 weakens the output's feedback on the hidden layers by 1/κ².</summary>
/// <param name="kappa">Gain κ &gt; 0.</param>
public sealed class CrossEntropy(double kappa = 1) : Cost
{
    /// <summary>Gain κ.</summary>
    public double Kappa { get; } =
        kappa > 0 && double.IsFinite(kappa)
            ? kappa
            : throw new ArgumentOutOfRangeException(nameof(kappa), $"kappa = {kappa:R}: give a finite number > 0.");

    /// <summary>κ²/2: softmax's Hessian diag(p) − ppᵀ has eigenvalues of at most ½.</summary>
    public override double Curvature => Kappa * Kappa / 2;

    /// <inheritdoc/>
    public override double Value(ReadOnlySpan<double> z, ReadOnlySpan<double> y)
    {
        double max = double.NegativeInfinity,
            sum = 0;
        foreach (double x in z)
            max = Math.Max(max, Kappa * x);
        foreach (double x in z)
            sum += Math.Exp(Kappa * x - max);
        double right = 0;
        for (int i = 0; i < z.Length; i++)
            right += y[i] == 0 ? 0 : y[i] * z[i];
        return max + Math.Log(sum) - Kappa * right;
    }

    /// <inheritdoc/>
    public override void Gradient(ReadOnlySpan<double> z, ReadOnlySpan<double> y, Span<double> gradient)
    {
        Softmax(z, Kappa, gradient);
        int label = y.IndexOf(1.0);
        if (label < 0)
        {
            for (int i = 0; i < z.Length; i++)
                gradient[i] -= y[i];
        }
        else
        {
            // 1 − p of the label is the sum of the others: it must not cancel where the readout is nearly certain.
            gradient[label] = 0;
            double others = 0;
            foreach (double p in gradient)
                others += p;
            gradient[label] = -others;
        }
        foreach (ref double g in gradient)
            g *= Kappa;
    }

    /// <inheritdoc/>
    /// <remarks>The matrix is diagonal plus rank one, D − b p pᵀ with D = stiffness + b p, b = βκ² (Sherman–Morrison).</remarks>
    private protected override void NewtonStep(
        ReadOnlySpan<double> at,
        ReadOnlySpan<double> y,
        ReadOnlySpan<double> gradient,
        double beta,
        ReadOnlySpan<double> stiffness,
        Span<double> left,
        Span<double> step
    )
    {
        Span<double> column = stackalloc double[step.Length];
        double b = beta * Kappa * Kappa,
            dot = 0,
            norm = 0;
        for (int i = 0; i < step.Length; i++)
        {
            double p = gradient[i] / Kappa + y[i],
                d = stiffness[i] + b * p;
            step[i] = left[i] / d;
            column[i] = p / d;
            dot += p * step[i];
            norm += p * column[i];
        }
        double factor = b * dot / (1 - b * norm);
        for (int i = 0; i < step.Length; i++)
            step[i] += factor * column[i];
    }

    /// <summary>Whether targets are classes.</summary>
    public override bool Accepts(Targets targets) => targets is ClassTargets;

    /// <inheritdoc/>
    public override void Probabilities(ReadOnlySpan<double> z, Span<double> probabilities) => Softmax(z, Kappa, probabilities);

    /// <summary>p = softmax(κ z).</summary>
    internal static void Softmax(ReadOnlySpan<double> z, double kappa, Span<double> p)
    {
        double max = double.NegativeInfinity,
            sum = 0;
        foreach (double x in z)
            max = Math.Max(max, kappa * x);
        for (int i = 0; i < z.Length; i++)
            sum += p[i] = Math.Exp(kappa * z[i] - max);
        foreach (ref double x in p)
            x /= sum;
    }
}
