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
internal sealed unsafe class EqProp<T> : ILearner<T>, ITeamWork
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Samples that are relaxed together: they stop together when a tolerance decides, whatever the threads; and 64 samples' fields stay
    /// in the second-level cache (128 cost 9 % more time).</summary>
    private const int Tile = 64;

    /// <summary>Lanes are split in whole cache lines of floats.</summary>
    private const int LaneBlock = 16;

    /// <summary>Up to this share of inputs that differ from the background, leaving the others out is faster (docs/results.md, Speed).</summary>
    private const double Sparse = 0.55;

    private readonly Machine<T> _machine;
    private readonly WorkerTeam _team;
    private readonly EstimatorOptions _estimator;
    private readonly SweepOptions _free,
        _nudged;
    private readonly PixelLoader<T> _pixels;
    private readonly Rng _signs,
        _sign;
    private readonly int _input,
        _inputs,
        _classes;
    private readonly EqPropWorker<T>[] _workers;
    private readonly Contrasts<T> _contrasts;
    private readonly Buffer<T> _images;
    private readonly int[] _samples;
    private readonly double[] _losses;

    // The job at hand: set by the caller, read by the team.
    private Stage _stage;
    private ImageSet? _set;
    private int _count,
        _epoch;
    private double _beta;
    private SweepOptions _predict;
    private double[] _readout = [];

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
    /// <exception cref="ArgumentOutOfRangeException">β is beyond the largest that the full cost allows.</exception>
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
        IRelaxer<T>? relaxer = null
    )
    {
        (_machine, _team, _estimator, _free, _nudged, _predict) = (machine, team, estimator, free, nudged, free);
        _pixels = new(pixels, rng.Split("pixels"));
        (_signs, _sign) = (rng.Split("signs"), new(0));
        _classes = readout.Classes;
        _input = SingleInput(machine.Network);
        _inputs = machine.Network.Populations[_input].Size;
        bool fullCost = estimator.Nudge == "cost",
            corrected = estimator.Correction == "antisymmetric";
        if (relaxer is not null && fullCost)
            throw new ArgumentException(
                "estimator.nudge = 'cost' is a sweep's own; another relaxer takes the nudge as a current: use estimator.nudge = 'current'."
            );
        if (corrected && machine.IsReciprocal)
            throw new ArgumentException(
                "estimator.correction = 'antisymmetric', but every coupling has the same weights forth and back: there is nothing to correct. Leave it out."
            );
        if (fullCost && (estimator.Kind == "centred" || estimator.RandomSign) && CostNudge<T>.LargestBeta(machine, readout) is var largest)
            if (estimator.Beta >= largest)
                throw new ArgumentOutOfRangeException(
                    nameof(estimator),
                    $"estimator.beta = {estimator.Beta:R} is not below {largest:g4}, the largest β at which the negatively nudged outputs are stable. Lower beta or the cost's kappa, or use estimator.nudge = 'current'."
                );
        var noise = readNoise > 0 ? new ReadoutNoise<T>(readNoise, rng.Split("readout")) : null;
        _samples = new int[batch];
        _losses = new double[batch];
        _contrasts = new(machine, batch);
        _images = new((long)batch * _inputs);
        _workers =
        [
            .. Enumerable
                .Range(0, team.Threads)
                .Select(_ => new EqPropWorker<T>(machine, readout, Tile, fullCost, corrected, noise, relaxer)),
        ];
    }

    private enum Stage
    {
        Relax,
        Gradient,
        Predict,
        Load,
    }

    /// <summary>The machine that learns.</summary>
    public Machine<T> Machine => _machine;

    public IReadOnlyList<Tensor<T>> Parameters => _machine.Parameters;

    /// <inheritdoc/>
    public BatchReport Gradient(ImageSet set, ReadOnlySpan<int> samples, int epoch)
    {
        (_set, _epoch, _count) = (set, epoch, samples.Length);
        SetBackground(training: true);
        samples.CopyTo(_samples);
        // A stream of its own for every batch, so that a resumed run draws the same signs.
        _signs.Split(((ulong)epoch << 32) | (uint)samples[0], _sign);
        _beta = _estimator.RandomSign && (_sign.NextUInt64() & 1) == 0 ? -_estimator.Beta : _estimator.Beta;
        _contrasts.Clamp(_input, new MatView<T>(_images.Pointer, _inputs, _count, 1, _inputs));
        var report = Run(Stage.Relax);
        Run(Stage.Gradient);
        return report;
    }

    /// <inheritdoc/>
    public BatchReport Predict(ImageSet set, ReadOnlySpan<int> samples, SweepOptions options, Span<double> readout)
    {
        (_set, _predict) = (set, options);
        SetBackground(training: false);
        BatchReport total = default;
        for (int from = 0; from < samples.Length; from += _samples.Length)
        {
            var part = samples.Slice(from, Math.Min(_samples.Length, samples.Length - from));
            part.CopyTo(_samples);
            _count = part.Length;
            if (_readout.Length < _count * _classes)
                _readout = new double[_count * _classes];
            total += Run(Stage.Predict);
            if (!readout.IsEmpty)
                _readout.AsSpan(0, _count * _classes).CopyTo(readout[(from * _classes)..]);
        }
        return total;
    }

    /// <inheritdoc/>
    public void Load()
    {
        _machine.LoadLoads();
        Run(Stage.Load);
    }

    /// <summary>Lets products leave out the unlit pixels of a set that has many: decided by the whole set, so that threads and batches do not matter.</summary>
    private void SetBackground(bool training)
    {
        if (_machine.SetBackground(_input, _pixels.Density(_set!, training) <= Sparse ? _pixels.Background : null))
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
                _contrasts.Gradient(_count, thread, threads, worker.Workspace.Gemm);
                return;
        }
        bool predict = _stage == Stage.Predict;
        // A tolerance stops a tile as a whole; a fixed number of sweeps treats every lane alike, however they are split.
        if (predict || _free.Tolerance > 0 || _nudged.Tolerance > 0)
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
            var row = new Span<T>(_images.Pointer + (long)(at + i) * _inputs, _inputs);
            _set!.Prefetch(samples[Math.Min(i + 1, lanes - 1)]);
            if (predict)
                _pixels.Load(_set.Image(samples[i]), row);
            else
                _pixels.Augment(_set.Image(samples[i]), _set.Cols, _epoch, samples[i], row, worker.Random);
        }
        var images = new MatView<T>(_images.Pointer + (long)at * _inputs, _inputs, lanes, 1, _inputs);
        var free = worker.Free(_input, images, predict ? _predict : _free, trusted: predict);
        worker.Judge(
            samples,
            _set!.Labels,
            free,
            _losses.AsSpan(at, lanes),
            predict ? _readout.AsSpan(at * _classes, lanes * _classes) : default
        );
        if (predict)
            return;
        if (_estimator.Kind == "exact")
            worker.Differentiate(samples, _set.Labels, _contrasts, at);
        else
            worker.Nudge(samples, _set.Labels, _epoch, _beta, _estimator.Kind == "centred", _nudged, _contrasts, at);
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
        double loss = 0;
        for (int i = 0; i < _count; i++)
            loss += _losses[i];
        return total with { Loss = loss };
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
                $"The network has {clamped.Length} clamped populations without fixed values; learning from images needs exactly one."
            );
    }

    public void Dispose()
    {
        foreach (var worker in _workers)
            worker.Dispose();
        _contrasts.Dispose();
        _images.Dispose();
    }
}
