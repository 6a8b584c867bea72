namespace Nagumo.Hamiltonian;

/// <summary>Parameters of an oscillator network, or a gradient with respect to them.</summary>
/// <param name="Stiffness">K, [n × n] row-major, symmetric.</param>
/// <param name="Cubic">c, [n].</param>
/// <param name="Branches">W, [m × n] row-major.</param>
/// <param name="InverseMass">1/m, [n].</param>
public sealed record OscillatorTerms(double[] Stiffness, double[] Cubic, double[] Branches, double[] InverseMass);

/// <summary>What an echo gave.</summary>
/// <param name="Cost">Σ_t l_t(q_t).</param>
/// <param name="Parameters">dC/dθ.</param>
/// <param name="Drive">dC/da, [steps × n].</param>
/// <param name="Position">dC/dq₀, [n].</param>
/// <param name="Momentum">dC/dp₀, [n].</param>
/// <param name="Return">Largest distance between the start and the middle of the two returned positions: O(ε²).</param>
public sealed record EchoGradient(
    double Cost,
    OscillatorTerms Parameters,
    double[] Drive,
    double[] Position,
    double[] Momentum,
    double Return
);

/// <summary>A cost along the motion: l_t(q), and its gradient into a span.</summary>
/// <param name="step">t = 1 … T.</param>
/// <param name="position">q_t, [n].</param>
/// <param name="gradient">Receives ∂l_t/∂q, [n]; zero on entry.</param>
/// <returns>l_t(q).</returns>
public delegate double StepCost(int step, ReadOnlySpan<double> position, Span<double> gradient);

/// <summary>Coupled Duffing oscillators in time, driven by a sequence and trained by recurrent Hamiltonian echo learning.</summary>
/// <remarks>
/// H = Σ p²/2m + V(q) − aᵀq, V = ½ qᵀKq + Σ c q⁴/4 + Σ ln cosh(W q). A step kicks, p ← p + h (a_t − V'(q)), then drifts, q ← q + h p/m:
/// symplectic Euler, exactly invertible. The echo reverses the momenta at the end and plays the sequence backwards, while each cost kicks by
/// −ε ∂l_t/∂q: the same oscillators, no backward network, and memory for two states whatever the length. dC/dθ = (1/2ε) Σ_t h [∂H/∂θ(+ε) −
/// ∂H/∂θ(−ε)], each taken where the echo is. Error O(ε²). [López-Pastor &amp; Marquardt 2023, doi:10.1103/PhysRevX.13.031020; Pourcel &amp;
/// Ernoult 2025, arXiv:2506.05259]
/// </remarks>
public sealed class OscillatorNetwork
{
    private readonly double[] _force,
        _branch;

    /// <param name="size">Oscillators n ≥ 1.</param>
    /// <param name="branches">Rows m ≥ 0 of W.</param>
    /// <param name="step">Time step h &gt; 0.</param>
    public OscillatorNetwork(int size, int branches, double step)
    {
        if (size < 1 || branches < 0)
            throw new ArgumentOutOfRangeException(nameof(size), $"{size} oscillators with {branches} branches: give at least 1 and 0.");
        if (!(step > 0) || !double.IsFinite(step))
            throw new ArgumentOutOfRangeException(nameof(step), $"step = {step:R}: give a finite number > 0; 0.1 is usual.");
        (Size, BranchCount, Step) = (size, branches, step);
        Parameters = new(new double[size * size], new double[size], new double[branches * size], [.. Enumerable.Repeat(1.0, size)]);
        for (int i = 0; i < size; i++)
            Parameters.Stiffness[i * size + i] = 1;
        (_force, _branch) = (new double[size], new double[branches]);
    }

    /// <summary>Oscillators n.</summary>
    public int Size { get; }

    /// <summary>Rows of W.</summary>
    public int BranchCount { get; }

    /// <summary>Time step h.</summary>
    public double Step { get; }

