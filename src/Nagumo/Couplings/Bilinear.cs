using System.Numerics;
using Nagumo.Compute;

namespace Nagumo.Couplings;

/// <summary>Dense bilinear coupling between two fields.</summary>
/// <remarks>
/// Term: −u_aᵀ W u_b between activators, +v_aᵀ W v_b between inhibitors, +u_aᵀ W v_b between an activator and an inhibitor (either
/// order). Drives: W x_b and Wᵀ x_a, with the sign of the term and of the field. W is [size(a) × size(b)].
/// Contrast: ∓(d_a m_bᵀ + m_a d_bᵀ). [DESIGN §1]
/// </remarks>
/// <param name="a">Rows of W.</param>
/// <param name="b">Columns of W; a clamped end is read, never driven.</param>
/// <param name="sd">Standard deviation of the uniform initial values, ≥ 0.</param>
/// <param name="name">Unique name; by default "b-a": from the input to the driven side.</param>
public sealed class Bilinear(End a, End b, double sd, string? name = null) : Coupling(name ?? $"{b}-{a}", a, b)
{
    /// <summary>Standard deviation of the initial values.</summary>
    public double Sd { get; } =
        sd >= 0 && double.IsFinite(sd) ? sd : throw new ArgumentOutOfRangeException(nameof(sd), $"sd = {sd:R}: give a finite number ≥ 0.");

    /// <inheritdoc/>
    public override string Term => a.Field == "u" && b.Field == "u" ? $"-{a}^T W {b}" : $"+{a}^T W {b}";

    internal override IReadOnlyList<TensorSpec> Tensors(IReadOnlyList<EndShape> ends) =>
        [new("W", ends[0].Size, ends[1].Size, Initial.Uniform(Sd), Decays: true, ByColumns: ReadsInput(ends))];

    /// <summary>Whether W is only read from a clamped population to a free one, never back.</summary>
    private static bool ReadsInput(IReadOnlyList<EndShape> ends) => ends[1].Clamped && !ends[0].Clamped;

    internal override BoundCoupling<T> Bind<T>(IReadOnlyList<EndShape> ends, IReadOnlyList<Tensor<T>> tensors) =>
        new Bound<T>(ends, tensors[0]);

    /// <summary>Sign of the term: −1 between activators.</summary>
    private static int TermSign(IReadOnlyList<EndShape> ends) => ends[0].Inhibitor || ends[1].Inhibitor ? 1 : -1;

    /// <summary>Sign of the drive into an end: an activator's drive is −∂term/∂u, an inhibitor's +∂term/∂v.</summary>
    private static int DriveSign(IReadOnlyList<EndShape> ends, int e) =>
        ends[e].Clamped ? 0
        : ends[e].Inhibitor ? TermSign(ends)
        : -TermSign(ends);

    private sealed class Bound<T>(IReadOnlyList<EndShape> ends, Tensor<T> w)
        : BoundDense<T>(w.Rows, w.Cols, [DriveSign(ends, 0), DriveSign(ends, 1)])
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        private readonly T _termSign = T.CreateChecked(TermSign(ends)),
            _driveSign = T.CreateChecked(DriveSign(ends, 0));
        private readonly bool _readsInput = ReadsInput(ends);
        private SparseLeft<T>? _sparse;
        private T? _background;

        public override T? Background
        {
            get => _background;
            set
            {
                if (!_readsInput)
                    return;
                _background = value;
                if (value is not null)
                    _sparse ??= new(w.Rows, w.Cols);
            }
        }

        public override void Dispose()
        {
            base.Dispose();
            _sparse?.Dispose();
        }

        public override void Load(int part, int parts)
        {
            if (_background is null)
            {
                Product.Load(w.Value, w.Reverse, part, parts);
                return;
            }
            var (row0, rows) = Shares.Of(w.Rows, part, parts, SparseGemm.PanelRows<T>());
            if (rows > 0)
                _sparse!.Pack(w.Value, _driveSign, row0, rows);
        }

        public override void Drive(
            int end,
            ReadOnlySpan<MatView<T>> fields,
            RightOperand<T>? packed,
            MatView<T> init,
            MatView<T> drive,
            int row0,
            int rows
        )
        {
            if (_background is not null)
                SparseGemm.Multiply(_sparse!, (SparseRight<T>)packed!, init, drive, row0, rows);
            else
                base.Drive(end, fields, packed, init, drive, row0, rows);
        }

        public override void Gradient(ReadOnlySpan<Contrast<T>> ends, T scale, int row0, int rows, GemmWorkspace<T> workspace)
        {
            T factor = _termSign * scale;
            if (_readsInput)
            {
                // Memory lies by columns, and so do the shares of the threads.
                int col0 = (int)((long)w.Cols * row0 / w.Rows),
                    cols = (int)((long)w.Cols * (row0 + rows) / w.Rows) - col0;
                var inputs = ends[1].Mean.Slice(col0, cols, 0, ends[1].Mean.Cols);
                var share = w.Gradient.Slice(0, w.Rows, col0, cols);
                if (_background is { } background)
                    SparseGemm.Multiply(ends[0].Difference, inputs.Transposed, background, share, factor, workspace);
                else
                    Gemm.Multiply(inputs, ends[0].Difference.Transposed, default, share.Transposed, factor, workspace);
                return;
            }
            var g = w.Gradient.Slice(row0, rows, 0, w.Cols);
            MatView<T> sum = default;
            foreach (
                var (x, y) in (ReadOnlySpan<(MatView<T>, MatView<T>)>)
                    [(ends[0].Difference, ends[1].Mean), (ends[0].Mean, ends[1].Difference)]
            )
            {
                if (x.IsEmpty || y.IsEmpty)
                    continue;
                Gemm.Multiply(x.Slice(row0, rows, 0, x.Cols), y.Transposed, sum, g, factor, workspace);
                sum = g;
            }
        }
    }
}
