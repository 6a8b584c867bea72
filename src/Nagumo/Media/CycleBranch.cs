namespace Nagumo.Media;

/// <summary>A cycle at a value of the parameter.</summary>
/// <param name="Parameter">The value.</param>
/// <param name="Cycle">The cycle: period, ranges, Floquet exponent, stability.</param>
public sealed record CyclePoint(double Parameter, LimitCycle Cycle)
{
    internal CycleOrbit? Orbit { get; init; }
}

/// <summary>How a branch of cycles ends.</summary>
public enum CycleEnd
{
    /// <summary>The cycle shrinks to a rest state: a Hopf point.</summary>
    Hopf,

    /// <summary>The period grows without bound while the cycle comes ever nearer to a saddle or to two rest states that meet: a homoclinic orbit.</summary>
    Homoclinic,

    /// <summary>It meets a cycle of the other stability: a stretch ends there, and the branch turns back as the next.</summary>
    Fold,

    /// <summary>The end of the range of the parameter.</summary>
    Range,

    /// <summary>It cannot be followed further.</summary>
    Lost,
}

/// <summary>A one-parameter family of cycles, followed through its folds, stable and unstable cycles alike.</summary>
/// <remarks>
/// <para>A cycle is a solution of a boundary problem (<see cref="CycleOrbit"/>); the solutions form a curve in the space of orbits, period and
/// parameter, which is followed by its arc length: a step along the tangent, then Newton's method across it. Folds are where the Floquet multiplier
/// passes 1. [Keller 1977; Doedel, Keller and Kernévez 1991, doi:10.1142/S0218127491000555]</para>
/// <para>Example: every cycle of the textbook neuron at I = 0.328, from its lower Hopf point:
/// <code>
/// var family = new CellFamily(new PlanarNeuron(new FitzHughNagumo(tau: 12.5)));
/// var onset = new RestCurve(family.Neuron).HopfPoints[0];
/// var branch = CycleBranch.FromHopf(family, onset.Current, onset.U, onset.V, low: 0.3, high: 1.5);
/// foreach (var cycle in branch.At(0.328)) …   // an unstable one and a stable one
/// </code></para>
/// </remarks>
/// <param name="Points">The cycles along the branch, in order; from a Hopf point, the smallest first.</param>
/// <param name="Folds">Where two cycles, one stable and one not, meet and vanish: the multiplier is 1.</param>
/// <param name="Begin">How it ends on the side of the first point.</param>
/// <param name="End">How it ends on the side of the last point.</param>
public sealed record CycleBranch(IReadOnlyList<CyclePoint> Points, IReadOnlyList<CyclePoint> Folds, CycleEnd Begin, CycleEnd End)
{
    /// <summary>Follows the cycle that is born at a Hopf point.</summary>
    /// <param name="family">The neuron along its parameter.</param>
    /// <param name="parameter">The parameter's value at the Hopf point.</param>
    /// <param name="u">The activator there.</param>
    /// <param name="v">The inhibitor there.</param>
    /// <param name="low">The range of the parameter.</param>
    /// <param name="high">The range of the parameter.</param>
    /// <param name="mostPoints">At most so many points.</param>
    /// <param name="cancel">Ends it with an <see cref="OperationCanceledException"/>.</param>
    /// <returns>The branch; without points where no small cycle is found.</returns>
    public static CycleBranch FromHopf(
        CellFamily family,
        double parameter,
        double u,
        double v,
        double low,
        double high,
        int mostPoints = 1000,
        CancellationToken cancel = default
    )
    {
        var follower = new Follower(family, parameter, low, high, cancel);
        if (follower.Birth(u, v, parameter) is not var (orbit, along))
            return new([], [], CycleEnd.Hopf, CycleEnd.Lost);
        var (points, folds, end) = follower.Follow(orbit, along, mostPoints);
        return new(points, folds, CycleEnd.Hopf, end);
    }

