using System.Numerics;
using Nagumo.Compute;

namespace Nagumo.Couplings;

/// <summary>A resistor of conductance g_ij ≥ 0 between every activator of a and every activator of b.</summary>
/// <remarks>
/// Term: +½ Σ g_ij (u_i − u_j)². Drives: g u_b and gᵀ u_a; loads: the row and column sums of g.
/// Contrast: (m_i − m_j)(d_i − d_j), as differences times means so that float32 does not cancel:
/// Σ m_i d_i (row sums) − d_a m_bᵀ − m_a d_bᵀ + Σ m_j d_j (column sums). g is [size(a) × size(b)]. [DESIGN §1]
/// </remarks>
/// <param name="a">Rows of g.</param>
/// <param name="b">Columns of g.</param>
/// <param name="low">Initial conductances are uniform in [low, high).</param>
/// <param name="high">See <paramref name="low"/>.</param>
/// <param name="name">Unique name; by default "b-a".</param>
public sealed class Resistive(End a, End b, double low, double high, string? name = null) : Coupling("resistive", name ?? $"{b}-{a}", a, b)
{
    /// <summary>Initial conductances are uniform in [Low, High).</summary>
    public (double Low, double High) Range { get; } =
        low >= 0 && high >= low && double.IsFinite(high)
            ? (low, high)
            : throw new ArgumentOutOfRangeException(nameof(low), $"conductances in [{low:R}, {high:R}]: give 0 ≤ low ≤ high.");

    /// <inheritdoc/>
    public override string Term => $"+1/2 sum g_ij ({a}_i - {b}_j)^2";

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, double> Settings =>
        new Dictionary<string, double> { ["low"] = Range.Low, ["high"] = Range.High };

    /// <inheritdoc/>
    public override bool IsPassive => true;

    /// <inheritdoc/>
    public override double Value(IReadOnlyList<EndShape> ends, IReadOnlyList<double[]> x, IReadOnlyList<double[]> parameters) =>
        Matrices.Sum(x[0].Length, x[1].Length, parameters[0], (i, j, g) => g * Math.Pow(x[0][i] - x[1][j], 2) / 2);

    /// <inheritdoc/>
    public override double Norm(IReadOnlyList<double[]> x, IReadOnlyList<double[]> parameters) =>
        (Ends[0] == Ends[1] ? 2 : 1) * Matrices.Bound(x[0].Length, x[1].Length, parameters[0]);

    /// <inheritdoc/>
    public override void Stamp(ICircuit circuit) =>
        Matrices.Each(
            circuit.Ends[0].Size,
            circuit.Ends[1].Size,
            circuit.Parameters[0],
            (i, j, g) => circuit.Resistor($"{i}_{j}", i, j, g)
        );

    /// <inheritdoc/>
    public override void Validate(IReadOnlyList<EndShape> ends)
    {
        if (ends[0].Inhibitor || ends[1].Inhibitor)
            throw new ArgumentException($"Resistive coupling '{Name}' must join activators; use a diffusive coupling between inhibitors.");
    }

    /// <inheritdoc/>
    public override IReadOnlyList<TensorSpec> Tensors(IReadOnlyList<EndShape> ends) =>
        [new("g", [ends[0].Size, ends[1].Size], Initial.Between(Range.Low, Range.High), Min: 0, Decays: true, Start: Range.High)];

    /// <inheritdoc/>
    public override BoundCoupling<T> Bind<T>(IReadOnlyList<EndShape> ends, IReadOnlyList<Tensor<T>> tensors) =>
        new Bound<T>(ends, tensors[0]);

    private sealed class Bound<T>(IReadOnlyList<EndShape> ends, Tensor<T> g)
        : BoundDense<T>(g.Rows, g.Cols, [ends[0].Clamped ? 0 : 1, ends[1].Clamped ? 0 : 1])
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public override void Load(int part, int parts) => Product.Load(g.Value, part, parts);

        public override bool HasLoads(int end) => true;

        public override void AddLoads(int end, Span<T> loads)
        {
            for (int r = 0; r < g.Rows; r++)
            {
                var row = g.Value.Row(r);
                if (end == 0)
                    loads[r] += LaneSum.Of<T>(row);
                else
                    RowMath.AddScaled(row, T.One, loads, loads);
            }
        }

        public override void Gradient(in GradientRequest<T> request)
        {
            var (row0, rows) = request.Share(g.Rows);
            var gradient = g.Gradient.Slice(row0, rows, 0, g.Cols);
            ResistorContrast.Products(request, -request.Scale, gradient, row0, rows);
            ResistorContrast.AddSquares(request, request.Scale, gradient, row0, rows);
        }
    }
}
