using System.Numerics;
using Nagumo.Compute;
using Nagumo.Couplings;
using Nagumo.Networks;

namespace Nagumo.Learning;

/// <summary>Layers in depth as a network: what an experiment's <c>chain</c> section stands for.</summary>
/// <remarks>
/// One population of shape [L + 1, n], the network's hidden one repeated; diffusion of each field along depth; on every layer a block and a
/// current of its own; the input's couplings into layer 0. Parameters of neurons are shared along depth. The readout is no part of it: it looks
/// at the last layer and does not act back (<see cref="Head{T}"/>). [docs/hamiltonian.md]
/// </remarks>
internal static class Ladder
{
    /// <summary>The network.</summary>
    public static Network Expand(ChainShape shape)
    {
        var (chain, trunk) = (shape.Chain, shape.Chain.Trunk);
        var layers = new Population(
            trunk.Name,
            trunk.Neuron,
            [chain.Depth + 1, trunk.Size],
            trunk.Scale,
            trunk.Parameters,
            trunk.Trained,
            trunk.Trained.Any(name => trunk.Parameters[name].Length > 1),
            [0]
        );
        End At(int l) => new(trunk.Name) { Place = l };
        var input = shape.Encoder.Ends[1].Population;
        var couplings = new List<Coupling>
        {
            new Bilinear(At(0), input, shape.Encoder.Sd, shape.Encoder.Name),
            new Bias(At(0).ToString(), shape.EncoderBias.Current, shape.EncoderBias.Name),
        };
        for (int l = 0; l <= chain.Depth; l++)
        {
            couplings.Add(new Block(At(l), chain.Units, chain.Strength, shape.BlockSd, name: $"{trunk.Name}{l}"));
            couplings.Add(new Bias(At(l).ToString(), 0, Current(trunk.Name, l)));
        }
        couplings.Add(new DiffusiveAlong(trunk.Name, chain.ActivatorDiffusion, name: Diffusion(trunk.Name, 0)));
        foreach (var v in trunk.Neuron!.Inhibitors)
            couplings.Add(new DiffusiveAlong(new End(trunk.Name, v.Name), chain.InhibitorDiffusion, name: Diffusion(trunk.Name, 1)));
        return new([Population.Clamped(input, shape.Inputs), layers], couplings);
    }

    /// <summary>What learning changes, in the order of files: input, blocks, neurons, diffusions that are trained, readout.</summary>
    public static IReadOnlyList<Tensor<T>> Parameters<T>(Machine<T> machine, ChainShape shape, Head<T> head)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var (chain, trunk) = (shape.Chain, shape.Chain.Trunk.Name);
        Tensor<T> Of(string name) => machine.Parameters.First(p => p.Name == name);
        IEnumerable<Tensor<T>> Each(Func<int, string> name) => Enumerable.Range(0, chain.Depth + 1).Select(l => Of(name(l)));
        return
        [
            Of($"{shape.Encoder.Name}.W"),
            Of($"{shape.EncoderBias.Name}.b"),
            .. Each(l => $"{trunk}{l}.K"),
            .. Each(l => $"{trunk}{l}.b"),
            .. Each(l => $"{Current(trunk, l)}.b"),
            .. chain.Trunk.Trained.Select(name => Of($"{trunk}.{name}")),
            .. Enumerable
                .Range(0, chain.Trunk.Fields)
                .Where(f => chain.Trained.Contains(ChainOptions.Trainable[f]))
                .Select(f => Of($"{Diffusion(trunk, f)}.D")),
            head.Weights,
            head.Bias,
        ];
    }

    /// <summary>Draws the first weights: a stream for each layer, so that a chain of another depth begins with the same layers.</summary>
    public static void Draw<T>(Machine<T> machine, ChainShape shape, Rng rng)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        foreach (var p in machine.Parameters)
            if (p.Name == $"{shape.Encoder.Name}.W")
                Uniform(p, shape.Encoder.Sd, rng);
            else if (p.Name.EndsWith(".K", StringComparison.Ordinal))
                Uniform(p, shape.BlockSd, rng);
    }

    /// <summary>A tensor's uniform values, from the stream of its name.</summary>
    internal static void Uniform<T>(Tensor<T> tensor, double sd, Rng rng)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var draw = rng.Split(tensor.Name);
        double bound = sd * Math.Sqrt(3);
        var values = new T[tensor.Rows * tensor.Cols];
        foreach (ref T w in values.AsSpan())
            w = T.CreateChecked(bound * (2 * draw.NextDouble() - 1));
        tensor.Assign(values);
    }

    /// <summary>The name that a parameter had in files of earlier versions.</summary>
    public static string Former(string parameter) =>
        parameter.EndsWith(".I.b", StringComparison.Ordinal) || parameter.EndsWith("_diffusion.D", StringComparison.Ordinal)
            ? parameter[..^2]
            : parameter;

    private static string Current(string trunk, int l) => $"{trunk}{l}.I";

    private static string Diffusion(string trunk, int field) => $"{trunk}.{ChainOptions.Trainable[field]}";
}
