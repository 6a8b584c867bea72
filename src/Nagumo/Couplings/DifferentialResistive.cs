using System.Numerics;
using Nagumo.Compute;

namespace Nagumo.Couplings;

/// <summary>Two resistors from every clamped input x_j, driven as the pair +V x_j and −V x_j, to every activator of a.</summary>
/// <remarks>
/// Term: ½ Σ g⁺_ij (u_i − V x_j)² + ½ Σ g⁻_ij (u_i + V x_j)², g⁺, g⁻ ≥ 0: signed weights from passive parts. Drive: (w⁺ − w⁻) x; load:
/// Σ_j (w⁺ + w⁻)_ij / V. The parameters are w = V g [size(a) × size(x)], so that learning rates do not depend on the gain.
/// Contrast: (Σ m_i d_i)/V ∓ Σ d_i x_j: one product serves both resistors. [DESIGN §1]
/// </remarks>
/// <param name="a">The driven activators.</param>
/// <param name="input">A clamped population.</param>
/// <param name="gain">Input gain V &gt; 0.</param>
/// <param name="sd">The signed w⁺ − w⁻ starts uniform with this standard deviation; its positive part is w⁺, its negative part w⁻.</param>
/// <param name="mean">Mean of that signed start.</param>
/// <param name="name">Unique name; by default "input-a".</param>
public sealed class DifferentialResistive(End a, End input, double gain, double sd, double mean = 0, string? name = null)
    : Coupling("differential-resistive", name ?? $"{input}-{a}", a, input)
{
    /// <summary>Input gain V.</summary>
    public double Gain { get; } =
        gain > 0 && double.IsFinite(gain)
            ? gain
            : throw new ArgumentOutOfRangeException(nameof(gain), $"gain = {gain:R}: give a finite number > 0.");

    /// <summary>Standard deviation of the signed start.</summary>
    public double Sd { get; } =
        sd >= 0 && double.IsFinite(sd) ? sd : throw new ArgumentOutOfRangeException(nameof(sd), $"sd = {sd:R}: give a finite number ≥ 0.");

    /// <summary>Mean of the signed start.</summary>
    public double Mean { get; } =
        double.IsFinite(mean) ? mean : throw new ArgumentOutOfRangeException(nameof(mean), $"mean = {mean:R}: give a finite number.");

    /// <inheritdoc/>
    public override string Term => $"+1/2 sum w+_ij/V ({a}_i - V {input}_j)^2 + 1/2 sum w-_ij/V ({a}_i + V {input}_j)^2";

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, double> Settings =>
        new Dictionary<string, double>
        {
            ["gain"] = Gain,
            ["sd"] = Sd,
            ["mean"] = Mean,
        };

    /// <inheritdoc/>
    public override bool IsPassive => true;

    /// <inheritdoc/>
    public override double Value(IReadOnlyList<EndShape> ends, IReadOnlyList<double[]> x, IReadOnlyList<double[]> parameters) =>
        new[] { 1, -1 }.Sum(sign =>
            Matrices.Sum(
                x[0].Length,
                x[1].Length,
                parameters[sign > 0 ? 0 : 1],
                (i, j, w) => w / Gain * Math.Pow(x[0][i] - sign * Gain * x[1][j], 2) / 2
            )
        );

    /// <inheritdoc/>
    public override double Norm(IReadOnlyList<double[]> x, IReadOnlyList<double[]> parameters) =>
        Matrices.Bound(x[0].Length, x[1].Length, [.. parameters[0].Zip(parameters[1], (plus, minus) => plus - minus)]);

    /// <inheritdoc/>
    public override void Stamp(ICircuit circuit)
    {
        foreach (var (tensor, ratio, letter) in new[] { (0, Gain, 'p'), (1, -Gain, 'n') })
            Matrices.Each(
                circuit.Ends[0].Size,
                circuit.Ends[1].Size,
                circuit.Parameters[tensor],
                (i, j, w) => circuit.Resistor($"{i}_{j}{letter}", i, j, w / Gain, ratio)
            );
    }

    /// <inheritdoc/>
    public override void Validate(IReadOnlyList<EndShape> ends)
    {
        if (!ends[1].Clamped || ends[0].Clamped || ends[0].Inhibitor)
            throw new ArgumentException(
                $"Differential resistive coupling '{Name}' joins activators to a clamped population, in this order."
            );
    }

    /// <inheritdoc/>
    public override IReadOnlyList<TensorSpec> Tensors(IReadOnlyList<EndShape> ends) =>
        [
            new("w+", [ends[0].Size, ends[1].Size], Initial.Part(+1, Sd, Mean), Min: 0, Decays: true, Start: Start),
            new("w-", [ends[0].Size, ends[1].Size], Initial.Part(-1, Sd, Mean), Min: 0, Decays: true, Start: Start),
        ];

    private double Start => Math.Abs(Mean) + Initial.Bound(Sd);

    /// <inheritdoc/>
    public override BoundCoupling<T> Bind<T>(IReadOnlyList<EndShape> ends, IReadOnlyList<Tensor<T>> tensors) =>
        new Bound<T>(tensors[0], tensors[1], T.CreateChecked(Gain));

    private sealed class Bound<T>(Tensor<T> plus, Tensor<T> minus, T gain) : BoundDense<T>(plus.Rows, plus.Cols, [1, 0])
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
            var (row0, rows) = Shares.Of(plus.Rows, part, parts, Gemm.RowBlock<T>());
            for (int i = row0 * plus.Cols; i < (row0 + rows) * plus.Cols; i += plus.Cols)
                RowMath.AddScaled(
                    minus.Values.Slice(i, plus.Cols),
                    -T.One,
                    plus.Values.Slice(i, plus.Cols),
                    _signed.Span.Slice(i, plus.Cols)
                );
            Product.Load(new MatView<T>(_signed.Pointer, plus.Rows, plus.Cols, plus.Cols), part, parts);
        }

        public override bool HasLoads(int end) => end == 0;

        public override void AddLoads(int end, Span<T> loads)
        {
            for (int r = 0; r < plus.Rows; r++)
                loads[r] += (LaneSum.Of<T>(plus.Value.Row(r)) + LaneSum.Of<T>(minus.Value.Row(r))) / gain;
        }

        public override void Gradient(in GradientRequest<T> request)
        {
            var (row0, rows) = request.Share(plus.Rows);
            var a = request.Ends[0];
            ResistorContrast.Products(request, -request.Scale, plus.Gradient.Slice(row0, rows, 0, plus.Cols), row0, rows);
            for (int i = row0; i < row0 + rows; i++)
            {
                // The product has opposite signs in the two resistors, the square m_i d_i the same.
                T square = request.Scale * LaneSum.Dot<T>(a.Mean.Row(i), a.Difference.Row(i)) / gain;
                RowMath.Scale(plus.Gradient.Row(i), -T.One, minus.Gradient.Row(i));
                RowMath.Add(plus.Gradient.Row(i), square, plus.Gradient.Row(i));
                RowMath.Add(minus.Gradient.Row(i), square, minus.Gradient.Row(i));
            }
        }
    }
}
