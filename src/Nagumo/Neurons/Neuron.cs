using Nagumo.Symbolics;

namespace Nagumo.Neurons;

/// <summary>A neuron model, given by its local potential h(u, v₁, v₂, …) alone.</summary>
/// <remarks>
/// The activator u descends and the inhibitors ascend: τ_u u' = −∂h/∂u + I, τ_v v' = +∂h/∂v. Everything else (forces, Hessians,
/// SIMD kernels, responses, parameter derivatives) is derived from <see cref="Potential"/>. [DESIGN §2]
/// </remarks>
public abstract class Neuron
{
    private static readonly Symbol Activator = new("u");
    private readonly Lazy<Derived> _derived;

    /// <summary>Derives nothing yet: the formula is read when it is first needed.</summary>
    protected Neuron() => _derived = new(() => Derived.Of(Potential(Activator)));

    /// <summary>The local potential as an expression of the activator, the inhibitors and the parameters.</summary>
    public abstract Expr Potential(Expr u);

    /// <summary>The box that confines the activator; null when it is free.</summary>
    public virtual Interval? Box => null;

    /// <summary>The name in configurations, e.g. "fitzhugh-nagumo".</summary>
    public abstract string Name { get; }

    /// <summary>What the model is, in one line.</summary>
    public abstract string Summary { get; }

    /// <summary>Where the model comes from: author, year, doi; empty when it is a textbook matter.</summary>
    public virtual string Reference => "";

    /// <summary>The activator's symbol.</summary>
    public Symbol U => Activator;

    /// <summary>The potential h(u, v, …).</summary>
    public Expr H => _derived.Value.H;

    /// <summary>The inhibitors, in order of appearance.</summary>
    public IReadOnlyList<Inhibitor> Inhibitors => _derived.Value.Inhibitors;

    /// <summary>The parameters of the potential and the inhibitors' time constants.</summary>
    public IReadOnlyList<Parameter> Parameters => _derived.Value.Parameters;

    /// <summary>The activator (0) or inhibitor (1, 2, …) called <paramref name="field"/>; −1 when there is none.</summary>
    public int FieldIndex(string field)
    {
        if (field == U.Name)
            return 0;
        for (int i = 0; i < Inhibitors.Count; i++)
            if (Inhibitors[i].Name == field)
                return i + 1;
        return -1;
    }

    /// <summary>The symbols of all fields: the activator first.</summary>
    internal IReadOnlyList<Symbol> Fields => _derived.Value.Fields;

    private sealed record Derived(
        Expr H,
        IReadOnlyList<Symbol> Fields,
        IReadOnlyList<Inhibitor> Inhibitors,
        IReadOnlyList<Parameter> Parameters
    )
    {
        public static Derived Of(Expr h)
        {
            var inhibitors = h.Symbols.OfType<Inhibitor>().ToArray();
            var parameters = h.Symbols.OfType<Parameter>().Concat(inhibitors.Select(v => v.Tau)).ToArray();
            var repeated = parameters.GroupBy(p => p.Name).FirstOrDefault(g => g.Count() > 1);
            if (repeated is not null)
                throw new ArgumentException($"Two parameters are called '{repeated.Key}'. Give each its own name.");
            return new(h, [Activator, .. inhibitors], inhibitors, parameters);
        }
    }
}
