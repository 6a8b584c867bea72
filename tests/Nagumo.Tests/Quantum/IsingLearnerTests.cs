using Nagumo.Compute;
using Nagumo.Data;
using Nagumo.Learning;
using Nagumo.Quantum;

namespace Nagumo.Tests.Quantum;

/// <summary>Spins as a learner: its gradient is the slope of its loss, and the trainer of all others trains it.</summary>
public sealed class IsingLearnerTests
{
    [Fact]
    public void Its_gradient_is_the_slope_of_the_loss()
    {
        using var learner = Learner();
        var set = Points(3, 4);
        int[] all = [0, 1, 2];
        learner.Gradient(set, all, 1);
        foreach (var p in learner.Parameters)
        {
            double[] gradient = p.Gradients.ToArray();
            for (int i = 0; i < gradient.Length; i++)
            {
                // Central differences of ground states to 1e-13: h² and 1e-13/h; the nudge's error is O(β²).
                const double h = 1e-4;
                Assert.Equal((Loss(p, i, h) - Loss(p, i, -h)) / (2 * h), gradient[i], 3e-6);
            }
        }

        double Loss(Tensor<double> p, int i, double h)
        {
            double at = p.Values[i];
            p.Values[i] = at + h;
            learner.Load();
            double loss = learner.Predict(set, all, new(), default).Loss / all.Length;
            p.Values[i] = at;
            learner.Load();
            return loss;
        }
    }

    [Fact]
    public void The_trainer_of_all_learners_trains_it()
    {
        using var learner = Learner();
        using var trainer = new Trainer<double>(learner, new("points", Points(40, 1), Points(40, 2)), new(new(Rate: 0.05), 6, 8));
        for (int epoch = 0; epoch < 6; epoch++)
            trainer.TrainEpoch(cancel: TestContext.Current.CancellationToken);
        Assert.True(trainer.History[^1].TrainLoss < trainer.History[0].TrainLoss / 2);
        Assert.InRange(trainer.Test().ErrorPercent, 0, 10);
        Assert.Contains("beta = 0", Assert.Throws<ArgumentOutOfRangeException>(() => new IsingLearner(new(3), 2, new(1), 0)).Message);
    }

    private static IsingLearner Learner() => new(new IsingChain(4), 2, new Rng(1));

    /// <summary>Two clouds, left and right.</summary>
    private static Samples Points(int count, ulong seed)
    {
        var rng = new Rng(seed);
        float[] x = [.. Enumerable.Range(0, 2 * count).Select(i => (float)((i % 2 == 0 ? i / 2 % 2 * 2 - 1 : 0) + 0.3 * rng.NextNormal()))];
        return new([2], x, new ClassTargets(2, Enumerable.Range(0, count).Select(i => i % 2).ToArray()));
    }
}
