using System.Numerics;
using System.Runtime.CompilerServices;
using Nagumo.Compute;
using Nagumo.Couplings;

namespace Nagumo.Networks;

/// <summary>A network made to run: parameters, packed weights and compiled kernels in one scalar type.</summary>
/// <remarks>
/// Made once; nothing is allocated while it runs. States are independent of each other, so threads may relax different states at the
/// same time; parameters change only between relaxations, followed by <see cref="Load"/>.
/// </remarks>
/// <typeparam name="T">float for training, double for checks.</typeparam>
public sealed class Machine<T> : IDisposable
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly OnSite<T>?[] _sites;
    private readonly BoundCoupling<T>[] _couplings;
    private readonly EndPlace[][] _ends;
    private readonly List<Incoming>[] _constant,
        _incoming;
    private readonly bool[][] _driven,
        _loaded,
        _read;
    private readonly int[] _rowBlocks;
    private readonly List<Tensor<T>> _parameters = [];
    private readonly List<(int First, int Count)> _tensors = [];

    /// <param name="network">The definition.</param>
    /// <param name="rng">Draws the initial parameters; each coupling has its own stream, split by name.</param>
    /// <param name="responds">Whether neurons must answer every drive with one rest state, as sweeps need; without, only the flow runs.</param>
    /// <exception cref="ArgumentException">A response that is not unique (bistable) where <paramref name="responds"/> asks for one; more parameters than this machine can hold.</exception>
    public Machine(Network network, Rng rng, bool responds = true)
    {
        (Network, Responds) = (network, responds);
        MemoryNeed.Require(network, Unsafe.SizeOf<T>());
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
                bool constant = bound.IsQuadratic && shapes.Where((s, other) => other != e).All(s => s.Clamped);
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
                    new(name, [values.Length], (_, x) => values.CopyTo(x), definition.Min, definition.Max),
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
                    $"Population '{population.Name}': the potential '{population.Neuron!.H}' is not finite at u = 0. It must be finite, with a finite slope, for every u that is allowed: give it a box that leaves this out."
                );
            }
        }
        _rowBlocks =
        [
            .. network.Populations.Select(
                (population, p) =>
                    _ends.Any(ends => ends.Any(end => end.Population == p && end.First % Gemm.RowBlock<T>() != 0))
                        ? population.Size
                        : BlockRows
            ),
        ];
        ReadsInputsWhileRelaxing = _incoming.Any(list => list.Any(i => ReadsInput(i.Coupling)));
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

    /// <summary>All trainable parameters: the couplings' in their order, then the neurons'. After a change call <see cref="Load"/>.</summary>
    public IReadOnlyList<Tensor<T>> Parameters => _parameters;

    /// <summary>Whether neurons answer every drive with one rest state, as sweeps need; without, only the flow runs.</summary>
    public bool Responds { get; }

    /// <summary>Fields of one lane, all populations, inhibitors included.</summary>
    internal int TotalFields => Network.Populations.Where(p => !p.IsClamped).Sum(p => p.Fields * p.Size);

    internal OnSite<T> Site(int population) => _sites[population]!;

    internal IReadOnlyList<BoundCoupling<T>> Couplings => _couplings;

    internal ReadOnlySpan<EndPlace> Ends(int coupling) => _ends[coupling];

    internal (int First, int Count) TensorsOf(int coupling) => _tensors[coupling];

    /// <summary>Whether a field must be stored: read by a coupling, not eliminable, or part of a trained neuron's contrast.</summary>
    /// <remarks>A population stores all of its inhibitors or none: they are filled together.</remarks>
    internal bool IsLive(int p, int f) =>
        f == 0 || Array.IndexOf(_read[p], true, 1) > 0 || !_sites[p]!.Eliminates || _sites[p]!.Trained.Count > 0;

    internal bool IsDriven(int p, int f) => _driven[p][f];

    /// <summary>Whether a field keeps a constant drive; the activator always, since nudges enter there.</summary>
    internal bool HasConstantDrive(int p, int f) => f == 0 || _constant[p].Any(i => i.Field == f);

    /// <summary>Rows that are driven and respond together. No slice begins inside, where its panels of rows would not stay whole.</summary>
    internal int RowBlock(int p) => _rowBlocks[p];

    /// <summary>A state for so many lanes.</summary>
    /// <param name="lanes">≥ 1.</param>
    /// <param name="allFields">Whether to store inhibitors that could be eliminated, as the flow and the Hessian need.</param>
    public State<T> CreateState(int lanes, bool allFields = false)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(lanes, 1);
        return new(this, lanes, allFields);
    }

    /// <summary>A state that relaxes in a worker's workspace.</summary>
    internal State<T> CreateState(int lanes, Workspace<T> shared) => new(this, lanes, allFields: false) { Shared = shared };

    /// <summary>A state for the differences of nudged phases: the only constant drive is the nudge's.</summary>
    internal State<T> CreateDifference(int lanes, int nudged) => new(this, lanes, allFields: false, nudged);

    /// <summary>A state that holds so many neurons of each population at a time, all of their fields: its memory does not grow with the network.</summary>
    internal State<T> CreateWindow(int lanes, int neurons) => new(this, lanes, allFields: true, window: neurons);

    /// <summary>Renews everything that is derived from the parameters. Call it after they changed.</summary>
    public void Load()
    {
        LoadLoads();
        LoadPart(0, 1);
    }

    /// <summary>Says which value most inputs of a clamped population hold: couplings may leave it out of their products. Null: none.</summary>
    /// <returns>Whether weights must be packed anew (<see cref="LoadPart"/>).</returns>
    internal bool Expect(int population, T? value)
    {
        bool repack = false;
        for (int c = 0; c < _couplings.Length; c++)
        for (int e = 0; e < _ends[c].Length; e++)
            if (_ends[c][e].Population == population)
                repack |= _couplings[c].Expect(e, value);
        return repack;
    }

    /// <summary>Counts changes of the parameters, so that a state knows whether its constant drives are theirs.</summary>
    internal int Version { get; private set; }

    /// <summary>The loads; before or after <see cref="LoadPart"/>, by one thread.</summary>
    internal void LoadLoads()
    {
        Version++;
        for (int p = 0; p < _sites.Length; p++)
        {
            _sites[p]?.Values.Load();
            for (int f = 0; f < (_sites[p] is null ? 0 : _loaded[p].Length); f++)
                _sites[p]!.Values.Loads(f).Clear();
        }
        for (int c = 0; c < _couplings.Length; c++)
        for (int e = 0; e < _ends[c].Length; e++)
        {
            var (p, f) = _ends[c][e];
            if (_sites[p] is { } site && _couplings[c].HasLoads(e))
                _couplings[c].AddLoads(e, site.Values.Loads(f).Slice(_ends[c][e].First, _ends[c][e].Count));
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
        LoadConstants(s, ws, _constant);
        s.Loaded();
    }

    /// <summary>The constant drives of clamped inputs alone, without biases.</summary>
    internal void LoadInputs(State<T> s, Workspace<T> ws) =>
        LoadConstants(s, ws, [.. _constant.Select(list => list.Where(i => ReadsInput(i.Coupling)).ToList())]);

    private void LoadConstants(State<T> s, Workspace<T> ws, List<Incoming>[] constant)
    {
        foreach (int p in Network.Order)
        {
            Prepare(DriveKind.Drive, s, null, constant[p], null, adjoint: false, ws);
            for (int f = 0; f < _driven[p].Length; f++)
                if (!s.Constant(p, f).IsEmpty)
                    Sum(s, null, DriveKind.Drive, f, constant[p], default, s.Constant(p, f), 0, Network.Populations[p].Size, false, ws);
        }
    }

    /// <summary>Whether one of a coupling's ends is clamped.</summary>
    internal bool ReadsInput(int coupling) => _ends[coupling].Any(e => _sites[e.Population] is null);

    /// <summary>Whether a term reads clamped fields while relaxing: those are no constants then.</summary>
    internal bool ReadsInputsWhileRelaxing { get; }

    /// <summary>Whether all that a coupling drives are constants of a relaxation: biases, and what depends on clamped inputs alone.</summary>
    internal bool IsConstant(int coupling) => _incoming.All(list => list.All(i => i.Coupling != coupling));

    /// <summary>Relaxed populations, in the order of the network.</summary>
    internal IEnumerable<int> Relaxed => Enumerable.Range(0, _sites.Length).Where(p => _sites[p] is not null);

    /// <summary>Packs what the drives of population p read, but those of some couplings; before the rows of <see cref="Drive"/>.</summary>
    /// <param name="s">The state.</param>
    /// <param name="p">The population.</param>
    /// <param name="without">By coupling, whether it is left out.</param>
    /// <param name="ws">The thread's workspace.</param>
    internal void PrepareWithout(State<T> s, int p, bool[] without, Workspace<T> ws) =>
        Prepare(DriveKind.Drive, s, null, _incoming[p], null, adjoint: false, ws, without);

    /// <summary>The drives of some couplings into neurons [first, first + count) of population p: what a window of a state is asked for.</summary>
    /// <param name="p">The population.</param>
    /// <param name="first">First neuron.</param>
    /// <param name="count">Neurons.</param>
    /// <param name="couplings">The couplings, in the order in which their drives are added; they read nothing outside but clamped fields.</param>
    internal Part SelectPart(int p, int first, int count, IReadOnlyList<int> couplings)
    {
        bool Drives(Incoming i) => _ends[i.Coupling][i.End] is var end && end.First >= first && end.First + end.Count <= first + count;
        List<Incoming> Of(IEnumerable<Incoming> list) => [.. couplings.SelectMany(c => list.Where(i => i.Coupling == c && Drives(i)))];
        return new(p, first, count, Of(_constant[p].Concat(_incoming[p])), Of(_incoming[p]), [.. couplings]);
    }

    /// <summary>Drives of a part alone into s.Drive; the window goes there.</summary>
    internal void DrivePart(Part part, State<T> s, Workspace<T> ws)
    {
        s.First = part.First;
        Prepare(DriveKind.Drive, s, null, part.All, null, adjoint: false, ws);
        foreach (int f in _sites[part.Population]!.Driven)
            Sum(s, null, DriveKind.Drive, f, part.All, default, s.Drive(part.Population, f), part.First, part.Count, adjoint: false, ws);
    }

    /// <summary>Derivatives of a part's drives at x along a direction, into the direction's drives; the windows go there.</summary>
    internal void TangentPart(Part part, State<T> x, State<T> direction, Workspace<T> ws)
    {
        x.First = direction.First = part.First;
        Prepare(DriveKind.Tangent, direction, x, part.Moving, null, adjoint: false, ws);
        foreach (int f in _sites[part.Population]!.Driven)
            Sum(
                direction,
                x,
                DriveKind.Tangent,
                f,
                part.Moving,
                default,
                direction.Drive(part.Population, f),
                part.First,
                part.Count,
                adjoint: false,
                ws
            );
    }

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
                    $"The coupling '{Network.Couplings[c].Name}' has other weights forth than back{(Enumerable.Range(_tensors[c].First, _tensors[c].Count).All(t => _parameters[t].IsReciprocal) ? "" : " (hardware.pair_mismatch)")}, so the network has no potential and no Hessian. Train it with estimator.correction = 'antisymmetric'; 'nagumo audit' examines it."
                );
    }

    /// <summary>Derivatives of the drives of population p at x along a direction, into the direction's drives.</summary>
    internal void Tangent(State<T> x, State<T> direction, int p, Workspace<T> ws)
    {
        Prepare(DriveKind.Tangent, direction, x, _incoming[p], null, adjoint: false, ws);
        foreach (int f in _sites[p]!.Driven)
            Sum(
                direction,
                x,
                DriveKind.Tangent,
                f,
                _incoming[p],
                default,
                direction.Drive(p, f),
                0,
                Network.Populations[p].Size,
                adjoint: false,
                ws
            );
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
        s.LaneResidual.Clear();
        foreach (int p in Network.Order)
            _sites[p]!.FullResidual(s.Fields(p), s.Drives(p), s.LaneResidual);
    }

    /// <summary>Packs what the drives of population p read; before the row blocks of <see cref="Drive"/>.</summary>
    /// <param name="s">The state.</param>
    /// <param name="p">The population.</param>
    /// <param name="started">Populations that hold a state already; null when all do. Others drive nothing.</param>
    /// <param name="ws">The thread's workspace.</param>
    internal void Prepare(State<T> s, int p, bool[]? started, Workspace<T> ws) =>
        Prepare(DriveKind.Drive, s, null, _incoming[p], started, adjoint: false, ws);

    /// <summary>Packs what the changes of population p's drives read; before the row blocks of <see cref="Change"/>.</summary>
    /// <param name="at">The state from which the changes start.</param>
    /// <param name="d">The changes, the lanes of <paramref name="at"/> once per phase.</param>
    /// <param name="p">The population.</param>
    /// <param name="moving">Populations that have changed.</param>
    /// <param name="adjoint">Whether transposed couplings drive.</param>
    /// <param name="ws">The thread's workspace.</param>
    internal void PrepareChange(State<T> at, State<T> d, int p, bool[] moving, bool adjoint, Workspace<T> ws) =>
        Prepare(DriveKind.Change, d, at, _incoming[p], moving, adjoint, ws);

    /// <summary>Whether some coupling carries a change of a marked population to population p.</summary>
    internal bool IsMovedBy(int p, bool[] moving)
    {
        foreach (var (c, e, _) in _incoming[p])
            for (int other = 0; other < _ends[c].Length; other++)
                if ((other != e || !_couplings[c].IsQuadratic) && moving[_ends[c][other].Population])
                    return true;
        return false;
    }

    /// <summary>Drives of rows [row0, row0 + rows) of population p into s.Drive: constants and all couplings.</summary>
    internal void Drive(State<T> s, int p, int row0, int rows, Workspace<T> ws)
    {
        foreach (int f in _sites[p]!.Driven)
            Sum(s, null, DriveKind.Drive, f, _incoming[p], s.Constant(p, f), s.Drive(p, f), row0, rows, adjoint: false, ws);
    }

    /// <summary>Changes of the drives of rows [row0, row0 + rows) of population p, into d.Drive: the nudge and all couplings.</summary>
    internal void Change(State<T> at, State<T> d, int p, int row0, int rows, bool adjoint, Workspace<T> ws)
    {
        foreach (int f in _sites[p]!.Driven)
            Sum(d, at, DriveKind.Change, f, _incoming[p], d.Constant(p, f), d.Drive(p, f), row0, rows, adjoint, ws);
    }

    private void Prepare(
        DriveKind mode,
        State<T> s,
        State<T>? at,
        List<Incoming> incoming,
        bool[]? started,
        bool adjoint,
        Workspace<T> ws,
        bool[]? without = null
    )
    {
        Span<MatView<T>> fields = stackalloc MatView<T>[Coupling.MaxEnds],
            from = stackalloc MatView<T>[Coupling.MaxEnds];
        ws.Begin(incoming.Count);
        for (int i = 0; i < incoming.Count; i++)
        {
            var (c, e, _) = incoming[i];
            var (ends, coupling) = (_ends[c], _couplings[c]);
            // A change begins at 0 everywhere, so a term beyond quadratic, which reads its own end too, may always be asked.
            for (int k = 0; k < ends.Length; k++)
                if (started is not null && !started[ends[k].Population] && (coupling.IsQuadratic ? k != e : at is null))
                    ws.Skip(i);
            if (without is not null && without[c])
                ws.Skip(i);
            if (ws.Skips(i))
                continue;
            Fields(s, ends, fields, moving: at is not null);
            Fields(at, ends, from, moving: false);
            coupling.Prepare(
                new()
                {
                    Kind = mode,
                    End = e,
                    Fields = fields[..ends.Length],
                    At = at is null ? default : from[..ends.Length],
                    Rows = ends[e].Count,
                    Adjoint = adjoint,
                    Scratch = ws.Coupling(i),
                }
            );
        }
    }

    /// <summary>The field at each end of a state; of changes, the empty view where an end is clamped.</summary>
    private void Fields(State<T>? s, EndPlace[] ends, Span<MatView<T>> into, bool moving)
    {
        for (int k = 0; s is not null && k < ends.Length; k++)
            into[k] = moving && _sites[ends[k].Population] is null ? default : s.At(ends[k]);
    }

    /// <summary>drive = constant + the drives of the listed couplings into field f, or their changes, or their derivatives.</summary>
    private void Sum(
        State<T> s,
        State<T>? at,
        DriveKind mode,
        int f,
        List<Incoming> incoming,
        MatView<T> constant,
        MatView<T> drive,
        int row0,
        int rows,
        bool adjoint,
        Workspace<T> ws
    )
    {
        Span<MatView<T>> fields = stackalloc MatView<T>[Coupling.MaxEnds],
            from = stackalloc MatView<T>[Coupling.MaxEnds],
            phase = stackalloc MatView<T>[Coupling.MaxEnds];
        var init = constant;
        bool any = false;
        for (int i = 0; i < incoming.Count; i++)
        {
            var (c, e, field) = incoming[i];
            if (field != f || ws.Skips(i))
                continue;
            var (ends, coupling) = (_ends[c], _couplings[c]);
            int first = Math.Max(row0, ends[e].First),
                count = Math.Min(row0 + rows, ends[e].First + ends[e].Count) - first;
            if (count <= 0)
                continue;
            if (count < rows && !any)
            {
                // A slice leaves the other rows as they are.
                Begin(constant, drive, row0 - s.First, rows);
                init = drive;
            }
            Fields(s, ends, fields, moving: mode != DriveKind.Drive);
            if (mode == DriveKind.Drive || coupling.IsQuadratic)
                coupling.Drive(
                    new()
                    {
                        End = e,
                        Fields = fields[..ends.Length],
                        Init = s.At(ends[e], init),
                        Drive = s.At(ends[e], drive),
                        Row0 = first - ends[e].First,
                        Rows = count,
                        Adjoint = adjoint,
                        Scratch = ws.Coupling(i),
                    }
                );
            else
            {
                Fields(at, ends, from, moving: false);
                // A phase at a time: each starts from the same lanes.
                int n = at!.Lanes;
                for (int lane0 = 0; lane0 < s.Lanes; lane0 += n)
                {
                    for (int k = 0; k < ends.Length; k++)
                        phase[k] = fields[k].Lanes(lane0, n);
                    var request = new DriveRequest<T>
                    {
                        Kind = mode,
                        End = e,
                        Fields = phase[..ends.Length],
                        At = from[..ends.Length],
                        Init = s.At(ends[e], init).Lanes(lane0, n),
                        Drive = s.At(ends[e], drive).Lanes(lane0, n),
                        Row0 = first - ends[e].First,
                        Rows = count,
                        Lane0 = lane0,
                        Adjoint = adjoint,
                        Scratch = ws.Coupling(i),
                    };
                    if (mode == DriveKind.Change)
                        coupling.Change(request);
                    else
                        coupling.Tangent(request);
                }
            }
            init = drive;
            any = true;
        }
        if (!any)
            Begin(constant, drive, row0 - s.First, rows);
    }

    /// <summary>drive = constant, or 0.</summary>
    private static void Begin(MatView<T> constant, MatView<T> drive, int row0, int rows)
    {
        if (constant.IsEmpty)
            drive.Rows(row0, rows).Clear();
        else
            constant.Rows(row0, rows).CopyRowsTo(drive.Rows(row0, rows));
    }

    /// <summary>H of every lane, in double: Σ scale × h over neurons + Σ terms of couplings.</summary>
    /// <remarks>Plain loops over the formulas: a measure to hold kernels against and to look at, not to compute with.</remarks>
    /// <param name="state">It must store all fields.</param>
    /// <returns>One value a lane.</returns>
    /// <exception cref="ArgumentException">An inhibitor that is not stored, or a coupling that has no term.</exception>
    public double[] Potential(State<T> state)
    {
        RequireReciprocal();
        double At(int p, int f, int row, int lane)
        {
            var x = state.X(p, f);
            return x.IsEmpty
                ? throw new ArgumentException(
                    $"The state does not store the {(f == 0 ? "clamped activators" : "inhibitors")} of '{Network.Populations[p].Name}': {(f == 0 ? "clamp them" : "create it with allFields: true")}."
                )
                : double.CreateChecked(x[row, lane]);
        }
        double[] Field(EndPlace end, int lane)
        {
            var x = new double[end.Count];
            for (int i = 0; i < x.Length; i++)
                x[i] = At(end.Population, end.Field, end.First + i, lane);
            return x;
        }
        var potential = new double[state.Lanes];
        foreach (int p in Relaxed)
        {
            var population = Network.Populations[p];
            var neuron = population.Neuron!;
            for (int i = 0; i < population.Size; i++)
            for (int lane = 0; lane < state.Lanes; lane++)
                potential[lane] +=
                    population.Scale
                    * neuron.H.Evaluate(symbol =>
                        Array.IndexOf([.. neuron.Fields], symbol) is >= 0 and var f ? At(p, f, i, lane) : NeuronParameter(p, symbol.Name, i)
                    );
        }
        for (int c = 0; c < _couplings.Length; c++)
        {
            var (theta, shapes) = (ParametersOf(c), Network.Shapes(Network.Couplings[c]));
            for (int lane = 0; lane < state.Lanes; lane++)
                potential[lane] += Network.Couplings[c].Value(shapes, [.. _ends[c].Select(end => Field(end, lane))], theta);
        }
        return potential;
    }

    /// <summary>The present value of a neuron's parameter.</summary>
    internal double NeuronParameter(int p, string name, int neuron)
    {
        if (_sites[p]!.Trained.TryGetValue(name, out var tensor))
            return double.CreateChecked(tensor.Values[Network.Populations[p].Which(tensor.Rows, neuron)]);
        return Network.Populations[p].Parameter(name, neuron);
    }

    /// <summary>What a coupling feels, in double: its tensors row by row.</summary>
    internal double[][] ParametersOf(int coupling, bool reverse = false)
    {
        var (first, count) = _tensors[coupling];
        return
        [
            .. _parameters
                .GetRange(first, count)
                .Select(t =>
                {
                    var view = reverse ? t.Reverse : t.Value;
                    var values = new double[t.Rows * t.Cols];
                    for (int i = 0; i < t.Rows; i++)
                    for (int j = 0; j < t.Cols; j++)
                        values[i * t.Cols + j] = double.CreateChecked(view[i, j]);
                    return values;
                }),
        ];
    }

    /// <summary>Drive and response of a block stay in the first-level cache.</summary>
    private static int BlockRows => 4 * Gemm.RowBlock<T>();

    private static Tensor<T> Create(string owner, TensorSpec spec, Rng rng)
    {
        var tensor = new Tensor<T>($"{owner}.{spec.Name}", spec.Rows, spec.Cols, spec.Min, spec.Max, spec.Decays, spec.ByColumns)
        {
            Shape = spec.Shape,
            IsPaired = spec.IsPaired,
            Start = spec.Start,
        };
        var values = new double[spec.Rows * spec.Cols];
        // Split by the owner, not by the block, so that two blocks of one coupling can be drawn from one sample.
        spec.Initialise(rng.Split(owner), values);
        tensor.Assign(Array.ConvertAll(values, T.CreateChecked));
        return tensor;
    }

    internal readonly record struct Incoming(int Coupling, int End, int Field);

    /// <summary>Some neurons of a population and the couplings that drive them there: <see cref="SelectPart"/>.</summary>
    /// <param name="Population">The population.</param>
    /// <param name="First">First neuron.</param>
    /// <param name="Count">Neurons.</param>
    /// <param name="All">All drives.</param>
    /// <param name="Moving">Those that change while relaxing.</param>
    /// <param name="Couplings">The couplings.</param>
    internal sealed record Part(int Population, int First, int Count, List<Incoming> All, List<Incoming> Moving, int[] Couplings);

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
