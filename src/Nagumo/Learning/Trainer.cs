using System.Diagnostics;
using Nagumo.Compute;
using Nagumo.Data;
using Nagumo.Networks;
using Nagumo.Neurons;
using Nagumo.Relaxation;

namespace Nagumo.Learning;

/// <summary>What an epoch, or a part of it, gave.</summary>
/// <param name="Epoch">1-based.</param>
/// <param name="Samples">Samples so far in the epoch.</param>
/// <param name="Of">Samples of an epoch.</param>
/// <param name="Loss">Mean cost of the free states, as they were met.</param>
/// <param name="ErrorPercent">Online training error.</param>
/// <param name="Free">Free relaxation: most sweeps, largest residual, samples above the tolerance.</param>
/// <param name="Nudged">Nudged relaxations.</param>
/// <param name="Seconds">Wall-clock seconds of the epoch so far.</param>
public readonly record struct Progress(
    int Epoch,
    int Samples,
    int Of,
    double Loss,
    double ErrorPercent,
    RelaxationReport Free,
    RelaxationReport Nudged,
    double Seconds
);

/// <summary>An evaluation over a set.</summary>
/// <param name="Samples">Number of samples.</param>
/// <param name="ErrorPercent">Share of wrong answers.</param>
/// <param name="Loss">Mean cost.</param>
/// <param name="Relaxation">What relaxation reached.</param>
/// <param name="Confusion">Counts, [label, answer].</param>
public sealed record Evaluation(int Samples, double ErrorPercent, double Loss, RelaxationReport Relaxation, int[,] Confusion);

/// <summary>The answer to one image.</summary>
/// <param name="Class">The class of the largest readout.</param>
/// <param name="Probabilities">Of every class.</param>
/// <param name="Relaxation">What relaxation reached.</param>
public sealed record Prediction(int Class, double[] Probabilities, RelaxationReport Relaxation);

/// <summary>One epoch's line in the metrics: deterministic, no times.</summary>
/// <param name="Epoch">1-based.</param>
/// <param name="TrainLoss">Mean cost during the epoch.</param>
/// <param name="TrainErrorPercent">Online error during the epoch, augmentation included.</param>
/// <param name="ValidationErrorPercent">Error on the held-out samples; null when none are held out.</param>
/// <param name="ValidationLoss">Mean cost there.</param>
/// <param name="FreeSweeps">Most free sweeps.</param>
/// <param name="FreeResidual">Largest free residual entering the last sweep.</param>
/// <param name="NudgedSweeps">Most nudged sweeps.</param>
/// <param name="NudgedResidual">Largest nudged residual.</param>
/// <param name="NotConverged">Samples of the epoch above the tolerance; all of them when the number of sweeps is fixed (tolerance 0).</param>
public sealed record EpochMetrics(
    int Epoch,
    double TrainLoss,
    double TrainErrorPercent,
    double? ValidationErrorPercent,
    double? ValidationLoss,
    int FreeSweeps,
    double FreeResidual,
    int NudgedSweeps,
    double NudgedResidual,
    int NotConverged
);

/// <summary>Thrown when a run diverges; the message says what to lower.</summary>
public sealed class DivergenceException(string message) : Exception(message);

/// <summary>Trains an experiment's network: epochs, schedule, evaluation. Files and pictures are its caller's.</summary>
/// <remarks>Everything random is split from the seed by purpose and epoch, so that a run resumed at any epoch gives the same bits.</remarks>
public sealed class Trainer : IDisposable
{
    private readonly Experiment _experiment;
    private readonly WorkerTeam _team;
    private readonly ILearner<float> _learner;
    private readonly Optimizer<float> _optimizer;
    private readonly DeviceMap<float>? _devices;
    private readonly DataSet _data;
    private readonly Split _split;
    private readonly Rng _order;
    private readonly int[] _epochOrder;
    private Checkpoint? _saved;

