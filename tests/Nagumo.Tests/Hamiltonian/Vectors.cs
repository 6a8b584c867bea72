using System.Text.Json.Nodes;
using Nagumo.Compute;
using Nagumo.Learning;
using Nagumo.Networks;
using Nagumo.Neurons;

namespace Nagumo.Tests.Hamiltonian;

/// <summary>Expected values of an independent program (complex step and linear solves; conventions in docs/hamiltonian.md).</summary>
internal static class Vectors
{
    private static readonly Lazy<JsonNode> All = new(() =>
        JsonNode.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Hamiltonian", "vectors.json")))!
    );

    /// <summary>The cases of a kind.</summary>
    public static JsonArray Cases(string kind) => All.Value[kind]!.AsArray();

    public static double Number(this JsonNode node, string key) => node[key]!.GetValue<double>();

    public static int Whole(this JsonNode node, string key) => node[key]!.GetValue<int>();

    /// <summary>A list of numbers, or nested lists row after row.</summary>
    public static double[] Numbers(this JsonNode node, string key) => Flat(node[key]!);

    /// <summary>A list of layers.</summary>
    public static double[][] Layers(this JsonNode node, string key) => [.. node[key]!.AsArray().Select(x => Flat(x!))];

    /// <summary>The chain of a model: U_l has −h I u, which the chain holds as its current h I.</summary>
    public static Machine<double> Chain(JsonNode model)
    {
        int n = model.Whole("n"),
            m = model.Whole("m"),
            depth = model.Whole("L");
        var trunk = new Population(
            "layer",
            new FitzHughNagumo(tau: 0.3),
            n,
            model.Number("h"),
            new Dictionary<string, double[]>
            {
                ["k"] = [model.Number("k")],
                ["gamma"] = [model.Number("gamma")],
                ["a"] = [model.Number("a")],
            },
            trained: ["k", "gamma", "a"]
        );
        var machine = Ladder.Recurrence(new(trunk, depth, m, model.Number("s"), model.Number("g"), model.Number("d")), 0, new Rng(1));
        var (k, b) = (model.Layers("K"), model.Layers("b"));
        for (int l = 0; l <= depth; l++)
        {
            k[l].CopyTo(machine.Of("K", l).Values);
            b[l].CopyTo(machine.Of("b", l).Values);
            machine.Of("I.b", l).Values.Fill(model.Number("h") * model.Number("I"));
        }
        machine.Load();
        return machine;
    }

    /// <summary>A parameter of one layer.</summary>
    public static Tensor<double> Of(this Machine<double> machine, string name, int layer) =>
        machine.Parameters.First(p => p.Name == $"layer{layer}.{name}");

    /// <summary>A machine's gradients under the vectors' names; k, γ, a, I, g and d are shared by all layers.</summary>
    public static Dictionary<string, double[]> Gradients(Machine<double> machine, int layers)
    {
        double Of(string name) => machine.Parameters.First(p => p.Name == "layer." + name).Gradients[0];
        double[] Each(string name) => [.. Enumerable.Range(0, layers).SelectMany(l => machine.Of(name, l).Gradients.ToArray())];
        return new()
        {
            ["K"] = Each("K"),
            ["b"] = Each("b"),
            ["k"] = [Of("k")],
            ["gamma"] = [Of("gamma")],
            ["a"] = [Of("a")],
            ["I"] = [machine.Network.Populations[0].Scale * Each("I.b").Sum()],
            ["g"] = [Of("activator_diffusion.D")],
            ["d"] = [Of("inhibitor_diffusion.D")],
        };
    }

    /// <summary>Largest difference relative to the largest expected number.</summary>
    public static double Distance(ReadOnlySpan<double> expected, ReadOnlySpan<double> actual)
    {
        Assert.Equal(expected.Length, actual.Length);
        double worst = 0,
            scale = 0;
        for (int i = 0; i < expected.Length; i++)
        {
            worst = Math.Max(worst, Math.Abs(expected[i] - actual[i]));
            scale = Math.Max(scale, Math.Abs(expected[i]));
        }
        return worst / Math.Max(scale, double.Epsilon);
    }

    private static double[] Flat(JsonNode node) => node is JsonArray list ? [.. list.SelectMany(x => Flat(x!))] : [node.GetValue<double>()];
}