    /// <summary>Follows a cycle to both sides.</summary>
    /// <param name="family">The neuron along its parameter.</param>
    /// <param name="parameter">The parameter's value at the cycle.</param>
    /// <param name="cycle">The cycle.</param>
    /// <param name="low">The range of the parameter.</param>
    /// <param name="high">The range of the parameter.</param>
    /// <param name="mostPoints">At most so many points to each side.</param>
    /// <param name="cancel">Ends it with an <see cref="OperationCanceledException"/>.</param>
    public static CycleBranch FromCycle(
        CellFamily family,
        double parameter,
        LimitCycle cycle,
        double low,
        double high,
        int mostPoints = 1000,
        CancellationToken cancel = default
    )
    {
        var follower = new Follower(family, parameter, low, high, cancel);
        if (follower.Traced(parameter, cycle) is not var (orbit, along))
            return new([new(parameter, cycle)], [], CycleEnd.Lost, CycleEnd.Lost);
        var (forth, folds, end) = follower.Follow(orbit, along, mostPoints);
        var (back, others, begin) = follower.Follow(orbit, Reversed(along), mostPoints);
        // Both begin with the start.
        return new([.. Enumerable.Reverse(back.Skip(1)), .. forth], [.. Enumerable.Reverse(others), .. folds], begin, end);
    }

    /// <summary>The branch cut at its folds: stretches of one stability each, with one cycle for every value of the parameter between their ends.</summary>
    public IReadOnlyList<CycleBranch> Stretches
    {
        get
        {
            var stretches = new List<CycleBranch>();
            int begun = 0;
            for (int i = 1; i < Points.Count; i++)
            {
                bool last = i == Points.Count - 1;
                if (!last && !Folds.Contains(Points[i]))
                    continue;
                stretches.Add(new([.. Points.Take(begun..(i + 1))], [], begun == 0 ? Begin : CycleEnd.Fold, last ? End : CycleEnd.Fold));
                begun = i;
            }
            return stretches;
        }
    }

    /// <summary>All cycles of the branch at a value of the parameter.</summary>
    /// <param name="parameter">The value.</param>
    public IReadOnlyList<LimitCycle> At(double parameter)
    {
        var found = new List<LimitCycle>();
        for (int i = 0; i < Points.Count; i++)
        {
            var a = Points[i];
            if (a.Parameter == parameter)
                found.Add(a.Cycle);
            else if (
                i + 1 < Points.Count
                && Points[i + 1] is var b
                && b.Parameter != parameter
                && a.Parameter < parameter != b.Parameter < parameter
            )
            {
                var nearer = Math.Abs(a.Parameter - parameter) < Math.Abs(b.Parameter - parameter) ? (a, b) : (b, a);
                if ((Between(nearer.Item1, parameter) ?? Between(nearer.Item2, parameter)) is { } cycle)
                    found.Add(cycle);
            }
        }
        return found;
    }

    private static LimitCycle? Between(CyclePoint point, double parameter) =>
        point.Orbit?.At(parameter) is { } orbit && orbit.Correct(null, out _, out _) && Follower.Alike(point.Cycle, orbit.Cycle())
            ? orbit.Cycle()
            : null;

    private static CycleOrbit.Tangent Reversed(CycleOrbit.Tangent t) =>
        new([.. t.State.Select(x => -x)], [.. t.Inner.Select(x => -x)], -t.LogPeriod, -t.Parameter);

    /// <summary>What follows a branch.</summary>
    private sealed class Follower
    {
        /// <summary>Size of the first cycle at a Hopf point, in lengths of the cell.</summary>
        private const double Born = 0.01;

        private const double FirstStep = 0.01,
            LargestStep = 0.15,
            SmallestStep = 1e-7;

        /// <summary>Largest change of amplitude, relative, and of log period in a step.</summary>
        private const double MostAmplitude = 0.35,
            MostPeriod = 0.35;

        /// <summary>A period so many times the shortest of the branch ends it: it grows without bound.</summary>
        private const double Endless = 60;

        private readonly CellFamily _family;
        private readonly FamilyFlow _flow;
        private readonly CellUnits _scales;
        private readonly double _low,
            _high;
        private readonly (double U, double V, double Parameter) _lengths;
        private readonly CancellationToken _cancel;

