using Nagumo.Symbolics;

namespace Nagumo.Media;

/// <summary>All rest states of a neuron over all currents: a curve, along which bifurcations are roots of one function.</summary>
/// <remarks>
/// The current enters u' alone, so a rest state of any current obeys ∂h/∂v = 0. Solved for v (or, where that is not affine, for u) this is
/// a curve (u(s), v(s)) with the current I(s) = ∂h/∂u. On it: rest states at I, where I(s) = I; saddle-nodes, where the determinant is 0; Hopf
/// points, where the trace is 0 and the determinant positive. Every root is isolated by interval arithmetic, so none is missed.
/// </remarks>
public sealed class RestCurve
{
    /// <summary>Ends of s; far beyond any state that a neuron of order one reaches.</summary>
    private const double Far = 1e4;

    /// <summary>A determinant below this is 0 to rounding: saddle-node and Hopf point fall together there.</summary>
    private const double Positive = 1e-12;

    private readonly PlanarNeuron _neuron;
    private readonly Symbol _s;
    private readonly Expr _u,
        _v,
        _current,
        _trace,
        _determinant;

    /// <param name="neuron">The neuron.</param>
    /// <exception cref="ArgumentException">∂h/∂v = 0 can be solved neither for v nor for u in closed form.</exception>
    public RestCurve(PlanarNeuron neuron)
    {
        _neuron = neuron;
        Expr h = neuron.Potential,
            hu = h.Derive(neuron.U),
            hv = h.Derive(neuron.V);
        var (u, v) = (neuron.U, neuron.V);
        if (hv.TryAffine(v, out var slope, out var offset) && slope is not Constant { Value: 0 })
            (_s, _u, _v) = (u, u, -offset / slope);
        else if (hv.TryAffine(u, out slope, out offset) && slope is not Constant { Value: 0 })
            (_s, _u, _v) = (v, -offset / slope, v);
        else
            throw new ArgumentException(
                $"the inhibitor's equation 0 = {hv} is affine neither in {v.Name} nor in {u.Name}: its rest states cannot be followed."
            );
        _current = Along(hu);
        _trace = Along(hv.Derive(v) / neuron.Tau - hu.Derive(u));
        _determinant = Along((hu.Derive(v) * hv.Derive(u) - hu.Derive(u) * hv.Derive(v)) / neuron.Tau);
    }

    /// <summary>All rest states at a current, by increasing u.</summary>
    /// <exception cref="ArgumentException">The formula is too irregular to isolate them.</exception>
    public IReadOnlyList<RestState> At(double current) =>
        [.. Roots(_current - current).Select(s => RestState.At(_neuron, Value(_u, s), Value(_v, s))).OrderBy(r => r.U)];

    /// <summary>The currents at which two rest states meet and vanish, increasing.</summary>
    public IReadOnlyList<double> SaddleNodes => [.. Crossings(_determinant).Select(s => Value(_current, s)).Order()];

    /// <summary>The points at which a rest state begins to oscillate, by increasing current.</summary>
    public IReadOnlyList<HopfPoint> HopfPoints =>
        [
            .. Crossings(_trace)
                .Where(s => Value(_determinant, s) > Positive)
                .Select(s =>
                    HopfPoint.At(
                        _neuron,
                        Value(_u, s),
                        Value(_v, s),
                        Value(_current, s),
                        0.5 * Value(_trace.Derive(_s), s) / Value(_current.Derive(_s), s)
                    )
                )
                .OrderBy(p => p.Current),
        ];

    /// <summary>Roots at which the sign changes: where f only touches 0 nothing gains or loses stability.</summary>
    private IEnumerable<double> Crossings(Expr f) =>
        f.Contains(_s) ? Roots(f).Where(s => Value(f, s - Beside(s)) < 0 != Value(f, s + Beside(s)) < 0) : [];

    private static double Beside(double s) => 1e-6 * Math.Max(1, Math.Abs(s));

    private IReadOnlyList<double> Roots(Expr f) => AllRoots.Of(f, _s, -Far, Far);

    private double Value(Expr e, double s) => e.Evaluate((Symbol _) => s);

    private Expr Along(Expr e) =>
        e.Substitute(x =>
            x == _neuron.U ? _u
            : x == _neuron.V ? _v
            : null
        );
}
