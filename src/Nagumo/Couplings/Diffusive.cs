using System.Numerics;
using Nagumo.Compute;

namespace Nagumo.Couplings;

/// <summary>Diffusion between equal layers, neuron by neuron.</summary>
/// <remarks>
/// Term: +½ Σ D_i (u_i − u'_i)² between activators, −½ Σ D_i (v_i − v'_i)² between inhibitors (minus: inhibitors ascend).
/// Drive: D_i x'_i; load: D_i. Contrast: ±(m_i − m'_i)(d_i − d'_i). [DESIGN §1]
/// </remarks>
/// <param name="a">One field.</param>
/// <param name="b">The other field: of equal size, both activators or both inhibitors.</param>
/// <param name="d">Initial value of every D ≥ 0.</param>
/// <param name="name">Unique name; by default "a-b.D".</param>
public sealed class Diffusive(End a, End b, double d, string? name = null) : Coupling("diffusive", name ?? $"{a}-{b}.D", a, b)
{
    /// <summary>Initial value of D.</summary>
    public double D { get; } =
        d >= 0 && double.IsFinite(d) ? d : throw new ArgumentOutOfRangeException(nameof(d), $"D = {d:R}: give a finite number ≥ 0.");

    /// <inheritdoc/>
    public override string Term => $"{(a.Field == "u" ? "+" : "-")}1/2 sum D_i ({a}_i - {b}_i)^2";

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, double> Settings => new Dictionary<string, double> { ["d"] = D };

    /// <inheritdoc/>
    public override bool IsPassive => true;

    /// <inheritdoc/>
    public override double Value(IReadOnlyList<EndShape> ends, IReadOnlyList<double[]> x, IReadOnlyList<double[]> parameters) =>
        (Ends[0].Field == "u" ? 0.5 : -0.5) * parameters[0].Select((d, i) => d * Math.Pow(x[0][i] - x[1][i], 2)).Sum();

    /// <inheritdoc/>
    public override double Norm(IReadOnlyList<double[]> x, IReadOnlyList<double[]> parameters) =>
        (Ends[0] == Ends[1] ? 2 : 1) * parameters[0].Max(Math.Abs);

    /// <inheritdoc/>
    public override void Stamp(ICircuit circuit)
    {
        for (int i = 0; i < circuit.Ends[0].Size; i++)
            circuit.Resistor($"{i}", i, i, circuit.Parameters[0][i]);
    }

    /// <inheritdoc/>
    public override void Validate(IReadOnlyList<EndShape> ends)
    {
        if (ends[0].Size != ends[1].Size)
            throw new ArgumentException(
                $"Diffusive coupling '{Name}' joins {ends[0].Size} neurons with {ends[1].Size}: the sizes must be equal."
            );
        if (ends[0].Inhibitor != ends[1].Inhibitor)
            throw new ArgumentException($"Diffusive coupling '{Name}' joins an activator with an inhibitor: use two fields of one kind.");
    }

    /// <inheritdoc/>
    public override IReadOnlyList<TensorSpec> Tensors(IReadOnlyList<EndShape> ends) =>
        [new("D", [ends[0].Size], Initial.Constant(D), Min: 0, Start: D)];

    /// <inheritdoc/>
    public override BoundCoupling<T> Bind<T>(IReadOnlyList<EndShape> ends, IReadOnlyList<Tensor<T>> tensors) =>
        new Bound<T>(ends, tensors[0]);

    private sealed class Bound<T>(IReadOnlyList<EndShape> ends, Tensor<T> d) : BoundCoupling<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public override bool HasLoads(int end) => true;

        public override void AddLoads(int end, Span<T> loads) => RowMath.AddScaled(d.Values, T.One, loads, loads);

        public override void Drive(in DriveRequest<T> request)
        {
            var (drive, init, other) = (request.Drive, request.Init, request.Fields[1 - request.End]);
            for (int r = request.Row0; r < request.Row0 + request.Rows; r++)
                if (other.ColStride != 1)
                    // Clamped images lie sample by sample, rails repeat one column; their drive is computed once per batch.
                    for (int l = 0; l < drive.Cols; l++)
                        drive[r, l] = d.Values[r] * other[r, l] + (init.IsEmpty ? T.Zero : init[r, l]);
                else if (init.IsEmpty)
                    RowMath.Scale(other.Row(r), d.Values[r], drive.Row(r));
                else
                    RowMath.AddScaled(other.Row(r), d.Values[r], init.Row(r), drive.Row(r));
        }

        public override void Gradient(in GradientRequest<T> request)
        {
            T sign = ends[0].Inhibitor ? -request.Scale : request.Scale;
            var (m, n) = (request.Ends[0].Mean, request.Ends[1].Mean);
            var (p, q) = (request.Ends[0].Difference, request.Ends[1].Difference);
            var (row0, rows) = request.Share(m.Rows);
            for (int r = row0; r < row0 + rows; r++)
            {
                T sum = T.Zero;
                for (int l = 0; l < m.Cols; l++)
                    sum += (m[r, l] - n[r, l]) * ((p.IsEmpty ? T.Zero : p[r, l]) - (q.IsEmpty ? T.Zero : q[r, l]));
                d.Gradients[r] = sign * sum;
            }
        }
    }
}
