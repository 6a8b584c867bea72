using Nagumo.Audits;
using Nagumo.Learning;
using static Nagumo.Tests.Audits.Tiny;

namespace Nagumo.Tests.Learning;

/// <summary>Implicit differentiation in float32 against the same in float64: right in every block, however far the blocks' scales are apart.</summary>
public sealed class ExactEstimatorTests
{
    [Theory]
    [InlineData(1, 0.3)]
    [InlineData(1e4, 0.3)]
    [InlineData(1e4, 1e-3)]
    [InlineData(100, 1e-4)]
    public void Every_block_has_its_own_precision(double kappa, double sd)
    {
        var e = Net(
            [X, Fhn("h1", 8), Fhn("h2", 8), Out()],
            [
                W("h1", "x", 0.5),
                new("bias", "h1", Value: 0.8),
                W("h2", "h1", sd),
                new("bias", "h2", Value: 0.8),
                W("out", "h2", sd),
                new("bias", "out", Value: 0.1),
            ],
            kappa: kappa
        ) with
        {
            Data = "tiny",
            Free = new(60, 0),
            Estimator = new("exact"),
        };
        using var trainer = new Trainer(e, new("tiny", Images(), Images()), 1);
        var audit = RecipeAudit.Run(trainer, samples: 3, worst: false);
        // The rest state itself is known to float32's rounding; cross-entropy of a large gain multiplies what that moves the outputs.
        Assert.All(audit.Random.Blocks, b => Assert.InRange(b.RelativeError, 0, 2e-4));
    }
}
