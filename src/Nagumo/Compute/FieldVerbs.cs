using System.Numerics;

namespace Nagumo.Compute;

/// <summary>What is done to a field, rows × lanes, outside the kernels: each verb on a whole block, so that its dispatch costs nothing in a loop over rows.</summary>
/// <remarks>
/// This is the seam at which other memory than the host's goes in. Rows are adjacent lanes (colStride 1) unless a verb says otherwise. The bits of a
/// result depend neither on the vector width nor on how a field is cut into blocks.
/// </remarks>
internal static unsafe class FieldVerbs
{
    /// <summary>Rows [first, first + count), all lanes.</summary>
    public static MatView<T> Rows<T>(this MatView<T> x, int first, int count)
        where T : unmanaged => x.Slice(first, count, 0, x.Cols);

    /// <summary>Lanes [first, first + count) of all rows; the empty view of the empty one.</summary>
    public static MatView<T> Lanes<T>(this MatView<T> x, int first, int count)
        where T : unmanaged => x.IsEmpty ? x : x.Slice(0, x.Rows, first, count);

    /// <summary>The one row of a field that the host reads and writes, as its lanes.</summary>
    public static Span<T> Host<T>(this MatView<T> x)
        where T : unmanaged
    {
        if (x.Rows != 1)
            Throw.Argument($"A field of {x.Rows} rows is read by Read.", nameof(x));
        return x.Row(0);
    }

    /// <summary>x = 0.</summary>
    public static void Clear<T>(this MatView<T> x)
        where T : unmanaged
    {
        for (int r = 0; r < x.Rows; r++)
            x.Row(r).Clear();
    }

    /// <summary>x = value.</summary>
    public static void Fill<T>(this MatView<T> x, T value)
        where T : unmanaged
    {
        for (int r = 0; r < x.Rows; r++)
            x.Row(r).Fill(value);
    }

