using Nagumo.Compute;
using Nagumo.Kernels;
using Nagumo.Learning;
using Nagumo.Networks;
using Nagumo.Neurons;
using Nagumo.Relaxation;

namespace Nagumo.Hamiltonian;

/// <summary>A small chain to look at.</summary>
/// <param name="Depth">L, 1 to 4096.</param>
/// <param name="Size">Neurons of a layer, 1 to 64.</param>
/// <param name="InhibitorDiffusion">d, 1e-6 to 1e6; g is 1.</param>
/// <param name="K">k, 0 to 1e6.</param>
/// <param name="Gamma">γ, 1e-6 to 1e6.</param>
/// <param name="Strength">s of the blocks, −1e6 to 1e6; 0 for none.</param>
/// <param name="Step">The chain's step, 1e-6 to 1e6.</param>
/// <param name="Seed">Draws blocks, input and readout.</param>
public sealed record EquivalenceOptions(
    int Depth = 12,
    int Size = 4,
    double InhibitorDiffusion = 4,
    double K = 0.45,
    double Gamma = 1,
    double Strength = 0.05,
    double Step = 1,
    ulong Seed = 1
)
{
    /// <summary>Products of three of these and of states stay far within a double's range.</summary>
    private const double Least = 1e-6,
        Most = 1e6;

    /// <summary>Throws when a value is out of its range, naming it.</summary>
    /// <exception cref="ArgumentException">See the message.</exception>
    public void Validate()
    {
        Check.That("--depth", Depth, Depth is >= 1 and <= 4096, "1 to 4096 layers");
        Check.That("--size", Size, Size is >= 1 and <= 64, "1 to 64 neurons");
        Check.That("--inhibitor-diffusion", InhibitorDiffusion, InhibitorDiffusion is >= Least and <= Most, "1e-6 to 1e6");
        Check.That("--k", K, K is >= 0 and <= Most, "0 to 1e6");
        Check.That("--gamma", Gamma, Gamma is >= Least and <= Most, "1e-6 to 1e6");
        Check.That("--strength", Strength, Strength is >= -Most and <= Most, "-1e6 to 1e6");
        Check.That("--step", Step, Step is >= Least and <= Most, "1e-6 to 1e6");
    }
}

/// <summary>One layer of the comparison.</summary>
/// <param name="Layer">l.</param>
/// <param name="Largest">Largest |q_l|.</param>
/// <param name="Recurrence">Largest difference between the rest state and one step of the recurrence from the layer below; 0 at l = 0.</param>
/// <param name="Shooting">Largest difference between the rest state and the recurrence followed all the way from layer 0.</param>
public readonly record struct EquivalenceLayer(int Layer, double Largest, double Recurrence, double Shooting);

/// <summary>An estimate of a gradient against the exact one of the same reading.</summary>
/// <param name="Reading">"boundary" or "pass".</param>
/// <param name="Estimator">"centred" or "one-sided".</param>
/// <param name="Beta">β.</param>
/// <param name="RelativeError">|difference| / |exact|.</param>
/// <param name="Cosine">Cosine of the angle between them.</param>
public readonly record struct EquivalencePoint(string Reading, string Estimator, double Beta, double RelativeError, double Cosine);

/// <summary>The two readings of one chain side by side: where they agree, and by what term their gradients differ.</summary>
/// <remarks>
/// Relaxed rest state and recurrence are the same states, layer by layer. Equilibrium Propagation and the echo each agree with the exact
/// gradient of their own reading; those two gradients differ by (dC_pass/dq_0)·dq_0/dθ, since in the boundary problem the free half of the
/// initial data answers a change of θ and in the pass it is held.
/// </remarks>
public sealed record Equivalence
{
    private static readonly double[] Betas = [1e-2, 3e-3, 1e-3, 3e-4, 1e-4];

    /// <summary>The chain.</summary>
    public required EquivalenceOptions Options { get; init; }

    /// <summary>How the rest state was found: "newton" or "pseudo-transient".</summary>
    public required string Method { get; init; }

    /// <summary>Linear solves.</summary>
    public required int Steps { get; init; }

    /// <summary>Largest |∂S/∂q|.</summary>
    public required double Residual { get; init; }

    /// <summary>Whether a rest state was found; without one, everything below is empty.</summary>
    public required bool Converged { get; init; }

    /// <summary>Layer by layer.</summary>
    public IReadOnlyList<EquivalenceLayer> Layers { get; init; } = [];

    /// <summary>Estimates against exact gradients.</summary>
    public IReadOnlyList<EquivalencePoint> Points { get; init; } = [];

    /// <summary>Cosine between the exact gradients of the two readings.</summary>
    public double ReadingsCosine { get; init; }

    /// <summary>|gradient of the boundary reading| / |gradient of the pass|.</summary>
    public double ReadingsRatio { get; init; }

    /// <summary>|grad C_boundary − grad C_pass − (dC_pass/dq_0)·dq_0/dθ| / |grad C_boundary|.</summary>
    public double BoundaryTermError { get; init; }

    /// <summary>Conditioning of the rest state.</summary>
    public Conditioning? Conditioning { get; init; }

