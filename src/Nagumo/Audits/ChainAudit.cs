using Nagumo.Compute;
using Nagumo.Data;
using Nagumo.Hamiltonian;
using Nagumo.Learning;

namespace Nagumo.Audits;

/// <summary>A chain's gradient at one β against the exact one of its reading.</summary>
/// <param name="Estimator">"centred" or "one-sided".</param>
/// <param name="Beta">β.</param>
/// <param name="RelativeError">|difference| / |exact|, all parameters together.</param>
/// <param name="Cosine">Cosine of the angle between them.</param>
public readonly record struct ChainPoint(string Estimator, double Beta, double RelativeError, double Cosine);

/// <summary>Whether a chain, as a preset or a run has it, is what theory says, in float64 at a few images.</summary>
/// <remarks>Each reading is compared with its own exact gradient only: the two are gradients of different functions.</remarks>
public sealed record ChainAudit
{
    private static readonly double[] Betas = [1e-2, 3e-3, 1e-3, 3e-4, 1e-4, 3e-5];

    /// <summary>Relaxations in float64 go to the floor of rounding.</summary>
    private const double Floor = 1e-12;
    private const int MaxSweeps = 5000;

    /// <summary>"boundary" or "pass".</summary>
    public required string Reading { get; init; }

    /// <summary>Number of images.</summary>
    public required int Samples { get; init; }

    /// <summary>Estimates over β.</summary>
    public required IReadOnlyList<ChainPoint> Points { get; init; }

    /// <summary>Richardson of 2β and β at β = 5e-4 against the exact gradient: below, the rounding of the rest states counts, above, β⁴.</summary>
    public required double Richardson { get; init; }

    /// <summary>The recipe's own gradient, float32 and its own stops, against the exact one.</summary>
    public required ChainPoint Recipe { get; init; }

    /// <summary>The recipe's smallest cosine over parameter blocks, and the block.</summary>
    public required (string Name, double Cosine) WorstBlock { get; init; }

    /// <summary>Largest residual of the free states; 0 in a pass.</summary>
    public required double Residual { get; init; }

    /// <summary>Images whose pass escaped, or whose relaxation did not converge.</summary>
    public required int NotConverged { get; init; }

    /// <summary>Largest |JᵀΩJ − Ω| / |J|² over the layers, at the first image.</summary>
    public required double Symplecticity { get; init; }

    /// <summary>Pass: largest relative error after going forward and back. Boundary: largest violation of the recurrence by the rest state.</summary>
    public required double Recurrence { get; init; }

    /// <summary>Largest |u| met at the first image.</summary>
    public required double Activity { get; init; }

    /// <summary>Conditioning of the first image's rest state; null for a pass.</summary>
    public Conditioning? Conditioning { get; init; }

    /// <summary>Boundary: smallest eigenvalue of ∂²S/∂u² alone, inhibitors held: negative when the activators alone are unstable.</summary>
    public double ActivatorsAlone { get; init; } = double.NaN;

    /// <summary>Order in β of an estimator; null where no run of points is straight.</summary>
    public OrderFit? Order(string estimator) =>
        Points.Where(p => p.Estimator == estimator).OrderBy(p => p.Beta).ToArray() is var points
            ? OrderFit.Of([.. points.Select(p => p.Beta)], [.. points.Select(p => p.RelativeError)])
            : null;

