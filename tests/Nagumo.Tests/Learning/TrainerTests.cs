using Nagumo.Learning;
using Nagumo.Relaxation;

namespace Nagumo.Tests.Learning;

/// <summary>Training as a whole: the same bytes whatever the threads, resumed like undisturbed, and it learns.</summary>
public sealed class TrainerTests
{
    private static readonly Dictionary<string, Experiment> Known = new()
    {
        ["fixed sweeps"] = SmallExperiments.Mnist(batch: 48) with { Pixels = new(Dropout: 0.2, Shift: 1) },
        ["tolerance"] = SmallExperiments.Mnist(batch: 150) with { Free = new(30, 1e-4), Nudged = new(30, 1e-4) },
        ["full cost"] = SmallExperiments.Mnist(batch: 150) with { Estimator = new(Nudge: "cost", Beta: 0.05), Nudged = new(30, 1e-4) },
        ["one-sided, random sign"] = SmallExperiments.Mnist(batch: 48) with { Estimator = new("one-sided", RandomSign: true) },
        ["norm bounds, sgd"] = SmallExperiments.Mnist(batch: 48) with
        {
            Optimizer = new("sgd", Rate: 0.01, NormBounds: new Dictionary<string, double> { ["x-h"] = 1 }),
        },
        ["trained neurons"] = SmallExperiments.Mnist(
            new("h", 12, "fitzhugh-nagumo", Train: ["k", "gamma", "a"], PerNeuron: true),
            batch: 48
        ),
        ["one k for all"] = SmallExperiments.Mnist(new("h", 12, "fitzhugh-nagumo", Train: ["k"]), batch: 48),
        ["a chip"] = SmallExperiments.Mnist(batch: 48) with
        {
            Hardware = new(Mismatch: 0.1, NeuronMismatch: 0.1, PairMismatch: 0.02, Bits: 6, Stuck: 0.01, Drift: 0.01, ReadNoise: 1e-3),
        },
        ["joint"] = SmallExperiments.Mnist(new("h", 12, "fitzhugh-nagumo-nonlinear-inhibitor"), batch: 48),
    };

    public static TheoryData<string> Experiments => [.. Known.Keys];

    [Theory, MemberData(nameof(Experiments))]
    public void Bytes_do_not_depend_on_the_number_of_threads(string name)
    {
        var (one, evaluation) = Train(1);
        foreach (int threads in new[] { 2, 3 })
        {
            var (some, same) = Train(threads);
            Assert.Equal(one, some);
            Assert.Equal((evaluation.Loss, evaluation.ErrorPercent), (same.Loss, same.ErrorPercent));
            // Records compare their fields; the confusion matrix is an array of its own.
            Assert.Equal(evaluation.Relaxation, same.Relaxation);
        }

        (float[], Evaluation) Train(int threads)
        {
            using var trainer = new Trainer(Known[name], SmallExperiments.Images(310), threads);
            trainer.Train();
            return (SmallExperiments.Weights(trainer), trainer.Test());
        }
    }

