using System.Numerics;
using Nagumo.Compute;
using Nagumo.Data;
using Nagumo.Networks;
using Nagumo.Relaxation;

namespace Nagumo.Learning;

/// <summary>Equilibrium Propagation: the gradient of a cost from the free and the nudged rest states of one system.</summary>
/// <remarks>
/// H_β = H + β C and dL/dθ = d/dβ [∂H/∂θ (x_β)] at β = 0, read as a contrast of two rest states; it holds for skew-gradient systems
/// because S·J is symmetric. Threads split the samples, then the rows of the gradient; the bytes do not depend on how many there are.
/// [Scellier &amp; Bengio 2017, doi:10.3389/fncom.2017.00024; Laborieux et al. 2021, doi:10.3389/fnins.2021.633674; arXiv:2605.21568]
/// </remarks>
internal sealed class EqProp<T> : ILearner<T>, ITeamWork
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Samples that are relaxed together: they stop together when a tolerance decides, whatever the threads; and 64 samples' fields stay
    /// in the second-level cache (128 cost 9 % more time).</summary>
    private const int Tile = 64;

    /// <summary>Lanes are split in whole cache lines of floats.</summary>
    private const int LaneBlock = 16;

    /// <summary>A phase that ends with a residual above this may not be on its way to rest: it is looked into.</summary>
    private const double Far = 0.02;

    /// <summary>So is a free phase whose last sweeps tell that more than this is left to move: past the ghost of two rest states that have met, the residual is tiny and
    /// hardly falls. It is on its way when more sweeps leave no more than this.</summary>
    private const double Near = 1e-3;

    /// <summary>And when they have moved no field further than this: otherwise training's few sweeps end elsewhere than at rest.</summary>
    private const double Moved = 0.1;

    /// <summary>Most times that is looked into in an epoch.</summary>
    private const int MostAsked = 4;

    /// <summary>Beyond this it is not the rest state that is missing: the parameters have diverged, which the trainer says.</summary>
    internal const double BlowUp = 1e6;

    /// <summary>Sweeps after which such a phase counts as not on its way: what is so slow ends elsewhere than training's few sweeps do.</summary>
    private const int PatientSweeps = 100;

    /// <summary>Most sweeps of a phase that is brought to rest by whatever method does.</summary>
    private const int RobustSweeps = 300;

    private readonly Machine<T> _machine;
    private readonly WorkerTeam _team;
    private readonly EstimatorOptions _estimator;
    private readonly SweepOptions _free,
        _nudged;
    private readonly InputLoader<T> _loader;
    private readonly Rng _signs,
        _sign;
    private readonly int _input,
        _inputs,
        _width;
    private readonly EqPropWorker<T>[] _workers;
    private readonly Contrasts<T>[] _contrasts;
    private readonly NudgePair[] _pairs,
        _mirrored;
    private readonly T[][] _sums;
    private readonly Buffer<T> _images;
    private readonly int[] _samples;
    private readonly double[] _losses,
        _misses;

    // The job at hand: set by the caller, read by the team.
    private Stage _stage;
    private Samples? _set;
    private int _count,
        _epoch;
    private NudgePair[] _nudges;
    private int _pair;
    private SweepOptions _predict;
    private double[] _readout = [];

    // Whether sweeps settle on the present weights: begun anew in every epoch, so that a resumed run asks at the same places.
    private int _askedIn = -1,
        _asked;
    private bool _settles = true;
    private readonly bool _canHandOver;
    private readonly bool _ownRelaxer;
    private readonly IRelaxer? _relaxer;
    private readonly Head<T>? _head;
    private readonly SweepOptions _robust;

    /// <param name="machine">The machine; the learner changes its parameters' gradients only.</param>
    /// <param name="team">Threads.</param>
    /// <param name="readout">Where the machine is read and nudged.</param>
    /// <param name="estimator">How the gradient is read.</param>
    /// <param name="free">When free phases stop.</param>
    /// <param name="nudged">When nudged phases stop.</param>
    /// <param name="pixels">Inputs and augmentation.</param>
    /// <param name="rng">Seeds augmentation and random signs.</param>
    /// <param name="batch">Most samples of a batch.</param>
    /// <param name="readNoise">Standard deviation with which nudged states are read; 0 for exact readings.</param>
    /// <param name="relaxer">Relaxes both phases, from a state of zeros; null for block sweeps.</param>
    /// <param name="head">Reads in place of the readout's neurons, and learns; null for those. Freed with the learner.</param>
    /// <param name="parameters">What is learned; null for all of the machine's.</param>
    /// <exception cref="ArgumentOutOfRangeException">β is beyond the largest that the full cost allows.</exception>
    /// <exception cref="ArgumentException">An estimator that this machine, noise or relaxer does not admit.</exception>
    public EqProp(
        Machine<T> machine,
        WorkerTeam team,
        Readout readout,
        EstimatorOptions estimator,
        SweepOptions free,
        SweepOptions nudged,
        PixelOptions pixels,
        Rng rng,
        int batch,
        double readNoise = 0,
        IRelaxer? relaxer = null,
        Head<T>? head = null,
        IReadOnlyList<Tensor<T>>? parameters = null
    )
    {
        (_relaxer, _head, Parameters) = (relaxer, head, parameters ?? machine.Parameters);
        (_machine, _team, _estimator, _free, _nudged, _predict) = (machine, team, estimator, free, nudged, free);
        _loader = new(pixels, rng.Split("pixels"));
        (_signs, _sign) = (rng.Split("signs"), new(0));
        (_width, Cost) = (readout.Width, readout.Cost);
        _input = SingleInput(machine.Network);
        _inputs = machine.Network.Populations[_input].Size;
        bool fullCost = estimator.Nudge == "cost",
            corrected = estimator.Correction == "antisymmetric";
        if (relaxer is not null && fullCost)
            throw new ArgumentException(
                "estimator.nudge = 'cost' is a sweep's own; another relaxer takes the nudge as a current: use estimator.nudge = 'current'."
            );
        if (estimator.Kind == "exact")
        {
            machine.RequireReciprocal();
            if (readNoise > 0)
                throw new ArgumentException(
                    $"hardware.read_noise = {readNoise:R}: estimator.kind = 'exact' reads no nudged states. Leave one of them out."
                );
        }
        if (corrected && relaxer is not null)
            throw new ArgumentException("A circuit runs forwards only; leave out estimator.correction.");
        if (corrected && machine.IsReciprocal)
            throw new ArgumentException(
                "estimator.correction = 'antisymmetric', but every coupling has the same weights forth and back: there is nothing to correct. Leave it out."
            );
        _nudges = _pairs = Estimators.Of(estimator.Kind, estimator.Beta);
        _mirrored = estimator.RandomSign ? Estimators.Of(estimator.Kind, -estimator.Beta) : _pairs;
        if (fullCost && _pairs.Any(p => p.Minus != 0 && p.Minus != -p.Plus))
            throw new ArgumentException(
                $"estimator.kind = '{estimator.Kind}' has phases of two strengths, and the full cost nudges by ±β: use estimator.nudge = 'current'."
            );
        double negative = _pairs.Concat(_mirrored).Select(p => -Math.Min(p.Plus, p.Minus)).Append(0).Max();
        if (fullCost && negative > 0 && CostNudge<T>.LargestBeta(machine, readout) is var largest)
            if (negative >= largest)
                throw new ArgumentOutOfRangeException(
                    nameof(estimator),
                    $"estimator.beta = {estimator.Beta:R}{(negative == estimator.Beta ? "" : $" (a phase nudged by −{negative:R})")} is not below {largest:g4}, the largest β at which the negatively nudged outputs are stable. Lower beta or the cost's kappa, or use estimator.nudge = 'current'."
                );
        _canHandOver = !fullCost && !corrected;
        _robust = new(RobustSweeps, Rounding, free.OverRelaxation);
        _ownRelaxer = relaxer is not null;
        var noise = readNoise > 0 ? new ReadoutNoise<T>(readNoise, rng.Split("readout")) : null;
        _samples = new int[batch];
        (_losses, _misses) = (new double[batch], new double[batch]);
        _contrasts = [.. Enumerable.Range(0, Math.Max(1, _pairs.Length)).Select(_ => new Contrasts<T>(machine, batch))];
        _sums = _pairs.Length > 1 ? [.. machine.Parameters.Select(p => new T[p.Gradients.Length])] : [];
        _images = new((long)batch * _inputs);
        _workers =
        [
            .. Enumerable
                .Range(0, team.Threads)
                .Select(_ => new EqPropWorker<T>(machine, readout, Tile, fullCost, corrected, noise, relaxer, head)),
        ];
    }

    private enum Stage
    {
        Relax,
        Gradient,
        Predict,
        Load,
    }

    /// <summary>Reads in place of the readout's neurons; null for those.</summary>
    internal Head<T>? Head => _head;

    /// <summary>Relaxes in place of block sweeps; null for those.</summary>
    internal IRelaxer? OwnRelaxer => _relaxer;

    /// <summary>The machine that learns.</summary>
    public Machine<T> Machine => _machine;

    public IReadOnlyList<Tensor<T>> Parameters { get; }

    /// <inheritdoc/>
    public Cost? Cost { get; }

    /// <inheritdoc/>
    public BatchReport Gradient(Samples set, ReadOnlySpan<int> samples, int epoch)
    {
        (_set, _epoch, _count) = (set, epoch, samples.Length);
        SetBackground(training: true);
        samples.CopyTo(_samples);
        // A stream of its own for every batch, so that a resumed run draws the same signs.
        _signs.Split(((ulong)epoch << 32) | (uint)samples[0], _sign);
        _nudges = _estimator.RandomSign && (_sign.NextUInt64() & 1) == 0 ? _mirrored : _pairs;
        foreach (var contrasts in _contrasts)
            contrasts.Clamp(_input, _images.View(0, _count, _inputs).Transposed);
        if (_askedIn != epoch)
            (_askedIn, _asked, _settles) = (epoch, 0, true);
        var report = Run(Stage.Relax);
        if (_settles && _asked < MostAsked && (IsFar(report) || report.Free.Left > Near))
        {
            _asked++;
            _settles = Settles();
            if (!_settles)
                report = Run(Stage.Relax);
        }
        if (!_settles && IsFar(report) && report.Free.Residual + report.Nudged.Residual < BlowUp)
            throw new NotAtRestException(
                $"The network does not come to rest: after sweeps, acceleration and Newton's method or the flow the residual is {report.Free.Residual:g3} in the free phase and {report.Nudged.Residual:g3} in the nudged one. Weaken the couplings (sd, d), or lower optimizer.rate."
            );
        for (_pair = 0; _pair < _contrasts.Length; _pair++)
        {
            Run(Stage.Gradient);
            if (_sums.Length > 0)
                Add();
        }
        return report;
    }

    /// <summary>Adds a pair's contrast to those before it; after the last one the sums are the gradient.</summary>
    private void Add()
    {
        T weight = T.CreateChecked(_nudges[_pair].Weight);
        for (int t = 0; t < _sums.Length; t++)
        {
            var gradient = _machine.Parameters[t].Gradients;
            if (_pair == 0)
                RowMath.Scale(gradient, weight, _sums[t]);
            else
                RowMath.AddScaled(gradient, weight, _sums[t], _sums[t]);
            if (_pair == _contrasts.Length - 1)
                _sums[t].CopyTo(gradient);
        }
    }

    private static bool IsFar(BatchReport report) => !(report.Free.Residual <= Far && report.Nudged.Residual <= Far);

    /// <summary>Whether sweeps lead to rest from where the free phases of the batch ended, and near there.</summary>
    /// <exception cref="NotAtRestException">They do not, and the nudge is one that sweeps alone can follow.</exception>
    private bool Settles()
    {
        if (_ownRelaxer)
            return true;
        bool settles = true;
        for (int at = 0; settles && at < _count; at += Tile)
            settles = Settles(FreePhase(at));
        if (settles || _canHandOver)
            return settles;
        throw new NotAtRestException(
            "Sweeps do not bring the network to rest, and a nudge by the full cost or a corrected one is followed by sweeps only. Weaken the couplings (sd, d), or use estimator.nudge = 'current' and estimator.correction = 'none', with which other methods take over."
        );
    }

    private bool Settles(State<T> s)
    {
        var vector = new FieldVector<T>(_machine, s);
        T[] ended = new T[vector.Rows * s.Lanes],
            settled = new T[ended.Length];
        vector.Gather(s, ended);
        if (!BlockSweeps.Settles(_machine, s, new(PatientSweeps, Rounding, _free.OverRelaxation), Near, _workers[0].Workspace))
            return false;
        vector.Gather(s, settled);
        T most = T.Zero;
        for (int i = 0; i < ended.Length; i++)
            most = T.Max(most, T.Abs(settled[i] - ended[i]));
        return double.CreateChecked(most) <= Moved;
    }

    /// <summary>The free phase of a tile of samples, as training ends it.</summary>
    private State<T> FreePhase(int at)
    {
        var worker = _workers[0];
        int lanes = Math.Min(Tile, _count - at);
        worker.Free(_input, _images.View((long)at * _inputs, lanes, _inputs).Transposed, _free, trusted: false);
        return worker.FreeState;
    }

    /// <summary>A residual that is rounding.</summary>
    private static double Rounding => BlockSweeps.Rounding<T>();

    /// <inheritdoc/>
    public BatchReport Predict(Samples set, ReadOnlySpan<int> samples, SweepOptions options, Span<double> readout)
    {
        (_set, _predict) = (set, options);
        SetBackground(training: false);
        BatchReport total = default;
        for (int from = 0; from < samples.Length; from += _samples.Length)
        {
            var part = samples.Slice(from, Math.Min(_samples.Length, samples.Length - from));
            part.CopyTo(_samples);
            _count = part.Length;
            if (_readout.Length < _count * _width)
                _readout = new double[_count * _width];
            total += Run(Stage.Predict);
            if (!readout.IsEmpty)
                _readout.AsSpan(0, _count * _width).CopyTo(readout[(from * _width)..]);
        }
        return total;
    }

    /// <inheritdoc/>
    public void Load()
    {
        _machine.LoadLoads();
        Run(Stage.Load);
    }

    /// <summary>Lets products leave out the zeros of a set that has many.</summary>
    private void SetBackground(bool training)
    {
        if (_machine.Expect(_input, _loader.Expected(_set!, training)))
            Run(Stage.Load);
    }

    void ITeamWork.Run(int thread, int threads)
    {
        var worker = _workers[thread];
        switch (_stage)
        {
            case Stage.Load:
                _machine.LoadPart(thread, threads);
                return;
            case Stage.Gradient:
                _contrasts[_pair].Gradient(_count, thread, threads, worker.Workspace.Gemm);
                if (_pair == 0)
                    _head?.Gradient(_count, thread, threads, worker.Workspace.Gemm);
                return;
        }
        bool predict = _stage == Stage.Predict;
        // A tolerance stops a tile as a whole; a fixed number of sweeps treats every lane alike, however they are split.
        if (predict || !_settles || _free.Tolerance > 0 || _nudged.Tolerance > 0 || _relaxer is { JoinsLanes: true })
            for (int at = thread * Tile; at < _count; at += threads * Tile)
                Slice(worker, at, Math.Min(Tile, _count - at), predict);
        else
        {
            var (first, lanes) = Shares.Of(_count, thread, threads, LaneBlock);
            for (int at = first; at < first + lanes; at += Tile)
                Slice(worker, at, Math.Min(Tile, first + lanes - at), predict);
        }
    }

    private void Slice(EqPropWorker<T> worker, int at, int lanes, bool predict)
    {
        var samples = _samples.AsSpan(at, lanes);
        for (int i = 0; i < lanes; i++)
        {
            var row = _images.View((long)(at + i) * _inputs, 1, _inputs).Host();
            _set!.Prefetch(samples[Math.Min(i + 1, lanes - 1)]);
            if (predict)
                _loader.Load(_set, samples[i], row);
            else
                _loader.Augment(_set, _epoch, samples[i], row, worker.Random);
        }
        var images = _images.View((long)at * _inputs, lanes, _inputs).Transposed;
        bool robust = !predict && !_settles;
        var free = worker.Free(
            _input,
            images,
            predict ? _predict
                : robust ? _robust
                : _free,
            trusted: predict || robust
        );
        worker.Judge(
            at,
            samples,
            _set!.Targets,
            free,
            _losses.AsSpan(at, lanes),
            _misses.AsSpan(at, lanes),
            predict ? _readout.AsSpan(at * _width, lanes * _width) : default
        );
        if (predict)
            return;
        if (_estimator.Kind == "exact" && !double.IsFinite(free.Residual))
            throw new NotAtRestException(
                "The free phase runs away: the couplings outweigh what holds the neurons back, so there is no rest state to differentiate. Weaken the couplings (sd, d), or give the neurons a box."
            );
        if (_estimator.Kind == "exact")
            worker.Differentiate(samples, _set.Targets, _contrasts[0], at);
        for (int pair = 0; pair < _nudges.Length; pair++)
            worker.Nudge(
                samples,
                _set.Targets,
                _epoch,
                _nudges[pair],
                pair,
                robust ? _robust : _nudged,
                _contrasts[pair],
                at,
                robust ? Relaxers.HandOver : null
            );
    }

    private BatchReport Run(Stage stage)
    {
        _stage = stage;
        foreach (var worker in _workers)
            worker.Reset();
        _team.Run(this);
        BatchReport total = default;
        foreach (var worker in _workers)
            total += worker.Report;
        if (stage is Stage.Gradient or Stage.Load)
            return total;
        // In the order of the samples: the sum must not depend on who computed its terms.
        double loss = 0,
            misses = 0;
        for (int i = 0; i < _count; i++)
            (loss, misses) = (loss + _losses[i], misses + _misses[i]);
        return total with { Loss = loss, Misses = misses };
    }

    private static int SingleInput(Network network)
    {
        int[] clamped =
        [
            .. Enumerable.Range(0, network.Populations.Count).Where(p => network.Populations[p] is { IsClamped: true, Rail: null }),
        ];
        return clamped.Length == 1
            ? clamped[0]
            : throw new ArgumentException(
                $"The network has {clamped.Length} clamped populations without fixed values; learning from samples needs exactly one."
            );
    }

    public void Dispose()
    {
        foreach (var worker in _workers)
            worker.Dispose();
        foreach (var contrasts in _contrasts)
            contrasts.Dispose();
        _images.Dispose();
        _head?.Dispose();
        // One that a program registered lives on.
        (_relaxer as DepthRelaxer<T>)?.Dispose();
    }
}
