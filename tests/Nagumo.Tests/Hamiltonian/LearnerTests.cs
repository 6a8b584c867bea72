using Nagumo.Compute;
using Nagumo.Data;
using Nagumo.Learning;
using Nagumo.Tests.Learning;

namespace Nagumo.Tests.Hamiltonian;

/// <summary>Both readings as learners: gradients against the exact ones and against differences of the loss; threads, resuming, memory.</summary>
public sealed class LearnerTests
{
    private static readonly OptimizerOptions Adam = new(Rate: 2e-3);

    /// <summary>A small chain of either reading.</summary>
    internal static Experiment Small(string reading, int size = 12, int depth = 3, int batch = 20) =>
        new(
            new(
                [
                    new("x", 784),
                    new(
                        "layer",
                        size,
                        "fitzhugh-nagumo",
                        Scale: reading == "pass" ? 0.25 : 1,
                        Parameters: new Dictionary<string, double[]>
                        {
                            ["k"] = [reading == "pass" ? 0.6 : 0.45],
                            ["gamma"] = [reading == "pass" ? 0.2 : 1],
                            ["a"] = [0.05],
                            ["tau"] = [0.3],
                        },
                        Train: ["k", "gamma", "a"]
                    ),
                    new("out", 10, "linear"),
                ],
                [
                    new("bilinear", "layer", "x", Sd: 0.1),
                    new("bias", "layer", Value: 0.1),
                    new("bilinear", "out", "layer", Sd: 0.5),
                    new("bias", "out"),
                ]
            ),
            new("out", Kappa: 2),
            "chain-test",
            Data: "mnist-mini",
            Epochs: 2,
            Batch: batch,
            Estimator: new(Beta: 1e-3),
            Free: new(200, 1e-5),
            Nudged: new(200, 1e-5),
            Optimizer: Adam,
            Pixels: new(Mean: 0, Gain: 1),
            Chain: reading == "pass"
                ? new(
                    "pass",
                    depth,
                    0.25,
                    25,
                    BlockUnits: 16,
                    // A tight bound and a strong encoder, so that the penalty acts.
                    Amplitude: 1.1,
                    ActivityPenalty: 0.5,
                    Train: ["activator_diffusion", "inhibitor_diffusion"]
                )
                : new("boundary", depth, -0.1, 6, BlockUnits: 16, BlockSd: 0.4, Train: ["activator_diffusion", "inhibitor_diffusion"])
        );

    internal static Owned<T> Learner<T>(Experiment e, WorkerTeam team, int batch)
        where T : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<T>
    {
        var chip = new Chip<T>(e);
        var network = chip.Machine.Network;
        LearnerSetup<T> setup = new(e, network, Learners.ReadoutOf(e, network), team, new Rng(e.Seed), batch, chip);
        return new(Learners.Of(setup), chip);
    }

    /// <summary>A learner with the machine that it learns on, freed together.</summary>
    internal sealed class Owned<T>(ILearner<T> learner, Chip<T> chip) : IDisposable
        where T : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<T>
    {
        public IReadOnlyList<Tensor<T>> Parameters => learner.Parameters;

        public Chip<T> Chip => chip;

        public BatchReport Gradient(Samples set, ReadOnlySpan<int> samples, int epoch) => learner.Gradient(set, samples, epoch);

        public BatchReport Predict(Samples set, ReadOnlySpan<int> samples, Nagumo.Relaxation.SweepOptions options, Span<double> readout) =>
            learner.Predict(set, samples, options, readout);

        public void Load() => learner.Load();

        public void Dispose()
        {
            learner.Dispose();
            chip.Dispose();
        }
    }

    /// <summary>The gradient of a batch, all parameters in one list, in float64.</summary>
    private static double[] Gradient<T>(Experiment e, Samples set, int samples)
        where T : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<T>
    {
        using var team = new WorkerTeam(1);
        using var learner = Learner<T>(e, team, samples);
        learner.Load();
        learner.Gradient(set, [.. Enumerable.Range(0, samples)], 1);
        return [.. learner.Parameters.SelectMany(p => p.Gradients.ToArray().Select(double.CreateChecked))];
    }

    private static double Distance(double[] a, double[] b) => Math.Sqrt(a.Zip(b, (x, y) => (x - y) * (x - y)).Sum() / b.Sum(y => y * y));

