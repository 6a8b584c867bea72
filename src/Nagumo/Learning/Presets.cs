namespace Nagumo.Learning;

/// <summary>Ready experiments with tuned budgets; each is a plain configuration that <c>nagumo train NAME</c> runs and writes out.</summary>
public static class Presets
{
    private const int Inputs = 784,
        Classes = 10;

    /// <summary>The FHN neuron's bias a/γ at its defaults: a hidden bias of scale × this centres the response.</summary>
    private const double Centre = 0.875;

    /// <summary>c₁ = 1/γ − k of the default FHN neuron: the slope of its force at the centre.</summary>
    private const double Slope = 0.25;

    private static readonly IReadOnlyDictionary<string, (string Summary, Func<Experiment> Build)> Known = new Dictionary<
        string,
        (string Summary, Func<Experiment> Build)
    >
    {
        ["fhn-quick"] = ("784-512-10 FHN, the shortest schedule that reaches 2 %", Quick),
        ["fhn-mlp"] = ("784-512-10 FHN", () => FhnMlp("fhn-mlp")),
        ["fhn-mlp-shift"] = ("784-512-10 FHN, images shifted by ±1 pixel", () => Shifted(FhnMlp("fhn-mlp-shift"), 24, 5e-4)),
        ["fhn-deep"] = ("784-512-512-10 FHN: the default", () => FhnDeep("fhn-deep")),
        ["fhn-deep-shift"] = ("784-512-512-10 FHN, images shifted by ±1 pixel", () => Shifted(FhnDeep("fhn-deep-shift"), 15, 1e-3)),
        ["fhn-deep3"] = ("784-512-512-512-10 FHN, images shifted by ±1 pixel", () => FhnStack("fhn-deep3", 3, 512)),
        ["ebm-mlp"] = ("784-512-10 Hopfield energy-based model", EbmMlp),
        ["ebm-deep"] = ("784-512-512-10 Hopfield energy-based model", EbmDeep),
        ["fhn-resistive"] = (
            "FHN network of non-negative conductances only: it can be built",
            () => FhnResistive("fhn-resistive", gain: 500, kappa: 50)
        ),
        ["fhn-resistive-low-gain"] = (
            "the same with a tenth of the input voltage",
            () => FhnResistive("fhn-resistive-low-gain", gain: 50, kappa: 100)
        ),
        ["fhn-inhibitor"] = ("784-512-10 FHN whose readout reads only inhibitors", FhnInhibitor),
        ["fhn-nonlinear-inhibitor"] = ("nonlinear inhibitors; activators and inhibitors both coupled to the next layer's", FhnNonlinear),
        ["fhn-stack1"] = ("one hidden FHN layer of 256, bounded norms: the depth table", () => FhnStack("fhn-stack1", 1, 256)),
        ["fhn-stack2"] = ("two hidden FHN layers of 256", () => FhnStack("fhn-stack2", 2, 256)),
        ["fhn-stack3"] = ("three hidden FHN layers of 256", () => FhnStack("fhn-stack3", 3, 256)),
        ["fhn-stack4"] = ("four hidden FHN layers of 256", () => FhnStack("fhn-stack4", 4, 256)),
        ["fhn-stack5"] = ("five hidden FHN layers of 256", () => FhnStack("fhn-stack5", 5, 256)),
        ["asymmetric-naive"] = (
            "784-128-128-10 FHN whose weights differ forth and back, trained as if they did not",
            () => Asymmetric("asymmetric-naive", "none")
        ),
        ["asymmetric-corrected"] = (
            "the same with the exact correction of the nudged phase",
            () => Asymmetric("asymmetric-corrected", "antisymmetric")
        ),
        ["fhn-residual"] = (
            "a residual chain of FHN layers read as a layer-wise pass, trained by Hamiltonian echo",
            () => Residual("fhn-residual")
        ),
        ["fhn-residual-shift"] = ("the same, images shifted by ±1 pixel", () => Shifted(Residual("fhn-residual-shift"), 10)),
        ["fhn-chain"] = ("a chain of FHN layers whose inhibitors diffuse, relaxed and trained by Equilibrium Propagation", Chain),
        ["fhn-neurons"] = ("784-32-10 FHN that starts nearly linear and trains k and γ of each neuron", FhnNeurons),
    };

