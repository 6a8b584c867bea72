using Nagumo.Compute;
using Nagumo.Couplings;
using Nagumo.Data;
using Nagumo.Learning;
using Nagumo.Networks;
using Nagumo.Neurons;
using Nagumo.Relaxation;

namespace Nagumo.Circuits;

/// <summary>A network with its numbers, one input and a state, in float64: what is built as a circuit and what the circuit is compared with.</summary>
public sealed class CircuitNetwork : IDisposable
{
    /// <summary>A rest state's residual: rounding explains it.</summary>
    public const double AtRest = 1e-11;

    /// <summary>How long the flow is followed before implicit steps may take over: by then a pattern has chosen its shape.</summary>
    private const double FollowedTime = 60,
        FollowedError = 1e-9;

    /// <summary>Where no implicit steps take over: the flow's own end, and an error per step that leaves a residual below <see cref="AtRest"/>.</summary>
    private const double LongestTime = 2e4,
        RestError = 1e-12;

    private const double Seeded = 0.05,
        Patience = 2000;
    private const int MostSteps = 2000;
    private readonly Buffer<double>? _input;
    private readonly Workspace<double> _workspace = new();

    private CircuitNetwork(string title, Network network, ulong seed, ReadOnlySpan<double> input, Trainer? trained = null)
    {
        Title = title;
        Machine = new(network, new Rng(seed).Split("parameters"), responds: false);
        if (trained is not null)
            foreach (var p in Machine.Parameters)
                p.CopyFrom(trained.Machine.Parameters.First(q => q.Name == p.Name));
        Machine.Load();
        State = Machine.CreateState(1, allFields: true);
        for (int p = 0; p < network.Populations.Count; p++)
            if (network.Populations[p] is { IsClamped: true, Rail: null, Size: var size })
            {
                if (input.Length != size)
                    throw new ArgumentException(
                        $"Population '{network.Populations[p].Name}' has {Counted.Of(size, "neuron")}, but {Counted.Of(input.Length, "input is", "inputs are")} given."
                    );
                _input = new(size);
                input.CopyTo(_input.Span);
                State.Clamp(p, _input.View(0, size, 1));
            }
        Machine.LoadConstants(State, _workspace);
        State.Clear();
    }

    /// <summary>What it is, in one line.</summary>
    public string Title { get; }

    /// <summary>The network.</summary>
    public Network Network => Machine.Network;

    /// <summary>Number of neurons that relax.</summary>
    public int Neurons => Network.Populations.Where(p => !p.IsClamped).Sum(p => p.Size);

    /// <summary>Told what is going on, many times a second; null for nobody.</summary>
    public IProgress<string>? Progress { get; set; }

    internal Machine<double> Machine { get; }

    internal State<double> State { get; }

    /// <summary>Where learning nudges it, to which target and how strongly; null without a readout.</summary>
    internal (Readout Readout, Targets Target, double Beta)? Nudge { get; private set; }

    /// <summary>Reads the outputs where no neurons do; it stands outside the circuit.</summary>
    private Head<double>? _head;

    /// <summary>Where nudges enter.</summary>
    private EndPlace Outputs => _head?.At ?? new(Nudge!.Value.Readout.Population, 0, 0, Nudge!.Value.Readout.Outputs);

    /// <summary>The outputs of the present state.</summary>
    internal void Read(Span<double> z)
    {
        if (_head is null)
        {
            Nudge!.Value.Readout.Read(State, 0, z);
            return;
        }
        _head.Read(State, 0, _workspace.Gemm);
        _head.Output(0, z);
    }

    /// <summary>A single neuron with a constant current.</summary>
    /// <param name="neuron">The model.</param>
    /// <param name="current">Current I.</param>
    /// <param name="parameters">Parameters that differ from the model's.</param>
    public static CircuitNetwork Neuron(Neuron neuron, double current, IReadOnlyDictionary<string, double>? parameters = null) =>
        new($"{neuron.Name}, I = {current:R}", new([Cells(neuron, 1, parameters)], [new Bias("n", current)]), 1, []);

