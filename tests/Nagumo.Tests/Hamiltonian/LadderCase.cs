using System.Text.Json.Nodes;
using Nagumo.Data;
using Nagumo.Learning;

namespace Nagumo.Tests.Hamiltonian;

/// <summary>A small ladder whose inputs and weights are written down by formula, and the numbers that an earlier, separate implementation gave for it.</summary>
/// <remarks>
/// File Vectors/ladders.json: for each case the free state, both nudged states (centred, β = 0.1) and the gradients of all parameters, in
/// float64. States are [layer][field][neuron][sample]: of a boundary problem at rest, of a pass on its way forward (free) and back (plus, minus).
/// Gradients: "centred" and "one_sided" (β = 0.1), "exact", and for boundary problems "few": six free and five nudged steps, far from rest.
/// </remarks>
internal sealed record LadderCase(string Name, string Reading, double Strength, bool Inhibitor, double Du, double Dv)
{
    public const int Inputs = 5,
        Size = 4,
        Units = 3,
        Depth = 3,
        Classes = 3,
        Samples = 3;

    public const double Beta = 0.1;

    private static readonly Lazy<JsonNode> File = new(() =>
        JsonNode.Parse(System.IO.File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Vectors", "ladders.json")))!
    );

    public static readonly IReadOnlyList<LadderCase> All =
    [
        .. from reading in (string[])["boundary", "pass"]
        from strength in (double[])[0.2, -0.2]
        from inhibitor in (bool[])[true, false]
        from strong in (bool[])[true, false]
        let diffusion = (reading, strong) switch
        {
            ("boundary", true) => (1.0, 6.0),
            // Nearly uncoupled layers.
            ("boundary", false) => (0.02, 0.01),
            (_, true) => (1.0, 25.0),
            _ => (3.0, 8.0),
        }
        select new LadderCase(
            $"{reading} {(strength > 0 ? "+" : "-")} {(inhibitor ? "u, v" : "u")} {(strong ? "strong" : "weak")}",
            reading,
            strength,
            inhibitor,
            diffusion.Item1,
            diffusion.Item2
        ),
    ];

    public static TheoryData<string> Names => [.. All.Select(c => c.Name)];

    public static TheoryData<string> Boundaries => [.. All.Where(c => !c.IsPass).Select(c => c.Name)];

    public static TheoryData<string> Passes => [.. All.Where(c => c.IsPass).Select(c => c.Name)];

    public static LadderCase Get(string name) => All.Single(c => c.Name == name);

    public bool IsPass => Reading == "pass";

    /// <summary>A recorded list of numbers: "free", "plus", "minus", or "centred.K" and the like.</summary>
    public double[] Recorded(string what) =>
        [.. what.Split('.').Aggregate(File.Value[Name]!, (node, key) => node[key]!).AsArray().Select(x => x!.GetValue<double>())];

    /// <summary>The parameters of which a gradient is recorded.</summary>
    public IEnumerable<string> Blocks => File.Value[Name]!["centred"]!.AsObject().Select(p => p.Key);

    /// <summary>Numbers without pattern in [−1, 1].</summary>
    public static double Wave(int seed, int i) => Math.Sin(1.7 * seed + 2.3 * i + 0.11 * i * i);

    /// <summary>The value of element i of a parameter: W_in [n × inputs], b_in [n], K [layers × m × n], b [layers × m], I [layers × n], W_out, b_out.</summary>
    public static double Value(string block, int i) =>
        block switch
        {
            "W_in" => 0.5 * Wave(1, i),
            "b_in" => 0.2 * Wave(2, i),
            "K" => 0.6 * Wave(3, i),
            "b" => 0.4 * Wave(4, i),
            "I" => 0.1 * Wave(5, i),
            "W_out" => 0.8 * Wave(6, i),
            "b_out" => 0.3 * Wave(7, i),
            _ => throw new ArgumentException(block),
        };

    /// <summary>Three samples of five numbers, three classes.</summary>
    public static Samples Set { get; } =
        new(
            [Inputs],
            new ReadOnlyMemory<float>([.. Enumerable.Range(0, Samples * Inputs).Select(i => (float)Wave(8, i))]),
            new ClassTargets(Classes, new[] { 2, 0, 1 })
        );

    public Experiment Experiment(EstimatorOptions estimator, int free = 2000, int nudged = 2000) =>
        new(
            new(
                [
                    new("x", Inputs),
                    Inhibitor
                        ? new(
                            "layer",
                            Size,
                            "fitzhugh-nagumo",
                            Scale: IsPass ? 0.25 : 1,
                            Parameters: new Dictionary<string, double[]>
                            {
                                ["k"] = [0.45],
                                ["gamma"] = [IsPass ? 0.2 : 1],
                                ["a"] = [0.05],
                                ["tau"] = [0.3],
                            },
                            Train: ["k", "gamma", "a"]
                        )
                        : new(
                            "layer",
                            Size,
                            Scale: IsPass ? 0.25 : 1,
                            Potential: "c*u^2/2 + u^4/12",
                            Parameters: new Dictionary<string, double[]> { ["c"] = [0.6] },
                            Train: ["c"]
                        ),
                    new("out", Classes, "linear"),
                ],
                [new("bilinear", "layer", "x", Sd: 0.1), new("bias", "layer"), new("bilinear", "out", "layer", Sd: 0.5), new("bias", "out")]
            ),
            new("out", Kappa: 2),
            "ladder",
            Batch: Samples,
            Estimator: estimator,
            Free: new(free, 0),
            Nudged: new(nudged, 0),
            Pixels: new(Mean: 0, Gain: 1),
            Chain: new(
                Reading,
                Depth,
                Strength,
                Dv,
                Du,
                Units,
                Amplitude: IsPass ? 1.1 : null,
                ActivityPenalty: IsPass ? 0.5 : null,
                Train: Inhibitor ? ["activator_diffusion", "inhibitor_diffusion"] : ["activator_diffusion"]
            )
        );
}
