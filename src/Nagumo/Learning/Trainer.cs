using Nagumo.Compute;
using Nagumo.Data;
using Nagumo.Networks;
using Nagumo.Neurons;
using Nagumo.Relaxation;

namespace Nagumo.Learning;

/// <summary>Trains an experiment's network: epochs, schedule, evaluation. Files and pictures are its caller's.</summary>
/// <remarks>Everything random is split from the seed by purpose and epoch, so that a run resumed at any epoch gives the same bits.</remarks>
public sealed class Trainer : IDisposable
{
    private readonly Experiment _experiment;
    private readonly WorkerTeam _team;
    private readonly ILearner<float> _learner;
    private readonly Trainer<float> _loop;
    private readonly Chip<float> _chip;
    private readonly DataSet _data;
    private Checkpoint? _saved;
    private int _waited;

    /// <param name="experiment">The configuration.</param>
    /// <param name="data">The data set that it names.</param>
    /// <param name="threads">Threads ≥ 1; the result's bytes do not depend on them.</param>
    /// <exception cref="ArgumentException">A value out of range, or sizes that do not fit the data.</exception>
    public Trainer(Experiment experiment, DataSet data, int threads)
    {
        experiment.Validate();
        (_experiment, _data) = (experiment, data);
        _chip = new(experiment);
        var rng = new Rng(experiment.Seed);
        var task = LearningTasks.Of(experiment.Task, data.Train.Targets);
        Readout = Learners.ReadoutOf(experiment, Network, task);
        Fitting.Require(Network, Readout, experiment.Readout.Population, data.Name, data.Train);
        InputLoader<float>.Require(experiment.Pixels, data.Train);
        _team = new(threads);
        _learner = Learners.Of<float>(
            new(experiment, Network, Readout, _team, rng, Math.Max(experiment.Batch, EvaluationBatch * threads), _chip)
        );
        _loop = new(
            _learner,
            data,
            new(experiment.Optimizer, experiment.Epochs, experiment.Batch, experiment.Seed, experiment.Validation),
            task,
            new(experiment.Optimizer, _learner.Parameters, _team, rng.Split("norms")),
            Load
        );
        Load(0);
    }

    private const int EvaluationBatch = 128;

    /// <summary>Epochs done.</summary>
    public int Epoch => _loop.Epoch;

    /// <summary>Metrics of the epochs done.</summary>
    public IReadOnlyList<EpochMetrics> History => _loop.History;

    /// <summary>What is learned.</summary>
    public LearningTask Task => _loop.Task;

    internal Experiment Experiment => _experiment;
    internal DataSet Data => _data;
    internal Readout Readout { get; }

    /// <summary>The network's machine.</summary>
    internal Machine<float> Machine => _chip.Machine;

    internal IReadOnlyList<Tensor<float>> Parameters => _learner.Parameters;

    /// <summary>A learner of the same recipe on the same chip at the same weights, for batches and inputs of its own.</summary>
    /// <param name="pixels">Inputs and augmentation.</param>
    /// <param name="team">Threads.</param>
    /// <param name="batch">Most samples of a batch.</param>
    internal ILearner<float> Learner(PixelOptions pixels, WorkerTeam team, int batch)
    {
        var setup = new LearnerSetup<float>(
            _experiment with
            {
                Pixels = pixels,
            },
            Network,
            Readout,
            team,
            new Rng(_experiment.Seed),
            batch,
            _chip
        );
        var learner = Learners.Of(setup);
        // A head is each learner's own.
        foreach (var (its, given) in learner.Parameters.Zip(Parameters))
            its.CopyFrom(given);
        return learner;
    }

    /// <summary>Equilibrium Propagation; null for a pass through layers, which does not rest.</summary>
    internal EqProp<float>? EqProp => _learner as EqProp<float>;

    /// <inheritdoc cref="Trainer{T}.TrainEpoch(IProgress{Progress}, CancellationToken)"/>
    public EpochMetrics TrainEpoch(IProgress<Progress>? progress = null, CancellationToken cancel = default) =>
        _loop.TrainEpoch(progress, _experiment.Evaluation, cancel);

