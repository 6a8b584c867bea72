using Nagumo.Audits;
using Nagumo.Compute;
using Nagumo.Data;
using Nagumo.Learning;

namespace Nagumo.Tests.Audits;

/// <summary>Small networks and images: 6 random pixels, 3 classes.</summary>
internal static class Tiny
{
    public const int Pixels = 6,
        Classes = 3;

    public static Samples Images(ulong seed = 7, int count = 4)
    {
        var rng = new Rng(seed);
        var pixels = new byte[count * Pixels];
        for (int i = 0; i < pixels.Length; i++)
            pixels[i] = (byte)rng.NextInt(256);
        return new([2, Pixels / 2], pixels, new ClassTargets(Classes, Enumerable.Range(0, count).Select(i => i % Classes).ToArray()));
    }

    public static PopulationOptions X => new("x", Pixels);

    public static PopulationOptions Fhn(string name, int size, double scale = 1) => new(name, size, "fitzhugh-nagumo", scale);

    public static PopulationOptions Out(string neuron = "linear") => new("out", Classes, neuron);

    public static CouplingOptions W(string to, string from, double sd, string? name = null) =>
        new("bilinear", to, from, Sd: sd, Name: name);

    public static Experiment Net(
        PopulationOptions[] populations,
        CouplingOptions[] couplings,
        string nudge = "current",
        double kappa = 1,
        ulong seed = 1
    ) =>
        new(
            new(populations, couplings),
            new("out", Kappa: kappa),
            Seed: seed,
            Estimator: new(Nudge: nudge),
            // Inputs of order 1, so that no neuron saturates.
            Pixels: new(0.5, 1)
        );

    /// <summary>x – h – out with the given hidden model.</summary>
    public static Experiment Layered(string neuron, double bias = 0.3, string nudge = "current", double kappa = 1) =>
        Net(
            [X, new("h", 5, neuron), Out()],
            [W("h", "x", 0.5), new("bias", "h", Value: bias), W("out", "h", 0.15), new("bias", "out", Value: 0.1)],
            nudge,
            kappa
        );

    public static AuditSubject Subject(Experiment e) => new(e, Images(), [0, 1, 2, 3]);
}
