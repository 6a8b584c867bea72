namespace Nagumo.Relaxation;

/// <summary>An adaptive integrator of any order: a simple method with ever more substeps, extrapolated to infinitely many.</summary>
/// <remarks>
/// Explicit: the midpoint rule with 2, 4, …, 2k substeps, whose error has even powers only: order 2k. Semi-implicit, for a stiff
/// linear part: Euler steps δ = (1 − h L)⁻¹ h f(x) with 1, 2, …, k substeps: order k, and a rest state of the flow rests whatever the step.
/// The last two columns give the error. A step that overflows is a step that failed: the next is smaller, and a flow that no step follows has
/// escaped, which is an outcome like any other (<see cref="TryStep"/>). Steps end at corners of the flow (<see cref="ICornered"/>): of one that lies behind the last
/// substep no column, and no error, would know. Nothing else is allocated after construction. [Gragg 1965, doi:10.1137/0702030; Hairer, Nørsett and
/// Wanner 1993, §II.9; Constantinescu and Sandu 2010, doi:10.1137/080732833]
/// </remarks>
internal sealed class Extrapolation
{
    private readonly IVelocity _system;
    private readonly IStiffVelocity? _stiff;
    private readonly ICornered? _cornered;
    private readonly double[] _conditions,
        _reached;
    private readonly ExtrapolationOptions _options;
    private readonly ErrorControl _control;
    private readonly int _size;
    private readonly double _rounding;
    private readonly double[] _absolute,
        _middle;
    private readonly CancellationToken _cancel;
    private readonly double[][] _row,
        _above;
    private readonly double[] _x,
        _begun,
        _trial,
        _velocity,
        _first,
        _last,
        _before,
        _corner;

    /// <param name="system">The flow; integrated semi-implicitly when it is an <see cref="IStiffVelocity"/>.</param>
    /// <param name="options">Columns and tolerances.</param>
    /// <param name="sizes">What counts as 1 of each variable: absolute errors and the first step are measured in it. Without, 1.</param>
    /// <param name="cancel">Ends the next step with an <see cref="OperationCanceledException"/>.</param>
    /// <param name="middle">Where each variable is counted from: relative errors are relative to the distance from it. Without, 0.</param>
    public Extrapolation(
        IVelocity system,
        ExtrapolationOptions options,
        IReadOnlyList<double>? sizes = null,
        CancellationToken cancel = default,
        IReadOnlyList<double>? middle = null
    )
    {
        (_system, _stiff, _options, _size, _cancel) = (system, system as IStiffVelocity, options, system.Size, cancel);
        _cornered = system is ICornered { Corners: > 0 } cornered ? cornered : null;
        _conditions = new double[_cornered?.Corners ?? 0];
        _reached = new double[_conditions.Length];
        _absolute = [.. Enumerable.Range(0, _size).Select(i => options.Absolute * (sizes?[i] ?? 1))];
        _middle = [.. middle ?? new double[_size]];
        _control = new(options.ErrorOrder(_stiff is not null), aim: 0.85, least: 0.1, most: 4);
        _row = Table();
        _above = Table();
        _x = new double[_size];
        _begun = new double[_size];
        _trial = new double[_size];
        _velocity = new double[_size];
        _first = new double[_size];
        _last = new double[_size];
        _before = new double[_size];
        _corner = new double[_size];

        _rounding = 2.2e-16 * Weights();

        double[][] Table() => [.. Enumerable.Range(0, options.Columns).Select(_ => new double[_size])];
    }

    /// <summary>Σ |w_j| of the extrapolation T = Σ w_j T_j: what rounding in the rows is multiplied with.</summary>
    private double Weights()
    {
        double sum = 0;
        for (int j = 1; j <= _options.Columns; j++)
        {
            double weight = 1;
            for (int i = 1; i <= _options.Columns; i++)
                if (i != j)
                    weight *= _stiff is null ? (double)(j * j) / (j * j - i * i) : (double)j / (j - i);
            sum += Math.Abs(weight);
        }
        return sum;
    }

    /// <summary>The flow.</summary>
    public IVelocity System => _system;

    /// <summary>Time since <see cref="Begin"/>.</summary>
    public double Time { get; private set; }

    /// <summary>Size of the next step.</summary>
    public double StepSize => _control.Step;

    /// <summary>Steps taken, and tried in vain, since construction.</summary>
    public int Steps { get; private set; }

    /// <inheritdoc cref="Steps"/>
    public int Rejected { get; private set; }