    /// <summary>K (symmetric: <see cref="Run"/> and <see cref="Gradient"/> refuse another), c, W and 1/m; change their elements freely. K = 1, c = 0, W = 0, m = 1 at first.</summary>
    public OscillatorTerms Parameters { get; }

    /// <summary>Moves (q, p) through a sequence.</summary>
    /// <param name="drive">a_t, [steps × n].</param>
    /// <param name="position">q₀ in, q_T out.</param>
    /// <param name="momentum">p₀ in, p_T out.</param>
    /// <param name="cost">Costs to be summed; null for none.</param>
    /// <returns>Σ l_t(q_t).</returns>
    /// <exception cref="ArgumentException">K is not symmetric: the forces then have no potential, and an echo no gradient.</exception>
    /// <exception cref="ArithmeticException">The motion is not finite.</exception>
    public double Run(ReadOnlySpan<double> drive, Span<double> position, Span<double> momentum, StepCost? cost = null)
    {
        if (position.Length != Size || momentum.Length != Size || drive.Length % Size != 0)
            throw new ArgumentException(
                $"{Size} oscillators need {Size} positions and momenta and a drive of steps × {Size} numbers, not {position.Length}, {momentum.Length} and {drive.Length}."
            );
        RequireSymmetry();
        int steps = drive.Length / Size;
        double sum = 0;
        var gradient = new double[Size];
        for (int t = 1; t <= steps; t++)
        {
            Kick(drive.Slice((t - 1) * Size, Size), position, momentum);
            Drift(position, momentum);
            if (cost is null)
                continue;
            Array.Clear(gradient);
            sum += cost(t, position, gradient);
        }
        for (int i = 0; i < Size; i++)
            if (!double.IsFinite(position[i]) || !double.IsFinite(momentum[i]))
                throw new ArithmeticException(
                    $"Oscillator {i} escaped: q = {position[i]:g3} after {steps} steps. Keep K positive or c > 0, or lower the step {Step:g3} below 2/√(K/m)."
                );
        return sum;
    }

    /// <summary>A difference that rounding does not explain would make the echo's gradient wrong, silently.</summary>
    private void RequireSymmetry()
    {
        double[] k = Parameters.Stiffness;
        for (int i = 0; i < Size; i++)
        for (int j = 0; j < i; j++)
        {
            double there = k[i * Size + j],
                back = k[j * Size + i];
            // Rounding is measured against the oscillators that the spring joins: a spring that training takes through 0 keeps that of its past.
            double scale = Math.Max(Math.Max(Math.Abs(there), Math.Abs(back)), Math.Sqrt(Math.Abs(k[i * Size + i] * k[j * Size + j])));
            if (!(Math.Abs(there - back) <= 1e-12 * scale))
                throw new ArgumentException(
                    $"Stiffness[{i}, {j}] = {there:R} but Stiffness[{j}, {i}] = {back:R}: forces of an asymmetric stiffness have no potential, and the echo gives no gradient. Set both to the same number, such as their mean {(there + back) / 2:R}."
                );
        }
    }

