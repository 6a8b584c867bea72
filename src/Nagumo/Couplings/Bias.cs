using System.Numerics;
using Nagumo.Compute;

namespace Nagumo.Couplings;

/// <summary>A constant current into every activator of a population.</summary>
/// <remarks>Term: −bᵀu. Drive: b. Contrast: −Σ_lanes d. [DESIGN §1]</remarks>
/// <param name="population">The population, or a slice of it, "layer[0]".</param>
/// <param name="value">Mean of the initial currents.</param>
/// <param name="name">Unique name; by default "population.bias".</param>
/// <param name="sd">Standard deviation of the initial currents, uniform, ≥ 0; 0 starts them all at their mean.</param>
public sealed class Bias(string population, double value = 0, string? name = null, double sd = 0)
    : Coupling("bias", name ?? population + ".bias", (End)population)
{
    /// <summary>Mean of the initial values.</summary>
    public double Current { get; } =
        double.IsFinite(value) ? value : throw new ArgumentOutOfRangeException(nameof(value), $"bias = {value:R}: give a finite number.");

    /// <summary>Standard deviation of the initial values.</summary>
    public double Sd { get; } =
        sd >= 0 && double.IsFinite(sd) ? sd : throw new ArgumentOutOfRangeException(nameof(sd), $"sd = {sd:R}: give a finite number ≥ 0.");

    /// <inheritdoc/>
    public override string Term => $"-b^T {Ends[0]}";

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, double> Settings => new Dictionary<string, double> { ["value"] = Current, ["sd"] = Sd };

    /// <inheritdoc/>
    public override bool IsPassive => true;

    /// <inheritdoc/>
    public override int Reach(IReadOnlyList<EndShape> ends) => 0;

    /// <inheritdoc/>
    public override double Value(IReadOnlyList<EndShape> ends, IReadOnlyList<double[]> x, IReadOnlyList<double[]> parameters) =>
        -x[0].Zip(parameters[0], (u, b) => b * u).Sum();

    /// <inheritdoc/>
    public override double Norm(IReadOnlyList<double[]> x, IReadOnlyList<double[]> parameters) => 0;

    /// <inheritdoc/>
    public override void Stamp(ICircuit circuit)
    {
        for (int i = 0; i < circuit.Ends[0].Size; i++)
            circuit.Source($"{i}", 0, i, circuit.Parameters[0][i]);
    }

    /// <inheritdoc/>
    public override IReadOnlyList<TensorSpec> Tensors(IReadOnlyList<EndShape> ends) =>
        [new("b", [ends[0].Size], Initial.Between(Current - Initial.Bound(Sd), Current + Initial.Bound(Sd)))];

    /// <inheritdoc/>
    public override BoundCoupling<T> Bind<T>(IReadOnlyList<EndShape> ends, IReadOnlyList<Tensor<T>> tensors) => new Bound<T>(tensors[0]);

    private sealed class Bound<T>(Tensor<T> b) : BoundCoupling<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public override void Drive(in DriveRequest<T> request)
        {
            for (int r = request.Row0; r < request.Row0 + request.Rows; r++)
            {
                var target = request.Drive.Row(r);
                if (request.Init.IsEmpty)
                    target.Fill(b.Values[r]);
                else
                    RowMath.Add(request.Init.Row(r), b.Values[r], target);
            }
        }

        public override void Gradient(in GradientRequest<T> request)
        {
            var d = request.Ends[0].Difference;
            var (row0, rows) = request.Share(d.Rows);
            for (int r = row0; r < row0 + rows; r++)
                b.Gradients[r] = -request.Scale * LaneSum.Of<T>(d.Row(r));
        }
    }
}