    private static Experiment Asymmetric(string name, string correction) =>
        new(
            new(
                [Clamped("x", Inputs), Fhn("h1", 128), Fhn("h2", 128), Linear("out", Classes)],
                [
                    Weights("h1", "x", 0.040),
                    Bias("h1", Centre),
                    new("asymmetric", "h2", "h1", Sd: 0.5 * Slope / Math.Sqrt(128), Correlation: 0),
                    Bias("h2", Centre),
                    new("asymmetric", "out", "h2", Sd: 0.02, Correlation: 0),
                    Bias("out", 0),
                ]
            ),
            new("out", Kappa: 5),
            name,
            Epochs: 5,
            Free: new(8, 0),
            Nudged: new(8, 0),
            Estimator: new(Correction: correction),
            Optimizer: new()
        );

    /// <summary>The preset that <c>nagumo train</c> runs when none is named.</summary>
    public const string Default = "fhn-deep";

    /// <summary>Names and one-line summaries.</summary>
    public static IReadOnlyList<(string Name, string Summary)> All => [.. Known.Select(p => (p.Key, p.Value.Summary))];

    /// <summary>The experiment of a preset.</summary>
    /// <exception cref="ArgumentException">No such preset; the nearest is suggested.</exception>
    public static Experiment Get(string name) =>
        Known.TryGetValue(name, out var preset)
            ? preset.Build()
            : throw new ArgumentException($"There is no preset '{name}'.{Nearest.Hint(name, [.. Known.Keys])}");

    private static Experiment FhnMlp(string name) =>
        new(
            new(
                [Clamped("x", Inputs), Fhn("h1", 512), Linear("out", Classes)],
                [Weights("h1", "x", 0.040), Bias("h1", Centre), Weights("out", "h1", 0.0044), Bias("out", 0)]
            ),
            new("out", Kappa: 5),
            name,
            Epochs: 30,
            Optimizer: new(WeightDecay: 0.1),
            Pixels: new(Dropout: 0.2)
        );

    /// <summary>Fewer sweeps and a mild dropout: on held-out samples the lowest error for the time.</summary>
    private static Experiment Quick() =>
        FhnMlp("fhn-quick") with
        {
            Epochs = 6,
            Free = new(3, 0),
            Nudged = new(2, 0),
            Optimizer = new(),
            Pixels = new(Dropout: 0.1),
        };

    /// <summary>A small network of neurons that start nearly linear (k = 0.1): learning gives each its own k and γ.</summary>
    private static Experiment FhnNeurons()
    {
        var quick = Quick();
        var hidden = quick.Network.Populations[1] with
        {
            Size = 32,
            Parameters = new Dictionary<string, double[]> { ["k"] = [0.1] },
            Train = ["k", "gamma"],
            PerNeuron = true,
        };
        return quick with
        {
            Name = "fhn-neurons",
            Network = quick.Network with { Populations = [quick.Network.Populations[0], hidden, quick.Network.Populations[2]] },
            Optimizer = new(Rates: Rates(("h1", 3e-3))),
            Pixels = new(),
        };
    }

