using System.Numerics;
using Nagumo.Compute;
using Nagumo.Kernels;
using Nagumo.Symbolics;

namespace Nagumo.Networks;

/// <summary>The answer of an activator and an inhibitor that cannot be eliminated: two equations in u and v.</summary>
internal sealed class JointSiteResponse<T> : SiteResponse<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly Response<T> _response;
    private readonly bool _driven;
    private readonly Lazy<(Response<T> Response, Kernel<T>? Pushed)> _change;
    private Response<T>? _coldTable;
    private Kernel<T>? _coldActivator;

    /// <param name="site">The population; one inhibitor.</param>
    public JointSiteResponse(OnSite<T> site)
        : base(site)
    {
        var (equations, values) = (site.Equations, site.Values);
        var (x, d) = (equations.X, equations.Steps);
        _driven = equations.Driven.Length > 1;
        _response = Response.Joint<T>(
            values.Known(equations.Force(0)),
            values.Known(equations.Force(1)),
            x[0],
            x[1],
            values.Unknown,
            [],
            range: equations.Range
        );
        _change = new(() =>
            (
                Response.Joint<T>(
                    equations.Change(values.Known(equations.Force(0))),
                    equations.Change(values.Known(equations.Force(1))),
                    d[0],
                    d[1],
                    values.Unknown,
                    x,
                    [
                        .. from f in (int[])[0, 1]
                        from g in (int[])[0, 1]
                        select equations.Moved(values.Known(equations.Force(f)).Derive(x[g])),
                    ],
                    equations.StepRange
                ),
                Pushed(x, equations.Force(0))
            )
        );
    }

    /// <inheritdoc/>
    public override bool IsJoint => true;

    /// <inheritdoc/>
    public override void Solve(
        ReadOnlySpan<MatView<T>> drive,
        int row0,
        int rows,
        MatView<T> u,
        MatView<T> v,
        scoped ref SiteScratch<T> scratch
    )
    {
        Span<Rows<T>> uniforms = stackalloc Rows<T>[MostUniforms];
        _response.Solve(
            Rows<T>.From(drive[0], row0),
            Inhibitor(drive, row0, ref scratch),
            [],
            Uniforms(row0, uniforms),
            Rows<T>.From(u),
            Rows<T>.From(v),
            rows,
            u.Cols
        );
    }

    /// <inheritdoc/>
    public override void SolveChange(
        ReadOnlySpan<MatView<T>> x,
        ReadOnlySpan<MatView<T>> drive,
        ReadOnlySpan<MatView<T>> change,
        int row0,
        int rows,
        MatView<T> u,
        MatView<T> v,
        scoped ref SiteScratch<T> scratch
    )
    {
        Span<Rows<T>> memory = stackalloc Rows<T>[MostUniforms];
        var uniforms = Uniforms(row0, memory);
        var (response, pushed) = _change.Value;
        MatView<T> activator = x[0].Rows(row0, rows),
            inhibitor = x[1].Rows(row0, rows),
            moved = change[0].Rows(row0, rows);
        var still = Inhibitor(change, row0, ref scratch);
        if (pushed is not null)
        {
            var (freeU, freeV) = (scratch.Take(rows), scratch.Take(rows));
            activator.CopyRowsTo(freeU);
            inhibitor.CopyRowsTo(freeV);
            (activator, inhibitor) = (freeU, freeV);
            var current = drive[0].Rows(row0, rows);
            _response.Solve(
                Rows<T>.From(current),
                _driven ? Rows<T>.From(drive[1], row0) : still,
                [],
                uniforms,
                Rows<T>.From(activator),
                Rows<T>.From(inhibitor),
                rows,
                u.Cols
            );
            moved = Push(pushed, [activator, inhibitor], current, moved, scratch.Take(rows), row0);
        }
        response.Solve(
            Rows<T>.From(moved),
            still,
            [Rows<T>.From(activator), Rows<T>.From(inhibitor)],
            uniforms,
            Rows<T>.From(u),
            Rows<T>.From(v),
            rows,
            u.Cols
        );
    }

    /// <inheritdoc/>
    public override void PrepareColdStart()
    {
        if (Site.Population.Box is not null)
            return;
        // Where the inhibitor's equation gives u as a function of v, the activator's becomes one equation in v.
        var equations = Site.Equations;
        var (u, v) = (equations.X[0], equations.X[1]);
        if (!AtAverage(equations.Force(1)).TryAffine(u, out var slope, out var offset) || slope.Contains(v) || slope == Expr.Zero)
            return;
        // Tables are finest around 0, which shall be where the activator is 0 and softest.
        var still = AtAverage(equations.Force(1)).Substitute(s => s == u ? Expr.Zero : null);
        var toRest = new ScalarProgram.Along(new([v], [-still, -still.Derive(v)]), new double[1], 0, 0);
        var inhibitor = v + MonotoneRoot.Of(ref toRest, 0);
        var activator = (-offset / slope).Substitute(s => s == v ? inhibitor : null);
        var along = AtAverage(equations.Force(0))
            .Substitute(s =>
                s == u ? activator
                : s == v ? inhibitor
                : null
            );
        if (!Response.IsMonotone(along, v, _ => 0, out _))
            return;
        _coldTable = Response.Tabulated<T>(along, v);
        _coldActivator = KernelCompiler.Compile<T>(new($"{Site.Population.Neuron!.Name}-cold", [v], [], [new(activator), new(inhibitor)]));
    }

    /// <inheritdoc/>
    public override void StartCold(ReadOnlySpan<MatView<T>> x, ReadOnlySpan<MatView<T>> drive, int row0, int rows)
    {
        if (_coldTable is null)
        {
            base.StartCold(x, drive, row0, rows);
            return;
        }
        var (u, v) = (Rows<T>.From(x[0], row0), Rows<T>.From(x[1], row0));
        _coldTable.Solve(Rows<T>.From(drive[0], row0), v, rows, x[0].Cols);
        _coldActivator!.Run([v, u, v], rows, x[0].Cols);
    }

    /// <summary>The inhibitor's drive; where nothing drives it, one row of zeros stands for all.</summary>
    private Rows<T> Inhibitor(ReadOnlySpan<MatView<T>> drive, int row0, scoped ref SiteScratch<T> scratch)
    {
        if (_driven)
            return Rows<T>.From(drive[1], row0);
        var zero = scratch.Take(1);
        zero.Clear();
        return Rows<T>.Shared(zero);
    }
}