    /// <summary>Compares.</summary>
    /// <exception cref="ArgumentException">A value out of its range.</exception>
    /// <exception cref="ArithmeticException">The rest state is degenerate.</exception>
    public static Equivalence Run(EquivalenceOptions options)
    {
        options.Validate();
        var rng = new Rng(options.Seed);
        using var machine = Chain(options, rng);
        var layers = new DepthRecurrence<double>(machine);
        using var action = new ResidualAction(layers);
        var problem = Problem(options, action, rng);
        var q = problem.Start();
        var report = BoundarySolver.Solve(problem, q);
        var found = new Equivalence
        {
            Options = options,
            Method = report.Method,
            Steps = report.Steps,
            Residual = report.Residual,
            Converged = report.Converged,
        };
        if (!report.Converged)
            return found;
        var momenta = problem.Momenta(q);
        var compared = found with { Layers = Compare(action, q, momenta), Conditioning = Conditioning.Of(problem, q, rng) };
        return Gradients(compared, layers, problem, q, momenta);
    }

    /// <summary>The chain that options describe: FitzHugh–Nagumo layers, blocks of 1.5 n units of spread 1/√n.</summary>
    internal static Machine<double> Chain(EquivalenceOptions options, Rng rng) =>
        Ladder.Recurrence(Definition(options), options.Strength == 0 ? 0 : 1 / Math.Sqrt(options.Size), rng.Split("blocks"));

    internal static ResidualChain Definition(EquivalenceOptions options)
    {
        var trunk = new Population(
            "layer",
            new FitzHughNagumo(options.K, options.Gamma, 0.02, 0.3),
            options.Size,
            options.Step,
            trained: ["k", "gamma", "a"]
        );
        int units = options.Strength == 0 ? 1 : (3 * options.Size + 1) / 2;
        return new(
            trunk,
            options.Depth,
            units,
            options.Strength,
            1,
            options.InhibitorDiffusion,
            ["activator_diffusion", "inhibitor_diffusion"]
        );
    }

    /// <summary>A random injection of activators and inhibitors, and a cross-entropy over three classes of the last layer.</summary>
    internal static BoundaryProblem Problem(EquivalenceOptions options, LayeredAction action, Rng rng)
    {
        var injection = new double[action.Size(0)];
        rng.Split("injection").FillNormal(injection, 0, 0.4);
        var weights = new double[3 * options.Size];
        rng.Split("readout").FillNormal(weights);
        return new(action, Injection: injection, Cost: new SoftmaxEnd(weights, new double[3], label: 2));
    }

    private static EquivalenceLayer[] Compare(LayeredAction action, double[][] q, double[][] p)
    {
        var (shot, _) = Shooting.Forward(action, q[0], p[0]);
        double[] distance = Shooting.Distance(shot, q);
        var layers = new EquivalenceLayer[q.Length];
        for (int l = 0; l < q.Length; l++)
        {
            double step = 0;
            if (l > 0)
            {
                var (x, momentum) = ((double[])q[l - 1].Clone(), (double[])p[l - 1].Clone());
                action.Step(l - 1, x, momentum);
                step = Math.Max(Largest(x, q[l]), Largest(momentum, p[l]));
            }
            layers[l] = new(l, q[l].Max(Math.Abs), step, distance[l]);
        }
        return layers;

        static double Largest(double[] a, double[] b) => a.Zip(b, (x, y) => Math.Abs(x - y)).Max();
    }

    private static Equivalence Gradients(
        Equivalence found,
        DepthRecurrence<double> layers,
        BoundaryProblem problem,
        double[][] q,
        double[][] p
    )
    {
        var machine = layers.Machine;
        using var gradients = new ChainGradients(layers);
        double[] Read() => [.. machine.Parameters.SelectMany(t => t.Gradients.ToArray())];
        void Clear()
        {
            foreach (var tensor in machine.Parameters)
                tensor.Gradients.Clear();
        }

        gradients.ExactBoundary(q, problem.Response(q));
        double[] boundary = Read();
        Clear();
        var end = gradients.Pass(q[0], p[0]);
        var (dq0, _) = gradients.ExactPass(end, problem.Cost!);
        double[] pass = Read();

        var points = new List<EquivalencePoint>();
        foreach (double beta in Betas)
        {
            foreach (string estimator in new[] { "centred", "one-sided" })
            {
                double minus = estimator == "centred" ? -beta : 0;
                var (high, low) = (Rest(beta), Rest(minus));
                if (high is not null && low is not null)
                {
                    gradients.Contrast(high, low, beta - minus);
                    points.Add(Point("boundary", estimator, beta, Read(), boundary));
                }
                Clear();
                gradients.Echo(end, problem.Cost!, beta, minus);
                points.Add(Point("pass", estimator, beta, Read(), pass));
            }
        }

        // The free half of the initial data answers θ: dq_0/dθ contracted with dC_pass/dq_0 is an exact boundary gradient for that force on layer 0.
        gradients.ExactBoundary(q, problem.Response(q, 0, dq0));
        double[] term = Read();
        double[] missing = [.. boundary.Select((b, i) => b - pass[i] - term[i])];
        return found with
        {
            Points = points,
            ReadingsCosine = Norms.Cosine(boundary, pass),
            ReadingsRatio = Norms.Length(boundary) / Norms.Length(pass),
            BoundaryTermError = Norms.Length(missing) / Norms.Length(boundary),
        };

        double[][]? Rest(double beta)
        {
            var nudged = problem with { Beta = beta };
            double[][] state = [.. q.Select(layer => layer.ToArray())];
            return BoundarySolver.Solve(nudged, state).Converged ? state : null;
        }
    }

    private static EquivalencePoint Point(string reading, string estimator, double beta, double[] estimate, double[] exact) =>
        new(
            reading,
            estimator,
            beta,
            Norms.Length([.. estimate.Zip(exact, (a, b) => a - b)]) / Norms.Length(exact),
            Norms.Cosine(estimate, exact)
        );
}
