using Nagumo.Compute;
using Nagumo.Data;
using Nagumo.Hamiltonian;
using Nagumo.Learning;

namespace Nagumo.Tests.Hamiltonian;

/// <summary>Oscillators as a learner: its gradient is the slope of its loss, and the trainer of all others trains it.</summary>
public sealed class OscillatorLearnerTests
{
    private const int Size = 4,
        Steps = 30;

    [Fact]
    public void Its_gradient_is_the_slope_of_the_loss()
    {
        using var learner = Learner();
        var set = Sounds(3, 4);
        int[] all = [0, 1, 2];
        learner.Gradient(set, all, 1);
        double[][] gradients = [.. learner.Parameters.Select(p => p.Gradients.ToArray())];
        double largest = 0;
        foreach (var (p, gradient) in learner.Parameters.Zip(gradients))
            for (int i = 0; i < gradient.Length; i++)
            {
                // A spring is two elements of K, moved together. Error O(h²) of the differences and O(ε²) of the echo.
                const double h = 1e-4;
                int back = p.Name == "stiffness" ? i % Size * Size + i / Size : i;
                double slope = (Loss(p, i, back, h) - Loss(p, i, back, -h)) / (2 * h);
                Assert.Equal(slope, i == back ? gradient[i] : gradient[i] + gradient[back], 1e-6);
                largest = Math.Max(largest, Math.Abs(slope));
            }
        Assert.InRange(largest, 0.01, 100);

        double Loss(Tensor<double> p, int i, int back, double h)
        {
            double at = p.Values[i];
            p.Values[i] = p.Values[back] = at + h;
            learner.Load();
            double loss = learner.Predict(set, all, new(), default).Loss / all.Length;
            p.Values[i] = p.Values[back] = at;
            learner.Load();
            return loss;
        }
    }

    [Fact]
    public void Its_loss_and_misses_are_those_of_its_motion()
    {
        using var learner = Learner();
        var set = Sounds(6, 5);
        int[] all = [.. Enumerable.Range(0, 6)];
        double[] readout = new double[6 * 2];
        var met = learner.Gradient(set, all, 1);
        var seen = learner.Predict(set, all, new(), readout);
        Assert.Equal(seen.Loss, met.Loss, 1e-12);
        Assert.Equal(seen.Misses, met.Misses);
        Assert.Equal(all.Count(i => (readout[2 * i] > readout[2 * i + 1] ? 0 : 1) != set.Labels[i]), seen.Misses);
        // Oscillators at rest say nothing: ln 2 of two classes.
        learner.Parameters[^1].Values.Clear();
        Assert.Equal(6 * Math.Log(2), learner.Predict(set, all, new(), default).Loss, 1e-12);
    }

    [Fact]
    public void The_trainer_of_all_learners_trains_it()
    {
        using var learner = Learner();
        using var trainer = new Trainer<double>(learner, new("sounds", Sounds(40, 1), Sounds(40, 2)), new(new(Rate: 0.03), 8, 8));
        for (int epoch = 0; epoch < 8; epoch++)
            trainer.TrainEpoch(cancel: TestContext.Current.CancellationToken);
        Assert.True(trainer.History[^1].TrainLoss < trainer.History[0].TrainLoss / 2);
        Assert.InRange(trainer.Test().ErrorPercent, 0, 10);
    }

    [Fact]
    public void What_cannot_work_is_refused_with_its_number()
    {
        var network = new OscillatorNetwork(Size, 0, 0.2);
        network.Parameters.Cubic.AsSpan().Fill(0.3);
        double[] input = [1, 1, 1, 1];
        Assert.Contains("input has 1 numbers", Assert.Throws<ArgumentException>(() => new OscillatorLearner(network, [1], 2, 0)).Message);
        Assert.Contains(
            "classes = 5",
            Assert.Throws<ArgumentOutOfRangeException>(() => new OscillatorLearner(network, input, 5, 0)).Message
        );
        Assert.Contains(
            "epsilon = 0",
            Assert.Throws<ArgumentOutOfRangeException>(() => new OscillatorLearner(network, input, 2, 0, epsilon: 0)).Message
        );
        using var three = new OscillatorLearner(network, input, 3, 0);
        Assert.Contains("2 classes", Assert.Throws<ArgumentException>(() => three.Gradient(Sounds(1, 1), [0], 1)).Message);
        using var late = new OscillatorLearner(network, input, 2, Steps);
        Assert.Contains("30 steps", Assert.Throws<ArgumentException>(() => late.Gradient(Sounds(1, 1), [0], 1)).Message);
        network.Parameters.Cubic[1] = -1;
        Assert.Contains("cubic[1] = -1", Assert.Throws<ArgumentException>(() => new OscillatorLearner(network, input, 2, 0)).Message);
    }

    private static OscillatorLearner Learner()
    {
        var rng = new Rng(1);
        var network = new OscillatorNetwork(Size, branches: 2, step: 0.25);
        var theta = network.Parameters;
        rng.FillNormal(theta.Branches, 0, 0.3);
        for (int i = 0; i < Size; i++)
        {
            (theta.Stiffness[i * Size + i], theta.Cubic[i]) = (0.5 + i, 0.3);
            for (int k = 0; k < i; k++)
                theta.Stiffness[i * Size + k] = theta.Stiffness[k * Size + i] = 0.1 * rng.NextNormal();
        }
        double[] input = new double[Size];
        rng.FillNormal(input, 0, 0.5);
        return new(network, input, classes: 2, unheard: 10, epsilon: 1e-4);
    }

    /// <summary>Low tones and high ones, of any phase.</summary>
    private static Samples Sounds(int count, ulong seed)
    {
        var rng = new Rng(seed);
        var x = new float[count * Steps];
        for (int k = 0; k < count; k++)
        {
            double phase = 2 * Math.PI * rng.NextDouble();
            for (int t = 0; t < Steps; t++)
                x[k * Steps + t] = (float)(Math.Sin(phase + 0.25 * t * (k % 2 == 0 ? 0.7 : 1.4)) + 0.2 * rng.NextNormal());
        }
        return new([Steps], x, new ClassTargets(2, Enumerable.Range(0, count).Select(k => k % 2).ToArray()));
    }
}
