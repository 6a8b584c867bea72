using Nagumo.Audits;
using Nagumo.Compute;
using Nagumo.Learning;

namespace Nagumo.Tests.Learning;

/// <summary>What a chip does to parameters and readings, against the laws that it is drawn from.</summary>
public sealed class HardwareTests
{
    private static Trainer On(HardwareOptions? chip, Experiment? experiment = null) =>
        new((experiment ?? SmallExperiments.Mnist()) with { Hardware = chip }, SmallExperiments.Images(48), 1);

    private static Tensor<float> Block(Trainer trainer, string name) => trainer.Machine.Parameters.First(p => p.Name == name);

    [Fact]
    public void An_ideal_chip_changes_no_byte()
    {
        using var plain = On(null);
        using var ideal = On(new());
        plain.Train();
        ideal.Train();
        Assert.Equal(SmallExperiments.Weights(plain), SmallExperiments.Weights(ideal));
        Assert.Equal(plain.History, ideal.History);
    }

    [Fact]
    public void Mismatch_is_log_normal_and_belongs_to_the_chip()
    {
        const double sigma = 0.2;
        using var one = On(new(Mismatch: sigma, Chip: 1));
        using var same = On(new(Mismatch: sigma, Chip: 1), SmallExperiments.Mnist() with { Seed = 9 });
        using var other = On(new(Mismatch: sigma, Chip: 2));
        double[] logs = Factors(one);
        int n = logs.Length;
        double mean = logs.Average(),
            deviation = Math.Sqrt(logs.Sum(x => (x - mean) * (x - mean)) / (n - 1));
        Assert.InRange(mean, -4 * sigma / Math.Sqrt(n), 4 * sigma / Math.Sqrt(n));
        Assert.InRange(deviation, sigma * (1 - 4 / Math.Sqrt(2.0 * n)), sigma * (1 + 4 / Math.Sqrt(2.0 * n)));
        double[] again = Factors(same);
        for (int i = 0; i < n; i++)
            Assert.Equal(logs[i], again[i], 1e-5);
        double covariance = logs.Zip(Factors(other), (a, b) => a * b).Average();
        Assert.True(Math.Abs(covariance) < 4 * sigma * sigma / Math.Sqrt(n));

        static double[] Factors(Trainer t)
        {
            var w = Block(t, "x-h.W");
            return [.. Enumerable.Range(0, w.Values.Length).Select(i => Math.Log((double)w.Values[i] / w.Programmed[i]))];
        }
    }

    [Theory]
    [InlineData(2)]
    [InlineData(4)]
    [InlineData(8)]
    public void Signed_weights_have_an_odd_number_of_levels_and_conductances_all(int bits)
    {
        using var signed = On(new(Bits: bits));
        var w = Block(signed, "x-h.W");
        double range = w.Programmed.ToArray().Max(Math.Abs),
            step = range / ((1 << (bits - 1)) - 1);
        Check(w, step, -range, range);

        var resistive = SmallExperiments.Mnist();
        resistive = resistive with
        {
            Network = resistive.Network with
            {
                Couplings =
                [
                    .. resistive.Network.Couplings.Select(c =>
                        c.A == "out" && c.Kind == "bilinear" ? new("resistive", "out", "h", Low: 0, High: 0.02) : c
                    ),
                ],
            },
        };
        using var trainer = On(new(Bits: bits), resistive);
        var g = Block(trainer, "h-out.g");
        range = g.Programmed.ToArray().Max();
        Check(g, range / ((1 << bits) - 1), 0, range);

        static void Check(Tensor<float> block, double step, double min, double max)
        {
            for (int i = 0; i < block.Values.Length; i++)
            {
                double level = block.Values[i] / step;
                Assert.Equal(Math.Round(level), level, 1e-4);
                Assert.InRange(block.Values[i], min * 1.00001, max * 1.00001);
                Assert.True(Math.Abs(block.Values[i] - block.Programmed[i]) <= 0.50001 * step);
            }
            Assert.Contains(block.Values.ToArray(), x => Math.Abs(x) >= 0.9999 * max);
        }
    }

