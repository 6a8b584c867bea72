using Nagumo.Couplings;
using Nagumo.Networks;

namespace Nagumo.Relaxation;

/// <summary>Layers in depth: one population of shape [layers, n] whose fields diffuse along its first axis.</summary>
internal static class Depth
{
    /// <summary>Why a network is none; null where it is one.</summary>
    public static string? Fault(Network network)
    {
        Population[] relaxed = [.. network.Populations.Where(p => !p.IsClamped)];
        if (relaxed is not [{ Shape.Count: 2 } layers])
            return $"this network relaxes {string.Join(", ", relaxed.Select(p => $"'{p.Name}' {p.Shape}"))}";
        if (layers.Fields > 2 || layers.Box is not null)
            return $"'{layers.Name}' has {(layers.Box is null ? $"{layers.Fields - 1} inhibitors" : "a box")}";
        for (int f = 0; f < layers.Fields; f++)
            if (DiffusionOf(network, network.IndexOf(layers.Name), f) < 0)
                return $"nothing joins the {(f == 0 ? "activators" : "inhibitors")} of '{layers.Name}'";
        return null;
    }

    /// <summary>Whether a coupling joins layers.</summary>
    public static bool IsAlong(Coupling c) => c is DiffusiveAlong { Axis: 0, Boundary: Boundary.Free };

    /// <summary>The coupling that joins the layers of a field; −1 for none.</summary>
    public static int DiffusionOf(Network network, int population, int field)
    {
        for (int c = 0; c < network.Couplings.Count; c++)
            if (
                IsAlong(network.Couplings[c])
                && network.Couplings[c].Ends[0].Place is null
                && network.Locate(network.Couplings[c].Ends[0]) is var (p, f)
                && (p, f) == (population, field)
            )
                return c;
        return -1;
    }
}
