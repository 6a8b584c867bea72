using Nagumo.Symbolics;

namespace Nagumo.Media;

/// <summary>All rest states of a neuron over all currents: curves, along which bifurcations are roots of one function.</summary>
/// <remarks>
/// The current enters u' alone, so a rest state of any current obeys F_v = 0. Every factor of F_v is solved for v (or, where that is not affine,
/// for u): a curve (u(s), v(s)) with the current I(s) = −F_u; where a factor vanishes whatever the other variable, a straight line. Along them: rest
/// states at I, where I(s) = I; saddle-nodes, where the determinant changes its sign; Hopf points, where the trace does and the determinant is
/// positive. Signs may change at a corner of max, min, abs or select, by a jump, too, and a jump of the force itself ends a branch of rest
/// states. Every root, of any magnitude from 1e-60 to 1e60, is isolated, of rational forces exactly (<see cref="RationalCurve"/>), of others by interval
/// arithmetic, so none is missed, and a rest state counts only where both forces themselves vanish to rounding; of a force with ever more of them,
/// the 400 nearest to 0 are found.
/// </remarks>
public sealed class RestCurve
{
    private const double Far = 1e60;
    private const int Most = 400;

    /// <summary>A determinant below this, relative to its terms, is 0 to rounding: saddle-node and Hopf point fall together there.</summary>
    private const double Positive = 1e-10;

    private const int MostPolish = 8;

    /// <summary>Slopes that change by this factor within one Newton step are those of another place; at a corner they change by less.</summary>
    private const double OtherSlopes = 1e4;

    /// <summary>No root is found so badly that its coordinates, where they are not 0, fall by this.</summary>
    private const double Shrunk = 1e-6;

    /// <summary>Relative rounding of a place, and of where it is counted from: a few bits.</summary>
    private const double Ulps = 2e-15;

    /// <summary>States so near each other, relative likewise, are one.</summary>
    private const double Crossing = 1e-12;

    private readonly PlanarNeuron _neuron;
    private readonly (double U, double V) _origin;
    private readonly IReadOnlyList<Branch> _branches;
    private IReadOnlyList<SaddleNode>? _saddles;
    private IReadOnlyList<HopfPoint>? _hopf;

    /// <param name="neuron">The neuron.</param>
    /// <exception cref="ArgumentException">A factor of F_v = 0 can be solved neither for v nor for u in closed form.</exception>
    public RestCurve(PlanarNeuron neuron)
    {
        _neuron = neuron;
        _origin = (RationalCurve.Origin(neuron, neuron.U), RationalCurve.Origin(neuron, neuron.V));
        _branches = [.. Factors(neuron.ForceV).SelectMany(Solutions)];
    }

    /// <summary>A rest state that meets another one: its place and current.</summary>
    internal readonly record struct SaddleNode(double U, double V, double Current);

    /// <summary>All rest states at a current, by increasing u.</summary>
    /// <exception cref="ArgumentException">The formula is too irregular to isolate them.</exception>
    public IReadOnlyList<RestState> At(double current)
    {
        var found = _branches
            .SelectMany(b => b.RestAt(current).Select(r => b.Place(r.At)))
            .Where(p => double.IsFinite(p.U) && double.IsFinite(p.V))
            .Select(p => Verified(p, current))
            .OfType<(double U, double V)>()
            .OrderBy(p => p.U)
            .ThenBy(p => p.V)
            .ToList();
        // Where two curves cross at this very current, both have the state.
        for (int i = found.Count - 1; i > 0; i--)
            if (Same(found[i].U, found[i - 1].U, _origin.U) && Same(found[i].V, found[i - 1].V, _origin.V))
                found.RemoveAt(i);
        // Above each other to rounding: in the order of v.
        for (int i = 1; i < found.Count; i++)
        for (int k = i; k > 0 && found[k].V < found[k - 1].V && Same(found[k].U, found[k - 1].U, _origin.U); k--)
            (found[k - 1], found[k]) = (found[k], found[k - 1]);
        return [.. found.Select(p => RestState.At(_neuron, p.U, p.V))];

        static bool Same(double a, double b, double origin) =>
            Math.Abs(a - b) <= Crossing * (Math.Max(Math.Abs(a), Math.Abs(b)) + Math.Abs(origin));
    }

