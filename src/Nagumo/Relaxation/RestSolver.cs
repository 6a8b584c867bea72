using System.Numerics;

namespace Nagumo.Relaxation;

/// <summary>Rest states by Newton's method, damped, or by pseudo-transient continuation, of whatever equations and linear systems.</summary>
/// <remarks>
/// Newton: x ← x + λ δ, −J δ = f(x). It finds zeros of f, also such as the flow would leave. Continuation: (M/h − J) δ = f(x), linearly implicit Euler steps that
/// follow the flow M x' = f and grow into Newton's, where plain Newton would leave the basin. [Deuflhard 2011, §3; Kelley and Keyes 1998, doi:10.1137/S0036142996304796]
/// </remarks>
/// <param name="equations">The equations.</param>
internal sealed class RestSolver<T>(IRestEquations<T> equations)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly T[] _step = new T[equations.Size],
        _merit = new T[equations.Lanes],
        _triedMerit = new T[equations.Lanes],
        _length = new T[equations.Lanes];
    private (T[] X, T[] F, double[] Residual) _now = Point(equations),
        _tried = Point(equations);

    /// <summary>Newton's method.</summary>
    /// <param name="x">Start in; receives the last state whose step was taken.</param>
    /// <param name="options">Damping and stopping.</param>
    /// <param name="watch">Told the number of every step and the residual before it, and the last one; null for nobody.</param>
    public RelaxationReport Newton(Span<T> x, NewtonOptions options, Action<int, double>? watch = null)
    {
        Begin(x);
        double damping = 1,
            size = double.PositiveInfinity,
            before = double.PositiveInfinity;
        for (int steps = 0; ; steps++)
        {
            var report = Judge("newton", steps, options.Tolerance);
            watch?.Invoke(steps, report.Residual);
            bool rounding = report.Residual < options.Rounding && report.Residual >= before;
            before = report.Residual;
            if (steps == options.MaxSteps || report.Converged || rounding || double.IsNaN(before) || !equations.Linearise(_now.X, 0))
                return End(x, report);
            _now.F.CopyTo(_step, 0);
            equations.Solve(_step);
            if (options.Damping == Damping.Descent)
            {
                if (!Descend(options))
                    return End(x, report);
                continue;
            }
            double last = size;
            size = equations.Length(_step);
            if (!double.IsFinite(size))
                return End(x, report);
            if (size > options.SmallestStep && size > options.Contraction * last)
                return report;
            damping = options.Damping == Damping.None ? 1 : Shorten(Math.Min(1, 2 * damping), size);
            if (options.Damping == Damping.None)
                Try(1);
            bool still = _tried.X.AsSpan().SequenceEqual(_now.X);
            Accept();
            if (still || (size < options.SmallestStep && damping == 1))
                return End(x, Judge("newton", steps + 1, options.Tolerance));
        }
    }

    /// <summary>Pseudo-transient continuation, all lanes with one step h.</summary>
    /// <param name="x">Start in; receives the last state whose step was taken.</param>
    /// <param name="control">Chooses h.</param>
    /// <param name="tolerance">Stop when every lane's residual is at most this.</param>
    /// <param name="maxSteps">Most steps, those in vain included.</param>
    /// <param name="watch">Told the number of every step and the residual before it; null for nobody.</param>
    /// <param name="cancel">Ends it early, with what is there.</param>
    public RelaxationReport Transient(
        Span<T> x,
        StepControl control,
        double tolerance,
        int maxSteps,
        Action<int, double>? watch = null,
        CancellationToken cancel = default
    )
    {
        Begin(x);
        for (int steps = 0; ; steps++)
        {
            var report = Judge("pseudo-transient", steps, tolerance);
            bool ends = steps == maxSteps || report.Converged || control.HasStalled || !double.IsFinite(report.Residual);
            if (ends || cancel.IsCancellationRequested)
                return End(x, report);
            watch?.Invoke(steps, report.Residual);
            var (moved, reached) = (double.PositiveInfinity, double.NaN);
            if (equations.Linearise(_now.X, 1 / control.Step))
            {
                _now.F.CopyTo(_step, 0);
                equations.Solve(_step);
                moved = equations.Length(_step);
                Try(1);
                reached = Worst(_tried.Residual);
            }
            if (control.Accepts(moved, report.Residual, reached))
                Accept();
        }
    }

    /// <summary>Largest |value|; NaN stays.</summary>
    public static double Largest(ReadOnlySpan<T> values)
    {
        T worst = T.Zero;
        foreach (T value in values)
            worst = T.Max(worst, T.Abs(value));
        return double.CreateChecked(worst);
    }

    /// <summary>Halves each lane's step until its |f|₂, for which it is a direction of descent, falls; false when no lane moved.</summary>
    private bool Descend(NewtonOptions options)
    {
        int lanes = equations.Lanes;
        Squares(_now.F, _merit);
        for (int l = 0; l < lanes; l++)
            _length[l] = _now.Residual[l] <= options.Tolerance ? T.Zero : T.One;
        for (int halving = 0; ; halving++)
        {
            for (int i = 0; i < _step.Length; i++)
                _tried.X[i] = _now.X[i] + _length[i % lanes] * _step[i];
            equations.Residual(_tried.X, _tried.F, _tried.Residual);
            Squares(_tried.F, _triedMerit);
            bool open = false,
                moved = false;
            for (int l = 0; l < lanes; l++)
            {
                if (_length[l] == T.Zero)
                    continue;
                // At the floor of rounding nothing falls any more.
                if (_triedMerit[l] < _merit[l] || _tried.Residual[l] <= options.Tolerance)
                {
                    moved = true;
                    continue;
                }
                _length[l] = halving < options.Halvings ? _length[l] / T.CreateChecked(2) : T.Zero;
                open = true;
            }
            if (open)
                continue;
            if (moved)
                Accept();
            return moved;
        }
    }

    /// <summary>Halves λ until the next step, by the same J, is shorter: natural monotonicity, whatever the units of f. [Deuflhard 2011, §3.3]</summary>
    private double Shorten(double damping, double size)
    {
        var next = new T[_step.Length];
        for (; ; damping /= 2)
        {
            Try(damping);
            if (damping < 1e-8)
                return damping;
            if (!double.IsFinite(Largest(_tried.F)))
                continue;
            _tried.F.CopyTo(next, 0);
            equations.Solve(next);
            if (equations.Length(next) <= (1 - damping / 4) * size)
                return damping;
        }
    }

    private static (T[], T[], double[]) Point(IRestEquations<T> equations) =>
        (new T[equations.Size], new T[equations.Size], new double[equations.Lanes]);

    private void Begin(ReadOnlySpan<T> x)
    {
        x.CopyTo(_now.X);
        equations.Residual(_now.X, _now.F, _now.Residual);
    }

    private RelaxationReport End(Span<T> x, RelaxationReport report)
    {
        _now.X.CopyTo(x);
        return report;
    }

    private void Try(double share)
    {
        T s = T.CreateChecked(share);
        for (int i = 0; i < _step.Length; i++)
            _tried.X[i] = _now.X[i] + s * _step[i];
        equations.Residual(_tried.X, _tried.F, _tried.Residual);
    }

    private void Accept() => (_now, _tried) = (_tried, _now);

    private RelaxationReport Judge(string method, int steps, double tolerance) =>
        new(method, steps, Worst(_now.Residual), _now.Residual.Count(r => !(r <= tolerance)));

    private static double Worst(double[] residual)
    {
        double worst = 0;
        foreach (double r in residual)
            worst = Math.Max(worst, r);
        return worst;
    }

    private static void Squares(T[] f, T[] sums)
    {
        Array.Clear(sums);
        for (int i = 0; i < f.Length; i++)
            sums[i % sums.Length] += f[i] * f[i];
    }
}
