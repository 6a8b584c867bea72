using System.Numerics;
using Nagumo.Compute;

namespace Nagumo.Learning;

/// <summary>Keeps ‖W‖₂, of a tensor of layers that of every layer, at or below a bound: one power iteration a step from the last one's vector, then a rescaling.</summary>
/// <remarks>The estimate lags the norm by the little that W turns in a step. [Miyato et al. 2018, arXiv:1802.05957]</remarks>
internal sealed class SpectralBound<T> : IDisposable
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private const int StartIterations = 30;
    private readonly Tensor<T> _w;
    private readonly double _bound;
    private readonly int _layers;
    private readonly Buffer<T> _left;

    public SpectralBound(Tensor<T> w, double bound, Rng rng)
    {
        (_w, _bound) = (w, bound);
        _layers = w.Shape.Count > 2 ? w.Shape[0] : 1;
        Vector = new((long)_layers * Rows(0).Cols);
        _left = new(Rows(0).Rows);
        foreach (ref T x in Vector.Span)
            x = T.CreateChecked(rng.NextDouble() - 0.5);
        for (int l = 0; l < _layers; l++)
        for (int i = 0; i < StartIterations; i++)
            Norm(l);
        Enforce();
    }

    /// <summary>W of a layer, or Wᵀ of the same norm, whichever has adjacent rows.</summary>
    private MatView<T> Rows(int layer)
    {
        var all = _w.ProgrammedValue;
        if (_layers > 1)
            return all.Slice(layer, 1, 0, all.Cols).Folded(_w.Shape[1]);
        return all.ColStride == 1 ? all : all.Transposed;
    }

    /// <summary>The right singular vectors of <see cref="Rows"/> so far, layer by layer.</summary>
    public Buffer<T> Vector { get; }

    /// <summary>Rescales W when its norm is above the bound.</summary>
    public void Enforce()
    {
        for (int l = 0; l < _layers; l++)
        {
            double norm = Norm(l);
            if (norm <= _bound)
                continue;
            int size = _w.Programmed.Length / _layers;
            var w = _w.Programmed.Slice(l * size, size);
            RowMath.Scale(w, T.CreateChecked(_bound / norm), w);
        }
    }

    /// <summary>One step of q ← WᵀW q / ‖·‖; returns ‖W q‖ for the unit q.</summary>
    private double Norm(int layer)
    {
        var w = Rows(layer);
        var q = Vector.Span.Slice(layer * w.Cols, w.Cols);
        var p = _left.Span;
        Normalise(q);
        w.Times(q, p);
        double norm = Math.Sqrt(double.CreateChecked(LaneSum.Dot<T>(p, p)));
        w.TransposedTimes(p, q);
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
