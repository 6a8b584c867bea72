using Nagumo.Compute;
using Nagumo.Relaxation;

namespace Nagumo.Audits;

/// <summary>A rest state of any flow, from its stated start and from others around it; whether there is one does not depend on any unit.</summary>
/// <remarks>
/// In this order, each a bounded number of steps, until one ends at rest: Newton's method as long as its steps shrink, which is the rest state that the start is
/// close to; pseudo-transient continuation, which follows the flow implicitly and ends as
/// Newton's method, (1/Δt − J) δ = f, Δt ← Δt |f_old|/|f_new| [Kelley &amp; Keyes 1998, doi:10.1137/S0036142996304796]; Newton's method; the same, damped so that
/// the next step shrinks (natural monotonicity, [Deuflhard 2011, §3.1]); both Newton's from random states at 1, 10 and 100 ranges. |f_i| is measured by
/// Σ_j |J_ij| r_j, r the <see cref="NaturalRange"/> of the variables: what the equation makes of states that differ visibly.
/// </remarks>
internal static class RestSearch
{
    private const int TransientSteps = 500,
        NewtonSteps = 100,
        Starts = 24;

    /// <summary>A residual, relative to the rates around, that ends a search; and one that counts as rest.</summary>
    private const double Floor = 1e-13,
        Rest = 1e-9;

    /// <summary>Newton's step and the rates left, relative to the way and to the rates at the start, at a rest state at which J is singular.</summary>
    private const double DegenerateStep = 1e-9,
        DegenerateRate = 1e-6;

    /// <summary>The state reached, the largest |f| there, and whether it is at rest.</summary>
    /// <param name="system">The flow.</param>
    /// <param name="near">Only from the stated start: another rest state than the one there would be no answer.</param>
    /// <param name="cancel">Ends the search.</param>
    /// <param name="progress">Told what is under way.</param>
    public static (double[] State, double Residual, bool AtRest) Find(
        FlowSystem system,
        bool near = false,
        CancellationToken cancel = default,
        IProgress<string>? progress = null
    )
    {
        double[] start = [.. system.Start],
            range = NaturalRange.Of(system, start);
        using var search = new Search(system, start, range, cancel, progress);
        (double[] State, double Ratio) best = (start, double.PositiveInfinity);
        if (
            Try(search.Newton(start, damped: false, contracting: true))
            || Try(search.Transient(start))
            || Try(search.Newton(start, damped: false))
            || Try(search.Newton(start, damped: true))
        )
            return Found(true);
        var rng = new Rng(1).Split("starts");
        // Large systems have only the one start: theirs is a good one, and their steps are dear.
        for (int k = 0; k < Starts && !near && system.Dimension <= 64; k++)
        {
            progress?.Report($"a rest state: random start {k + 1} of {Starts}");
            double far = Math.Pow(10, k % 3);
            double[] other = [.. start.Select((x, i) => x + far * range[i] * rng.NextNormal())];
            if (Try(search.Newton(other, damped: k % 2 == 1)))
                return Found(true);
        }
        return Found(false);

        bool Try(double[] x)
        {
            double ratio = search.Ratio(x);
            if (ratio < best.Ratio)
                best = (x, ratio);
            bool rests = search.AtRest(x, ratio);
            if (rests)
                best = (x, ratio);
            return rests;
        }

        (double[], double, bool) Found(bool rests)
        {
            var f = new double[start.Length];
            system.Flow(best.State, f);
            return (best.State, Largest(f), rests);
        }
    }

    /// <summary>Whether a residual is one of a rest state of a system without units.</summary>
    public static bool AtRest(double residual, double[] x) => residual <= Rest * Math.Max(1, Largest(x));

    private static double Largest(double[] x)
    {
        double worst = 0;
        foreach (double value in x)
            worst = double.IsNaN(value) ? double.PositiveInfinity : Math.Max(worst, Math.Abs(value));
        return worst;
    }

