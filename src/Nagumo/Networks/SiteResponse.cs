using System.Numerics;
using Nagumo.Compute;
using Nagumo.Kernels;
using Nagumo.Symbolics;

namespace Nagumo.Networks;

/// <summary>How the neurons of one population answer their drives: the rest value F⁻¹(I), and its change when drives change.</summary>
/// <remarks>
/// F(x) = I for the drive I that a free state answered last. A nudged drive I + δI is answered by x + δ with F(x + δ) − F(x) = δI:
/// the left side is <see cref="FiniteDifference"/>'s, and so δ has its own relative precision, however small the nudge.
/// In a box the free answer is the box's edge where a force pushes against it: that force is taken up first, F(x + δ) − F(x) = δI + (I − F(x)),
/// and x + δ stays inside.
/// </remarks>
internal abstract class SiteResponse<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly T _coldActivity;

    private protected SiteResponse(OnSite<T> site)
    {
        Site = site;
        _coldActivity = T.CreateChecked(
            site.Population.Box is not { } box || (box.Low <= 0 && box.High >= 0) ? 0
            : double.IsInfinity(box.Low) ? box.High - 1
            : double.IsInfinity(box.High) ? box.Low + 1
            : box.Low + (box.High - box.Low) / 2
        );
    }

    /// <summary>The response of a population.</summary>
    /// <exception cref="ArgumentException">No solver here takes it.</exception>
    public static SiteResponse<T> Of(OnSite<T> site)
    {
        var equations = site.Equations;
        if (equations.Eliminated is null)
            return equations.X.Length == 2
                ? new JointSiteResponse<T>(site)
                : throw new ArgumentException(
                    $"Population '{site.Population.Name}': with more than one inhibitor, each must be linear and free of the others."
                );
        var balance = site.Values.Known(equations.Reduced);
        // A linear force: the response is a division, whatever varies.
        return balance.TryAffine(equations.X[0], out var slope, out var offset) && slope != Expr.Zero
            ? new DirectResponse<T>(site, equations.Boxed(-offset / slope))
            : new ActivatorResponse<T>(site, balance);
    }

    /// <summary>Equations, values and kernels of the population.</summary>
    private protected OnSite<T> Site { get; }

    /// <summary>Whether inhibitors are solved together with the activator.</summary>
    public virtual bool IsJoint => false;

    /// <summary>Whether a solve starts from what stands in its target.</summary>
    public virtual bool IsWarm => true;

    /// <summary>u, and v where it is joint = the answers of rows [row0, row0 + rows) to their drives.</summary>
    /// <param name="drive">The fields' drives.</param>
    /// <param name="row0">First row.</param>
    /// <param name="rows">Number of rows.</param>
    /// <param name="u">[rows × lanes].</param>
    /// <param name="v">The same, of a joint response.</param>
    /// <param name="scratch">Rows to work in: as many and one more.</param>
    public abstract void Solve(
        ReadOnlySpan<MatView<T>> drive,
        int row0,
        int rows,
        MatView<T> u,
        MatView<T> v,
        scoped ref SiteScratch<T> scratch
    );

    /// <summary>u, and v where it is joint = the changes of the answers when drives change.</summary>
    /// <param name="x">The free state's fields.</param>
    /// <param name="drive">The drives that it answered.</param>
    /// <param name="change">The drives' differences.</param>
    /// <param name="row0">First row.</param>
    /// <param name="rows">Number of rows.</param>
    /// <param name="u">[rows × lanes].</param>
    /// <param name="v">The same, of a joint response.</param>
    /// <param name="scratch">Rows to work in: four times as many, or three times and one more of a joint response.</param>
    public abstract void SolveChange(
        ReadOnlySpan<MatView<T>> x,
        ReadOnlySpan<MatView<T>> drive,
        ReadOnlySpan<MatView<T>> change,
        int row0,
        int rows,
        MatView<T> u,
        MatView<T> v,
        scoped ref SiteScratch<T> scratch
    );

    /// <summary>Tabulates the response of an average neuron: what a cold solve starts from. Only where the exact one starts warm.</summary>
    public virtual void PrepareColdStart() { }

    /// <summary>Rows [row0, row0 + rows) where a solve without a past starts: an average neuron's response, zero, or the middle of a box that
    /// keeps zero out.</summary>
    public virtual void StartCold(ReadOnlySpan<MatView<T>> x, ReadOnlySpan<MatView<T>> drive, int row0, int rows)
    {
        for (int f = 0; f < x.Length; f++)
            if (!x[f].IsEmpty)
                x[f].Rows(row0, rows).Fill(f == 0 ? _coldActivity : T.Zero);
    }

    /// <summary>The change of a drive and what the box has taken up of the drive itself; null without a box.</summary>
    private protected Kernel<T>? Pushed(Symbol[] fields, Expr force)
    {
        if (Site.Population.Box is null)
            return null;
        var (current, change) = (new Symbol("_current"), new Symbol("_change"));
        return Site.Compile("pushed-difference", [.. fields, current, change], [new(change + Site.Equations.Taken(current, force))]);
    }

    /// <summary>Runs that kernel.</summary>
    private protected MatView<T> Push(
        Kernel<T> pushed,
        ReadOnlySpan<MatView<T>> fields,
        MatView<T> current,
        MatView<T> change,
        MatView<T> into,
        int row0
    )
    {
        var operands = new Operands<T>();
        operands.Add(fields);
        operands.Add(current);
        operands.Add(change);
        operands.AddUniforms(Site.Values.Rows, row0);
        operands.Add(into);
        operands.Run(pushed, into.Rows, into.Cols);
        return into;
    }

    /// <summary>Parameters and loads of an average neuron as numbers.</summary>
    private protected Expr AtAverage(Expr e) => e.Substitute(s => Site.Values.Has(s) ? Site.Values.Average(s) : null);

    /// <summary>The parameters and loads from a row on, where the response's kernels ask for them.</summary>
    private protected Span<Rows<T>> Uniforms(int row0, Span<Rows<T>> into)
    {
        if (!Site.Values.Vary)
            return [];
        var rows = Site.Values.Rows;
        for (int i = 0; i < rows.Length; i++)
            into[i] = rows[i].After(row0);
        return into[..rows.Length];
    }

    /// <summary>Most parameters and loads of a population.</summary>
    private protected const int MostUniforms = 40;
}