    /// <summary>
    /// β = 0.05: at 0.2 the nudged phases of the worst-fitted images leave the linear range, and the gradient's cosine falls to 0.97.
    /// Six free sweeps: after four, a trained network's test error moves by up to 0.05 points on the way to rest, after six by 0.01.
    /// </summary>
    private static Experiment FhnDeep(string name)
    {
        const double taper = 0.3;
        return new(
            new(
                [Clamped("x", Inputs), Fhn("h1", 512), Fhn("h2", 512, taper), Linear("out", Classes)],
                [
                    Weights("h1", "x", 0.040),
                    Bias("h1", Centre),
                    Weights("h2", "h1", Slope * taper / Math.Sqrt(512)),
                    Bias("h2", taper * Centre),
                    Weights("out", "h2", 0.0044),
                    Bias("out", 0),
                ]
            ),
            new("out", Kappa: 10),
            name,
            Epochs: 20,
            Estimator: new(Beta: 0.05),
            Free: new(6, 0),
            Optimizer: new(WeightDecay: 0.1, Rates: Rates(("h1-h2", 3e-5), ("h2.bias", 3e-4))),
            Pixels: new(Dropout: 0.2)
        );
    }

    /// <summary>Images shifted by ±1 pixel in place of pixel dropout and weight decay; all rates scale with the given one.</summary>
    private static Experiment Shifted(Experiment e, int epochs, double rate) =>
        e with
        {
            Epochs = epochs,
            Pixels = new(Shift: 1),
            Optimizer = e.Optimizer with
            {
                WeightDecay = 0,
                Rate = rate,
                Rates = e.Optimizer.Rates?.ToDictionary(r => r.Key, r => r.Value * rate / e.Optimizer.Rate),
            },
        };

    /// <summary>What a stack of so many equal hidden layers needs to come to rest in its own sweeps, as found on held-out samples.</summary>
    /// <param name="NormBound">Largest ‖W‖₂ between hidden layers, in units of c₁.</param>
    /// <param name="Start">Initial spread of those weights, in units of c₁/√n.</param>
    /// <param name="Rate">Their learning rate.</param>
    /// <param name="Free">Free sweeps.</param>
    /// <param name="Nudged">Nudged sweeps.</param>
    /// <param name="OverRelaxation">ω.</param>
    private sealed record Depth(double NormBound, double Start, double Rate, int Free, int Nudged, double OverRelaxation);

    private static readonly Depth[] Depths =
    [
        new(1, 0.5, 7.5e-5, 4, 3, 1),
        new(1, 0.5, 7.5e-5, 6, 4, 1.2),
        new(1, 0.5, 7.5e-5, 6, 4, 1.2),
        new(0.8, 0.4, 6e-5, 10, 8, 1.3),
        new(0.6, 0.3, 4.5e-5, 14, 11, 1.3),
    ];

    /// <summary>A stack of equal FHN layers with bounded norms, images shifted by ±1 pixel: what makes three and more hidden layers converge.</summary>
    private static Experiment FhnStack(string name, int depth, int width)
    {
        var tuned = Depths[depth - 1];
        var populations = new List<PopulationOptions> { Clamped("x", Inputs) };
        var couplings = new List<CouplingOptions>();
        var rates = new Dictionary<string, double>();
        var bounds = new Dictionary<string, double>();
        for (int l = 1; l <= depth; l++)
        {
            string below = populations[^1].Name,
                layer = $"h{l}";
            populations.Add(Fhn(layer, width));
            couplings.Add(Weights(layer, below, l == 1 ? 0.040 : tuned.Start * Slope / Math.Sqrt(width)));
            couplings.Add(Bias(layer, Centre));
            if (l == 1)
                continue;
            rates[$"{below}-{layer}"] = tuned.Rate;
            bounds[$"{below}-{layer}"] = tuned.NormBound * Slope;
        }
        string last = populations[^1].Name;
        populations.Add(Linear("out", Classes));
        couplings.Add(Weights("out", last, 0.0044 * 0.02));
        couplings.Add(Bias("out", 0));
        // A small, bounded output weight behind a large gain: it pulls on a soft last layer by 1/κ² only.
        rates[$"{last}-out"] = 2e-4;
        bounds[$"{last}-out"] = 0.3;
        return new(
            new(populations, couplings),
            new("out", Kappa: 50),
            name,
            Epochs: 10,
            // Behind so large a gain a β of 0.2 moves the outputs by several of their own scales on badly fitted images.
            Estimator: new(Beta: 0.02),
            Free: new(tuned.Free, 0, tuned.OverRelaxation),
            Nudged: new(tuned.Nudged, 0, tuned.OverRelaxation),
            Optimizer: new(Rates: rates, NormBounds: bounds),
            Pixels: new(Shift: 1)
        );
    }

