using System.Numerics;
using Nagumo.Compute;

namespace Nagumo.Couplings;

/// <summary>Two resistors between every activator of a and of b: one to the neuron itself, one to its mirror image on the other rail.</summary>
/// <remarks>
/// Term: ½ Σ w⁺_ij (u_i − u_j)² + ½ Σ w⁻_ij (u_i + u_j)², w⁺, w⁻ ≥ 0: signed weights between relaxed neurons from passive resistors and ideal
/// inverters, which carry −u_j. Drives: (w⁺ − w⁻) u_b and its transpose; loads: the row and column sums of w⁺ + w⁻. Contrast:
/// (m_i ∓ m_j)(d_i ∓ d_j) as differences times means. Both are [size(a) × size(b)]. [Kendall et al. 2020, arXiv:2006.01981]
/// </remarks>
/// <param name="a">Rows.</param>
/// <param name="b">Columns.</param>
/// <param name="sd">The signed w⁺ − w⁻ starts uniform with this standard deviation; its positive part is w⁺, its negative part w⁻.</param>
/// <param name="name">Unique name; by default "b-a".</param>
public sealed class RailResistive(End a, End b, double sd, string? name = null) : Coupling("rail-resistive", name ?? $"{b}-{a}", a, b)
{
    /// <summary>Standard deviation of the signed start.</summary>
    public double Sd { get; } =
        sd >= 0 && double.IsFinite(sd) ? sd : throw new ArgumentOutOfRangeException(nameof(sd), $"sd = {sd:R}: give a finite number ≥ 0.");

    /// <inheritdoc/>
    public override string Term => $"+1/2 sum w+_ij ({a}_i - {b}_j)^2 + 1/2 sum w-_ij ({a}_i + {b}_j)^2";

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, double> Settings => new Dictionary<string, double> { ["sd"] = Sd };

    /// <inheritdoc/>
    public override bool IsPassive => true;

    /// <inheritdoc/>
    public override double Value(IReadOnlyList<EndShape> ends, IReadOnlyList<double[]> x, IReadOnlyList<double[]> parameters) =>
        new[] { 1, -1 }.Sum(sign =>
            Matrices.Sum(x[0].Length, x[1].Length, parameters[sign > 0 ? 0 : 1], (i, j, w) => w * Math.Pow(x[0][i] - sign * x[1][j], 2) / 2)
        );

    /// <inheritdoc/>
    public override double Norm(IReadOnlyList<double[]> x, IReadOnlyList<double[]> parameters) =>
        (Ends[0] == Ends[1] ? 2 : 1)
        * Matrices.Bound(x[0].Length, x[1].Length, [.. parameters[0].Zip(parameters[1], (plus, minus) => plus - minus)]);

    /// <inheritdoc/>
    public override void Stamp(ICircuit circuit)
    {
        foreach (var (tensor, ratio, letter) in new[] { (0, 1, 'p'), (1, -1, 'n') })
            Matrices.Each(
                circuit.Ends[0].Size,
                circuit.Ends[1].Size,
                circuit.Parameters[tensor],
                (i, j, w) => circuit.Resistor($"{i}_{j}{letter}", i, j, w, ratio)
            );
    }

    /// <inheritdoc/>
    public override void Validate(IReadOnlyList<EndShape> ends)
    {
        if (ends[0].Inhibitor || ends[1].Inhibitor || ends[0].Clamped || ends[1].Clamped)
            throw new ArgumentException(
                $"Rail-resistive coupling '{Name}' joins the activators of relaxed populations; for clamped inputs use a differential-resistive one."
            );
    }

    /// <inheritdoc/>
    public override IReadOnlyList<TensorSpec> Tensors(IReadOnlyList<EndShape> ends) =>
        [
            new("w+", [ends[0].Size, ends[1].Size], Initial.Part(+1, Sd), Min: 0, Decays: true, Start: Initial.Bound(Sd)),
            new("w-", [ends[0].Size, ends[1].Size], Initial.Part(-1, Sd), Min: 0, Decays: true, Start: Initial.Bound(Sd)),
        ];

    /// <inheritdoc/>
    public override BoundCoupling<T> Bind<T>(IReadOnlyList<EndShape> ends, IReadOnlyList<Tensor<T>> tensors) =>
        new Bound<T>(tensors[0], tensors[1]);

    private sealed class Bound<T>(Tensor<T> plus, Tensor<T> minus) : BoundDense<T>(plus.Rows, plus.Cols, [1, 1])
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        private readonly Buffer<T> _signed = new((long)plus.Rows * plus.Cols);

        public override void Dispose()
        {
            base.Dispose();
            _signed.Dispose();
        }

        public override unsafe void Load(int part, int parts)
        {
            var signed = new MatView<T>(_signed.Pointer, plus.Rows, plus.Cols, plus.Cols);
            // A part packs rows for one end and columns for the other, and parts run at once: each computes all that it reads; where two
            // overlap they write the same numbers.
            var (row0, rows) = Shares.Of(plus.Rows, part, parts, Gemm.RowBlock<T>());
            var (col0, cols) = Shares.Of(plus.Cols, part, parts, Gemm.RowBlock<T>());
            for (int r = 0; r < plus.Rows; r++)
            {
                var (from, count) = r >= row0 && r < row0 + rows ? (0, plus.Cols) : (col0, cols);
                RowMath.AddScaled(
                    minus.Value.Row(r).Slice(from, count),
                    -T.One,
                    plus.Value.Row(r).Slice(from, count),
                    signed.Row(r).Slice(from, count)
                );
            }
            Product.Load(signed, part, parts);
        }

        public override bool HasLoads(int end) => true;

        public override void AddLoads(int end, Span<T> loads)
        {
            foreach (var w in (ReadOnlySpan<Tensor<T>>)[plus, minus])
                for (int r = 0; r < w.Rows; r++)
                    if (end == 0)
                        loads[r] += LaneSum.Of<T>(w.Value.Row(r));
                    else
                        RowMath.AddScaled(w.Value.Row(r), T.One, loads, loads);
        }

        public override void Gradient(in GradientRequest<T> request)
        {
            var (row0, rows) = request.Share(plus.Rows);
            MatView<T> rise = plus.Gradient.Slice(row0, rows, 0, plus.Cols),
                fall = minus.Gradient.Slice(row0, rows, 0, minus.Cols);
            // The products have opposite signs in the two resistors, the squares the same.
            ResistorContrast.Products(request, -request.Scale, rise, row0, rows);
            for (int i = 0; i < rows; i++)
                RowMath.Scale(rise.Row(i), -T.One, fall.Row(i));
            ResistorContrast.AddSquares(request, request.Scale, rise, row0, rows);
            ResistorContrast.AddSquares(request, request.Scale, fall, row0, rows);
        }
    }
}