    /// <summary>Steps, those in vain too, after which <see cref="TryStep"/> gives up.</summary>
    public int MostSteps { get; init; } = int.MaxValue;

    /// <summary>Whether the last step failed because the state runs away; otherwise, when one failed, <see cref="MostSteps"/> are spent.</summary>
    public bool HasEscaped { get; private set; }

    /// <summary>The state.</summary>
    public ReadOnlySpan<double> State => _x;

    /// <summary>f at the state from which the last step began.</summary>
    public ReadOnlySpan<double> Velocity => _first;

    /// <summary>Takes over a state; time starts at 0.</summary>
    /// <param name="x">The state; copied.</param>
    /// <param name="step">First step to try; 0 keeps the rhythm of before, and finds one at the very first.</param>
    public void Begin(ReadOnlySpan<double> x, double step = 0)
    {
        x.CopyTo(_x);
        Time = 0;
        _control.Step =
            step > 0 ? step
            : HasEscaped ? 0
            : StepSize;
        HasEscaped = false;
        if (StepSize > 0)
            return;
        // So short that no variable moves by more than a hundredth of its size.
        _system.At(_x, _first);
        double fastest = 0;
        for (int i = 0; i < _size; i++)
            fastest = Math.Max(fastest, Math.Abs(_first[i]) * _options.Absolute / _absolute[i]);
        _control.Step = fastest > 0 && double.IsFinite(0.01 / fastest) ? 0.01 / fastest : 1;
    }

    /// <summary>One step, of at most <paramref name="most"/>; repeated, smaller, until its error is allowed.</summary>
    /// <returns>The step taken.</returns>
    /// <exception cref="NotFiniteNumberException">No step is small enough: the state runs away or is not finite.</exception>
    public double Step(double most = double.PositiveInfinity) =>
        TryStep(out double step, most)
            ? step
            : throw new NotFiniteNumberException(
                HasEscaped
                    ? $"the flow cannot be followed beyond t = {Time:G6}: its state runs away, beyond {Math.Max(_x.Max(), -_x.Min()):G2}. Check the parameters."
                    : $"the flow takes more than {MostSteps} steps: followed until t = {Time:G6}."
            );

    /// <summary>One step, of at most <paramref name="most"/>; repeated, smaller, until its error is allowed.</summary>
    /// <param name="step">The step taken.</param>
    /// <param name="most">Longest step.</param>
    /// <returns>Whether one was taken: not when the state runs away (<see cref="HasEscaped"/>), or when too many were.</returns>
    public bool TryStep(out double step, double most = double.PositiveInfinity)
    {
        _x.CopyTo(_begun, 0);
        _system.At(_x, _first);
        _stiff?.Linearise(_x);
        while (!HasEscaped && Steps + Rejected < MostSteps)
        {
            _cancel.ThrowIfCancellationRequested();
            double h = step = Math.Min(StepSize, most);
            if (!_control.Accepts(h, Try(h, _trial)))
            {
                Rejected++;
                if (Time + StepSize > Time && StepSize > SmallestStep)
                    continue;
                HasEscaped = true;
                return false;
            }
            _trial.CopyTo(_x, 0);
            if (_cornered is not null)
                h = step = ToCorner(h);
            Time += h;
            Steps++;
            _control.Take(h);
            return true;
        }
        step = 0;
        return false;
    }

    /// <summary>A step that was taken, cut short just behind the first corner in it.</summary>
    private double ToCorner(double step)
    {
        _cornered!.Conditions(_begun, _conditions);
        _cornered.Conditions(_x, _reached);
        double first = step;
        for (int i = 0; i < _conditions.Length; i++)
            if (_conditions[i] * _reached[i] < 0)
            {
                int corner = i;
                double Condition(ReadOnlySpan<double> x)
                {
                    _cornered.Conditions(x, _reached);
                    return _reached[corner];
                }
                double end = _reached[i],
                    h = Crossing(Condition, step, _corner);
                // Just behind it: there the next step begins.
                for (double more = 1e-15 * step; h < step && !(Condition(_corner) * end > 0); more *= 4)
                    Within(h = Math.Min(step, h + more), _corner);
                first = Math.Min(first, h);
                _cornered.Conditions(_x, _reached);
            }
        if (first < step)
        {
            Within(first, _corner);
            _corner.CopyTo(_x, 0);
        }
        return first;
    }

    /// <summary>Integrates for a duration.</summary>
    public void Advance(double duration)
    {
        double end = Time + duration;
        // What is left after the last step is rounding.
        while (end - Time > 1e-14 * end)
            Step(end - Time);
    }

