using Nagumo.Relaxation;
using Nagumo.Symbolics;

namespace Nagumo.Media;

/// <summary>The ways in which a cell has a size (<see cref="CellUnits"/>): each gives null where the cell has none of the kind.</summary>
/// <param name="force">F_u + I of u and v alone.</param>
/// <param name="other">F_v.</param>
/// <param name="fields">u and v.</param>
/// <param name="taus">Their time constants.</param>
/// <param name="rest">The rest state from which it is seen.</param>
/// <param name="points">All rest states that count for the rates.</param>
internal sealed class CellMeasure(
    Expr force,
    Expr other,
    (Symbol U, Symbol V) fields,
    (double U, double V) taus,
    (double U, double V) rest,
    IReadOnlyList<(double U, double V)> points
)
{
    /// <summary>Doublings of the window around rest in which folds are looked for.</summary>
    private const int Doublings = 30;

    /// <summary>After so many of them the whole line is searched at once.</summary>
    private const int Nearby = 6;

    private readonly Symbol u = fields.U,
        v = fields.V;
    private readonly double tau = taus.U,
        restU = rest.U,
        restV = rest.V;
    private readonly Expr _slope = force.Derive(fields.U);
    private readonly (double Fast, double Slow) _rates = Rates(force, other, fields, taus, points);

    /// <summary>From the two folds of the u-nullcline that are nearest to rest, the branch between them growing.</summary>
    /// <param name="near">Places to begin from where the nullcline is straight at rest.</param>
    public CellUnits? Folds(IReadOnlyList<(double U, double V)> near)
    {
        if (!force.TryAffine(v, out var factor, out var offset) || factor is Constant { Value: 0 })
            return null;
        Expr w = -offset / factor,
            bend = w.Derive(u);
        double reach = Length(w, restU);
        if (!(reach > 0) || !double.IsFinite(reach))
            reach = HalfSpread(near.Select(p => p.U));
        if (!(reach > 0))
            return null;
        var all = RationalCurve.Turns(force, u, v);
        for (int k = 0; k <= Doublings; k++, reach *= 2)
        {
            if (k == Nearby)
                all ??= Everywhere();
            if ((all?.Where(x => Math.Abs(x - restU) <= reach) ?? Isolated(bend, reach)) is not { } turns)
                return null;
            double[] roots = [.. turns];
            var found = roots
                .Zip(roots.Skip(1))
                .Select(p => Between(p.First, p.Second))
                .OfType<CellUnits>()
                .OrderBy(c => Math.Abs(c.MiddleU - restU))
                .FirstOrDefault();
            if (found is not null)
                return found;
            if (roots.Length == all?.Count)
                return null;
        }
        return null;

        // All folds of what is not rational; null where they cannot be isolated at once.
        IReadOnlyList<double>? Everywhere()
        {
            try
            {
                return [.. new CheckedRoots(u, restU).Of(bend).Where(r => r.ChangesSign).Select(r => r.At)];
            }
            catch (ArgumentException)
            {
                return null;
            }
        }

        // Those nearby: null where it is too irregular.
        IEnumerable<double>? Isolated(Expr f, double window)
        {
            try
            {
                // In s from 1 to 3, u = rest + window (s − 2): a fold at u = 0 is a place like any other.
                var shifted = f.Substitute(s => s == u ? restU + window * (u - 2.0) : null);
                return AllRoots.Of(shifted, u, 1, 3).Where(r => r.ChangesSign).Select(r => restU + window * (r.At - 2));
            }
            catch (ArgumentException)
            {
                return null;
            }
        }

        CellUnits? Between(double a, double b)
        {
            // A root by rounding has the same slope on both sides.
            bool Turns(double beyond) => At(bend, beyond, 0) * At(bend, 0.5 * (a + b), 0) < 0;
            if (!Turns(a - 0.02 * (b - a)) || !Turns(b + 0.02 * (b - a)))
                return null;
            double middle = 0.5 * (a + b),
                half = 0.5 * (b - a),
                at = At(w, middle, 0),
                growth = At(_slope, middle, at) / tau;
            return Units((middle, 0.5 * (At(w, a, 0) + At(w, b, 0))), half, half * Math.Abs(At(bend, middle, 0)), growth);
        }
    }

    /// <summary>From the excursion after the kick that is amplified most.</summary>
    public CellUnits? Spike(PlanarNeuron neuron, double current)
    {
        var rest = RestState.At(neuron, restU, restV);
        if (!rest.IsStable)
            return null;
        try
        {
            var pulse = PulseTest.Run(neuron, current, rest);
            if (!pulse.IsExcitable)
                return null;
            // Precise: a spike may come very near to a branch that it must not cross.
            var flow = PlanarFlow.Start(neuron, current, CellUnits.Of(neuron, current), precise: true);
            flow.Begin([restU + pulse.Kick, restV, 0]);
            double lowU = restU,
                highU = restU,
                lowV = restV,
                highV = restV;
            // Round once: until both are back at a tenth of where they have been.
            bool back = false;
            for (int step = 0; step < 20_000 && !back; step++)
            {
                flow.Step();
                var (x, y) = (flow.State[0], flow.State[1]);
                (lowU, highU, lowV, highV) = (Math.Min(lowU, x), Math.Max(highU, x), Math.Min(lowV, y), Math.Max(highV, y));
                bool peaked = Math.Max(highU - restU, restU - lowU) >= 0.9 * Math.Abs(pulse.Peak - restU);
                back = peaked && Math.Abs(x - restU) < 0.1 * (highU - lowU) && Math.Abs(y - restV) < 0.1 * (highV - lowV);
            }
            double middleU = 0.5 * (lowU + highU),
                middleV = 0.5 * (lowV + highV),
                growth = Math.Abs(At(_slope, middleU, middleV)) / tau;
            return Units((middleU, middleV), (highU - lowU) / 4, 0.75 * (highV - lowV), growth);
        }
        catch (NotFiniteNumberException)
        {
            return null;
        }
    }

    /// <summary>From how far F_u goes from rest until it bends; the inhibitor's size is how far that moves it.</summary>
    public CellUnits? Bend()
    {
        double slope = Math.Abs(At(_slope, restU, restV)),
            pull = Math.Abs(At(force.Derive(v), restU, restV)),
            turn = Math.Abs(At(other.Derive(u), restU, restV)),
            // What moves u: its own slope, or what comes back through v, ω τ_u.
            size = Length(force, restU, restV, Math.Max(slope, Math.Sqrt(pull * turn * taus.U / taus.V))),
            answer = turn / Math.Abs(At(other.Derive(v), restU, restV));
        if (!(answer > 0) || !double.IsFinite(answer))
            answer = slope > 0 ? slope / pull : Aspect;
        return Units((restU, restV), size, size * answer, Rate);
    }

    /// <summary>From rest states and bifurcation points: half of how far they lie apart.</summary>
    public CellUnits? Spread(IReadOnlyList<(double U, double V)> near)
    {
        double size = HalfSpread(near.Select(p => p.U)),
            other = HalfSpread(near.Select(p => p.V));
        if (!(size > 0))
            return null;
        (double U, double V) middle = (Middle(near.Select(p => p.U)), Middle(near.Select(p => p.V)));
        return Units(middle, size, other > 0 ? other : size * Aspect, Rate);

        static double Middle(IEnumerable<double> values) => 0.5 * (values.Min() + values.Max());
    }

    /// <summary>Of a cell without any length, only how v's compares with u's and its rates are its own.</summary>
    public CellUnits Linear() => Units((restU, restV), 1, Aspect, Rate)!;

    /// <summary>How far v goes where u goes by 1: √|G_u τ_u/(F_v τ_v)|, of a linear oscillation.</summary>
    private double Aspect =>
        Math.Sqrt(Math.Abs(At(other.Derive(u), restU, restV) / taus.V / (At(force.Derive(v), restU, restV) / taus.U)))
            is > 0
                and < double.PositiveInfinity
                and var aspect
            ? aspect
            : 1;

    /// <summary>|∂F_u/∂u|/τ_u at rest; the fast rate where that is 0.</summary>
    private double Rate => Math.Abs(At(_slope, restU, restV)) / tau is > 0 and < double.PositiveInfinity and var rate ? rate : _rates.Fast;

    /// <summary>Null where a size is 0 or not finite.</summary>
    private CellUnits? Units((double U, double V) middle, double sizeU, double sizeV, double rate)
    {
        var units = new CellUnits(middle.U, middle.V, sizeU, sizeV, 1 / rate, sizeU * rate * tau, _rates.Fast, _rates.Slow);
        return double.IsFinite(middle.U) && double.IsFinite(middle.V) && IsSize(sizeU) && IsSize(sizeV) && IsSize(units.T) ? units : null;

        static bool IsSize(double x) => x > 0 && double.IsFinite(x);
    }

    private static double HalfSpread(IEnumerable<double> values)
    {
        double[] finite = [.. values.Where(double.IsFinite)];
        if (finite.Length < 2)
            return 0;
        double spread = 0.5 * (finite.Max() - finite.Min());
        // Less is rounding.
        return spread > 1e-9 * finite.Max(Math.Abs) ? spread : 0;
    }

    private static (double Fast, double Slow) Rates(
        Expr force,
        Expr other,
        (Symbol U, Symbol V) fields,
        (double U, double V) taus,
        IReadOnlyList<(double U, double V)> points
    )
    {
        var (fu, fv, gu, gv) = (force.Derive(fields.U), force.Derive(fields.V), other.Derive(fields.U), other.Derive(fields.V));
        double fast = 0,
            slow = double.PositiveInfinity;
        foreach (var (x, y) in points)
        {
            double At(Expr e) => Math.Abs(e.Evaluate((Symbol s) => s == fields.U ? x : y));
            double own = At(fu) / taus.U,
                others = At(gv) / taus.V,
                coupling = At(fv) * At(gu) / (taus.U * taus.V),
                rate = Largest(own, others, Math.Sqrt(coupling));
            fast = Math.Max(fast, rate);
            if (rate > 0 && Largest(Math.Min(own, others), coupling / rate) is > 0 and var low)
                slow = Math.Min(slow, low);
        }
        if (!(fast > 0))
            fast = 1 / Math.Max(taus.U, taus.V);
        return (fast, Math.Min(slow, fast));
    }

    /// <summary>The largest of some numbers; what is not finite does not count.</summary>
    private static double Largest(params ReadOnlySpan<double> values)
    {
        double largest = 0;
        foreach (double x in values)
            if (double.IsFinite(x) && x > largest)
                largest = x;
        return largest;
    }

    /// <summary>The distance from a point at which a function's third-order term comes up to its first or second order; without a third order, the second to
    /// the first.</summary>
    /// <param name="f">The function.</param>
    /// <param name="x">u there.</param>
    /// <param name="y">v there.</param>
    /// <param name="first">The first order; null for that of the function alone.</param>
    private double Length(Expr f, double x, double y = 0, double? first = null)
    {
        Expr f1 = f.Derive(u),
            f2 = f1.Derive(u),
            f3 = f2.Derive(u);
        double a = first ?? Math.Abs(At(f1, x, y)),
            b = Math.Abs(At(f2, x, y)),
            c = Math.Abs(At(f3, x, y));
        return c > 0 ? Math.Max(Math.Sqrt(a / c), b / c) : a / b;
    }

    private double At(Expr e, double x, double y) => e.Evaluate((Symbol s) => s == u ? x : y);
}