    /// <param name="experiment">The configuration.</param>
    /// <param name="data">The data set that it names.</param>
    /// <param name="threads">Threads ≥ 1; the result's bytes do not depend on them.</param>
    /// <exception cref="ArgumentException">A value out of range, or sizes that do not fit the data.</exception>
    public Trainer(Experiment experiment, DataSet data, int threads)
    {
        experiment.Validate();
        (_experiment, _data) = (experiment, data);
        if (experiment.Validation >= data.Train.Count)
            throw new ArgumentException(
                $"validation = {experiment.Validation}, but '{data.Name}' has {data.Train.Count} training samples."
            );
        var network = experiment.BuildNetwork();
        var rng = new Rng(experiment.Seed);
        Readout = new(network, experiment.Readout.Population, experiment.Readout.Paired, experiment.Readout.BuildCost());
        CheckData(network);
        _team = new(threads);
        _learner = Learners.Of(new(experiment, network, Readout, _team, rng, Math.Max(experiment.Batch, EvaluationBatch * threads)));
        Network = network;
        _optimizer = new(experiment.Optimizer, _learner.Parameters, _team, rng.Split("norms"));
        _devices = experiment.Hardware is { } chip ? new(chip, Machine) : null;
        Load();
        _order = rng.Split("order");
        // The same samples are held out whatever the seed of the run.
        _split = Split.Stratified(data.Train, experiment.Validation, seed: 0);
        _epochOrder = new int[_split.Train.Length];
    }

    private const int EvaluationBatch = 128;

    /// <summary>Epochs done.</summary>
    public int Epoch { get; private set; }

    /// <summary>Metrics of the epochs done.</summary>
    public IReadOnlyList<EpochMetrics> History => _history;
    private readonly List<EpochMetrics> _history = [];

    internal Experiment Experiment => _experiment;
    internal DataSet Data => _data;
    internal Readout Readout { get; }

    /// <summary>The network's machine; a chain has none.</summary>
    internal Machine<float> Machine =>
        (_learner as EqProp<float>)?.Machine ?? throw new InvalidOperationException("A chain of layers is no network of block sweeps.");

    internal IReadOnlyList<Tensor<float>> Parameters => _learner.Parameters;

    /// <summary>Trains one epoch.</summary>
    /// <param name="progress">Told after every batch.</param>
    /// <param name="cancel">Stops after a batch; the epoch is then left half done and must be resumed from a checkpoint.</param>
    /// <exception cref="DivergenceException">A loss or residual that is not finite, or a residual that blew up.</exception>
    public EpochMetrics TrainEpoch(IProgress<Progress>? progress = null, CancellationToken cancel = default)
    {
        int epoch = Epoch + 1,
            n = _epochOrder.Length;
        _split.Train.CopyTo(_epochOrder, 0);
        _order.Split((ulong)epoch).Shuffle(_epochOrder);
        BatchReport total = default;
        long start = Stopwatch.GetTimestamp();
        for (int at = 0; at < n; at += _experiment.Batch)
        {
            cancel.ThrowIfCancellationRequested();
            var batch = _epochOrder.AsSpan(at, Math.Min(_experiment.Batch, n - at));
            var report = _learner.Gradient(_data.Train, batch, epoch);
            CheckFinite(epoch, at, report);
            total += report;
            _optimizer.Step((epoch - 1 + (double)at / n) / _experiment.Epochs);
            Load();
            progress?.Report(
                new(
                    epoch,
                    total.Samples,
                    n,
                    total.Loss / total.Samples,
                    100.0 * total.Errors / total.Samples,
                    total.Free,
                    total.Nudged,
                    Stopwatch.GetElapsedTime(start).TotalSeconds
                )
            );
        }
        Epoch = epoch;
        // Sources drift between epochs: what is evaluated, saved and resumed is the chip as it is now.
        if (_devices is not null)
            Load();
        var validation = _split.Held.Length > 0 ? Evaluate(_data.Train, _split.Held) : null;
        var metrics = new EpochMetrics(
            epoch,
            total.Loss / total.Samples,
            100.0 * total.Errors / total.Samples,
            validation?.ErrorPercent,
            validation?.Loss,
            total.Free.Sweeps,
            total.Free.Residual,
            total.Nudged.Sweeps,
            total.Nudged.Residual,
            total.Free.NotConverged
        );
        _history.Add(metrics);
        return metrics;
    }

    /// <summary>Error on the test set, relaxed as <see cref="Experiment.Evaluation"/> says, or as given.</summary>
    public Evaluation Test(SweepOptions? options = null) => Evaluate(_data.Test, [.. Enumerable.Range(0, _data.Test.Count)], options);

