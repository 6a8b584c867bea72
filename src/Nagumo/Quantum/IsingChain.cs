using Nagumo.Compute;

namespace Nagumo.Quantum;

/// <summary>The ground state of an Ising chain.</summary>
/// <param name="Energy">E₀.</param>
/// <param name="Amplitudes">Real, unit, [2^sites]; site 0 is the most significant bit, and a bit of 0 is Z = +1.</param>
/// <param name="Residual">|H ψ − E₀ ψ|.</param>
public sealed record GroundState(double Energy, IReadOnlyList<double> Amplitudes, double Residual);

/// <summary>One number for each parameter of a chain: its parameters, a gradient, or expectations.</summary>
/// <param name="Coupling">Of J, [sites − 1].</param>
/// <param name="Transverse">Of h, [sites].</param>
/// <param name="Longitudinal">Of b, [sites].</param>
public sealed record IsingTerms(double[] Coupling, double[] Transverse, double[] Longitudinal);

/// <summary>An open chain of spins in transverse and longitudinal fields, trained by Equilibrium Propagation of its ground state.</summary>
/// <remarks>
/// H = −Σ J_i Z_i Z_{i+1} − Σ h_i X_i − Σ b_i Z_i. The cost is an operator C that is diagonal in the Z basis; the nudged ground state is that of
/// H + β C, and d⟨C⟩/dθ = [⟨∂H/∂θ⟩_{+β} − ⟨∂H/∂θ⟩_{−β}]/2β, error O(β²): a contrast of local expectations. A nonlinear cost c(⟨O⟩) is
/// nudged by c'(⟨O⟩₀) O. H is never stored: it is applied bit by bit, and Lanczos finds its lowest state. Real float64.
/// [Hellmann 1937; Feynman 1939, doi:10.1103/PhysRev.56.340; Massar &amp; Mognetti 2024, arXiv:2405.06467]
/// </remarks>
public sealed class IsingChain
{
    /// <summary>Longest chain.</summary>
    public const int MaxSites = 12;

    /// <summary>The gap must be so many times what the nudge moves.</summary>
    private const double Clearance = 10;

    private readonly double[] _signs;

    /// <param name="sites">Number of spins, 2 to 12.</param>
    public IsingChain(int sites)
    {
        if (sites is < 2 or > MaxSites)
            throw new ArgumentOutOfRangeException(nameof(sites), $"sites = {sites}: give 2 to {MaxSites}; the state has 2^sites numbers.");
        Sites = sites;
        Parameters = new(new double[sites - 1], new double[sites], new double[sites]);
        _signs = new double[sites << sites];
        for (int s = 0; s < States; s++)
        for (int i = 0; i < sites; i++)
            _signs[i * States + s] = (s >> (sites - 1 - i) & 1) == 0 ? 1 : -1;
    }

    /// <summary>Number of spins.</summary>
    public int Sites { get; }

    /// <summary>Size of the state, 2^sites.</summary>
    public int States => 1 << Sites;

    /// <summary>J, h and b; change their elements freely.</summary>
    public IsingTerms Parameters { get; }

    /// <summary>Residual of Lanczos, relative to the largest |energy| met.</summary>
    public double Tolerance { get; init; } = 1e-13;

    /// <summary>The diagonal of Z_i, [2^sites].</summary>
    public double[] Z(int site) => _signs.AsSpan(site * States, States).ToArray();

    /// <summary>The ground state of H + β C.</summary>
    /// <param name="operator">Diagonal of C; empty for none.</param>
    /// <param name="beta">β, of either sign.</param>
    /// <exception cref="ArithmeticException">Lanczos did not converge.</exception>
    public GroundState Ground(ReadOnlySpan<double> @operator = default, double beta = 0)
    {
        double[] diagonal = Diagonal(@operator, beta);
        var report = Lowest((x, y) => Apply(diagonal, x, y), Tolerance, "ground");
        return new(report.Value.Real, report.Vector!, report.Residual);
    }

    /// <summary>E₁ − E₀: zero where the ground state is degenerate.</summary>
    /// <param name="ground">The ground state of H.</param>
    public double Gap(GroundState ground)
    {
        double[] diagonal = Diagonal([], 0),
            psi = [.. ground.Amplitudes];
        // Lifted above all others, the ground state leaves the next one as the lowest; Lanczos alone could miss a degenerate partner.
        double lift = 4 * (Sum(Parameters.Coupling) + Sum(Parameters.Transverse) + Sum(Parameters.Longitudinal)) + 1;
        var report = Lowest(
            (x, y) =>
            {
                Apply(diagonal, x, y);
                double overlap = 0;
                for (int s = 0; s < x.Length; s++)
                    overlap += psi[s] * x[s];
                for (int s = 0; s < x.Length; s++)
                    y[s] += lift * overlap * psi[s];
            },
            1e-9,
            "gap"
        );
        return Math.Max(0, report.Value.Real - ground.Energy);

        static double Sum(double[] a) => a.Sum(Math.Abs);
    }

