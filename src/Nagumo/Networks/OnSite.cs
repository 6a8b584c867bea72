using System.Numerics;
using Nagumo.Compute;
using Nagumo.Kernels;
using Nagumo.Symbolics;

namespace Nagumo.Networks;

/// <summary>The kernels of one population: response, residual, flow, Hessian and parameter derivatives over rows of lanes.</summary>
/// <remarks>All are compiled from <see cref="LocalEquations"/>; nothing here knows a formula.</remarks>
internal sealed unsafe partial class OnSite<T> : IDisposable
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly Population _population;
    private readonly LocalEquations _equations;
    private readonly Buffer<T> _constants,
        _zero = new(1);
    private readonly Rows<T>[] _uniforms;
    private readonly bool[] _loaded;
    private readonly List<(Tensor<T> Tensor, Rows<T> Rows, int[] Which)> _spread = [];
    private readonly bool _varies,
        _hides;

    private readonly Kernel<T> _residual,
        _fullResidual,
        _blend;
    private readonly Kernel<T>? _direct,
        _effectiveDrive;
    private readonly Response<T>? _response;
    private readonly Response<T>? _joint;
    private Response<T>? _coldTable;
    private Kernel<T>? _coldActivator;
    private readonly T _coldActivity;
    private readonly Lazy<Kernel<T>> _inhibitors,
        _flow,
        _forces,
        _kick,
        _potential,
        _curvature,
        _hessian;
    private readonly Lazy<ScalarProgram?> _linear;
    private readonly Lazy<DifferenceKernels> _difference;
    private readonly Expr? _force;
    private readonly Dictionary<string, (Kernel<T> Contrast, Kernel<T> Tangent)> _parameterKernels = [];

    /// <param name="population">The population; not clamped.</param>
    /// <param name="driven">Whether some coupling drives the field, by field.</param>
    /// <param name="loaded">Whether some coupling loads the field, by field.</param>
    /// <param name="trained">The trained parameters' blocks, by parameter name.</param>
    /// <param name="responds">Whether to make the response; without it, <see cref="Respond"/> refuses.</param>
    /// <exception cref="ArgumentException">The response is not unique at the present parameters (bistable), or not solvable.</exception>
    public OnSite(Population population, bool[] driven, bool[] loaded, IReadOnlyDictionary<string, Tensor<T>> trained, bool responds)
    {
        (_population, _loaded, Trained) = (population, loaded, trained);
        _coldActivity = ColdActivity();
        _equations = new(population, driven);
        (_constants, _uniforms) = BindUniforms();
        var (x, streams) = (_equations.X, _equations.Streams);
        _varies = trained.Count > 0 || loaded.Any(l => l) || population.Parameters.Values.Any(v => v.Length > 1);

        var (target, omega) = (new Symbol("_target"), new Symbol("_omega"));
        _blend = KernelCompiler.Compile<T>(new("blend", [x[0], target], [omega], [new(_equations.Boxed(x[0] + omega * (target - x[0])))]));
        _fullResidual = Compile("full-residual", [.. x, .. streams], [new(_equations.FullMisfit, OutputKind.MaxInto)]);
        _flow = new(() => Compile("flow", [.. x, .. streams], [.. _equations.Flow.Select(e => new Output(e))]));
        _forces = new(() => Compile("forces", [.. x, .. streams], [.. _equations.Forces.Select(e => new Output(e))]));
        _kick = new(() => Compile("kick", [.. x, .. streams], [.. _equations.Forces.Select(e => new Output(e, OutputKind.Add))]));
        _potential = new(() => Compile("potential", x, [new(_equations.Potential)]));
        _curvature = new(() => Compile("curvature", x, [.. _equations.Curvatures.Select(e => new Output(e))]));
        _hessian = new(() =>
        {
            var d = _equations.Steps;
            return Compile("hessian", [.. x, .. d], [.. _equations.HessianTimes(d).Select(e => new Output(e))]);
        });
        _inhibitors = new(() => Compile("inhibitors", [x[0], .. streams], [.. _equations.Eliminated!.Select(v => new Output(v))]));
        _linear = new(LinearProgram);
        _difference = new(CompileDifference);
        foreach (string name in trained.Keys)
            _parameterKernels[name] = CompileParameter(name);

        if (_equations.Eliminated is null)
        {
            _residual = _fullResidual;
            if (!responds)
                return;
            if (x.Length != 2)
                throw new ArgumentException(
                    $"Population '{population.Name}': with more than one inhibitor, each must be linear and free of the others."
                );
            _joint = Response.Joint<T>(
                Known(_equations.Force(0)),
                Known(_equations.Force(1)),
                x[0],
                x[1],
                Unknown,
                [],
                range: _equations.Range
            );
            return;
        }
        _residual = Compile("residual", [x[0], .. streams], [new(_equations.Misfit(_equations.Reduced), OutputKind.MaxInto)]);
        _hides = _equations.HidesInhibitors;
        if (!responds)
            return;
        if (!_loaded.Any(l => l))
            RequireUnique();
        var balance = Known(_equations.Reduced);
        if (balance.TryAffine(x[0], out var slope, out var offset) && slope != Expr.Zero)
        {
            // A linear force: the response is a division, whatever varies.
            _force = _equations.Boxed(-offset / slope);
            _direct = Compile("response", streams, [new(_force)]);
            return;
        }
        // A drive into an inhibitor only shifts the force: it joins the activator's drive, and the force is a function of u alone.
        var (still, effective) = (balance, Expr.Zero);
        foreach (var drive in streams)
        {
            if (!still.TryAffine(drive, out var weight, out var rest) || weight.Contains(x[0]))
                throw new ArgumentException(
                    $"Population '{population.Name}': a drive into an inhibitor changes the shape of the response; no solver here takes that."
                );
            effective -= weight * drive;
            still = rest;
        }
        _force = still;
        // A table spans all drives; in a box the force is asked inside only.
        _response =
            _varies || population.Box is not null
                ? Response.Warm<T>(still, x[0], Unknown, [], range: _equations.Range)
                : Response.Tabulated<T>(still, x[0]);
        if (streams.Length > 1)
            _effectiveDrive = Compile("drive", streams, [new(effective)]);
    }

    /// <summary>Parameters that learning may change, by name.</summary>
    public IReadOnlyDictionary<string, Tensor<T>> Trained { get; }

    /// <summary>Whether all inhibitors follow from u, so that a state need not store them.</summary>
    public bool Eliminates => _equations.Eliminated is not null;

    /// <summary>Fields that have a drive; the activator always.</summary>
    public ReadOnlySpan<int> Driven => _equations.Driven;

    /// <summary>The load of each neuron's field, written by the machine when parameters change; empty when nothing loads it.</summary>
    public Span<T> Loads(int field) => _loaded[field] ? new(Uniform(_equations.Loads[field]).Data, _population.Size) : default;

    /// <summary>Throws where the softest neuron answers some drive with more than one rest state, or with none.</summary>
    /// <exception cref="ArgumentException">Bistable, or not held back: the response must be unique to be solved by sweeps.</exception>
    public void RequireUnique()
    {
        string where = $"Population '{_population.Name}'";
        var range = _population.Box is { } box ? new Enclosure(box.Low, box.High) : Response.Everywhere;
        var joint = Eliminates || _equations.X.Length != 2 ? null : new JointSlope(_equations);
        // Of neurons that differ in nothing but their load, the one with the least decides.
        var load = Uniform(_equations.Loads[0]);
        var softest = Enumerable.Range(0, _population.Size).GroupBy(Others).Select(group => group.MinBy(i => load.Data[i * load.Stride]));
        foreach (int i in softest)
        {
            if (joint is not null)
                RequireJoint(i);
            else if (Eliminates)
                RequireReduced(i);
        }

        void RequireReduced(int i)
        {
            for (int f = 1; f < _equations.X.Length; f++)
                if (_equations.Force(f).Derive(_equations.X[f]).Evaluate((Symbol s) => Uniform(s, i)) is var curvature && !(curvature < 0))
                    throw NotHeld(_equations.X[f].Name, curvature, "");
            var rise = Response.Increases(_equations.Reduced, _equations.X[0], s => Uniform(s, i), range);
            if (!rise.IsNumber)
                throw NoNumber($"u = {rise.Where:g3}");
            if (!rise.Holds)
                throw Falls(i, rise.Where);
        }

        void RequireJoint(int i)
        {
            if (joint!.Find([.. _equations.Uniforms.Select(s => Uniform(s, i))], range) is not var (fault, u, v, drive))
                return;
            string inhibitor = _equations.X[1].Name;
            throw fault switch
            {
                JointSlope.Fault.Falls => Falls(i, u),
                JointSlope.Fault.NoNumber => NoNumber($"u = {u:g3}, {inhibitor} = {v:g3}"),
                JointSlope.Fault.NotHeld => NotHeld(
                    inhibitor,
                    _equations
                        .Force(1)
                        .Derive(_equations.X[1])
                        .Evaluate(
                            (Symbol s) =>
                                s == _equations.X[0] ? u
                                : s == _equations.X[1] ? v
                                : Uniform(s, i)
                        ),
                    $" at u = {u:g3}, {inhibitor} = {v:g3}"
                ),
                _ => new ArgumentException(
                    $"{where}, neuron {i}: inhibitor '{inhibitor}' runs away: at u = {u:g3} no {inhibitor} balances {(drive == 0 ? "it" : $"a drive of {drive:g3}, and couplings drive it")}. An inhibitor ascends, so the potential must fall with its square: add a term like -gamma*{inhibitor}^2/2."
                ),
            };
        }

        ArgumentException NotHeld(string inhibitor, double curvature, string at) =>
            new(
                $"{where}: inhibitor '{inhibitor}' is not held back (its curvature is {curvature:g3}{at}). An inhibitor ascends, so the potential must fall with its square: add a term like -gamma*{inhibitor}^2/2."
            );

        ArgumentException Falls(int i, double at) =>
            new(
                $"{where}, neuron {i}: the response is not unique (bistable) or unstable: with the inhibitors answering, dH/du does not rise with u near u = {at:g3}. Change {Adjustable()} or add a load."
            );

        ArgumentException NoNumber(string at) =>
            new(
                $"{where}: the potential '{_population.Neuron!.H}' has no curvature that is a number at {at}: it is not smooth there, or its formula overflows. Give it a box that leaves this out, or write it so that nothing overflows (softplus, logcosh, sigmoid)."
            );

        // What the slope depends on: for FitzHugh–Nagumo k and gamma, not a or tau.
        string Adjustable()
        {
            var slope = (Eliminates ? _equations.Reduced : _equations.Force(0) + _equations.Force(1)).Derive(_equations.X[0]);
            return string.Join(
                " or ",
                _population.Neuron!.Parameters.Where(slope.Contains).Select(p => p.Name).DefaultIfEmpty("the potential")
            );
        }

        string Others(int i) =>
            string.Join(' ', _equations.Uniforms.Where(s => s != _equations.Loads[0]).Select(s => Uniform(s, i).ToString("R")));
    }

    /// <summary>Tabulates the response of an average neuron: what a cold solve starts from. Only where the exact one starts warm.</summary>
    public void PrepareColdStart()
    {
        if (_population.Box is not null)
            return;
        Expr AtAverage(Expr e) => e.Substitute(s => IsUniform(s) ? Average(s) : null);
        var u = _equations.X[0];
        double Nothing(Symbol _) => 0;
        if (_joint is null)
        {
            var force = AtAverage(_equations.Reduced).Substitute(s => _equations.Streams.Contains(s) ? Expr.Zero : null);
            if (_response is not null && _varies && Response.IsMonotone(force, u, Nothing, out _))
                _coldTable = Response.Tabulated<T>(force, u);
            return;
        }
        // Where the inhibitor's equation gives u as a function of v, the activator's becomes one equation in v.
        var v = _equations.X[1];
        if (!AtAverage(_equations.Force(1)).TryAffine(u, out var slope, out var offset) || slope.Contains(v) || slope == Expr.Zero)
            return;
        // Tables are finest around 0, which shall be where the activator is 0 and softest.
        double argument;
        var still = AtAverage(_equations.Force(1)).Substitute(s => s == u ? Expr.Zero : null);
        var toRest = new ScalarProgram.Along(new([v], [-still, -still.Derive(v)]), &argument, 0, 0);
        var inhibitor = v + MonotoneRoot.Of(ref toRest, 0);
        var activator = (-offset / slope).Substitute(s => s == v ? inhibitor : null);
        var along = AtAverage(_equations.Force(0))
            .Substitute(s =>
                s == u ? activator
                : s == v ? inhibitor
                : null
            );
        if (!Response.IsMonotone(along, v, Nothing, out _))
            return;
        _coldTable = Response.Tabulated<T>(along, v);
        _coldActivator = KernelCompiler.Compile<T>(new($"{_population.Neuron!.Name}-cold", [v], [], [new(activator), new(inhibitor)]));
    }

    /// <summary>Rows [row0, row0 + rows) where a solve without a past starts: an average neuron's response, zero, or the middle of a box that
    /// keeps zero out. Tables need none.</summary>
    public void StartCold(ReadOnlySpan<MatView<T>> x, ReadOnlySpan<MatView<T>> drive, int row0, int rows)
    {
        if (_coldTable is not null)
        {
            var target = At(_coldActivator is null ? x[0] : x[1], row0);
            _coldTable.Solve(At(drive[0], row0), target, rows, x[0].Cols);
            _coldActivator?.Run([target, At(x[0], row0), target], rows, x[0].Cols);
        }
        else if (_varies || _joint is not null || _response is not null)
            for (int f = 0; f < x.Length; f++)
            for (int r = row0; !x[f].IsEmpty && r < row0 + rows; r++)
                x[f].Row(r).Fill(f == 0 ? _coldActivity : T.Zero);
    }

    private T ColdActivity() =>
        _population.Box is not { } box || (box.Low <= 0 && box.High >= 0)
            ? T.Zero
            : T.CreateChecked(
                double.IsInfinity(box.Low) ? box.High - 1
                : double.IsInfinity(box.High) ? box.Low + 1
                : box.Low + (box.High - box.Low) / 2
            );

    /// <summary>Slope and offset of neuron i's force  s ∂h/∂u + G u  when it is linear in u; null when it is not, in a box, or has inhibitors.</summary>
    public (double Slope, double Offset)? LinearForce(int i)
    {
        if (_linear.Value is not { } program)
            return null;
        double* uniforms = stackalloc double[_uniforms.Length],
            force = stackalloc double[2];
        for (int k = 0; k < _uniforms.Length; k++)
            uniforms[k] = double.CreateChecked(_uniforms[k].Data[i * _uniforms[k].Stride]);
        program.Evaluate(uniforms, force);
        return (force[0], force[1]);
    }

    /// <summary>Rows [row0, row0 + rows) answer their drives: x ← x + ω (response − x), boxes respected.</summary>
    /// <param name="x">The population's fields; inhibitors are filled where their view is not empty.</param>
    /// <param name="drive">The fields' drives.</param>
    /// <param name="row0">First row.</param>
    /// <param name="rows">Number of rows.</param>
    /// <param name="omega">Over-relaxation ω in (0, 2); 1 is the plain response.</param>
    /// <param name="scratch">At least [2·rows + 1 × lanes].</param>
    public void Respond(ReadOnlySpan<MatView<T>> x, ReadOnlySpan<MatView<T>> drive, int row0, int rows, T omega, MatView<T> scratch)
    {
        int lanes = x[0].Cols;
        bool plain = omega == T.One;
        var u = At(x[0], row0);
        var target = plain ? u : At(scratch, 0);
        Span<Rows<T>> operands = stackalloc Rows<T>[MaxOperands];
        if (_direct is not null)
        {
            int n = PushDrives(operands, 0, drive, row0);
            n = PushUniforms(operands, n, row0);
            operands[n++] = target;
            _direct.Run(operands[..n], rows, lanes);
        }
        else
        {
            // Over-relaxed, the solution goes to the scratch rows, warm-started like the plain one.
            if (!plain)
                CopyRows(x[0], row0, scratch, 0, rows);
            Span<Rows<T>> uniforms = operands[..(_varies ? PushUniforms(operands, 0, row0) : 0)];
            if (_joint is not null)
            {
                if (!plain)
                    CopyRows(x[1], row0, scratch, rows, rows);
                // An inhibitor that nothing drives: one row of zeros stands for all.
                var zero = scratch.Row(2 * rows);
                zero.Clear();
                var driveV = _equations.Driven.Length > 1 ? At(drive[1], row0) : new Rows<T>(At(scratch, 2 * rows).Data, 0);
                _joint.Solve(At(drive[0], row0), driveV, [], uniforms, target, plain ? At(x[1], row0) : At(scratch, rows), rows, lanes);
                if (!plain)
                    for (int r = 0; r < rows; r++)
                        RowMath.Blend(x[1].Row(row0 + r), omega, scratch.Row(rows + r));
            }
            else
            {
                if (_response is null)
                    Throw.Invalid(
                        $"Population '{_population.Name}' was made for the flow only (responds: false); sweeps need its response."
                    );
                var current = At(drive[0], row0);
                if (_effectiveDrive is not null)
                {
                    Span<Rows<T>> more = stackalloc Rows<T>[MaxOperands];
                    int n = PushDrives(more, 0, drive, row0);
                    n = PushUniforms(more, n, row0);
                    more[n++] = current = At(scratch, rows);
                    _effectiveDrive.Run(more[..n], rows, lanes);
                }
                _response.Solve(current, [], uniforms, target, rows, lanes);
            }
        }
        if (!plain)
        {
            (operands[0], operands[1], operands[2], operands[3]) = (u, target, new(&omega, 0), u);
            _blend.Run(operands[..4], rows, lanes);
        }
        if (Eliminates && x.Length > 1 && !x[1].IsEmpty)
            FillInhibitors(x, drive, row0, rows);
    }

    /// <summary>The inhibitors that belong to u and the drives; only where they can be eliminated.</summary>
    public void FillInhibitors(ReadOnlySpan<MatView<T>> x, ReadOnlySpan<MatView<T>> drive, int row0, int rows)
    {
        Span<Rows<T>> operands = stackalloc Rows<T>[MaxOperands];
        operands[0] = At(x[0], row0);
        int n = PushDrives(operands, 1, drive, row0);
        n = PushUniforms(operands, n, row0);
        for (int f = 1; f < x.Length; f++)
            operands[n++] = At(x[f], row0);
        _inhibitors.Value.Run(operands[..n], rows, x[0].Cols);
    }

    /// <summary>Whether a residual must look at the inhibitors themselves: they are stored, and the activator's misfit may not tell how far off they are.</summary>
    private bool Shows(ReadOnlySpan<MatView<T>> x) => _hides && !x[1].IsEmpty;

    /// <summary>residual[lane] = max(residual[lane], largest |E| of the rows), inhibitors eliminated where they can be.</summary>
    public void Residual(ReadOnlySpan<MatView<T>> x, ReadOnlySpan<MatView<T>> drive, MatView<T> residual, int row0, int rows)
    {
        Span<Rows<T>> operands = stackalloc Rows<T>[MaxOperands];
        bool full = !Eliminates || Shows(x);
        int n = full ? Push(operands, 0, x, row0) : Push(operands, 0, x[..1], row0);
        n = PushDrives(operands, n, drive, row0);
        n = PushUniforms(operands, n, row0);
        operands[n++] = new(residual.Data, 0);
        (full ? _fullResidual : _residual).Run(operands[..n], rows, x[0].Cols);
    }

    /// <summary>The same over all fields of a state that stores them all.</summary>
    public void FullResidual(ReadOnlySpan<MatView<T>> x, ReadOnlySpan<MatView<T>> drive, MatView<T> residual)
    {
        Span<Rows<T>> operands = stackalloc Rows<T>[MaxOperands];
        int n = PushDrives(operands, Push(operands, 0, x, 0), drive, 0);
        n = PushUniforms(operands, n, 0);
        operands[n++] = new(residual.Data, 0);
        _fullResidual.Run(operands[..n], x[0].Rows, x[0].Cols);
    }

    /// <summary>Time derivatives of all fields.</summary>
    public void Flow(ReadOnlySpan<MatView<T>> x, ReadOnlySpan<MatView<T>> drive, ReadOnlySpan<MatView<T>> velocity) =>
        RunFields(_flow.Value, x, drive, velocity, 0, x[0].Rows);

    /// <summary>∂H/∂x of all fields.</summary>
    public void Forces(ReadOnlySpan<MatView<T>> x, ReadOnlySpan<MatView<T>> drive, ReadOnlySpan<MatView<T>> force) =>
        RunFields(_forces.Value, x, drive, force, 0, x[0].Rows);

    /// <summary>The same of rows [row0, row0 + rows).</summary>
    public void Forces(ReadOnlySpan<MatView<T>> x, ReadOnlySpan<MatView<T>> drive, ReadOnlySpan<MatView<T>> force, int row0, int rows) =>
        RunFields(_forces.Value, x, drive, force, row0, rows);

    /// <summary>momentum += ∂U/∂x of all fields, U the local potential without loads: the kick of a layer in a recurrence along depth.</summary>
    /// <param name="x">Fields of the neurons from <paramref name="first"/> on.</param>
    /// <param name="drive">Their drives.</param>
    /// <param name="momentum">Receives.</param>
    /// <param name="first">First neuron.</param>
    public void Kick(ReadOnlySpan<MatView<T>> x, ReadOnlySpan<MatView<T>> drive, ReadOnlySpan<MatView<T>> momentum, int first)
    {
        Span<Rows<T>> operands = stackalloc Rows<T>[MaxOperands];
        int n = PushDrives(operands, Push(operands, 0, x, 0), drive, 0);
        n = Push(operands, PushUniforms(operands, n, first, loads: false), momentum, 0);
        _kick.Value.Run(operands[..n], x[0].Rows, x[0].Cols);
    }

    /// <summary>The derivative of the kick along d: y = (local Hessian without loads)·d at x.</summary>
    /// <inheritdoc cref="Kick"/>
    public void KickTangent(ReadOnlySpan<MatView<T>> x, ReadOnlySpan<MatView<T>> d, ReadOnlySpan<MatView<T>> y, int first)
    {
        Span<Rows<T>> operands = stackalloc Rows<T>[MaxOperands];
        int n = Push(operands, Push(operands, 0, x, 0), d, 0);
        n = Push(operands, PushUniforms(operands, n, first, loads: false), y, 0);
        _hessian.Value.Run(operands[..n], x[0].Rows, x[0].Cols);
    }

    /// <summary>into = the scaled local potential of each neuron, neither loads nor drives included.</summary>
    /// <inheritdoc cref="Kick"/>
    public void Potential(ReadOnlySpan<MatView<T>> x, MatView<T> into, int first)
    {
        Span<Rows<T>> operands = stackalloc Rows<T>[MaxOperands];
        int n = PushUniforms(operands, Push(operands, 0, x, 0), first, loads: false);
        n = Push(operands, n, [into], 0);
        _potential.Value.Run(operands[..n], x[0].Rows, x[0].Cols);
    }

    /// <summary>into = ∂²/∂x_f∂x_g of the scaled local potential and loads for f ≤ g, row by row of the upper triangle; rows [row0, row0 + rows).</summary>
    public void Curvature(ReadOnlySpan<MatView<T>> x, ReadOnlySpan<MatView<T>> into, int row0, int rows) =>
        RunPlain(_curvature.Value, x, into, row0, rows);

    /// <summary>y = (local Hessian and loads)·d at x.</summary>
    public void HessianTimes(ReadOnlySpan<MatView<T>> x, ReadOnlySpan<MatView<T>> d, ReadOnlySpan<MatView<T>> y)
    {
        Span<Rows<T>> operands = stackalloc Rows<T>[MaxOperands];
        int n = Push(operands, Push(operands, 0, x, 0), d, 0);
        n = Push(operands, PushUniforms(operands, n, 0), y, 0);
        _hessian.Value.Run(operands[..n], x[0].Rows, x[0].Cols);
    }

    /// <summary>into = (∂(s h)/∂parameter at m + δβ d/2 minus the same at m − δβ d/2)/δβ, of the neurons from <paramref name="first"/> on.</summary>
    public void ParameterContrast(
        string parameter,
        ReadOnlySpan<MatView<T>> mean,
        ReadOnlySpan<MatView<T>> difference,
        T deltaBeta,
        MatView<T> into,
        int first
    )
    {
        Span<Rows<T>> operands = stackalloc Rows<T>[MaxOperands];
        int n = Push(operands, Push(operands, 0, mean, 0), difference, 0);
        n = PushUniforms(operands, n, first);
        operands[n++] = new(&deltaBeta, 0);
        operands[n++] = At(into, 0);
        _parameterKernels[parameter].Contrast.Run(operands[..n], into.Rows, mean[0].Cols);
    }

    /// <summary>into = the derivative of ∂(s h)/∂parameter along d, of the neurons from <paramref name="first"/> on.</summary>
    public void ParameterTangent(string parameter, ReadOnlySpan<MatView<T>> x, ReadOnlySpan<MatView<T>> d, MatView<T> into, int first)
    {
        Span<Rows<T>> operands = stackalloc Rows<T>[MaxOperands];
        int n = Push(operands, Push(operands, 0, x, 0), d, 0);
        n = PushUniforms(operands, n, first);
        operands[n++] = At(into, 0);
        _parameterKernels[parameter].Tangent.Run(operands[..n], into.Rows, x[0].Cols);
    }

    public void Dispose()
    {
        _constants.Dispose();
        _zero.Dispose();
    }

    private void RunFields(
        Kernel<T> kernel,
        ReadOnlySpan<MatView<T>> x,
        ReadOnlySpan<MatView<T>> drive,
        ReadOnlySpan<MatView<T>> into,
        int row0,
        int rows
    )
    {
        Span<Rows<T>> operands = stackalloc Rows<T>[MaxOperands];
        int n = PushDrives(operands, Push(operands, 0, x, row0), drive, row0);
        n = Push(operands, PushUniforms(operands, n, row0), into, row0);
        kernel.Run(operands[..n], rows, x[0].Cols);
    }

    private void RunPlain(Kernel<T> kernel, ReadOnlySpan<MatView<T>> x, ReadOnlySpan<MatView<T>> into, int row0, int rows)
    {
        Span<Rows<T>> operands = stackalloc Rows<T>[MaxOperands];
        int n = PushUniforms(operands, Push(operands, 0, x, row0), row0);
        n = Push(operands, n, into, row0);
        kernel.Run(operands[..n], rows, x[0].Cols);
    }

    private (Kernel<T>, Kernel<T>) CompileParameter(string name)
    {
        var (x, d) = (_equations.X, _equations.Steps);
        var force = _equations.ParameterForce(_equations.Uniforms.First(s => s.Name == name));
        // From the lower phase m − δβ d/2 a step of δβ d leads to the upper one.
        var deltaBeta = new Symbol("_deltaBeta");
        var change = _equations
            .Change(force)
            .Substitute(s =>
                Array.IndexOf(x, s) is >= 0 and var f ? x[f] - deltaBeta * d[f] / 2
                : Array.IndexOf(d, s) is >= 0 and var g ? deltaBeta * d[g]
                : null
            );
        return (
            KernelCompiler.Compile<T>(
                new($"contrast-{name}", [.. x, .. d], [.. _equations.Uniforms, deltaBeta], [new(change / deltaBeta)])
            ),
            Compile("tangent-" + name, [.. x, .. d], [new(_equations.Along(force, d))])
        );
    }

    private ScalarProgram? LinearProgram()
    {
        if (_equations.X.Length > 1 || _population.Box is not null)
            return null;
        var still = _equations.Reduced.Substitute(s => _equations.Streams.Contains(s) ? Expr.Zero : null);
        return still.TryAffine(_equations.X[0], out var slope, out var offset) ? new(_equations.Uniforms, [slope, offset]) : null;
    }

    private Kernel<T> Compile(string name, Symbol[] streams, Output[] outputs) =>
        KernelCompiler.Compile<T>(new($"{_population.Neuron!.Name}-{name}", streams, _equations.Uniforms, outputs));

    private (Buffer<T>, Rows<T>[]) BindUniforms()
    {
        var (symbols, n) = (_equations.Uniforms, _population.Size);
        var memory = new Buffer<T>((long)symbols.Length * n);
        var rows = new Rows<T>[symbols.Length];
        for (int i = 0; i < symbols.Length; i++)
        {
            T* at = memory.Pointer + (long)i * n;
            string name = symbols[i].Name;
            if (Trained.TryGetValue(name, out var tensor))
            {
                // Values that neurons share along an axis are spread over all of them by LoadParameters.
                bool spread = tensor.Rows > 1 && tensor.Rows != n;
                rows[i] = spread ? new(at, 1) : new(tensor.Value.Data, tensor.Rows > 1 ? 1 : 0);
                if (spread)
                    _spread.Add((tensor, rows[i], [.. Enumerable.Range(0, n).Select(r => _population.Which(tensor.Rows, r))]));
                continue;
            }
            if (_population.Parameters.TryGetValue(name, out var values))
                for (int r = 0; r < (values.Length > 1 ? n : 1); r++)
                    at[r] = T.CreateChecked(_population.Parameter(name, r));
            int field = Array.IndexOf(_equations.Loads, symbols[i]);
            rows[i] = new(at, values?.Length > 1 || (field >= 0 && _loaded[field]) ? 1 : 0);
        }
        return (memory, rows);
    }

    /// <summary>Takes over trained values that neurons share along an axis.</summary>
    public void LoadParameters()
    {
        foreach (var (tensor, rows, which) in _spread)
            for (int i = 0; i < which.Length; i++)
                rows.Data[i] = tensor.Values[which[i]];
    }

    /// <summary>The expression with the parameters and loads that never vary as numbers.</summary>
    private Expr Known(Expr e) => _varies ? e : e.Substitute(s => IsUniform(s) ? Nominal(s) : null);

    /// <summary>The uniforms that <see cref="Known"/> leaves.</summary>
    private Symbol[] Unknown => _varies ? _equations.Uniforms : [];

    private bool IsUniform(Symbol s) => Array.IndexOf(_equations.Uniforms, s) >= 0;

    private double Average(Symbol s) => Enumerable.Range(0, _population.Size).Average(i => Uniform(s, i));

    /// <summary>A typical value of a parameter or load, where a response's table is built.</summary>
    private double Nominal(Symbol s) => _population.Parameters.TryGetValue(s.Name, out var values) ? values.Average() : 0;

    private Rows<T> Uniform(Symbol s) => _uniforms[Array.IndexOf(_equations.Uniforms, s)];

    /// <summary>The value of a parameter or load at neuron i; 0 for any other symbol.</summary>
    private double Uniform(Symbol s, int i) => IsUniform(s) ? double.CreateChecked(Uniform(s).Data[i * Uniform(s).Stride]) : 0;

    private const int MaxOperands = 48;

    private static Rows<T> At(MatView<T> m, int row0) => new(m.Data + row0 * m.RowStride, m.RowStride);

    private static int Push(Span<Rows<T>> operands, int n, ReadOnlySpan<MatView<T>> views, int row0)
    {
        foreach (var view in views)
            operands[n++] = At(view, row0);
        return n;
    }

    private int PushDrives(Span<Rows<T>> operands, int n, ReadOnlySpan<MatView<T>> drive, int row0)
    {
        foreach (int f in _equations.Driven)
            operands[n++] = At(drive[f], row0);
        return n;
    }

    /// <param name="operands">Receives them.</param>
    /// <param name="n">How many are there already.</param>
    /// <param name="row0">First neuron.</param>
    /// <param name="loads">False for none.</param>
    private int PushUniforms(Span<Rows<T>> operands, int n, int row0, bool loads = true)
    {
        for (int i = 0; i < _uniforms.Length; i++)
        {
            var r = _uniforms[i];
            operands[n++] =
                !loads && Array.IndexOf(_equations.Loads, _equations.Uniforms[i]) >= 0
                    ? new(_zero.Pointer, 0)
                    : new(r.Data + row0 * r.Stride, r.Stride);
        }
        return n;
    }

    private static void CopyRows(MatView<T> from, int row0, MatView<T> to, int at, int rows)
    {
        for (int r = 0; r < rows; r++)
            from.Row(row0 + r).CopyTo(to.Row(at + r));
    }
}