    [Fact]
    public void A_range_clips_what_its_coupling_holds()
    {
        const double range = 0.02;
        using var trainer = On(new(Ranges: new Dictionary<string, double> { ["x-h"] = range }));
        trainer.Train();
        var w = Block(trainer, "x-h.W");
        Assert.Contains(w.Programmed.ToArray(), x => Math.Abs(x) > range);
        for (int i = 0; i < w.Values.Length; i++)
            Assert.Equal(Math.Clamp(w.Programmed[i], -(float)range, (float)range), w.Values[i]);
        var e = Assert.Throws<ArgumentException>(() => On(new(Ranges: new Dictionary<string, double> { ["x-j"] = range })));
        Assert.Contains("'x-j'", e.Message);
    }

    [Fact]
    public void Stuck_devices_do_not_follow_learning()
    {
        const double share = 0.1;
        using var trainer = On(new(Stuck: share, Ranges: new Dictionary<string, double> { ["x-h"] = 1, ["h-out"] = 1 }));
        float[] before = Block(trainer, "x-h.W").Values.ToArray();
        trainer.Train();
        float[] after = Block(trainer, "x-h.W").Values.ToArray(),
            programmed = Block(trainer, "x-h.W").Programmed.ToArray();
        int stuck = Enumerable.Range(0, after.Length).Count(i => after[i] == before[i] && after[i] != programmed[i]);
        double deviation = Math.Sqrt(share * (1 - share) * after.Length);
        Assert.InRange(stuck, share * after.Length - 4 * deviation, share * after.Length + 4 * deviation);
    }

    [Fact]
    public void Biases_walk_at_random_from_epoch_to_epoch()
    {
        const double drift = 0.05;
        using var trainer = On(new(Drift: drift), SmallExperiments.Mnist(new("h", 400, "fitzhugh-nagumo"), epochs: 4));
        var b = Block(trainer, "h.bias.b");
        Assert.Equal(b.Programmed.ToArray(), b.Values.ToArray());
        for (int epoch = 1; epoch <= 4; epoch++)
        {
            trainer.Train();
            double variance = Enumerable.Range(0, 400).Sum(i => Math.Pow(b.Values[i] - b.Programmed[i], 2)) / 400,
                expected = epoch * drift * drift;
            Assert.InRange(variance, expected * (1 - 4 * Math.Sqrt(2 / 400.0)), expected * (1 + 4 * Math.Sqrt(2 / 400.0)));
        }
    }

    [Fact]
    public void Read_noise_reaches_the_gradient_as_the_contrast_says()
    {
        // ∂H/∂b = −u, so a bias' gradient −(u₊ − u₋)/2β has the error σ√2/2β of a sample, and 1/√n of that in a mean over n.
        const double sigma = 1e-3,
            beta = 0.2;
        const int samples = 40;
        double[] noisy = BiasGradient(sigma),
            exact = BiasGradient(0);
        double variance = noisy.Zip(exact, (a, b) => (a - b) * (a - b)).Average(),
            expected = sigma * sigma * 2 / (4 * beta * beta) / samples;
        double spread = 4 * Math.Sqrt(2.0 / noisy.Length);
        Assert.InRange(variance, expected * (1 - spread), expected * (1 + spread));

        double[] BiasGradient(double noise)
        {
            var experiment = SmallExperiments.Mnist(new("h", 500, "fitzhugh-nagumo")) with { Estimator = new(Beta: beta) };
            using var trainer = On(null, experiment);
            using var team = new WorkerTeam(1);
            using var learner = new EqProp<float>(
                trainer.Machine,
                team,
                trainer.Readout,
                experiment.Estimator,
                new(6, 0),
                new(6, 0),
                experiment.Pixels,
                new Rng(3),
                samples,
                noise
            );
            learner.Gradient(SmallExperiments.Images(48).Train, [.. Enumerable.Range(0, samples)], epoch: 1);
            return Array.ConvertAll(Block(trainer, "h.bias.b").Gradients.ToArray(), x => (double)x);
        }
    }

