using Nagumo.Compute;
using Nagumo.Couplings;

namespace Nagumo.Networks;

/// <summary>A network: populations joined by couplings, H = Σ s_p h_p + Σ terms. The definition only: no scalar type, no buffers.</summary>
/// <remarks>Any graph: layers, skips, triangles, couplings inside a population.</remarks>
public sealed class Network
{
    private readonly Dictionary<string, int> _index = [];

    /// <param name="populations">At least one that is not clamped; unique names.</param>
    /// <param name="couplings">Terms between their fields; unique names.</param>
    /// <exception cref="ArgumentException">A name that is unknown or used twice, sizes that do not fit, nothing to relax.</exception>
    public Network(IReadOnlyList<Population> populations, IReadOnlyList<Coupling> couplings)
    {
        (Populations, Couplings) = (populations, couplings);
        for (int p = 0; p < populations.Count; p++)
            if (!_index.TryAdd(populations[p].Name, p))
                throw new ArgumentException($"Two populations are called '{populations[p].Name}'. Give each its own name.");
        if (populations.All(p => p.IsClamped))
            throw new ArgumentException("The network has no population to relax: give at least one a neuron model.");
        var names = new HashSet<string>();
        foreach (var c in couplings)
        {
            if (!names.Add(c.Name))
                throw new ArgumentException($"Two couplings are called '{c.Name}'. Give each its own name.");
            c.Validate(Shapes(c));
            if (c.Ends.All(e => Populations[IndexOf(e.Population)].IsClamped))
                throw new ArgumentException($"Coupling '{c.Name}' joins clamped populations only: it drives nothing.");
        }
        (Order, Colours) = Colouring();
    }

    /// <summary>The populations, clamped ones included.</summary>
    public IReadOnlyList<Population> Populations { get; }

    /// <summary>The couplings.</summary>
    public IReadOnlyList<Coupling> Couplings { get; }

    /// <summary>Relaxed populations in feed-forward order: breadth first from the clamped ones.</summary>
    internal int[] Order { get; }

    /// <summary>Relaxed populations by colour of the coupling graph, colours in feed-forward order: one block sweep.</summary>
    internal int[][] Colours { get; }

    /// <summary>Index of a population.</summary>
    /// <exception cref="ArgumentException">No population of this name; the nearest one is suggested.</exception>
    public int IndexOf(string population) =>
        _index.TryGetValue(population, out int p)
            ? p
            : throw new ArgumentException($"There is no population '{population}'.{Nearest.Hint(population, _index.Keys)}");

    /// <summary>Population, field index (0 the activator) and neurons of an end.</summary>
    internal EndPlace Locate(End end)
    {
        int p = IndexOf(end.Population);
        int f = Populations[p].Neuron?.FieldIndex(end.Field) ?? (end.Field == "u" ? 0 : -1);
        if (f < 0)
            throw new ArgumentException(
                $"Population '{end.Population}' has no field '{end.Field}'. It has: {string.Join(", ", Populations[p].Neuron?.Fields.Select(s => s.Name) ?? ["u"])}."
            );
        if (end.Place is not { } place)
            return new(p, f, 0, Populations[p].Size);
        var shape = Populations[p].Shape;
        if (place < -shape[0] || place >= shape[0])
            throw new ArgumentException(
                $"'{end}' is no slice of population '{end.Population}': its first axis has {shape[0]} places, 0 to {shape[0] - 1}, or from the end -1 to {-shape[0]}."
            );
        return new(p, f, (place < 0 ? place + shape[0] : place) * shape.Stride(0), shape.Stride(0));
    }

    internal EndShape[] Shapes(Coupling coupling) =>
        coupling
            .Ends.Select(e =>
            {
                var at = Locate(e);
                var population = Populations[at.Population];
                return new EndShape(at.Count, at.Field > 0, population.IsClamped)
                {
                    Shape = e.Place is null ? population.Shape : population.Shape.Slice,
                };
            })
            .ToArray();

    /// <summary>Name and shape of every block of parameters, in the order of a machine's: the couplings', then the neurons'. Nothing is allocated.</summary>
    internal IEnumerable<(string Name, Shape Shape)> Blocks() =>
        Couplings
            .SelectMany(c => c.Tensors(Shapes(c)).Select(t => ($"{c.Name}.{t.Name}", Shape.Of([.. t.Shape]))))
            .Concat(Populations.SelectMany(p => p.Trained.Select(name => ($"{p.Name}.{name}", (Shape)p.Parameters[name].Length))));

    private (int[] Order, int[][] Colours) Colouring()
    {
        int n = Populations.Count;
        var neighbours = new SortedSet<int>[n];
        for (int p = 0; p < n; p++)
            neighbours[p] = [];
        foreach (var c in Couplings)
        foreach (var a in c.Ends)
        foreach (var b in c.Ends)
            if (IndexOf(a.Population) != IndexOf(b.Population))
                neighbours[IndexOf(a.Population)].Add(IndexOf(b.Population));

        var order = new List<int>();
        var queue = new Queue<int>(Enumerable.Range(0, n).Where(p => Populations[p].IsClamped));
        var seen = new HashSet<int>(queue);
        // A network without clamped inputs, or a part that none reaches, starts at its first population.
        for (int start = 0; ; )
        {
            while (queue.TryDequeue(out int p))
            {
                if (!Populations[p].IsClamped)
                    order.Add(p);
                foreach (int q in neighbours[p])
                    if (seen.Add(q))
                        queue.Enqueue(q);
            }
            while (start < n && seen.Contains(start))
                start++;
            if (start == n)
                break;
            seen.Add(start);
            queue.Enqueue(start);
        }

        var colour = new Dictionary<int, int>();
        foreach (int p in order)
        {
            int c = 0;
            while (neighbours[p].Any(q => colour.TryGetValue(q, out int other) && other == c))
                c++;
            colour[p] = c;
        }
        return (order.ToArray(), order.GroupBy(p => colour[p]).OrderBy(g => g.Key).Select(g => g.ToArray()).ToArray());
    }
}