    /// <summary>The flow's equations of rest, f measured by the rates and steps by the ranges.</summary>
    private sealed class Search : IRestEquations<double>, IDisposable
    {
        private readonly FlowSystem _system;
        private readonly CancellationToken _cancel;
        private readonly IProgress<string>? _progress;
        private readonly double[] _start,
            _range,
            _rates;
        private readonly double _rate;
        private readonly int _n;
        private readonly DenseLu _lu;
        private readonly double[] _rows;

        public Search(FlowSystem system, double[] start, double[] range, CancellationToken cancel, IProgress<string>? progress)
        {
            (_system, _start, _range, _cancel, _progress, _n) = (system, start, range, cancel, progress, system.Dimension);
            double[] j = system.Jacobian(start, range),
                f = new double[_n];
            system.Flow(start, f);
            (_lu, _rows) = (new(_n), new double[_n]);
            _rates = Rates(j, range);
            for (int i = 0; i < _n; i++)
                _rates[i] += Math.Abs(f[i]);
            // The fastest rate 1/time of the system: what its variables do to themselves and, in balanced units, to others.
            double fastest = Balance.Apply(j, Balance.Units(_n, [j])).Max(Math.Abs);
            _rate = fastest > 0 && double.IsFinite(fastest) ? fastest : Enumerable.Range(0, _n).Max(i => Math.Abs(f[i]) / range[i]);
            if (!(_rate > 0))
                _rate = 1;
        }

        /// <summary>Σ_j |J_ij| r_j.</summary>
        private double[] Rates(double[] j, double[] range)
        {
            var rates = new double[_n];
            for (int i = 0; i < _n; i++)
            for (int k = 0; k < _n; k++)
                rates[i] += Math.Abs(j[i * _n + k]) * range[k];
            return rates;
        }

        /// <summary>Largest |f_i| / Σ_j |J_ij| r_j at x; 0/0 is 0.</summary>
        public double Ratio(double[] x)
        {
            var f = new double[_n];
            _system.Flow(x, f);
            if (!f.All(double.IsFinite))
                return double.PositiveInfinity;
            double[] range = NaturalRange.Of(_system, x, out bool resolved),
                rates = Rates(_system.Jacobian(x, range), range);
            if (!resolved && f.Any(v => v != 0))
                return double.PositiveInfinity;
            double worst = 0;
            for (int i = 0; i < _n; i++)
            {
                double ratio = f[i] == 0 ? 0 : Math.Abs(f[i]) / rates[i];
                worst = double.IsNaN(ratio) ? double.PositiveInfinity : Math.Max(worst, ratio);
            }
            return worst;
        }

        public bool AtRest(double[] x, double ratio) => (ratio <= Rest || Degenerate(x)) && !Saturated(x);

        /// <summary>Newton's method converges slowly where J is singular: its steps are tiny on the way it came, and so are the rates.</summary>
        private bool Degenerate(double[] x)
        {
            var f = new double[_n];
            _system.Flow(x, f);
            if (!f.All(double.IsFinite))
                return false;
            for (int i = 0; i < _n; i++)
                if (Math.Abs(f[i]) > DegenerateRate * _rates[i])
                    return false;
            if (!Linearise(x, 0))
                return false;
            Solve(f);
            for (int i = 0; i < _n; i++)
                if (!(Math.Abs(f[i]) <= DegenerateStep * Math.Abs(x[i] - _start[i])))
                    return false;
            return true;
        }