    /// <summary>A chain of neurons, joined by diffusion between neighbours, with open ends.</summary>
    /// <param name="neuron">The model.</param>
    /// <param name="size">Neurons, ≥ 2.</param>
    /// <param name="diffusion">Diffusion ≥ 0 of each field by name, e.g. u and v.</param>
    /// <param name="current">Current I into every neuron.</param>
    /// <param name="parameters">Parameters that differ from the model's.</param>
    public static CircuitNetwork Chain(
        Neuron neuron,
        int size,
        IReadOnlyDictionary<string, double> diffusion,
        double current = 0,
        IReadOnlyDictionary<string, double>? parameters = null
    )
    {
        if (size < 2)
            throw new ArgumentOutOfRangeException(nameof(size), $"A chain of {Counted.Of(size, "neuron")}: give at least 2.");
        var couplings = new List<Coupling> { new Bias("n", current) };
        foreach (var (field, d) in diffusion)
            if (d != 0)
                couplings.Add(new DiffusiveAlong(new End("n", field), d));
        return new($"chain of {size} {neuron.Name}", new([Cells(neuron, size, parameters)], couplings), 1, []);
    }

    /// <summary>A network at its initial parameters.</summary>
    /// <param name="network">The network; at most one clamped population that is no rail.</param>
    /// <param name="input">That population's activators.</param>
    /// <param name="seed">Seeds the parameters.</param>
    public static CircuitNetwork Of(Network network, ReadOnlySpan<double> input = default, ulong seed = 1) =>
        new("network", network, seed, input);

    /// <summary>A trained network, shown one sample.</summary>
    /// <param name="trained">The trainer that holds it.</param>
    /// <param name="experiment">Its configuration.</param>
    /// <param name="set">Samples.</param>
    /// <param name="sample">Which of them.</param>
    /// <exception cref="ArgumentException">A chain read as a pass: it has no rest state.</exception>
    public static CircuitNetwork Of(Trainer trained, Experiment experiment, Samples set, int sample)
    {
        if (experiment.Chain is { Reading: "pass" })
            throw new ArgumentException(
                $"'{experiment.Name}' is a pass through layers; circuits are built of what rests: read the chain as a boundary problem (chain.reading), or leave chain out."
            );
        var input = new double[set.Size];
        new InputLoader<double>(experiment.Pixels, new Rng(0)).Load(set, sample, input);
        var network = new CircuitNetwork($"{experiment.Name}, sample {sample}", trained.Network, 1, input, trained);
        network.Nudge = (trained.Readout, set.Targets.Select([sample]), experiment.Estimator.Beta);
        network._head = trained.EqProp?.Head?.Copy<double>(batch: 1);
        return network;
    }

    /// <summary>The start of a run: every field zero or at the rest state of a neuron on its own, and normal noise on the activators.</summary>
    /// <param name="noise">Standard deviation ≥ 0.</param>
    /// <param name="seed">Seeds the noise.</param>
    /// <param name="mode">Of a chain: adds a small cosine with so many half waves; a pattern then has that many from the beginning. 0 for none.</param>
    public void Start(double noise, ulong seed, int mode = 0)
    {
        if (!(noise >= 0 && double.IsFinite(noise)))
            throw new ArgumentOutOfRangeException(nameof(noise), $"noise = {noise:R}: give a finite number ≥ 0.");
        State.Clear();
        Flatten();
        var rng = new Rng(seed).Split("start");
        foreach (int p in Machine.Relaxed)
            for (int i = 0; i < State.X(p, 0).Rows; i++)
            {
                int n = State.X(p, 0).Rows;
                State.X(p, 0)[i, 0] += noise * rng.NextNormal() + (mode == 0 ? 0 : Seeded * Math.Cos(Math.PI * mode * (i + 0.5) / n));
            }
    }

    /// <summary>Our own run: the flow from the present state, then implicit steps to the floor of rounding.</summary>
    /// <remarks>Where pairs differ there is no symmetric Hessian to step with, and the flow is followed all the way.</remarks>
    public RelaxationReport Relax()
    {
        var (longest, error) = Machine.IsReciprocal ? (FollowedTime, FollowedError) : (LongestTime, RestError);
        var flow = new FlowRelaxer(tolerance => new(MaxTime: longest, Tolerance: tolerance, Error: error))
        {
            Watch = (time, residual) => Progress?.Report($"relaxing: {time:F1} of {longest:R} ts, residual {residual:E1}"),
        };
        var implicitly = new TransientRelaxer(MostSteps)
        {
            Watch = (step, residual) => Progress?.Report($"relaxing: implicit step {step}, residual {residual:E1}"),
        };
        return Relaxers.First(flow, implicitly).Relax(Machine, State, new(int.MaxValue, AtRest));
    }

    /// <summary>Whether a single neuron is still moving after a long time; the present state stays. Larger networks are taken to rest.</summary>
    public bool Oscillates()
    {
        if (Neurons > 1)
            return false;
        double[] start = Fields();
        using var flow = new Flow<double>(Machine, 1, new(MaxTime: Patience, Tolerance: 1e-6, Error: 1e-9), _workspace);
        bool moves = !flow.Relax(State).Converged;
        SetFields(start);
        return moves;
    }

