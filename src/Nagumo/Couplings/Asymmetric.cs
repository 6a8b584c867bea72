using System.Numerics;
using Nagumo.Compute;

namespace Nagumo.Couplings;

/// <summary>Dense coupling between activators with other weights forth than back: no term of any potential.</summary>
/// <remarks>
/// Flow: +W u_b into a, +Vᵀ u_a into b; W and V are [size(a) × size(b)]. Where V = W it is the bilinear coupling; otherwise the network is not
/// its own adjoint, EqProp's gradient is biased, and estimator.correction removes the bias. Gradient at the free state m with the contrast
/// d: ∂C/∂W = −d_a m_bᵀ, ∂C/∂V = −m_a d_bᵀ. [Scellier et al. 2018, arXiv:1808.04873; Scurria et al. 2026, arXiv:2602.03670]
/// </remarks>
/// <param name="a">Rows of W and V.</param>
/// <param name="b">Columns; neither end may be clamped, or there is no way back.</param>
/// <param name="sd">Standard deviation of the uniform initial values, ≥ 0.</param>
/// <param name="correlation">Correlation of W and V at the start, −1 to 1; 1 starts symmetric.</param>
/// <param name="name">Unique name; by default "b-a".</param>
public sealed class Asymmetric(End a, End b, double sd, double correlation = 0, string? name = null) : Coupling(name ?? $"{b}-{a}", a, b)
{
    /// <summary>Standard deviation of the initial values.</summary>
    public double Sd { get; } =
        sd >= 0 && double.IsFinite(sd) ? sd : throw new ArgumentOutOfRangeException(nameof(sd), $"sd = {sd:R}: give a finite number ≥ 0.");

    /// <summary>Correlation of the initial weights forth and back.</summary>
    public double Correlation { get; } =
        Math.Abs(correlation) <= 1
            ? correlation
            : throw new ArgumentOutOfRangeException(nameof(correlation), $"correlation = {correlation:R}: give a number from −1 to 1.");

    /// <inheritdoc/>
    public override string Term => $"no term; flow: +W {b} into {a}, +V^T {a} into {b}";

    internal override void Validate(IReadOnlyList<EndShape> ends)
    {
        if (ends.Any(e => e.Clamped))
            throw new ArgumentException(
                $"Coupling '{Name}': an asymmetric coupling needs two relaxed ends; towards a clamped one use 'bilinear'."
            );
        if (ends.Any(e => e.Inhibitor))
            throw new ArgumentException($"Coupling '{Name}': an asymmetric coupling joins activators only.");
    }

    internal override IReadOnlyList<TensorSpec> Tensors(IReadOnlyList<EndShape> ends) =>
        [
            new("W", ends[0].Size, ends[1].Size, Initial.Uniform(Sd), Decays: true),
            new(
                "V",
                ends[0].Size,
                ends[1].Size,
                (rng, values) =>
                {
                    var own = new double[values.Length];
                    // The same stream gives W again; another one the part of V that does not know it.
                    Initial.Uniform(Sd)(rng, values);
                    Initial.Uniform(Sd)(rng.Split("back"), own);
                    for (int i = 0; i < own.Length; i++)
                        values[i] = Correlation * values[i] + Math.Sqrt(1 - Correlation * Correlation) * own[i];
                },
                Decays: true
            ),
        ];

    internal override BoundCoupling<T> Bind<T>(IReadOnlyList<EndShape> ends, IReadOnlyList<Tensor<T>> tensors) =>
        new Bound<T>(ends, tensors[0], tensors[1]);

    private sealed class Bound<T>(IReadOnlyList<EndShape> ends, Tensor<T> w, Tensor<T> v)
        : BoundDense<T>(ends[0].Size, ends[1].Size, [1, 1])
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        private readonly DenseProduct<T> _adjoint = new(ends[0].Size, ends[1].Size, [1, 1]);

        public override bool IsReciprocal => false;

        public override void Dispose()
        {
            base.Dispose();
            _adjoint.Dispose();
        }

        public override void Load(int part, int parts)
        {
            Product.Load(w.Value, v.Value, part, parts);
            _adjoint.Load(v.Value, w.Value, part, parts);
        }

        public override void AdjointDrive(
            int end,
            ReadOnlySpan<MatView<T>> fields,
            RightOperand<T>? packed,
            MatView<T> init,
            MatView<T> drive,
            int row0,
            int rows
        ) => _adjoint.Drive(end, fields[1 - end], packed, init, drive, row0, rows);

        public override void Gradient(ReadOnlySpan<Contrast<T>> ends, T scale, int row0, int rows, GemmWorkspace<T> workspace)
        {
            Outer(ends[0].Difference, ends[1].Mean, w.Gradient.Slice(row0, rows, 0, w.Cols));
            Outer(ends[0].Mean, ends[1].Difference, v.Gradient.Slice(row0, rows, 0, v.Cols));

            void Outer(MatView<T> x, MatView<T> y, MatView<T> into) =>
                Gemm.Multiply(x.Slice(row0, rows, 0, x.Cols), y.Transposed, default, into, -scale, workspace);
        }
    }
}
