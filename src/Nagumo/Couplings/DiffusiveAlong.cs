using System.Numerics;
using Nagumo.Compute;
using Nagumo.Kernels;

namespace Nagumo.Couplings;

/// <summary>What diffusion along an axis finds at its ends.</summary>
public enum Boundary
{
    /// <summary>Nothing: no flux leaves.</summary>
    Free,

    /// <summary>A neighbour held at 0 beyond each end.</summary>
    Fixed,

    /// <summary>The other end.</summary>
    Periodic,
}

/// <summary>Diffusion along one axis of a population: between neighbours of a row of cells, of a sheet, of layers in depth.</summary>
/// <remarks>
/// Term: +½ D Σ (u_i − u_{i+1})² between activators, −½ D Σ (v_i − v_{i+1})² between inhibitors (minus: inhibitors ascend), i along the axis,
/// summed over all others; a fixed end adds ±½ D x² there. Drive: D (x_{i−1} + x_{i+1}); load: D times the number of neighbours. Contrast:
/// ±Σ (m_i − m_{i+1})(d_i − d_{i+1}). D is one number, shared along all axes. [DESIGN §1]
/// </remarks>
/// <param name="end">The field that diffuses.</param>
/// <param name="d">Initial value of D ≥ 0.</param>
/// <param name="axis">The axis, 0 the first.</param>
/// <param name="boundary">What it finds at the axis' ends.</param>
/// <param name="name">Unique name; by default "end.D".</param>
public sealed class DiffusiveAlong(End end, double d, int axis = 0, Boundary boundary = Boundary.Free, string? name = null)
    : Coupling("diffusive-along", name ?? $"{end}.D", end, end)
{
    private const string AtEnds = "ends";

    /// <summary>Initial value of D.</summary>
    public double D { get; } =
        d >= 0 && double.IsFinite(d) ? d : throw new ArgumentOutOfRangeException(nameof(d), $"D = {d:R}: give a finite number ≥ 0.");

    /// <summary>The axis along which it diffuses.</summary>
    public int Axis { get; } =
        axis >= 0 ? axis : throw new ArgumentOutOfRangeException(nameof(axis), $"axis = {axis}: give 0 for the first axis, or more.");

    /// <summary>What it finds at the axis' ends.</summary>
    public Boundary Boundary => boundary;

    /// <inheritdoc/>
    public override string Term => $"{(Ends[0].Field == "u" ? "+" : "-")}1/2 D sum ({Ends[0]}_i - {Ends[0]}_i+1)^2";

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, double> Settings => new Dictionary<string, double> { ["d"] = D, ["axis"] = Axis };

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, string> Words =>
        boundary == Boundary.Free
            ? base.Words
            : new Dictionary<string, string> { [AtEnds] = boundary == Boundary.Fixed ? "fixed" : "periodic" };

    /// <summary>Of a configuration.</summary>
    internal static DiffusiveAlong Of(CouplingSettings s) =>
        new(
            s.A,
            s["d"],
            s.Get("axis", 0) is var axis && axis == Math.Truncate(axis)
                ? (int)axis
                : throw new ArgumentException($"Coupling of '{s.A}': axis = {axis:R}; give a whole number."),
            s.Word(AtEnds, "free") switch
            {
                "free" => Boundary.Free,
                "fixed" => Boundary.Fixed,
                "periodic" => Boundary.Periodic,
                var other => throw new ArgumentException(
                    $"Coupling of '{s.A}': ends = '{other}'.{Nearest.Hint(other, ["free", "fixed", "periodic"])}"
                ),
            },
            s.Name
        );

    /// <inheritdoc/>
    public override bool IsPassive => boundary != Boundary.Fixed;

    /// <inheritdoc/>
    public override int Reach(IReadOnlyList<EndShape> ends) =>
        boundary == Boundary.Periodic ? int.MaxValue : new Line(ends[0].Shape, Axis, boundary).Stride;

    /// <inheritdoc/>
    public override double Value(IReadOnlyList<EndShape> ends, IReadOnlyList<double[]> x, IReadOnlyList<double[]> parameters)
    {
        var line = new Line(ends[0].Shape, Axis, boundary);
        double sum = 0;
        for (int i = 0; i < x[0].Length; i++)
        {
            int next = line.Neighbour(i, 0);
            if (next >= 0)
                sum += Math.Pow(x[0][i] - x[1][next], 2);
            for (int e = 0; e < 2 && line.IsHeld; e++)
                if (line.Neighbour(i, e) < 0)
                    sum += x[e][i] * x[e][i];
        }
        return (Ends[0].Field == "u" ? 0.5 : -0.5) * parameters[0][0] * sum;
    }

    /// <inheritdoc/>
    public override double Norm(IReadOnlyList<double[]> x, IReadOnlyList<double[]> parameters) => 2 * Math.Abs(parameters[0][0]);

    /// <inheritdoc/>
    public override void Stamp(ICircuit circuit)
    {
        var line = new Line(circuit.Ends[0].Shape, Axis, boundary);
        double g = circuit.Parameters[0][0];
        for (int i = 0; i < circuit.Ends[0].Size; i++)
        {
            if (line.Neighbour(i, 0) is >= 0 and var next)
                circuit.Resistor($"{i}", i, next, g);
            // A neighbour at the circuit's middle is a current that the neuron itself controls.
            for (int e = 0; e < 2 && line.IsHeld; e++)
                if (line.Neighbour(i, e) < 0)
                    circuit.Transconductor($"{i}_held", e, i, i, -g);
        }
    }

    /// <inheritdoc/>
    public override void Validate(IReadOnlyList<EndShape> ends)
    {
        if (ends[0].Clamped)
            throw new ArgumentException($"Coupling '{Name}' is inside a clamped population: it drives nothing.");
        if (Axis >= ends[0].Shape.Count)
            throw new ArgumentException(
                $"Coupling '{Name}' acts along axis {Axis}; '{Ends[0]}' has the shape {ends[0].Shape}, whose last axis is {ends[0].Shape.Count - 1}."
            );
    }

    /// <inheritdoc/>
    public override IReadOnlyList<TensorSpec> Tensors(IReadOnlyList<EndShape> ends) =>
        [new("D", [1], Initial.Constant(D), Min: 0, Start: D)];

    /// <inheritdoc/>
    public override BoundCoupling<T> Bind<T>(IReadOnlyList<EndShape> ends, IReadOnlyList<Tensor<T>> tensors) =>
        new Bound<T>(ends[0], new(ends[0].Shape, Axis, boundary), tensors[0]);

    /// <summary>Neighbours along an axis: end 0 meets the next, end 1 the one before.</summary>
    private readonly struct Line(Shape shape, int axis, Boundary boundary)
    {
        private readonly int _length = shape[axis];

        public int Stride { get; } = shape.Stride(axis);

        public bool IsHeld => boundary == Boundary.Fixed;

        /// <summary>−1 beyond an end.</summary>
        public int Neighbour(int i, int end)
        {
            int place = i / Stride % _length,
                to = end == 0 ? place + 1 : place - 1;
            if (to < 0 || to == _length)
            {
                if (boundary != Boundary.Periodic)
                    return -1;
                to = to < 0 ? _length - 1 : 0;
            }
            return i + (to - place) * Stride;
        }
    }

    private sealed class Bound<T>(EndShape end, Line line, Tensor<T> d) : BoundCoupling<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public override bool HasLoads(int e) => true;

        public override void AddLoads(int e, Span<T> loads)
        {
            for (int i = 0; i < loads.Length; i++)
                if (line.IsHeld || line.Neighbour(i, e) >= 0)
                    loads[i] += d.Values[0];
        }

        public override void Drive(in DriveRequest<T> request)
        {
            var (drive, init, x) = (request.Drive, request.Init, request.Fields[1 - request.End]);
            for (int r = request.Row0; r < request.Row0 + request.Rows; r++)
            {
                int other = line.Neighbour(r, request.End);
                if (other < 0)
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

        /// <summary>One number, so one part's affair.</summary>
        public override void Gradient(in GradientRequest<T> request)
        {
            if (request.Share(1).Count == 0)
                return;
            var (m, p) = (request.Ends[0].Mean, request.Ends[0].Difference);
            T sum = T.Zero;
            for (int r = 0; r < m.Rows; r++)
            {
                Span<T> mean = m.Row(r),
                    change = p.Row(r);
                if (line.Neighbour(r, 0) is >= 0 and var next)
                {
                    Span<T> nextMean = m.Row(next),
                        nextChange = p.Row(next);
                    for (int l = 0; l < mean.Length; l++)
                        sum += (mean[l] - nextMean[l]) * (change[l] - nextChange[l]);
                }
                for (int e = 0; e < 2 && line.IsHeld; e++)
                for (int l = 0; l < mean.Length && line.Neighbour(r, e) < 0; l++)
                    sum += mean[l] * change[l];
            }
            d.Gradients[0] = (end.Inhibitor ? -request.Scale : request.Scale) * sum;
        }
    }
}