    /// <summary>The state as exactly as the flow itself tells, by Newton in the plane; null where the flow does not vanish to the rounding of its terms.</summary>
    /// <remarks>Beside a pole the curve I(s) has roots of rounding, at which both forces are infinite parts that do not cancel.</remarks>
    private (double U, double V)? Verified((double U, double V) state, double current)
    {
        var (u, v) = state;
        double terms = Terms(_neuron.Jet(u, v));
        var step = Newton(u, v);
        for (int i = 0; i < MostPolish; i++)
        {
            double nextU = u + step.U,
                nextV = v + step.V;
            if (!double.IsFinite(nextU) || !double.IsFinite(nextV) || (nextU == u && nextV == v))
                break;
            var next = Newton(nextU, nextV);
            // A step after which the slopes are others has left the state; one that is followed by no smaller one is rounding, or at a fold.
            double change = Terms(_neuron.Jet(nextU, nextV)) / terms;
            if (!(change < OtherSlopes && change > 1 / OtherSlopes))
                break;
            if (!(Math.Abs(next.U) <= Math.Abs(step.U) && Math.Abs(next.V) <= Math.Abs(step.V)))
                break;
            (u, v, step) = (nextU, nextV, next);
        }
        // What Newton shrinks step by step is 0, which relative rounding never reaches.
        (double U, double V) zero = (Math.Abs(u) <= Shrunk * Math.Abs(state.U) ? 0 : u, Math.Abs(v) <= Shrunk * Math.Abs(state.V) ? 0 : v);
        return Rests(zero.U, zero.V) ? zero
            : Rests(u, v) ? (u, v)
            : null;

        bool Rests(double atU, double atV) => Vanishes(_neuron.ForceU + current, atU, atV) && Vanishes(_neuron.ForceV, atU, atV);

        (double U, double V) Newton(double atU, double atV)
        {
            var jet = _neuron.Jet(atU, atV);
            var (du, dv, _) = _neuron.Velocity(atU, atV, current);
            var (f, g) = (du * _neuron.TauU, dv * _neuron.TauV);
            double determinant = jet.F.U * jet.G.V - jet.F.V * jet.G.U;
            return ((jet.F.V * g - f * jet.G.V) / determinant, (f * jet.G.U - jet.F.U * g) / determinant);
        }

        bool Vanishes(Expr force, double atU, double atV) =>
            new Enclosing(force)
                .On(s =>
                    s == _neuron.U ? Around(atU, _origin.U)
                    : s == _neuron.V ? Around(atV, _origin.V)
                    : throw new ArgumentException($"'{s}' has no value.")
                )
                .Contains(0);

        static Enclosure Around(double x, double origin) =>
            Ulps * (Math.Abs(x) + Math.Abs(origin)) is var near ? new(x - near, x + near) : default;

        static double Terms(PlanarJet j) => Math.Abs(j.F.U * j.G.V) + Math.Abs(j.F.V * j.G.U);
    }

    /// <summary>The currents at which two rest states meet and vanish, increasing.</summary>
    public IReadOnlyList<double> SaddleNodes => [.. Saddles.Select(s => s.Current)];

    /// <summary>The same with their places.</summary>
    internal IReadOnlyList<SaddleNode> Saddles => _saddles ??= [.. _branches.SelectMany(b => b.Saddles).OrderBy(s => s.Current)];

    /// <summary>The points at which a rest state begins to oscillate, by increasing current.</summary>
    public IReadOnlyList<HopfPoint> HopfPoints => _hopf ??= [.. _branches.SelectMany(b => b.HopfPoints).OrderBy(p => p.Current)];

    /// <summary>The factors of a numerator: F = 0 where one of them is.</summary>
    private static IEnumerable<Expr> Factors(Expr f) =>
        f is Product p ? p.Factors.Where(x => x.Exponent > 0).Select(x => x.Base).DefaultIfEmpty(f) : [f];

