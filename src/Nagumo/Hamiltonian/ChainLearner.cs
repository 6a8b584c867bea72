using System.Numerics;
using Nagumo.Compute;
using Nagumo.Data;
using Nagumo.Kernels;
using Nagumo.Learning;
using Nagumo.Relaxation;
using Nagumo.Symbolics;

namespace Nagumo.Hamiltonian;

/// <summary>What both readings of a chain share as learners: input, readout, batches over threads, and the walk over the layers' contrasts.</summary>
/// <remarks>
/// Lanes are split into tiles; a tile keeps its states between the stages of a batch, and a stage runs all tiles, then all rows of a
/// gradient. Sums over lanes have one order, so the bytes do not depend on the threads.
/// </remarks>
internal abstract unsafe class ChainLearner<T> : ILearner<T>, ITeamWork
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly LearnerSetup<T> _setup;
    private readonly InputLoader<T> _loader;
    private readonly Tensor<T> _encoder,
        _encoderBias,
        _decoder,
        _decoderBias;
    private readonly Buffer<T> _images,
        _memory;
    private readonly GemmWorkspace<T>[] _workspaces;
    private readonly Rng[] _random;
    private readonly int[] _samples;
    private readonly double[] _losses,
        _misses,
        _targets;
    private readonly bool[] _escaped;
    private readonly double[] _readout;
    private Stage _stage;
    private int _layer,
        _epoch;
    private Samples? _set;
    private bool _predict;

    /// <param name="setup">Experiment, network, readout, threads, seeds, batch.</param>
    /// <param name="layers">Layers with an on-site potential.</param>
    /// <param name="packed">Whether the machine keeps packed copies of its weights.</param>
    protected ChainLearner(LearnerSetup<T> setup, Func<ChainShape, int> layers, bool packed)
    {
        _setup = setup;
        Shape = ChainShape.Of(setup.Experiment, setup.Network);
        Estimator = setup.Experiment.Estimator;
        if (Estimator.RandomSign || Estimator.Nudge != "current")
            throw new ArgumentException(
                "estimator.random_sign and estimator.nudge = 'cost' are for networks of block sweeps; a chain is nudged by the current of its free state."
            );
        if (Estimator.Kind is not ("centred" or "one-sided" or "exact"))
            throw new ArgumentException(
                $"estimator.kind = '{Estimator.Kind}' is for networks that relax; a pass takes 'centred', 'one-sided' or 'exact'."
            );
        var rng = setup.Rng.Split("parameters");
        Machine = new(Shape.Chain, layers(Shape), Shape.BlockSd, rng, packed);
        int n = Shape.Chain.Trunk.Size;
        _encoder = Weights(Shape.Encoder.Name, n, Shape.Inputs, Shape.Encoder.Sd);
        _encoderBias = Bias(Shape.EncoderBias.Name, n, Shape.EncoderBias.Current);
        _decoder = Weights(Shape.Decoder.Name, Shape.Classes, n, Shape.Decoder.Sd);
        _decoderBias = Bias(Shape.DecoderBias.Name, Shape.Classes, Shape.DecoderBias.Current);
        Parameters = [_encoder, _encoderBias, .. Machine.Parameters, _decoder, _decoderBias];
        Contrasts = new(Machine, setup.Batch);
        _loader = new(setup.Experiment.Pixels, setup.Rng.Split("pixels"));
        _images = new((long)setup.Batch * Shape.Inputs);
        int padded = (setup.Batch + 15) / 16 * 16;
        _memory = new((4L * n + 2L * Shape.Classes) * padded);
        T* next = _memory.Pointer;
        (Input, InputSlope, Last, LastForce) = (Take(n), Take(n), Take(n), Take(n));
        (Logits, LogitForce) = (Take(Shape.Classes), Take(Shape.Classes));
        _workspaces = [.. Enumerable.Range(0, setup.Team.Threads).Select(_ => new GemmWorkspace<T>())];
        _random = [.. Enumerable.Range(0, setup.Team.Threads).Select(_ => new Rng(0))];
        _samples = new int[setup.Batch];
        (_losses, _misses, _escaped) = (new double[setup.Batch], new double[setup.Batch], new bool[setup.Batch]);
        _targets = new double[setup.Batch * Shape.Classes];
        _readout = new double[setup.Batch * Shape.Classes];

        MatView<T> Take(int rows)
        {
            var view = new MatView<T>(next, rows, setup.Batch, padded);
            next += (long)rows * padded;
            return view;
        }

        Tensor<T> Weights(string name, int rows, int cols, double sd)
        {
            var tensor = new Tensor<T>($"{name}.W", rows, cols, double.NegativeInfinity, double.PositiveInfinity, decays: true);
            var draw = rng.Split(tensor.Name);
            double bound = sd * Math.Sqrt(3);
            foreach (ref T w in tensor.Values)
                w = T.CreateChecked(bound * (2 * draw.NextDouble() - 1));
            return tensor;
        }

        Tensor<T> Bias(string name, int rows, double value)
        {
            var tensor = new Tensor<T>($"{name}.b", rows, 1, double.NegativeInfinity, double.PositiveInfinity, decays: false);
            tensor.Values.Fill(T.CreateChecked(value));
            return tensor;
        }
    }

    private enum Stage
    {
        Free,
        Nudge,
        Layer,
        Rows,
        Input,
        InputRows,
        Load,
    }

    public IReadOnlyList<Tensor<T>> Parameters { get; }

    /// <inheritdoc/>
    public Cost? Cost => _setup.Readout.Cost;

    /// <summary>Chain, input and readout.</summary>
    public ChainShape Shape { get; }

    /// <summary>The chain's parameters and operations.</summary>
    public ChainMachine<T> Machine { get; }

    protected EstimatorOptions Estimator { get; }
    protected ChainContrasts<T> Contrasts { get; }

    /// <summary>W x + b of the batch, [n × lanes]; later the derivative of the cost by it.</summary>
    protected MatView<T> Input { get; }

    /// <summary>Room for the encoder's slope.</summary>
    protected MatView<T> InputSlope { get; }

    /// <summary>Activators of the last layer.</summary>
    protected MatView<T> Last { get; }

    /// <summary>Derivative of the cost by them.</summary>
    protected MatView<T> LastForce { get; }
    private MatView<T> Logits { get; }
    private MatView<T> LogitForce { get; }

    /// <summary>Samples of the batch at hand.</summary>
    protected int Count { get; private set; }

    /// <summary>When the phases of the batch at hand stop, for relaxing readings.</summary>
    protected SweepOptions Stop { get; private set; } = new();

    /// <summary>β₊ and β₋.</summary>
    protected (double Plus, double Minus) Betas => (Estimator.Beta, Estimator.Kind == "one-sided" ? 0 : -Estimator.Beta);

    /// <summary>Whether the gradient is the exact one.</summary>
    protected bool Exact => Estimator.Kind == "exact";

    /// <summary>Lanes of a tile for a batch of so many samples.</summary>
    protected abstract int TileLanes(int count);

    /// <summary>Free trajectories or rest states of lanes [at, at + count) from <see cref="Input"/>; writes <see cref="Last"/>.</summary>
    protected abstract void Free(int tile, int at, int count, bool predict, GemmWorkspace<T> ws);

    /// <summary>Begins the nudged trajectories, or relaxes them, from <see cref="LastForce"/>.</summary>
    protected abstract void Nudge(int tile, int at, int count, GemmWorkspace<T> ws);

    /// <summary>Goes to the next layer of the walk and reads its contrast.</summary>
    protected abstract void Contrast(int tile, int l, int at, int count, GemmWorkspace<T> ws);

    /// <summary>Writes the derivative of the cost by W x + b into <see cref="Input"/>.</summary>
    protected abstract void Sensitivity(int tile, int at, int count);

    /// <summary>Number of contrasts to walk over; the walk goes from the last to layer 0.</summary>
    protected abstract int Walk { get; }

    /// <summary>What the free and the nudged phases reached; called after each of them.</summary>
    protected abstract (RelaxationReport Free, RelaxationReport Nudged) Reached(int escaped);

    /// <summary>Judges the share of samples of a training batch that are not finite.</summary>
    protected abstract void CheckEscaped(int escaped, int samples);

    /// <inheritdoc/>
    public BatchReport Gradient(Samples set, ReadOnlySpan<int> samples, int epoch)
    {
        Begin(set, samples, epoch, predict: false, _setup.Experiment.Free);
        Run(Stage.Free);
        var report = Report();
        CheckEscaped(report.Free.NotConverged, samples.Length);
        Stop = _setup.Experiment.Nudged;
        Run(Stage.Nudge);
        Contrasts.Begin();
        for (_layer = Walk - 1; _layer >= 0; _layer--)
        {
            Run(Stage.Layer);
            Run(Stage.Rows);
        }
        Run(Stage.Input);
        Run(Stage.InputRows);
        return report with { Nudged = Reached(report.Free.NotConverged).Nudged };
    }

    /// <inheritdoc/>
    public BatchReport Predict(Samples set, ReadOnlySpan<int> samples, SweepOptions options, Span<double> readout)
    {
        BatchReport total = default;
        for (int from = 0; from < samples.Length; from += _samples.Length)
        {
            var part = samples.Slice(from, Math.Min(_samples.Length, samples.Length - from));
            Begin(set, part, epoch: 0, predict: true, options);
            Run(Stage.Free);
            total += Report();
            if (!readout.IsEmpty)
                _readout.AsSpan(0, part.Length * Shape.Classes).CopyTo(readout[(from * Shape.Classes)..]);
        }
        return total;
    }

    /// <inheritdoc/>
    public void Load() => Run(Stage.Load);

    /// <summary>One thread's part of what follows from changed parameters.</summary>
    protected virtual void Load(int thread, int threads) => Machine.Pack(thread, threads);

    void ITeamWork.Run(int thread, int threads)
    {
        var ws = _workspaces[thread];
        switch (_stage)
        {
            case Stage.Rows:
                Contrasts.Gradient(_layer, link: _layer < Shape.Chain.Depth, Count, thread, threads, ws);
                return;
            case Stage.InputRows:
                InputRows(thread, threads, ws);
                return;
            case Stage.Load:
                Load(thread, threads);
                return;
        }
        int lanes = TileLanes(Count);
        for (int tile = thread; tile * lanes < Count; tile += threads)
        {
            int at = tile * lanes,
                count = Math.Min(lanes, Count - at);
            switch (_stage)
            {
                case Stage.Free:
                    Encode(at, count, _random[thread], ws);
                    Free(tile, at, count, _predict, ws);
                    Judge(at, count, ws);
                    break;
                case Stage.Nudge:
                    Nudge(tile, at, count, ws);
                    break;
                case Stage.Layer:
                    Contrast(tile, _layer, at, count, ws);
                    break;
                default:
                    Sensitivity(tile, at, count);
                    break;
            }
        }
    }

    /// <summary>Whether a lane's sample escaped: it takes no part in the gradient.</summary>
    protected bool HasEscaped(int lane) => _escaped[lane];

    protected static MatView<T> Lanes(MatView<T> view, int at, int count) => view.Slice(0, view.Rows, at, count);

    protected static Rows<T> Of(MatView<T> m) => new(m.Data, m.RowStride);

    private void Begin(Samples set, ReadOnlySpan<int> samples, int epoch, bool predict, SweepOptions stop)
    {
        (_set, Count, _epoch, _predict, Stop) = (set, samples.Length, epoch, predict, stop);
        samples.CopyTo(_samples);
    }

    private void Run(Stage stage)
    {
        _stage = stage;
        _setup.Team.Run(this);
    }

    private BatchReport Report()
    {
        double loss = 0,
            misses = 0;
        int escaped = 0;
        for (int i = 0; i < Count; i++)
        {
            loss += _losses[i];
            misses += _misses[i];
            escaped += _escaped[i] ? 1 : 0;
        }
        return new(Count, loss, misses, Reached(escaped).Free, default);
    }

    /// <summary>Samples in, W x + b out.</summary>
    private void Encode(int at, int count, Rng random, GemmWorkspace<T> ws)
    {
        for (int i = at; i < at + count; i++)
        {
            var row = new Span<T>(_images.Pointer + (long)i * Shape.Inputs, Shape.Inputs);
            if (_predict)
                _loader.Load(_set!, _samples[i], row);
            else
                _loader.Augment(_set!, _epoch, _samples[i], row, random);
        }
        Gemm.Multiply(_encoder.Value, Images(at, count), Column(_encoderBias, count), Lanes(Input, at, count), T.One, ws);
    }

    /// <summary>Logits, cost and its forces. A sample that is not finite counts as a miss with a readout of zeros, and is not nudged.</summary>
    private void Judge(int at, int count, GemmWorkspace<T> ws)
    {
        int classes = Shape.Classes;
        for (int lane = at; lane < at + count; lane++)
        {
            bool finite = true;
            for (int r = 0; r < Last.Rows; r++)
                finite &= T.IsFinite(Last.Row(r)[lane]);
            _escaped[lane] = !finite;
            for (int r = 0; r < Last.Rows && !finite; r++)
                Last.Row(r)[lane] = T.Zero;
        }
        Gemm.Multiply(_decoder.Value, Lanes(Last, at, count), Column(_decoderBias, count), Lanes(Logits, at, count), T.One, ws);
        var cost = _setup.Readout.Cost;
        Span<double> z = stackalloc double[classes],
            force = stackalloc double[classes];
        for (int lane = at; lane < at + count; lane++)
        {
            bool finite = true;
            for (int c = 0; c < classes; c++)
            {
                z[c] = double.CreateChecked(Logits.Row(c)[lane]);
                finite &= double.IsFinite(z[c]);
            }
            _escaped[lane] |= !finite;
            if (_escaped[lane])
                z.Clear();
            var y = _targets.AsSpan(lane * classes, classes);
            _set!.Targets.Read(_samples[lane], y);
            _losses[lane] = cost.Value(z, y);
            double miss = _setup.Readout.Task.Miss(z, y);
            _misses[lane] = _escaped[lane] ? Math.Max(1, miss) : miss;
            z.CopyTo(_readout.AsSpan(lane * classes, classes));
            cost.Gradient(z, y, force);
            for (int c = 0; c < classes; c++)
                LogitForce.Row(c)[lane] = _escaped[lane] ? T.Zero : T.CreateChecked(force[c]);
        }
        if (!_predict)
            Gemm.Multiply(_decoder.Value.Transposed, Lanes(LogitForce, at, count), default, Lanes(LastForce, at, count), T.One, ws);
    }

    /// <summary>One thread's rows of the encoder's and the decoder's gradients.</summary>
    private void InputRows(int thread, int threads, GemmWorkspace<T> ws)
    {
        T scale = T.CreateChecked(1.0 / Count);
        Outer(_encoder, _encoderBias, Lanes(Input, 0, Count), Images(0, Count));
        Outer(_decoder, _decoderBias, Lanes(LogitForce, 0, Count), Lanes(Last, 0, Count));

        void Outer(Tensor<T> weights, Tensor<T> bias, MatView<T> left, MatView<T> right)
        {
            var (row0, rows) = Shares.Of(weights.Rows, thread, threads);
            if (rows == 0)
                return;
            Gemm.Multiply(
                left.Slice(row0, rows, 0, Count),
                right.Transposed,
                default,
                weights.Gradient.Slice(row0, rows, 0, weights.Cols),
                scale,
                ws
            );
            for (int r = row0; r < row0 + rows; r++)
                bias.Gradients[r] = scale * LaneSum.Of<T>(left.Row(r));
        }
    }

    private MatView<T> Images(int at, int count) => new(_images.Pointer + (long)at * Shape.Inputs, Shape.Inputs, count, 1, Shape.Inputs);

    private static MatView<T> Column(Tensor<T> x, int lanes) => new(x.Value.Data, x.Rows, lanes, 1, 0);

    public virtual void Dispose()
    {
        Machine.Dispose();
        Contrasts.Dispose();
        foreach (var tensor in (ReadOnlySpan<Tensor<T>>)[_encoder, _encoderBias, _decoder, _decoderBias])
            tensor.Dispose();
        foreach (var ws in _workspaces)
            ws.Dispose();
        _images.Dispose();
        _memory.Dispose();
    }
}
