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
        [new("W", ends[0].Size, ends[1].Size, Initial.Uniform(Sd), Decays: true)];

    internal override BoundCoupling<T> Bind<T>(IReadOnlyList<EndShape> ends, IReadOnlyList<Tensor<T>> tensors) =>
        new Bound<T>(ends, tensors[0]);

    private sealed class Bound<T> : BoundCoupling<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        private readonly Tensor<T> _w;
        private readonly DenseProduct<T> _product;
        private readonly T _termSign,
            _driveSign;
        private readonly bool _clampedInput;
        private SparseLeft<T>? _sparse;
        private T? _background;

        public Bound(IReadOnlyList<EndShape> ends, Tensor<T> w)
        {
            bool activators = !ends[0].Inhibitor && !ends[1].Inhibitor;
            int term = activators ? -1 : 1;
            // An activator's drive is −∂term/∂u, an inhibitor's +∂term/∂v.
            Span<int> signs = stackalloc int[2];
            for (int e = 0; e < 2; e++)
                signs[e] =
                    ends[e].Clamped ? 0
                    : ends[e].Inhibitor ? term
                    : -term;
            (_w, _termSign) = (w, T.CreateChecked(term));
            _driveSign = T.CreateChecked(signs[0]);
            _clampedInput = ends[1].Clamped && !ends[0].Clamped;
            _product = new(ends[0].Size, ends[1].Size, signs);
        }

        public override T? Background
        {
            get => _background;
            set
            {
                if (!_clampedInput)
                    return;
                _background = value;
                if (value is not null)
                    _sparse ??= new(_w.Rows, _w.Cols);
            }
        }

        public override bool PrefersPacked(int end) => _product.PrefersPacked(end);

        public override void Dispose()
        {
            _product.Dispose();
            _sparse?.Dispose();
        }

        public override void Load(int part, int parts)
        {
            if (_background is null)
            {
                _product.Load(_w.Value, _w.Reverse, part, parts);
                return;
            }
            var (row0, rows) = Shares.Of(_w.Rows, part, parts, SparseGemm.PanelRows<T>());
            if (rows > 0)
                _sparse!.Pack(_w.Value, _driveSign, row0, rows);
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
                _product.Drive(end, fields[1 - end], packed, init, drive, row0, rows);
        }

        public override void Gradient(ReadOnlySpan<Contrast<T>> ends, T scale, int row0, int rows, GemmWorkspace<T> workspace)
        {
            var g = _w.Gradient.Slice(row0, rows, 0, _w.Cols);
            T factor = _termSign * scale;
            if (_background is { } background)
            {
                // The share of the work by columns rather than rows: then the inputs, not the smaller differences, are listed once by one thread.
                int col0 = (int)((long)_w.Cols * row0 / _w.Rows),
                    cols = (int)((long)_w.Cols * (row0 + rows) / _w.Rows) - col0;
                var inputs = ends[1].Mean.Slice(col0, cols, 0, ends[1].Mean.Cols);
                var share = _w.Gradient.Slice(0, _w.Rows, col0, cols);
                SparseGemm.Multiply(ends[0].Difference, inputs.Transposed, background, share, factor, workspace);
                return;
            }
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
