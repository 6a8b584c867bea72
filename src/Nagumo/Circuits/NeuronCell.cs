namespace Nagumo.Circuits;

/// <summary>A neuron as an instance of a subcircuit: the nodes at which it meets the others, and what they are called inside.</summary>
/// <param name="name">The instance, e.g. Xh_0.</param>
/// <param name="model">What its subcircuit is called, e.g. fitzhugh_nagumo_h; one of another structure gets another name.</param>
internal sealed class NeuronCell(string name, string model)
{
    private readonly List<(string Node, string Inside)> _ports = [];

    /// <summary>The instance.</summary>
    public string Name { get; } = name;

    /// <summary>The subcircuit.</summary>
    public string Model { get; } = model;

    /// <summary>The nodes outside and inside, in the order of the subcircuit's terminals.</summary>
    public IReadOnlyList<(string Node, string Inside)> Ports => _ports;

    /// <summary>A node of its own, as ngspice calls it from outside.</summary>
    public string Internal(string node) => $"{Name.ToLowerInvariant()}.{node}";

    /// <summary>Makes a node a terminal.</summary>
    public void AddPort(string node, string inside) => _ports.Add((node, inside));

    /// <summary>A node as it is called inside; one from outside, such as a reference voltage, becomes a terminal.</summary>
    public string Inside(string node)
    {
        if (node == Element.Ground)
            return node;
        string own = Internal("");
        if (node.StartsWith(own, StringComparison.Ordinal))
            return node[own.Length..];
        foreach (var (outside, inside) in _ports)
            if (outside == node)
                return inside;
        AddPort(node, node);
        return node;
    }
}