        public Follower(CellFamily family, double parameter, double low, double high, CancellationToken cancel)
        {
            (_family, _flow, _low, _high, _cancel) = (family, new(family), low, high, cancel);
            var (neuron, current) = family.At(parameter);
            _scales = CellUnits.Of(neuron, current);
            _lengths = (_scales.U, _scales.V, (high - low) / 8);
        }

        /// <summary>The small cycle at a Hopf point, and the direction in which it grows.</summary>
        public (CycleOrbit, CycleOrbit.Tangent)? Birth(double u, double v, double parameter)
        {
            var j = _flow.At(u, v, parameter);
            double omega = Math.Sqrt(j.Determinant);
            if (!(omega > 0))
                return null;
            // u = x, v = −(ωy + αx)/β with x = cos, y = sin, α = ∂u'/∂u and β = ∂u'/∂v.
            (double U, double V) Circle(double size, double s)
            {
                double x = Math.Cos(2 * Math.PI * s),
                    y = Math.Sin(2 * Math.PI * s);
                return (u + size * x, v - size * (omega * y + j.UU * x) / j.UV);
            }
            for (double size = Born * _scales.U; size > 1e-5 * _scales.U; size /= 4)
            {
                // The direction in which the circle grows, the parameter held: the orbit of twice the size less that of the size.
                var small = CycleOrbit.Of(_flow, _lengths, 2 * Math.PI / omega, parameter, s => Circle(size, s));
                var along = small.Outwards((u, v));
                if (small.Correct(along, out var tangent, out _) && tangent is not null && small.Cycle().Amplitude > 0.3 * size)
                    return (small, tangent);
            }
            return null;
        }

        /// <summary>A cycle that is known from its section, and the direction in which the parameter grows.</summary>
        public (CycleOrbit, CycleOrbit.Tangent)? Traced(double parameter, LimitCycle cycle)
        {
            var (neuron, current) = _family.At(parameter);
            bool backwards = !cycle.IsStable;
            var flow = PlanarFlow.Start(neuron, current, _scales, precise: true, backwards, _cancel);
            flow.Begin([cycle.U, cycle.V, 0]);
            List<double> times = [0],
                us = [cycle.U],
                vs = [cycle.V];
            while (
                cycle.Period - flow.Time > 1e-12 * cycle.Period
                && flow.TryStep(out _, Math.Min(cycle.Period / 400, cycle.Period - flow.Time))
            )
            {
                times.Add(flow.Time / cycle.Period);
                us.Add(flow.State[0]);
                vs.Add(flow.State[1]);
            }
            if (backwards)
            {
                times = [.. times.Select(t => 1 - t).Reverse()];
                us.Reverse();
                vs.Reverse();
            }
            int at = 0;
            var orbit = CycleOrbit.Of(
                _flow,
                _lengths,
                cycle.Period,
                parameter,
                s =>
                {
                    while (at > 0 && times[at] > s)
                        at--;
                    while (at < times.Count - 2 && times[at + 1] < s)
                        at++;
                    double share = Math.Clamp((s - times[at]) / (times[at + 1] - times[at]), 0, 1);
                    return (us[at] + share * (us[at + 1] - us[at]), vs[at] + share * (vs[at + 1] - vs[at]));
                }
            );
            return orbit.Correct(null, out var tangent, out _) && tangent is not null && Alike(cycle, orbit.Cycle())
                ? (orbit, tangent)
                : null;
        }