        /// <summary>A rate that is 0 because a function is flat to the last digit, as of 1 − tanh(x) far out: no rest state, though nothing moves.</summary>
        private bool Saturated(double[] x)
        {
            var f = new double[_n];
            var seen = new bool[_n];
            double[] j = _system.Jacobian(x, _range);
            for (int i = 0; i < _n; i++)
                seen[i] = _rates[i] == 0 || Enumerable.Range(0, _n).Any(k => j[i * _n + k] != 0);
            if (seen.All(s => s) || x.SequenceEqual(_start))
                return false;
            double[] moved = [.. x],
                other = new double[_n];
            for (int k = 0; k < _n; k++)
            {
                double by = 1e-3 * Math.Max(_range[k], Math.Abs(x[k] - _start[k]));
                moved[k] = x[k] + by;
                _system.Flow(moved, f);
                moved[k] = x[k] - by;
                _system.Flow(moved, other);
                moved[k] = x[k];
                for (int i = 0; i < _n; i++)
                    seen[i] |= f[i] != 0 && other[i] != 0;
            }
            return !seen.All(s => s);
        }

        public int Size => _n;

        public void Residual(Span<double> x, Span<double> f, Span<double> residual)
        {
            _system.Flow(x, f);
            double worst = 0;
            for (int i = 0; i < _n; i++)
                worst =
                    f[i] == 0 ? worst
                    : double.IsNaN(f[i]) || _rates[i] == 0 ? double.PositiveInfinity
                    : Math.Max(worst, Math.Abs(f[i]) / _rates[i]);
            residual[0] = worst;
        }

        /// <summary>shift − J in the units of the ranges and of the rates, so that pivots are chosen among comparable numbers.</summary>
        public bool Linearise(ReadOnlySpan<double> x, double shift)
        {
            double[] j = _system.Jacobian(x.ToArray(), _range);
            for (int i = 0; i < _n; i++)
            {
                double largest = 0;
                for (int k = 0; k < _n; k++)
                {
                    double entry = ((i == k ? shift : 0) - j[i * _n + k]) * _range[k];
                    _lu.Matrix[i * _n + k] = entry;
                    largest = Math.Max(largest, Math.Abs(entry));
                }
                if (!(largest > 0) || !double.IsFinite(largest))
                    return false;
                for (int k = 0; k < _n; k++)
                    _lu.Matrix[i * _n + k] /= largest;
                _rows[i] = largest;
            }
            return _lu.Factor() < 0;
        }

        public void Solve(Span<double> step)
        {
            for (int i = 0; i < _n; i++)
                step[i] /= _rows[i];
            _lu.Solve(step);
            for (int i = 0; i < _n; i++)
                step[i] *= _range[i];
        }

        public double Length(ReadOnlySpan<double> step)
        {
            double worst = 0;
            for (int i = 0; i < _n; i++)
                worst = double.IsNaN(step[i]) ? double.PositiveInfinity : Math.Max(worst, Math.Abs(step[i]) / _range[i]);
            return worst;
        }

        public double[] Transient(double[] start)
        {
            double[] x = [.. start];
            new RestSolver<double>(this).Transient(
                x,
                new SwitchedSteps(0.1 / _rate, 1e13 / _rate, Rest),
                Floor,
                TransientSteps,
                (step, residual) => Watch($"implicit step {step + 1}, residual {residual:E1}")
            );
            return x;
        }

        /// <param name="start">The first state.</param>
        /// <param name="damped">Whether steps are shortened until the next one shrinks.</param>
        /// <param name="contracting">Whether to give up, at the start, where a step does not shrink.</param>
        public double[] Newton(double[] start, bool damped, bool contracting = false)
        {
            double[] x = [.. start];
            NewtonOptions options = new(
                NewtonSteps,
                Tolerance: 0,
                damped ? Damping.Natural : Damping.None,
                SmallestStep: Floor,
                Contraction: contracting ? 0.75 : double.PositiveInfinity
            );
            new RestSolver<double>(this).Newton(x, options, (step, _) => Watch($"step {step + 1} of Newton's method"));
            return x;
        }

        public void Dispose() => _lu.Dispose();

        private void Watch(string what)
        {
            _cancel.ThrowIfCancellationRequested();
            _progress?.Report($"a rest state of {_n} variables: {what}");
        }
    }
}