    /// <summary>⟨C⟩ of an operator given by its diagonal.</summary>
    public static double Expectation(GroundState state, ReadOnlySpan<double> @operator)
    {
        double sum = 0;
        for (int s = 0; s < @operator.Length; s++)
            sum += state.Amplitudes[s] * state.Amplitudes[s] * @operator[s];
        return sum;
    }

    /// <summary>⟨∂H/∂θ⟩ of every parameter: −⟨Z_i Z_{i+1}⟩, −⟨X_i⟩, −⟨Z_i⟩.</summary>
    public IsingTerms Derivatives(GroundState state)
    {
        var terms = new IsingTerms(new double[Sites - 1], new double[Sites], new double[Sites]);
        for (int s = 0; s < States; s++)
        {
            double a = state.Amplitudes[s],
                p = a * a;
            for (int i = 0; i < Sites; i++)
            {
                double z = _signs[i * States + s];
                terms.Longitudinal[i] -= p * z;
                terms.Transverse[i] -= a * state.Amplitudes[s ^ 1 << (Sites - 1 - i)];
                if (i + 1 < Sites)
                    terms.Coupling[i] -= p * z * _signs[(i + 1) * States + s];
            }
        }
        return terms;
    }

    /// <summary>d⟨C⟩/dθ by the centred contrast of the ground states of H ± β C.</summary>
    /// <param name="free">The ground state of H.</param>
    /// <param name="operator">Diagonal of C, [2^sites].</param>
    /// <param name="beta">β &gt; 0.</param>
    /// <exception cref="ArithmeticException">The gap is missing: the nudge would mix the two lowest states. The message has the gap.</exception>
    public IsingTerms Gradient(GroundState free, ReadOnlySpan<double> @operator, double beta)
    {
        if (!(beta > 0) || !double.IsFinite(beta))
            throw new ArgumentOutOfRangeException(nameof(beta), $"beta = {beta:R}: give a finite number > 0; 1e-3 is usual.");
        double least = double.PositiveInfinity,
            most = double.NegativeInfinity;
        foreach (double c in @operator)
            (least, most) = (Math.Min(least, c), Math.Max(most, c));
        double moved = beta * (most - least) / 2,
            gap = Gap(free);
        if (!(gap >= Clearance * moved))
            throw new ArithmeticException(
                $"The gap between the two lowest energies is {gap:g3}, not {Clearance:g2} times the {moved:g3} that the nudge moves: it would mix the states. Lower beta, or raise the fields h or b."
            );
        IsingTerms plus = Derivatives(Ground(@operator, beta)),
            minus = Derivatives(Ground(@operator, -beta));
        return new(
            Contrast(plus.Coupling, minus.Coupling),
            Contrast(plus.Transverse, minus.Transverse),
            Contrast(plus.Longitudinal, minus.Longitudinal)
        );

        double[] Contrast(double[] a, double[] b) => [.. a.Zip(b, (x, y) => (x - y) / (2 * beta))];
    }

    private EigenReport Lowest(LinearOperator apply, double tolerance, string purpose)
    {
        var report = Lanczos.Extreme(apply, States, 1, SpectrumEnd.Leftmost, new Rng(0).Split(purpose), tolerance);
        return report.Converged
            ? report
            : throw new ArithmeticException(
                $"Lanczos stopped at a residual of {report.Residual:g3} after {report.Products} products with H. The two lowest energies are too close; raise the fields h or b."
            );
    }

    /// <summary>Everything of H + β C that is diagonal.</summary>
    private double[] Diagonal(ReadOnlySpan<double> @operator, double beta)
    {
        if (!@operator.IsEmpty && @operator.Length != States)
            throw new ArgumentException($"The operator has {@operator.Length} diagonal elements; {Sites} sites need {States}.");
        var diagonal = new double[States];
        for (int s = 0; s < States; s++)
        {
            for (int i = 0; i < Sites; i++)
            {
                double z = _signs[i * States + s];
                diagonal[s] -= Parameters.Longitudinal[i] * z;
                if (i + 1 < Sites)
                    diagonal[s] -= Parameters.Coupling[i] * z * _signs[(i + 1) * States + s];
            }
            if (!@operator.IsEmpty)
                diagonal[s] += beta * @operator[s];
        }
        return diagonal;
    }

    /// <summary>y = H x: the diagonal, and one flipped bit for each X_i.</summary>
    private void Apply(double[] diagonal, ReadOnlySpan<double> x, Span<double> y)
    {
        for (int s = 0; s < y.Length; s++)
            y[s] = diagonal[s] * x[s];
        for (int i = 0; i < Sites; i++)
        {
            double h = Parameters.Transverse[i];
            int bit = 1 << (Sites - 1 - i);
            // Blocks of equal upper bits: both halves are contiguous.
            for (int block = 0; block < y.Length; block += 2 * bit)
            for (int s = block; s < block + bit; s++)
            {
                y[s] -= h * x[s + bit];
                y[s + bit] -= h * x[s];
            }
        }
    }
}
