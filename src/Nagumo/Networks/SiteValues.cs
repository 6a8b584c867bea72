using System.Numerics;
using Nagumo.Compute;
using Nagumo.Kernels;
using Nagumo.Symbolics;

namespace Nagumo.Networks;

/// <summary>The numbers of one population that are constant along a row of lanes: its parameters and the loads of its fields, one for all neurons or one each.</summary>
internal sealed class SiteValues<T> : IDisposable
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly Population _population;
    private readonly LocalEquations _equations;
    private readonly bool[] _loaded;
    private readonly Buffer<T> _constants;
    private readonly Rows<T>[] _uniforms,
        _unloaded;
    private readonly List<(Tensor<T> Tensor, int Uniform, int[] Which)> _spread = [];

    /// <param name="population">The population; not clamped.</param>
    /// <param name="equations">Its equations.</param>
    /// <param name="loaded">Whether some coupling loads the field, by field.</param>
    /// <param name="trained">The trained parameters' blocks, by parameter name.</param>
    public SiteValues(Population population, LocalEquations equations, bool[] loaded, IReadOnlyDictionary<string, Tensor<T>> trained)
    {
        (_population, _equations, _loaded, Trained) = (population, equations, loaded, trained);
        Vary = trained.Count > 0 || loaded.Any(l => l) || population.Parameters.Values.Any(v => v.Length > 1);
        var (symbols, n) = (equations.Uniforms, population.Size);
        _constants = new((long)symbols.Length * n + 1);
        _uniforms = new Rows<T>[symbols.Length];
        for (int i = 0; i < symbols.Length; i++)
            _uniforms[i] = Bind(i);
        var zero = Rows<T>.Shared(_constants.View((long)symbols.Length * n, 1, 1));
        _unloaded = [.. symbols.Select((s, i) => equations.Loads.Contains(s) ? zero : _uniforms[i])];

        Rows<T> Bind(int i)
        {
            string name = symbols[i].Name;
            if (trained.TryGetValue(name, out var tensor))
            {
                // Values that neurons share along an axis are spread over all of them by Load.
                if (tensor.Rows == 1 || tensor.Rows == n)
                    return tensor.Rows == 1 ? Rows<T>.Shared(tensor.Value) : Rows<T>.From(tensor.Value);
                _spread.Add((tensor, i, [.. Enumerable.Range(0, n).Select(r => population.Which(tensor.Rows, r))]));
                return Own(i, perNeuron: true);
            }
            if (population.Parameters.TryGetValue(name, out var values))
                for (int r = 0; r < (values.Length > 1 ? n : 1); r++)
                    Part(i)[r] = T.CreateChecked(population.Parameter(name, r));
            int field = Array.IndexOf(equations.Loads, symbols[i]);
            return Own(i, perNeuron: values?.Length > 1 || (field >= 0 && loaded[field]));
        }

        Rows<T> Own(int i, bool perNeuron)
        {
            var view = _constants.View(i * n, n, 1, 1);
            return perNeuron ? Rows<T>.From(view) : Rows<T>.Shared(view);
        }
    }

    /// <summary>Parameters that learning may change, by name.</summary>
    public IReadOnlyDictionary<string, Tensor<T>> Trained { get; }

    /// <summary>Whether values differ between neurons or change while learning.</summary>
    public bool Vary { get; }

    /// <summary>All of them as operands, in the order of <see cref="LocalEquations.Uniforms"/>.</summary>
    public ReadOnlySpan<Rows<T>> Rows => _uniforms;

    /// <summary>The same without loads: what a layer is by itself.</summary>
    public ReadOnlySpan<Rows<T>> Unloaded => _unloaded;

    /// <summary>Whether anything loads some field.</summary>
    public bool Loaded => _loaded.Any(l => l);

    /// <summary>The load of each neuron's field, written by the machine when parameters change; empty when nothing loads it.</summary>
    public Span<T> Loads(int field) => _loaded[field] ? Part(Array.IndexOf(_equations.Uniforms, _equations.Loads[field])) : default;

    /// <summary>Takes over trained values that neurons share along an axis.</summary>
    public void Load()
    {
        foreach (var (tensor, uniform, which) in _spread)
        {
            var part = Part(uniform);
            for (int i = 0; i < which.Length; i++)
                part[i] = tensor.Values[which[i]];
        }
    }

    /// <summary>The value of a parameter or load at neuron i; 0 for any other symbol.</summary>
    public double At(Symbol s, int i) =>
        Array.IndexOf(_equations.Uniforms, s) is >= 0 and var k ? double.CreateChecked(_uniforms[k][i]) : 0;

    /// <summary>All values at neuron i.</summary>
    public void At(int i, Span<double> values)
    {
        for (int k = 0; k < _uniforms.Length; k++)
            values[k] = double.CreateChecked(_uniforms[k][i]);
    }

    /// <summary>Whether a symbol is a parameter or load.</summary>
    public bool Has(Symbol s) => Array.IndexOf(_equations.Uniforms, s) >= 0;

    /// <summary>The mean over neurons.</summary>
    public double Average(Symbol s) => Enumerable.Range(0, _population.Size).Average(i => At(s, i));

    /// <summary>The expression with the parameters and loads that never vary as numbers.</summary>
    public Expr Known(Expr e) =>
        Vary ? e : e.Substitute(s => Has(s) ? (_population.Parameters.TryGetValue(s.Name, out var values) ? values.Average() : 0) : null);

    /// <summary>The symbols that <see cref="Known"/> leaves.</summary>
    public Symbol[] Unknown => Vary ? _equations.Uniforms : [];

    public void Dispose() => _constants.Dispose();

    private Span<T> Part(int uniform) => _constants.Span.Slice(uniform * _population.Size, _population.Size);
}
