using System.Numerics;
using Nagumo.Compute;
using Nagumo.Kernels;
using Nagumo.Symbolics;

namespace Nagumo.Networks;

/// <summary>The answers of one population in a nudged phase, as differences δ from the free state x.</summary>
/// <remarks>
/// F(x) = I for the drive I that the free state answered last. A nudged drive I + δI is answered by x + δ with F(x + δ) − F(x) = δI:
/// the left side is <see cref="FiniteDifference"/>'s, and so δ has its own relative precision, however small the nudge.
/// In a box the free answer is the box's edge where a force pushes against it: that force is taken up first, F(x + δ) − F(x) = δI + (I − F(x)),
/// and x + δ stays inside.
/// </remarks>
internal sealed unsafe partial class OnSite<T>
{
    /// <summary>Scratch rows that <see cref="RespondDifference"/> needs for so many rows.</summary>
    public static int DifferenceScratch(int rows) => 5 * rows + 1;

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
        int lanes = d[0].Cols;
        bool plain = omega == T.One,
            boxed = _population.Box is not null;
        var kernels = _difference.Value;
        var target = plain ? At(d[0], row0) : At(scratch, 0);
        var origin = At(x[0], row0);
        Span<Rows<T>> operands = stackalloc Rows<T>[MaxOperands];
        if (kernels.Direct is not null)
        {
            int n = PushDrives(operands, PushDrives(operands, 0, drive, row0), dDrive, row0);
            n = PushUniforms(operands, n, row0);
            operands[n++] = target;
            kernels.Direct.Run(operands[..n], rows, lanes);
        }
        else
        {
            if (!plain)
                CopyRows(d[0], row0, scratch, 0, rows);
            Span<Rows<T>> uniforms = operands[..(_varies ? PushUniforms(operands, 0, row0) : 0)];
            if (_joint is not null)
            {
                var inhibitor = At(x[1], row0);
                if (!plain)
                    CopyRows(d[1], row0, scratch, rows, rows);
                var zero = scratch.Row(5 * rows);
                zero.Clear();
                bool driven = _equations.Driven.Length > 1;
                var still = new Rows<T>(At(scratch, 5 * rows).Data, 0);
                if (boxed)
                {
                    CopyRows(x[0], row0, scratch, 2 * rows, rows);
                    CopyRows(x[1], row0, scratch, 3 * rows, rows);
                    (origin, inhibitor) = (At(scratch, 2 * rows), At(scratch, 3 * rows));
                    _joint.Solve(At(drive[0], row0), driven ? At(drive[1], row0) : still, [], uniforms, origin, inhibitor, rows, lanes);
                }
                kernels.Response!.Solve(
                    boxed ? Pushed([origin, inhibitor], At(drive[0], row0), At(dDrive[0], row0)) : At(dDrive[0], row0),
                    driven ? At(dDrive[1], row0) : still,
                    [origin, inhibitor],
                    uniforms,
                    target,
                    plain ? At(d[1], row0) : At(scratch, rows),
                    rows,
                    lanes
                );
                if (!plain)
                    for (int r = 0; r < rows; r++)
                        RowMath.Blend(d[1].Row(row0 + r), omega, scratch.Row(rows + r));
            }
            else
            {
                var change = EffectiveDrive(dDrive, row0, rows, scratch, rows);
                if (boxed)
                {
                    CopyRows(x[0], row0, scratch, 2 * rows, rows);
                    origin = At(scratch, 2 * rows);
                    var current = EffectiveDrive(drive, row0, rows, scratch, 3 * rows);
                    _response!.Solve(current, [], uniforms, origin, rows, lanes);
                    change = Pushed([origin], current, change);
                }
                kernels.Response!.Solve(change, [origin], uniforms, target, rows, lanes);
            }
        }
        if (!plain)
        {
            (operands[0], operands[1], operands[2], operands[3]) = (At(x[0], row0), At(d[0], row0), target, new(&omega, 0));
            operands[4] = At(d[0], row0);
            kernels.Blend.Run(operands[..5], rows, lanes);
        }
        if (!Eliminates || x.Length == 1 || d[1].IsEmpty)
            return;
        int m = Push(operands, Push(operands, 0, x[..1], row0), d[..1], row0);
        m = PushUniforms(operands, PushDrives(operands, m, dDrive, row0), row0);
        kernels.Inhibitors!.Run(operands[..Push(operands, m, d[1..], row0)], rows, lanes);

