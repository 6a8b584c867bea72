using System.Numerics;
using Nagumo.Compute;

namespace Nagumo.Couplings;

/// <summary>Diffusion along a chain: between neighbours of one population, with open (zero-flux) ends.</summary>
/// <remarks>
/// Term: +½ D Σ (u_i − u_{i+1})² between activators, −½ D Σ (v_i − v_{i+1})² between inhibitors (minus: inhibitors ascend). Drive:
/// D (x_{i−1} + x_{i+1}); load: D times the number of neighbours. Contrast: ±Σ (m_i − m_{i+1})(d_i − d_{i+1}). D is one number. [DESIGN §1]
/// </remarks>
/// <param name="end">The field that diffuses.</param>
/// <param name="d">Initial value of D ≥ 0.</param>
/// <param name="name">Unique name; by default "end.chain".</param>
public sealed class ChainDiffusive(End end, double d, string? name = null) : Coupling(name ?? $"{end}.chain", end, end)
{
    /// <summary>Initial value of D.</summary>
    public double D { get; } =
        d >= 0 && double.IsFinite(d) ? d : throw new ArgumentOutOfRangeException(nameof(d), $"D = {d:R}: give a finite number ≥ 0.");

    /// <inheritdoc/>
    public override string Term => $"{(end.Field == "u" ? "+" : "-")}1/2 D sum ({end}_i - {end}_i+1)^2";

    internal override void Validate(IReadOnlyList<EndShape> ends)
    {
        if (ends[0].Clamped)
            throw new ArgumentException($"Chain coupling '{Name}' is inside a clamped population: it drives nothing.");
    }

    // One row, so that a split over rows gives the whole gradient to one thread.
    internal override IReadOnlyList<TensorSpec> Tensors(IReadOnlyList<EndShape> ends) => [new("D", 1, 1, Initial.Constant(D), Min: 0)];

    internal override BoundCoupling<T> Bind<T>(IReadOnlyList<EndShape> ends, IReadOnlyList<Tensor<T>> tensors) =>
        new Bound<T>(ends[0], tensors[0]);

    private sealed class Bound<T>(EndShape end, Tensor<T> d) : BoundCoupling<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public override bool HasLoads(int e) => true;

        /// <summary>End 0 meets the next neuron, end 1 the one before.</summary>
        public override void AddLoads(int e, Span<T> loads)
        {
            var met = e == 0 ? loads[..^1] : loads[1..];
            RowMath.Add(met, d.Values[0], met);
        }

        public override void Drive(
            int e,
            ReadOnlySpan<MatView<T>> fields,
            RightOperand<T>? packed,
            MatView<T> init,
            MatView<T> drive,
            int row0,
            int rows
        )
        {
            var x = fields[1 - e];
            for (int r = row0; r < row0 + rows; r++)
            {
                int other = e == 0 ? r + 1 : r - 1;
                if (other < 0 || other == x.Rows)
                {
                    if (init.IsEmpty)
                        drive.Row(r).Clear();
                    else
                        init.Row(r).CopyTo(drive.Row(r));
                }
                else if (init.IsEmpty)
                    RowMath.Scale(x.Row(other), d.Values[0], drive.Row(r));
                else
                    RowMath.AddScaled(x.Row(other), d.Values[0], init.Row(r), drive.Row(r));
            }
        }

        public override void Gradient(ReadOnlySpan<Contrast<T>> contrasts, T scale, int row0, int rows, GemmWorkspace<T> workspace)
        {
            var (m, p) = (contrasts[0].Mean, contrasts[0].Difference);
            T sum = T.Zero;
            for (int r = 0; r + 1 < m.Rows; r++)
            for (int l = 0; l < m.Cols; l++)
                sum += (m[r, l] - m[r + 1, l]) * (p[r, l] - p[r + 1, l]);
            d.Gradients[0] = (end.Inhibitor ? -scale : scale) * sum;
        }
    }
}
