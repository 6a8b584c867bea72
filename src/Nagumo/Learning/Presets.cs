namespace Nagumo.Learning;

/// <summary>Ready experiments with tuned budgets; each is a plain configuration that <c>nagumo train NAME</c> runs and writes out.</summary>
/// <remarks>The configurations, with the reasons for their numbers, are the files <c>Learning/Presets/NAME.json</c>.</remarks>
public static class Presets
{
    private static readonly PresetFiles Files = new(
        "preset",
        [
            ("fhn-quick", "784-512-10 FHN, the shortest schedule that reaches 2 %"),
            ("fhn-mlp", "784-512-10 FHN"),
            ("fhn-mlp-shift", "784-512-10 FHN, images shifted by ±1 pixel"),
            ("fhn-deep", "784-512-512-10 FHN: the default"),
            ("fhn-deep-shift", "784-512-512-10 FHN, images shifted by ±1 pixel"),
            ("fhn-deep3", "784-512-512-512-10 FHN, images shifted by ±1 pixel"),
            ("ebm-mlp", "784-512-10 Hopfield energy-based model"),
            ("ebm-deep", "784-512-512-10 Hopfield energy-based model"),
            ("fhn-resistive", "FHN network of non-negative conductances only: it can be built"),
            ("fhn-resistive-low-gain", "the same with a tenth of the input voltage"),
            ("fhn-inhibitor", "784-512-10 FHN whose readout reads only inhibitors"),
            ("fhn-nonlinear-inhibitor", "nonlinear inhibitors; activators and inhibitors both coupled to the next layer's"),
            ("fhn-stack1", "one hidden FHN layer of 256, bounded norms: the depth table"),
            ("fhn-stack2", "two hidden FHN layers of 256"),
            ("fhn-stack3", "three hidden FHN layers of 256"),
            ("fhn-stack4", "four hidden FHN layers of 256"),
            ("fhn-stack5", "five hidden FHN layers of 256"),
            ("asymmetric-naive", "784-128-128-10 FHN whose weights differ forth and back, trained as if they did not"),
            ("asymmetric-corrected", "the same with the exact correction of the nudged phase"),
            ("fhn-residual", "a residual chain of FHN layers read as a layer-wise pass, trained by Hamiltonian echo"),
            ("fhn-residual-shift", "the same, images shifted by ±1 pixel"),
            ("fhn-chain", "a chain of FHN layers whose inhibitors diffuse, relaxed and trained by Equilibrium Propagation"),
            ("fhn-neurons", "784-32-10 FHN that starts nearly linear and trains k and γ of each neuron"),
        ]
    );

    /// <summary>The preset that <c>nagumo train</c> runs when none is named.</summary>
    public const string Default = "fhn-deep";

    /// <summary>Names and one-line summaries.</summary>
    public static IReadOnlyList<(string Name, string Summary)> All => Files.All;

    /// <summary>The experiment of a preset.</summary>
    /// <exception cref="ArgumentException">No such preset; the nearest is suggested.</exception>
    public static Experiment Get(string name) => Files.Get(name);

    /// <summary>The file of a preset, as JSON text with comments: <see cref="Get"/> reads it, and a configuration of one's own can start from it.</summary>
    /// <exception cref="ArgumentException">No such preset; the nearest is suggested.</exception>
    public static string Text(string name) => Files.Text(name);
}
