using Nagumo.Compute;
using Nagumo.Data;
using Nagumo.Learning;
using Nagumo.Networks;
using Nagumo.Relaxation;

namespace Nagumo.Audits;

/// <summary>A network in float64 with a few samples: what audits examine.</summary>
/// <remarks>
/// Made from an experiment, without its augmentation and with its own readout, cost and nudge; optionally with the weights of a trained
/// run. Phases relax by a fixed number of sweeps, found once, that reaches the floor of rounding; those of a ladder by its own steps.
/// </remarks>
public sealed class AuditSubject : IDisposable
{
    /// <summary>Sweeps are given up after so many.</summary>
    private const int MaxSweeps = 3000;

    /// <summary>A residual that rounding explains: fields and drives are of order 1 to 10.</summary>
    private const double Floor = 1e-11;

    /// <summary>So many sweeps without a smaller residual are the last: past the ghost of a rest state it stands still, or rises, for hundreds.</summary>
    private const int Patience = 500;

    private readonly Samples _set;
    private readonly int[] _samples;
    private readonly WorkerTeam _team = new(1);
    private readonly Chip<double> _chip;
    private readonly Head<double>? _head;
    private readonly DepthRelaxer<double>? _depth;
    private readonly Buffer<double> _inputs;
    private readonly int _input;
    private int _sweeps;
    private bool _settles = true;

    /// <param name="experiment">Network, readout, cost and nudge; seeds the parameters.</param>
    /// <param name="set">The samples.</param>
    /// <param name="samples">Their indices, at least one.</param>
    /// <param name="responds">False admits bistable neurons: then only the flow can be audited, not sweeps or gradients.</param>
    /// <exception cref="ArgumentException">Sizes that do not fit, or no sample.</exception>
    public AuditSubject(Experiment experiment, Samples set, IReadOnlyList<int> samples, bool responds = true)
    {
        if (samples.Count == 0)
            throw new ArgumentException("An audit needs at least one sample.");
        experiment.Validate();
        Responds = responds && experiment.Chain is not { Reading: "pass" };
        (Experiment, _set, _samples) = (experiment with { Pixels = experiment.Pixels with { Dropout = 0, Shift = 0 } }, set, [.. samples]);
        _chip = new(experiment, responds);
        Readout = Learners.ReadoutOf(experiment, Network, LearningTasks.Of(experiment.Task, set.Targets));
        _input = Enumerable.Range(0, Network.Populations.Count).First(p => Network.Populations[p] is { IsClamped: true, Rail: null });
        Fitting.Require(Network, Readout, experiment.Readout.Population, experiment.Data.Source, set);
        _head = Learners.HeadOf(Setup(new()));
        _depth = experiment.Chain is { Reading: "boundary" } ? new(Machine) : null;
        Parameters = _head is null
            ? Machine.Parameters
            : Ladder.Parameters(Machine, ChainShape.Of(experiment, experiment.Network.Build()), _head);
        _inputs = new((long)_samples.Length * set.Size);
        var loader = new InputLoader<double>(Experiment.Pixels, new Rng(0));
        for (int i = 0; i < _samples.Length; i++)
            loader.Load(set, _samples[i], _inputs.Span.Slice(i * set.Size, set.Size));
    }

    /// <summary>The configuration, without augmentation.</summary>
    public Experiment Experiment { get; }

    /// <summary>The network.</summary>
    public Network Network => Machine.Network;

    /// <summary>Whether every neuron answers every drive with one rest state, so that sweeps can be used.</summary>
    public bool Responds { get; }

    /// <summary>Whether activators are confined to boxes: then the potential has kinks, and orders in β hold between them only.</summary>
    public bool IsKinked => Network.Populations.Any(p => p.Neuron?.Box is not null);

    /// <summary>Number of samples.</summary>
    public int Samples => _samples.Length;

    /// <summary>Whether layers are gone through one after another (<c>chain.reading</c> "pass"): there are no rest states then.</summary>
    internal bool IsPass => Experiment.Chain is { Reading: "pass" };

    /// <summary>What is learned, a head's weights included.</summary>
    internal IReadOnlyList<Tensor<double>> Parameters { get; }

    internal Machine<double> Machine => _chip.Machine;
    internal Readout Readout { get; }
    internal Workspace<double> Workspace { get; } = new();

    /// <summary>Takes over the parameters of a trained network of the same architecture.</summary>
    /// <exception cref="ArgumentException">It is another architecture.</exception>
    public void Load(Trainer trained)
    {
        foreach (var p in Machine.Parameters.Union(Parameters))
        {
            var given = trained.Machine.Parameters.Concat(trained.Parameters).FirstOrDefault(q => q.Name == p.Name);
            if (given is null || (given.Rows, given.Cols) != (p.Rows, p.Cols))
                throw new ArgumentException($"The trained network has no '{p.Name}' of {p.Rows} × {p.Cols}: it has another architecture.");
            p.CopyFrom(given);
        }
        Changed();
    }