    [Fact]
    public void Echo_is_second_order_centred_and_first_order_one_sided()
    {
        // The penalty has a kink in its second derivative: without it first.
        var e = Small("pass", depth: 5);
        e = e with { Chain = e.Chain! with { ActivityPenalty = 0 } };
        var set = SmallExperiments.All.Train;
        double[] exact = Gradient<double>(e with { Estimator = new("exact") }, set, 8);
        double[] Error(string kind, params double[] betas) =>
            [.. betas.Select(beta => Distance(Gradient<double>(e with { Estimator = new(kind, beta) }, set, 8), exact))];
        double[] centred = Error("centred", 1e-2, 1e-3),
            oneSided = Error("one-sided", 1e-3, 1e-4);
        Assert.InRange(Math.Log10(centred[0] / centred[1]), 1.9, 2.1);
        Assert.InRange(Math.Log10(oneSided[0] / oneSided[1]), 0.9, 1.1);

        // Richardson of ε and ε/2, and the direction at 1e-3.
        double[] coarse = Gradient<double>(e with { Estimator = new("centred", 4e-4) }, set, 8),
            fine = Gradient<double>(e with { Estimator = new("centred", 2e-4) }, set, 8);
        Assert.True(Distance([.. fine.Zip(coarse, (f, c) => (4 * f - c) / 3)], exact) < 1e-8);
        double[] usual = Gradient<double>(e with { Estimator = new("centred", 1e-3) }, set, 8);
        double cosine = usual.Zip(exact, (x, y) => x * y).Sum() / Math.Sqrt(usual.Sum(x => x * x) * exact.Sum(y => y * y));
        Assert.True(cosine > 0.999999, $"{cosine}");
        var penalised = Small("pass", depth: 5);
        double[] whole = Gradient<double>(penalised with { Estimator = new("exact") }, set, 8);
        Assert.True(Distance(whole, exact) > 1e-3);
        Assert.True(Distance(Gradient<double>(penalised with { Estimator = new("centred", 1e-4) }, set, 8), whole) < 1e-5);

        // A float32 training step at the kick that the findings recommend.
        Assert.True(
            Distance(
                Gradient<float>(e with { Estimator = new("centred", 3e-3) }, set, 64),
                Gradient<double>(e with { Estimator = new("exact") }, set, 64)
            ) <= 1e-4
        );
    }

    [Fact]
    public void Equilibrium_propagation_of_a_chain_is_second_order()
    {
        var e = Small("boundary") with { Free = new(3000, 1e-14), Nudged = new(3000, 1e-14) };
        var set = SmallExperiments.All.Train;
        double[] At(double beta) => Gradient<double>(e with { Estimator = new("centred", beta) }, set, 6);
        double[] a = At(0.08),
            b = At(0.04),
            c = At(0.02),
            limit = [.. At(2e-3).Zip(At(1e-3), (x, y) => (4 * y - x) / 3)];
        Assert.InRange(Math.Log2(Distance(a, limit) / Distance(b, limit)), 1.9, 2.1);
        Assert.InRange(Math.Log2(Distance(b, limit) / Distance(c, limit)), 1.9, 2.1);
    }

    /// <summary>The loss is what the prediction says it is: its derivative by some parameters, numerically, against the gradient.</summary>
    [Theory, InlineData("pass"), InlineData("boundary")]
    public void The_gradient_is_that_of_the_loss(string reading)
    {
        var e = Small(reading) with { Estimator = new("centred", 1e-4), Free = new(3000, 1e-14), Nudged = new(3000, 1e-14) };
        if (reading == "pass")
            // The penalty is part of the gradient, not of the loss.
            e = e with
            {
                Chain = e.Chain! with { ActivityPenalty = 0 },
            };
        var set = SmallExperiments.All.Train;
        int[] samples = [.. Enumerable.Range(0, 6)];
        using var team = new WorkerTeam(1);
        using var learner = Learner<double>(e, team, samples.Length);
        learner.Load();
        learner.Gradient(set, samples, 1);
        foreach (var p in learner.Parameters)
        foreach (int i in new[] { 0, p.Values.Length / 2, p.Values.Length - 1 }.Distinct())
        {
            // The middle pixels are on; a pixel that is always off has no gradient.
            int at = p.Name == "x-layer.W" ? 400 + 784 * (i % 12) : i;
            double start = p.Values[at],
                h = 1e-4,
                gradient = p.Gradients[at];
            double Loss(double value)
            {
                p.Values[at] = value;
                learner.Load();
                return learner.Predict(set, samples, new(3000, 1e-14), []).Loss / samples.Length;
            }
            double numeric = (8 * (Loss(start + h) - Loss(start - h)) - (Loss(start + 2 * h) - Loss(start - 2 * h))) / (12 * h);
            Loss(start);
            // Fourth-order differences, and β² of the contrast.
            Assert.True(
                Math.Abs(numeric - gradient) <= 2e-7 * Math.Max(1, Math.Abs(numeric)),
                $"{p.Name}[{at}]: {gradient} against {numeric}"
            );
        }
    }