    /// <summary>The curves on which an affine factor slope · y + offset vanishes: y(s) = −offset/slope, and lines where both are 0.</summary>
    private IEnumerable<Branch> Solutions(Expr g)
    {
        var (u, v) = (_neuron.U, _neuron.V);
        if (g.Contains(u) != g.Contains(v))
        {
            // Of one variable alone: lines, or none.
            var (only, free) = g.Contains(u) ? (u, v) : (v, u);
            foreach (var root in AllRoots.Of(g, only, -Far, Far, Most))
                if (root.IsZero && Line(free, root.At) is { } line)
                    yield return line;
            yield break;
        }
        var (s, y) = (u, v);
        if (!Affine(g, y, out var slope, out var offset))
        {
            (s, y) = (v, u);
            if (!Affine(g, y, out slope, out offset))
                throw new ArgumentException(
                    $"the inhibitor's equation 0 = {_neuron.ForceV} has the factor {g}, affine neither in {v.Name} nor in {u.Name}: its rest states cannot be followed. Write it as a product of factors into each of which {v.Name} or {u.Name} enters linearly."
                );
        }
        yield return Along(s, -offset / slope, RationalCurve.Where(_neuron, g, s));
        if (!slope.Contains(s))
            yield break;
        double Value(Expr e, double at) => e.Evaluate((Symbol _) => at);
        foreach (var root in AllRoots.Of(slope, s, -Far, Far, Most))
        {
            double near = Math.Max(1e-60, 1e-3 * Math.Abs(root.At)),
                beside = Math.Max(Math.Abs(Value(offset, root.At - near)), Math.Abs(Value(offset, root.At + near)));
            if (root.IsZero && Math.Abs(Value(offset, root.At)) <= 1e-9 * beside && Line(y, root.At) is { } both)
                yield return both;
        }

        // A line on which the force is infinite is none.
        Branch? Line(Symbol along, double at)
        {
            try
            {
                return Along(along, at, RationalCurve.Where(_neuron, at, along));
            }
            catch (Exception e) when (e is ArithmeticException or ArgumentOutOfRangeException)
            {
                return null;
            }
        }

        Branch Along(Symbol along, Expr other, RationalCurve? exact) =>
            along == u ? new(_neuron, along, along, other, exact) : new(_neuron, along, other, along, exact);
    }

    private static bool Affine(Expr g, Symbol y, out Expr slope, out Expr offset)
    {
        bool affine = g.TryAffine(y, out var a, out var b) && a is not Constant { Value: 0 };
        (slope, offset) = affine ? (a!, b!) : (Expr.Zero, Expr.Zero);
        return affine;
    }

    /// <summary>One curve (u(s), v(s)) of rest states.</summary>
    private sealed class Branch
    {
        private readonly PlanarNeuron _neuron;
        private readonly Symbol _s;
        private readonly Expr _u,
            _v,
            _trace,
            _determinant;
        private readonly Lazy<Expr> _expanded;
        private readonly RationalCurve? _exact;
        private readonly CheckedRoots _roots;

        public Branch(PlanarNeuron neuron, Symbol s, Expr u, Expr v, RationalCurve? exact)
        {
            (_neuron, _s, _u, _v, _exact) = (neuron, s, u, v, exact);
            _roots = new(s, RationalCurve.Origin(neuron, s));
            var (f, g) = (neuron.ForceU, neuron.ForceV);
            Current = Along(-f);
            _trace = Along(f.Derive(neuron.U) / neuron.TauU + g.Derive(neuron.V) / neuron.TauV);
            // Both signs are those of the true determinant: time constants are positive.
            Expr product = f.Derive(neuron.U) * g.Derive(neuron.V),
                other = f.Derive(neuron.V) * g.Derive(neuron.U);
            _determinant = Along(product - other);
            _expanded = new(() => Difference(Along(Expansion.Of(product, neuron.V)), Along(Expansion.Of(other, neuron.V)), s));
        }

        /// <summary>a − b: of polynomials by powers of s, where what cancels to rounding is 0; intervals could not tell, far out.</summary>
        private static Expr Difference(Expr a, Expr b, Symbol s)
        {
            if (!a.TryPolynomial(s, out var p) || !b.TryPolynomial(s, out var q))
                return a - b;
            Expr sum = Expr.Zero;
            for (int n = 0; n < Math.Max(p.Count, q.Count); n++)
            {
                Expr x = n < p.Count ? p[n] : Expr.Zero,
                    y = n < q.Count ? q[n] : Expr.Zero;
                bool cancels =
                    x is Constant { Value: var c }
                    && y is Constant { Value: var d }
                    && Math.Abs(c - d) <= 1e-13 * (Math.Abs(c) + Math.Abs(d));
                if (!cancels)
                    sum += (x - y) * Functions.Pow(s, n);
            }
            return sum;
        }

