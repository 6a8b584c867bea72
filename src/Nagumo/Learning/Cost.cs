using Nagumo.Data;

namespace Nagumo.Learning;

/// <summary>The cost C(z, y) of a readout z for a target y: what the nudge pulls on.</summary>
/// <remarks>
/// y has as many numbers as z: those that are to be learned, or a 1 for the right class among zeros. A cost from outside states
/// <see cref="Value"/>, <see cref="Gradient"/> and <see cref="Curvature"/>, and <see cref="Costs.Register"/> makes it known to configurations by name.
/// C is convex in z, or curved so little that the nudged potential is.
/// </remarks>
public abstract class Cost
{
    private const int NewtonSteps = 50;
    private const double SmallestStep = 1e-4,
        Rounding = 1e-13,
        Precision = 1e-14,
        Difference = 1e-7,
        Solved = 1e-10;

    /// <summary>C(z, y).</summary>
    /// <param name="z">The readout.</param>
    /// <param name="y">The target, as long as z.</param>
    public abstract double Value(ReadOnlySpan<double> z, ReadOnlySpan<double> y);

    /// <summary>gradient = ∂C/∂z.</summary>
    public abstract void Gradient(ReadOnlySpan<double> z, ReadOnlySpan<double> y, Span<double> gradient);

    /// <summary>An upper bound of the eigenvalues of ∂²C/∂z².</summary>
    public abstract double Curvature { get; }

    /// <summary>Whether it can be taken of such targets.</summary>
    public virtual bool Accepts(Targets targets) => true;

    /// <summary>Class probabilities of a readout: softmax(z) unless the cost means others.</summary>
    public virtual void Probabilities(ReadOnlySpan<double> z, Span<double> probabilities) => CrossEntropy.Softmax(z, 1, probabilities);

    /// <summary>δ such that stiffness·δ + β ∂C/∂z(z + δ) = current: the change of a readout under the full cost as nudge.</summary>
    /// <remarks>By Newton's method along <see cref="NewtonStep"/>; a cost that knows a closed form overrides it.</remarks>
    /// <param name="z">The readout without the nudge.</param>
    /// <param name="delta">Start in, solution out.</param>
    /// <param name="y">The target.</param>
    /// <param name="beta">Nudging strength of either sign; stiffness + β·<see cref="Curvature"/> must stay positive.</param>
    /// <param name="stiffness">Slope of each readout neuron, &gt; 0.</param>
    /// <param name="current">Change of the drive of each readout neuron.</param>
    public virtual void Nudged(
        ReadOnlySpan<double> z,
        Span<double> delta,
        ReadOnlySpan<double> y,
        double beta,
        ReadOnlySpan<double> stiffness,
        ReadOnlySpan<double> current
    )
    {
        int n = z.Length;
        Span<double> at = stackalloc double[n],
            gradient = stackalloc double[n],
            left = stackalloc double[n],
            step = stackalloc double[n],
            start = stackalloc double[n];
        double potential = NudgedPotential(z, delta, at, y, beta, stiffness, current);
        for (int iteration = 0; iteration < NewtonSteps; iteration++)
        {
            Gradient(at, y, gradient);
            for (int i = 0; i < n; i++)
                left[i] = current[i] - (stiffness[i] * delta[i] + beta * gradient[i]);
            NewtonStep(at, y, gradient, beta, stiffness, left, step);
            delta.CopyTo(start);
            double size = 0,
                largest = 0;
            for (int i = 0; i < n; i++)
                (size, largest) = (Math.Max(size, Math.Abs(step[i])), Math.Max(largest, Math.Abs(start[i] + step[i])));
            if (Descend(z, delta, at, y, beta, stiffness, current, start, step, ref potential) == 0 || !(size > Precision * largest))
                return;
        }
    }

