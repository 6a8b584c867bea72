using Nagumo.Neurons;
using Nagumo.Symbolics;
using static Nagumo.Symbolics.Functions;

namespace Nagumo.Networks;

/// <summary>The equations of one population, derived from its potential.</summary>
/// <remarks>
/// With scale s, drives I and loads G a rest state solves  E_u = s ∂h/∂u + G_u u − I_u = 0  and  E_v = s ∂h/∂v − G_v v + I_v = 0;
/// the flow is  s τ_u u' = −E_u,  s τ_v v' = +E_v.
/// </remarks>
internal sealed class LocalEquations
{
    private readonly Population _population;
    private readonly Expr _scale;
    private readonly Expr[] _equations;

    public LocalEquations(Population population, bool[] driven)
    {
        var neuron = population.Neuron!;
        (_population, _scale) = (population, population.Scale);
        X = [.. neuron.Fields];
        Drives = [.. X.Select(x => new Symbol("_I." + x.Name))];
        Loads = [.. X.Select(x => new Symbol("_G." + x.Name))];
        Steps = [.. X.Select(x => new Symbol("_d." + x.Name))];
        DriveSteps = [.. X.Select(x => new Symbol("_dI." + x.Name))];
        Uniforms = [.. neuron.Parameters, .. Loads];
        Driven = [.. Enumerable.Range(0, X.Length).Where(f => f == 0 || driven[f])];
        Streams = [.. Driven.Select(f => Drives[f])];
        _equations =
        [
            .. X.Select(
                (x, f) =>
                {
                    var force = _scale * neuron.H.Derive(x);
                    return f == 0 ? force + Loads[f] * x - Drives[f] : force - Loads[f] * x + (driven[f] ? Drives[f] : 0);
                }
            ),
        ];
        Eliminated = Eliminate();
    }

    /// <summary>The fields: activator, then inhibitors.</summary>
    public Symbol[] X { get; }

    /// <summary>Drives and loads, by field.</summary>
    public Symbol[] Drives { get; }
    public Symbol[] Loads { get; }

    /// <summary>Steps of the fields and of the drives, by field: what a nudge changes.</summary>
    public Symbol[] Steps { get; }
    public Symbol[] DriveSteps { get; }

    /// <summary>What is constant along a row of lanes: the parameters, then the loads.</summary>
    public Symbol[] Uniforms { get; }

    /// <summary>The fields that have a drive (the activator always), and those drives.</summary>
    public int[] Driven { get; }
    public Symbol[] Streams { get; }

    /// <summary>The steps of those drives.</summary>
    public Symbol[] DrivenSteps => [.. Driven.Select(f => DriveSteps[f])];

    /// <summary>The inhibitors as functions of u, drives and uniforms; null when one of them is nonlinear or coupled to another.</summary>
    public Expr[]? Eliminated { get; }

    /// <summary>E_f without its drive, in powers of its field where it is a polynomial.</summary>
    public Expr Force(int field) => Expansion.Of(_equations[field].Substitute(s => s == Drives[field] ? (Expr)0 : null), X[field]);

    /// <summary>E_u with the inhibitors eliminated.</summary>
    public Expr Reduced => _equations[0].Substitute(s => Array.IndexOf(X, s) is > 0 and var k ? Eliminated![k - 1] : null);

    /// <summary>|E_u| of <paramref name="equation"/>, where a box absorbs a force that pushes against it.</summary>
    /// <remarks>
    /// In a box a force may rise without bound towards the edge, and its rounding with it: there the misfit is what a Newton step would move,
    /// |E_u|/∂E_u/∂u where the curvature is above 1.
    /// </remarks>
    public Expr Misfit(Expr equation)
    {
        if (_population.Box is null)
            return Abs(equation);
        var slope = equation.Derive(X[0]);
        return Abs(X[0] - Boxed(X[0] - (slope.Contains(X[0]) ? equation / Max(slope, 1) : equation)));
    }

    /// <summary>The largest misfit of all fields.</summary>
    public Expr FullMisfit => _equations.Skip(1).Aggregate(Misfit(_equations[0]), (worst, e) => Max(worst, Abs(e)));

