// A coupling of one's own, outside the library: term, kernels and circuit in one class; configurations, training, checks and netlists follow.
//   dotnet run examples/MyCoupling.cs
// Expected: test error 6.8 %. Seconds after the first build.
#:property PublishAot=false
#:project ../src/Nagumo/Nagumo.csproj
using System.Numerics;
using Nagumo.Audits;
using Nagumo.Circuits;
using Nagumo.Compute;
using Nagumo.Couplings;
using Nagumo.Data;
using Nagumo.Learning;
using Nagumo.Networks;
using Nagumo.Neurons;
using Nagumo.Symbolics;

CouplingKinds.Register("cubic-resistor", ["b", "g"], s => new CubicResistor(s.A, s.B, s["g"], s.Name));

var experiment = Experiment.FromJson(
    """
    {
      "network": {
        "populations": [
          { "name": "x", "size": 784 },
          { "name": "h1", "size": 64, "neuron": "fitzhugh-nagumo" },
          { "name": "h2", "size": 64, "neuron": "fitzhugh-nagumo" },
          { "name": "out", "size": 10, "neuron": "linear" }
        ],
        "couplings": [
          { "kind": "bilinear", "a": "h1", "b": "x", "sd": 0.04 },
          { "kind": "bias", "a": "h1", "value": 0.875 },
          { "kind": "cubic-resistor", "a": "h2", "b": "h1", "g": 0.05 },
          { "kind": "bias", "a": "h2", "value": 0.875 },
          { "kind": "bilinear", "a": "out", "b": "h1", "sd": 0.03 },
          { "kind": "bilinear", "a": "out", "b": "h2", "sd": 0.03 },
          { "kind": "bias", "a": "out" }
        ]
      },
      "readout": { "population": "out", "kappa": 5 }, "epochs": 3, "batch": 32, "optimizer": { "rate": 2e-3 }
    }
    """
);
var data = await DataSets.LoadAsync("mnist-mini");
using (var subject = new AuditSubject(experiment, data.Train, [0, 1, 2]))
{
    var check = GradientAudit.Run(subject);
    Console.WriteLine($"gradient check: cosine {check.Cosine("centred"):f6}, against finite differences {check.FiniteDifference:g2}");
}
using var trainer = new Trainer(experiment, data, threads: 1);
for (int epoch = 1; epoch <= experiment.Epochs; epoch++)
    Console.WriteLine($"epoch {epoch}: loss {trainer.TrainEpoch().TrainLoss:f3}");
Console.WriteLine($"test error {trainer.Test().ErrorPercent:f1} %");

var fhn = new FitzHughNagumo();
using var cells = CircuitNetwork.Of(
    new Network([new("a", fhn, 2), new("b", fhn, 2)], [new CubicResistor("a", "b", 0.5, null), new Bias("a", 1)])
);
if (Ngspice.Default.IsAvailable())
    Console.WriteLine($"ngspice rests {Verification.Of(cells).LargestError:g2} of full scale from the library");

/// <summary>A resistor between a_i and b_i whose current grows with the cube of the voltage.</summary>
sealed class CubicResistor(End a, End b, double g, string? name) : Coupling("cubic-resistor", name, a, b)
{
    public override string Term => $"+1/4 sum g_i ({a}_i - {b}_i)^4";
    public override IReadOnlyDictionary<string, double> Settings => new Dictionary<string, double> { ["g"] = g };

    public override IReadOnlyList<TensorSpec> Tensors(IReadOnlyList<EndShape> ends) =>
        [new("g", [ends[0].Size], (_, x) => x.Fill(g), Min: 0)];

    public override void Validate(IReadOnlyList<EndShape> ends)
    {
        if (ends[0].Size != ends[1].Size || ends.Any(e => e.Inhibitor || e.Clamped))
            throw new ArgumentException($"Cubic resistors '{Name}' join the activators of two relaxed populations of equal size.");
    }

    public override double Value(IReadOnlyList<EndShape> ends, IReadOnlyList<double[]> x, IReadOnlyList<double[]> parameters) =>
        parameters[0].Select((k, i) => k * Math.Pow(x[0][i] - x[1][i], 4) / 4).Sum();

    public override void Stamp(ICircuit circuit)
    {
        var (here, there, k) = (new Symbol("here"), new Symbol("there"), circuit.Parameters[0]);
        for (int end = 0; end < 2; end++)
        for (int i = 0; i < circuit.Ends[0].Size; i++)
            circuit.Behaviour($"{i}", end, i, k[i] * Functions.Pow(there - here, 3), (here, end, i), (there, 1 - end, i));
    }

    public override BoundCoupling<T> Bind<T>(IReadOnlyList<EndShape> ends, IReadOnlyList<Tensor<T>> tensors) => new Bound<T>(tensors[0]);

    sealed class Bound<T>(Tensor<T> g) : BoundCoupling<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public override bool IsQuadratic => false;

        public override void Drive(in DriveRequest<T> at) => Each(at, (d, _) => -d * d * d);

        public override void Change(in DriveRequest<T> at) => Each(at, (e, d) => -e * ((d + d + d) * (d + e) + e * e));

        public override void Tangent(in DriveRequest<T> at) => Each(at, (e, d) => -(d + d + d) * d * e);

        void Each(in DriveRequest<T> at, Func<T, T, T> f)
        {
            static T Apart(ReadOnlySpan<MatView<T>> x, int end, int r, int l) => x.IsEmpty ? T.Zero : x[end][r, l] - x[1 - end][r, l];
            for (int r = at.Row0; r < at.Row0 + at.Rows; r++)
            for (int l = 0; l < at.Drive.Cols; l++)
                at.Add(r, l, g.Values[r] * f(Apart(at.Fields, at.End, r, l), Apart(at.At, at.End, r, l)));
        }

        public override void Gradient(in GradientRequest<T> at)
        {
            var ((first, count), a, b, half) = (at.Share(g.Rows), at.Ends[0], at.Ends[1], at.DeltaBeta / T.CreateChecked(2));
            g.Gradients.Slice(first, count).Clear();
            for (int r = first; r < first + count; r++)
            for (int l = 0; l < a.Mean.Cols; l++)
            {
                // ¼ (d₊⁴ − d₋⁴)/δβ for the differences d = m ± ½ δβ c of the two phases.
                var (m, c) = (a.Mean[r, l] - b.Mean[r, l], a.Difference[r, l] - b.Difference[r, l]);
                g.Gradients[r] += at.Scale * m * c * (m * m + half * half * c * c);
            }
        }
    }
}
