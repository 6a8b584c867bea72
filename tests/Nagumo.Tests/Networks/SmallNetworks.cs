using Nagumo.Compute;
using Nagumo.Couplings;
using Nagumo.Networks;
using Nagumo.Neurons;

namespace Nagumo.Tests.Networks;

/// <summary>Small networks of every kind of neuron, coupling and graph. Input "x", readout "out".</summary>
internal static class SmallNetworks
{
    private static readonly Population X = Population.Clamped("x", 5);

    public static IReadOnlyDictionary<string, Func<Network>> All { get; } =
        new Dictionary<string, Func<Network>>
        {
            ["layers"] = () =>
                new(
                    [X, Fhn("h1", 7), Fhn("h2", 6, 0.5), Out()],
                    [
                        new Bilinear("h1", "x", 0.3),
                        new Bias("h1", 0.875),
                        new Bilinear("h2", "h1", 0.03),
                        new Bias("h2", 0.4),
                        new Bilinear("out", "h2", 0.05),
                    ]
                ),
            ["wide"] = () =>
                // More than 32 rows and columns: products read packed copies.
                new(
                    [X, Fhn("h1", 40), Fhn("h2", 35), Out()],
                    [new Bilinear("h1", "x", 0.3), new Bilinear("h2", "h1", 0.02), new Bilinear("out", "h2", 0.02)]
                ),
            ["skip"] = () =>
                new(
                    [X, Fhn("h1", 7), Fhn("h2", 6), Out()],
                    [
                        new Bilinear("h1", "x", 0.3),
                        new Bilinear("h2", "h1", 0.03),
                        new Bilinear("out", "h2", 0.05),
                        new Bilinear("out", "h1", 0.05),
                    ]
                ),
            ["triangle"] = () =>
                new(
                    [X, Fhn("a", 6), Fhn("b", 7), Out()],
                    [
                        new Bilinear("a", "x", 0.3),
                        new Bilinear("b", "a", 0.03),
                        new Bilinear("out", "a", 0.03),
                        new Bilinear("out", "b", 0.03),
                        new Bias("b", 0.875),
                    ]
                ),
            ["inside"] = () =>
                new(
                    [X, Fhn("h", 7), Out()],
                    [
                        new Bilinear("h", "x", 0.3),
                        new Bilinear("h", "h", 0.02, "inner"),
                        new Resistive("h", "h", 0, 0.02, "shunt"),
                        new Bilinear("out", "h", 0.05),
                    ]
                ),
            ["hopfield"] = () =>
                new(
                    [X, new("h", new Hopfield(), 8), Out()],
                    [new Bilinear("h", "x", 0.5), new Bias("h", 0.3), new Bilinear("out", "h", 0.1)]
                ),
            ["log-cosh"] = () =>
                new(
                    [X, new("h", new LogCoshNeuron(), 4, parameters: new Dictionary<string, double[]> { ["s"] = [0.5, 1, 1.5, 2] }), Out()],
                    [new Bilinear("h", "x", 0.5), new Bilinear("out", "h", 0.1)]
                ),
            ["resistive"] = () =>
                new(
                    [X, Population.Fixed("rail", [1, -0.5]), Fhn("h", 6), Out()],
                    [
                        new DifferentialResistive("h", "x", 20, 0.3),
                        new Resistive("h", "rail", 0, 0.4),
                        new Resistive("out", "h", 0, 0.1),
                        new DifferentialResistive("out", "rail", 5, 0.1),
                    ]
                ),
            ["diffusive chain"] = () =>
                new(
                    [X, Fhn("h1", 6), Fhn("h2", 6), Fhn("h3", 6), Out()],
                    [
                        new Bilinear("h1", "x", 0.3),
                        new Diffusive("h1", "h2", 0.2),
                        new Diffusive(new End("h1", "v"), new End("h2", "v"), 0.1),
                        new Diffusive("h2", "h3", 0.2),
                        new Bilinear("out", "h3", 0.05),
                    ]
                ),
            ["inhibitors"] = () =>
                new(
                    [X, Fhn("h1", 6), Fhn("h2", 5), Out()],
                    [
                        new Bilinear("h1", "x", 0.3),
                        new Bilinear(new End("h2", "v"), new End("h1", "v"), 0.03),
                        new Bilinear("h2", new End("h1", "v"), 0.03),
                        new Bilinear(new End("h2", "v"), "h1", 0.03),
                        new Bilinear("out", new End("h2", "v"), 0.03),
                    ]
                ),
            ["slow inhibitor read"] = () =>
                new(
                    [X, new("h", new TwoTimescaleFitzHughNagumo(), 6), Out()],
                    [new Bilinear("h", "x", 0.3), new Bilinear("out", new End("h", "w"), 0.1)]
                ),
            ["nonlinear inhibitors"] = () =>
                new(
                    [X, new("h", new NonlinearInhibitorFitzHughNagumo(), 6), new("out", new NonlinearInhibitorFitzHughNagumo(), 3)],
                    [
                        new Bilinear("h", "x", 0.3),
                        new Bilinear("out", "h", 0.02),
                        new Bilinear(new End("out", "v"), new End("h", "v"), 0.02),
                    ]
                ),
            ["trained neurons"] = () =>
                new(
                    [
                        X,
                        new("h", new FitzHughNagumo(), 6, trained: ["k", "gamma"], perNeuron: true),
                        new("out", new Linear(), 3, trained: ["c"]),
                    ],
                    [new Bilinear("h", "x", 0.3), new Bilinear("out", "h", 0.05)]
                ),
        };

    public static TheoryData<string> Names => [.. All.Keys];

    /// <summary>Clamps the input of a state to normal numbers, laid out as images are: sample by sample.</summary>
    public static unsafe Buffer<T> Clamp<T>(Machine<T> machine, State<T> s, Rng rng)
        where T : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<T>
    {
        int x = machine.Network.IndexOf("x"),
            n = machine.Network.Populations[x].Size;
        var images = new Buffer<T>((long)n * s.Lanes);
        foreach (ref T value in images.Span)
            value = T.CreateChecked(rng.NextNormal());
        s.Clamp(x, new MatView<T>(images.Pointer, n, s.Lanes, 1, n));
        return images;
    }

    private static Population Fhn(string name, int size, double scale = 1) => new(name, new FitzHughNagumo(), size, scale);

    private static Population Out() => new("out", new Linear(), 3);
}
