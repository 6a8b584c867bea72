using System.Numerics;
using Nagumo.Compute;
using Nagumo.Networks;

namespace Nagumo.Relaxation;

/// <summary>The physical flow: s τ_u u' = −∂H/∂u, s τ_v v' = +∂H/∂v, with each population's own time constants.</summary>
/// <remarks>
/// An explicit Runge–Kutta method given by its table; all lanes advance together, an adaptive step serves the worst of them. Activators
/// are projected onto their boxes in every stage, so that the rest states are those of the projected flow whatever the step. Nothing is allocated while it runs. [DESIGN §1, §3]
/// </remarks>
internal sealed unsafe class Flow<T> : IDisposable
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>The residual costs as much as a stage: it is looked at after so many steps.</summary>
    private const int CheckEvery = 8;

    private readonly Machine<T> _machine;
    private readonly FlowOptions _options;
    private readonly ButcherTable _table;
    private readonly Workspace<T> _workspace;
    private readonly State<T> _trial;
    private readonly State<T>[] _k;
    private readonly FieldVector<T> _vector;
    private readonly (int Population, int Field)[] _fields;
    private State<T> _state = null!;
    private bool _started;

    /// <param name="machine">The machine.</param>
    /// <param name="lanes">Lanes of the states that it will move.</param>
    /// <param name="options">Method and stopping.</param>
    /// <param name="workspace">The thread's workspace.</param>
    /// <exception cref="ArgumentException">An inhibitor without a time constant: its flow is not defined.</exception>
    public Flow(Machine<T> machine, int lanes, FlowOptions options, Workspace<T> workspace)
    {
        (_machine, _options, _table, _workspace) = (machine, options, options.Table, workspace);
        foreach (int p in machine.Relaxed)
        {
            var population = machine.Network.Populations[p];
            foreach (var v in population.Neuron!.Inhibitors)
                if (population.Parameters[v.Tau.Name].Any(tau => !(tau > 0)))
                    throw new ArgumentException(
                        $"Population '{population.Name}': {v.Tau.Name} = 0, but the flow needs a time constant > 0. Give one, 0.5 is usual."
                    );
        }
        _trial = machine.CreateState(lanes, allFields: true);
        _k = [.. Enumerable.Range(0, _table.Stages).Select(_ => machine.CreateState(lanes, allFields: true))];
        _vector = new(machine, _trial);
        _fields = [.. _vector.Parts.Select(p => (p.Population, p.Field))];
        StepSize = options.Step;
    }

    /// <summary>Simulated time since <see cref="Begin"/>.</summary>
    public double Time { get; private set; }

    /// <summary>Size of the next step.</summary>
    public double StepSize { get; private set; }

    /// <summary>Takes over a state that stores all fields, its inputs and constants loaded; time starts at 0.</summary>
    /// <exception cref="ArgumentException">The state leaves inhibitors out, or has another number of lanes.</exception>
    public void Begin(State<T> s)
    {
        if (!s.AllFields || s.Lanes != _trial.Lanes)
            throw new ArgumentException(
                $"The flow needs a state of {_trial.Lanes} lanes that stores all fields (allFields: true); got {s.Lanes} lanes, allFields: {s.AllFields}."
            );
        _state = s;
        // Clamped inputs and constants; the fields are overwritten by every stage.
        _trial.CopyFrom(s, 0);
        (_started, Time, StepSize) = (false, 0, _options.Step);
    }

    /// <summary>One step of the state taken over by <see cref="Begin"/>. An adaptive method repeats it, smaller, until its error is allowed.</summary>
    public void Step() => Step(double.PositiveInfinity);

    /// <summary>Integrates until every lane is at rest, or to the end of time or steps.</summary>
    public RelaxationReport Relax(State<T> s, Action<double, double>? watch = null)
    {
        Begin(s);
        for (int steps = 0; ; steps++)
        {
            bool last = steps == _options.MaxSteps || Time >= _options.MaxTime;
            if (steps % CheckEvery == 0 || last)
            {
                _machine.FullResidual(s, _workspace);
                var (residual, above) = BlockSweeps.Judge(s, _options.Tolerance);
                if (last || above == 0 || !double.IsFinite(residual))
                    return new("flow", steps, residual, above, Time);
                watch?.Invoke(Time, residual);
            }
            Step(_options.MaxTime - Time);
        }
    }

    public void Dispose()
    {
        _trial.Dispose();
        foreach (var k in _k)
            k.Dispose();
    }

    private void Step(double most)
    {
        if (!_started)
            Velocity(_state, _k[0]);
        _started = true;
        while (true)
        {
            double h = Math.Min(StepSize, most);
            for (int i = 1; i < _table.Stages; i++)
            {
                Combine(_table.A[i - 1], h);
                Velocity(_trial, _k[i]);
            }
            double error = _table.E is null ? 0 : Error(h) / _options.Error;
            // The usual controller: aim a little below the allowed error, change by a factor of at most 5.
            double factor = error > 0 ? 0.9 * Math.Pow(error, -1.0 / _table.Order) : 5;
            factor = Math.Clamp(double.IsFinite(factor) ? factor : 0.2, 0.2, 5);
            if (error > 1 && h > SmallestStep)
            {
                StepSize = h * factor;
                continue;
            }
            // The last stage of such a method was evaluated at the new state already.
            if (!_table.FirstSameAsLast)
                Combine(_table.B, h);
            _vector.Copy(_trial, _state);
            _started = _table.FirstSameAsLast;
            if (_started)
                (_k[0], _k[^1]) = (_k[^1], _k[0]);
            Time += h;
            // A step cut short by the end says nothing about the next one.
            if (_table.E is not null && h == StepSize)
                StepSize = h * factor;
            return;
        }
    }

    private const double SmallestStep = 1e-12;

    /// <summary>Time derivatives of all fields, each inhibitor's divided by the τ ratio.</summary>
    private void Velocity(State<T> s, State<T> into)
    {
        _machine.Flow(s, into, _workspace);
        if (_options.TauRatio == 1)
            return;
        T factor = T.CreateChecked(1 / _options.TauRatio);
        foreach (var (p, f) in _fields)
            if (f > 0)
                RowMath.Scale(Flat(into.X(p, f)), factor, Flat(into.X(p, f)));
    }

    /// <summary>trial = x + h Σ c_j k_j, projected.</summary>
    private void Combine(double[] coefficients, double h)
    {
        foreach (var (p, f) in _fields)
        {
            var target = Flat(_trial.X(p, f));
            Flat(_state.X(p, f)).CopyTo(target);
            for (int j = 0; j < coefficients.Length; j++)
                if (coefficients[j] != 0)
                    RowMath.AddScaled(Flat(_k[j].X(p, f)), T.CreateChecked(h * coefficients[j]), target, target);
        }
        _vector.Project(_trial);
    }

    /// <summary>Largest |h Σ e_j k_j| over fields and lanes; NaN stays.</summary>
    private double Error(double h)
    {
        T worst = T.Zero;
        foreach (var (p, f) in _fields)
        {
            int rows = _trial.X(p, f).Rows;
            for (int r = 0; r < rows; r++)
                worst = T.Max(worst, Error(p, f, r));
        }
        return h * double.CreateChecked(worst);
    }

    /// <summary>Largest |Σ e_j k_j| of one row.</summary>
    private T Error(int p, int f, int r)
    {
        var e = _table.E!;
        int lanes = _trial.Lanes,
            l = 0;
        var most = Vector<T>.Zero;
        for (; l <= lanes - Vector<T>.Count; l += Vector<T>.Count)
        {
            var sum = Vector<T>.Zero;
            for (int j = 0; j < e.Length; j++)
                if (e[j] != 0)
                    sum += T.CreateChecked(e[j]) * Vector.Load(_k[j].X(p, f).Data + r * _k[j].X(p, f).RowStride + l);
            if (!Vector.EqualsAll(sum, sum))
                return T.NaN;
            most = Vector.Max(most, Vector.Abs(sum));
        }
        T worst = T.Zero;
        for (int i = 0; i < Vector<T>.Count; i++)
            worst = T.Max(worst, most[i]);
        for (; l < lanes; l++)
        {
            T sum = T.Zero;
            for (int j = 0; j < e.Length; j++)
                if (e[j] != 0)
                    sum += T.CreateChecked(e[j]) * _k[j].X(p, f).Data[r * _k[j].X(p, f).RowStride + l];
            worst = T.Max(worst, T.Abs(sum));
        }
        return worst;
    }

    /// <summary>A field with the padding of its rows: padding holds finite numbers that nothing reads.</summary>
    private static Span<T> Flat(MatView<T> view) => new(view.Data, checked((int)(view.Rows * view.RowStride)));
}