    [Fact]
    public void Every_fabricated_neuron_has_one_rest_state()
    {
        const double sigma = 0.2;
        using var trainer = On(new(NeuronMismatch: sigma), SmallExperiments.Mnist(new("h", 600, "fitzhugh-nagumo")));
        var neurons = trainer.Network.Populations[1].Parameters;
        for (int i = 0; i < 600; i++)
            Assert.True(neurons["k"][i] * neurons["gamma"][i] <= 1 + 1e-9);
        // a is not looked at by the selection: it stays log-normal about 0.7.
        double[] logs = [.. neurons["a"].Select(a => Math.Log(a / 0.7))];
        double deviation = Math.Sqrt(logs.Sum(x => x * x) / 600);
        Assert.InRange(deviation, sigma * (1 - 4 / Math.Sqrt(1200)), sigma * (1 + 4 / Math.Sqrt(1200)));
        // The others are discarded: of kγ = 0.8 e^{σ√2 ξ} about a fifth would be bistable.
        Assert.True(neurons["k"].Zip(neurons["gamma"], (k, g) => k * g).Max() > 0.99);
    }

    [Fact]
    public void One_shared_parameter_cannot_differ()
    {
        var shared = SmallExperiments.Mnist(new("h", 12, "fitzhugh-nagumo", Train: ["k"]));
        var e = Assert.Throws<ArgumentException>(() => On(new(NeuronMismatch: 0.1), shared));
        Assert.Contains("per_neuron", e.Message);
    }

    [Theory]
    [InlineData(0, true)]
    [InlineData(0.05, false)]
    public void Only_equal_halves_of_a_pair_keep_the_system_self_adjoint(double pairs, bool holds)
    {
        var experiment = SmallExperiments.Mnist() with { Hardware = new(Mismatch: 0.2, NeuronMismatch: 0.1, PairMismatch: pairs) };
        using var subject = new AuditSubject(experiment, SmallExperiments.Images(4).Test, [0, 1]);
        Assert.Equal(holds, SelfAdjointnessAudit.Run(subject).Holds);
    }

    [Fact]
    public void Weights_are_programmed_values_and_come_back_on_another_chip()
    {
        using var ideal = On(null);
        ideal.Train();
        var weights = ideal.Weights().ToDictionary();
        using var chip = On(new(Mismatch: 0.1));
        chip.SetWeights(weights);
        Assert.Equal(Block(ideal, "x-h.W").Values.ToArray(), Block(chip, "x-h.W").Programmed.ToArray());
        Assert.NotEqual(Block(ideal, "x-h.W").Values.ToArray(), Block(chip, "x-h.W").Values.ToArray());
        Assert.Equal((float[])weights["x-h.W"].Values, (float[])chip.Weights().ToDictionary()["x-h.W"].Values);
    }

    [Theory]
    [InlineData("mismatch", -0.1)]
    [InlineData("mismatch", double.NaN)]
    [InlineData("bits", 1)]
    [InlineData("bits", 17)]
    [InlineData("stuck", 1)]
    [InlineData("read_noise", double.PositiveInfinity)]
    [InlineData("drift", -1)]
    public void Bad_values_are_named(string key, double value)
    {
        HardwareOptions options = key switch
        {
            "mismatch" => new(Mismatch: value),
            "bits" => new(Bits: (int)value),
            "stuck" => new(Stuck: value),
            "drift" => new(Drift: value),
            _ => new(ReadNoise: value),
        };
        Assert.Contains($"hardware.{key} = ", Assert.Throws<ArgumentOutOfRangeException>(options.Validate).Message);
    }
}
