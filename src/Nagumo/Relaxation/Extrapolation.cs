namespace Nagumo.Relaxation;

/// <summary>An adaptive integrator of any order: a simple method with ever more substeps, extrapolated to infinitely many.</summary>
/// <remarks>
/// Explicit: the midpoint rule with 2, 4, …, 2k substeps, whose error has even powers only: order 2k. Semi-implicit, for a stiff
/// linear part: Euler steps δ = (1 − h L)⁻¹ h f(x) with 1, 2, …, k substeps: order k, and a rest state of the flow rests whatever the step.
/// The last two columns give the error. Nothing is allocated after construction. [Gragg 1965, doi:10.1137/0702030; Hairer, Nørsett and
/// Wanner 1993, §II.9; Constantinescu and Sandu 2010, doi:10.1137/080732833]
/// </remarks>
internal sealed class Extrapolation
{
    private readonly IVelocity _system;
    private readonly IStiffVelocity? _stiff;
    private readonly ExtrapolationOptions _options;
    private readonly int _size;
    private readonly double _rounding;
    private readonly double[][] _row,
        _above;
    private readonly double[] _x,
        _begun,
        _trial,
        _velocity,
        _first,
        _last,
        _before;

    /// <param name="system">The flow; integrated semi-implicitly when it is an <see cref="IStiffVelocity"/>.</param>
    /// <param name="options">Columns and tolerances.</param>
    public Extrapolation(IVelocity system, ExtrapolationOptions options)
    {
        (_system, _stiff, _options, _size) = (system, system as IStiffVelocity, options, system.Size);
        _row = Table();
        _above = Table();
        _x = new double[_size];
        _begun = new double[_size];
        _trial = new double[_size];
        _velocity = new double[_size];
        _first = new double[_size];
        _last = new double[_size];
        _before = new double[_size];

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
    public double StepSize { get; private set; }

    /// <summary>Steps taken, and tried in vain, since construction.</summary>
    public int Steps { get; private set; }

    /// <inheritdoc cref="Steps"/>
    public int Rejected { get; private set; }

    /// <summary>The state.</summary>
    public ReadOnlySpan<double> State => _x;

    /// <summary>f at the state from which the last step began.</summary>
    public ReadOnlySpan<double> Velocity => _first;

    /// <summary>Takes over a state; time starts at 0.</summary>
    /// <param name="x">The state; copied.</param>
    /// <param name="step">First step to try; 0 keeps that of before.</param>
    public void Begin(ReadOnlySpan<double> x, double step = 0)
    {
        x.CopyTo(_x);
        Time = 0;
        StepSize =
            step > 0 ? step
            : StepSize > 0 ? StepSize
            : _options.FirstStep;
    }

    /// <summary>One step, of at most <paramref name="most"/>; repeated, smaller, until its error is allowed.</summary>
    /// <returns>The step taken.</returns>
    /// <exception cref="NotFiniteNumberException">No step is small enough: the state runs away or is not finite.</exception>
    public double Step(double most = double.PositiveInfinity)
    {
        _x.CopyTo(_begun, 0);
        _system.At(_x, _first);
        while (true)
        {
            double h = Math.Min(StepSize, most);
            double error = Try(h, _trial);
            double factor = error > 0 ? 0.85 * Math.Pow(error, -1.0 / _options.ErrorOrder(_stiff is not null)) : 4;
            factor = double.IsFinite(factor) ? Math.Clamp(factor, 0.1, 4) : 0.1;
            if (!(error <= 1))
            {
                Rejected++;
                StepSize = h * factor;
                if (StepSize < SmallestStep)
                    throw new NotFiniteNumberException(
                        $"the flow cannot be followed beyond t = {Time:G6}: even a step of {StepSize:G2} is too large. Its state runs away; check the parameters."
                    );
                continue;
            }
            _trial.CopyTo(_x, 0);
            Time += h;
            Steps++;
            // A step cut short by the end says nothing about the next one.
            if (h == StepSize || factor < 1)
                StepSize = h * factor;
            return h;
        }
    }

    /// <summary>Integrates for a duration.</summary>
    public void Advance(double duration)
    {
        double end = Time + duration;
        while (end - Time > 1e-13 * Math.Max(1, end))
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

    private const double SmallestStep = 1e-13;

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
            // No step however small errs less than rounding.
            double allowed = _options.Absolute + Math.Max(_options.Relative, _rounding) * Math.Max(Math.Abs(_begun[i]), Math.Abs(best[i]));
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
