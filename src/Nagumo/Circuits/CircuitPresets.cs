using Nagumo.Learning;
using Nagumo.Neurons;
using Nagumo.Relaxation;

namespace Nagumo.Circuits;

/// <summary>Ready networks for circuits: small enough to be drawn, simulated and built.</summary>
public static class CircuitPresets
{
    /// <summary>The FHN neuron's bias a/γ at its defaults: scale × this centres the response.</summary>
    private const double Centre = 0.875;

    private const double Taper = 0.5;

    /// <summary>c₁ = 1/γ − k at its defaults: the least slope of I(u).</summary>
    private const double Slope = 0.25;

    private static readonly IReadOnlyDictionary<string, (string Summary, Func<Experiment> Build)> Known = new Dictionary<
        string,
        (string Summary, Func<Experiment> Build)
    >
    {
        ["iris-fhn"] = ("iris through three layers of FHN neurons, 4-30-30-3, signed weights as transconductor pairs", Fhn),
        ["iris-rails"] = ("the same from passive resistors between differential rails", Rails),
        ["iris"] = ("iris through one layer of FHN neurons, 4-6-3: small enough to learn in ngspice", Learned),
    };

    /// <summary>Names and one-line summaries.</summary>
    public static IReadOnlyList<(string Name, string Summary)> All => [.. Known.Select(p => (p.Key, p.Value.Summary))];

    /// <summary>The experiment of a preset; its data set is iris.</summary>
    /// <exception cref="ArgumentException">No such preset; the nearest is suggested.</exception>
    public static Experiment Get(string name) =>
        Known.TryGetValue(name, out var preset)
            ? preset.Build()
            : throw new ArgumentException($"There is no circuit preset '{name}'.{Nearest.Hint(name, [.. Known.Keys])}");

    /// <summary>
    /// The norms between layers are bounded so that every rest state is unique, whatever the data: the reduced energy is convex where
    /// ‖W₁‖²/(s₁s₂) + ‖W₂‖²/(s₂s₃) &lt; c₁², s the scales; here the left side is half of the right one. κ makes up for the small outputs, and β for κ.
    /// </summary>
    private static Experiment Fhn() =>
        new(
            new(
                [new("x", 4), Neurons("h1", 30, 1), Neurons("h2", 30, Taper), Neurons("out", 3, Taper)],
                [
                    new("bilinear", "h1", "x", Sd: 0.3),
                    new("bias", "h1", Value: Centre),
                    new("bilinear", "h2", "h1", Sd: 0.02),
                    new("bias", "h2", Value: Taper * Centre),
                    new("bilinear", "out", "h2", Sd: 0.02),
                    new("bias", "out", Value: Taper * Centre),
                ]
            ),
            new("out", Kappa: 10),
            "iris-fhn",
            "iris",
            Epochs: 60,
            Batch: 20,
            Estimator: new(Beta: 0.01),
            Free: new(30, 0),
            Nudged: new(20, 0),
            Optimizer: new(
                Rate: 3e-3,
                Rates: new Dictionary<string, double> { ["h1-h2"] = 1e-3 },
                NormBounds: new Dictionary<string, double> { ["h1-h2"] = 0.35 * Slope, ["h2-out"] = 0.25 * Slope }
            ),
            Pixels: new(0.5, 4)
        );

    /// <summary>Resistors load what they drive by as much as they can pull it: no bound is needed.</summary>
    private static Experiment Rails() =>
        Fhn() with
        {
            Name = "iris-rails",
            Readout = new("out", Kappa: 5),
            Estimator = new(),
            Optimizer = new(Rate: 3e-3, Rates: new Dictionary<string, double> { ["h1-h2"] = 1e-3 }),
            Network = new(
                [new("x", 4), new("rail", Values: [1]), Neurons("h1", 30, 1), Neurons("h2", 30, Taper), Neurons("out", 3, Taper)],
                [
                    new("differential-resistive", "h1", "x", Sd: 0.3, Gain: 10),
                    new("differential-resistive", "h1", "rail", Sd: 0, Mean: Centre, Gain: 10),
                    new("rail-resistive", "h2", "h1", Sd: 0.02),
                    new("differential-resistive", "h2", "rail", Sd: 0, Mean: Taper * Centre, Gain: 10),
                    new("rail-resistive", "out", "h2", Sd: 0.02),
                    new("differential-resistive", "out", "rail", Sd: 0, Mean: Taper * Centre, Gain: 10),
                ]
            ),
        };

    /// <summary>The output's weights are bounded below c₁ = 1/γ − k, so that every rest state stays unique; κ makes up for it.</summary>
    private static Experiment Learned() =>
        new(
            new(
                [new("x", 4), Neurons("h", 6, 1), new("out", 3, "linear")],
                [
                    new("bilinear", "h", "x", Sd: 0.6),
                    new("bias", "h", Value: Centre),
                    new("bilinear", "out", "h", Sd: 0.05),
                    new("bias", "out"),
                ]
            ),
            new("out", Kappa: 20),
            "iris",
            "iris",
            Epochs: 30,
            Batch: 120,
            Estimator: new(Beta: 0.002),
            Free: new(60, 1e-6),
            Nudged: new(60, 1e-6),
            Optimizer: new(Rate: 0.04, NormBounds: new Dictionary<string, double> { ["h-out"] = 0.25 }),
            Pixels: new(0.5, 2)
        );

    private static PopulationOptions Neurons(string name, int size, double scale) => new(name, size, "fitzhugh-nagumo", scale);
}
