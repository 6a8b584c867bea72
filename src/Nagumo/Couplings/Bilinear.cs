using System.Numerics;
using Nagumo.Compute;
using Nagumo.Kernels;

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
public sealed class Bilinear(End a, End b, double sd, string? name = null) : Coupling("bilinear", name ?? $"{b}-{a}", a, b)
{
    /// <summary>Standard deviation of the initial values.</summary>
    public double Sd { get; } =
        sd >= 0 && double.IsFinite(sd) ? sd : throw new ArgumentOutOfRangeException(nameof(sd), $"sd = {sd:R}: give a finite number ≥ 0.");

    /// <inheritdoc/>
    public override string Term => a.Field == "u" && b.Field == "u" ? $"-{a}^T W {b}" : $"+{a}^T W {b}";

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, double> Settings => new Dictionary<string, double> { ["sd"] = Sd };

    /// <inheritdoc/>
    public override double Value(IReadOnlyList<EndShape> ends, IReadOnlyList<double[]> x, IReadOnlyList<double[]> parameters) =>
        (Ends.All(e => e.Field == "u") ? -1 : 1)
        * Matrices.Sum(x[0].Length, x[1].Length, parameters[0], (i, j, w) => x[0][i] * w * x[1][j]);

    /// <inheritdoc/>
    public override double Norm(IReadOnlyList<double[]> x, IReadOnlyList<double[]> parameters) =>
        // Inside one population both drives meet in the same neurons.
        (Ends[0] == Ends[1] ? 2 : 1) * Matrices.Bound(x[0].Length, x[1].Length, parameters[0]);

    /// <inheritdoc/>
    public override void Stamp(ICircuit circuit)
    {
        var ends = circuit.Ends;
        Matrices.Each(
            ends[0].Size,
            ends[1].Size,
            circuit.Parameters[0],
            (i, j, w) =>
            {
                double reverse = circuit.Reverse[0][i * ends[1].Size + j];
                if (w != 0 || reverse != 0)
                    circuit.Product($"{i}_{j}", i, j, DriveSign(ends, 0) * w, DriveSign(ends, 1) * reverse);
            }
        );
    }

    /// <inheritdoc/>
    public override IReadOnlyList<TensorSpec> Tensors(IReadOnlyList<EndShape> ends) =>
        [
            new(
                "W",
                [ends[0].Size, ends[1].Size],
                Initial.Uniform(Sd),
                Decays: true,
                ByColumns: ReadsInput(ends),
                IsPaired: !ends[0].Clamped && !ends[1].Clamped,
                Start: Initial.Bound(Sd)
            ),
        ];

    /// <summary>Whether W is only read from a clamped population to a free one, never back.</summary>
    private static bool ReadsInput(IReadOnlyList<EndShape> ends) => ends[1].Clamped && !ends[0].Clamped;

    /// <inheritdoc/>
    public override BoundCoupling<T> Bind<T>(IReadOnlyList<EndShape> ends, IReadOnlyList<Tensor<T>> tensors) =>
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
        private readonly Lock _gate = new();
        private SparseLeft<T>? _sparse;
        private DenseProduct<T>? _adjoint;
        private T? _background;

        public override bool Expect(int end, T? value)
        {
            if (!_readsInput || end != 1)
                return false;
            bool repack = _background is null != value is null;
            _background = value;
            if (value is not null)
                _sparse ??= new(w.Rows, w.Cols);
            return repack;
        }

        public override void Dispose()
        {
            base.Dispose();
            _sparse?.Dispose();
            _adjoint?.Dispose();
        }

        /// <summary>No potential has a term of halves that differ.</summary>
        public override bool IsReciprocal => w.IsReciprocal;

        public override void Load(int part, int parts)
        {
            if (_background is null)
            {
                Product.Load(w.Value, w.Reverse, part, parts);
                if (!w.IsReciprocal)
                    Adjoint().Load(w.Reverse, w.Value, part, parts);
                return;
            }
            var (row0, rows) = Shares.Of(w.Rows, part, parts, SparseGemm.PanelRows<T>());
            if (rows > 0)
                _sparse!.Pack(w.Value, _driveSign, row0, rows);
        }

        public override void Prepare(in DriveRequest<T> request)
        {
            if (_background is { } background)
                request.Scratch.Pack(request.Fields[1 - request.End], background);
            else
                base.Prepare(request);
        }

        public override void Drive(in DriveRequest<T> request)
        {
            if (_background is not null)
                SparseGemm.Multiply(
                    _sparse!,
                    (SparseRight<T>)request.Scratch.Packed!,
                    request.Init,
                    request.Drive,
                    request.Row0,
                    request.Rows
                );
            else if (request.Adjoint && !w.IsReciprocal)
                _adjoint!.Drive(request);
            else
                base.Drive(request);
        }

        /// <summary>The product with the halves exchanged, made by whichever thread loads first.</summary>
        private DenseProduct<T> Adjoint()
        {
            lock (_gate)
                return _adjoint ??= new(w.Rows, w.Cols, [DriveSign(ends, 0), DriveSign(ends, 1)]);
        }

        public override void Gradient(in GradientRequest<T> request)
        {
            var (a, b) = (request.Ends[0], request.Ends[1]);
            var (row0, rows) = request.Share(w.Rows);
            T factor = _termSign * request.Scale;
            if (rows == 0)
                return;
            if (_readsInput)
            {
                // Memory lies by columns, and so do the shares of the threads.
                int col0 = (int)((long)w.Cols * row0 / w.Rows),
                    cols = (int)((long)w.Cols * (row0 + rows) / w.Rows) - col0;
                var inputs = b.Mean.Slice(col0, cols, 0, b.Mean.Cols);
                var share = w.Gradient.Slice(0, w.Rows, col0, cols);
                if (_background is { } background)
                    SparseGemm.Multiply(a.Difference, inputs.Transposed, background, share, factor, request.Workspace);
                else
                    Gemm.Multiply(inputs, a.Difference.Transposed, default, share.Transposed, factor, request.Workspace);
                return;
            }
            var g = w.Gradient.Slice(row0, rows, 0, w.Cols);
            MatView<T> sum = default;
            foreach (var (x, y) in (ReadOnlySpan<(MatView<T>, MatView<T>)>)[(a.Difference, b.Mean), (a.Mean, b.Difference)])
            {
                if (x.IsEmpty || y.IsEmpty)
                    continue;
                Gemm.Multiply(x.Slice(row0, rows, 0, x.Cols), y.Transposed, sum, g, factor, request.Workspace);
                sum = g;
            }
        }
    }
}
