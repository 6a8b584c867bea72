using Nagumo.Networks;
using Nagumo.Symbolics;

namespace Nagumo.Circuits;

/// <summary>A neuron's potential taken apart into what is built: currents as functions of voltages, branches, resistors.</summary>
/// <remarks>
/// s u' = −s ∂h/∂u + …, s τ v' = +s ∂h/∂v + …, parameters put in. An inhibitor is plain when s ∂h/∂v = c u + a − γ v with numbers c, a, γ and
/// nothing else: its current into the membrane is −c v, and it is passive parts. All others are behavioural sources.
/// </remarks>
internal sealed class CellPlan
{
    private CellPlan(Expr membrane, IReadOnlyList<InhibitorPlan> inhibitors, IReadOnlyList<Symbol> fields) =>
        (Membrane, Inhibitors, Fields) = (membrane, inhibitors, fields);

    /// <summary>The outward current of the membrane, s ∂h/∂u, without the plain inhibitors.</summary>
    public Expr Membrane { get; }

    /// <summary>The inhibitors.</summary>
    public IReadOnlyList<InhibitorPlan> Inhibitors { get; }

    /// <summary>The symbols: activator, then inhibitors.</summary>
    public IReadOnlyList<Symbol> Fields { get; }

    /// <summary>The plan of one neuron.</summary>
    /// <param name="population">Its population.</param>
    /// <param name="values">The values of its parameters.</param>
    /// <exception cref="ArgumentException">The neuron cannot be built.</exception>
    public static CellPlan Of(Population population, Func<Symbol, double> values)
    {
        var neuron = population.Neuron!;
        if (neuron.Box is { } box)
            throw new ArgumentException(
                $"Population '{population.Name}': neuron '{neuron.Name}' is held in the box [{box.Low:R}, {box.High:R}], which no smooth current does. Use a neuron without a box, e.g. log-cosh or fitzhugh-nagumo."
            );
        var fields = neuron.Fields;
        Expr Numbers(Expr e) => population.Scale * e.Substitute(s => fields.Contains(s) ? null : (Expr)values(s));
        var membrane = Numbers(neuron.H.Derive(neuron.U));
        var inhibitors = new List<InhibitorPlan>();
        for (int f = 1; f < fields.Count; f++)
        {
            var inhibitor = neuron.Inhibitors[f - 1];
            double tau = values(inhibitor.Tau);
            if (!(tau > 0))
                throw new ArgumentException(
                    $"Population '{population.Name}': {inhibitor.Tau.Name} = {tau:R}, but a circuit needs a time constant > 0. Give one, 0.5 is usual."
                );
            var force = Numbers(neuron.H.Derive(inhibitor));
            var plain = Plain(force, fields, f);
            if (plain is { Gamma: <= 0 } active)
                throw new ArgumentException(
                    $"Population '{population.Name}': inhibitor '{inhibitor.Name}' has the leak {active.Gamma:R}: its resistor must be > 0. Add a term like -gamma*{inhibitor.Name}^2/2."
                );
            inhibitors.Add(new(inhibitor.Name, tau * population.Scale, force, plain));
            if (plain is not null)
                membrane = membrane.Substitute(s => s == fields[f] ? (Expr)0 : null);
        }
        return new(membrane, inhibitors, fields);
    }

    /// <summary>The membrane's current as offset + slope·u; null when it is not of that form.</summary>
    public (double Offset, double Slope)? Linear =>
        Membrane.TryAffine(Fields[0], out var slope, out var offset) && slope is Constant g && offset is Constant i
            ? (i.Value, g.Value)
            : null;

    /// <summary>Whether the membrane's current is a cubic in u alone: a tunnel diode.</summary>
    public bool IsDiode =>
        Membrane.TryPolynomial(Fields[0], out var c) && c.Count == 4 && c.All(x => x is Constant) && c[1] is Constant { Value: < 0 };

    private static PlainInhibitor? Plain(Expr force, IReadOnlyList<Symbol> fields, int f)
    {
        if (
            !force.TryAffine(fields[f], out var leak, out var rest)
            || leak is not Constant gamma
            || !rest.TryAffine(fields[0], out var gain, out var bias)
            || gain is not Constant { Value: not 0 } c
            || bias is not Constant a
        )
            return null;
        return new(c.Value, a.Value, -gamma.Value);
    }
}

/// <summary>An inhibitor: its mass s τ, its force s ∂h/∂v, and its passive form when it has one.</summary>
internal sealed record InhibitorPlan(string Name, double Mass, Expr Force, PlainInhibitor? Plain);

/// <summary>s ∂h/∂v = c u + a − γ v.</summary>
internal sealed record PlainInhibitor(double C, double A, double Gamma);