    /// <summary>Error on given samples of a set.</summary>
    public Evaluation Evaluate(ImageSet set, int[] samples, SweepOptions? options = null)
    {
        var outputs = new double[samples.Length * Readout.Classes];
        var report = _learner.Predict(set, samples, options ?? _experiment.Evaluation, outputs);
        var confusion = new int[Readout.Classes, Readout.Classes];
        // Summed here in the order of the samples: the learner's batches, and so its sums, depend on the threads.
        double loss = 0;
        for (int i = 0; i < samples.Length; i++)
        {
            var z = outputs.AsSpan(i * Readout.Classes, Readout.Classes);
            int best = 0;
            for (int c = 1; c < z.Length; c++)
                if (z[c] > z[best])
                    best = c;
            confusion[set.Labels[samples[i]], best]++;
            loss += Readout.Cost.Value(z, set.Labels[samples[i]]);
        }
        return new(report.Samples, 100.0 * report.Errors / report.Samples, loss / report.Samples, report.Free, confusion);
    }

    /// <summary>The samples of a set from the largest cost to the smallest; NaN counts as the largest.</summary>
    public int[] ByCost(ImageSet set)
    {
        int[] all = [.. Enumerable.Range(0, set.Count)];
        double[] losses = Losses(set, all);
        return [.. all.OrderByDescending(i => double.IsNaN(losses[i]) ? double.PositiveInfinity : losses[i])];
    }

    /// <summary>The cost of each of given samples of a set, relaxed as <see cref="Experiment.Evaluation"/> says.</summary>
    internal double[] Losses(ImageSet set, int[] samples)
    {
        var outputs = new double[samples.Length * Readout.Classes];
        _learner.Predict(set, samples, _experiment.Evaluation, outputs);
        return
        [
            .. samples.Select((sample, i) => Readout.Cost.Value(outputs.AsSpan(i * Readout.Classes, Readout.Classes), set.Labels[sample])),
        ];
    }

    /// <summary>Samples of an epoch.</summary>
    public int TrainSamples => _epochOrder.Length;

    /// <summary>The network that is trained.</summary>
    public Network Network { get; }

    /// <summary>The network's answer to one image.</summary>
    /// <param name="image">[rows × cols] bytes, of the size of the data set's images.</param>
    /// <param name="options">When relaxation stops; null for <see cref="Experiment.Evaluation"/>.</param>
    public Prediction Predict(ReadOnlyMemory<byte> image, SweepOptions? options = null)
    {
        double[] readout = new double[Readout.Classes],
            probabilities = new double[Readout.Classes];
        var set = new ImageSet(_data.Rows, _data.Cols, _data.Classes, image, new byte[1]);
        var report = _learner.Predict(set, [0], options ?? _experiment.Evaluation, readout);
        Readout.Cost.Probabilities(readout, probabilities);
        int best = 0;
        for (int c = 1; c < readout.Length; c++)
            if (readout[c] > readout[best])
                best = c;
        return new(best, probabilities, report.Free);
    }

    /// <summary>A copy of all parameters by name: couplings' "x-h1.W", "h1.bias.b", neurons' "h1.k".</summary>
    public IReadOnlyList<KeyValuePair<string, NpyArray>> Weights() =>
        [
            .. _learner.Parameters.Select(p =>
                KeyValuePair.Create(p.Name, p.Cols == 1 ? new NpyArray(p.ToArray(), p.Rows) : new(p.ToArray(), p.Rows, p.Cols))
            ),
        ];

