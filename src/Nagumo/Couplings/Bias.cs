using System.Numerics;
using Nagumo.Compute;

namespace Nagumo.Couplings;

/// <summary>A constant current into every activator of a population.</summary>
/// <remarks>Term: −bᵀu. Drive: b. Contrast: −Σ_lanes d. [DESIGN §1]</remarks>
/// <param name="population">The population.</param>
/// <param name="value">Initial value of every current.</param>
/// <param name="name">Unique name; by default "population.bias".</param>
public sealed class Bias(string population, double value = 0, string? name = null)
    : Coupling(name ?? population + ".bias", new End(population))
{
    /// <summary>Initial value.</summary>
    public double Value { get; } =
        double.IsFinite(value) ? value : throw new ArgumentOutOfRangeException(nameof(value), $"bias = {value:R}: give a finite number.");

    /// <inheritdoc/>
    public override string Term => $"-b^T {Ends[0]}";

    internal override IReadOnlyList<TensorSpec> Tensors(IReadOnlyList<EndShape> ends) =>
        [new("b", ends[0].Size, 1, Initial.Constant(Value))];

    internal override BoundCoupling<T> Bind<T>(IReadOnlyList<EndShape> ends, IReadOnlyList<Tensor<T>> tensors) => new Bound<T>(tensors[0]);

    private sealed class Bound<T>(Tensor<T> b) : BoundCoupling<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
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
            for (int r = row0; r < row0 + rows; r++)
            {
                var target = drive.Row(r);
                if (init.IsEmpty)
                    target.Fill(b.Values[r]);
                else
                    RowMath.Add(init.Row(r), b.Values[r], target);
            }
        }

        public override void Gradient(ReadOnlySpan<Contrast<T>> ends, T scale, int row0, int rows, GemmWorkspace<T> workspace)
        {
            var d = ends[0].Difference;
            for (int r = row0; r < row0 + rows; r++)
                b.Gradients[r] = -scale * LaneSum.Of<T>(d.Row(r));
        }
    }
}
