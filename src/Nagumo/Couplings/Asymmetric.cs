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
public sealed class Asymmetric(End a, End b, double sd, double correlation = 0, string? name = null)
    : Coupling("asymmetric", name ?? $"{b}-{a}", a, b)
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

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, double> Settings =>
        new Dictionary<string, double> { ["sd"] = Sd, ["correlation"] = Correlation };

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">Always: there is no term.</exception>
    public override double Value(IReadOnlyList<EndShape> ends, IReadOnlyList<double[]> x, IReadOnlyList<double[]> parameters) =>
        throw new InvalidOperationException($"Coupling '{Name}' has other weights forth than back: no term of any potential.");

    /// <inheritdoc/>
    public override double Norm(IReadOnlyList<double[]> x, IReadOnlyList<double[]> parameters)
    {
        double Of(int tensor) => Matrices.Bound(x[0].Length, x[1].Length, parameters[tensor]);
        return Ends[0] == Ends[1] ? Of(0) + Of(1) : Math.Max(Of(0), Of(1));
    }

    /// <inheritdoc/>
    public override void Stamp(ICircuit circuit)
    {
        int rows = circuit.Ends[0].Size,
            cols = circuit.Ends[1].Size;
        Matrices.Each(rows, cols, circuit.Parameters[0], (i, j, w) => circuit.Transconductor($"{i}_{j}", 0, i, j, w));
        Matrices.Each(rows, cols, circuit.Parameters[1], (i, j, v) => circuit.Transconductor($"{i}_{j}", 1, j, i, v));
    }

    /// <inheritdoc/>
    public override void Validate(IReadOnlyList<EndShape> ends)
    {
        if (ends.Any(e => e.Clamped))
            throw new ArgumentException(
                $"Coupling '{Name}': an asymmetric coupling needs two relaxed ends; towards a clamped one use 'bilinear'."
            );
        if (ends.Any(e => e.Inhibitor))
            throw new ArgumentException($"Coupling '{Name}': an asymmetric coupling joins activators only.");
    }

    /// <inheritdoc/>
    public override IReadOnlyList<TensorSpec> Tensors(IReadOnlyList<EndShape> ends) =>
        [
            new("W", [ends[0].Size, ends[1].Size], Initial.Uniform(Sd), Decays: true, Start: Initial.Bound(Sd)),
            new(
                "V",
                [ends[0].Size, ends[1].Size],
                (rng, values) =>
                {
                    var own = new double[values.Length];
                    // The same stream gives W again; another one the part of V that does not know it.
                    Initial.Uniform(Sd)(rng, values);
                    Initial.Uniform(Sd)(rng.Split("back"), own);
                    for (int i = 0; i < own.Length; i++)
                        values[i] = Correlation * values[i] + Math.Sqrt(1 - Correlation * Correlation) * own[i];
                },
                Decays: true,
                Start: Initial.Bound(Sd)
            ),
        ];

    /// <inheritdoc/>
    public override BoundCoupling<T> Bind<T>(IReadOnlyList<EndShape> ends, IReadOnlyList<Tensor<T>> tensors) =>
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

        public override void Drive(in DriveRequest<T> request)
        {
            if (request.Adjoint)
                _adjoint.Drive(request);
            else
                base.Drive(request);
        }

        public override void Gradient(in GradientRequest<T> request)
        {
            var (row0, rows) = request.Share(w.Rows);
            var (a, b) = (request.Ends[0], request.Ends[1]);
            Outer(a.Difference, b.Mean, w.Gradient, request);
            Outer(a.Mean, b.Difference, v.Gradient, request);

            void Outer(MatView<T> x, MatView<T> y, MatView<T> into, in GradientRequest<T> request)
            {
                if (rows > 0)
                    Gemm.Multiply(
                        x.Slice(row0, rows, 0, x.Cols),
                        y.Transposed,
                        default,
                        into.Slice(row0, rows, 0, into.Cols),
                        -request.Scale,
                        request.Workspace
                    );
            }
        }
    }
}