    /// <summary>The gradient of Σ l_t(q_t) by two echoes, nudged by ±ε.</summary>
    /// <param name="drive">a_t, [steps × n].</param>
    /// <param name="position">q₀, [n].</param>
    /// <param name="momentum">p₀, [n].</param>
    /// <param name="cost">l_t and its gradient.</param>
    /// <param name="epsilon">ε &gt; 0.</param>
    /// <exception cref="ArithmeticException">The motion is not finite.</exception>
    public EchoGradient Gradient(
        ReadOnlySpan<double> drive,
        ReadOnlySpan<double> position,
        ReadOnlySpan<double> momentum,
        StepCost cost,
        double epsilon
    )
    {
        if (!(epsilon > 0) || !double.IsFinite(epsilon))
            throw new ArgumentOutOfRangeException(nameof(epsilon), $"epsilon = {epsilon:R}: give a finite number > 0; 1e-3 is usual.");
        double[] q = position.ToArray(),
            p = momentum.ToArray();
        var result = new EchoGradient(
            Run(drive, q, p, cost),
            new(new double[Size * Size], new double[Size], new double[BranchCount * Size], new double[Size]),
            new double[drive.Length],
            new double[Size],
            new double[Size],
            0
        );
        var middle = new double[Size];
        foreach (int sign in (ReadOnlySpan<int>)[1, -1])
        {
            double[] echo = [.. q],
                reversed = [.. p.Select(x => -x)];
            Echo(drive, echo, reversed, cost, sign * epsilon, sign / (2 * epsilon), result);
            for (int i = 0; i < Size; i++)
            {
                // p = −P, and the sign of ε is that of the kick: both turn once.
                result.Position[i] -= sign * reversed[i] / (2 * epsilon);
                result.Momentum[i] -= sign * echo[i] / (2 * epsilon);
                middle[i] += echo[i] / 2;
            }
        }
        double away = 0;
        for (int i = 0; i < Size; i++)
            away = Math.Max(away, Math.Abs(middle[i] - position[i]));
        return result with { Return = away };
    }

    /// <summary>One echo; adds weight · Σ h ∂H/∂θ of its pieces.</summary>
    private void Echo(
        ReadOnlySpan<double> drive,
        double[] q,
        double[] reversed,
        StepCost cost,
        double epsilon,
        double weight,
        EchoGradient into
    )
    {
        var gradient = new double[Size];
        double h = weight * Step;
        var (stiffness, cubic, branches, inverseMass) = into.Parameters;
        for (int t = drive.Length / Size; t >= 1; t--)
        {
            Array.Clear(gradient);
            cost(t, q, gradient);
            for (int i = 0; i < Size; i++)
                reversed[i] -= epsilon * gradient[i];
            for (int i = 0; i < Size; i++)
                inverseMass[i] += h * reversed[i] * reversed[i] / 2;
            Drift(q, reversed);
            Kick(drive.Slice((t - 1) * Size, Size), q, reversed);
            for (int i = 0; i < Size; i++)
            {
                for (int k = 0; k < Size; k++)
                    stiffness[i * Size + k] += h * (q[i] * q[k]) / 2; // in this order it is symmetric to the last bit, as K has to stay
                cubic[i] += h * q[i] * q[i] * q[i] * q[i] / 4;
                into.Drive[(t - 1) * Size + i] -= h * q[i];
            }
            for (int b = 0; b < BranchCount; b++)
            for (int i = 0; i < Size; i++)
                branches[b * Size + i] += h * _branch[b] * q[i];
        }
    }

    /// <summary>p ← p + h (a − V'(q)); leaves tanh(W q) behind.</summary>
    private void Kick(ReadOnlySpan<double> a, ReadOnlySpan<double> q, Span<double> p)
    {
        var (k, c, w, _) = Parameters;
        for (int i = 0; i < Size; i++)
        {
            double force = c[i] * q[i] * q[i] * q[i];
            for (int j = 0; j < Size; j++)
                force += k[i * Size + j] * q[j];
            _force[i] = force;
        }
        for (int b = 0; b < BranchCount; b++)
        {
            double z = 0;
            for (int i = 0; i < Size; i++)
                z += w[b * Size + i] * q[i];
            _branch[b] = Math.Tanh(z);
            for (int i = 0; i < Size; i++)
                _force[i] += _branch[b] * w[b * Size + i];
        }
        for (int i = 0; i < Size; i++)
            p[i] += Step * (a[i] - _force[i]);
    }

    /// <summary>q ← q + h p/m.</summary>
    private void Drift(Span<double> q, ReadOnlySpan<double> p)
    {
        for (int i = 0; i < Size; i++)
            q[i] += Step * Parameters.InverseMass[i] * p[i];
    }
}