    /// <summary>Every lane of row r = values[r].</summary>
    public static void FillRows<T>(this MatView<T> x, IReadOnlyList<double> values)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        for (int r = 0; r < x.Rows; r++)
            x.Row(r).Fill(T.CreateChecked(values[r]));
    }

    /// <summary>into = x, rows of adjacent lanes.</summary>
    public static void CopyRowsTo<T>(this MatView<T> x, MatView<T> into)
        where T : unmanaged
    {
        RequireEqual(x, into);
        for (int r = 0; r < x.Rows; r++)
            x.Row(r).CopyTo(into.Row(r));
    }

    /// <summary>into = xᵀ; rows of into may be filled up to a whole panel.</summary>
    public static void TransposeTo<T>(this MatView<T> x, MatView<T> into)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        Packing.Transfer(x.Data, x.Rows, x.Cols, x.RowStride, 1, (int)into.RowStride, into.Data, T.One);

    /// <summary>The field as one vector, row after row.</summary>
    public static void Read<T>(this MatView<T> x, Span<T> vector)
        where T : unmanaged
    {
        for (int r = 0; r < x.Rows; r++)
            x.Row(r).CopyTo(vector[(r * x.Cols)..]);
    }

    /// <summary>The field from one vector, row after row.</summary>
    public static void Write<T>(this MatView<T> x, ReadOnlySpan<T> vector)
        where T : unmanaged
    {
        for (int r = 0; r < x.Rows; r++)
            vector.Slice(r * x.Cols, x.Cols).CopyTo(x.Row(r));
    }

    /// <summary>x = 0 wherever the flag of the same place, row after row, is set.</summary>
    public static void ClearWhere<T>(this MatView<T> x, ReadOnlySpan<bool> flags)
        where T : unmanaged
    {
        for (int r = 0; r < x.Rows; r++)
        {
            var row = x.Row(r);
            for (int l = 0; l < row.Length; l++)
                if (flags[r * x.Cols + l])
                    row[l] = default;
        }
    }

    /// <summary>x = s x.</summary>
    public static void Scale<T>(this MatView<T> x, T s)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        for (int r = 0; r < x.Rows; r++)
            RowMath.Scale(x.Row(r), s, x.Row(r));
    }

    /// <summary>into = s x.</summary>
    public static void ScaleTo<T>(this MatView<T> x, T s, MatView<T> into)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        RequireEqual(x, into);
        for (int r = 0; r < x.Rows; r++)
            RowMath.Scale(x.Row(r), s, into.Row(r));
    }

    /// <summary>y = y + s x.</summary>
    public static void Add<T>(this MatView<T> y, T s, MatView<T> x)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => Sum(s, x, y, y);

    /// <summary>into = s x + y, product and sum rounded apart; into may be x or y.</summary>
    public static void Sum<T>(T s, MatView<T> x, MatView<T> y, MatView<T> into)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        RequireEqual(x, into);
        RequireEqual(y, into);
        for (int r = 0; r < into.Rows; r++)
            RowMath.AddScaled(x.Row(r), s, y.Row(r), into.Row(r));
    }

    /// <summary>into = s (x − y).</summary>
    public static void Difference<T>(MatView<T> x, MatView<T> y, T s, MatView<T> into)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Sum(-T.One, y, x, into);
        into.Scale(s);
    }

    /// <summary>x = x y, element by element.</summary>
    public static void Multiply<T>(this MatView<T> x, MatView<T> y)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        RequireEqual(x, y);
        for (int r = 0; r < x.Rows; r++)
            RowMath.Multiply(x.Row(r), y.Row(r));
    }

    /// <summary>x = x + s (y − x).</summary>
    public static void Blend<T>(this MatView<T> x, T s, MatView<T> y)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        RequireEqual(x, y);
        for (int r = 0; r < x.Rows; r++)
            RowMath.Blend(x.Row(r), s, y.Row(r));
    }

    /// <summary>x confined to [low, high].</summary>
    public static void Confine<T>(this MatView<T> x, T low, T high)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        for (int r = 0; r < x.Rows; r++)
            foreach (ref T value in x.Row(r))
                value = T.Clamp(value, low, high);
    }

    /// <summary>into[r] = s Σ of the lanes of row r, in an order that does not depend on the machine.</summary>
    public static void LaneSums<T>(this MatView<T> x, T s, Span<T> into)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        for (int r = 0; r < x.Rows; r++)
            into[r] = s * LaneSum.Of<T>(x.Row(r));
    }

    /// <summary>Σ of all elements, row by row, in an order that does not depend on the machine.</summary>
    public static T Total<T>(this MatView<T> x)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        T sum = T.Zero;
        for (int r = 0; r < x.Rows; r++)
            sum += LaneSum.Of<T>(x.Row(r));
        return sum;
    }

    /// <summary>Σ x y of all elements, in the same order.</summary>
    public static T Dot<T>(MatView<T> x, MatView<T> y)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        RequireEqual(x, y);
        T sum = T.Zero;
        for (int r = 0; r < x.Rows; r++)
            sum += LaneSum.Dot<T>(x.Row(r), y.Row(r));
        return sum;
    }

    /// <summary>mean = half (x + y), difference = inverse (x − y), where x and y are the two halves of the phases' lanes.</summary>
    public static void Split<T>(this MatView<T> phases, T half, T inverse, MatView<T> mean, MatView<T> difference)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int count = mean.Cols;
        for (int r = 0; r < mean.Rows; r++)
        {
            var x = phases.Row(r);
            RowMath.MeanAndDifference(x[..count], x.Slice(count, count), half, inverse, mean.Row(r), difference.Row(r));
        }
    }

    /// <summary>y = x q, x row-major.</summary>
    public static void Times<T>(this MatView<T> x, ReadOnlySpan<T> q, Span<T> y)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        for (int r = 0; r < x.Rows; r++)
            y[r] = LaneSum.Dot(x.Row(r), q);
    }

    /// <summary>q = xᵀ y, x row-major.</summary>
    public static void TransposedTimes<T>(this MatView<T> x, ReadOnlySpan<T> y, Span<T> q)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        q.Clear();
        for (int r = 0; r < x.Rows; r++)
            RowMath.AddScaled(x.Row(r), y[r], q, q);
    }

    /// <summary>Largest |Σ_j factor_j x_j| over all elements of fields of one shape; NaN where a sum is NaN. Zero factors are left out.</summary>
    public static T LargestSum<T>(ReadOnlySpan<MatView<T>> x, ReadOnlySpan<double> factors)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        T worst = T.Zero;
        int lanes = x[0].Cols;
        for (int r = 0; r < x[0].Rows; r++)
        {
            int l = 0;
            var most = Vector<T>.Zero;
            for (; l <= lanes - Vector<T>.Count; l += Vector<T>.Count)
            {
                var sum = Vector<T>.Zero;
                for (int j = 0; j < factors.Length; j++)
                    if (factors[j] != 0)
                        sum += T.CreateChecked(factors[j]) * Vector.Load(x[j].Data + r * x[j].RowStride + l);
                if (!Vector.EqualsAll(sum, sum))
                    return T.NaN;
                most = Vector.Max(most, Vector.Abs(sum));
            }
            for (int i = 0; i < Vector<T>.Count; i++)
                worst = T.Max(worst, most[i]);
            for (; l < lanes; l++)
            {
                T sum = T.Zero;
                for (int j = 0; j < factors.Length; j++)
                    if (factors[j] != 0)
                        sum += T.CreateChecked(factors[j]) * x[j].Data[r * x[j].RowStride + l];
                worst = T.Max(worst, T.Abs(sum));
            }
        }
        return worst;
    }

    /// <summary>Whether every number of a lane is finite.</summary>
    public static bool IsFinite<T>(this MatView<T> x, int lane)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        bool finite = true;
        for (int r = 0; r < x.Rows; r++)
            finite &= T.IsFinite(x.Row(r)[lane]);
        return finite;
    }

    private static void RequireEqual<T>(MatView<T> x, MatView<T> y)
        where T : unmanaged
    {
        if (x.Rows != y.Rows || x.Cols != y.Cols)
            Throw.Argument($"A {x.Rows}×{x.Cols} field does not fit a {y.Rows}×{y.Cols} one.", nameof(y));
    }
}