    /// <summary>Takes over all parameters, as <see cref="Weights"/> gives them.</summary>
    /// <exception cref="ArgumentException">One is missing, superfluous, of another shape or type, not finite, or out of its range.</exception>
    public void SetWeights(IReadOnlyDictionary<string, NpyArray> weights)
    {
        foreach (string name in weights.Keys)
            if (_learner.Parameters.All(p => p.Name != name))
                throw new ArgumentException(
                    $"The weights hold '{name}', which the network has not.{Nearest.Hint(name, [.. _learner.Parameters.Select(p => p.Name)])}"
                );
        var checkedValues = new List<(Tensor<float>, float[])>();
        foreach (var p in _learner.Parameters)
        {
            if (!weights.TryGetValue(p.Name, out var given))
                throw new ArgumentException($"The weights lack '{p.Name}': they belong to another network.");
            int[] shape = p.Cols == 1 ? [p.Rows] : [p.Rows, p.Cols];
            if (!given.Shape.SequenceEqual(shape))
                throw new ArgumentException(
                    $"The weights' '{p.Name}' has the shape [{string.Join(", ", given.Shape)}]; the network needs [{string.Join(", ", shape)}]."
                );
            float[] values = given.Values switch
            {
                float[] singles => singles,
                double[] doubles => Array.ConvertAll(doubles, x => (float)x),
                _ => throw new ArgumentException($"The weights' '{p.Name}' are of another type than float32 or float64."),
            };
            int wrong = Array.FindIndex(values, x => !float.IsFinite(x) || x < p.Min || x > p.Max);
            if (wrong >= 0)
                throw new ArgumentException(
                    $"The weights' '{p.Name}' holds {values[wrong]:R} at {wrong}; finite numbers in {new Interval(p.Min, p.Max)} are expected."
                );
            checkedValues.Add((p, values));
        }
        foreach (var (p, values) in checkedValues)
            p.Assign(values);
        Load();
    }

    /// <summary>The state of training, to continue with the same bits.</summary>
    /// <remarks>The next call writes over the arrays of the last.</remarks>
    public Checkpoint Save() => _saved = Checkpoint.Of(_experiment, _learner.Parameters, _optimizer, Epoch, _history, _saved);

    /// <summary>Continues from a checkpoint.</summary>
    /// <exception cref="CheckpointException">It belongs to another architecture or seed.</exception>
    public void Resume(Checkpoint checkpoint)
    {
        if (checkpoint.Experiment.Difference(_experiment) is var (key, there, here))
            throw new CheckpointException(
                $"The checkpoint belongs to another experiment: {key} is {there} there and {here} here. Start a new run instead."
            );
        Restore(checkpoint);
    }

    /// <summary>Takes over a checkpoint's parameters and history, whatever else the experiments differ in; for evaluation.</summary>
    /// <exception cref="CheckpointException">It belongs to another architecture or optimizer.</exception>
    public void Restore(Checkpoint checkpoint)
    {
        checkpoint.Restore(_learner.Parameters, _optimizer);
        (Epoch, var history) = (checkpoint.Epoch, checkpoint.History);
        _history.Clear();
        _history.AddRange(history);
        Load();
    }

    /// <summary>Frees threads and memory.</summary>
    public void Dispose()
    {
        _learner.Dispose();
        (_learner as EqProp<float>)?.Machine.Dispose();
        _optimizer.Dispose();
        _devices?.Dispose();
        _team.Dispose();
    }

    /// <summary>Programmed parameters → effective ones → everything that is derived from them.</summary>
    private void Load()
    {
        _devices?.Apply(Epoch);
        _learner.Load();
    }

    private void CheckFinite(int epoch, int at, BatchReport report)
    {
        const double blowUp = 1e6;
        if (double.IsFinite(report.Loss) && report.Free.Residual < blowUp && report.Nudged.Residual < blowUp)
            return;
        throw new DivergenceException(
            $"Diverged in epoch {epoch} after {at} samples: loss {report.Loss / Math.Max(1, report.Samples):g3}, free residual {report.Free.Residual:g3}, nudged residual {report.Nudged.Residual:g3}. "
                + "Lower optimizer.rate, or bound the weights' norms (optimizer.norm_bounds); in deep nets lower the rates of hidden couplings first."
        );
    }

    private void CheckData(Network network)
    {
        int pixels = _data.Rows * _data.Cols;
        foreach (var p in network.Populations)
            if (p is { IsClamped: true, Rail: null } && p.Size != pixels)
                throw new ArgumentException($"Population '{p.Name}' has {p.Size} neurons, but '{_data.Name}' has {pixels} pixels.");
        if (Readout.Classes != _data.Classes)
            throw new ArgumentException(
                $"The readout '{_experiment.Readout.Population}' tells {Readout.Classes} classes apart, but '{_data.Name}' has {_data.Classes}."
            );
    }
}
