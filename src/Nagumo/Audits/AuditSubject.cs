using Nagumo.Compute;
using Nagumo.Data;
using Nagumo.Learning;
using Nagumo.Networks;
using Nagumo.Relaxation;

namespace Nagumo.Audits;

/// <summary>A network in float64 with a few samples: what audits examine.</summary>
/// <remarks>
/// Made from an experiment, without its augmentation and with its own readout, cost and nudge; optionally with the weights of a trained
/// run. Phases relax by a fixed number of sweeps, found once, that reaches the floor of rounding.
/// </remarks>
public sealed unsafe class AuditSubject : IDisposable
{
    /// <summary>Sweeps are given up after so many.</summary>
    private const int MaxSweeps = 3000;

    /// <summary>A residual that rounding explains: fields and drives are of order 1 to 10.</summary>
    private const double Floor = 1e-11;

    private readonly ImageSet _set;
    private readonly int[] _samples;
    private readonly WorkerTeam _team = new(1);
    private readonly Buffer<double> _images;
    private readonly int _input;
    private int _sweeps;

    /// <param name="experiment">Network, readout, cost and nudge; seeds the parameters.</param>
    /// <param name="set">Images.</param>
    /// <param name="samples">Their indices, at least one.</param>
    /// <param name="responds">False admits bistable neurons: then only the flow can be audited, not sweeps or gradients.</param>
    /// <exception cref="ArgumentException">Sizes that do not fit, or no sample.</exception>
    public AuditSubject(Experiment experiment, ImageSet set, IReadOnlyList<int> samples, bool responds = true)
    {
        if (samples.Count == 0)
            throw new ArgumentException("An audit needs at least one sample.");
        experiment.Validate();
        Responds = responds;
        (Experiment, _set, _samples) = (experiment with { Pixels = experiment.Pixels with { Dropout = 0, Shift = 0 } }, set, [.. samples]);
        Network = experiment.BuildNetwork();
        Readout = new(Network, experiment.Readout.Population, experiment.Readout.Paired, experiment.Readout.BuildCost());
        _input = Enumerable.Range(0, Network.Populations.Count).First(p => Network.Populations[p] is { IsClamped: true, Rail: null });
        int pixels = set.Rows * set.Cols;
        if (Network.Populations[_input].Size != pixels)
            throw new ArgumentException(
                $"Population '{Network.Populations[_input].Name}' has {Network.Populations[_input].Size} neurons, but an image has {pixels} pixels."
            );
        if (Readout.Classes != set.Classes)
            throw new ArgumentException($"The readout tells {Readout.Classes} classes apart, but the images have {set.Classes}.");
        Machine = new(Network, new Rng(experiment.Seed).Split("parameters"), responds);
        if (experiment.Hardware is { } chip)
        {
            using var devices = new DeviceMap<double>(chip, Machine);
            devices.Apply(epoch: 0);
            Machine.Load();
        }
        _images = new((long)_samples.Length * pixels);
        var loader = new PixelLoader<double>(Experiment.Pixels, new Rng(0));
        for (int i = 0; i < _samples.Length; i++)
            loader.Load(set.Image(_samples[i]), _images.Span.Slice(i * pixels, pixels));
    }

    /// <summary>The configuration, without augmentation.</summary>
    public Experiment Experiment { get; }

    /// <summary>The network.</summary>
    public Network Network { get; }

    /// <summary>Whether every neuron answers every drive with one rest state, so that sweeps can be used.</summary>
    public bool Responds { get; }

    /// <summary>Whether activators are confined to boxes: then the potential has kinks, and orders in β hold between them only.</summary>
    public bool IsKinked => Network.Populations.Any(p => p.Neuron?.Box is not null);

    /// <summary>Number of samples.</summary>
    public int Samples => _samples.Length;

    internal Machine<double> Machine { get; }
    internal Readout Readout { get; }
    internal Workspace<double> Workspace { get; } = new();

    /// <summary>Takes over the parameters of a trained network of the same architecture.</summary>
    /// <exception cref="ArgumentException">It is another architecture.</exception>
    public void Load(Trainer trained)
    {
        foreach (var p in Machine.Parameters)
        {
            var given = trained.Machine.Parameters.FirstOrDefault(q => q.Name == p.Name);
            if (given is null || (given.Rows, given.Cols) != (p.Rows, p.Cols))
                throw new ArgumentException($"The trained network has no '{p.Name}' of {p.Rows} × {p.Cols}: it has another architecture.");
            p.CopyFrom(given);
        }
        Changed();
    }

