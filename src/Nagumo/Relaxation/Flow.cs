using System.Numerics;
using Nagumo.Compute;
using Nagumo.Networks;

namespace Nagumo.Relaxation;

/// <summary>The physical flow: s τ_u u' = −∂H/∂u, s τ_v v' = +∂H/∂v, with each population's own time constants.</summary>
/// <remarks>
/// An explicit Runge–Kutta method given by its table; all lanes advance together, an adaptive step serves the worst of them. Activators
/// are projected onto their boxes in every stage, so that the rest states are those of the projected flow whatever the step. Nothing is allocated while it runs. [DESIGN §1, §3]
/// </remarks>
internal sealed class Flow<T> : IDisposable
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>The residual costs as much as a stage: it is looked at after so many steps.</summary>
    private const int CheckEvery = 8;

    private readonly Machine<T> _machine;
    private readonly FlowOptions _options;
    private readonly ButcherTable _table;
    private readonly ErrorControl _control;
    private readonly Workspace<T> _workspace;
    private readonly State<T> _trial;
    private readonly State<T>[] _k;
    private readonly MatView<T>[] _stages;
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
        if (Fault(machine) is { } fault)
            throw new ArgumentException(fault);
        _trial = machine.CreateState(lanes, allFields: true);
        _k = [.. Enumerable.Range(0, _table.Stages).Select(_ => machine.CreateState(lanes, allFields: true))];
        _stages = new MatView<T>[_table.Stages];
        _vector = new(machine, _trial);
        _fields = [.. _vector.Parts.Select(p => (p.Population, p.Field))];
        _control = new(_table.Order, aim: 0.9, least: 0.2, most: 5) { Step = options.Step };
    }

    /// <summary>Why a machine has no flow; null when it has one.</summary>
    public static string? Fault(Machine<T> machine)
    {
        foreach (int p in machine.Relaxed)
        {
            var population = machine.Network.Populations[p];
            foreach (var v in population.Neuron!.Inhibitors)
                if (population.Parameters[v.Tau.Name].Any(tau => !(tau > 0)))
                    return $"Population '{population.Name}': {v.Tau.Name} = 0, but the flow needs a time constant > 0. Give one, 0.5 is usual.";
        }
        return null;
    }

    /// <summary>Simulated time since <see cref="Begin"/>.</summary>
    public double Time { get; private set; }

    /// <summary>Size of the next step.</summary>
    public double StepSize => _control.Step;

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
        (_started, Time, _control.Step) = (false, 0, _options.Step);
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
            if (_table.E is not null && !_control.Accepts(h, Error(h) / _options.Error) && h > SmallestStep)
                continue;
            // The last stage of such a method was evaluated at the new state already.
            if (!_table.FirstSameAsLast)
                Combine(_table.B, h);
            _vector.Copy(_trial, _state);
            _started = _table.FirstSameAsLast;
            if (_started)
                (_k[0], _k[^1]) = (_k[^1], _k[0]);
            Time += h;
            if (_table.E is not null)
                _control.Take(h);
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
                into.X(p, f).Scale(factor);
    }

    /// <summary>trial = x + h Σ c_j k_j, projected.</summary>
    private void Combine(double[] coefficients, double h)
    {
        foreach (var (p, f) in _fields)
        {
            var target = _trial.X(p, f);
            _state.X(p, f).CopyRowsTo(target);
            for (int j = 0; j < coefficients.Length; j++)
                if (coefficients[j] != 0)
                    target.Add(T.CreateChecked(h * coefficients[j]), _k[j].X(p, f));
        }
        _vector.Project(_trial);
    }

    /// <summary>Largest |h Σ e_j k_j| over fields and lanes; NaN stays.</summary>
    private double Error(double h)
    {
        T worst = T.Zero;
        foreach (var (p, f) in _fields)
        {
            for (int j = 0; j < _stages.Length; j++)
                _stages[j] = _k[j].X(p, f);
            worst = T.Max(worst, FieldVerbs.LargestSum<T>(_stages, _table.E!));
        }
        return h * double.CreateChecked(worst);
    }
}
