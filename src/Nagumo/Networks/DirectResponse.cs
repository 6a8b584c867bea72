using System.Numerics;
using Nagumo.Compute;
using Nagumo.Kernels;
using Nagumo.Symbolics;

namespace Nagumo.Networks;

/// <summary>The answer of a linear force: a division.</summary>
internal sealed class DirectResponse<T> : SiteResponse<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly Kernel<T> _answer;
    private readonly Lazy<Kernel<T>> _change;

    /// <param name="site">The population.</param>
    /// <param name="answer">u as a function of the drives.</param>
    public DirectResponse(OnSite<T> site, Expr answer)
        : base(site)
    {
        var equations = site.Equations;
        _answer = site.Compile("response", equations.Streams, [new(answer)]);
        _change = new(() =>
            site.Compile("response-difference", [.. equations.Streams, .. equations.DrivenSteps], [new(equations.Change(answer))])
        );
    }

    /// <inheritdoc/>
    public override bool IsWarm => false;

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
        var operands = new Operands<T>();
        Site.AddDrives(ref operands, drive, row0);
        operands.AddUniforms(Site.Values.Rows, row0);
        operands.Add(u);
        operands.Run(_answer, rows, u.Cols);
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
        var operands = new Operands<T>();
        Site.AddDrives(ref operands, drive, row0);
        Site.AddDrives(ref operands, change, row0);
        operands.AddUniforms(Site.Values.Rows, row0);
        operands.Add(u);
        operands.Run(_change.Value, rows, u.Cols);
    }

    /// <inheritdoc/>
    public override void StartCold(ReadOnlySpan<MatView<T>> x, ReadOnlySpan<MatView<T>> drive, int row0, int rows)
    {
        if (Site.Values.Vary)
            base.StartCold(x, drive, row0, rows);
    }
}
