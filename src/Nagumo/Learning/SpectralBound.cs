using System.Numerics;
using Nagumo.Compute;

namespace Nagumo.Learning;

/// <summary>Keeps ‖W‖₂ at or below a bound: one power iteration a step from the last one's vector, then a rescaling.</summary>
/// <remarks>The estimate lags the norm by the little that W turns in a step. [Miyato et al. 2018, arXiv:1802.05957]</remarks>
internal sealed class SpectralBound<T> : IDisposable
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private const int StartIterations = 30;
    private readonly Tensor<T> _w;
    private readonly double _bound;
    private readonly Buffer<T> _left;

    public SpectralBound(Tensor<T> w, double bound, Rng rng)
    {
        (_w, _bound) = (w, bound);
        Vector = new(Rows.Cols);
        _left = new(Rows.Rows);
        foreach (ref T x in Vector.Span)
            x = T.CreateChecked(rng.NextDouble() - 0.5);
        for (int i = 0; i < StartIterations; i++)
            Norm();
        Enforce();
    }

    /// <summary>W, or Wᵀ of the same norm, whichever has adjacent rows.</summary>
    private MatView<T> Rows => _w.ProgrammedValue is { ColStride: 1 } byRows ? byRows : _w.ProgrammedValue.Transposed;

    /// <summary>The right singular vector of <see cref="Rows"/> so far.</summary>
    public Buffer<T> Vector { get; }

    /// <summary>Rescales W when its norm is above the bound.</summary>
    public void Enforce()
    {
        double norm = Norm();
        if (norm <= _bound)
            return;
        RowMath.Scale(_w.Programmed, T.CreateChecked(_bound / norm), _w.Programmed);
    }

    /// <summary>One step of q ← WᵀW q / ‖·‖; returns ‖W q‖ for the unit q.</summary>
    private double Norm()
    {
        var q = Vector.Span;
        var p = _left.Span;
        Normalise(q);
        var w = Rows;
        for (int r = 0; r < w.Rows; r++)
            p[r] = LaneSum.Dot<T>(w.Row(r), q);
        double norm = Math.Sqrt(double.CreateChecked(LaneSum.Dot<T>(p, p)));
        q.Clear();
        for (int r = 0; r < w.Rows; r++)
            RowMath.AddScaled(w.Row(r), p[r], q, q);
        return norm;
    }

    private static void Normalise(Span<T> q)
    {
        T norm = T.Sqrt(LaneSum.Dot<T>(q, q));
        if (norm > T.Zero)
            RowMath.Scale(q, T.One / norm, q);
    }

    public void Dispose()
    {
        Vector.Dispose();
        _left.Dispose();
    }
}
