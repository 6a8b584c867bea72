using System.Numerics;
using Nagumo.Compute;
using Nagumo.Data;
using Nagumo.Kernels;
using Nagumo.Networks;
using Nagumo.Relaxation;
using Nagumo.Symbolics;
using static Nagumo.Symbolics.Functions;

namespace Nagumo.Learning;

/// <summary>Hamiltonian echo backpropagation of layers in depth read as a layer-wise pass.</summary>
/// <remarks>
/// Forward: u_0 = A tanh(I), I the currents of the source, v_0 = p_0 = 0; for l = 0 … L−1: p += ∂U_l/∂q, q += D⁻¹p. Only (q_L, p_L) is kept. Echo:
/// from q_L with the momentum turned round and kicked, P = −p_L + β C'(q_L), the same elements in reverse: q += D⁻¹P, P += ∂U_l/∂q. A cost on layer l
/// adds β ∂C_l/∂q when the echo is there. The gradient is [∂S/∂θ (echo at +β) − ∂S/∂θ (echo at β₋)]/(β₊ − β₋), read where the kick is taken.
/// The two echoes are twice the lanes. Memory does not depend on depth. "exact" carries the echo's derivative in β instead.
/// Lanes are split into tiles, which keep their windows between the stages of a batch; a stage runs all tiles, then all rows of a gradient.
/// [López-Pastor and Marquardt 2023, doi:10.1103/PhysRevX.13.031020; docs/hamiltonian.md]
/// </remarks>
internal sealed class EchoLearner<T> : ILearner<T>, ITeamWork
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Activators may move freely up to here; the penalty acts beyond.</summary>
    private const double ActivityLimit = 1;
    internal const double DefaultAmplitude = 0.6;
    private const double DefaultMaxEscaped = 0.02;

    private readonly LearnerSetup<T> _setup;
    private readonly Machine<T> _machine;
    private readonly DepthRecurrence<T> _layers;
    private readonly DepthContrasts<T> _contrasts;
    private readonly Head<T> _head;
    private readonly InputLoader<T> _loader;
    private readonly Tile[] _tiles;
    private readonly Worker[] _workers;
    private readonly Kernel<T> _encode;
    private readonly Kernel<T>? _penalty,
        _layerCost;
    private readonly Buffer<T> _images,
        _slopes;
    private readonly MatView<T> _slope;
    private readonly double _maxEscaped;
    private readonly bool _exact;
    private readonly int _input,
        _inputs,
        _width;
    private readonly int[] _samples;
    private readonly double[] _losses,
        _misses,
        _readout,
        _layerCosts;
    private readonly bool[] _escaped;

    // The job at hand: set by the caller, read by the team.
    private Stage _stage;
    private Samples? _set;
    private int _layer,
        _epoch,
        _count;
    private bool _predict,
        _weighs;

    /// <param name="setup">Experiment, machine, readout, threads, seeds, batch.</param>
    /// <param name="source">The couplings into layer 0 whose currents say where a pass begins.</param>
    /// <param name="head">Reads the last layer; freed with the learner.</param>
    /// <param name="parameters">What is learned.</param>
    /// <exception cref="ArgumentException">An estimator of other networks.</exception>
    public EchoLearner(LearnerSetup<T> setup, IReadOnlyList<string> source, Head<T> head, IReadOnlyList<Tensor<T>> parameters)
    {
        var (estimator, options) = (setup.Experiment.Estimator, setup.Experiment.Chain!);
        if (estimator.Kind is not ("centred" or "one-sided" or "exact"))
            throw new ArgumentException(
                $"estimator.kind = '{estimator.Kind}' is for networks that relax; a pass takes 'centred', 'one-sided' or 'exact'."
            );
        (_setup, _machine, _head, Parameters) = (setup, setup.Chip.Machine, head, parameters);
        _exact = estimator.Kind == "exact";
        Betas = (estimator.Beta, estimator.Kind == "one-sided" ? 0 : -estimator.Beta);
        _maxEscaped = options.MaxEscaped ?? DefaultMaxEscaped;
        _layers = new(_machine, source);
        _contrasts = new(_layers, setup.Batch, options.Train is { Count: > 0 });
        _input = Enumerable.Range(0, setup.Network.Populations.Count).Single(p => setup.Network.Populations[p].IsClamped);
        (_inputs, _width) = (setup.Network.Populations[_input].Size, setup.Readout.Width);
        var (z, u, beta) = (new Symbol("z"), new Symbol("u"), new Symbol("beta"));
        var encoder = (options.Amplitude ?? DefaultAmplitude) * Tanh(z);
        _encode = KernelCompiler.Compile<T>(new("encode", [z], [], [new(encoder), new(encoder.Derive(z))]));
        if (options.ActivityPenalty is > 0 and var rho)
        {
            var cost = rho * Pow(Max(Abs(u) - ActivityLimit, 0), 2);
            _penalty = KernelCompiler.Compile<T>(new("penalty", [u], [beta], [new(beta * cost.Derive(u), OutputKind.Add)]));
            _layerCost = KernelCompiler.Compile<T>(new("layer-cost", [u], [], [new(cost)]));
        }
        _loader = new(setup.Experiment.Pixels, setup.Rng.Split("pixels"));
        _images = new((long)setup.Batch * _inputs);
        int padded = (setup.Batch + 15) / 16 * 16;
        _slopes = new((long)_layers.Size * padded);
        _slope = _slopes.View(0, _layers.Size, setup.Batch, padded);
        _samples = new int[setup.Batch];
        (_losses, _misses, _escaped) = (new double[setup.Batch], new double[setup.Batch], new bool[setup.Batch]);
        _layerCosts = new double[setup.Batch];
        _readout = new double[setup.Batch * _width];
        _workers = [.. Enumerable.Range(0, setup.Team.Threads).Select(_ => new Worker(_width))];
        // Any tiling gives the same bytes: as many tiles as threads.
        int lanes = TileLanes(setup.Batch);
        _tiles = [.. _workers.Select(_ => new Tile(_layers, lanes, _exact))];
    }

    private enum Stage
    {
        Free,
        Nudge,
        Layer,
        Rows,
        Source,
        SourceRows,
        Load,
    }

    public IReadOnlyList<Tensor<T>> Parameters { get; }

    /// <inheritdoc/>
    public Cost? Cost => _setup.Readout.Cost;

    /// <summary>β₊ and β₋.</summary>
    private (double Plus, double Minus) Betas { get; }

    private int Depth => _layers.Layers - 1;

    /// <inheritdoc/>
    public BatchReport Gradient(Samples set, ReadOnlySpan<int> samples, int epoch)
    {
        Begin(set, samples, epoch, predict: false);
        Run(Stage.Free);
        var report = Report();
        if (report.Free.NotConverged > _maxEscaped * samples.Length)
            throw new DivergenceException(
                $"{report.Free.NotConverged} of {samples.Length} samples escaped: beyond |u| = √3 the cubic drives a pass to infinity, and more than chain.max_escaped = {_maxEscaped:R} of a batch did. "
                    + "Lower chain.amplitude or network.populations' scale, raise chain.activity_penalty, or lower optimizer.rate."
            );
        Run(Stage.Nudge);
        _contrasts.Begin();
        for (_layer = Depth - 1; _layer >= 0; _layer--)
        {
            _contrasts.GoTo(_layer);
            Run(Stage.Layer);
            Run(Stage.Rows);
        }
        Run(Stage.Source);
        _contrasts.Clamp(_input, Images(0, _count));
        Run(Stage.SourceRows);
        return report with { Nudged = new("echo", Depth, 0, 0) };
    }

    /// <inheritdoc/>
    public BatchReport Predict(Samples set, ReadOnlySpan<int> samples, SweepOptions options, Span<double> readout)
    {
        BatchReport total = default;
        for (int from = 0; from < samples.Length; from += _samples.Length)
        {
            var part = samples.Slice(from, Math.Min(_samples.Length, samples.Length - from));
            Begin(set, part, epoch: 0, predict: true);
            Run(Stage.Free);
            total += Report();
            if (!readout.IsEmpty)
                _readout.AsSpan(0, part.Length * _width).CopyTo(readout[(from * _width)..]);
        }
        return total;
    }

    /// <summary>What the gradient descends, summed over at most a batch of samples: the cost of the readout, which is the loss, and those on layers.</summary>
    public double Objective(Samples set, ReadOnlySpan<int> samples)
    {
        Begin(set, samples, epoch: 0, predict: true);
        _weighs = true;
        Run(Stage.Free);
        _weighs = false;
        return Report().Loss + _layerCosts.AsSpan(0, _count).ToArray().Sum();
    }

    /// <inheritdoc/>
    public void Load()
    {
        _machine.LoadLoads();
        Run(Stage.Load);
    }

    void ITeamWork.Run(int thread, int threads)
    {
        var worker = _workers[thread];
        switch (_stage)
        {
            case Stage.Rows:
                _contrasts.Gradient(link: true, _count, thread, threads, worker.Workspace.Gemm);
                return;
            case Stage.SourceRows:
                _contrasts.SourceGradient(_count, thread, threads, worker.Workspace.Gemm);
                _head.Gradient(_count, thread, threads, worker.Workspace.Gemm);
                return;
            case Stage.Load:
                _machine.LoadPart(thread, threads);
                return;
        }
        int lanes = TileLanes(_count);
        for (int tile = thread; tile * lanes < _count; tile += threads)
        {
            int at = tile * lanes,
                count = Math.Min(lanes, _count - at);
            switch (_stage)
            {
                case Stage.Free:
                    Free(_tiles[tile], at, count, worker);
                    Judge(_tiles[tile], at, count, worker);
                    break;
                case Stage.Nudge:
                    Nudge(_tiles[tile], at, count, worker.Workspace);
                    break;
                case Stage.Layer:
                    Echo(_tiles[tile], at, count, worker.Workspace);
                    break;
                default:
                    SourceForce(_tiles[tile], at, count);
                    break;
            }
        }
    }

    private int TileLanes(int count) => ((count + _setup.Team.Threads - 1) / _setup.Team.Threads + 15) / 16 * 16;

    private void Begin(Samples set, ReadOnlySpan<int> samples, int epoch, bool predict)
    {
        (_set, _count, _epoch, _predict) = (set, samples.Length, epoch, predict);
        samples.CopyTo(_samples);
        if (_machine.Expect(_input, _loader.Expected(set, training: !predict)))
            Run(Stage.Load);
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
        for (int i = 0; i < _count; i++)
        {
            loss += _losses[i];
            misses += _misses[i];
            escaped += _escaped[i] ? 1 : 0;
        }
        // A pass satisfies its recurrence by construction: no residual is left, but a sample may have escaped.
        return new(_count, loss, misses, new("pass", Depth, 0, escaped), default);
    }

    /// <summary>Samples in, layer by layer, (q_L, p_L) out. What is not finite there has escaped, and stays at zero from now on.</summary>
    private void Free(Tile tile, int at, int count, Worker worker)
    {
        for (int i = at; i < at + count; i++)
        {
            var row = _images.View((long)i * _inputs, 1, _inputs).Host();
            if (_predict)
                _loader.Load(_set!, _samples[i], row);
            else
                _loader.Augment(_set!, _epoch, _samples[i], row, worker.Random);
        }
        var (q, p, ws) = (tile.Q, tile.P, worker.Workspace);
        q.Resize(count);
        p.Resize(count);
        q.Clear();
        p.Clear();
        q.Clamp(_input, Images(at, count));
        _machine.DrivePart(_layers.Source, q, ws);
        var operands = new Operands<T>();
        operands.Add(q.Drive(_layers.Population, 0));
        operands.Add(U(q));
        operands.Add(_slope.Lanes(at, count));
        operands.Run(_encode, _layers.Size, count);
        _layerCosts.AsSpan(at, count).Clear();
        for (int l = 0; l < Depth; l++)
        {
            _layers.Kick(l, q, p, ws);
            _layers.Drift(q, p);
            if (_weighs)
                Weigh(U(q), p.Drive(_layers.Population, 0), at);
        }
        q.First = Depth * _layers.Size;
        for (int lane = 0; lane < count; lane++)
        {
            if (_escaped[at + lane] = !U(q).IsFinite(lane))
            {
                Rest(tile, lane);
                _layerCosts[at + lane] = 0;
            }
        }
    }

    /// <summary>Adds C_l(u) to the layers' costs of each lane.</summary>
    private void Weigh(MatView<T> u, MatView<T> scratch, int at)
    {
        if (_layerCost is null)
            return;
        var operands = new Operands<T>();
        operands.Add(u);
        operands.Add(scratch);
        operands.Run(_layerCost, u.Rows, u.Cols);
        for (int lane = 0; lane < u.Cols; lane++)
        for (int r = 0; r < u.Rows; r++)
            _layerCosts[at + lane] += double.CreateChecked(scratch[r, lane]);
    }

    private static void Rest(Tile tile, int lane)
    {
        tile.Q.ClearLane(lane);
        tile.P.ClearLane(lane);
    }

    /// <summary>Outputs, cost and its forces. A sample that escaped counts as a miss with outputs of zero, and is not nudged.</summary>
    private void Judge(Tile tile, int at, int count, Worker worker)
    {
        _head.Read(tile.Q, at, worker.Workspace.Gemm);
        var (z, y, force) = (worker.Z, worker.Y, worker.Force);
        for (int lane = at; lane < at + count; lane++)
        {
            _head.Output(lane, z);
            bool finite = true;
            foreach (double x in z)
                finite &= double.IsFinite(x);
            if (!finite && !_escaped[lane])
            {
                _escaped[lane] = true;
                Rest(tile, lane - at);
            }
            if (_escaped[lane])
                Array.Clear(z);
            _set!.Targets.Read(_samples[lane], y);
            _losses[lane] = _setup.Readout.Cost.Value(z, y);
            double miss = _setup.Readout.Task.Miss(z, y);
            _misses[lane] = _escaped[lane] ? Math.Max(1, miss) : miss;
            z.CopyTo(_readout.AsSpan(lane * _width));
            _setup.Readout.Cost.Gradient(z, y, force);
            if (_escaped[lane])
                Array.Clear(force);
            _head.Push(lane, force);
        }
    }

    /// <summary>Turns the momenta round and kicks them.</summary>
    private void Nudge(Tile tile, int at, int count, Workspace<T> ws)
    {
        var (q, p, echo, momentum) = (tile.Q, tile.P, tile.EchoQ, tile.EchoP);
        int population = _layers.Population;
        if (_exact)
        {
            // The pass itself turns round; the echo carries the derivative in β, which starts as the kick.
            for (int f = 0; f < _layers.Fields; f++)
                p.X(population, f).Scale(-T.One);
            echo.Resize(count);
            momentum.Resize(count);
            echo.Clear();
            momentum.Clear();
            Kick(T.One, U(momentum));
            return;
        }
        echo.Resize(2 * count);
        momentum.Resize(2 * count);
        for (int half = 0; half < 2; half++)
        {
            for (int f = 0; f < _layers.Fields; f++)
            {
                q.X(population, f).CopyRowsTo(echo.X(population, f).Lanes(half * count, count));
                p.X(population, f).ScaleTo(-T.One, momentum.X(population, f).Lanes(half * count, count));
            }
            Kick(T.CreateChecked(half == 0 ? Betas.Plus : Betas.Minus), U(momentum).Lanes(half * count, count));
        }

        void Kick(T beta, MatView<T> into)
        {
            _head.Pull(at, count, beta, into, into, ws.Gemm);
            Penalise(U(q), into, beta);
        }
    }

    /// <summary>Goes one layer back and reads its contrast.</summary>
    private void Echo(Tile tile, int at, int count, Workspace<T> ws)
    {
        var (q, p, echo, momentum) = (tile.Q, tile.P, tile.EchoQ, tile.EchoP);
        var (plus, minus) = Betas;
        if (_contrasts.ReadsLinks)
            ReadLinks(tile, at, count);
        _layers.Drift(echo, momentum);
        if (_exact)
        {
            _layers.Drift(q, p);
            for (int lane = 0; lane < count; lane++)
                if (_escaped[at + lane])
                    Rest(tile, lane);
            _layers.TangentKick(_layer, q, p, echo, momentum, ws);
            _contrasts.ReadTangent(q, echo, at, count);
            if (_layer > 0)
                Penalise(U(q), U(momentum), T.One);
            return;
        }
        for (int lane = 0; lane < 2 * count; lane++)
            if (_escaped[at + lane % count])
            {
                echo.ClearLane(lane);
                momentum.ClearLane(lane);
            }
        _layers.Kick(_layer, echo, momentum, ws);
        _contrasts.Read(echo, plus - minus, at, count, ws);
        for (int half = 0; half < 2 && _layer > 0; half++)
            Penalise(U(echo).Lanes(half * count, count), U(momentum).Lanes(half * count, count), T.CreateChecked(half == 0 ? plus : minus));
    }

    /// <summary>Before the drift: the stretch q_l+1 − q_l is −D⁻¹P, of which only the square counts.</summary>
    private void ReadLinks(Tile tile, int at, int count)
    {
        for (int f = 0; f < _layers.Fields; f++)
        {
            var stretch = Stretch(tile.EchoP, f);
            if (_exact)
                _contrasts.ReadLinkTangent(f, Stretch(tile.P, f), stretch, at, count);
            else
                _contrasts.ReadLink(f, stretch, Betas.Plus - Betas.Minus, at, count);
        }

        MatView<T> Stretch(State<T> momentum, int f)
        {
            var (p, into) = (momentum.X(_layers.Population, f), momentum.Drive(_layers.Population, f));
            p.ScaleTo(T.One / _layers.Diffusion(f), into);
            return into;
        }
    }

    /// <summary>The derivative of the cost by the source's currents, through u_0 = A tanh(I).</summary>
    private void SourceForce(Tile tile, int at, int count)
    {
        var (plus, minus) = Betas;
        T inverse = T.CreateChecked(1 / (plus - minus));
        MatView<T> into = _contrasts.SourceForce.Lanes(at, count),
            p = U(tile.EchoP);
        // A current's term is −I u.
        if (_exact)
            p.ScaleTo(-T.One, into);
        else
            FieldVerbs.Difference(p.Lanes(0, count), p.Lanes(count, count), -inverse, into);
        into.Multiply(_slope.Lanes(at, count));
        for (int lane = 0; lane < count; lane++)
            if (_escaped[at + lane])
                into.Lanes(lane, 1).Clear();
    }

    /// <summary>momentum += β ∂C_l/∂u.</summary>
    private void Penalise(MatView<T> u, MatView<T> momentum, T beta)
    {
        if (_penalty is null)
            return;
        var operands = new Operands<T>();
        operands.Add(u);
        operands.AddValue(beta);
        operands.Add(momentum);
        operands.Run(_penalty, u.Rows, u.Cols);
    }

    private MatView<T> U(State<T> window) => window.X(_layers.Population, 0);

    private MatView<T> Images(int at, int count) => _images.View((long)at * _inputs, count, _inputs).Transposed;

    public void Dispose()
    {
        foreach (var tile in _tiles)
            tile.Dispose();
        foreach (var worker in _workers)
            worker.Workspace.Dispose();
        _contrasts.Dispose();
        _head.Dispose();
        _images.Dispose();
        _slopes.Dispose();
    }

    /// <summary>The windows of some lanes: the pass's position and momentum, the echoes'.</summary>
    private sealed class Tile(DepthRecurrence<T> layers, int lanes, bool exact) : IDisposable
    {
        public State<T> Q { get; } = layers.CreateLayer(lanes);
        public State<T> P { get; } = layers.CreateLayer(lanes);
        public State<T> EchoQ { get; } = layers.CreateLayer(exact ? lanes : 2 * lanes);
        public State<T> EchoP { get; } = layers.CreateLayer(exact ? lanes : 2 * lanes);

        public void Dispose()
        {
            foreach (var state in (ReadOnlySpan<State<T>>)[Q, P, EchoQ, EchoP])
                state.Dispose();
        }
    }

    /// <summary>What a thread needs.</summary>
    private sealed class Worker(int width)
    {
        public Workspace<T> Workspace { get; } = new();
        public Rng Random { get; } = new(0);
        public double[] Z { get; } = new double[width];
        public double[] Y { get; } = new double[width];
        public double[] Force { get; } = new double[width];
    }
}
