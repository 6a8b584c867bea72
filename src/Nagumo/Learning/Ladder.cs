using System.Numerics;
using Nagumo.Compute;
using Nagumo.Couplings;
using Nagumo.Networks;

namespace Nagumo.Learning;

/// <summary>Layers in depth as a network: what an experiment's <c>chain</c> section stands for.</summary>
/// <remarks>
/// One population of shape [L + 1, n], the network's hidden one repeated; diffusion of each field along depth; on every layer a block and a
/// current of its own; the input's couplings into layer 0. Parameters of neurons are shared along depth. The readout is no part of it: it looks
/// at the last layer and does not act back (<see cref="Head{T}"/>). As a boundary problem it relaxes (<see cref="Relaxation.DepthRelaxer{T}"/>); as a
/// pass, the input's currents say where layer 0 begins (<see cref="EchoLearner{T}"/>). [docs/hamiltonian.md]
/// </remarks>
internal static class Ladder
{
    /// <summary>The network.</summary>
    /// <param name="shape">What the section says.</param>
    /// <param name="blocks">Layers with a block and a current: all but the last in a pass, which never comes back from there.</param>
    /// <param name="loads">Whether blocks that pull back load, as relaxing needs; a recurrence does not.</param>
    public static Network Expand(ChainShape shape, int blocks, bool loads)
    {
        var input = shape.Encoder.Ends[1].Population;
        var (layers, couplings) = Layers(shape.Chain, shape.BlockSd, blocks, loads);
        var first = At(shape.Chain, 0);
        return new(
            [Population.Clamped(input, shape.Inputs), layers],
            [
                new Bilinear(first, input, shape.Encoder.Sd, shape.Encoder.Name),
                new Bias(first.ToString(), shape.EncoderBias.Current, shape.EncoderBias.Name, shape.EncoderBias.Sd),
                .. couplings,
            ]
        );
    }

    /// <summary>The couplings that say where layer 0 begins.</summary>
    public static string[] Source(ChainShape shape) => [shape.EncoderBias.Name, shape.Encoder.Name];

    /// <summary>The layers without an input.</summary>
    /// <param name="chain">The layers.</param>
    /// <param name="blockSd">Standard deviation of the initial K.</param>
    /// <param name="blocks">Layers with a block and a current.</param>
    /// <param name="loads">Whether blocks that pull back load, as relaxing needs.</param>
    public static (Population Layers, IReadOnlyList<Coupling> Couplings) Layers(ResidualChain chain, double blockSd, int blocks, bool loads)
    {
        var trunk = chain.Trunk;
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
        var couplings = new List<Coupling>();
        for (int l = 0; l < blocks; l++)
        {
            couplings.Add(new Block(At(chain, l), chain.Units, chain.Strength, blockSd, name: $"{trunk.Name}{l}") { Loads = loads });
            couplings.Add(new Bias(At(chain, l).ToString(), 0, Current(trunk.Name, l)));
        }
        couplings.Add(new DiffusiveAlong(trunk.Name, chain.ActivatorDiffusion, name: Diffusion(trunk.Name, 0)));
        foreach (var v in trunk.Neuron!.Inhibitors)
            couplings.Add(new DiffusiveAlong(new End(trunk.Name, v.Name), chain.InhibitorDiffusion, name: Diffusion(trunk.Name, 1)));
        return (layers, couplings);
    }

    private static End At(ResidualChain chain, int l) => new(chain.Trunk.Name) { Place = l };

    /// <summary>A machine of layers without an input, in float64, as a recurrence goes through it.</summary>
    public static Machine<double> Recurrence(ResidualChain chain, double blockSd, Rng rng)
    {
        var (layers, couplings) = Layers(chain, blockSd, chain.Depth + 1, loads: false);
        var machine = new Machine<double>(new([layers], couplings), rng, responds: false);
        Draw(machine, blockSd, rng);
        machine.Load();
        return machine;
    }

    /// <summary>What learning changes, in the order of files: input, blocks, neurons, diffusions that are trained, readout.</summary>
    public static IReadOnlyList<Tensor<T>> Parameters<T>(Machine<T> machine, ChainShape shape, Head<T> head)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var (chain, trunk) = (shape.Chain, shape.Chain.Trunk.Name);
        Tensor<T> Of(string name) => machine.Parameters.First(p => p.Name == name);
        int blocks = machine.Network.Couplings.OfType<Block>().Count();
        IEnumerable<Tensor<T>> Each(Func<int, string> name) => Enumerable.Range(0, blocks).Select(l => Of(name(l)));
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
        Uniform(machine.Parameters.First(p => p.Name == $"{shape.Encoder.Name}.W"), shape.Encoder.Sd, rng);
        Draw(machine, shape.BlockSd, rng);
    }

    private static void Draw<T>(Machine<T> machine, double blockSd, Rng rng)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        foreach (var p in machine.Parameters)
            if (p.Name.EndsWith(".K", StringComparison.Ordinal))
                Uniform(p, blockSd, rng);
    }

    /// <summary>A tensor's uniform values, from the stream of its name.</summary>
    internal static void Uniform<T>(Tensor<T> tensor, double sd, Rng rng, double mean = 0)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var draw = rng.Split(tensor.Name);
        double bound = sd * Math.Sqrt(3);
        var values = new T[tensor.Rows * tensor.Cols];
        foreach (ref T w in values.AsSpan())
            w = T.CreateChecked(mean + bound * (2 * draw.NextDouble() - 1));
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