    /// <summary>The task's metrics on the test set, relaxed as <see cref="Experiment.Evaluation"/> says, or as given.</summary>
    public Evaluation Test(SweepOptions? options = null) => _loop.Test(options ?? _experiment.Evaluation);

    /// <summary>The task's metrics on given samples of a set.</summary>
    public Evaluation Evaluate(Samples set, int[] samples, SweepOptions? options = null) =>
        _loop.Evaluate(set, samples, options ?? _experiment.Evaluation);

    /// <summary>The rest states of samples, free or nudged by the constant current −β ∂C/∂u of the free state, as arrays that other programs read.</summary>
    /// <param name="set">Samples of the shape that it was trained on.</param>
    /// <param name="samples">Which of them; null for all.</param>
    /// <param name="options">When relaxation stops; null for <see cref="Experiment.Evaluation"/>.</param>
    /// <param name="beta">Strength of the nudge; 0 for the free states.</param>
    /// <param name="watch">Whether to keep the state after each sweep as well.</param>
    /// <param name="hasTargets">Whether the set's targets are known, so that they are written; a nudge needs them.</param>
    /// <exception cref="ArgumentException">A sample that there is not, more numbers than an array holds, or a network that relaxes in another way.</exception>
    public RestStates States(
        Samples set,
        int[]? samples = null,
        SweepOptions? options = null,
        double beta = 0,
        bool watch = false,
        bool hasTargets = true
    ) =>
        RestStates.Of(
            this,
            set,
            samples ?? [.. Enumerable.Range(0, set.Count)],
            options ?? _experiment.Evaluation,
            beta,
            watch,
            hasTargets
        );

    /// <summary>Looks for second rest states: the same network, the same sample, another start.</summary>
    /// <param name="set">Samples of the shape that it was trained on.</param>
    /// <param name="samples">Which of them, of which up to 64 are looked at; null for all.</param>
    /// <returns>What was found; null for chains and networks with a registered relaxer, where it is not looked for.</returns>
    public OtherRests? FindOtherRests(Samples set, int[]? samples = null) =>
        OtherRests.Of(this, set, samples ?? [.. Enumerable.Range(0, set.Count)]);

    /// <summary>The samples of a set from the largest cost to the smallest; NaN counts as the largest.</summary>
    public int[] ByCost(Samples set)
    {
        int[] all = [.. Enumerable.Range(0, set.Count)];
        double[] losses = Losses(set, all);
        return [.. all.OrderByDescending(i => double.IsNaN(losses[i]) ? double.PositiveInfinity : losses[i])];
    }

    /// <summary>The cost of each of given samples of a set, relaxed as <see cref="Experiment.Evaluation"/> says.</summary>
    internal double[] Losses(Samples set, int[] samples)
    {
        double[] outputs = new double[samples.Length * Readout.Width];
        _learner.Predict(set, samples, _experiment.Evaluation, outputs);
        return Trainer<float>.Losses(Readout.Cost, set.Targets, samples, outputs);
    }

    /// <summary>Samples of an epoch.</summary>
    public int TrainSamples => _loop.TrainSamples;

    /// <summary>The network that is trained.</summary>
    public Network Network => Machine.Network;

    /// <summary>The network's answer to one sample.</summary>
    /// <param name="set">Samples of the shape that it was trained on.</param>
    /// <param name="sample">Which of them.</param>
    /// <param name="options">When relaxation stops; null for <see cref="Experiment.Evaluation"/>.</param>
    public Prediction Predict(Samples set, int sample, SweepOptions? options = null)
    {
        double[] readout = new double[Readout.Width];
        var relaxation = _learner.Predict(set, [sample], options ?? _experiment.Evaluation, readout).Free;
        if (set.Targets is NumberTargets { Columns: var columns })
            return new(readout, null, null, [.. columns.Select((c, i) => c.Offset + c.Scale * readout[i])], relaxation);
        double[] probabilities = new double[Readout.Width];
        Readout.Cost.Probabilities(readout, probabilities);
        return new(readout, Classification.Answer(readout), probabilities, null, relaxation);
    }