    /// <summary>Whether a driven inhibitor may be on its way while the activator's misfit is 0: a box takes the activator's force up, or u saturates what joins them.</summary>
    public bool HidesInhibitors =>
        Driven
            .Where(f => f > 0)
            .Any(f =>
                _population.Box is not null || _equations[0].Derive(X[f]) is var joint && (joint == Expr.Zero || X.Any(joint.Contains))
            );

    /// <summary>u confined to the box.</summary>
    public Expr Boxed(Expr u) => _population.Box is { } box ? Min(Max(u, box.Low), box.High) : u;

    /// <summary>The box as the ends of a range of u; null when there is none.</summary>
    public (Expr Low, Expr High)? Range => _population.Box is { } box ? (box.Low, box.High) : null;

    /// <summary>The box as the ends of a range of u's step.</summary>
    public (Expr Low, Expr High)? StepRange => _population.Box is { } box ? (box.Low - X[0], box.High - X[0]) : null;

    /// <summary>The force that a box takes up where u lies against its edge: positive at the upper one, negative at the lower, else 0.</summary>
    /// <param name="drive">The drive.</param>
    /// <param name="force">What balances it where u is free.</param>
    public Expr Taken(Expr drive, Expr force) =>
        _population.Box is { } box ? Select(X[0] - box.High, Max(drive - force, 0), Select(box.Low - X[0], Min(drive - force, 0), 0)) : 0;

    /// <summary>∂H/∂x of all fields, loads and drives included.</summary>
    public IReadOnlyList<Expr> Forces => _equations;

    /// <summary>The potential that <see cref="Forces"/> is the gradient of, without its drives.</summary>
    public Expr Potential =>
        _scale * _population.Neuron!.H
        + X.Select((x, f) => (f == 0 ? 1 : -1) * Loads[f] * x * x / 2).Aggregate((Expr)0, (sum, load) => sum + load);

    /// <summary>∂²/∂x_f∂x_g of <see cref="Potential"/>, f ≤ g: the upper triangle, row by row.</summary>
    public IEnumerable<Expr> Curvatures =>
        from f in Enumerable.Range(0, X.Length)
        from g in Enumerable.Range(f, X.Length - f)
        select _equations[f].Derive(X[g]);

    /// <summary>Time derivatives of all fields. [τ_u = 1]</summary>
    public IEnumerable<Expr> Flow =>
        _equations.Select((e, f) => f == 0 ? -e / _scale : e / (_scale * _population.Neuron!.Inhibitors[f - 1].Tau));

    /// <summary>Rows of (Hessian of the local potential and loads)·d, for directions d.</summary>
    public IEnumerable<Expr> HessianTimes(IReadOnlyList<Symbol> d) => _equations.Select(e => Along(e, d));

    /// <summary>∂(s h)/∂parameter, a function of the fields.</summary>
    public Expr ParameterForce(Symbol parameter) => _scale * _population.Neuron!.H.Derive(parameter);

    /// <summary>The derivative of <paramref name="e"/> along the fields' directions d.</summary>
    public Expr Along(Expr e, IReadOnlyList<Symbol> d) => X.Select((x, f) => e.Derive(x) * d[f]).Aggregate((a, b) => a + b);

    /// <summary>The change of <paramref name="e"/> when the fields and drives take their steps, free of cancellation.</summary>
    public Expr Change(Expr e) => FiniteDifference.Of(e, Step);

    /// <summary><paramref name="e"/> after the steps; the sum's rounding does not leave the box.</summary>
    public Expr Moved(Expr e) =>
        e.Substitute(s =>
            Step(s) is not { } step ? null
            : s == X[0] ? Boxed(s + step)
            : s + step
        );

    private Symbol? Step(Symbol s) =>
        Array.IndexOf(X, s) is >= 0 and var f ? Steps[f]
        : Array.IndexOf(Drives, s) is >= 0 and var g ? DriveSteps[g]
        : null;

    private Expr[]? Eliminate()
    {
        var solutions = new Expr[X.Length - 1];
        for (int f = 1; f < X.Length; f++)
        {
            if (!_equations[f].TryAffine(X[f], out var slope, out var offset))
                return null;
            if (X.Any(slope.Contains) || X.Skip(1).Any(offset.Contains))
                return null;
            solutions[f - 1] = -offset / slope;
        }
        return solutions;
    }
}
