using System.Globalization;
using Nagumo.Compute;
using Nagumo.Learning;
using Nagumo.Relaxation;

namespace Nagumo.Audits;

/// <summary>One parameter block's gradient by the training recipe against the exact one.</summary>
/// <param name="Name">The block, e.g. "x-h1.W".</param>
/// <param name="Cosine">g·g* / (|g| |g*|); NaN when the recipe diverged.</param>
/// <param name="RelativeError">|g − g*| / |g*|.</param>
public sealed record RecipeBlock(string Name, double Cosine, double RelativeError);

/// <summary>The gradient of the mean cost of a few test images by the training recipe against the exact one.</summary>
/// <param name="Images">"random" or "worst".</param>
/// <param name="Samples">Indices in the test set.</param>
/// <param name="Loss">Their mean cost after the recipe's free phase.</param>
/// <param name="Blocks">Per parameter block.</param>
/// <param name="Residual">Largest residual of the rest states that the exact gradient was taken at.</param>
public sealed record RecipeGroup(string Images, IReadOnlyList<int> Samples, double Loss, IReadOnlyList<RecipeBlock> Blocks, double Residual)
{
    /// <summary>Smallest cosine over the blocks; NaN when one is.</summary>
    public double Cosine => Blocks.Min(b => b.Cosine);
}

/// <summary>The gradient that training really uses against the exact gradient.</summary>
/// <remarks>
/// Used: float32, the experiment's own estimator, β, nudge and sweeps, without augmentation. Exact: implicit differentiation at rest states
/// in float64, or the derivative of a pass. Finite β, unfinished sweeps and rounding all count here, where <see cref="GradientAudit"/> shows that they vanish in the
/// limit. Well-fitted images hardly nudge and flatter the recipe; the images of the largest cost show it at its worst.
/// [Scellier &amp; Bengio 2017, doi:10.3389/fncom.2017.00024; Laborieux et al. 2021, doi:10.3389/fnins.2021.633674]
/// </remarks>
public sealed record RecipeAudit
{
    /// <summary>Rest states this good determine a cosine to more digits than float32 has.</summary>
    private const double AtRest = 1e-8;

    /// <summary>Name of the data set whose test images were used.</summary>
    public required string Data { get; init; }

    /// <summary>The recipe: how the gradient is read.</summary>
    public required EstimatorOptions Estimator { get; init; }

    /// <summary>The recipe: when free phases stop.</summary>
    public required SweepOptions Free { get; init; }

    /// <summary>The recipe: when nudged phases stop.</summary>
    public required SweepOptions Nudged { get; init; }

    /// <summary>Whether neurons have inhibitors and no boxes: units that meet a box change the gradient in jumps, which no bound covers.</summary>
    public required bool IsSmoothWithInhibitors { get; init; }

    /// <summary>Over images drawn at random.</summary>
    public required RecipeGroup Random { get; init; }

    /// <summary>Over the images of the largest cost; null when they were not asked for.</summary>
    public required RecipeGroup? Worst { get; init; }

    /// <summary>The groups that there are.</summary>
    public IReadOnlyList<RecipeGroup> Groups => Worst is null ? [Random] : [Random, Worst];

    /// <summary>Whether the exact gradients were taken at rest states. The recipe's own phases need not come to rest.</summary>
    public bool Converged => Groups.All(g => g.Residual <= AtRest);

    /// <summary>Smallest cosine that is asked where neurons have inhibitors and no boxes.</summary>
    private const double CosineBound = 0.97;

    /// <summary>What its phases are: "≤ 40+≤ 40 sweeps", "a pass and its echo".</summary>
    public required string Phases { get; init; }

    /// <summary>What is claimed: the direction of the gradient, of each group.</summary>
    public IReadOnlyList<Claim> Claims =>
        [
            .. Groups.Select(group => new Claim(
                $"recipe's own gradient, float32, {Phases}, {(Estimator.Kind == "exact" ? "exact" : $"β {Claim.Say(Estimator.Beta)}")}: smallest cosine, {group.Images} samples of {Data}",
                [group.Cosine],
                IsSmoothWithInhibitors ? string.Create(CultureInfo.InvariantCulture, $"≥ {CosineBound}") : "reported only",
                IsSmoothWithInhibitors ? group.Cosine >= CosineBound : !double.IsNaN(group.Cosine)
            )
            {
                Format = "F6",
                Remedy = "let its phases come nearer to rest (free.max_sweeps, nudged.max_sweeps), or nudge less (estimator.beta)",
            }),
        ];

    /// <summary>Runs the audit on test images of the trainer's data.</summary>
    /// <param name="trainer">Network, weights and recipe; only the gradients of its last batch are lost.</param>
    /// <param name="samples">Images of a group, ≥ 1; all of them where the test set has fewer.</param>
    /// <param name="worst">Whether to look for the images of the largest cost as well, relaxed as <see cref="Experiment.Evaluation"/> says.</param>
    /// <exception cref="ArgumentOutOfRangeException">No sample.</exception>
    /// <exception cref="ArithmeticException">The exact gradient's linear solve did not converge: the rest state is degenerate.</exception>
    public static RecipeAudit Run(Trainer trainer, int samples = 8, bool worst = true)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(samples, 1);
        var (experiment, set) = (trainer.Experiment, trainer.Data.Test);
        int[] all = [.. Enumerable.Range(0, set.Count)],
            drawn = [.. all];
        new Rng(experiment.Seed).Split("recipe").Shuffle(drawn);
        var populations = trainer.Network.Populations;
        return new()
        {
            Data = trainer.Data.Name,
            Estimator = experiment.Estimator,
            Free = experiment.Free,
            Nudged = experiment.Nudged,
            Phases =
                experiment.Chain is { Reading: "pass" } ? "a pass and its echo"
                : experiment.Estimator.Kind == "exact" ? $"{Sweeps(experiment.Free)} sweeps"
                : $"{Sweeps(experiment.Free)}+{Sweeps(experiment.Nudged)} sweeps",
            IsSmoothWithInhibitors = populations.Any(p => p.Neuron?.Inhibitors.Count > 0) && populations.All(p => p.Neuron?.Box is null),
            Random = Compare("random", drawn),
            Worst = worst ? Compare("worst", trainer.ByCost(set)) : null,
        };

        static string Sweeps(SweepOptions o) => (o.Tolerance > 0 ? "≤ " : "") + o.MaxSweeps.ToString(CultureInfo.InvariantCulture);

        RecipeGroup Compare(string images, int[] order)
        {
            int[] chosen = order[..Math.Min(samples, order.Length)];
            using var subject = new AuditSubject(experiment, set, chosen);
            subject.Load(trainer);
            var (exact, reference) = subject.Gradient(new("exact"));
            using var team = new WorkerTeam(1);
            using var learner = trainer.Learner(subject.Experiment.Pixels, team, chosen.Length);
            var report = learner.Gradient(set, chosen, epoch: 1);
            return new(
                images,
                chosen,
                report.Loss / chosen.Length,
                [
                    .. learner.Parameters.Select(
                        (p, t) =>
                        {
                            double[] used = Array.ConvertAll(p.Gradients.ToArray(), x => (double)x);
                            return new RecipeBlock(p.Name, GradientAudit.Cos(used, exact[t]), GradientAudit.Distance(used, exact[t]));
                        }
                    ),
                ],
                reference.Free.Residual
            );
        }
    }
}