    /// <summary>The residual of each sweep from the feed-forward start, the largest over samples; none where layers in depth do not sweep.</summary>
    public IReadOnlyList<double> ResidualOfSweeps()
    {
        if (Experiment.Chain is not null)
            return [];
        using var s = Present(Samples, l => l, out var inputs);
        using var _ = inputs;
        var trace = new List<double>();
        Rest(s, trace);
        return trace;
    }

    /// <summary>Call it after parameters changed.</summary>
    internal void Changed()
    {
        Machine.Load();
        _sweeps = 0;
    }

    /// <summary>Sweeps that reach the floor of rounding: what the free state needs from its cold start, and some more.</summary>
    public int Sweeps => _sweeps > 0 ? _sweeps : _sweeps = FindSweeps();

    /// <summary>Whether a residual is at the floor of rounding.</summary>
    internal static bool AtRest(double residual) => residual <= Floor;

    /// <summary>A learner with the given estimator over this machine: phases to the floor of rounding, states read without noise.</summary>
    internal ILearner<double> Learner(EstimatorOptions estimator)
    {
        SweepOptions ToFloor(SweepOptions own) => new(IsPass ? 1 : Sweeps, 0, own.OverRelaxation);
        var setup = Setup(estimator);
        return Learners.Of(
            setup with
            {
                Experiment = setup.Experiment with { Free = ToFloor(Experiment.Free), Nudged = ToFloor(Experiment.Nudged) },
            },
            _head?.Copy<double>(_samples.Length),
            relaxer: null,
            readNoise: 0
        );
    }

    private LearnerSetup<double> Setup(EstimatorOptions estimator) =>
        new(Experiment with { Estimator = estimator }, Network, Readout, _team, new Rng(Experiment.Seed), _samples.Length, _chip);

    /// <summary>Gradient of the mean cost by an estimator: a copy, one array per parameter block.</summary>
    internal (double[][] Gradient, BatchReport Report) Gradient(EstimatorOptions estimator)
    {
        using var learner = Learner(estimator);
        var report = learner.Gradient(_set, _samples, epoch: 1);
        return ([.. learner.Parameters.Select(p => p.Gradients.ToArray())], report);
    }

    /// <summary>Mean cost at the free rest states, or of the pass.</summary>
    internal double Loss(ILearner<double> learner) =>
        (
            learner is EchoLearner<double> echo
                ? echo.Objective(_set, _samples)
                : learner.Predict(_set, _samples, new(Sweeps, _settles ? 0 : Floor, Experiment.Free.OverRelaxation), default).Loss
        ) / _samples.Length;

    /// <summary>A state of lanes that store all fields; lane l shows sample <paramref name="sample"/>(l), constants loaded, fields zero.</summary>
    internal State<double> Present(int lanes, Func<int, int> sample, out IDisposable inputs)
    {
        int size = _set.Size;
        var buffer = new Buffer<double>((long)lanes * size);
        inputs = buffer;
        for (int l = 0; l < lanes; l++)
            _inputs.Span.Slice(sample(l) * size, size).CopyTo(buffer.Span[(l * size)..]);
        var s = Machine.CreateState(lanes, allFields: true);
        s.Clamp(_input, buffer.View(0, lanes, size).Transposed);
        Machine.LoadConstants(s, Workspace);
        s.Clear();
        return s;
    }

    /// <summary>Brings a presented state to the free rest state by sweeps to the floor of rounding; NotConverged counts lanes above it.</summary>
    internal RelaxationReport Rest(State<double> s, List<double>? trace = null, bool start = true)
    {
        if (_depth is not null)
            return RestInDepth(_depth, s);
        if (start)
            BlockSweeps.FeedForward(Machine, s, Workspace);
        // More sweeps than any of the methods takes: each ends by itself.
        SweepOptions options = new(int.MaxValue, Floor, Experiment.Free.OverRelaxation);
        var sweeps = new SweepRelaxer(new(double.PositiveInfinity, Patience, MaxSweeps, Beyond: 5)) { Trace = trace };
        return Relaxers.First(sweeps, new AcceleratedRelaxer(most: 500), Relaxers.Newton).Relax(Machine, s, options);
    }

    /// <summary>To the floor, and a third as many steps beyond it: what is left then is rounding.</summary>
    private RelaxationReport RestInDepth(DepthRelaxer<double> depth, State<double> s)
    {
        var near = depth.Relax(Machine, s, new(MaxSweeps, Floor));
        var rest = depth.Relax(Machine, s, new(10 + near.Sweeps / 3, 0));
        return near with { Sweeps = near.Sweeps + rest.Sweeps, Residual = rest.Residual };
    }

    private int FindSweeps()
    {
        using var s = Present(Samples, l => l, out var inputs);
        using var _ = inputs;
        var rest = Rest(s);
        // Where sweeps end far from the floor other methods must finish what they begin.
        _settles = _depth is not null || rest is { Method: "sweeps", Converged: true };
        return Math.Min(MaxSweeps, rest.Sweeps + 10);
    }

    /// <summary>Frees memory.</summary>
    public void Dispose()
    {
        _head?.Dispose();
        _depth?.Dispose();
        _chip.Dispose();
        Workspace.Dispose();
        _inputs.Dispose();
        _team.Dispose();
    }
}