    [Theory, InlineData("pass"), InlineData("boundary")]
    public void Bytes_do_not_depend_on_threads_and_a_run_resumes(string reading)
    {
        var e = Small(reading, batch: 100) with { Pixels = new(Mean: 0, Gain: 1, Shift: 1) };
        var data = SmallExperiments.Images(310);
        float[] one = Train(1);
        Assert.Equal(one, Train(2));
        Assert.Equal(one, Train(3));

        using var first = new Trainer(e, data, 2);
        first.Train();
        using var second = new Trainer(e, data, 1);
        second.Resume(first.Save());
        second.Train();
        Assert.Equal(one, Weights(second));

        float[] Train(int threads)
        {
            using var trainer = new Trainer(e, data, threads);
            trainer.Train();
            trainer.Train();
            return Weights(trainer);
        }

        static float[] Weights(Trainer trainer) => [.. trainer.Parameters.SelectMany(p => p.Values.ToArray())];
    }

    [Theory, InlineData("pass"), InlineData("boundary")]
    public void A_small_chain_learns_real_digits(string reading)
    {
        var e = Small(reading, size: 48, batch: 50) with
        {
            Estimator = new(Beta: reading == "pass" ? 3e-3 : 0.05),
            Free = new(60, 1e-4),
            Nudged = new(60, 1e-4),
        };
        using var trainer = new Trainer(e, SmallExperiments.All, 1);
        var first = trainer.Train();
        var second = trainer.Train();
        Assert.True(second.TrainLoss < first.TrainLoss);
        var test = trainer.Test();
        Assert.InRange(test.ErrorPercent, 3, 16);
        Assert.True(test.Relaxation.Converged);
    }

    [Fact]
    public void Escaping_samples_are_counted_and_stop_a_run_with_advice()
    {
        var e = Small("pass") with { };
        e = e with { Chain = e.Chain! with { Amplitude = 400 } };
        using var trainer = new Trainer(e, SmallExperiments.Images(60), 1);
        var error = Assert.Throws<DivergenceException>(() => trainer.Train());
        Assert.Contains("samples escaped", error.Message, StringComparison.Ordinal);
        Assert.Contains("Lower chain.amplitude", error.Message, StringComparison.Ordinal);
        Assert.True(trainer.Test().Relaxation.NotConverged > 0);
    }

    public static TheoryData<string, string> Refused =>
        new()
        {
            { "reading", "chain.reading = 'passs'. Did you mean 'pass'?" },
            { "depth", "chain.depth = 0: give 1 to 65536 layers" },
            { "diffusion", "chain.inhibitor_diffusion = 0: give a finite number > 0; at d = 0 the inhibitors have no momentum" },
            { "amplitude", "chain.amplitude belongs to a pass" },
            { "train", "chain.train names 'activator_difusion'. Did you mean 'activator_diffusion'?" },
            { "box", "lives in a box" },
            { "couplings", "The network of a chain is one layer" },
            { "nudge", "a chain is nudged by the current of its free state" },
        };

    [Theory, MemberData(nameof(Refused))]
    public void Refuses(string what, string message)
    {
        var (pass, boundary) = (Small("pass"), Small("boundary"));
        var e = what switch
        {
            "reading" => pass with { Chain = pass.Chain! with { Reading = "passs" } },
            "depth" => pass with { Chain = pass.Chain! with { Depth = 0 } },
            "diffusion" => pass with { Chain = pass.Chain! with { InhibitorDiffusion = 0 } },
            "amplitude" => boundary with { Chain = boundary.Chain! with { Amplitude = 1 } },
            "train" => pass with { Chain = pass.Chain! with { Train = ["activator_difusion"] } },
            "box" => pass with
            {
                Network = pass.Network with
                {
                    Populations = [pass.Network.Populations[0], new("layer", 12, "hopfield"), pass.Network.Populations[2]],
                },
            },
            "couplings" => pass with { Network = pass.Network with { Couplings = [.. pass.Network.Couplings.Take(3)] } },
            _ => pass with { Estimator = new(Nudge: "cost") },
        };
        var error = Assert.ThrowsAny<ArgumentException>(() => new Trainer(e, SmallExperiments.Images(60), 1));
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
    }
}
