using Nagumo.Relaxation;

namespace Nagumo.Circuits;

/// <summary>Where both runs start.</summary>
public enum VerifyFrom
{
    /// <summary>From the same flat state with the same noise: the circuit settles by itself.</summary>
    Start,

    /// <summary>The circuit from our rest state: does it stay?</summary>
    Rest,
}

/// <summary>One field of one neuron in both runs, in the model's units.</summary>
/// <param name="Population">Name of the population.</param>
/// <param name="Neuron">Index.</param>
/// <param name="Field">"u" or an inhibitor's name.</param>
/// <param name="Ours">Our rest state.</param>
/// <param name="Circuit">The circuit's.</param>
public sealed record FieldComparison(string Population, int Neuron, string Field, double Ours, double Circuit)
{
    /// <summary>|ours − the circuit's|.</summary>
    public double Error => Math.Abs(Ours - Circuit);
}

/// <summary>A settled circuit against our rest state, node by node.</summary>
/// <param name="Title">What was verified.</param>
/// <param name="Fields">Every field of every neuron.</param>
/// <param name="Ours">What our own run reached.</param>
/// <param name="Circuit">What ngspice reached.</param>
/// <param name="FullScaleVolts">From peak to valley, 2 Vs: what errors are measured by.</param>
public sealed record Verification(
    string Title,
    IReadOnlyList<FieldComparison> Fields,
    RelaxationReport Ours,
    Settled Circuit,
    double FullScaleVolts
)
{
    /// <summary>An error of this part of full scale is allowed at every node.</summary>
    public const double Tolerance = 1e-6;

    /// <summary>The largest error of any field, as a part of full scale, which is 2 in the model's units.</summary>
    public double LargestError => Fields.Max(f => double.IsNaN(f.Error) ? double.PositiveInfinity : f.Error) / 2;

    /// <summary>The field with the largest error.</summary>
    public FieldComparison Worst => Fields.MaxBy(f => f.Error)!;

    /// <summary>Whether both are at rest and agree at every node.</summary>
    public bool Agrees => Ours.Converged && Circuit.IsSettled && LargestError <= Tolerance;

    /// <summary>Verifies a network's circuit.</summary>
    /// <param name="network">The network; its present state is the start, its circuit's rest state at the end.</param>
    /// <param name="circuit">How it is built.</param>
    /// <param name="from">Where the circuit starts.</param>
    /// <param name="settle">When it is settled.</param>
    /// <param name="ngspice">The simulator.</param>
    /// <exception cref="NgspiceException">ngspice is absent or fails.</exception>
    public static Verification Of(
        CircuitNetwork network,
        CircuitOptions? circuit = null,
        VerifyFrom from = VerifyFrom.Start,
        SettleOptions? settle = null,
        Ngspice? ngspice = null
    )
    {
        circuit ??= new();
        double[] start = network.Fields();
        var report = network.Relax();
        double[] ours = network.Fields();
        network.SetFields(from == VerifyFrom.Start ? start : ours);
        var settled = Settled.Of(network, circuit, settle ?? new(), ngspice ?? Ngspice.Default);
        double[] theirs = network.Fields();
        var vector = new FieldVector<double>(network.Machine, network.State);
        var fields = new List<FieldComparison>();
        foreach (var (p, f, rows) in vector.Parts)
            for (int i = 0; i < rows; i++)
                fields.Add(
                    new(
                        network.Network.Populations[p].Name,
                        i,
                        network.Network.Populations[p].Neuron!.Fields[f].Name,
                        ours[fields.Count],
                        theirs[fields.Count]
                    )
                );
        return new(network.Title, fields, report, settled, circuit.Units.FullScale);
    }
}