        /// <summary>I(s).</summary>
        public Expr Current { get; }

        /// <summary>Rest states that meet: where the determinant changes its sign, and where a force that jumps ends a branch.</summary>
        public IEnumerable<SaddleNode> Saddles =>
            (_exact is { } e ? e.Roots(e.Determinant) : _roots.Of(_determinant, _expanded))
                .Where(r => r.ChangesSign)
                .Select(r => At(r.At))
                .Concat(Jumps)
                .Where(s => double.IsFinite(s.Current));

        /// <summary>Where the trace changes its sign and the determinant is positive.</summary>
        public IEnumerable<HopfPoint> HopfPoints
        {
            get
            {
                foreach (var root in (_exact is { } e ? e.Roots(e.Trace) : _roots.Of(_trace)).Where(r => r.ChangesSign))
                {
                    var at = At(root.At);
                    if (!double.IsFinite(at.Current))
                        continue;
                    if (!root.IsZero)
                    {
                        var (left, right) = Determinants(root.At);
                        if (left > 0 && right > 0)
                            yield return HopfPoint.Corner(at.U, at.V, at.Current, Math.Sqrt(left), Math.Sqrt(right));
                        continue;
                    }
                    var jet = _neuron.Jet(at.U, at.V);
                    double terms = Math.Abs(jet.F.U * jet.G.V) + Math.Abs(jet.F.V * jet.G.U),
                        determinant = jet.F.U * jet.G.V - jet.F.V * jet.G.U;
                    if (determinant > Positive * terms)
                        yield return HopfPoint.At(_neuron, at.U, at.V, at.Current, Growth(root.At));
                }
            }
        }

        /// <summary>Of the Jacobian, on both sides of a corner.</summary>
        private (double Left, double Right) Determinants(double s)
        {
            double times = _neuron.TauU * _neuron.TauV;
            var (left, right) = _exact is { } e ? e.Sides(e.Determinant, s) : _roots.Sides(_determinant, s);
            return (left / times, right / times);
        }

        /// <summary>Where the rest states of a current are.</summary>
        /// <exception cref="ArgumentException">They cannot be isolated.</exception>
        public IEnumerable<Root> RestAt(double current)
        {
            if (_exact is { } e)
                return e.RestAt(current).Where(r => r.IsZero);
            var f = Current - current;
            return _roots.HasStretch(f) ? throw new ArgumentException(RationalCurve.Stretch(current)) : _roots.Of(f).Where(r => r.IsZero);
        }

        public (double U, double V) Place(double s) => _exact?.Place(s) ?? (Value(_u, s), Value(_v, s));

        /// <summary>d Re λ/dI, half the trace's change by the current's.</summary>
        private double Growth(double s) =>
            _exact is { } e
                ? 0.5
                    * e.At(e.Trace.Select(f => f.Derivative), s)
                    / (_neuron.TauU * _neuron.TauV)
                    / e.At(e.Current.Select(f => f.Derivative), s)
                : 0.5 * Value(_trace.Derive(_s), s) / Value(Current.Derive(_s), s);

        /// <summary>Both ends of the branches that a jump of I(s) at a corner separates.</summary>
        private IEnumerable<SaddleNode> Jumps
        {
            get
            {
                foreach (var (s, left, right) in _exact?.Jumps ?? _roots.Jumps(Current))
                {
                    var (u, v) = Place(s);
                    yield return new(u, v, left);
                    yield return new(u, v, right);
                }
            }
        }

        private SaddleNode At(double s)
        {
            var (u, v) = Place(s);
            return new(u, v, _exact is { } e ? e.At(e.Current, s) : Value(Current, s));
        }

        private double Value(Expr e, double s) => e.Evaluate((Symbol _) => s);

        private Expr Along(Expr e) =>
            e.Substitute(x =>
                x == _neuron.U ? _u
                : x == _neuron.V ? _v
                : null
            );
    }
}
