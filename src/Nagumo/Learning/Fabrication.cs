using Nagumo.Compute;
using Nagumo.Kernels;
using Nagumo.Networks;
using Nagumo.Symbolics;

namespace Nagumo.Learning;

/// <summary>The neurons of a chip: each with its own parameters, p e^{σξ}.</summary>
internal static class Fabrication
{
    /// <summary>A neuron is given up after so many draws that were bistable or out of range.</summary>
    private const int Draws = 10_000;

    /// <summary>The network with neurons as the chip has them. Trained parameters stay as they are: the device map differs them.</summary>
    /// <exception cref="ArgumentException">No draw of a neuron answers every drive with one rest state.</exception>
    public static Network Fabricate(Network network, HardwareOptions options)
    {
        if (options.NeuronMismatch == 0)
            return network;
        var chip = new Rng(options.Chip).Split("neurons");
        return new(
            [.. network.Populations.Select(p => p.IsClamped ? p : Fabricate(p, options.NeuronMismatch, chip.Split(p.Name)))],
            network.Couplings
        );
    }

    private static Population Fabricate(Population p, double spread, Rng rng)
    {
        var neuron = p.Neuron!;
        string[] drawn = [.. neuron.Parameters.Select(q => q.Name).Where(q => !p.Trained.Contains(q))];
        var parameters = p.Parameters.ToDictionary(q => q.Key, q => q.Value);
        foreach (string name in drawn)
            parameters[name] = new double[p.Size];
        var equations = new LocalEquations(p, new bool[1 + neuron.Inhibitors.Count]);
        var joint = equations.Eliminated is null && neuron.Inhibitors.Count == 1 ? new JointSlope(equations) : null;
        var one = new Dictionary<string, double>();
        for (int i = 0; i < p.Size; i++)
        {
            int draws = 0;
            do
            {
                if (draws++ == Draws)
                    throw new ArgumentException(
                        $"hardware.neuron_mismatch = {spread:R}: of {Draws} draws, none of a neuron of '{p.Name}' was in range with a unique response. Lower it."
                    );
                foreach (var q in neuron.Parameters)
                {
                    double nominal = p.Parameter(q.Name, i);
                    one[q.Name] = drawn.Contains(q.Name) ? nominal * Math.Exp(spread * rng.NextNormal()) : nominal;
                }
            } while (!neuron.Parameters.All(q => one[q.Name] >= q.Min && one[q.Name] <= q.Max) || !IsUnique(p, equations, joint, one));
            foreach (string name in drawn)
                parameters[name][i] = one[name];
        }
        return new(
            p.Name,
            neuron,
            p.Shape,
            p.Scale,
            parameters,
            p.Trained,
            perNeuron: p.Trained.Any(t => p.Parameters[t].Length > 1),
            p.Shared
        );
    }

    /// <summary>Whether the neuron alone, without loads, has one rest state for every drive.</summary>
    private static bool IsUnique(Population p, LocalEquations equations, JointSlope? joint, Dictionary<string, double> parameters)
    {
        double Value(Symbol s) => parameters.GetValueOrDefault(s.Name);
        var range = p.Box is { } box ? new Enclosure(box.Low, box.High) : Response.Everywhere;
        return joint is not null
            ? joint.Find([.. equations.Uniforms.Select(Value)], range) is null
            : equations.Eliminated is null || Response.Increases(equations.Reduced, equations.X[0], Value, range).Holds;
    }
}
