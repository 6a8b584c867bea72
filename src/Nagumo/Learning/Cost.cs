namespace Nagumo.Learning;

/// <summary>The cost C(z, y) of a readout z for a label y: what the nudge pulls on.</summary>
public abstract class Cost
{
    /// <summary>C(z, y).</summary>
    /// <param name="z">The readout, one number per class.</param>
    /// <param name="label">The right class.</param>
    public abstract double Value(ReadOnlySpan<double> z, int label);

    /// <summary>gradient = ∂C/∂z.</summary>
    public abstract void Gradient(ReadOnlySpan<double> z, int label, Span<double> gradient);

    /// <summary>An upper bound of the eigenvalues of ∂²C/∂z².</summary>
    public abstract double Curvature { get; }

    /// <summary>δ such that stiffness·δ + β ∂C/∂z(z + δ) = current: the change of a readout under the full cost as nudge.</summary>
    /// <param name="z">The readout without the nudge.</param>
    /// <param name="delta">Start in, solution out.</param>
    /// <param name="label">The right class.</param>
    /// <param name="beta">Nudging strength of either sign; stiffness + β·<see cref="Curvature"/> must stay positive.</param>
    /// <param name="stiffness">Slope of each readout neuron, &gt; 0.</param>
    /// <param name="current">Change of the drive of each readout neuron.</param>
    public abstract void Nudged(
        ReadOnlySpan<double> z,
        Span<double> delta,
        int label,
        double beta,
        ReadOnlySpan<double> stiffness,
        ReadOnlySpan<double> current
    );

    /// <summary>Class probabilities of a readout.</summary>
    public abstract void Probabilities(ReadOnlySpan<double> z, Span<double> probabilities);
}

/// <summary>Squared error against the one-hot target: C = ½ Σ (z_i − y_i)².</summary>
public sealed class SquaredError : Cost
{
    /// <inheritdoc/>
    public override double Curvature => 1;

    /// <inheritdoc/>
    public override double Value(ReadOnlySpan<double> z, int label)
    {
        double sum = 0;
        for (int i = 0; i < z.Length; i++)
            sum += Square(z[i] - Target(i, label));
        return sum / 2;
    }

    /// <inheritdoc/>
    public override void Gradient(ReadOnlySpan<double> z, int label, Span<double> gradient)
    {
        for (int i = 0; i < z.Length; i++)
            gradient[i] = z[i] - Target(i, label);
    }

    /// <inheritdoc/>
    public override void Nudged(
        ReadOnlySpan<double> z,
        Span<double> delta,
        int label,
        double beta,
        ReadOnlySpan<double> stiffness,
        ReadOnlySpan<double> current
    )
    {
        for (int i = 0; i < z.Length; i++)
            delta[i] = (current[i] - beta * (z[i] - Target(i, label))) / (stiffness[i] + beta);
    }

    /// <inheritdoc/>
    public override void Probabilities(ReadOnlySpan<double> z, Span<double> probabilities) => CrossEntropy.Softmax(z, 1, probabilities);

    private static double Target(int i, int label) => i == label ? 1 : 0;

    private static double Square(double x) => x * x;
}

/// <summary>Cross-entropy of softmax(κ z): C = −ln p_y. A gain κ &gt; 1 weakens the output's feedback on the hidden layers by 1/κ².</summary>
/// <param name="kappa">Gain κ &gt; 0.</param>
public sealed class CrossEntropy(double kappa = 1) : Cost
{
    private const int NewtonSteps = 50;
    private const double SmallestStep = 1e-4,
        Rounding = 1e-13,
        Precision = 1e-14;

    /// <summary>Gain κ.</summary>
    public double Kappa { get; } =
        kappa > 0 && double.IsFinite(kappa)
            ? kappa
            : throw new ArgumentOutOfRangeException(nameof(kappa), $"kappa = {kappa:R}: give a finite number > 0.");

    /// <summary>κ²/2: softmax's Hessian diag(p) − ppᵀ has eigenvalues of at most ½.</summary>
    public override double Curvature => Kappa * Kappa / 2;

    /// <inheritdoc/>
    public override double Value(ReadOnlySpan<double> z, int label)
    {
        double max = double.NegativeInfinity,
            sum = 0;
        foreach (double x in z)
            max = Math.Max(max, Kappa * x);
        foreach (double x in z)
            sum += Math.Exp(Kappa * x - max);
        return max + Math.Log(sum) - Kappa * z[label];
    }

    /// <inheritdoc/>
    public override void Gradient(ReadOnlySpan<double> z, int label, Span<double> gradient)
    {
        Softmax(z, Kappa, gradient);
        // 1 − p of the label is the sum of the others: it must not cancel where the readout is nearly certain.
        gradient[label] = 0;
        double others = 0;
        foreach (double p in gradient)
            others += p;
        gradient[label] = -others;
        foreach (ref double g in gradient)
            g *= Kappa;
    }

    /// <inheritdoc/>
    public override void Nudged(
        ReadOnlySpan<double> z,
        Span<double> delta,
        int label,
        double beta,
        ReadOnlySpan<double> stiffness,
        ReadOnlySpan<double> current
    )
    {
        int n = z.Length;
        Span<double> moved = stackalloc double[n],
            gradient = stackalloc double[n],
            step = stackalloc double[n],
            column = stackalloc double[n],
            start = stackalloc double[n];
        double potential = Potential(z, delta, moved, stiffness, current);
        for (int iteration = 0; iteration < NewtonSteps; iteration++)
        {
            Gradient(moved, label, gradient);
            // Newton: the matrix is diagonal plus rank one, D − b p pᵀ with D = stiffness + b p, b = βκ² (Sherman–Morrison).
            double b = beta * Kappa * Kappa,
                dot = 0,
                norm = 0,
                largest = 0,
                size = 0;
            for (int i = 0; i < n; i++)
            {
                double p = gradient[i] / Kappa + (i == label ? 1 : 0);
                double r = stiffness[i] * delta[i] + beta * gradient[i] - current[i];
                double d = stiffness[i] + b * p;
                step[i] = r / d;
                column[i] = p / d;
                dot += p * step[i];
                norm += p * column[i];
            }
            double factor = b * dot / (1 - b * norm);
            delta.CopyTo(start);
            for (int i = 0; i < n; i++)
            {
                step[i] += factor * column[i];
                (size, largest) = (Math.Max(size, Math.Abs(step[i])), Math.Max(largest, Math.Abs(start[i] - step[i])));
            }
            // Far from the solution a whole step can overshoot: the nudged potential is convex and must not rise.
            double before = potential;
            for (double length = 1; length > SmallestStep; length /= 2)
            {
                for (int i = 0; i < n; i++)
                    delta[i] = start[i] - length * step[i];
                potential = Potential(z, delta, moved, stiffness, current);
                if (!(potential > before + Rounding * (1 + Math.Abs(before))))
                    break;
            }
            if (!(size > Precision * largest))
                return;
        }

        // The nudged potential at z + δ, which is left in moved.
        double Potential(
            ReadOnlySpan<double> origin,
            ReadOnlySpan<double> change,
            Span<double> at,
            ReadOnlySpan<double> slope,
            ReadOnlySpan<double> drive
        )
        {
            double sum = 0;
            for (int i = 0; i < at.Length; i++)
            {
                at[i] = origin[i] + change[i];
                sum += change[i] * (slope[i] * change[i] / 2 - drive[i]);
            }
            return sum + beta * Value(at, label);
        }
    }

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