    /// <summary>The residual of each sweep from the feed-forward start, the largest over samples.</summary>
    public IReadOnlyList<double> ResidualOfSweeps()
    {
        using var s = Present(Samples, l => l, out var images);
        using var _ = images;
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

    /// <summary>A learner with the given estimator over this machine.</summary>
    internal EqProp<double> Learner(EstimatorOptions estimator) =>
        new(
            Machine,
            _team,
            Readout,
            estimator,
            new(Sweeps, 0, Experiment.Free.OverRelaxation),
            new(Sweeps, 0, Experiment.Nudged.OverRelaxation),
            Experiment.Pixels,
            new Rng(Experiment.Seed),
            _samples.Length
        );

    /// <summary>Gradient of the mean cost by an estimator: a copy, one array per parameter block.</summary>
    internal (double[][] Gradient, BatchReport Report) Gradient(EstimatorOptions estimator)
    {
        using var learner = Learner(estimator);
        var report = learner.Gradient(_set, _samples, epoch: 1);
        return ([.. Machine.Parameters.Select(p => p.Gradients.ToArray())], report);
    }

    /// <summary>Mean cost at the free rest states.</summary>
    internal double Loss(EqProp<double> learner) =>
        learner.Predict(_set, _samples, new(Sweeps, 0, Experiment.Free.OverRelaxation), default).Loss / _samples.Length;

    /// <summary>A state of lanes that store all fields; lane l shows sample <paramref name="sample"/>(l), constants loaded, fields zero.</summary>
    internal State<double> Present(int lanes, Func<int, int> sample, out IDisposable images)
    {
        int pixels = _set.Rows * _set.Cols;
        var buffer = new Buffer<double>((long)lanes * pixels);
        images = buffer;
        for (int l = 0; l < lanes; l++)
            _images.Span.Slice(sample(l) * pixels, pixels).CopyTo(buffer.Span[(l * pixels)..]);
        var s = Machine.CreateState(lanes, allFields: true);
        s.Clamp(_input, new MatView<double>(buffer.Pointer, pixels, lanes, 1, pixels));
        Machine.LoadConstants(s, Workspace);
        s.Clear();
        return s;
    }

    /// <summary>Brings a presented state to the free rest state by sweeps to the floor of rounding; NotConverged counts lanes above it.</summary>
    internal RelaxationReport Rest(State<double> s, List<double>? trace = null, bool start = true)
    {
        if (start)
            BlockSweeps.FeedForward(Machine, s, Workspace);
        double smallest = double.PositiveInfinity;
        int still = 0;
        int sweep = 0;
        while (sweep < MaxSweeps && still < 5)
        {
            BlockSweeps.Sweep(Machine, s, 0, measure: true, Experiment.Free.OverRelaxation, Workspace);
            sweep++;
            double residual = BlockSweeps.Judge(s, 0).Residual;
            trace?.Add(residual);
            if (!double.IsFinite(residual))
                break;
            still = residual < 0.9 * smallest ? 0 : still + 1;
            smallest = Math.Min(smallest, residual);
        }
        BlockSweeps.Measure(Machine, s, Workspace);
        var (worst, above) = BlockSweeps.Judge(s, Floor);
        if (above == 0 || !double.IsFinite(worst))
            return new("sweeps", sweep, worst, above);
        var rescued = new Acceleration<double>(Machine, s).Relax(new(500, Floor), 0, Workspace);
        if (rescued.Converged || !Machine.IsReciprocal)
            return rescued with { Sweeps = sweep + rescued.Sweeps };
        var newton = Newton.Relax(Machine, s, new(Tolerance: Floor), Workspace);
        return newton with { Sweeps = sweep + rescued.Sweeps + newton.Sweeps };
    }

    /// <summary>Per row of a vector of all fields: −s for an activator, +s τ for an inhibitor. The flow is ∂H/∂x over this. [DESIGN §1]</summary>
    internal double[] SkewTimes(FieldVector<double> vector) =>
        [
            .. from part in vector.Parts
            let population = Network.Populations[part.Population]
            let tau = part.Field == 0 ? [-1] : population.Parameters[population.Neuron!.Inhibitors[part.Field - 1].Tau.Name]
            from r in Enumerable.Range(0, part.Rows)
            select population.Scale * tau[tau.Length > 1 ? r : 0],
        ];

    private int FindSweeps()
    {
        using var s = Present(Samples, l => l, out var images);
        using var _ = images;
        return Math.Min(MaxSweeps, Rest(s).Sweeps + 10);
    }

    /// <summary>Frees memory.</summary>
    public void Dispose()
    {
        Machine.Dispose();
        Workspace.Dispose();
        _images.Dispose();
        _team.Dispose();
    }
}