    /// <summary>The largest |∂H/∂x| of the present state.</summary>
    public double Residual()
    {
        Machine.FullResidual(State, _workspace);
        return BlockSweeps.Judge(State, 0).Residual;
    }

    /// <summary>The circuit that starts from the present state.</summary>
    /// <param name="options">How it is built.</param>
    /// <param name="nudges">Currents −β ∂C/∂u into the outputs, as <see cref="Nudges"/> gives them; null for the free phase.</param>
    public Circuit Build(CircuitOptions? options = null, double[]? nudges = null) =>
        CircuitBuilder.Build(
            Title,
            Machine,
            State,
            options ?? new(),
            Nudge is null ? null : (Outputs, nudges ?? new double[Outputs.Count])
        );

    /// <summary>The nudge −β ∂C/∂u of each neuron that is read, in the model's units, at the free rest state that the present state leads to.</summary>
    /// <param name="beta">Nudging strength β of either sign.</param>
    /// <exception cref="ArgumentException">A network without readout, or one that does not come to rest.</exception>
    public double[] Nudges(double beta)
    {
        if (!double.IsFinite(beta))
            throw new ArgumentOutOfRangeException(nameof(beta), $"nudge = {beta:R}: give a finite number.");
        if (Nudge is not var (readout, target, _))
            throw new ArgumentException($"{Title}: it has no outputs to nudge. Use a trained network.");
        double[] start = Fields(),
            z = new double[readout.Width],
            y = new double[readout.Width],
            force = new double[readout.Outputs];
        if (!Relax().Converged)
            throw new ArgumentException($"{Title}: it does not come to rest, so the nudge is not defined.");
        Read(z);
        target.Read(0, y);
        readout.Force(z, y, force);
        SetFields(start);
        if (_head is null)
            return [.. force.Select(f => -beta * f)];
        _head.Push(0, force);
        var pull = _workspace.Gemm.Rows(_head.At.Count, 1);
        _head.Pull(0, 1, -beta, default, pull, _workspace.Gemm);
        return [.. Enumerable.Range(0, pull.Rows).Select(i => pull[i, 0])];
    }

    /// <summary>All fields of the present state, populations in order, activators before inhibitors.</summary>
    public double[] Fields()
    {
        var vector = new FieldVector<double>(Machine, State);
        var x = new double[vector.Rows];
        vector.Gather(State, x);
        return x;
    }

    /// <summary>Sets all fields.</summary>
    /// <param name="fields">As <see cref="Fields"/> gives them.</param>
    public void SetFields(ReadOnlySpan<double> fields) => new FieldVector<double>(Machine, State).Scatter(fields, State);

    internal Workspace<double> Workspace => _workspace;

    /// <summary>Adds currents to those into the outputs.</summary>
    internal void Inject(double[] currents, int sign)
    {
        for (int i = 0; i < currents.Length; i++)
            State.Constant(Outputs.Population, 0)[Outputs.First + i, 0] += sign * currents[i];
    }

    /// <summary>Call it after parameters changed.</summary>
    internal void Reload()
    {
        Machine.Load();
        Machine.LoadConstants(State, _workspace);
    }

    /// <summary>Frees the memory.</summary>
    public void Dispose()
    {
        State.Dispose();
        Machine.Dispose();
        _input?.Dispose();
        _head?.Dispose();
        _workspace.Dispose();
    }

    /// <summary>A chain starts from the rest state of one of its neurons, which a pattern grows out of.</summary>
    private void Flatten()
    {
        if (Network.Populations is not [{ Neuron: { } neuron, Size: > 1 } cells] || !Network.Couplings.Any(c => c is DiffusiveAlong))
            return;
        double current = Network.Couplings.OfType<Bias>().Sum(b => b.Current);
        using var one = Neuron(neuron, current, cells.Parameters.ToDictionary(p => p.Key, p => p.Value[0]));
        one.Relax();
        double[] rest = one.Fields();
        for (int f = 0; f < rest.Length; f++)
        for (int i = 0; i < cells.Size; i++)
            State.X(0, f)[i, 0] = rest[f];
    }

    private static Population Cells(Neuron neuron, int size, IReadOnlyDictionary<string, double>? parameters) =>
        new("n", neuron, size, parameters: parameters?.ToDictionary(p => p.Key, p => new[] { p.Value }));
}
