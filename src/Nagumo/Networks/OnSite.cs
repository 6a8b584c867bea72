using System.Numerics;
using Nagumo.Compute;
using Nagumo.Kernels;
using Nagumo.Symbolics;

namespace Nagumo.Networks;

/// <summary>One population at work: its response, residual, flow, Hessian and parameter derivatives over rows of lanes.</summary>
/// <remarks>All kernels are compiled from <see cref="LocalEquations"/>; nothing here knows a formula.</remarks>
internal sealed class OnSite<T> : IDisposable
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly SiteResponse<T>? _response;
    private readonly Kernel<T> _residual,
        _fullResidual,
        _blend;
    private readonly Lazy<Kernel<T>> _inhibitors,
        _flow,
        _forces,
        _kick,
        _potential,
        _curvature,
        _hessian;
    private readonly Lazy<ScalarProgram?> _linear;
    private readonly Lazy<ChangeKernels> _change;
    private readonly bool _hides;
    private readonly Dictionary<string, (Kernel<T> Contrast, Kernel<T> Tangent)> _parameterKernels = [];

    /// <param name="population">The population; not clamped.</param>
    /// <param name="driven">Whether some coupling drives the field, by field.</param>
    /// <param name="loaded">Whether some coupling loads the field, by field.</param>
    /// <param name="trained">The trained parameters' blocks, by parameter name.</param>
    /// <param name="responds">Whether to make the response; without it, <see cref="Respond"/> refuses.</param>
    /// <exception cref="ArgumentException">The response is not unique at the present parameters (bistable), or not solvable.</exception>
    public OnSite(Population population, bool[] driven, bool[] loaded, IReadOnlyDictionary<string, Tensor<T>> trained, bool responds)
    {
        (Population, Equations) = (population, new(population, driven));
        Values = new(population, Equations, loaded, trained);
        var (x, streams) = (Equations.X, Equations.Streams);
        var (target, omega) = (new Symbol("_target"), new Symbol("_omega"));
        _blend = KernelCompiler.Compile<T>(new("blend", [x[0], target], [omega], [new(Equations.Boxed(x[0] + omega * (target - x[0])))]));
        _fullResidual = Compile("full-residual", [.. x, .. streams], [new(Equations.FullMisfit, OutputKind.MaxInto)]);
        _residual = Eliminates
            ? Compile("residual", [x[0], .. streams], [new(Equations.Misfit(Equations.Reduced), OutputKind.MaxInto)])
            : _fullResidual;
        _hides = Eliminates && Equations.HidesInhibitors;
        _flow = new(() => Compile("flow", [.. x, .. streams], [.. Equations.Flow.Select(e => new Output(e))]));
        _forces = new(() => Compile("forces", [.. x, .. streams], [.. Equations.Forces.Select(e => new Output(e))]));
        _kick = new(() => Compile("kick", [.. x, .. streams], [.. Equations.Forces.Select(e => new Output(e, OutputKind.Add))]));
        _potential = new(() => Compile("potential", x, [new(Equations.Potential)]));
        _curvature = new(() => Compile("curvature", x, [.. Equations.Curvatures.Select(e => new Output(e))]));
        _hessian = new(() =>
        {
            var d = Equations.Steps;
            return Compile("hessian", [.. x, .. d], [.. Equations.HessianTimes(d).Select(e => new Output(e))]);
        });
        _inhibitors = new(() => Compile("inhibitors", [x[0], .. streams], [.. Equations.Eliminated!.Select(v => new Output(v))]));
        _linear = new(LinearProgram);
        _change = new(CompileChange);
        foreach (string name in trained.Keys)
            _parameterKernels[name] = CompileParameter(name);
        if (!responds)
            return;
        if (Eliminates && !Values.Loaded)
            RequireUnique();
        _response = SiteResponse<T>.Of(this);
    }

    /// <summary>The population.</summary>
    public Population Population { get; }

    /// <summary>Its equations.</summary>
    public LocalEquations Equations { get; }

    /// <summary>Its parameters and loads.</summary>
    public SiteValues<T> Values { get; }

    /// <summary>Parameters that learning may change, by name.</summary>
    public IReadOnlyDictionary<string, Tensor<T>> Trained => Values.Trained;

    /// <summary>Whether all inhibitors follow from u, so that a state need not store them.</summary>
    public bool Eliminates => Equations.Eliminated is not null;

    /// <summary>Fields that have a drive; the activator always.</summary>
    public ReadOnlySpan<int> Driven => Equations.Driven;

    /// <summary>Throws where the softest neuron answers some drive with more than one rest state, or with none.</summary>
    /// <exception cref="ArgumentException">Bistable, or not held back: the response must be unique to be solved by sweeps.</exception>
    public void RequireUnique() => UniqueResponse.Require(Population, Equations, Values);

    /// <inheritdoc cref="SiteResponse{T}.PrepareColdStart"/>
    public void PrepareColdStart() => _response?.PrepareColdStart();

    /// <inheritdoc cref="SiteResponse{T}.StartCold"/>
    public void StartCold(ReadOnlySpan<MatView<T>> x, ReadOnlySpan<MatView<T>> drive, int row0, int rows) =>
        Responding.StartCold(x, drive, row0, rows);

    /// <summary>Slope and offset of neuron i's force  s ∂h/∂u + G u  when it is linear in u; null when it is not, in a box, or has inhibitors.</summary>
    public (double Slope, double Offset)? LinearForce(int i)
    {
        if (_linear.Value is not { } program)
            return null;
        Span<double> uniforms = stackalloc double[Values.Rows.Length],
            force = stackalloc double[2];
        Values.At(i, uniforms);
        program.Evaluate(uniforms, force);
        return (force[0], force[1]);
    }

    /// <summary>Scratch rows that <see cref="Respond"/> needs for so many rows.</summary>
    public static int Scratch(int rows) => 2 * rows + 1;

    /// <summary>Scratch rows that <see cref="RespondDifference"/> needs for so many rows.</summary>
    public static int DifferenceScratch(int rows) => 5 * rows + 1;

    /// <summary>Rows [row0, row0 + rows) answer their drives: x ← x + ω (response − x), boxes respected.</summary>
    /// <param name="x">The population's fields; inhibitors are filled where their view is not empty.</param>
    /// <param name="drive">The fields' drives.</param>
    /// <param name="row0">First row.</param>
    /// <param name="rows">Number of rows.</param>
    /// <param name="omega">Over-relaxation ω in (0, 2); 1 is the plain response.</param>
    /// <param name="scratch">At least [<see cref="Scratch"/> × lanes].</param>
    public void Respond(ReadOnlySpan<MatView<T>> x, ReadOnlySpan<MatView<T>> drive, int row0, int rows, T omega, MatView<T> scratch)
    {
        var response = Responding;
        var room = new SiteScratch<T>(scratch);
        var (u, v) = Targets(response, x, row0, rows, omega, ref room);
        response.Solve(drive, row0, rows, u, v, ref room);
        if (omega != T.One)
        {
            var here = x[0].Rows(row0, rows);
            var operands = new Operands<T>();
            operands.Add(here);
            operands.Add(u);
            operands.AddValue(omega);
            operands.Add(here);
            operands.Run(_blend, rows, here.Cols);
            if (response.IsJoint)
                x[1].Rows(row0, rows).Blend(omega, v);
        }
        if (Eliminates && x.Length > 1 && !x[1].IsEmpty)
            FillInhibitors(x, drive, row0, rows);
    }

    /// <summary>Rows [row0, row0 + rows) answer the changes of their drives: δ ← δ + ω(answer − δ), boxes respected.</summary>
    /// <param name="x">The free state's fields.</param>
    /// <param name="drive">The drives that it answered.</param>
    /// <param name="d">The fields' differences; inhibitors are filled where their view is not empty.</param>
    /// <param name="dDrive">The drives' differences.</param>
    /// <param name="row0">First row.</param>
    /// <param name="rows">Number of rows.</param>
    /// <param name="omega">Over-relaxation ω in (0, 2).</param>
    /// <param name="scratch">At least [<see cref="DifferenceScratch"/> × lanes].</param>
    public void RespondDifference(
        ReadOnlySpan<MatView<T>> x,
        ReadOnlySpan<MatView<T>> drive,
        ReadOnlySpan<MatView<T>> d,
        ReadOnlySpan<MatView<T>> dDrive,
        int row0,
        int rows,
        T omega,
        MatView<T> scratch
    )
    {
        var response = Responding;
        var room = new SiteScratch<T>(scratch);
        var (u, v) = Targets(response, d, row0, rows, omega, ref room);
        response.SolveChange(x, drive, dDrive, row0, rows, u, v, ref room);
        var here = d[0].Rows(row0, rows);
        if (omega != T.One)
        {
            var operands = new Operands<T>();
            operands.Add(x[0], row0);
            operands.Add(here);
            operands.Add(u);
            operands.AddValue(omega);
            operands.Add(here);
            operands.Run(_change.Value.Blend, rows, here.Cols);
            if (response.IsJoint)
                d[1].Rows(row0, rows).Blend(omega, v);
        }
        if (!Eliminates || x.Length == 1 || d[1].IsEmpty)
            return;
        var all = new Operands<T>();
        all.Add(x[0], row0);
        all.Add(here);
        AddDrives(ref all, dDrive, row0);
        all.AddUniforms(Values.Rows, row0);
        all.Add(d[1..], row0);
        all.Run(_change.Value.Inhibitors!, rows, here.Cols);
    }

    /// <summary>Where a response writes: the fields themselves, or scratch rows that start with their values.</summary>
    private static (MatView<T> U, MatView<T> V) Targets(
        SiteResponse<T> response,
        ReadOnlySpan<MatView<T>> x,
        int row0,
        int rows,
        T omega,
        ref SiteScratch<T> room
    )
    {
        MatView<T> u = x[0].Rows(row0, rows),
            v = response.IsJoint ? x[1].Rows(row0, rows) : default;
        if (omega == T.One)
            return (u, v);
        var (targetU, targetV) = (room.Take(rows), response.IsJoint ? room.Take(rows) : default);
        if (response.IsWarm)
            u.CopyRowsTo(targetU);
        if (response.IsJoint)
            v.CopyRowsTo(targetV);
        return (targetU, targetV);
    }

    /// <summary>The inhibitors that belong to u and the drives; only where they can be eliminated.</summary>
    public void FillInhibitors(ReadOnlySpan<MatView<T>> x, ReadOnlySpan<MatView<T>> drive, int row0, int rows)
    {
        var operands = new Operands<T>();
        operands.Add(x[0], row0);
        AddDrives(ref operands, drive, row0);
        operands.AddUniforms(Values.Rows, row0);
        operands.Add(x[1..], row0);
        operands.Run(_inhibitors.Value, rows, x[0].Cols);
    }

    /// <summary>residual[lane] = max(residual[lane], largest |E| of the rows), inhibitors eliminated where they can be.</summary>
    public void Residual(ReadOnlySpan<MatView<T>> x, ReadOnlySpan<MatView<T>> drive, MatView<T> residual, int row0, int rows)
    {
        bool full = !Eliminates || Shows(x);
        var operands = new Operands<T>();
        operands.Add(full ? x : x[..1], row0);
        AddDrives(ref operands, drive, row0);
        operands.AddUniforms(Values.Rows, row0);
        operands.AddShared(residual);
        operands.Run(full ? _fullResidual : _residual, rows, x[0].Cols);
    }

    /// <summary>residual[lane] = max(residual[lane], largest change of E of the rows): the free state's own residual is not counted again.</summary>
    public void ResidualDifference(
        ReadOnlySpan<MatView<T>> x,
        ReadOnlySpan<MatView<T>> drive,
        ReadOnlySpan<MatView<T>> d,
        ReadOnlySpan<MatView<T>> dDrive,
        MatView<T> residual,
        int row0,
        int rows
    )
    {
        bool full = !Eliminates || (Shows(x) && !d[1].IsEmpty);
        int fields = full ? x.Length : 1;
        var operands = new Operands<T>();
        operands.Add(x[..fields], row0);
        operands.Add(d[..fields], row0);
        AddDrives(ref operands, drive, row0);
        AddDrives(ref operands, dDrive, row0);
        operands.AddUniforms(Values.Rows, row0);
        operands.AddShared(residual);
        operands.Run(full ? _change.Value.FullResidual ?? _change.Value.Residual : _change.Value.Residual, rows, d[0].Cols);
    }

    /// <summary>The residual over all fields of a state that stores them all.</summary>
    public void FullResidual(ReadOnlySpan<MatView<T>> x, ReadOnlySpan<MatView<T>> drive, MatView<T> residual)
    {
        var operands = new Operands<T>();
        operands.Add(x);
        AddDrives(ref operands, drive, 0);
        operands.AddUniforms(Values.Rows, 0);
        operands.AddShared(residual);
        operands.Run(_fullResidual, x[0].Rows, x[0].Cols);
    }

    /// <summary>Time derivatives of all fields.</summary>
    public void Flow(ReadOnlySpan<MatView<T>> x, ReadOnlySpan<MatView<T>> drive, ReadOnlySpan<MatView<T>> velocity) =>
        RunDriven(_flow.Value, x, drive, velocity, 0, x[0].Rows);

    /// <summary>∂H/∂x of all fields.</summary>
    public void Forces(ReadOnlySpan<MatView<T>> x, ReadOnlySpan<MatView<T>> drive, ReadOnlySpan<MatView<T>> force) =>
        RunDriven(_forces.Value, x, drive, force, 0, x[0].Rows);

    /// <summary>The same of rows [row0, row0 + rows).</summary>
    public void Forces(ReadOnlySpan<MatView<T>> x, ReadOnlySpan<MatView<T>> drive, ReadOnlySpan<MatView<T>> force, int row0, int rows) =>
        RunDriven(_forces.Value, x, drive, force, row0, rows);

    /// <summary>momentum += ∂U/∂x of all fields, U the local potential without loads: the kick of a layer in a recurrence along depth.</summary>
    /// <param name="x">Fields of the neurons from <paramref name="first"/> on.</param>
    /// <param name="drive">Their drives.</param>
    /// <param name="momentum">Receives.</param>
    /// <param name="first">First neuron.</param>
    public void Kick(ReadOnlySpan<MatView<T>> x, ReadOnlySpan<MatView<T>> drive, ReadOnlySpan<MatView<T>> momentum, int first)
    {
        var operands = new Operands<T>();
        operands.Add(x);
        AddDrives(ref operands, drive, 0);
        operands.AddUniforms(Values.Unloaded, first);
        operands.Add(momentum);
        operands.Run(_kick.Value, x[0].Rows, x[0].Cols);
    }

    /// <summary>The derivative of the kick along d: y = (local Hessian without loads)·d at x.</summary>
    /// <inheritdoc cref="Kick"/>
    public void KickTangent(ReadOnlySpan<MatView<T>> x, ReadOnlySpan<MatView<T>> d, ReadOnlySpan<MatView<T>> y, int first)
    {
        var operands = new Operands<T>();
        operands.Add(x);
        operands.Add(d);
        operands.AddUniforms(Values.Unloaded, first);
        operands.Add(y);
        operands.Run(_hessian.Value, x[0].Rows, x[0].Cols);
    }

    /// <summary>into = the scaled local potential of each neuron, neither loads nor drives included.</summary>
    /// <inheritdoc cref="Kick"/>
    public void Potential(ReadOnlySpan<MatView<T>> x, MatView<T> into, int first)
    {
        var operands = new Operands<T>();
        operands.Add(x);
        operands.AddUniforms(Values.Unloaded, first);
        operands.Add(into);
        operands.Run(_potential.Value, x[0].Rows, x[0].Cols);
    }

    /// <summary>into = ∂²/∂x_f∂x_g of the scaled local potential and loads for f ≤ g, row by row of the upper triangle; rows [row0, row0 + rows).</summary>
    public void Curvature(ReadOnlySpan<MatView<T>> x, ReadOnlySpan<MatView<T>> into, int row0, int rows)
    {
        var operands = new Operands<T>();
        operands.Add(x, row0);
        operands.AddUniforms(Values.Rows, row0);
        operands.Add(into, row0);
        operands.Run(_curvature.Value, rows, x[0].Cols);
    }

    /// <summary>y = (local Hessian and loads)·d at x.</summary>
    public void HessianTimes(ReadOnlySpan<MatView<T>> x, ReadOnlySpan<MatView<T>> d, ReadOnlySpan<MatView<T>> y)
    {
        var operands = new Operands<T>();
        operands.Add(x);
        operands.Add(d);
        operands.AddUniforms(Values.Rows, 0);
        operands.Add(y);
        operands.Run(_hessian.Value, x[0].Rows, x[0].Cols);
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
        var operands = new Operands<T>();
        operands.Add(mean);
        operands.Add(difference);
        operands.AddUniforms(Values.Rows, first);
        operands.AddValue(deltaBeta);
        operands.Add(into);
        operands.Run(_parameterKernels[parameter].Contrast, into.Rows, mean[0].Cols);
    }

    /// <summary>into = the derivative of ∂(s h)/∂parameter along d, of the neurons from <paramref name="first"/> on.</summary>
    public void ParameterTangent(string parameter, ReadOnlySpan<MatView<T>> x, ReadOnlySpan<MatView<T>> d, MatView<T> into, int first)
    {
        var operands = new Operands<T>();
        operands.Add(x);
        operands.Add(d);
        operands.AddUniforms(Values.Rows, first);
        operands.Add(into);
        operands.Run(_parameterKernels[parameter].Tangent, into.Rows, x[0].Cols);
    }

    public void Dispose() => Values.Dispose();

    /// <summary>The drives of the driven fields.</summary>
    internal void AddDrives(ref Operands<T> operands, ReadOnlySpan<MatView<T>> drive, int row0)
    {
        foreach (int f in Equations.Driven)
            operands.Add(drive[f], row0);
    }

    /// <summary>A kernel of this population.</summary>
    internal Kernel<T> Compile(string name, Symbol[] streams, Output[] outputs) =>
        KernelCompiler.Compile<T>(new($"{Population.Neuron!.Name}-{name}", streams, Equations.Uniforms, outputs));

    private SiteResponse<T> Responding
    {
        get
        {
            if (_response is null)
                Throw.Invalid($"Population '{Population.Name}' was made for the flow only (responds: false); sweeps need its response.");
            return _response;
        }
    }

    /// <summary>Whether a residual must look at the inhibitors themselves: they are stored, and the activator's misfit may not tell how far off they are.</summary>
    private bool Shows(ReadOnlySpan<MatView<T>> x) => _hides && !x[1].IsEmpty;

    private void RunDriven(
        Kernel<T> kernel,
        ReadOnlySpan<MatView<T>> x,
        ReadOnlySpan<MatView<T>> drive,
        ReadOnlySpan<MatView<T>> into,
        int row0,
        int rows
    )
    {
        var operands = new Operands<T>();
        operands.Add(x, row0);
        AddDrives(ref operands, drive, row0);
        operands.AddUniforms(Values.Rows, row0);
        operands.Add(into, row0);
        operands.Run(kernel, rows, x[0].Cols);
    }

    private (Kernel<T>, Kernel<T>) CompileParameter(string name)
    {
        var (x, d) = (Equations.X, Equations.Steps);
        var force = Equations.ParameterForce(Equations.Uniforms.First(s => s.Name == name));
        // From the lower phase m − δβ d/2 a step of δβ d leads to the upper one.
        var deltaBeta = new Symbol("_deltaBeta");
        var change = Equations
            .Change(force)
            .Substitute(s =>
                Array.IndexOf(x, s) is >= 0 and var f ? x[f] - deltaBeta * d[f] / 2
                : Array.IndexOf(d, s) is >= 0 and var g ? deltaBeta * d[g]
                : null
            );
        return (
            KernelCompiler.Compile<T>(new($"contrast-{name}", [.. x, .. d], [.. Equations.Uniforms, deltaBeta], [new(change / deltaBeta)])),
            Compile("tangent-" + name, [.. x, .. d], [new(Equations.Along(force, d))])
        );
    }

    private ScalarProgram? LinearProgram()
    {
        if (Equations.X.Length > 1 || Population.Box is not null)
            return null;
        var still = Equations.Reduced.Substitute(s => Equations.Streams.Contains(s) ? Expr.Zero : null);
        return still.TryAffine(Equations.X[0], out var slope, out var offset) ? new(Equations.Uniforms, [slope, offset]) : null;
    }

    private ChangeKernels CompileChange()
    {
        var (x, d) = (Equations.X, Equations.Steps);
        var steps = Equations.DrivenSteps;
        bool boxed = Population.Box is not null;
        var (target, omega) = (new Symbol("_target"), new Symbol("_omega"));
        // δ after the box: the change of the confined value when u takes the given step.
        Expr Confined(Expr step) => Equations.Change(Equations.Boxed(x[0])).Substitute(s => s == d[0] ? step : null);
        var blend = KernelCompiler.Compile<T>(
            new("blend-difference", [x[0], d[0], target], [omega], [new(Confined(d[0] + omega * (target - d[0])))])
        );
        Expr Misfit(Expr equation) => boxed ? Equations.Moved(Equations.Misfit(equation)) : Functions.Abs(Equations.Change(equation));
        Expr Worst() =>
            Equations
                .Forces.Skip(1)
                .Aggregate(Misfit(Equations.Forces[0]), (worst, e) => Functions.Max(worst, Functions.Abs(Equations.Change(e))));
        Kernel<T> Residual(Symbol[] fields, Symbol[] changes, Expr misfit) =>
            Compile("residual-difference", [.. fields, .. changes, .. Equations.Streams, .. steps], [new(misfit, OutputKind.MaxInto)]);

        if (!Eliminates)
            return new(blend, null, Residual(x, d, Worst()), null);
        var inhibitors =
            x.Length == 1
                ? null
                : Compile(
                    "inhibitors-difference",
                    [x[0], d[0], .. steps],
                    [.. Equations.Eliminated!.Select(v => new Output(Equations.Change(v)))]
                );
        return new(blend, inhibitors, Residual([x[0]], [d[0]], Misfit(Equations.Reduced)), _hides ? Residual(x, d, Worst()) : null);
    }

    /// <param name="Blend">Over-relaxation, within the box.</param>
    /// <param name="Inhibitors">The inhibitors' differences; null where there are none to fill.</param>
    /// <param name="Residual">The largest misfit.</param>
    /// <param name="FullResidual">The same over all fields where inhibitors are eliminated; null where the activator's tells all.</param>
    private sealed record ChangeKernels(Kernel<T> Blend, Kernel<T>? Inhibitors, Kernel<T> Residual, Kernel<T>? FullResidual);
}
