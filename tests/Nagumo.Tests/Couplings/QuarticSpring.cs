using System.Numerics;
using Nagumo.Compute;
using Nagumo.Couplings;
using Nagumo.Symbolics;

namespace Nagumo.Tests.Couplings;

/// <summary>A coupling beyond quadratic that the library does not have: +¼ Σ g_i (a_i − b_i)⁴, with a load that its drive gives back.</summary>
/// <remarks>It holds the contract's nonlinear half: a drive that reads its own end, its changes, derivatives and contrasts.</remarks>
internal sealed class QuarticSpring(End a, End b, double g, string? name = null) : Coupling("quartic-test", name, a, b)
{
    private const double Given = 0.25;

    public static void Register() => CouplingKinds.Register("quartic-test", ["b", "g"], s => new QuarticSpring(s.A, s.B, s["g"], s.Name));

    public override string Term => $"+1/4 sum g_i ({a}_i - {b}_i)^4";

    public override IReadOnlyDictionary<string, double> Settings => new Dictionary<string, double> { ["g"] = g };

    public override void Validate(IReadOnlyList<EndShape> ends)
    {
        if (ends[0].Size != ends[1].Size || ends.Any(e => e.Inhibitor) || Ends[0] == Ends[1])
            throw new ArgumentException($"Coupling '{Name}' joins the activators of two populations of equal size.");
    }

    public override IReadOnlyList<TensorSpec> Tensors(IReadOnlyList<EndShape> ends) =>
        [new("g", [ends[0].Size], (_, values) => values.Fill(g), Min: 0, Start: g)];

    public override double Value(IReadOnlyList<EndShape> ends, IReadOnlyList<double[]> x, IReadOnlyList<double[]> parameters) =>
        parameters[0].Select((k, i) => k * Math.Pow(x[0][i] - x[1][i], 4) / 4).Sum();

    public override BoundCoupling<T> Bind<T>(IReadOnlyList<EndShape> ends, IReadOnlyList<Tensor<T>> tensors) => new Bound<T>(tensors[0]);

    public override void Stamp(ICircuit circuit)
    {
        Symbol here = new("here"),
            there = new("there");
        for (int e = 0; e < 2; e++)
        for (int i = 0; i < circuit.Ends[0].Size && !circuit.Ends[e].Clamped; i++)
            circuit.Behaviour($"{i}", e, i, circuit.Parameters[0][i] * Functions.Pow(there - here, 3), (here, e, i), (there, 1 - e, i));
    }

    private sealed class Bound<T>(Tensor<T> g) : BoundCoupling<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        private static readonly T Extra = T.CreateChecked(Given),
            Three = T.CreateChecked(3),
            Quarter = T.CreateChecked(0.25);

        public override bool IsQuadratic => false;

        public override bool HasLoads(int end) => true;

        public override void AddLoads(int end, Span<T> loads)
        {
            foreach (ref T load in loads)
                load += Extra;
        }

        public override void Drive(in DriveRequest<T> at) => Each(at, (g, d, here, _, _) => Extra * here - g * d * d * d);

        public override void Change(in DriveRequest<T> at) =>
            Each(at, (g, e, here, d, _) => Extra * here - g * e * (Three * d * (d + e) + e * e));

        public override void Tangent(in DriveRequest<T> at) => Each(at, (g, e, here, d, _) => Extra * here - Three * g * d * d * e);

        /// <summary>Adds a function of g, of the asked fields' difference and own field, and of the same of the state that a change starts from.</summary>
        private void Each(in DriveRequest<T> at, Func<T, T, T, T, T, T> f)
        {
            static T X(MatView<T> field, int r, int l) => field.IsEmpty ? T.Zero : field[r, l];
            for (int r = at.Row0; r < at.Row0 + at.Rows; r++)
            for (int l = 0; l < at.Drive.Cols; l++)
            {
                T here = X(at.Fields[at.End], r, l),
                    from = at.At.IsEmpty ? T.Zero : X(at.At[at.End], r, l),
                    apart = at.At.IsEmpty ? T.Zero : from - X(at.At[1 - at.End], r, l);
                at.Add(r, l, f(g.Values[r], here - X(at.Fields[1 - at.End], r, l), here, apart, from));
            }
        }

        /// <summary>¼ (d₊⁴ − d₋⁴)/δβ of the differences d: with mean m and scaled change c of d, m c (m² + (δβ c)²/4).</summary>
        public override void Gradient(in GradientRequest<T> at)
        {
            var (a, b) = (at.Ends[0], at.Ends[1]);
            var (first, count) = at.Share(g.Rows);
            for (int r = first; r < first + count; r++)
            {
                T sum = T.Zero;
                for (int l = 0; l < a.Mean.Cols; l++)
                {
                    T m = a.Mean[r, l] - b.Mean[r, l],
                        c = (a.Difference.IsEmpty ? T.Zero : a.Difference[r, l]) - (b.Difference.IsEmpty ? T.Zero : b.Difference[r, l]),
                        step = at.DeltaBeta * c;
                    sum += m * c * (m * m + step * step * Quarter);
                }
                g.Gradients[r] = at.Scale * sum;
            }
        }
    }
}
