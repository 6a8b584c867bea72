using System.Numerics;
using Nagumo.Compute;
using Nagumo.Couplings;

namespace Nagumo.Networks;

/// <summary>A network made to run: parameters, packed weights and compiled kernels in one scalar type.</summary>
/// <remarks>
/// Made once; nothing is allocated while it runs. States are independent of each other, so threads may relax different states at the
/// same time; parameters change only between relaxations, followed by <see cref="Load"/>.
/// </remarks>
/// <typeparam name="T">float for training, double for checks.</typeparam>
public sealed unsafe class Machine<T> : IDisposable
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly OnSite<T>?[] _sites;
    private readonly BoundCoupling<T>[] _couplings;
    private readonly (int Population, int Field)[][] _ends;
    private readonly List<Incoming>[] _constant,
        _incoming;
    private readonly bool[][] _driven,
        _loaded,
        _read;
    private readonly List<Tensor<T>> _parameters = [];
    private readonly List<(int First, int Count)> _tensors = [];

    /// <param name="network">The definition.</param>
    /// <param name="rng">Draws the initial parameters; each coupling has its own stream, split by name.</param>
    /// <param name="responds">Whether neurons must answer every drive with one rest state, as sweeps need; without, only the flow runs.</param>
    /// <exception cref="ArgumentException">A response that is not unique (bistable) where <paramref name="responds"/> asks for one.</exception>
    public Machine(Network network, Rng rng, bool responds = true)
    {
        Network = network;
        int n = network.Populations.Count;
        bool[][] Flags() => network.Populations.Select(p => new bool[p.Fields]).ToArray();
        (_driven, _loaded, _read) = (Flags(), Flags(), Flags());
        _constant = Enumerable.Range(0, n).Select(_ => new List<Incoming>()).ToArray();
        _incoming = Enumerable.Range(0, n).Select(_ => new List<Incoming>()).ToArray();
        _couplings = new BoundCoupling<T>[network.Couplings.Count];
        _ends = network.Couplings.Select(c => c.Ends.Select(network.Locate).ToArray()).ToArray();

        for (int c = 0; c < _couplings.Length; c++)
        {
            var coupling = network.Couplings[c];
            var shapes = network.Shapes(coupling);
            var tensors = coupling.Tensors(shapes).Select(spec => Create(coupling.Name, spec, rng)).ToArray();
            _tensors.Add((_parameters.Count, tensors.Length));
            _parameters.AddRange(tensors);
            var bound = _couplings[c] = coupling.Bind(shapes, tensors);
            for (int e = 0; e < shapes.Length; e++)
            {
                var (p, f) = _ends[c][e];
                if (shapes[e].Clamped)
                    continue;
                bool constant = shapes.Where((s, other) => other != e).All(s => s.Clamped);
                (constant ? _constant : _incoming)[p].Add(new(c, e, f));
                _driven[p][f] = true;
                _loaded[p][f] |= bound.HasLoads(e);
                // A field is read where it drives another, and where its contrast is needed for a gradient.
                _read[p][f] = true;
            }
        }

        _sites = new OnSite<T>?[n];
        for (int p = 0; p < n; p++)
        {
            var population = network.Populations[p];
            if (population.IsClamped)
                continue;
            var trained = new Dictionary<string, Tensor<T>>();
            foreach (string name in population.Trained)
            {
                var definition = population.Neuron!.Parameters.First(q => q.Name == name);
                var values = population.Parameters[name];
                trained[name] = Create(
                    population.Name,
                    new(name, values.Length, 1, (_, x) => values.CopyTo(x), definition.Min, definition.Max),
                    rng
                );
            }
            _parameters.AddRange(trained.Values);
            try
            {
                _sites[p] = new(population, _driven[p], _loaded[p], trained, responds);
            }
            catch (DivideByZeroException)
            {
                throw new ArgumentException(
                    $"Population '{population.Name}': the potential '{population.Neuron!.H}' is not finite at u = 0. It must be finite, with a finite slope, for every u."
                );
            }
        }
        Load();
        foreach (var site in _sites)
            if (responds)
            {
                site?.RequireUnique();
                site?.PrepareColdStart();
            }
    }

    /// <summary>The definition.</summary>
    public Network Network { get; }

    /// <summary>All trainable parameters: the couplings' in their order, then the neurons'.</summary>
    internal IReadOnlyList<Tensor<T>> Parameters => _parameters;

    /// <summary>Fields of one lane, all populations, inhibitors included.</summary>
    internal int TotalFields => Network.Populations.Where(p => !p.IsClamped).Sum(p => p.Fields * p.Size);

    internal OnSite<T> Site(int population) => _sites[population]!;

    internal IReadOnlyList<BoundCoupling<T>> Couplings => _couplings;

    internal ReadOnlySpan<(int Population, int Field)> Ends(int coupling) => _ends[coupling];

    internal (int First, int Count) TensorsOf(int coupling) => _tensors[coupling];

    /// <summary>Whether a field must be stored: read by a coupling, not eliminable, or part of a trained neuron's contrast.</summary>
    /// <remarks>A population stores all of its inhibitors or none: they are filled together.</remarks>
    internal bool IsLive(int p, int f) =>
        f == 0 || Array.IndexOf(_read[p], true, 1) > 0 || !_sites[p]!.Eliminates || _sites[p]!.Trained.Count > 0;

    internal bool IsDriven(int p, int f) => _driven[p][f];

    /// <summary>Whether a field keeps a constant drive; the activator always, since nudges enter there.</summary>
    internal bool HasConstantDrive(int p, int f) => f == 0 || _constant[p].Any(i => i.Field == f);

    /// <summary>A state for so many lanes.</summary>
    /// <param name="lanes">≥ 1.</param>
    /// <param name="allFields">Whether to store inhibitors that could be eliminated, as the flow and the Hessian need.</param>
    public State<T> CreateState(int lanes, bool allFields = false)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(lanes, 1);
        return new(this, lanes, allFields);
    }

    /// <summary>A state for the differences of nudged phases: the only constant drive is the nudge's.</summary>
    internal State<T> CreateDifference(int lanes, int nudged) => new(this, lanes, allFields: false, nudged);

    /// <summary>Renews everything that is derived from the parameters. Call it after they changed.</summary>
    public void Load()
    {
        LoadLoads();
        LoadPart(0, 1);
    }

    /// <summary>Says which value most inputs of a clamped population hold, so that products leave it out; null: none.</summary>
    /// <returns>Whether weights must be packed anew (<see cref="LoadPart"/>).</returns>
    internal bool SetBackground(int population, T? value)
    {
        bool repack = false;
        for (int c = 0; c < _couplings.Length; c++)
            foreach (var (p, _) in _ends[c])
                if (p == population)
                {
                    bool had = _couplings[c].Background is not null;
                    _couplings[c].Background = value;
                    repack |= _couplings[c].Background is not null != had;
                }
        return repack;
    }

    /// <summary>The loads; before or after <see cref="LoadPart"/>, by one thread.</summary>
    internal void LoadLoads()
    {
        for (int p = 0; p < _sites.Length; p++)
        for (int f = 0; f < (_sites[p] is null ? 0 : _loaded[p].Length); f++)
            _sites[p]!.Loads(f).Clear();
        for (int c = 0; c < _couplings.Length; c++)
        for (int e = 0; e < _ends[c].Length; e++)
        {
            var (p, f) = _ends[c][e];
            if (_sites[p] is { } site && _couplings[c].HasLoads(e))
                _couplings[c].AddLoads(e, site.Loads(f));
        }
    }

    /// <summary>One thread's part of packing the weights.</summary>
    internal void LoadPart(int part, int parts)
    {
        foreach (var c in _couplings)
            c.Load(part, parts);
    }

    /// <summary>Computes the drives that do not change while relaxing: biases and clamped inputs.</summary>
    internal void LoadConstants(State<T> s, Workspace<T> ws)
    {
        foreach (int p in Network.Order)
        {
            Prepare(s, _constant[p], null, ws);
            for (int f = 0; f < _driven[p].Length; f++)
                if (!s.Constant(p, f).IsEmpty)
                    Sum(s, f, _constant[p], default, s.Constant(p, f), 0, Network.Populations[p].Size, ws);
        }
    }

    /// <summary>Relaxed populations, in the order of the network.</summary>
    internal IEnumerable<int> Relaxed => Enumerable.Range(0, _sites.Length).Where(p => _sites[p] is not null);

    /// <summary>Drives of every population into s.Drive: what the flow, forces and residuals read.</summary>
    internal void Drives(State<T> s, Workspace<T> ws)
    {
        foreach (int p in Network.Order)
        {
            Prepare(s, p, null, ws);
            Drive(s, p, 0, Network.Populations[p].Size, ws);
        }
    }

    /// <summary>Whether every coupling derives from a term of the potential: the network is its own adjoint then.</summary>
    internal bool IsReciprocal => _couplings.All(c => c.IsReciprocal);

    /// <summary>Throws where the symmetric Hessian is needed and a coupling has none.</summary>
    internal void RequireReciprocal()
    {
        for (int c = 0; c < _couplings.Length; c++)
            if (!_couplings[c].IsReciprocal)
                throw new ArgumentException(
                    $"The coupling '{Network.Couplings[c].Name}' has other weights forth than back, so the network has no potential and no Hessian. Train it with estimator.correction = 'antisymmetric'; 'nagumo audit' examines it."
                );
    }

    /// <summary>Drives of population p without their constant part, after <see cref="Prepare(State{T}, int, bool[], Workspace{T})"/>.</summary>
    internal void LinearDrive(State<T> s, int p, Workspace<T> ws)
    {
        foreach (int f in _sites[p]!.Driven)
            Sum(s, f, _incoming[p], default, s.Drive(p, f), 0, Network.Populations[p].Size, ws);
    }

    /// <summary>∂H/∂x of every field of a state that stores all of them, drives renewed, into another such state's fields.</summary>
    internal void Forces(State<T> s, State<T> into, Workspace<T> ws)
    {
        Drives(s, ws);
        foreach (int p in Network.Order)
            _sites[p]!.Forces(s.Fields(p), s.Drives(p), into.Fields(p));
    }

    /// <summary>Time derivatives of every field under the physical flow, drives renewed, into another state's fields.</summary>
    internal void Flow(State<T> s, State<T> into, Workspace<T> ws)
    {
        Drives(s, ws);
        foreach (int p in Network.Order)
            _sites[p]!.Flow(s.Fields(p), s.Drives(p), into.Fields(p));
    }

    /// <summary>Inhibitors that follow from u, drives renewed.</summary>
    internal void FillInhibitors(State<T> s, Workspace<T> ws)
    {
        Drives(s, ws);
        foreach (int p in Network.Order)
            if (_sites[p]!.Eliminates && s.Fields(p).Length > 1)
                _sites[p]!.FillInhibitors(s.Fields(p), s.Drives(p), 0, Network.Populations[p].Size);
    }

    /// <summary>Largest |∂H/∂x| of each lane over all fields, boxes respected, into s.LaneResidual; drives renewed.</summary>
    internal void FullResidual(State<T> s, Workspace<T> ws)
    {
        Drives(s, ws);
        s.LaneResidual.Row(0).Clear();
        foreach (int p in Network.Order)
            _sites[p]!.FullResidual(s.Fields(p), s.Drives(p), s.LaneResidual);
    }

    /// <summary>Packs what the drives of population p read; before the row blocks of <see cref="Drive"/>.</summary>
    /// <param name="s">The state.</param>
    /// <param name="p">The population.</param>
    /// <param name="started">Populations that hold a state already; null when all do. Others drive nothing.</param>
    /// <param name="ws">The thread's workspace.</param>
    internal void Prepare(State<T> s, int p, bool[]? started, Workspace<T> ws) => Prepare(s, _incoming[p], started, ws);

    /// <summary>Whether some coupling carries a change of a marked population to population p.</summary>
    internal bool IsMovedBy(int p, bool[] moving)
    {
        foreach (var (c, e, _) in _incoming[p])
            for (int other = 0; other < _ends[c].Length; other++)
                if (other != e && moving[_ends[c][other].Population])
                    return true;
        return false;
    }

    /// <summary>Drives of rows [row0, row0 + rows) of population p into s.Drive: constants and all couplings.</summary>
    internal void Drive(State<T> s, int p, int row0, int rows, Workspace<T> ws)
    {
        foreach (int f in _sites[p]!.Driven)
            Sum(s, f, _incoming[p], s.Constant(p, f), s.Drive(p, f), row0, rows, ws);
    }

    private void Prepare(State<T> s, List<Incoming> incoming, bool[]? started, Workspace<T> ws)
    {
        ws.Begin(incoming.Count);
        for (int i = 0; i < incoming.Count; i++)
        {
            var (c, e, _) = incoming[i];
            for (int other = 0; other < _ends[c].Length; other++)
                if (other != e && started is not null && !started[_ends[c][other].Population])
                    ws.Skip(i);
            if (_ends[c].Length != 2)
                continue;
            var (q, g) = _ends[c][1 - e];
            var field = s.X(q, g);
            if (_couplings[c].Background is { } background)
                ws.Pack(i, field, background);
            else if (_couplings[c].PrefersPacked(e) || field.ColStride != 1)
                ws.Pack(i, field);
        }
    }

    /// <summary>drive = constant + the drives of the listed couplings into field f.</summary>
    private void Sum(State<T> s, int f, List<Incoming> incoming, MatView<T> constant, MatView<T> drive, int row0, int rows, Workspace<T> ws)
    {
        Span<MatView<T>> fields = stackalloc MatView<T>[MaxEnds];
        var init = constant;
        bool any = false;
        for (int i = 0; i < incoming.Count; i++)
        {
            var (c, e, field) = incoming[i];
            if (field != f || ws.Skips(i))
                continue;
            var ends = _ends[c];
            for (int k = 0; k < ends.Length; k++)
                fields[k] = s.X(ends[k].Population, ends[k].Field);
            if (s.Adjoint)
                _couplings[c].AdjointDrive(e, fields[..ends.Length], ws.Packed(i), init, drive, row0, rows);
            else
                _couplings[c].Drive(e, fields[..ends.Length], ws.Packed(i), init, drive, row0, rows);
            init = drive;
            any = true;
        }
        if (any)
            return;
        for (int r = row0; r < row0 + rows; r++)
            if (constant.IsEmpty)
                drive.Row(r).Clear();
            else
                constant.Row(r).CopyTo(drive.Row(r));
    }

    /// <summary>The most fields that one term joins.</summary>
    private const int MaxEnds = 4;

    private static Tensor<T> Create(string owner, TensorSpec spec, Rng rng)
    {
        var tensor = new Tensor<T>($"{owner}.{spec.Name}", spec.Rows, spec.Cols, spec.Min, spec.Max, spec.Decays, spec.ByColumns);
        var values = new double[spec.Rows * spec.Cols];
        // Split by the owner, not by the block, so that two blocks of one coupling can be drawn from one sample.
        spec.Initialise(rng.Split(owner), values);
        tensor.Assign(Array.ConvertAll(values, T.CreateChecked));
        return tensor;
    }

    private readonly record struct Incoming(int Coupling, int End, int Field);

    /// <summary>Frees the memory.</summary>
    public void Dispose()
    {
        foreach (var t in _parameters)
            t.Dispose();
        foreach (var c in _couplings)
            c.Dispose();
        foreach (var site in _sites)
            site?.Dispose();
    }
}
