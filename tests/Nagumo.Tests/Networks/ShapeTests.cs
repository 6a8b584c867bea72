using Nagumo.Compute;
using Nagumo.Couplings;
using Nagumo.Learning;
using Nagumo.Networks;
using Nagumo.Neurons;
using Nagumo.Relaxation;

namespace Nagumo.Tests.Networks;

/// <summary>Populations with several axes, and couplings on slices of them: the same network written with one population a slice is the truth.</summary>
public sealed class ShapeTests
{
    /// <summary>Input into the first layer, readout of the last, diffusion of both fields between neighbours, a block on each, a skip.</summary>
    private static Network Ladder(int layers, int n, bool shaped, bool perNeuron, double strength)
    {
        Dictionary<string, double[]> parameters = new() { ["k"] = [0.4], ["tau"] = [0.3] };
        Population Fhn(string name, Shape shape, int[]? shared = null) =>
            new(name, new FitzHughNagumo(), shape, 0.9, parameters, ["gamma"], perNeuron, shared);
        End At(int l, string field = "u") =>
            shaped ? new End("layer", field) { Place = l % 2 == 0 ? l : l - layers } : new End($"layer{l}", field);
        var populations = new List<Population> { Population.Clamped("x", 3) };
        var couplings = new List<Coupling> { new Bilinear(At(0), "x", 0.4, "in"), new Bias(At(0).ToString(), 0.3, "first") };
        if (shaped)
        {
            populations.Add(Fhn("layer", [layers, n], [0]));
            couplings.Add(new DiffusiveAlong("layer", 0.7));
            couplings.Add(new DiffusiveAlong(new End("layer", "v"), 1.3));
            couplings.Add(new Block("layer", 3, strength, 0.4));
        }
        else
            for (int l = 0; l < layers; l++)
            {
                populations.Add(Fhn($"layer{l}", n));
                couplings.Add(new Block($"layer{l}", 3, strength, 0.4));
                if (l == 0)
                    continue;
                couplings.Add(new Diffusive($"layer{l - 1}", $"layer{l}", 0.7));
                couplings.Add(new Diffusive(new End($"layer{l - 1}", "v"), new End($"layer{l}", "v"), 1.3));
            }
        couplings.Add(new Bilinear(At(layers - 1), At(0, "v"), 0.1, "skip"));
        couplings.Add(new Bilinear("out", At(layers - 1), 0.5, "read"));
        populations.Add(new("out", new Linear(), 2));
        return new(populations, couplings);
    }

    [Theory, InlineData(false, 0.2), InlineData(true, -0.2)]
    public void A_slice_is_a_population(bool perNeuron, double strength) =>
        // 12 rows are a panel: slices begin inside one and at its edge; 48 rows are a block of a sweep.
        Gen.Select(Gen.Int[1, 4], Gen.OneOf(Gen.Int[1, 5], Gen.Int[11, 13], Gen.Const(24)), Gen.Int[1, 3], Gen.Int)
            .ForAll(
                (layers, n, samples, seed) =>
                {
                    using var one = new Rested(Ladder(layers, n, shaped: true, perNeuron, strength), layers, samples, seed);
                    using var many = new Rested(Ladder(layers, n, shaped: false, perNeuron, strength), layers, samples, seed);
                    Near(many.Potential, one.Potential);
                    Near(many.Layers("u"), one.Layers("u"));
                    Near(many.Layers("v"), one.Layers("v"));
                    foreach (string block in (string[])["in.W", "first.b", "skip.W", "read.W", "K", "b", "gamma"])
                        Near(many.Gradient(block), one.Gradient(block));
                    foreach (string field in (string[])["u", "v"])
                        if (layers > 1)
                            Assert.Equal(many.Diffusions(field), one.Diffusions(field), 1e-10);
                },
                iter: 12
            );

    private static void Near(double[] expected, double[] actual)
    {
        Assert.Equal(expected.Length, actual.Length);
        // Rest states to 1e-13, of networks whose Hessians have inverses below 10; their contrasts by the exact estimator.
        for (int i = 0; i < expected.Length; i++)
            Assert.Equal(expected[i], actual[i], 1e-10 * Math.Max(1, Math.Abs(expected[i])));
    }

    /// <summary>A network at rest, with the exact gradient of a quadratic cost of its readout.</summary>
    private sealed class Rested : IDisposable
    {
        private readonly Machine<double> _machine;
        private readonly State<double> _state;
        private readonly int _layers;
        private readonly bool _shaped;

