using System.Diagnostics;
using System.Numerics;
using Nagumo.Compute;
using Nagumo.Data;
using Nagumo.Relaxation;

namespace Nagumo.Learning;

/// <summary>How long and in what order a learner is trained.</summary>
/// <param name="Optimizer">How parameters follow the gradient; null for its defaults.</param>
/// <param name="Epochs">Passes over the training samples, ≥ 1.</param>
/// <param name="Batch">Samples of a batch, ≥ 1.</param>
/// <param name="Seed">Seeds the order of the samples.</param>
/// <param name="Validation">Training samples held out, ≥ 0.</param>
public sealed record TrainingOptions(
    OptimizerOptions? Optimizer = null,
    int Epochs = 10,
    int Batch = 64,
    ulong Seed = 1,
    int Validation = 0
);

/// <summary>Trains any learner: the order of samples, batches, schedule, epochs, evaluation.</summary>
/// <remarks>It sees samples, a task and an <see cref="ILearner{T}"/>. The order of an epoch is split from the seed by the epoch's number, so that a run
/// resumed at any epoch gives the same bits.</remarks>
/// <typeparam name="T">float or double.</typeparam>
public sealed class Trainer<T> : IDisposable
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly ILearner<T> _learner;
    private readonly DataSet _data;
    private readonly TrainingOptions _options;
    private readonly Optimizer<T> _optimizer;
    private readonly Action<int> _load;
    private readonly Rng _order;
    private readonly Split _split;
    private readonly int[] _epochOrder;
    private readonly List<EpochMetrics> _history = [];
    private BatchReport _total;
    private int _at;

    /// <summary>A trainer of a learner.</summary>
    /// <param name="learner">What learns; its caller frees it.</param>
    /// <param name="data">What it learns from.</param>
    /// <param name="options">How long, and in what order.</param>
    /// <param name="task">What is measured; null for what the targets suggest.</param>
    /// <exception cref="ArgumentException">A value out of range, or a task that does not take the targets.</exception>
    public Trainer(ILearner<T> learner, DataSet data, TrainingOptions? options = null, LearningTask? task = null)
        : this(
            learner,
            data,
            options ??= new(),
            task ?? LearningTasks.Of(null, data.Train.Targets),
            new(options.Optimizer ?? new(), learner.Parameters, new Rng(options.Seed).Split("norms")),
            _ => learner.Load()
        ) => learner.Load();

    /// <param name="learner">What learns.</param>
    /// <param name="data">What it learns from.</param>
    /// <param name="options">How long, and in what order.</param>
    /// <param name="task">What is measured.</param>
    /// <param name="optimizer">Taken over: freed with the trainer.</param>
    /// <param name="load">Takes changed parameters over, given the epochs done.</param>
    internal Trainer(
        ILearner<T> learner,
        DataSet data,
        TrainingOptions options,
        LearningTask task,
        Optimizer<T> optimizer,
        Action<int> load
    )
    {
        if (!task.Accepts(data.Train.Targets))
            throw new ArgumentException($"The task '{task.Name}' does not learn {data.Train.Targets}, which '{data.Name}' has.");
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Epochs, 1, nameof(options));
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Batch, 1, nameof(options));
        if (options.Validation >= data.Train.Count)
            throw new ArgumentException($"validation = {options.Validation}, but '{data.Name}' has {data.Train.Count} training samples.");
        (_learner, _data, _options, Task, _optimizer, _load) = (learner, data, options, task, optimizer, load);
        _order = new Rng(options.Seed).Split("order");
        // The same samples are held out whatever the seed of the run.
        _split = Split.Stratified(data.Train, options.Validation, seed: 0);
        _epochOrder = new int[_split.Train.Length];
    }

    /// <summary>What is measured.</summary>
    public LearningTask Task { get; }

    /// <summary>Epochs done.</summary>
    public int Epoch { get; private set; }

    /// <summary>Metrics of the epochs done.</summary>
    public IReadOnlyList<EpochMetrics> History => _history;

    /// <summary>Samples of an epoch.</summary>
    public int TrainSamples => _epochOrder.Length;

    /// <summary>Updates of an epoch.</summary>
    public int Batches => (_epochOrder.Length + _options.Batch - 1) / _options.Batch;

    internal Optimizer<T> Optimizer => _optimizer;

    /// <summary>Trains one batch: its gradient, a step of the optimizer. The last batch of an epoch ends it.</summary>
    /// <exception cref="DivergenceException">A loss or residual that is not finite, or a residual that blew up.</exception>
    public BatchReport Step()
    {
        int epoch = Epoch + 1,
            n = _epochOrder.Length;
        if (_at == 0)
        {
            _total = default;
            _split.Train.CopyTo(_epochOrder, 0);
            _order.Split((ulong)epoch).Shuffle(_epochOrder);
        }
        int count = Math.Min(_options.Batch, n - _at);
        var report = _learner.Gradient(_data.Train, _epochOrder.AsSpan(_at, count), epoch);
        CheckFinite(epoch, _at, report);
        _total += report;
        _optimizer.Step((epoch - 1 + (double)_at / n) / _options.Epochs);
        _at += count;
        if (_at == n)
            (_at, Epoch) = (0, epoch);
        // At an epoch's end already as old as the next one meets it: what a device has lost by then is evaluated, saved and resumed.
        _load(Epoch);
        return report;
    }

    /// <summary>Trains one epoch.</summary>
    /// <param name="progress">Told after every batch.</param>
    /// <param name="cancel">Stops after a batch; the epoch is then left half done and must be resumed from a checkpoint.</param>
    /// <exception cref="DivergenceException">A loss, residual or parameter that is not finite, or a residual that blew up. The epoch is not kept.</exception>
    public EpochMetrics TrainEpoch(IProgress<Progress>? progress = null, CancellationToken cancel = default) =>
        TrainEpoch(progress, new(), cancel);

    internal EpochMetrics TrainEpoch(IProgress<Progress>? progress, SweepOptions evaluation, CancellationToken cancel)
    {
        int epoch = Epoch + 1;
        long start = Stopwatch.GetTimestamp();
        while (Epoch < epoch)
        {
            cancel.ThrowIfCancellationRequested();
            Step();
            progress?.Report(
                new(
                    epoch,
                    _total.Samples,
                    _epochOrder.Length,
                    _total.Loss / _total.Samples,
                    Score(_total, _data.Train),
                    _total.Free,
                    _total.Nudged,
                    Stopwatch.GetElapsedTime(start).TotalSeconds
                )
            );
        }
        // The last step's effect has been seen by no loss yet.
        if (NotFinite() is { } fault)
            throw new DivergenceException($"Diverged in epoch {epoch}: {fault}");
        var validation = _split.Held.Length > 0 ? Evaluate(_data.Train, _split.Held, evaluation) : null;
        if (validation is { Loss: var held } && !double.IsFinite(held))
            throw new DivergenceException($"Diverged in epoch {epoch}: the loss on the held-out samples is {held:g3}. {Remedy}");
        var metrics = new EpochMetrics(
            epoch,
            _total.Loss / _total.Samples,
            Score(_total, _data.Train),
            validation?.Score.Value,
            validation?.Loss,
            _total.Free.Sweeps,
            _total.Free.Residual,
            _total.Nudged.Sweeps,
            _total.Nudged.Residual,
            _total.Free.NotConverged,
            Task.ScoreName(_data.Train.Targets)
        );
        _history.Add(metrics);
        return metrics;
    }

    /// <summary>The task's metrics on the test set.</summary>
    /// <param name="options">When relaxation stops, for learners that relax; null for the defaults.</param>
    public Evaluation Test(SweepOptions? options = null) => Evaluate(_data.Test, [.. Enumerable.Range(0, _data.Test.Count)], options);

    /// <summary>The task's metrics on given samples of a set.</summary>
    public Evaluation Evaluate(Samples set, int[] samples, SweepOptions? options = null)
    {
        int width = set.Targets.Width;
        double[] readouts = new double[samples.Length * width];
        var report = _learner.Predict(set, samples, options ?? new(), readouts);
        return new(
            report.Samples,
            Task.Measure(set.Targets, samples, readouts, Misses(set.Targets, samples, readouts, report) / report.Samples),
            _learner.Cost is { } cost ? Losses(cost, set.Targets, samples, readouts).Sum() / report.Samples : report.Loss / report.Samples,
            report.Free,
            readouts,
            set.Targets is ClassTargets classes ? Classification.Confusion(classes, samples, readouts) : null
        );
    }

    /// <summary>The cost of each of some readouts.</summary>
    internal static double[] Losses(Cost cost, Targets targets, int[] samples, double[] readouts)
    {
        double[] y = new double[targets.Width];
        return
        [
            .. samples.Select(
                (sample, i) =>
                {
                    targets.Read(sample, y);
                    return cost.Value(readouts.AsSpan(i * y.Length, y.Length), y);
                }
            ),
        ];
    }

    /// <summary>Summed in the order of the samples: the learner's batches, and so its sums, depend on the threads. Wrong answers are whole numbers, and
    /// the learner knows of samples that it could not follow.</summary>
    private double Misses(Targets targets, int[] samples, double[] readouts, BatchReport report)
    {
        if (targets is ClassTargets)
            return report.Misses;
        double[] y = new double[targets.Width];
        double sum = 0;
        for (int i = 0; i < samples.Length; i++)
        {
            targets.Read(samples[i], y);
            sum += Task.Miss(readouts.AsSpan(i * y.Length, y.Length), y);
        }
        return sum;
    }

    private double Score(BatchReport report, Samples set) => Task.Score(report.Misses / report.Samples, set.Targets).Value;

    /// <summary>Continues after epochs that are done.</summary>
    internal void Resume(int epoch, IReadOnlyList<EpochMetrics> history)
    {
        (Epoch, _at) = (epoch, 0);
        _history.Clear();
        _history.AddRange(history);
    }

    private void CheckFinite(int epoch, int at, BatchReport report)
    {
        const double blowUp = EqProp<T>.BlowUp;
        if (double.IsFinite(report.Loss) && report.Free.Residual < blowUp && report.Nudged.Residual < blowUp)
            return;
        throw new DivergenceException(
            $"Diverged in epoch {epoch} after {at} samples: loss {report.Loss / Math.Max(1, report.Samples):g3}, free residual {report.Free.Residual:g3}, nudged residual {report.Nudged.Residual:g3}. "
                + (
                    epoch == 1 && at == 0
                        ? "No parameter has changed yet, so the network itself runs away: weaken its couplings (sd, d), or give its neurons a box."
                        : Remedy
                )
        );
    }

    private const string Remedy =
        "Lower optimizer.rate, or bound the weights' norms (optimizer.norm_bounds); in deep nets lower the rates of hidden couplings first.";

    /// <summary>Which parameter, programmed or on the chip, or which of the optimizer's moments holds a number that is not finite; null for none.</summary>
    internal string? NotFinite()
    {
        foreach (var p in _learner.Parameters)
        {
            if (Fault(p.Name, p.Programmed, Remedy) is { } programmed)
                return programmed;
            if (Fault(p.Name, p.Values, "Lower hardware.drift, hardware.mismatch or hardware.neuron_mismatch.") is { } onChip)
                return $"on the chip {onChip}";
        }
        return _optimizer.State.Select(s => Fault(s.Name, s.Values.Span, Remedy)).FirstOrDefault(f => f is not null);

        static string? Fault(string name, ReadOnlySpan<T> values, string remedy)
        {
            foreach (T x in values)
                if (!T.IsFinite(x))
                    return $"'{name}' holds {x}. {remedy}";
            return null;
        }
    }

    /// <summary>Frees the optimizer's memory.</summary>
    public void Dispose() => _optimizer.Dispose();
}
