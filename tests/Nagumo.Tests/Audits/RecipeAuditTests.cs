using Nagumo.Audits;
using Nagumo.Learning;
using Nagumo.Tests.Learning;

namespace Nagumo.Tests.Audits;

/// <summary>The gradient that training uses, on a small network after a few batches: exact where it should be, and wrong where it is bound to be.</summary>
public sealed class RecipeAuditTests(ITestOutputHelper output)
{
    private static Experiment Recipe(double beta = 0.2, int free = 4, int nudged = 3) =>
        SmallExperiments.Mnist() with
        {
            Estimator = new(Beta: beta),
            Free = new(free, 0),
            Nudged = new(nudged, 0),
            Optimizer = new(Rate: 5e-3),
        };

    /// <summary>Weights of 32 batches of 16; the same for every recipe that is then audited.</summary>
    private static readonly Lazy<IReadOnlyDictionary<string, Nagumo.Data.NpyArray>> Weights = new(() =>
    {
        using var trainer = new Trainer(Recipe(), SmallExperiments.Images(512), 1);
        trainer.Train();
        return trainer.Weights().ToDictionary();
    });

    private RecipeAudit Audit(Experiment recipe, int samples = 8, bool worst = true)
    {
        using var trainer = new Trainer(recipe, SmallExperiments.Images(16), 1);
        trainer.SetWeights(Weights.Value);
        var audit = RecipeAudit.Run(trainer, samples, worst);
        foreach (var g in audit.Groups)
            output.WriteLine(
                $"{recipe.Free.MaxSweeps}+{recipe.Nudged.MaxSweeps}, β {recipe.Estimator.Beta}, {g.Images}: loss {g.Loss:f2}, reference {g.Residual:e1}, "
                    + string.Join(", ", g.Blocks.Select(b => $"{b.Name} cos {b.Cosine:f7} error {b.RelativeError:e1}"))
            );
        return audit;
    }

    [Fact]
    public void Many_sweeps_and_a_small_beta_give_the_exact_gradient_at_the_expected_rate()
    {
        // Centred: error O(β²), so a quarter of β leaves a sixteenth; below, float32 rounding of 1e-7/β.
        RecipeAudit coarse = Audit(Recipe(0.4, 40, 40)),
            fine = Audit(Recipe(0.1, 40, 40));
        Assert.True(fine.Converged);
        foreach (var (g, h) in fine.Groups.Zip(coarse.Groups))
        {
            Assert.InRange(g.Cosine, 0.9999, 1 + 1e-6);
            Assert.InRange(h.Blocks.Max(b => b.RelativeError) / g.Blocks.Max(b => b.RelativeError), 8, 32);
        }
    }

    [Theory]
    [InlineData(0.05, 1)]
    [InlineData(20, 40)]
    public void One_sweep_or_a_huge_beta_is_measurably_wrong(double beta, int sweeps)
    {
        RecipeAudit right = Audit(Recipe(0.05, 40, 40)),
            wrong = Audit(Recipe(beta, sweeps, sweeps));
        foreach (var (good, bad) in right.Groups.Zip(wrong.Groups))
        {
            // The angle grows with the error, its cosine with the square.
            Assert.True(bad.Blocks.Max(b => b.RelativeError) > 10 * good.Blocks.Max(b => b.RelativeError));
            Assert.True(1 - bad.Cosine > 50 * (1 - good.Cosine), $"{bad.Images}: {bad.Cosine} against {good.Cosine}");
            Assert.Equal(beta < 1, bad.Cosine > 0.97);
        }
        // The reference does not depend on the recipe.
        Assert.Equal(right.Random.Residual, wrong.Random.Residual);
    }

    [Fact]
    public void The_worst_images_are_those_of_the_largest_cost()
    {
        using var trainer = new Trainer(Recipe(), SmallExperiments.Images(16), 1);
        trainer.SetWeights(Weights.Value);
        var audit = RecipeAudit.Run(trainer, 5);
        var test = SmallExperiments.Images(16).Test;
        double[] losses = [.. Enumerable.Range(0, test.Count).Select(i => trainer.Evaluate(test, [i]).Loss)];
        Assert.Equal(losses.Order().TakeLast(5).Reverse(), audit.Worst!.Samples.Select(i => losses[i]), (a, b) => Math.Abs(a - b) < 1e-5);
        Assert.Equal(5, audit.Random.Samples.Distinct().Count());
        Assert.True(audit.Worst.Loss > audit.Random.Loss);
        Assert.True(audit.IsSmoothWithInhibitors);
    }

    [Fact]
    public void Augmentation_is_left_out_and_the_weights_are_left_alone()
    {
        RecipeAudit plain = Audit(Recipe()),
            augmented = Audit(Recipe() with { Pixels = new(Dropout: 0.5, Shift: 2) });
        Assert.Equal(plain.Groups.SelectMany(g => g.Blocks), augmented.Groups.SelectMany(g => g.Blocks));

        using var trainer = new Trainer(Recipe(), SmallExperiments.Images(16), 1);
        float[] before = SmallExperiments.Weights(trainer);
        RecipeAudit.Run(trainer, 2);
        Assert.Equal(before, SmallExperiments.Weights(trainer));
    }

    [Fact]
    public void Boxes_and_energy_models_are_told_apart()
    {
        using var trainer = new Trainer(SmallExperiments.Mnist(new("h", 12, "hopfield")), SmallExperiments.Images(16), 1);
        var audit = RecipeAudit.Run(trainer, int.MaxValue, worst: false);
        Assert.False(audit.IsSmoothWithInhibitors);
        Assert.Null(audit.Worst);
        Assert.Equal(50, audit.Random.Samples.Count);
        Assert.Throws<ArgumentOutOfRangeException>(() => RecipeAudit.Run(trainer, 0));
    }

    [Fact]
    public void A_gradient_that_is_lost_or_not_finite_is_no_agreement()
    {
        Assert.Equal(1, GradientAudit.Cos([0, 0], [0, 0]));
        Assert.Equal(0, GradientAudit.Cos([0, 0], [1, 0]));
        Assert.Equal(double.NaN, GradientAudit.Cos([double.NaN, 0], [1, 0]));
        Assert.Equal(double.NaN, GradientAudit.Cos([double.NaN, 0], [0, 0]));
        Assert.Equal(double.NaN, new RecipeGroup("random", [0], 1, [new("a", 1, 0), new("b", double.NaN, double.NaN)], 0).Cosine);
    }
}
