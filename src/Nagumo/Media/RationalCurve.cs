using Nagumo.Symbolics;

namespace Nagumo.Media;

/// <summary>A curve (u(s), v(s)) of rest states of a cell whose forces are rational, piece by piece: current, trace and determinant along it as exact quotients.</summary>
/// <remarks>
/// Forces and their derivatives by u and v are evaluated in the field of rational functions of s − origin (<see cref="RationalJets"/>).
/// What cancels for every value of the numbers in the formula cancels here exactly, so that neither units nor origin can hide a root or make one.
/// </remarks>
internal sealed class RationalCurve
{
    private const double Far = 1e60;

    /// <summary>Pieces of a curve; a formula with more is left to intervals.</summary>
    private const int MostPieces = 64;

    private readonly bool _isAlongU;
    private readonly double _origin;
    private readonly Piecewise<RationalFunction> _other;

    private RationalCurve(bool isAlongU, double origin, IReadOnlyList<double> ends, IReadOnlyList<Part> parts)
    {
        (_isAlongU, _origin) = (isAlongU, origin);
        _other = Of(p => p.Other);
        Current = Of(p => p.Current);
        Trace = Of(p => p.Trace);
        Determinant = Of(p => p.Determinant);

        Piecewise<RationalFunction> Of(Func<Part, RationalFunction> function) => new(ends, [.. parts.Select(function)]);
    }

    /// <summary>I(s).</summary>
    public Piecewise<RationalFunction> Current { get; }

    /// <summary>The trace, times both time constants.</summary>
    public Piecewise<RationalFunction> Trace { get; }

    /// <summary>The determinant, times both time constants.</summary>
    public Piecewise<RationalFunction> Determinant { get; }

    /// <summary>The curve on which slope(s) · y + offset(s), a factor of F_v, vanishes.</summary>
    /// <returns>Null where something is not rational.</returns>
    public static RationalCurve? Where(PlanarNeuron neuron, Expr factor, Symbol s) =>
        RationalJets.IsRational(factor)
            ? Along(neuron, s, (low, high) => Solved(factor, neuron.U, neuron.V, s, Origin(neuron, s), low, high))
            : null;

    /// <summary>The line on which the other variable is constant.</summary>
    public static RationalCurve? Where(PlanarNeuron neuron, double other, Symbol s) =>
        Along(neuron, s, (_, _) => (RationalJets.Number(other), null));

    /// <summary>Where the slope of v = w(u), on which a force that is affine in v vanishes, changes its sign.</summary>
    /// <returns>Null where it is not rational.</returns>
    public static IReadOnlyList<double>? Turns(Expr force, Symbol u, Symbol v)
    {
        double origin = Origin([force], u);
        return RationalJets.IsRational(force) && Cut((low, high) => Solved(force, u, v, u, origin, low, high)) is var (ends, parts)
            ?
            [
                .. new Piecewise<RationalFunction>(ends, parts)
                    .Select(w => w.Derivative)
                    .Roots.Where(r => r.ChangesSign)
                    .Select(r => origin + r.At),
            ]
            : null;
    }

    /// <summary>Where s is counted from in the formula: of all terms s − c in it the middle c.</summary>
    public static double Origin(PlanarNeuron neuron, Symbol s) => Origin([neuron.ForceU, neuron.ForceV], s);

    /// <inheritdoc cref="Origin(PlanarNeuron, Symbol)"/>
    private static double Origin(IEnumerable<Expr> formulas, Symbol s)
    {
        var seen = new HashSet<Expr>();
        var open = new Stack<Expr>(formulas);
        var origins = new List<double>();
        while (open.TryPop(out var next))
        {
            if (!seen.Add(next))
                continue;
            if (next is Sum { Constant: var constant, Terms: [var (slope, only)] } && only == s)
                origins.Add(-constant / slope);
            foreach (var child in next.Children)
                open.Push(child);
        }
        origins.Sort();
        return origins.Count > 0 ? origins[origins.Count / 2] : 0;
    }

    /// <summary>Roots of a function along the curve, by s.</summary>
    public IEnumerable<Root> Roots(Piecewise<RationalFunction> f) => f.Roots.Select(r => r with { At = _origin + r.At });

