using Nagumo.Couplings;
using Nagumo.Networks;
using Nagumo.Neurons;

namespace Nagumo.Tests.Networks;

public sealed class NetworkTests
{
    [Theory]
    [InlineData("layers", "h1 h2 out", "h1 out | h2")]
    [InlineData("skip", "h1 h2 out", "h1 | h2 | out")]
    [InlineData("triangle", "a b out", "a | b | out")]
    [InlineData("inside", "h out", "h | out")]
    [InlineData("diffusive chain", "h1 h2 h3 out", "h1 h3 | h2 out")]
    [InlineData("resistive", "h out", "h | out")]
    public void Order_is_feed_forward_and_neighbours_differ_in_colour(string name, string order, string colours)
    {
        var network = SmallNetworks.All[name]();
        string Name(int p) => network.Populations[p].Name;
        Assert.Equal(order, string.Join(" ", network.Order.Select(Name)));
        Assert.Equal(colours, string.Join(" | ", network.Colours.Select(c => string.Join(" ", c.Select(Name)))));
    }

    [Fact]
    public void Any_graph_is_coloured() =>
        Gen.Select(Gen.Int[1, 9], Gen.Int[0, 30], Gen.Int)
            .ForAll(
                (n, m, seed) =>
                {
                    var rng = new Random(seed);
                    var populations = Enumerable
                        .Range(0, n + 1)
                        .Select(i => i == 0 ? Population.Clamped("p0", 2) : new($"p{i}", new Linear(), 2))
                        .ToArray();
                    var couplings = Enumerable
                        .Range(0, m)
                        .Select(i => new Bilinear($"p{1 + rng.Next(n)}", $"p{rng.Next(n + 1)}", 1, $"c{i}"))
                        .ToArray();
                    var network = new Network(populations, couplings);
                    Assert.Equal(Enumerable.Range(1, n), network.Order.Order());
                    Assert.Equal(Enumerable.Range(1, n), network.Colours.SelectMany(c => c).Order());
                    foreach (var colour in network.Colours)
                        Assert.DoesNotContain(
                            couplings,
                            c => c.Ends[0] != c.Ends[1] && c.Ends.All(e => colour.Contains(network.IndexOf(e.Population)))
                        );
                },
                iter: 200
            );

    [Fact]
    public void A_part_without_inputs_is_relaxed_too()
    {
        var network = new Network(
            [new("a", new Linear(), 1), new("b", new Linear(), 1), Population.Clamped("x", 1), new("c", new Linear(), 1)],
            [new Bilinear("a", "b", 1), new Bilinear("c", "x", 1)]
        );
        Assert.Equal([3, 0, 1], network.Order);
    }

    public static TheoryData<string, string> Refused =>
        new()
        {
            { "unknown population", "There is no population 'hiden'. Did you mean 'hidden'?" },
            { "unknown field", "Population 'hidden' has no field 'w'. It has: u, v." },
            { "field of clamped", "Population 'x' has no field 'v'. It has: u." },
            { "population twice", "Two populations are called 'hidden'" },
            { "coupling twice", "Two couplings are called 'x-hidden'" },
            { "nothing to relax", "The network has no population to relax" },
            { "size", "Population 'p' has size 0. Give at least 1." },
            { "scale", "Population 'p' has scale 0. Give a finite number > 0." },
            { "unknown parameter", "Population 'p' has no parameter 'kk'. It has: a, gamma, k, tau." },
            { "number of values", "Population 'p', parameter 'k': 2 values given, 1 or 3 expected." },
            { "range", "gamma = -1 is outside [1E-06, ∞)" },
            { "train tau", "Population 'p': 'tau' is a time constant" },
            { "train unknown", "Population 'p' has no parameter 'kk'" },
            { "train clamped", "Population 'p' has no parameter 'k'" },
        };

    [Theory, MemberData(nameof(Refused))]
    public void Refuses(string what, string message)
    {
        static Population Given(string key, params double[] values) =>
            new("p", new FitzHughNagumo(), 3, parameters: new Dictionary<string, double[]> { [key] = values });
        var x = Population.Clamped("x", 2);
        var hidden = new Population("hidden", new FitzHughNagumo(), 3);
        var error = Assert.ThrowsAny<ArgumentException>(() =>
            (object)(
                what switch
                {
                    "unknown population" => new Network([x, hidden], [new Bilinear("hiden", "x", 1)]),
                    "unknown field" => new Network([x, hidden], [new Bilinear(new End("hidden", "w"), "x", 1)]),
                    "field of clamped" => new Network([x, hidden], [new Bilinear("hidden", new End("x", "v"), 1)]),
                    "population twice" => new Network([x, hidden, hidden], []),
                    "coupling twice" => new Network([x, hidden], [new Bilinear("hidden", "x", 1), new Bilinear("hidden", "x", 1)]),
                    "nothing to relax" => new Network([x], []),
                    "size" => new Population("p", new FitzHughNagumo(), 0),
                    "scale" => new Population("p", new FitzHughNagumo(), 1, 0),
                    "unknown parameter" => Given("kk", 1),
                    "number of values" => Given("k", 1, 1),
                    "range" => Given("gamma", -1),
                    "train tau" => new Population("p", new FitzHughNagumo(), 3, trained: ["tau"]),
                    "train unknown" => new Population("p", new FitzHughNagumo(), 3, trained: ["kk"]),
                    _ => new Population("p", null, 3, trained: ["k"]),
                }
            )
        );
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
    }
}
