using Nagumo.Circuits;
using Nagumo.Data;

namespace Nagumo.Tests.Circuits;

/// <summary>Learning from voltages that ngspice settled to.</summary>
public sealed class CircuitLearnerTests
{
    /// <summary>The centred estimate's relative error is of order β², and 1 − cosine its square: halving β divides that by 16.</summary>
    [Fact, Trait("speed", "slow")]
    public void Gradient_from_voltages_is_the_exact_one_up_to_beta_squared()
    {
        double[] missing =
        [
            .. new[] { 0.03, 0.015 }.Select(beta =>
            {
                using var learner = Learner($"estimator.beta={beta.ToString(System.Globalization.CultureInfo.InvariantCulture)}");
                return 1 - learner.GradientCosine(12);
            }),
        ];
        Assert.InRange(missing[0] / missing[1], 12, 20);
        using var usual = Learner();
        Assert.True(usual.GradientCosine(12) > 0.999999);
    }

    [Fact, Trait("speed", "slow")]
    public void Iris_is_learned_and_the_threads_do_not_matter()
    {
        using var one = Learner("epochs=6", "batch=60");
        using var two = Learner(2, "epochs=6", "batch=60");
        Assert.Equal(12, one.Of);
        CircuitUpdate last = null!;
        while (one.Updates < one.Of)
        {
            last = one.Step();
            if (one.Updates <= 2)
                Assert.Equal(last, two.Step());
            Assert.Equal(0, last.NotSettled);
        }
        var test = one.Test();
        // Chance is 66.7 %; a whole run ends near 3 %.
        Assert.True(test.ErrorPercent <= 20, $"{test.ErrorPercent} %");
        Assert.True(test.Relaxation.Converged);
        Assert.Equal(30, test.Confusion!.Cast<int>().Sum());
    }

    [Fact]
    public void The_nudge_is_a_current() =>
        Assert.Contains(
            "use estimator.nudge = 'current'",
            Assert.Throws<ArgumentException>(() => Learner("estimator.nudge=cost")).Message,
            StringComparison.Ordinal
        );

    private static CircuitLearner Learner(params string[] settings) => Learner(1, settings);

    private static CircuitLearner Learner(int threads, params string[] settings) =>
        new(CircuitPresets.Get("iris").With(settings), Iris.Load(), ngspice: Reference.Ngspice(), threads: threads);
}
