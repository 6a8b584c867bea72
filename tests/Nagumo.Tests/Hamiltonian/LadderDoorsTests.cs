using Nagumo.Audits;
using Nagumo.Circuits;
using Nagumo.Compute;
using Nagumo.Data;
using Nagumo.Learning;
using Nagumo.Tests.Learning;

namespace Nagumo.Tests.Hamiltonian;

/// <summary>What takes any network takes a chain that relaxes, too: it is one.</summary>
public sealed class LadderDoorsTests
{
    private static Experiment Ladder => LadderCase.Get("boundary - u, v strong").Experiment(new("centred", LadderCase.Beta), 60, 60);

    private static Experiment Pass => LadderCase.Get("pass + u, v strong").Experiment(new("centred", LadderCase.Beta));

    /// <summary>The same with neurons of fixed parameters, as devices have them.</summary>
    private static Experiment Fixed(Experiment e) =>
        e with
        {
            Network = e.Network with { Populations = [.. e.Network.Populations.Select(p => p with { Train = null })] },
        };

    private static DataSet Data => new("three", LadderCase.Set, LadderCase.Set);

    [Theory, InlineData("boundary"), InlineData("pass")]
    public void A_chip_has_its_effect_and_is_one_and_the_same_chip(string reading)
    {
        var e = Fixed(reading == "pass" ? Pass : Ladder);
        float[] Weights(HardwareOptions? hardware)
        {
            using var trainer = new Trainer(e with { Hardware = hardware }, Data, 1);
            trainer.Train();
            return [.. trainer.Parameters.SelectMany(p => p.Values.ToArray())];
        }
        var ideal = Weights(null);
        foreach (
            var hardware in (HardwareOptions[])
                [new(Chip: 1, Mismatch: 0.1), new(Chip: 1, NeuronMismatch: 0.05), new(Chip: 1, Bits: 4), new(Chip: 1, ReadNoise: 0.01)]
        )
        {
            if (reading == "pass" && hardware.ReadNoise > 0)
                continue;
            var once = Weights(hardware);
            Assert.NotEqual(ideal, once);
            Assert.Equal(once, Weights(hardware));
            if (hardware is { Bits: 0, ReadNoise: 0 })
                Assert.NotEqual(once, Weights(hardware with { Chip = 2 }));
        }
    }

    [Fact]
    public void A_cost_of_ones_own_choice_is_learned()
    {
        var e = Ladder with { Readout = new("out", "huber", Width: 0.5), Epochs = 40, Optimizer = new(Rate: 0.02) };
        using var trainer = new Trainer(e, Data, 1);
        double first = trainer.Train().TrainLoss;
        for (int i = 1; i < e.Epochs; i++)
            trainer.Train();
        Assert.InRange(trainer.History[^1].TrainLoss, 0, 0.7 * first);
    }

    /// <summary>Four lengths of a flower as floats; sizes, spread and batch follow the data.</summary>
    [Fact, Trait("speed", "slow")]
    public void Data_of_ones_own_are_learned()
    {
        var iris = DataSets.Load("iris", cancel: TestContext.Current.CancellationToken);
        var e = Presets.Get("fhn-chain").For(iris);
        e = e with
        {
            Network = e.Network with { Populations = [.. e.Network.Populations.Select(p => p.Name == "layer" ? p with { Size = 32 } : p)] },
        };
        using var trainer = new Trainer(e, iris, 1);
        while (trainer.Epoch < e.Epochs)
            trainer.Train();
        // Three flowers of thirty overlap for every method.
        Assert.InRange(trainer.Test().ErrorPercent, 0, 10);
    }

    [Fact]
    public void Its_structure_is_that_of_a_network()
    {
        using var trainer = new Trainer(Fixed(Ladder) with { Hardware = new(Chip: 3, Mismatch: 0.1, NeuronMismatch: 0.05) }, Data, 1);
        var audit = StructureAudit.Run("ladder", trainer, LadderCase.Set);
        // Devices that miss their values are felt alike from both sides.
        Assert.Equal(Structure.SkewGradient, audit.Class);
        Assert.InRange(audit.Defect, 0, 1e-9);
    }

