using Nagumo.Compute;
using Nagumo.Learning;
using Nagumo.Networks;
using Nagumo.Neurons;
using Nagumo.Symbolics;
using Nagumo.Tests.Networks;

namespace Nagumo.Tests.Learning;

public sealed class NetworkOptionsTests
{
    public static TheoryData<string> Networks => SmallNetworks.Names;

    [Theory, MemberData(nameof(Networks))]
    public void A_network_written_in_code_is_a_configuration(string name)
    {
        var network = SmallNetworks.All[name]();
        var read = Experiment.FromJson(new Experiment(NetworkOptions.Of(network), new("out")).ToJson()).Network.Build();
        Assert.Equal(network.Couplings.Select(c => (c.Name, c.Term)), read.Couplings.Select(c => (c.Name, c.Term)));
        foreach (var (a, b) in network.Populations.Zip(read.Populations))
        {
            Assert.Equal((a.Name, a.Size, a.Scale, a.Neuron?.H), (b.Name, b.Size, b.Scale, b.Neuron?.H));
            Assert.Equal(a.Rail, b.Rail);
            Assert.Equal(a.Trained, b.Trained);
            Assert.Equal(a.Parameters, b.Parameters);
        }
        using Machine<float> one = new(network, new Rng(1)),
            two = new(read, new Rng(1));
        Assert.Equal(one.Parameters.SelectMany(p => p.Values.ToArray()), two.Parameters.SelectMany(p => p.Values.ToArray()));
    }

    [Fact]
    public void A_text_neuron_keeps_its_text()
    {
        var neuron = new TextNeuron(
            "c*u^2/2 + u*w - w^2",
            new Dictionary<string, double> { ["c"] = 2 },
            new Dictionary<string, double> { ["w"] = 3 },
            (-1, 1)
        );
        var options = NetworkOptions.Of(
            new([Population.Clamped("x", 2), new("h", neuron, 2, parameters: new Dictionary<string, double[]> { ["c"] = [2, 4] })], [])
        );
        var h = options.Build().Populations[1];
        Assert.Equal((neuron.H, neuron.Box, 3.0), (h.Neuron!.H, h.Neuron.Box, h.Neuron.Inhibitors[0].Tau.Value));
        Assert.Equal([2, 4], h.Parameters["c"]);
    }

    [Fact]
    public void A_neuron_that_no_configuration_knows_must_be_registered()
    {
        var error = Assert.Throws<ArgumentException>(() => NetworkOptions.Of(new([new("h", new Stranger(), 1)], [])));
        Assert.Contains(
            "a configuration does not know the neuron 'stranger'. Call NeuronModels.Register",
            error.Message,
            StringComparison.Ordinal
        );
    }

    public static TheoryData<string, Func<Experiment, Experiment>> Refused =>
        new()
        {
            {
                "readout.cost = 'perplexity'. Known: cross-entropy, squared-error, huber, absolute",
                e => e with { Readout = new("out", "perplexity") }
            },
            { "readout.population = 'outt'", e => e with { Readout = new("outt") } },
            { "optimizer.epsilon = 1E-320", e => e with { Optimizer = new(Epsilon: 1e-320) } },
            { "optimizer.epsilon = ", e => e with { Optimizer = new(Epsilon: double.PositiveInfinity) } },
            { "optimizer.rate = 1E-50", e => e with { Optimizer = new(Rate: 1e-50) } },
            { "optimizer.rate = 1E+39", e => e with { Optimizer = new(Rate: 1e39) } },
            { "optimizer.schedule = 'linear'", e => e with { Optimizer = new(Schedule: "linear") } },
            { "chain.train names 'diffusion'", e => e with { Chain = new("boundary", 3, 1, 1, Train: ["diffusion"]) } },
        };

    [Theory, MemberData(nameof(Refused))]
    public void What_cannot_be_trained_is_refused_before_anything_is_built(string message, Func<Experiment, Experiment> change) =>
        Assert.StartsWith(
            message,
            Assert.ThrowsAny<ArgumentException>(() => change(SmallExperiments.Mnist()).Validate()).Message,
            StringComparison.Ordinal
        );

    [Fact]
    public void A_parameter_of_null_is_named()
    {
        var h = new PopulationOptions("h", 2, "fitzhugh-nagumo", Parameters: new Dictionary<string, double[]> { ["gamma"] = null! });
        Assert.Contains("Population 'h', parameter 'gamma': null", Assert.Throws<ArgumentException>(() => h.Build()).Message);
    }

    [Fact]
    public void A_network_larger_than_the_machine_is_refused_before_anything_is_allocated()
    {
        var e = SmallExperiments.Mnist(new("h", 1_000_000_000, "fitzhugh-nagumo"));
        long before = GC.GetTotalAllocatedBytes();
        // 784 + 1 + 10 numbers of 4 bytes for each hidden neuron, and 10 biases.
        Assert.StartsWith(
            "The network is too large: the weights alone need 3180.0 GB; this machine has ",
            Assert.Throws<ArgumentException>(() => new Trainer(e, SmallExperiments.Images(1), 1)).Message,
            StringComparison.Ordinal
        );
        Assert.Equal(795_000_000_010, e.Describe().Blocks.Sum(b => b.Shape.Aggregate(1L, (n, length) => n * length)));
        Assert.InRange(GC.GetTotalAllocatedBytes() - before, 0, 100_000_000);
    }

    private sealed class Stranger : Neuron
    {
        public override string Name => "stranger";
        public override string Summary => "unknown";

        public override Expr Potential(Expr u) => u * u;
    }
}
