using System.Numerics;
using Nagumo.Compute;

namespace Nagumo.Couplings;

/// <summary>The two parts of a resistor's contrast Σ_lanes (m_i − m_j)(d_i − d_j) over rows [row0, row0 + rows) of i.</summary>
internal static class ResistorContrast
{
    /// <summary>g = scale × Σ_lanes (d_i m_j + m_i d_j).</summary>
    public static void Products<T>(in GradientRequest<T> request, T scale, MatView<T> g, int row0, int rows)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (rows == 0)
            return;
        var (a, b) = (request.Ends[0], request.Ends[1]);
        MatView<T> sum = default;
        if (!a.Difference.IsEmpty)
        {
            Gemm.Multiply(a.Difference.Slice(row0, rows, 0, a.Difference.Cols), b.Mean.Transposed, sum, g, scale, request.Workspace);
            sum = g;
        }
        if (!b.Difference.IsEmpty)
            Gemm.Multiply(a.Mean.Slice(row0, rows, 0, a.Mean.Cols), b.Difference.Transposed, sum, g, scale, request.Workspace);
    }

    /// <summary>g += scale × Σ_lanes (m_i d_i + m_j d_j).</summary>
    public static void AddSquares<T>(in GradientRequest<T> request, T scale, MatView<T> g, int row0, int rows)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (rows == 0)
            return;
        var (a, b) = (request.Ends[0], request.Ends[1]);
        var cols = request.Workspace.Row(g.Cols);
        cols.Clear();
        if (!b.Difference.IsEmpty)
            for (int j = 0; j < g.Cols; j++)
                cols[j] = scale * LaneSum.Dot<T>(b.Mean.Row(j), b.Difference.Row(j));
        for (int i = 0; i < rows; i++)
        {
            var row = g.Row(i);
            T square = a.Difference.IsEmpty ? T.Zero : scale * LaneSum.Dot<T>(a.Mean.Row(row0 + i), a.Difference.Row(row0 + i));
            RowMath.Add(row, square, row);
            RowMath.AddScaled(cols, T.One, row, row);
        }
    }
}
