using Nagumo.Audits;
using Nagumo.Data;
using Nagumo.Learning;
using Nagumo.Relaxation;
using Nagumo.Tests.Audits;
using static Nagumo.Tests.Audits.Tiny;

namespace Nagumo.Tests.Learning;

/// <summary>Training and checks where sweeps lead away from rest: other methods take over, or it is said that nothing rests.</summary>
public sealed class HandOverTests
{
    /// <summary>A hidden population that inhibits itself by −w between any two of its 12 neurons: sweeps overshoot once 11 w is above their slope.</summary>
    private static Trainer Overshooting(float w, EstimatorOptions? estimator = null, int sweeps = 4)
    {
        var e = Net(
            [X, Fhn("h", 12), Out()],
            [W("h", "x", 0.3), new("bias", "h", Value: 1), W("h", "h", 0), W("out", "h", 0.03), new("bias", "out")]
        ) with
        {
            Data = "tiny",
            Batch = 4,
            Free = new(sweeps, 0),
            Nudged = new(3, 0),
            Estimator = estimator ?? new(Beta: 0.02),
        };
        var trainer = new Trainer(e, new("tiny", Images(), Images()), 1);
        var weights = trainer.Weights().ToDictionary(p => p.Key, p => p.Value);
        weights["h-h.W"] = new NpyArray(Enumerable.Range(0, 144).Select(i => i % 13 == 0 ? 0 : -w / 2).ToArray(), 12, 12);
        trainer.SetWeights(weights);
        return trainer;
    }

    [Theory]
    [InlineData(0.002f)]
    [InlineData(0.2f)]
    public void The_gradient_of_training_is_the_exact_one(float w)
    {
        using var trainer = Overshooting(w);
        var audit = RecipeAudit.Run(trainer, samples: 4, worst: false);
        Assert.True(audit.Converged);
        Assert.InRange(audit.Random.Cosine, 0.99, 1.0001);
        Assert.All(audit.Random.Blocks, b => Assert.InRange(b.RelativeError, 0, 0.1));
    }

    [Fact]
    public void A_check_takes_its_gradients_at_rest()
    {
        using var trainer = Overshooting(0.2f);
        using var subject = new AuditSubject(trainer.Experiment, Images(), [0, 1]);
        subject.Load(trainer);
        var audit = GradientAudit.Run(subject);
        Assert.True(audit.Converged, $"residual {audit.Residual}");
        Assert.InRange(audit.FiniteDifference, 0, 1e-6);
        Assert.InRange(audit.Cosine("centred"), 0.99999, 1.00001);
    }

    [Fact]
    public void Training_goes_on_from_there()
    {
        using var trainer = Overshooting(0.2f);
        double before = trainer.Train().TrainLoss;
        for (int epoch = 0; epoch < 9; epoch++)
            trainer.Train();
        Assert.All(SmallExperiments.Weights(trainer), x => Assert.True(float.IsFinite(x)));
        Assert.InRange(trainer.Train().TrainLoss, 0, before);
    }

    [Fact]
    public void A_nudge_that_only_sweeps_can_follow_is_refused_there()
    {
        using var trainer = Overshooting(0.2f, new(Beta: 0.02, Nudge: "cost"));
        Assert.Contains("estimator.nudge = 'current'", Assert.Throws<NotAtRestException>(() => trainer.Train()).Message);
    }
}