    [Fact]
    public void A_pass_says_what_it_cannot_do()
    {
        var pass = Pass;
        var error = Assert.Throws<ArgumentException>(() => (pass with { Hardware = new(ReadNoise: 0.1) }).Validate());
        Assert.Contains("hardware.read_noise = 0.1: rest states are read with noise", error.Message, StringComparison.Ordinal);
        using var trainer = new Trainer(pass, Data, 1);
        error = Assert.Throws<ArgumentException>(() => CircuitNetwork.Of(trainer, pass, LadderCase.Set, 0));
        Assert.Contains("is a pass through layers", error.Message, StringComparison.Ordinal);
        error = Assert.Throws<ArgumentException>(() => trainer.States(LadderCase.Set));
        Assert.Contains("has no rest states", error.Message, StringComparison.Ordinal);
        error = Assert.Throws<ArgumentException>(() => new CircuitLearner(pass, Data));
        Assert.Contains("circuits learn where they rest", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Its_circuit_rests_where_it_does()
    {
        Assert.SkipUnless(Ngspice.Default.IsAvailable(), "ngspice is not installed");
        using var trainer = new Trainer(Ladder, Data, 1);
        using var network = CircuitNetwork.Of(trainer, Ladder, LadderCase.Set, 1);
        var verified = Verification.Of(network);
        Assert.True(verified.Agrees, $"{verified.Worst}");
    }

    [Fact]
    public void Its_circuit_answers_as_it_does()
    {
        Assert.SkipUnless(Ngspice.Default.IsAvailable(), "ngspice is not installed");
        using var trainer = new Trainer(Ladder, Data, 1);
        for (int sample = 0; sample < LadderCase.Samples; sample++)
        {
            using var network = CircuitNetwork.Of(trainer, Ladder, LadderCase.Set, sample);
            network.Start(0, 1);
            var inference = CircuitInference.Of(network);
            double[] z = trainer.Predict(LadderCase.Set, sample).Readout;
            Assert.True(inference.Circuit.IsSettled);
            Assert.Equal(Classification.Answer(z), inference.Answer);
            Assert.Equal(inference.Answer, inference.OwnAnswer);
            Assert.Equal(z.Order().Last() - z.Order().SkipLast(1).Last(), inference.Margin, 1e-3);
        }
    }

    /// <summary>The nudge of a circuit is the head's: a push along it lowers the cost to first order.</summary>
    [Fact]
    public void Its_nudge_is_the_derivative_of_the_cost()
    {
        using var trainer = new Trainer(Ladder, Data, 1);
        using var network = CircuitNetwork.Of(trainer, Ladder, LadderCase.Set, 1);
        network.Start(0, 1);
        double[] nudge = network.Nudges(-1);
        Assert.Equal(LadderCase.Size, nudge.Length);
        network.Relax();
        int last = LadderCase.Depth * LadderCase.Size;
        for (int i = 0; i < nudge.Length; i++)
        {
            const double h = 1e-5;
            double Cost(double step)
            {
                double[] z = new double[LadderCase.Classes],
                    y = new double[LadderCase.Classes];
                network.State.X(1, 0)[last + i, 0] += step;
                network.Read(z);
                network.State.X(1, 0)[last + i, 0] -= step;
                LadderCase.Set.Targets.Read(1, y);
                return Ladder.Readout.BuildCost().Value(z, y);
            }
            Assert.Equal((Cost(h) - Cost(-h)) / (2 * h), nudge[i], 1e-8);
        }
    }

    /// <summary>Learning from voltages: the centred estimate against implicit differentiation of the same machine.</summary>
    [Fact, Trait("speed", "slow")]
    public void It_learns_in_a_circuit()
    {
        Assert.SkipUnless(Ngspice.Default.IsAvailable(), "ngspice is not installed");
        using var learner = new CircuitLearner(
            Fixed(Ladder) with
            {
                Estimator = new("centred", 0.01),
                Optimizer = new(Rate: 0.02),
                Epochs = 8,
            },
            Data
        );
        Assert.InRange(learner.GradientCosine(3), 0.9999, 1.0000001);
        double first = learner.Step().Loss,
            last = first;
        while (learner.Updates < learner.Of)
        {
            var update = learner.Step();
            Assert.Equal(0, update.NotSettled);
            last = update.Loss;
        }
        Assert.True(last < first, $"{first} -> {last}");
    }

    [Fact]
    public void Its_rest_states_come_out_with_the_head_s_outputs()
    {
        using var trainer = new Trainer(Ladder, Data, 1);
        var free = trainer.States(LadderCase.Set, options: new(2000, 1e-6));
        var nudged = trainer.States(LadderCase.Set, options: new(2000, 1e-6), beta: 0.2);
        Assert.Equal("nesterov", free.Relaxation.Method);
        Assert.True(free.Relaxation.Converged);
        float[] U(RestStates states) => (float[])states.Arrays.Single(a => a.Key == "layer.u").Value.Values;
        var readout = (double[])free.Arrays.Single(a => a.Key == "readout").Value.Values;
        int layers = LadderCase.Size * (LadderCase.Depth + 1);
        double[] y = new double[LadderCase.Classes];
        for (int sample = 0; sample < LadderCase.Samples; sample++)
        {
            double[] expected = trainer.Predict(LadderCase.Set, sample).Readout;
            for (int c = 0; c < expected.Length; c++)
                Assert.Equal(expected[c], readout[sample * expected.Length + c], 1e-4);
            // A nudge pulls the outputs down the cost.
            double[] before = Outputs(U(free), sample),
                after = Outputs(U(nudged), sample);
            LadderCase.Set.Targets.Read(sample, y);
            var cost = Ladder.Readout.BuildCost();
            Assert.True(cost.Value(after, y) < cost.Value(before, y));
        }

        double[] Outputs(float[] u, int sample)
        {
            var (w, b) = (
                trainer.Weights().Single(p => p.Key == "layer-out.W").Value,
                trainer.Weights().Single(p => p.Key == "out.bias.b").Value
            );
            return
            [
                .. Enumerable
                    .Range(0, LadderCase.Classes)
                    .Select(c =>
                        (double)((float[])b.Values)[c]
                        + Enumerable
                            .Range(0, LadderCase.Size)
                            .Sum(r =>
                                (double)((float[])w.Values)[c * LadderCase.Size + r]
                                * u[sample * layers + LadderCase.Depth * LadderCase.Size + r]
                            )
                    ),
            ];
        }
    }

    /// <summary>Checkpoints of earlier versions hold the input's weights row by row, with the optimizer's moments.</summary>
    [Fact]
    public void Checkpoints_of_earlier_versions_are_read()
    {
        using var trainer = new Trainer(Ladder, Data, 1);
        var former = trainer
            .Parameters.Select(p =>
            {
                var tensor = new Tensor<float>(Nagumo.Learning.Ladder.Former(p.Name), p.Rows, p.Cols, p.Min, p.Max, p.Decays);
                tensor.Assign(p.ToArray());
                return tensor;
            })
            .ToList();
        using var optimizer = new Optimizer<float>(Ladder.Optimizer, former);
        var checkpoint = Checkpoint.Of(Ladder, former, optimizer, 0, [], null);
        using var other = new Trainer(Ladder with { Seed = 7 }, Data, 1);
        other.Restore(checkpoint);
        Assert.Equal(trainer.Parameters.Select(p => p.ToArray()), other.Parameters.Select(p => p.ToArray()));
        former.ForEach(t => t.Dispose());
    }

    /// <summary>Runs of earlier versions hold currents and diffusions under their former names.</summary>
    [Fact]
    public void Weights_of_earlier_versions_are_read()
    {
        using var trainer = new Trainer(Ladder, Data, 1);
        var weights = trainer.Weights();
        Assert.Contains(weights, w => w.Key == "layer0.I.b");
        Assert.Contains(weights, w => w.Key == "layer0.K" && w.Value.Shape is [LadderCase.Units, LadderCase.Size]);
        var former = weights.ToDictionary(
            w =>
                w.Key switch
                {
                    "layer.activator_diffusion.D" => "layer.activator_diffusion",
                    "layer.inhibitor_diffusion.D" => "layer.inhibitor_diffusion",
                    _ => w.Key.Replace(".I.b", ".I", StringComparison.Ordinal),
                },
            w => w.Value
        );
        Assert.Contains("layer0.I", former.Keys);
        using var other = new Trainer(Ladder with { Seed = 7 }, Data, 1);
        other.SetWeights(former);
        Assert.Equal(trainer.Parameters.Select(p => p.Values.ToArray()), other.Parameters.Select(p => p.Values.ToArray()));
    }
}
