using Nagumo.Compute;
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
                    double nominal = p.Parameters[q.Name] is { Length: > 1 } each ? each[i] : p.Parameters[q.Name][0];
                    one[q.Name] = drawn.Contains(q.Name) ? nominal * Math.Exp(spread * rng.NextNormal()) : nominal;
                }
            } while (!neuron.Parameters.All(q => one[q.Name] >= q.Min && one[q.Name] <= q.Max) || !IsUnique(equations, one));
            foreach (string name in drawn)
                parameters[name][i] = one[name];
        }
        return new(p.Name, neuron, p.Size, p.Scale, parameters, p.Trained, perNeuron: p.Trained.Any(t => p.Parameters[t].Length > 1));
    }

    /// <summary>Whether the neuron alone, without loads, has one rest state for every drive; a nonlinear inhibitor is not looked at.</summary>
    private static bool IsUnique(LocalEquations equations, Dictionary<string, double> parameters) =>
        equations.Eliminated is null
        || Response.IsMonotone(equations.Reduced, equations.X[0], s => parameters.GetValueOrDefault(s.Name), out _);
}
