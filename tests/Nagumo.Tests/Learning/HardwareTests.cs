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
        Assert.Equal(holds, subject.Machine.IsReciprocal);
        if (holds)
            Assert.True(SelfAdjointnessAudit.Run(subject).Holds);
        else
            Assert.Contains("hardware.pair_mismatch", Assert.Throws<ArgumentException>(() => SelfAdjointnessAudit.Run(subject)).Message);
    }

    [Fact]
    public void A_stuck_device_holds_one_value_whatever_is_programmed()
    {
        var hardware = new HardwareOptions(Stuck: 0.25);
        using var trainer = On(hardware, SmallExperiments.Mnist(epochs: 3));
        float[] first = Block(trainer, "x-h.W").Values.ToArray();
        // Laid out for the initial weights: uniform in ± sd √3.
        double range = 0.04 * Math.Sqrt(3);
        var rounds = new List<float[]>();
        for (int i = 0; i < 3; i++)
        {
            trainer.Train();
            rounds.Add(Block(trainer, "x-h.W").Values.ToArray());
        }
        float[] programmed = Block(trainer, "x-h.W").Programmed.ToArray();
        int[] stuck = [.. Enumerable.Range(0, first.Length).Where(i => rounds[2][i] != programmed[i])];
        Assert.InRange(stuck.Length, 0.2 * first.Length, 0.3 * first.Length);
        Assert.All(stuck, i => Assert.All(rounds, r => Assert.Equal(first[i], r[i])));
        Assert.All(stuck, i => Assert.InRange(Math.Abs(first[i]), 0, range));
        // Uniform in the range: mean square range²/3, whose own deviation is range² √(4/45)/√n.
        double square = stuck.Average(i => (double)first[i] * first[i]) / (range * range);
        Assert.InRange(square, 1 / 3.0 - 4 * Math.Sqrt(4 / 45.0 / stuck.Length), 1 / 3.0 + 4 * Math.Sqrt(4 / 45.0 / stuck.Length));
        // Another seed of training, the same devices.
        using var other = On(hardware, SmallExperiments.Mnist() with { Seed = 5 });
        Assert.All(stuck, i => Assert.Equal(first[i], Block(other, "x-h.W").Values[i]));
    }

    /// <summary>One chip, whatever looks at it: the trainer that made it, its checkpoint, its weights, an audit, a circuit.</summary>
    [Fact]
    public void All_doors_lead_to_one_chip()
    {
        var experiment = Iris() with
        {
            Epochs = 2,
            Hardware = new(0.1, 0.05, 0.2, 6, new Dictionary<string, double> { ["x-h"] = 0.7 }, 0.1, 0.05, 1e-4, Chip: 3),
        };
        var data = Nagumo.Data.Iris.Load();
        using var made = new Trainer(experiment, data, 1);
        made.Train();
        made.Train();
        using var resumed = new Trainer(experiment, data, 1);
        resumed.Restore(made.Save());
        using var moved = new Trainer(experiment, data, 2);
        moved.SetWeights(made.Weights().ToDictionary());
        moved.Wait(experiment.Epochs);
        using var subject = new AuditSubject(experiment, data.Test, [0]);
        subject.Load(made);
        using var circuit = Nagumo.Circuits.CircuitNetwork.Of(resumed, experiment, data.Test, 0);
        double[] expected = Felt(made.Machine.Parameters);
        Assert.Equal(expected, Felt(resumed.Machine.Parameters));
        Assert.Equal(expected, Felt(moved.Machine.Parameters));
        Assert.Equal(expected, Felt(subject.Machine.Parameters));
        Assert.Equal(expected, Felt(circuit.Machine.Parameters));
        foreach (var network in (Nagumo.Networks.Network[])[resumed.Network, moved.Network, subject.Network, circuit.Network])
            for (int p = 0; p < network.Populations.Count; p++)
                Assert.Equal(made.Network.Populations[p].Parameters, network.Populations[p].Parameters);
        // The same numbers drawn in double precision, before anything is learned.
        using var single = new Chip<float>(experiment);
        using var twice = new Chip<double>(experiment);
        Assert.All(Felt(single.Machine.Parameters).Zip(Felt(twice.Machine.Parameters)), x => Assert.Equal(x.Second, x.First, 1e-6));

        static double[] Felt<T>(IReadOnlyList<Tensor<T>> tensors)
            where T : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<T> =>
            [.. tensors.SelectMany(t => t.Values.ToArray().Concat(t.ReverseValues.ToArray())).Select(double.CreateChecked)];
    }

    /// <summary>Halves that differ are an asymmetric coupling of the same weights: the corrected contrast is that one's, W and V added.</summary>
    [Fact]
    public void The_correction_sees_the_halves_of_a_pair()
    {
        var pairs = Iris() with { Estimator = new(Beta: 0.05, Correction: "antisymmetric"), Hardware = new(PairMismatch: 0.5) };
        var two = pairs with
        {
            Hardware = null,
            Network = pairs.Network with
            {
                Couplings =
                [
                    .. pairs.Network.Couplings.Select(c =>
                        c.A == "out" && c.Kind == "bilinear" ? new("asymmetric", "out", "h", Sd: 0.3) : c
                    ),
                ],
            },
        };
        using var chip = new Chip<double>(pairs);
        using var twin = new Chip<double>(two);
        var w = chip.Machine.Parameters.First(p => p.Name == "h-out.W");
        foreach (var p in twin.Machine.Parameters)
            if (p.Name == "h-out.V")
                w.ReverseValues.CopyTo(p.Values);
            else
                p.CopyFrom(
                    chip.Machine.Parameters.First(q => q.Name == p.Name.Replace("h-out.V", "h-out.W")) is var q && q.IsReciprocal
                        ? q
                        : Plain(q)
                );
        twin.Machine.Load();
        double[] ours = Gradient(chip, pairs)["h-out.W"];
        var theirs = Gradient(twin, two);
        Assert.True(ours.Max(Math.Abs) > 1e-3);
        for (int i = 0; i < ours.Length; i++)
            Assert.Equal(theirs["h-out.W"][i] + theirs["h-out.V"][i], ours[i], 1e-12);

        static Tensor<double> Plain(Tensor<double> q)
        {
            var plain = new Tensor<double>(q.Name, q.Rows, q.Cols, q.Min, q.Max, q.Decays);
            q.Values.CopyTo(plain.Values);
            return plain;
        }

        static Dictionary<string, double[]> Gradient(Chip<double> on, Experiment e)
        {
            var readout = new Readout(on.Machine.Network, "out", false, e.Readout.BuildCost());
            using var team = new WorkerTeam(1);
            using var learner = new EqProp<double>(
                on.Machine,
                team,
                readout,
                e.Estimator,
                new(200, 0),
                new(200, 0),
                e.Pixels,
                new Rng(1),
                20
            );
            learner.Gradient(Nagumo.Data.Iris.Load().Train, [.. Enumerable.Range(0, 20)], 1);
            return on.Machine.Parameters.ToDictionary(p => p.Name, p => p.Gradients.ToArray());
        }
    }

    /// <summary>Estimator, effect and coupling: whatever is stated works and changes the weights, or is refused by the name of a key.</summary>
    [Theory, Trait("speed", "slow")]
    [InlineData("centred")]
    [InlineData("one-sided")]
    [InlineData("exact")]
    [InlineData("cost")]
    [InlineData("corrected")]
    public void Every_combination_works_or_is_refused_by_name(string estimator)
    {
        EstimatorOptions options = estimator switch
        {
            "cost" => new(Nudge: "cost", Beta: 0.02),
            "corrected" => new(Correction: "antisymmetric"),
            _ => new(estimator),
        };
        HardwareOptions[] chips =
        [
            new(Mismatch: 0.2),
            new(NeuronMismatch: 0.05),
            new(PairMismatch: 0.3),
            new(Bits: 3),
            new(Stuck: 0.3),
            new(Drift: 0.1),
            new(ReadNoise: 0.02),
            new(Mismatch: 0.1, PairMismatch: 0.1, Bits: 5, Stuck: 0.1, Drift: 0.02, ReadNoise: 1e-3),
        ];
        int worked = 0,
            refused = 0;
        foreach (string coupling in (string[])["bilinear", "resistive", "rail-resistive", "asymmetric", "differential-resistive", "both"])
        {
            float[]? ideal = Weights(null);
            foreach (var chip in chips)
            {
                float[]? weights = Weights(chip);
                if (ideal is not null && weights is not null)
                    Assert.False(ideal.SequenceEqual(weights), $"{estimator}, {coupling}: {chip} changes nothing");
            }

            float[]? Weights(HardwareOptions? chip)
            {
                try
                {
                    using var trainer = new Trainer(
                        Iris(coupling) with
                        {
                            Estimator = options,
                            Hardware = chip,
                            Epochs = 2,
                        },
                        Nagumo.Data.Iris.Load(),
                        1
                    );
                    trainer.Train();
                    trainer.Train();
                    float[] weights = SmallExperiments.Weights(trainer);
                    Assert.All(weights, w => Assert.True(float.IsFinite(w)));
                    worked++;
                    return weights;
                }
                catch (ArgumentException e)
                {
                    Assert.Matches("estimator\\.|hardware\\.", e.Message);
                    refused++;
                    return null;
                }
            }
        }
        Assert.True(worked >= 10, $"{worked} worked, {refused} were refused");
    }

    /// <summary>4-6-3 with one kind of coupling to the readout, or two kinds at once.</summary>
    private static Experiment Iris(string kind = "bilinear")
    {
        CouplingOptions input =
            kind == "differential-resistive" ? new(kind, "h", "x", Sd: 0.4, Gain: 10) : new("bilinear", "h", "x", Sd: 0.4);
        CouplingOptions[] output = kind switch
        {
            "resistive" => [new(kind, "out", "h", Low: 0, High: 0.1)],
            "rail-resistive" => [new(kind, "out", "h", Sd: 0.05)],
            "asymmetric" => [new(kind, "out", "h", Sd: 0.05)],
            "both" => [new("asymmetric", "out", "h", Sd: 0.05), new("bilinear", "out", "h", Sd: 0.05, Name: "more")],
            _ => [new("bilinear", "out", "h", Sd: 0.05)],
        };
        return new(
            new(
                [new("x", 4), new("h", 6, "fitzhugh-nagumo"), new("out", 3, "linear")],
                [input, new("bias", "h", Value: 0.875), .. output, new("bias", "out")]
            ),
            new("out", Kappa: 5),
            Data: "iris",
            Epochs: 1,
            Batch: 40,
            Free: new(30, 0),
            Nudged: new(20, 0),
            Pixels: new(0.5, 2)
        );
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