        /// <summary>The branch from an orbit on, in a direction.</summary>
        public (List<CyclePoint> Points, List<CyclePoint> Folds, CycleEnd End) Follow(
            CycleOrbit orbit,
            CycleOrbit.Tangent along,
            int mostPoints
        )
        {
            List<CyclePoint> points = [Point(orbit)],
                folds = [];
            double step = FirstStep,
                shortest = orbit.Period;
            bool grown = points[0].Cycle.Amplitude > 4 * Born * _scales.U;
            while (points.Count < mostPoints)
            {
                _cancel.ThrowIfCancellationRequested();
                var last = points[^1];
                var next = orbit.Moved(along, step);
                bool solved = next.Correct(along, out var tangent, out int iterations),
                    ends = solved && (next.Parameter <= _low || next.Parameter >= _high);
                if (ends)
                {
                    next = orbit.At(next.Parameter <= _low ? _low : _high);
                    solved = next.Correct(null, out _, out iterations);
                    tangent = along;
                }
                var cycle = solved ? next.Cycle() : last.Cycle;
                if (!solved || !Alike(last.Cycle, cycle))
                {
                    step /= 2.5;
                    if (step < SmallestStep)
                        return (points, folds, Ended(points[^1], shortest));
                    continue;
                }
                if (last.Cycle.IsStable != cycle.IsStable && points.Count > 1 && !ends)
                {
                    folds.Add(Fold(orbit, along, step));
                    points.Add(folds[^1]);
                }
                (orbit, along) = next.Remeshed(tangent!);
                // The same orbit to rounding of the mesh: kept where the new mesh resolves it.
                if (!ends && orbit.Moved(along, 0) is var settled && settled.Correct(along, out var turned, out _))
                    (orbit, along) = (settled, turned!);
                points.Add(new(next.Parameter, cycle) { Orbit = next });
                if (ends)
                    return (points, folds, CycleEnd.Range);
                shortest = Math.Min(shortest, cycle.Period);
                if (cycle.Period > Endless * shortest)
                    return (points, folds, Ended(points[^1], shortest));
                double before = last.Cycle.Amplitude;
                grown |= cycle.Amplitude > 4 * Born * _scales.U;
                // On the way down to a rest state.
                if (cycle.Amplitude < before && cycle.Amplitude < 2 * Born * _scales.U && grown)
                    return (points, folds, CycleEnd.Hopf);
                step =
                    iterations <= 4 ? Math.Min(LargestStep, 1.4 * step)
                    : iterations > 6 ? 0.7 * step
                    : step;
            }
            return (points, folds, CycleEnd.Lost);
        }

        /// <summary>Whether two cycles may be neighbours.</summary>
        public static bool Alike(LimitCycle a, LimitCycle b) =>
            Math.Abs(b.Amplitude - a.Amplitude) <= MostAmplitude * Math.Max(a.Amplitude, b.Amplitude)
            && Math.Abs(Math.Log(b.Period / a.Period)) <= MostPeriod;

        private static CyclePoint Point(CycleOrbit orbit) => new(orbit.Parameter, orbit.Cycle()) { Orbit = orbit };

        /// <summary>The orbit within a step at which the logarithm of the multiplier is 0.</summary>
        private static CyclePoint Fold(CycleOrbit from, CycleOrbit.Tangent along, double step)
        {
            double low = 0,
                high = step;
            bool stable = from.LogMultiplier < 0;
            var best = from;
            for (int i = 0; i < 40 && high - low > 1e-12 * step; i++)
            {
                double middle = 0.5 * (low + high);
                var orbit = from.Moved(along, middle);
                if (!orbit.Correct(along, out _, out _))
                    break;
                if (orbit.LogMultiplier < 0 == stable)
                    low = middle;
                else
                    high = middle;
                best = orbit;
                if (Math.Abs(orbit.LogMultiplier) < 1e-10)
                    break;
            }
            return Point(best);
        }

        /// <summary>What a branch that goes no further has come to.</summary>
        private CycleEnd Ended(CyclePoint last, double shortest)
        {
            if (last.Cycle.Period < 3 * shortest || last.Orbit is not { } orbit)
                return CycleEnd.Lost;
            var (neuron, current) = _family.At(last.Parameter);
            var curve = neuron.Curve;
            // Its slowest place: beside a saddle, or where two rest states have just met or are about to.
            var (u, v) = orbit.Slowest();
            bool Near(double x, double y) => Math.Abs(u - x) < 0.2 * _scales.U && Math.Abs(v - y) < 0.2 * _scales.V;
            return curve.At(current).Any(r => r.IsSaddle && Near(r.U, r.V)) || curve.Saddles.Any(s => Near(s.U, s.V))
                ? CycleEnd.Homoclinic
                : CycleEnd.Lost;
        }
    }
}