        // The change of the drive and what the box has taken up of the drive itself.
        Rows<T> Pushed(ReadOnlySpan<Rows<T>> fields, Rows<T> current, Rows<T> change)
        {
            var into = At(scratch, 4 * rows);
            Span<Rows<T>> all = stackalloc Rows<T>[MaxOperands];
            fields.CopyTo(all);
            (all[fields.Length], all[fields.Length + 1]) = (current, change);
            int n = PushUniforms(all, fields.Length + 2, row0);
            all[n++] = into;
            kernels.Pushed!.Run(all[..n], rows, lanes);
            return into;
        }
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
        Span<Rows<T>> operands = stackalloc Rows<T>[MaxOperands];
        var kernels = _difference.Value;
        bool full = !Eliminates || Shows(x) && !d[1].IsEmpty;
        int fields = full ? x.Length : 1;
        int n = Push(operands, Push(operands, 0, x[..fields], row0), d[..fields], row0);
        n = PushDrives(operands, PushDrives(operands, n, drive, row0), dDrive, row0);
        n = PushUniforms(operands, n, row0);
        operands[n++] = new(residual.Data, 0);
        (full ? kernels.FullResidual ?? kernels.Residual : kernels.Residual).Run(operands[..n], rows, d[0].Cols);
    }

    private Rows<T> EffectiveDrive(ReadOnlySpan<MatView<T>> drive, int row0, int rows, MatView<T> scratch, int at)
    {
        if (_effectiveDrive is null)
            return At(drive[0], row0);
        Span<Rows<T>> operands = stackalloc Rows<T>[MaxOperands];
        int n = PushDrives(operands, 0, drive, row0);
        n = PushUniforms(operands, n, row0);
        operands[n++] = At(scratch, at);
        _effectiveDrive.Run(operands[..n], rows, drive[0].Cols);
        return At(scratch, at);
    }

    private DifferenceKernels CompileDifference()
    {
        // The derivative of ΔF by δ is F' where u has moved to.
        var (x, d) = (_equations.X, _equations.Steps);
        var streams = _equations.Streams;
        var steps = _equations.DriveSteps;
        Symbol[] driveSteps = [.. _equations.Driven.Select(f => steps[f])];
        bool boxed = _population.Box is not null;
        var (target, omega) = (new Symbol("_target"), new Symbol("_omega"));

        // δ after the box: the change of the confined value when u takes the given step.
        Expr Confined(Expr step) => _equations.Change(_equations.Boxed(x[0])).Substitute(s => s == d[0] ? step : null);
        var blend = KernelCompiler.Compile<T>(
            new("blend-difference", [x[0], d[0], target], [omega], [new(Confined(d[0] + omega * (target - d[0])))])
        );
        var (current, currentStep) = (new Symbol("_current"), new Symbol("_change"));
        var pushed =
            boxed && _direct is null
                ? Compile(
                    "pushed-difference",
                    Eliminates ? [x[0], current, currentStep] : [.. x, current, currentStep],
                    [new(currentStep + _equations.Taken(current, Eliminates ? _force! : _equations.Force(0)))]
                )
                : null;

        Expr Misfit(Expr equation) => boxed ? _equations.Moved(_equations.Misfit(equation)) : Functions.Abs(_equations.Change(equation));
        Expr Worst() =>
            _equations
                .Forces.Skip(1)
                .Aggregate(Misfit(_equations.Forces[0]), (worst, e) => Functions.Max(worst, Functions.Abs(_equations.Change(e))));
        Kernel<T> Residual(Symbol[] fields, Symbol[] changes, Expr misfit) =>
            Compile("residual-difference", [.. fields, .. changes, .. streams, .. driveSteps], [new(misfit, OutputKind.MaxInto)]);

        if (!Eliminates)
        {
            var joint = Response.Joint<T>(
                _equations.Change(Known(_equations.Force(0))),
                _equations.Change(Known(_equations.Force(1))),
                d[0],
                d[1],
                Unknown,
                x,
                [.. from f in (int[])[0, 1] from g in (int[])[0, 1] select _equations.Moved(Known(_equations.Force(f)).Derive(x[g]))],
                _equations.StepRange
            );
            return new(blend, pushed, null, joint, null, Residual(x, d, Worst()), null);
        }
        var inhibitors =
            x.Length == 1
                ? null
                : Compile(
                    "inhibitors-difference",
                    [x[0], d[0], .. driveSteps],
                    [.. _equations.Eliminated!.Select(v => new Output(_equations.Change(v)))]
                );
        var residual = Residual([x[0]], [d[0]], Misfit(_equations.Reduced));
        var fullResidual = _hides ? Residual(x, d, Worst()) : null;
        return _direct is not null
            ? new(
                blend,
                pushed,
                Compile("response-difference", [.. streams, .. driveSteps], [new(_equations.Change(_force!))]),
                null,
                inhibitors,
                residual,
                fullResidual
            )
            : new(
                blend,
                pushed,
                null,
                Response.Warm<T>(
                    _equations.Change(_force!),
                    d[0],
                    Unknown,
                    [x[0]],
                    _equations.Moved(_force!.Derive(x[0])),
                    _equations.StepRange
                ),
                inhibitors,
                residual,
                fullResidual
            );
    }

    /// <param name="Blend">Over-relaxation, within the box.</param>
    /// <param name="Pushed">The change of the drive with what the box has taken up of the drive; null without a box, and for a linear force.</param>
    /// <param name="Direct">The answer of a linear force.</param>
    /// <param name="Response">The answer of any other.</param>
    /// <param name="Inhibitors">The inhibitors' differences; null where there are none to fill.</param>
    /// <param name="Residual">The largest misfit.</param>
    /// <param name="FullResidual">The same over all fields where inhibitors are eliminated; null where the activator's tells all.</param>
    private sealed record DifferenceKernels(
        Kernel<T> Blend,
        Kernel<T>? Pushed,
        Kernel<T>? Direct,
        Response<T>? Response,
        Kernel<T>? Inhibitors,
        Kernel<T> Residual,
        Kernel<T>? FullResidual
    );
}