    /// <summary>Goes along a step as far as the nudged potential, which is convex, does not rise: far from the solution a whole one can overshoot.</summary>
    /// <returns>The share of the step that was taken.</returns>
    private double Descend(
        ReadOnlySpan<double> z,
        Span<double> delta,
        Span<double> at,
        ReadOnlySpan<double> y,
        double beta,
        ReadOnlySpan<double> stiffness,
        ReadOnlySpan<double> current,
        ReadOnlySpan<double> start,
        ReadOnlySpan<double> step,
        ref double potential
    )
    {
        double before = potential;
        for (double length = 1; length > SmallestStep; length /= 2)
        {
            for (int i = 0; i < at.Length; i++)
                delta[i] = start[i] + length * step[i];
            potential = NudgedPotential(z, delta, at, y, beta, stiffness, current);
            if (!(potential > before + Rounding * (1 + Math.Abs(before))))
                return length;
        }
        return 0;
    }

    /// <summary>The nudged potential at z + δ, which is left in <paramref name="at"/>.</summary>
    private double NudgedPotential(
        ReadOnlySpan<double> z,
        ReadOnlySpan<double> delta,
        Span<double> at,
        ReadOnlySpan<double> y,
        double beta,
        ReadOnlySpan<double> stiffness,
        ReadOnlySpan<double> current
    )
    {
        double sum = 0;
        for (int i = 0; i < at.Length; i++)
        {
            at[i] = z[i] + delta[i];
            sum += delta[i] * (stiffness[i] * delta[i] / 2 - current[i]);
        }
        return sum + beta * Value(at, y);
    }

    /// <summary>step with (stiffness + β ∂²C/∂z²)·step = left.</summary>
    /// <remarks>By conjugate gradients preconditioned by the stiffness, products with ∂²C/∂z² from differences of <see cref="Gradient"/>.</remarks>
    /// <param name="at">z.</param>
    /// <param name="y">The target.</param>
    /// <param name="gradient">∂C/∂z there.</param>
    /// <param name="beta">β.</param>
    /// <param name="stiffness">Slope of each readout neuron, &gt; 0.</param>
    /// <param name="left">The right-hand side; may be overwritten.</param>
    /// <param name="step">Receives the step.</param>
    private protected virtual void NewtonStep(
        ReadOnlySpan<double> at,
        ReadOnlySpan<double> y,
        ReadOnlySpan<double> gradient,
        double beta,
        ReadOnlySpan<double> stiffness,
        Span<double> left,
        Span<double> step
    )
    {
        int n = at.Length;
        Span<double> moved = stackalloc double[n],
            direction = stackalloc double[n],
            product = stackalloc double[n];
        double scale = 1,
            weight = 0;
        foreach (double x in at)
            scale = Math.Max(scale, Math.Abs(x));
        for (int i = 0; i < n; i++)
        {
            step[i] = 0;
            direction[i] = left[i] / stiffness[i];
            weight += left[i] * direction[i];
        }
        double first = weight;
        for (int k = 0; k < n && weight > Solved * Solved * first; k++)
        {
            double longest = 0;
            foreach (double d in direction)
                longest = Math.Max(longest, Math.Abs(d));
            double h = Difference * scale / longest,
                curvature = 0;
            for (int i = 0; i < n; i++)
                moved[i] = at[i] + h * direction[i];
            Gradient(moved, y, product);
            for (int i = 0; i < n; i++)
            {
                product[i] = stiffness[i] * direction[i] + beta * (product[i] - gradient[i]) / h;
                curvature += direction[i] * product[i];
            }
            if (!(curvature > 0))
                return;
            double length = weight / curvature,
                next = 0;
            for (int i = 0; i < n; i++)
            {
                step[i] += length * direction[i];
                left[i] -= length * product[i];
                next += left[i] * left[i] / stiffness[i];
            }
            for (int i = 0; i < n; i++)
                direction[i] = left[i] / stiffness[i] + next / weight * direction[i];
            weight = next;
        }
    }
}