    [Theory, MemberData(nameof(Experiments))]
    public void A_resumed_run_equals_an_undisturbed_one(string name)
    {
        var experiment = Known[name] with { Epochs = 3 };
        var data = SmallExperiments.Images(200);
        using var straight = new Trainer(experiment, data, 1);
        for (int epoch = 0; epoch < 3; epoch++)
            straight.Train();

        string path = Path.Combine(Path.GetTempPath(), Guid.NewGuid().ToString("N"));
        try
        {
            using (var first = new Trainer(experiment, data, 2))
            {
                first.Train();
                first.Save().Write(path);
            }
            using var second = new Trainer(experiment, data, 1);
            second.Resume(Checkpoint.Read(path));
            second.Train();
            second.Train();
            Assert.Equal(SmallExperiments.Weights(straight), SmallExperiments.Weights(second));
            Assert.Equal(straight.History, second.History);
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public void Another_seed_gives_other_bytes()
    {
        float[] Train(ulong seed)
        {
            using var trainer = new Trainer(SmallExperiments.Mnist() with { Seed = seed }, SmallExperiments.Images(32), 1);
            trainer.Train();
            return SmallExperiments.Weights(trainer);
        }
        Assert.Equal(Train(1), Train(1));
        Assert.NotEqual(Train(1), Train(2));
    }

    [Fact]
    public void A_small_FHN_network_learns_real_digits()
    {
        // 784-64-10 on the 5000 + 1000 images of mnist-mini: 8 to 10 % after two epochs, over seeds; chance is 90 %.
        var experiment = SmallExperiments.Mnist(new("h", 64, "fitzhugh-nagumo"), epochs: 2) with
        {
            Optimizer = new(Rate: 2e-3),
        };
        using var trainer = new Trainer(experiment, SmallExperiments.All, 1);
        var first = trainer.Train();
        var second = trainer.Train();
        Assert.True(second.TrainLoss < first.TrainLoss);
        var test = trainer.Test();
        Assert.InRange(test.ErrorPercent, 3, 15);
        Assert.True(test.Relaxation.Converged);
        Assert.Equal(1000, test.Confusion!.Cast<int>().Sum());
        Assert.Equal(test.ErrorPercent, 100 - Enumerable.Range(0, 10).Sum(c => test.Confusion![c, c]) / 10.0, 1e-9);
    }

    [Fact]
    public void Progress_counts_samples_and_validation_is_held_out()
    {
        var experiment = SmallExperiments.Mnist(batch: 64) with { Validation = 100 };
        using var trainer = new Trainer(experiment, SmallExperiments.Images(300), 1);
        var seen = new Seen();
        var metrics = trainer.Train(seen);
        Assert.Equal([64, 128, 192, 200], seen.All.Select(p => p.Samples));
        Assert.All(seen.All, p => Assert.Equal(200, p.Of));
        Assert.Equal(seen.All[^1].Loss, metrics.TrainLoss);
        Assert.NotNull(metrics.ValidationScore);
        Assert.Equal([metrics], trainer.History);
    }

    [Fact]
    public void A_cancelled_epoch_stops_after_a_batch()
    {
        using var trainer = new Trainer(SmallExperiments.Mnist(), SmallExperiments.Images(64), 1);
        using var cancel = new CancellationTokenSource();
        cancel.Cancel();
        Assert.Throws<OperationCanceledException>(() => trainer.TrainEpoch(cancel: cancel.Token));
        Assert.Equal(0, trainer.Epoch);
    }

    [Fact]
    public void Divergence_stops_with_advice()
    {
        var experiment = SmallExperiments.Mnist() with { Optimizer = new(Rate: 1e6, Schedule: "constant") };
        using var trainer = new Trainer(experiment, SmallExperiments.Images(320), 1);
        var error = Assert.Throws<DivergenceException>(() => trainer.Train());
        Assert.Contains("Lower optimizer.rate", error.Message, StringComparison.Ordinal);
    }

    public static TheoryData<string, string> Refused =>
        new()
        {
            { "validation", "validation = 64, but 'mnist-mini' has 64 training samples" },
            { "pixels", "Population 'x' has 700 neurons, but a sample of 'mnist-mini' has 784 values (28 × 28)" },
            { "classes", "The readout 'h' gives 12 numbers, but 'mnist-mini' has 10 classes" },
            { "epochs", "epochs = 0: give 1 to 100000" },
            { "batch", "batch = 0: give 1 to 65536" },
            { "neuron", "Population 'h': there is no neuron 'fitzhug-nagumo'. Did you mean 'fitzhugh-nagumo'?" },
            { "estimator", "estimator.kind = 'centered'. Did you mean 'centred'?" },
            { "sign", "estimator.random_sign is for the one-sided estimator" },
            { "beta", "estimator.beta = 0: give a finite number > 0" },
            { "inputs", "The network has 2 clamped populations without fixed values; learning from samples needs exactly one." },
        };

    [Theory, MemberData(nameof(Refused))]
    public void Refuses(string what, string message)
    {
        var e = SmallExperiments.Mnist();
        var error = Assert.ThrowsAny<ArgumentException>(() =>
            new Trainer(
                what switch
                {
                    "validation" => e with { Validation = 64 },
                    "pixels" => e with { Network = e.Network with { Populations = [new("x", 700), .. e.Network.Populations.Skip(1)] } },
                    "classes" => e with { Readout = new("h") },
                    "epochs" => e with { Epochs = 0 },
                    "batch" => e with { Batch = 0 },
                    "neuron" => SmallExperiments.Mnist(new("h", 12, "fitzhug-nagumo")),
                    "estimator" => e with { Estimator = new("centered") },
                    "sign" => e with { Estimator = new(RandomSign: true) },
                    "beta" => e with { Estimator = new(Beta: 0) },
                    _ => e with { Network = e.Network with { Populations = [.. e.Network.Populations, new("y", 784)] } },
                },
                SmallExperiments.Images(64),
                1
            )
        );
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
    }

    private sealed class Seen : IProgress<Progress>
    {
        public List<Progress> All { get; } = [];

        public void Report(Progress value) => All.Add(value);
    }
}