    /// <summary>Roots of I(s) − I.</summary>
    /// <exception cref="ArgumentException">There is a whole stretch of them.</exception>
    public IEnumerable<Root> RestAt(double current)
    {
        var f = Current.Select(i => i + RationalJets.Number(-current));
        return f.HasStretch ? throw new ArgumentException(Stretch(current)) : Roots(f);
    }

    /// <summary>What is said of rest states that cannot be told apart.</summary>
    public static string Stretch(double current) =>
        $"current = {current:R}: the rest states there cannot be isolated; they fill a whole stretch.";

    /// <summary>Where I(s) jumps, with its values on both sides.</summary>
    public IEnumerable<(double S, double Left, double Right)> Jumps => Current.Jumps.Select(j => (_origin + j.At, j.Left, j.Right));

    /// <summary>A function's value.</summary>
    public double At(Piecewise<RationalFunction> f, double s) => f.At(s - _origin).At(Dyadic.Of(s) + -Dyadic.Of(_origin));

    /// <summary>A function's values on both sides of a corner.</summary>
    public (double Left, double Right) Sides(Piecewise<RationalFunction> f, double s)
    {
        var (left, right) = f.Beside(s - _origin);
        return (left.At(s - _origin), right.At(s - _origin));
    }

    public (double U, double V) Place(double s) => _isAlongU ? (s, At(_other, s)) : (At(_other, s), s);

    /// <summary>What is constant or rational along a piece of a curve.</summary>
    private sealed record Part(RationalFunction Other, RationalFunction Current, RationalFunction Trace, RationalFunction Determinant);

    private static RationalCurve? Along(PlanarNeuron neuron, Symbol s, Func<double, double, (RationalFunction Other, double? Break)> other)
    {
        if (!RationalJets.IsRational(neuron.ForceU) || !RationalJets.IsRational(neuron.ForceV))
            return null;
        double origin = Origin(neuron, s);
        return Cut(Evaluate) is var (ends, parts) ? new(s == neuron.U, origin, ends, parts) : null;

        (Part, double?) Evaluate(double low, double high)
        {
            var (along, at) = other(low, high);
            if (at is not null)
                return (null!, at);
            var jets = Jets(neuron.U, neuron.V, s, origin, along, low, high);
            return jets.Between(() =>
            {
                var (f, g) = (jets.Of(neuron.ForceU), jets.Of(neuron.ForceV));
                return new Part(
                    along,
                    -f.Value,
                    RationalJets.Number(neuron.TauV) * f.ByU + RationalJets.Number(neuron.TauU) * g.ByV,
                    f.ByU * g.ByV + -(f.ByV * g.ByU)
                );
            });
        }
    }

    /// <summary>The other variable where an expression that is affine in it vanishes.</summary>
    private static (RationalFunction Other, double? Break) Solved(
        Expr e,
        Symbol u,
        Symbol v,
        Symbol s,
        double origin,
        double low,
        double high
    )
    {
        var jets = Jets(u, v, s, origin, RationalJets.Number(0), low, high);
        return jets.Between(() =>
        {
            var at = jets.Of(e);
            return -(at.Value * (s == u ? at.ByV : at.ByU).Inverse);
        });
    }

    private static RationalJets Jets(Symbol u, Symbol v, Symbol s, double origin, RationalFunction other, double low, double high)
    {
        var along = RationalFunction.Of(ExactPolynomial.From(origin));
        return s == u ? new(u, v, along, other, low, high) : new(u, v, other, along, low, high);
    }

    /// <summary>The line cut where a condition changes; null where there are too many pieces.</summary>
    private static (double[] Ends, T[] Parts)? Cut<T>(Func<double, double, (T Part, double? Break)> evaluate)
    {
        List<double> ends = [-Far];
        var parts = new List<T>();
        var open = new Stack<double>([Far]);
        while (open.TryPeek(out double high))
        {
            var (part, at) = evaluate(ends[^1], high);
            if (at is { } inside)
            {
                if (open.Count + parts.Count == MostPieces)
                    return null;
                open.Push(inside);
                continue;
            }
            ends.Add(open.Pop());
            parts.Add(part);
        }
        return ([.. ends], [.. parts]);
    }
}