    private static Experiment EbmMlp() =>
        new(
            new(
                [Clamped("x", Inputs), new("h1", 512, "hopfield"), Linear("out", Classes)],
                [Weights("h1", "x", 0.021), Bias("h1", 0.3), Weights("out", "h1", 0.0133), Bias("out", 0)]
            ),
            new("out", Kappa: 5),
            "ebm-mlp",
            Epochs: 30,
            Optimizer: new(WeightDecay: 0.1, Rates: Rates(("x-h1", 3e-4))),
            Pixels: new(Dropout: 0.2)
        );

    private static Experiment EbmDeep() =>
        new(
            new(
                [Clamped("x", Inputs), new("h1", 512, "hopfield"), new("h2", 512, "hopfield", 0.5), Linear("out", Classes)],
                [
                    Weights("h1", "x", 0.021),
                    Bias("h1", 0.3),
                    Weights("h2", "h1", 0.022),
                    Bias("h2", 0.15),
                    Weights("out", "h2", 0.0133),
                    Bias("out", 0),
                ]
            ),
            new("out", Kappa: 10),
            "ebm-deep",
            Epochs: 20,
            Optimizer: new(WeightDecay: 0.1, Rates: Rates(("x-h1", 3e-4), ("h1-h2", 1.5e-4), ("h2.bias", 5e-4))),
            Pixels: new(Dropout: 0.2)
        );

    private static Experiment FhnResistive(string name, double gain, double kappa) =>
        new(
            new(
                [Clamped("x", Inputs), new("rail", Values: [1]), Fhn("h1", 512), Linear("out", 2 * Classes)],
                [
                    new("differential-resistive", "h1", "x", Sd: 0.040, Gain: gain),
                    new("differential-resistive", "h1", "rail", Sd: 0, Mean: Centre, Gain: gain),
                    new("resistive", "out", "h1", Low: 0, High: 0.008),
                    new("differential-resistive", "out", "rail", Sd: 0, Gain: gain),
                ]
            ),
            new("out", Kappa: kappa, Paired: true),
            name,
            Epochs: 20,
            Optimizer: new(WeightDecay: 0.1),
            Pixels: new(Dropout: 0.2)
        );

    /// <summary>
    /// The readout answers inhibitors, which answer the readout: the loop's gain is ‖W‖²/γ, so W is bounded and a larger κ makes up for it.
    /// Without the bound the sweeps diverged in the sixth epoch.
    /// </summary>
    private static Experiment FhnInhibitor() =>
        new(
            new(
                [Clamped("x", Inputs), Fhn("h1", 512), Linear("out", Classes)],
                [Weights("h1", "x", 0.040), Bias("h1", Centre), Weights("out", "h1.v", 0.0011), Bias("out", 0)]
            ),
            new("out", Kappa: 20),
            "fhn-inhibitor",
            Epochs: 20,
            Free: new(6, 0),
            Nudged: new(5, 0),
            Optimizer: new(WeightDecay: 0.1, NormBounds: Rates(("h1.v-out", 0.5))),
            Pixels: new(Dropout: 0.2)
        );

