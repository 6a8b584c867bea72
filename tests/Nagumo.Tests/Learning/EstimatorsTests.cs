using Nagumo.Audits;
using Nagumo.Learning;

namespace Nagumo.Tests.Learning;

/// <summary>Estimators by name: sums of contrasts, held against the exact gradient.</summary>
public sealed class EstimatorsTests
{
    public EstimatorsTests() =>
        Estimators.Register("fourth-order", beta => [new(beta, -beta, 4.0 / 3), new(2 * beta, -2 * beta, -1.0 / 3)]);

    /// <summary>The error of an estimator falls with the power of β that its pairs leave.</summary>
    [Theory]
    [InlineData("one-sided", 1)]
    [InlineData("centred", 2)]
    [InlineData("fourth-order", 4)]
    public void The_error_has_its_order_in_beta(string kind, int order)
    {
        using var subject = new AuditSubject(SmallExperiments.Mnist(), SmallExperiments.Images(8).Train, [0, 1, 2, 3]);
        double[] exact = Gradient(subject, new("exact")),
            coarse = Gradient(subject, new(kind, 0.1)),
            fine = Gradient(subject, new(kind, 0.05));
        double fitted = Math.Log2(Distance(coarse, exact) / Distance(fine, exact));
        Assert.Equal(order, fitted, 0.35);
    }

    /// <summary>A pair cut in two equal halves is the pair; noise of the readings has streams of its own in each.</summary>
    [Fact]
    public void Weights_add_up()
    {
        Estimators.Register("halves", beta => [new(beta, -beta, 0.5), new(beta, -beta, 0.5)]);
        using var subject = new AuditSubject(SmallExperiments.Mnist(), SmallExperiments.Images(8).Train, [0, 1, 2]);
        double[] whole = Gradient(subject, new("centred", 0.2)),
            halves = Gradient(subject, new("halves", 0.2));
        Assert.Equal(whole, halves, (a, b) => Math.Abs(a - b) <= 1e-15 + 1e-15 * Math.Abs(a));
        float[] quiet = Train(0, 1),
            noisy = Train(0.01, 1);
        Assert.NotEqual(quiet, noisy);
        Assert.Equal(noisy, Train(0.01, 2));

        float[] Train(double noise, int threads)
        {
            var experiment = SmallExperiments.Mnist() with { Estimator = new("halves"), Hardware = new(ReadNoise: noise) };
            using var trainer = new Trainer(experiment, SmallExperiments.Images(32), threads);
            trainer.Train();
            return SmallExperiments.Weights(trainer);
        }
    }

    [Fact]
    public void What_estimates_no_slope_is_refused()
    {
        Assert.Contains("add up to 2", Assert.Throws<ArgumentException>(() => Estimators.Register("a", b => [new(b, -b, 2)])).Message);
        Assert.Contains("at least one", Assert.Throws<ArgumentException>(() => Estimators.Register("a", _ => [])).Message);
        Assert.Contains("neither 0 nor", Assert.Throws<ArgumentException>(() => Estimators.Register("a", b => [new(0, -b)])).Message);
        Assert.Contains("already", Assert.Throws<ArgumentException>(() => Estimators.Register("centred", b => [new(b, 0)])).Message);
        Assert.Contains("Did you mean 'centred'", Assert.Throws<ArgumentException>(() => new EstimatorOptions("centered")).Message);
        var cost = SmallExperiments.Mnist() with { Estimator = new("fourth-order", 0.03, "cost") };
        using var trainer = new Trainer(cost, SmallExperiments.Images(16), threads: 1);
        Assert.Contains(
            "nudged by −0.1",
            Assert
                .Throws<ArgumentOutOfRangeException>(() =>
                    new Trainer(cost with { Estimator = new("fourth-order", 0.05, "cost") }, SmallExperiments.Images(16), threads: 1)
                )
                .Message
        );
        Estimators.Register("skewed", b => [new(2 * b, -b)]);
        var skewed = SmallExperiments.Mnist() with { Estimator = new("skewed", 0.03, "cost") };
        Assert.Contains(
            "two strengths",
            Assert.Throws<ArgumentException>(() => new Trainer(skewed, SmallExperiments.Images(16), threads: 1)).Message
        );
        Assert.Equal("fourth-order", Experiment.FromJson(cost.ToJson()).Estimator.Kind);
    }

    private static double[] Gradient(AuditSubject subject, EstimatorOptions estimator) =>
        [.. subject.Gradient(estimator).Gradient.SelectMany(g => g)];

    private static double Distance(double[] a, double[] b) => Math.Sqrt(a.Zip(b, (x, y) => (x - y) * (x - y)).Sum());
}