    /// <summary>Audits a trainer's chain.</summary>
    /// <param name="trainer">Experiment and weights.</param>
    /// <param name="samples">Indices into its test set, at least one.</param>
    /// <exception cref="ArgumentException">The experiment states no chain, or there is no sample.</exception>
    public static ChainAudit Run(Trainer trainer, IReadOnlyList<int> samples)
    {
        var e = trainer.Experiment;
        if (e.Chain is not { } chain || samples.Count == 0)
            throw new ArgumentException("A chain's audit needs an experiment that states a chain, and at least one sample.");
        var plain = e with
        {
            Pixels = e.Pixels with { Dropout = 0, Shift = 0 },
            Free = new(MaxSweeps, Floor),
            Nudged = new(MaxSweeps, Floor),
        };
        int[] images = [.. samples];
        var set = trainer.Data.Test;
        var (exact, report) = Gradient<double>(plain with { Estimator = new("exact") });
        ChainPoint Point(string estimator, double beta)
        {
            var (estimate, _) = Gradient<double>(plain with { Estimator = new(estimator, beta) });
            return Compare(estimator, beta, estimate, exact);
        }
        var points = Betas.SelectMany(beta => new[] { Point("centred", beta), Point("one-sided", beta) }).ToArray();
        double[][] coarse = Gradient<double>(plain with { Estimator = new("centred", 1e-3) }).Gradient,
            fine = Gradient<double>(plain with { Estimator = new("centred", 5e-4) }).Gradient;
        double[][] extrapolated = [.. fine.Select((f, p) => f.Select((x, i) => (4 * x - coarse[p][i]) / 3).ToArray())];
        // Exact gradients of the boundary reading exist in float64 only; a recipe never asks for them there.
        var (own, _) = Gradient<float>(plain with { Estimator = e.Estimator, Free = e.Free, Nudged = e.Nudged });
        var worst = own.Select((g, p) => (trainer.Parameters[p].Name, Cosine: Cosine(g, exact[p]))).MinBy(b => b.Cosine);
        var single = Single();
        return single with
        {
            Points = points,
            Richardson = Compare("", 0, extrapolated, exact).RelativeError,
            Recipe = Compare(e.Estimator.Kind, e.Estimator.Beta, own, exact),
            WorstBlock = worst,
            Residual = report.Free.Residual,
            NotConverged = report.Free.NotConverged,
        };

        (double[][] Gradient, BatchReport Report) Gradient<T>(Experiment experiment)
            where T : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<T>
        {
            using var team = new WorkerTeam(1);
            using var chip = new Chip<T>(experiment);
            LearnerSetup<T> setup = new(experiment, trainer.Network, trainer.Readout, team, new Rng(experiment.Seed), images.Length, chip);
            using var learner = Learners.Of(setup);
            for (int p = 0; p < learner.Parameters.Count; p++)
                learner.Parameters[p].CopyFrom(trainer.Parameters[p]);
            learner.Load();
            var given = learner.Gradient(set, images, epoch: 1);
            return ([.. learner.Parameters.Select(p => p.Gradients.ToArray().Select(double.CreateChecked).ToArray())], given);
        }

        // What one image's trajectory tells.
        ChainAudit Single()
        {
            using var trained = new TrainedChain(trainer, set, images[0]);
            var (action, start) = (trained.Action, trained.Start);
            double[][] q,
                p;
            double recurrence;
            var audit = new ChainAudit
            {
                Reading = chain.Reading,
                Samples = images.Length,
                Points = [],
                Richardson = 0,
                Recipe = default,
                WorstBlock = default,
                Residual = 0,
                NotConverged = 0,
                Symplecticity = 0,
                Recurrence = 0,
                Activity = 0,
            };
            if (chain.Reading == "pass")
            {
                (q, p) = Shooting.Forward(action, start, new double[start.Length]);
                var (x, momentum) = ((double[])q[^1].Clone(), (double[])p[^1].Clone());
                for (int l = action.Layers - 2; l >= 0; l--)
                    action.Inverse(l, x, momentum);
                recurrence = Largest(x, q[0]) / q[0].Max(Math.Abs);
            }
            else
            {
                var problem = new BoundaryProblem(action, Injection: start);
                q = problem.Start();
                BoundarySolver.Solve(problem, q);
                p = problem.Momenta(q);
                recurrence = 0;
                for (int l = 0; l + 1 < q.Length; l++)
                {
                    var (x, momentum) = ((double[])q[l].Clone(), (double[])p[l].Clone());
                    action.Step(l, x, momentum);
                    recurrence = Math.Max(recurrence, Math.Max(Largest(x, q[l + 1]), Largest(momentum, p[l + 1])));
                }
                audit = audit with
                {
                    Conditioning = Conditioning.Of(problem, q, new Rng(e.Seed).Split("conditioning")),
                    ActivatorsAlone = SmallestActivatorEigenvalue(problem, q, trained.Recurrence.Size),
                };
            }
            double symplecticity = 0;
            for (int l = 0; l + 1 < q.Length; l++)
                symplecticity = Math.Max(symplecticity, LayeredAction.Asymplecticity(action.Jacobian(l, q[l])));
            int n = trained.Recurrence.Size;
            return audit with
            {
                Symplecticity = symplecticity,
                Recurrence = recurrence,
                Activity = q.Max(layer => layer.Take(n).Max(Math.Abs)),
            };
        }
    }

    /// <summary>Smallest eigenvalue of the Hessian's activator part, inhibitors held where they are.</summary>
    private static double SmallestActivatorEigenvalue(BoundaryProblem problem, double[][] q, int neurons)
    {
        using var hessian = problem.CreateHessian();
        problem.Hessian(q, hessian);
        var entries = SparseRows.Of(hessian);
        double[] whole = new double[entries.Rows],
            product = new double[whole.Length];
        int[] activators = [.. Enumerable.Range(0, hessian.Sizes.Length).SelectMany(l => Enumerable.Range(hessian.Offsets[l], neurons))];
        return Lanczos
            .Extreme(
                (x, y) =>
                {
                    Array.Clear(whole);
                    for (int i = 0; i < activators.Length; i++)
                        whole[activators[i]] = x[i];
                    entries.Times(whole, product);
                    for (int i = 0; i < activators.Length; i++)
                        y[i] = product[activators[i]];
                },
                activators.Length,
                1,
                SpectrumEnd.Leftmost,
                new Rng(1)
            )
            .Value.Real;
    }

    private static ChainPoint Compare(string estimator, double beta, double[][] estimate, double[][] exact)
    {
        double[] a = [.. estimate.SelectMany(x => x)],
            b = [.. exact.SelectMany(x => x)];
        return new(estimator, beta, Math.Sqrt(a.Zip(b, (x, y) => (x - y) * (x - y)).Sum() / b.Sum(y => y * y)), Cosine(a, b));
    }

    private static double Cosine(double[] a, double[] b) =>
        a.Zip(b, (x, y) => x * y).Sum() / Math.Sqrt(a.Sum(x => x * x) * b.Sum(y => y * y));

    private static double Largest(double[] a, double[] b) => a.Zip(b, (x, y) => Math.Abs(x - y)).Max();
}