    private static Experiment FhnNonlinear()
    {
        const string model = "fitzhugh-nagumo-nonlinear-inhibitor";
        return new(
            new(
                [Clamped("x", Inputs), new("h1", 256, model), new("out", Classes, model)],
                [Weights("h1", "x", 0.040), Bias("h1", 1), Weights("out", "h1", 0.002), Weights("out.v", "h1.v", 0.002), Bias("out", 1)]
            ),
            new("out", Kappa: 10),
            "fhn-nonlinear-inhibitor",
            Epochs: 15,
            Estimator: new(Beta: 0.02),
            Optimizer: new(WeightDecay: 0.1, Rates: Rates(("h1-out", 3e-4), ("h1.v-out.v", 3e-4))),
            Pixels: new(Dropout: 0.2)
        );
    }

    /// <summary>The layer of a chain: x → n FHN neurons → readout, weights of a spread that suits the inputs' norm.</summary>
    private static NetworkOptions Layer(int size, double step, double k, double gamma, double encoderSd, double decoderSd) =>
        new(
            [
                Clamped("x", Inputs),
                Fhn("layer", size, step) with
                {
                    Parameters = new Dictionary<string, double[]>
                    {
                        ["k"] = [k],
                        ["gamma"] = [gamma],
                        ["a"] = [0],
                        ["tau"] = [0.3],
                    },
                },
                Linear("out", Classes),
            ],
            [Weights("layer", "x", encoderSd), Bias("layer", 0), Weights("out", "layer", decoderSd), Bias("out", 0)]
        );

    /// <summary>Large d and small γ keep every layer elliptic, where a pass neither loses nor amplifies; the encoder and the penalty keep |u| below √3.</summary>
    private static Experiment Residual(string name)
    {
        const int size = 256;
        return new(
            Layer(size, step: 0.25, k: 0.6, gamma: 0.2, encoderSd: 1 / 9.2, decoderSd: 1 / Math.Sqrt(size)),
            new("out", Kappa: 8),
            name,
            Epochs: 8,
            Batch: 100,
            Estimator: new(Beta: 3e-3),
            Optimizer: new(Rate: 2e-3),
            Pixels: new(Mean: 0, Gain: 1),
            Chain: new("pass", Depth: 6, BlockStrength: 0.25, InhibitorDiffusion: 25, ActivityPenalty: 0.02)
        );
    }

    private static Experiment Shifted(Experiment e, int epochs) => e with { Epochs = epochs, Pixels = e.Pixels with { Shift = 1 } };

    /// <summary>d = 6 couples the inhibitors so far that activators which are unstable alone settle; a block of inhibitor type keeps that so for any K.</summary>
    private static Experiment Chain()
    {
        const int size = 256,
            depth = 4;
        return new(
            Layer(size, step: 1, k: 0.45, gamma: 1, encoderSd: 0.5 / 9.2, decoderSd: 1 / Math.Sqrt(size)),
            new("out", Kappa: 8),
            "fhn-chain",
            Epochs: 6,
            Batch: 128,
            Estimator: new(Beta: 0.1),
            Free: new(40, 1e-3),
            Nudged: new(40, 1e-3),
            Evaluation: new(400, 1e-5),
            Optimizer: new(Rate: 2e-3, NormBounds: Enumerable.Range(0, depth + 1).ToDictionary(l => $"layer{l}.K", _ => 4.5)),
            Pixels: new(Gain: 1, Shift: 1),
            Chain: new("boundary", depth, BlockStrength: -0.1, InhibitorDiffusion: 6, BlockSd: 1.5 / Math.Sqrt(size))
        );
    }

    private static PopulationOptions Clamped(string name, int size) => new(name, size);

    private static PopulationOptions Fhn(string name, int size, double scale = 1) => new(name, size, "fitzhugh-nagumo", scale);

    private static PopulationOptions Linear(string name, int size) => new(name, size, "linear");

    private static CouplingOptions Weights(string to, string from, double sd) => new("bilinear", to, from, Sd: sd);

    private static CouplingOptions Bias(string population, double value) => new("bias", population, Value: value);

    private static Dictionary<string, double> Rates(params (string Name, double Rate)[] rates) =>
        rates.ToDictionary(r => r.Name, r => r.Rate);
}
