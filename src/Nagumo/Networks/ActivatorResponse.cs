using System.Numerics;
using Nagumo.Compute;
using Nagumo.Kernels;
using Nagumo.Symbolics;

namespace Nagumo.Networks;

/// <summary>The answer of an activator whose inhibitors, if it has any, follow from it: one equation in u.</summary>
internal sealed class ActivatorResponse<T> : SiteResponse<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly Response<T> _response;
    private readonly Kernel<T>? _effectiveDrive;
    private readonly Lazy<(Response<T> Response, Kernel<T>? Pushed)> _change;
    private Response<T>? _coldTable;

    /// <param name="site">The population.</param>
    /// <param name="balance">E_u with the inhibitors eliminated.</param>
    /// <exception cref="ArgumentException">A drive into an inhibitor does more than shift the force.</exception>
    public ActivatorResponse(OnSite<T> site, Expr balance)
        : base(site)
    {
        var equations = site.Equations;
        var u = equations.X[0];
        // A drive into an inhibitor only shifts the force: it joins the activator's drive, and the force is a function of u alone.
        var (force, effective) = (balance, Expr.Zero);
        foreach (var drive in equations.Streams)
        {
            if (!force.TryAffine(drive, out var weight, out var rest) || weight.Contains(u))
                throw new ArgumentException(
                    $"Population '{site.Population.Name}': a drive into an inhibitor changes the shape of the response; no solver here takes that."
                );
            effective -= weight * drive;
            force = rest;
        }
        // A table spans all drives; in a box the force is asked inside only.
        _response =
            site.Values.Vary || site.Population.Box is not null
                ? Response.Warm<T>(force, u, site.Values.Unknown, [], range: equations.Range)
                : Response.Tabulated<T>(force, u);
        if (equations.Streams.Length > 1)
            _effectiveDrive = site.Compile("drive", equations.Streams, [new(effective)]);
        // The derivative of ΔF by δ is F' where u has moved to.
        _change = new(() =>
            (
                Response.Warm<T>(
                    equations.Change(force),
                    equations.Steps[0],
                    site.Values.Unknown,
                    [u],
                    equations.Moved(force.Derive(u)),
                    equations.StepRange
                ),
                Pushed([u], force)
            )
        );
    }

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
        var current = EffectiveDrive(drive, row0, rows, ref scratch);
        _response.Solve(Rows<T>.From(current), [], Uniforms(row0, uniforms), Rows<T>.From(u), rows, u.Cols);
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
        var origin = x[0].Rows(row0, rows);
        var moved = EffectiveDrive(change, row0, rows, ref scratch);
        if (pushed is not null)
        {
            var free = scratch.Take(rows);
            origin.CopyRowsTo(free);
            origin = free;
            var current = EffectiveDrive(drive, row0, rows, ref scratch);
            _response.Solve(Rows<T>.From(current), [], uniforms, Rows<T>.From(origin), rows, u.Cols);
            moved = Push(pushed, [origin], current, moved, scratch.Take(rows), row0);
        }
        response.Solve(Rows<T>.From(moved), [Rows<T>.From(origin)], uniforms, Rows<T>.From(u), rows, u.Cols);
    }

    /// <inheritdoc/>
    public override void PrepareColdStart()
    {
        var equations = Site.Equations;
        if (Site.Population.Box is not null || !Site.Values.Vary)
            return;
        var force = AtAverage(equations.Reduced).Substitute(s => equations.Streams.Contains(s) ? Expr.Zero : null);
        if (Response.IsMonotone(force, equations.X[0], _ => 0, out _))
            _coldTable = Response.Tabulated<T>(force, equations.X[0]);
    }

    /// <inheritdoc/>
    public override void StartCold(ReadOnlySpan<MatView<T>> x, ReadOnlySpan<MatView<T>> drive, int row0, int rows)
    {
        if (_coldTable is null)
            base.StartCold(x, drive, row0, rows);
        else
            _coldTable.Solve(Rows<T>.From(drive[0], row0), Rows<T>.From(x[0], row0), rows, x[0].Cols);
    }

    /// <summary>The activator's drive with what drives into inhibitors do to it.</summary>
    private MatView<T> EffectiveDrive(ReadOnlySpan<MatView<T>> drive, int row0, int rows, scoped ref SiteScratch<T> scratch)
    {
        if (_effectiveDrive is null)
            return drive[0].Rows(row0, rows);
        var effective = scratch.Take(rows);
        var operands = new Operands<T>();
        Site.AddDrives(ref operands, drive, row0);
        operands.AddUniforms(Site.Values.Rows, row0);
        operands.Add(effective);
        operands.Run(_effectiveDrive, rows, effective.Cols);
        return effective;
    }
}