    /// <summary>A copy of all parameters by name: couplings' "x-h1.W", "h1.bias.b", neurons' "h1.k".</summary>
    public IReadOnlyList<KeyValuePair<string, NpyArray>> Weights() =>
        [
            .. _learner.Parameters.Select(p =>
                KeyValuePair.Create(p.Name, p.Cols == 1 ? new NpyArray(p.ToArray(), p.Rows) : new(p.ToArray(), [.. p.Shape]))
            ),
        ];

    /// <summary>Takes over all parameters, as <see cref="Weights"/> gives them.</summary>
    /// <exception cref="ArgumentException">One is missing, superfluous, of another shape or type, not finite, or out of its range.</exception>
    public void SetWeights(IReadOnlyDictionary<string, NpyArray> weights)
    {
        foreach (string name in weights.Keys)
            if (_learner.Parameters.All(p => p.Name != name && Ladder.Former(p.Name) != name))
                throw new ArgumentException(
                    $"The weights hold '{name}', which the network has not.{Nearest.Hint(name, [.. _learner.Parameters.Select(p => p.Name)])}"
                );
        var checkedValues = new List<(Tensor<float>, float[])>();
        foreach (var p in _learner.Parameters)
        {
            if (!weights.TryGetValue(p.Name, out var given) && !weights.TryGetValue(Ladder.Former(p.Name), out given))
                throw new ArgumentException($"The weights lack '{p.Name}': they belong to another network.");
            int[] shape = p.Cols == 1 ? [p.Rows] : [.. p.Shape];
            if (!given.Shape.SequenceEqual(shape))
                throw new ArgumentException(
                    $"The weights' '{p.Name}' has the shape [{string.Join(", ", given.Shape)}]; the network needs [{string.Join(", ", shape)}]."
                );
            float[] values = given.ToSingles();
            int wrong = Array.FindIndex(values, x => !float.IsFinite(x) || x < p.Min || x > p.Max);
            if (wrong >= 0)
                throw new ArgumentException(
                    $"The weights' '{p.Name}' holds {values[wrong]:R} at {wrong}; finite numbers in {new Interval(p.Min, p.Max)} are expected."
                );
            checkedValues.Add((p, values));
        }
        foreach (var (p, values) in checkedValues)
            p.Assign(values);
        _waited = 0;
        Load(Epoch);
        RequireFinite();
    }

    /// <summary>Lets epochs pass without training: the sources of a chip drift on (<see cref="HardwareOptions.Drift"/>).</summary>
    /// <param name="epochs">How many, ≥ 0.</param>
    public void Wait(int epochs)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(epochs);
        _waited += epochs;
        Load(Epoch);
        RequireFinite();
    }

    /// <summary>Takes over all parameters from an .npz file, which may take no more than twice what they need in float64.</summary>
    /// <exception cref="ArgumentException">See <see cref="SetWeights"/>.</exception>
    /// <exception cref="InvalidDataException">The file is damaged, too large, or no .npz file.</exception>
    public void ReadWeights(string path) =>
        SetWeights(Npz.Read(path, mostBytes: (1 << 20) + 16 * _learner.Parameters.Sum(p => (long)p.Rows * p.Cols)));

    /// <summary>The state of training, to continue with the same bits.</summary>
    /// <remarks>The next call writes over the arrays of the last.</remarks>
    public Checkpoint Save() => _saved = Checkpoint.Of(_experiment, _learner.Parameters, _loop.Optimizer, Epoch, History, _saved);

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
        checkpoint.Restore(_learner.Parameters, _loop.Optimizer);
        _waited = 0;
        _loop.Resume(checkpoint.Epoch, checkpoint.History);
        Load(Epoch);
        RequireFinite();
    }

    /// <summary>Frees threads and memory.</summary>
    public void Dispose()
    {
        _learner.Dispose();
        _chip.Dispose();
        _loop.Dispose();
        _team.Dispose();
    }

    /// <summary>Programmed parameters → effective ones → everything that is derived from them.</summary>
    private void Load(int epochs)
    {
        _chip.Apply(epochs + _waited);
        _learner.Load();
    }

    /// <summary>Refuses parameters that were given, and those that the chip makes of them, where they are not finite.</summary>
    private void RequireFinite()
    {
        if (_loop.NotFinite() is { } fault)
            throw new ArgumentException($"Of these weights {fault}");
    }
}