        public Rested(Network network, int layers, int samples, int seed)
        {
            _layers = layers;
            _machine = new(network, new Rng(1));
            _shaped = network.Populations.Any(p => p.Name == "layer");
            foreach (var p in _machine.Parameters)
            {
                // Values by what they are, not by where they lie; matrices below norm 0.9 at every size: wider ones oscillate.
                string name = p.Name[(p.Name.LastIndexOf('.') + 1)..];
                for (int i = 0; i < p.Values.Length; i++)
                    if (name is "K" or "b" && p.Name.StartsWith("layer", StringComparison.Ordinal))
                        p.Values[i] = LadderWave(name == "K" ? 1 : 2, Layer(p.Name) * p.Values.Length + i) * 0.5;
                    else if (name == "W")
                        p.Value[i / p.Cols, i % p.Cols] = LadderWave(3 + p.Name.Length, i) * 0.9 / Math.Max(3, Math.Max(p.Rows, p.Cols));
                    else if (name == "gamma")
                        p.Values[i] = 0.8 + 0.1 * LadderWave(5, i);
            }
            _machine.Load();
            _state = _machine.CreateState(samples, allFields: true);
            using var inputs = new Tensor<double>("x", 3, samples, 0, 0, false);
            for (int i = 0; i < 3 * samples; i++)
                inputs.Values[i] = LadderWave(seed % 1000, i);
            _state.Clamp(0, inputs.Value);
            using var ws = new Workspace<double>();
            _machine.LoadConstants(_state, ws);
            BlockSweeps.FeedForward(_machine, _state, ws);
            var report = Relaxers.HandOver.Relax(_machine, _state, new(4000, 1e-13));
            Assert.True(report.Converged, $"{report}");
            Potential = _machine.Potential(_state);

            using var derivative = _machine.CreateState(samples, allFields: true);
            using var hessian = new HessianOperator<double>(_machine, _state, ws);
            derivative.Clear();
            int output = network.IndexOf("out");
            for (int l = 0; l < samples; l++)
            for (int i = 0; i < 2; i++)
                derivative.X(output, 0)[i, l] = 0.5 - _state.X(output, 0)[i, l];
            double[] right = new double[hessian.Size * samples],
                solution = new double[right.Length];
            hessian.Gather(derivative, right);
            var solved = new Minres<double>(hessian.Size, samples).Solve(hessian, right, solution, 1e-14, 40 * hessian.Size);
            Assert.True(solved.LargestResidual < 1e-11, $"{solved}");
            hessian.Scatter(solution, derivative, masked: false);
            using var contrasts = new Contrasts<double>(_machine, samples);
            contrasts.Clamp(0, inputs.Value);
            contrasts.ReadTangent(_state, derivative, 0, samples);
            contrasts.Gradient(samples, 0, 1, ws.Gemm);
        }

        public double[] Potential { get; }

        private static double LadderWave(int seed, int i) => Hamiltonian.LadderCase.Wave(seed, i);

        private int Layer(string parameter) =>
            _shaped ? 0 : int.Parse(parameter["layer".Length..parameter.IndexOf('.', StringComparison.Ordinal)]);

        /// <summary>A field of all layers.</summary>
        public double[] Layers(string field)
        {
            int f = field == "u" ? 0 : 1;
            string[] names = _shaped ? ["layer"] : [.. Enumerable.Range(0, _layers).Select(l => $"layer{l}")];
            return
            [
                .. names.SelectMany(name =>
                {
                    var x = _state.X(_machine.Network.IndexOf(name), f);
                    return Enumerable.Range(0, x.Rows).SelectMany(r => x.Row(r).ToArray());
                }),
            ];
        }

        /// <summary>The gradient of a block of parameters, of all layers; what layers share, summed.</summary>
        public double[] Gradient(string block)
        {
            var tensors = _machine.Parameters.Where(p =>
                block.Contains('.') ? p.Name == block
                : block == "gamma" ? p.Name.EndsWith(".gamma", StringComparison.Ordinal)
                : p.Name.StartsWith("layer", StringComparison.Ordinal) && p.Name.EndsWith(".block." + block, StringComparison.Ordinal)
            );
            double[][] all =
            [
                .. tensors.Select(t => Enumerable.Range(0, t.Values.Length).Select(i => t.Gradient[i / t.Cols, i % t.Cols]).ToArray()),
            ];
            return block == "gamma" ? [.. Enumerable.Range(0, all[0].Length).Select(i => all.Sum(g => g[i]))] : [.. all.SelectMany(g => g)];
        }

        /// <summary>The gradient of one diffusion for all.</summary>
        public double Diffusions(string field) =>
            _machine
                .Parameters.Where(p =>
                    p.Name.EndsWith(".D", StringComparison.Ordinal) && p.Name.Contains(".v", StringComparison.Ordinal) == (field == "v")
                )
                .Sum(p => p.Gradients.ToArray().Sum());

        public void Dispose()
        {
            _machine.Dispose();
            _state.Dispose();
        }
    }

