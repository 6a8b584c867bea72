namespace Nagumo.Compute;

/// <summary>A symmetric block-tridiagonal system, solved by block elimination from the first block on (block Thomas).</summary>
/// <remarks>
/// A_ll = D_l, A_l,l+1 = U_l = A_l+1,lᵀ. Δ_0 = D_0, G_l = Δ_l⁻¹ U_l, Δ_l+1 = D_l+1 − U_lᵀ G_l: work and memory are linear in the number of
/// blocks. Rows are exchanged inside a block only, which is stable for definite and quasi-definite systems; every solve refines once, and
/// <see cref="Solve"/> returns what residual is left, so that a caller can turn to <see cref="BandedLu"/>. [Golub and Van Loan 2013, §4.5]
/// </remarks>
internal sealed unsafe class BlockTridiagonal : IDisposable
{
    private readonly DenseLu[] _factors;
    private readonly double[][] _diagonal,
        _upper,
        _eliminated;
    private readonly GemmWorkspace<double> _workspace = new();
    private readonly double[] _residual,
        _right;

    /// <param name="sizes">Size of each block, ≥ 1.</param>
    public BlockTridiagonal(IReadOnlyList<int> sizes)
    {
        Sizes = [.. sizes];
        Offsets = new int[Sizes.Length + 1];
        for (int l = 0; l < Sizes.Length; l++)
            Offsets[l + 1] = Offsets[l] + Sizes[l];
        _factors = [.. Sizes.Select(n => new DenseLu(n))];
        _diagonal = [.. Sizes.Select(n => new double[n * n])];
        _upper = [.. Enumerable.Range(0, Sizes.Length - 1).Select(l => new double[Sizes[l] * Sizes[l + 1]])];
        _eliminated = [.. _upper.Select(u => new double[u.Length])];
        (_residual, _right) = (new double[Offsets[^1]], new double[Offsets[^1]]);
    }

    /// <summary>Sizes of the blocks.</summary>
    public int[] Sizes { get; }

    /// <summary>First row of each block, and the number of rows at the end.</summary>
    public int[] Offsets { get; }

    /// <summary>D_l, [n_l × n_l], row-major.</summary>
    public Span<double> Diagonal(int l) => _diagonal[l];

    /// <summary>U_l, [n_l × n_l+1], row-major.</summary>
    public Span<double> Upper(int l) => _upper[l];

    /// <summary>Eliminates; call it after the blocks changed.</summary>
    /// <returns>False when a block is singular to working precision.</returns>
    public bool Factor()
    {
        Norm = _diagonal.Concat(_upper).Max(Largest);
        for (int l = 0; l < Sizes.Length; l++)
        {
            var matrix = _factors[l].Matrix;
            _diagonal[l].CopyTo(matrix);
            if (l > 0)
                fixed (
                    double* u = _upper[l - 1],
                        g = _eliminated[l - 1],
                        m = matrix
                )
                {
                    var upper = new MatView<double>(u, Sizes[l - 1], Sizes[l], Sizes[l]);
                    var target = new MatView<double>(m, Sizes[l], Sizes[l], Sizes[l]);
                    Gemm.Multiply(upper.Transposed, new(g, Sizes[l - 1], Sizes[l], Sizes[l]), target, target, -1, _workspace);
                }
            if (_factors[l].Factor() >= 0)
                return false;
            if (l == Sizes.Length - 1)
                break;
            _upper[l].CopyTo(_eliminated[l].AsSpan());
            _factors[l].Solve(_eliminated[l], Sizes[l + 1]);
        }
        return true;
    }

    /// <summary>x ← A⁻¹ x, refined once.</summary>
    /// <returns>|A x − b| / (|A| |x| + |b|) in the max-norm: rounding when the elimination was stable.</returns>
    public double Solve(Span<double> x)
    {
        var right = _right;
        x.CopyTo(right);
        Substitute(x);
        for (int step = 0; ; step++)
        {
            Times(x, _residual);
            double worst = 0,
                scale = 0;
            for (int i = 0; i < right.Length; i++)
            {
                _residual[i] = right[i] - _residual[i];
                worst = Math.Max(worst, Math.Abs(_residual[i]));
                scale = Math.Max(scale, Math.Abs(right[i]) + Norm * Math.Abs(x[i]));
            }
            if (step == 1 || !(worst > 0))
                return scale > 0 ? worst / scale : worst;
            Substitute(_residual);
            for (int i = 0; i < right.Length; i++)
                x[i] += _residual[i];
        }
    }

    /// <summary>y = A x.</summary>
    public void Times(ReadOnlySpan<double> x, Span<double> y)
    {
        y.Clear();
        for (int l = 0; l < Sizes.Length; l++)
        {
            Add(_diagonal[l], Sizes[l], Sizes[l], x[Offsets[l]..], y[Offsets[l]..], transposed: false);
            if (l == Sizes.Length - 1)
                break;
            Add(_upper[l], Sizes[l], Sizes[l + 1], x[Offsets[l + 1]..], y[Offsets[l]..], transposed: false);
            Add(_upper[l], Sizes[l], Sizes[l + 1], x[Offsets[l]..], y[Offsets[l + 1]..], transposed: true);
        }
    }

    /// <summary>The largest entry when the blocks were factored: a scale for residuals.</summary>
    private double Norm { get; set; }

    private static double Largest(double[] block)
    {
        double largest = 0;
        foreach (double x in block)
            largest = Math.Max(largest, Math.Abs(x));
        return largest;
    }

    private void Substitute(Span<double> x)
    {
        for (int l = 0; l < Sizes.Length; l++)
        {
            var at = x.Slice(Offsets[l], Sizes[l]);
            // y_l = Δ_l⁻¹ (b_l − U_l−1ᵀ y_l−1)
            if (l > 0)
                for (int i = 0; i < Sizes[l - 1]; i++)
                {
                    double y = x[Offsets[l - 1] + i];
                    RowMath.AddScaled(_upper[l - 1].AsSpan(i * Sizes[l], Sizes[l]), -y, at, at);
                }
            _factors[l].Solve(at);
        }
        for (int l = Sizes.Length - 2; l >= 0; l--)
        for (int i = 0; i < Sizes[l]; i++)
            x[Offsets[l] + i] -= LaneSum.Dot<double>(
                _eliminated[l].AsSpan(i * Sizes[l + 1], Sizes[l + 1]),
                x.Slice(Offsets[l + 1], Sizes[l + 1])
            );
    }

    private static void Add(double[] m, int rows, int cols, ReadOnlySpan<double> x, Span<double> y, bool transposed)
    {
        for (int i = 0; i < rows; i++)
        {
            var row = m.AsSpan(i * cols, cols);
            if (transposed)
                RowMath.AddScaled(row, x[i], y[..cols], y[..cols]);
            else
                y[i] += LaneSum.Dot<double>(row, x[..cols]);
        }
    }

    public void Dispose()
    {
        foreach (var factor in _factors)
            factor.Dispose();
        _workspace.Dispose();
    }
}
