using Nagumo.Compute;

namespace Nagumo.Networks;

/// <content>Fields by name, as a program reads and writes them: lane by lane, the neurons of a lane side by side.</content>
public sealed partial class State<T>
{
    private readonly Machine<T> _machine;
    private readonly Dictionary<int, Buffer<T>> _written = [],
        _nudges = [];
    private Workspace<T>? _own;
    private int _loaded;

    private Network Network => _machine.Network;

    /// <summary>A copy of a field, [lanes × neurons].</summary>
    /// <param name="field">"h1" or "h1.u" for activators, "h1.v" for inhibitors of that name, "x" for clamped values.</param>
    /// <exception cref="ArgumentException">No such field, one that nobody wrote yet, or an inhibitor that is not stored.</exception>
    public T[] Read(string field)
    {
        var x = Stored(field);
        T[] values = new T[Lanes * x.Rows];
        for (int r = 0; r < x.Rows; r++)
        for (int lane = 0; lane < Lanes; lane++)
            values[lane * x.Rows + r] = x[r, lane];
        return values;
    }

    /// <summary>Sets a field; a clamped population keeps the values while the others relax.</summary>
    /// <param name="field">As in <see cref="Read"/>.</param>
    /// <param name="values">[lanes × neurons]; or [neurons], the same for every lane.</param>
    /// <exception cref="ArgumentException">No such field, fixed values, a wrong number of values, or one that is not finite.</exception>
    public void Write(string field, ReadOnlySpan<T> values)
    {
        var (p, _) = Find(field);
        var population = Network.Populations[p];
        if (population.Rail is not null)
            throw new ArgumentException($"The values of '{population.Name}' are fixed by the network: they cannot be written.");
        Require(field, population.Size, values);
        if (population.IsClamped)
            (_x[p][0], _loaded) = (Own(_written, p), 0);
        Set(Stored(field), values);
    }

    /// <summary>A constant current into the activators of a population, beside all other drives, while this state relaxes: a nudge is −β ∂C/∂u.</summary>
    /// <param name="population">A population that relaxes.</param>
    /// <param name="current">[lanes × neurons], or [neurons] for every lane; empty: none.</param>
    /// <exception cref="ArgumentException">A clamped or unknown population, a wrong number of values, or one that is not finite.</exception>
    public void Nudge(string population, ReadOnlySpan<T> current)
    {
        int p = Network.IndexOf(population);
        if (Network.Populations[p].IsClamped)
            throw new ArgumentException($"'{population}' is clamped: nudge a population that relaxes.");
        _loaded = 0;
        if (current.IsEmpty)
        {
            if (_nudges.Remove(p, out var old))
                old.Dispose();
            return;
        }
        Require(population, Network.Populations[p].Size, current);
        Set(Own(_nudges, p), current);
    }

    /// <summary>A state of the same fields, clamped values and nudges, in memory of its own.</summary>
    public State<T> Copy()
    {
        var copy = new State<T>(_machine, Capacity, AllFields);
        copy.Resize(Lanes);
        copy.CopyFrom(this, 0);
        foreach (int p in Enumerable.Range(0, _x.Length).Where(p => Network.Populations[p] is { IsClamped: true, Rail: null }))
            if (!_x[p][0].IsEmpty)
                copy.Write(Network.Populations[p].Name, Read(Network.Populations[p].Name));
        foreach (var (p, nudge) in _nudges)
            nudge.Span.CopyTo((copy._nudges[p] = new(nudge.Length)).Span);
        return copy;
    }

    /// <summary>What one thread needs while this state relaxes.</summary>
    internal Workspace<T> Workspace => Shared ?? (_own ??= new());

    /// <summary>A workspace that others own.</summary>
    internal Workspace<T>? Shared { get; init; }

    /// <summary>Says that the constant drives are those of the machine's present parameters.</summary>
    internal void Loaded() => _loaded = _machine.Version;

    /// <summary>Computes the constant drives, nudges included, where inputs, nudges or parameters changed since.</summary>
    /// <exception cref="InvalidOperationException">A clamped population holds no values yet.</exception>
    internal void Prepare()
    {
        if (_loaded == _machine.Version)
            return;
        foreach (var population in Network.Populations)
            if (population.IsClamped && _x[Network.IndexOf(population.Name)][0].IsEmpty)
                throw new InvalidOperationException($"'{population.Name}' is clamped and holds no values yet: write them first.");
        _machine.LoadConstants(this, Workspace);
        foreach (int p in _nudges.Keys)
            _constant[p][0].Add(T.One, Own(_nudges, p));
    }

    private EndPlace Find(string field) =>
        // A population's name may hold a point.
        Network.Locate(Network.Populations.Any(p => p.Name == field) ? new Couplings.End(field) : Couplings.End.Parse(field));

    private MatView<T> Stored(string field)
    {
        var place = Find(field);
        var (p, f) = place;
        var x = _x[p][f];
        if (!x.IsEmpty)
            return place.Of(x);
        throw new ArgumentException(
            Network.Populations[p].IsClamped
                ? $"'{Network.Populations[p].Name}' is clamped and holds no values yet: write them first."
                : $"The state does not store '{field}', which follows from the activators: create it with allFields: true."
        );
    }

    private void Require(string field, int neurons, ReadOnlySpan<T> values)
    {
        if (values.Length != Lanes * neurons && values.Length != neurons)
            throw new ArgumentException(
                $"{Counted.Of(values.Length, "value")} for '{field}': give {Lanes * neurons}, {neurons} for each of {Lanes} lanes, or {neurons} for all."
            );
        for (int i = 0; i < values.Length; i++)
            if (!T.IsFinite(values[i]))
                throw new ArgumentException($"Value {i} for '{field}' is {values[i]}: give finite numbers.");
    }

    private static void Set(MatView<T> x, ReadOnlySpan<T> values)
    {
        int stride = values.Length == x.Rows ? 0 : x.Rows;
        for (int r = 0; r < x.Rows; r++)
        for (int lane = 0; lane < x.Cols; lane++)
            x[r, lane] = values[lane * stride + r];
    }

    /// <summary>Memory of this state's own for one value a neuron and lane.</summary>
    private MatView<T> Own(Dictionary<int, Buffer<T>> memory, int p)
    {
        int size = Network.Populations[p].Size;
        if (!memory.TryGetValue(p, out var buffer))
            memory[p] = buffer = new((long)size * Capacity);
        return buffer.View(0, size, Lanes, Capacity);
    }

    private void DisposeValues()
    {
        foreach (var buffer in _written.Values.Concat(_nudges.Values))
            buffer.Dispose();
        _own?.Dispose();
    }
}