    [Fact]
    public void A_configuration_states_shapes_and_slices()
    {
        var options = new NetworkOptions(
            [
                new("x", 4),
                new(
                    "layer",
                    Shape: [3, 2],
                    Neuron: "fitzhugh-nagumo",
                    Parameters: new Dictionary<string, double[]> { ["k"] = [0.1] },
                    Train: ["k"],
                    PerNeuron: true,
                    Shared: [0]
                ),
            ],
            [
                new("bilinear", "layer[0]", "x", Sd: 0.1),
                new CouplingOptions("diffusive-along", "layer.v", D: 2).With("axis", 0),
                new CouplingOptions("block", "layer[-1].v", Sd: 0.3).With("units", 5).With("strength", -0.1),
            ]
        );
        var network = options.Build();
        Assert.Equal("[3, 2]", network.Populations[1].Shape.ToString());
        Assert.Equal(2, network.Populations[1].Parameters["k"].Length);
        Assert.Equal(["x-layer[0]", "layer.v.D", "layer[-1].v.block"], network.Couplings.Select(c => c.Name));
        var written = new Experiment(NetworkOptions.Of(network), new("layer"));
        var again = Experiment.FromJson(written.ToJson());
        Assert.Equal(written.ToJson(), again.ToJson());
        Assert.Contains("\"shape\": [", written.ToJson(), StringComparison.Ordinal);
        using var machine = new Machine<float>(again.Network.Build(), new Rng(1));
        Assert.Equal([2, 4], machine.Parameters[0].Shape);
        Assert.Equal([5, 2], machine.Parameters[2].Shape);
        Assert.Equal("periodic", again.With(["network.couplings.1.ends=periodic"]).Network.Build().Couplings[1].Words["ends"]);
    }

    /// <summary>Runs of earlier versions name the former kind.</summary>
    [Fact]
    public void Chain_diffusive_is_read_as_before()
    {
        var coupling = Assert.IsType<DiffusiveAlong>(new CouplingOptions("chain-diffusive", "h.v", D: 0.5).Build());
        Assert.Equal("h.v.chain", coupling.Name);
        Assert.Equal((0.5, 0, Boundary.Free), (coupling.D, coupling.Axis, coupling.Boundary));
    }

    public static TheoryData<string, string> Refused =>
        new()
        {
            { "slice", "'layer[3]' is no slice of population 'layer': its first axis has 3 places, 0 to 2, or from the end -1 to -3." },
            { "size", "Population 'layer' has size 5 and shape [3, 2], which is 6 neurons: give one of them." },
            { "length", "Population 'layer' has shape [3, 0]. Give at least 1." },
            { "name", "Population 'a[0]': '[' begins a slice of a population" },
            { "shared", "Population 'layer' shares parameters along axis 2; shape [3, 2] has axes 0 to 1." },
            { "axis", "acts along axis 2; 'layer' has the shape [3, 2], whose last axis is 1." },
            { "ends", "ends = 'open'." },
            { "word", "'ends' is 1; text is expected." },
            { "units", "Block 'layer.block' has 0 units: give at least 1." },
            { "f", "'3' is no function of z." },
        };

    [Theory, MemberData(nameof(Refused))]
    public void Refuses(string what, string message)
    {
        PopulationOptions layer = new("layer", Shape: [3, 2], Neuron: "fitzhugh-nagumo");
        CouplingOptions bias = new("bias", "layer");
        var error = Assert.ThrowsAny<ArgumentException>(() =>
            what switch
            {
                "slice" => Build(layer, bias with { A = "layer[3]" }),
                "size" => Build(layer with { Size = 5 }, bias),
                "length" => Build(layer with { Shape = [3, 0] }, bias),
                "name" => Build(layer with { Name = "a[0]" }, bias),
                "shared" => Build(layer with { Shared = [2] }, bias),
                "axis" => Build(layer, new CouplingOptions("diffusive-along", "layer", D: 1).With("axis", 2)),
                "ends" => new Network([], [DiffusiveAlong("open")]),
                "word" => Build(layer, new CouplingOptions("diffusive-along", "layer", D: 1).With("ends", 1)),
                "units" => Build(layer, new CouplingOptions("block", "layer").With("units", 0).With("strength", 1)),
                _ => new Network([], [new Block("layer", 1, 1, f: "3")]),
            }
        );
        Assert.Contains(message, error.Message, StringComparison.Ordinal);

        static Network Build(PopulationOptions population, CouplingOptions coupling) =>
            new NetworkOptions([population], [coupling]).Build();

        static Coupling DiffusiveAlong(string ends) =>
            CouplingKinds
                .Get("diffusive-along")
                .Make(
                    new(
                        "diffusive-along",
                        "layer",
                        null,
                        null,
                        new Dictionary<string, double> { ["d"] = 1 },
                        new Dictionary<string, string> { ["ends"] = ends }
                    )
                );
    }
}