    /// <summary>The state at a time within the last step, as accurate as a step.</summary>
    /// <param name="h">Time since the last step began, from 0 to its size.</param>
    /// <param name="into">Receives the state.</param>
    public void Within(double h, Span<double> into)
    {
        if (h <= 0)
        {
            _begun.CopyTo(into);
            return;
        }
        Try(h, _trial);
        _trial.CopyTo(into);
    }

    /// <summary>The time since the last step began at which a function of the state, of different sign at both ends, is 0.</summary>
    /// <param name="f">The function.</param>
    /// <param name="step">Size of the last step.</param>
    /// <param name="into">Receives the state there.</param>
    public double Crossing(Func<ReadOnlySpan<double>, double> f, double step, Span<double> into)
    {
        double low = 0,
            high = step,
            atLow = f(_begun),
            atHigh = f(_x),
            h = high;
        // Regula falsi with the Illinois weight: never leaves the bracket, and gains digits superlinearly.
        for (int i = 0; i < 60; i++)
        {
            double next = high - atHigh * (high - low) / (atHigh - atLow);
            bool still = Math.Abs(next - h) <= 1e-15 * step;
            h = next;
            Within(h, into);
            double value = f(into);
            if (value == 0 || still)
                break;
            if (value < 0 == atHigh < 0)
                atLow /= 2;
            else
                (low, atLow) = (high, atHigh);
            (high, atHigh) = (h, value);
        }
        return h;
    }

    /// <summary>Nothing moves in a step next to the smallest number, whatever the unit of time.</summary>
    private const double SmallestStep = 1e-290;

    /// <summary>One step from the begun state with all columns; the error in units of what is allowed.</summary>
    private double Try(double h, double[] result)
    {
        int columns = _options.Columns;
        for (int j = 0; j < columns; j++)
        {
            var row = j % 2 == 0 ? _row : _above;
            var above = j % 2 == 0 ? _above : _row;
            if (_stiff is null)
                Midpoint(h, 2 * (j + 1), row[0]);
            else
                Euler(h, j + 1, row[0]);
            for (int l = 1; l <= j; l++)
            {
                double ratio = (double)(j + 1) / (j + 1 - l);
                double weight = 1 / ((_stiff is null ? ratio * ratio : ratio) - 1);
                double[] better = row[l - 1],
                    worse = above[l - 1],
                    into = row[l];
                for (int i = 0; i < _size; i++)
                    into[i] = better[i] + weight * (better[i] - worse[i]);
            }
        }
        var final = (columns - 1) % 2 == 0 ? _row : _above;
        double[] best = final[columns - 1],
            second = final[columns - 2];
        double worst = 0;
        for (int i = 0; i < _size; i++)
        {
            // No step however small errs less than rounding, wherever the origin is.
            double allowed =
                _absolute[i]
                + Math.Max(
                    _options.Relative * Math.Max(Math.Abs(_begun[i] - _middle[i]), Math.Abs(best[i] - _middle[i])),
                    _rounding * Math.Max(Math.Abs(_begun[i]), Math.Abs(best[i]))
                );
            // Math.Max lets NaN through, which no step may hide.
            worst = Math.Max(worst, Math.Abs(best[i] - second[i]) / allowed);
        }
        best.CopyTo(result, 0);
        return worst;
    }

    private void Midpoint(double h, int n, double[] result)
    {
        double delta = h / n;
        _begun.CopyTo(_before, 0);
        for (int i = 0; i < _size; i++)
            _last[i] = _begun[i] + delta * _first[i];
        for (int m = 1; m < n; m++)
        {
            _system.At(_last, _velocity);
            for (int i = 0; i < _size; i++)
            {
                double next = _before[i] + 2 * delta * _velocity[i];
                (_before[i], _last[i]) = (_last[i], next);
            }
        }
        _last.CopyTo(result, 0);
    }

    private void Euler(double h, int n, double[] result)
    {
        double delta = h / n;
        _begun.CopyTo(result, 0);
        for (int m = 0; m < n; m++)
        {
            if (m == 0)
                _first.CopyTo(_velocity, 0);
            else
                _system.At(result, _velocity);
            for (int i = 0; i < _size; i++)
                _velocity[i] *= delta;
            _stiff!.Solve(delta, _velocity);
            for (int i = 0; i < _size; i++)
                result[i] += _velocity[i];
        }
    }
}
