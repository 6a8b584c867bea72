using Nagumo.Compute;
using Nagumo.Couplings;
using Nagumo.Networks;
using Nagumo.Symbolics;

namespace Nagumo.Audits;

/// <summary>Kirchhoff's current law at every node of a resistive network, from the literal current of every resistor.</summary>
/// <remarks>
/// Σ_j g_ij (u_j − u_i) + bias − s ∂h/∂u = 0 at every activator, and s ∂h/∂v = 0 at every inhibitor, g diffusing ones included. Plain loops over
/// conductances and the neuron's formula: nothing of the library's drives, loads or kernels.
/// </remarks>
/// <param name="Residual">Largest |sum of currents|.</param>
/// <param name="LargestCurrent">Largest current of a single branch, for scale.</param>
/// <param name="Conductances">What each coupling's resistors are: to build them.</param>
public sealed record KirchhoffAudit(double Residual, double LargestCurrent, IReadOnlyList<Conductances> Conductances)
{
    /// <summary>Whether the network has passive couplings only: resistors, pairs of resistors, diffusion, bias currents.</summary>
    public static bool Applies(Network network) =>
        network.Couplings.All(c => IsResistive(c) || c is Diffusive or ChainDiffusive or Bias) && network.Couplings.Any(IsResistive);

    private static bool IsResistive(Coupling coupling) => coupling is Resistive or DifferentialResistive or RailResistive;

    /// <summary>Runs the audit at the free rest states of all samples.</summary>
    /// <exception cref="ArgumentException">A coupling that is not passive.</exception>
    public static KirchhoffAudit Run(AuditSubject subject)
    {
        if (!Applies(subject.Network))
            throw new ArgumentException("Kirchhoff's law is audited in networks of resistive, diffusive and bias couplings only.");
        using var s = subject.Present(subject.Samples, l => l, out var images);
        using var _ = images;
        subject.Rest(s);
        double residual = 0,
            largest = 0;
        var meters = subject.Network.Couplings.Select(_ => new Meter()).ToArray();
        for (int lane = 0; lane < subject.Samples; lane++)
        {
            var net = subject.Network.Populations.Select(p => new double[p.Fields, p.Size]).ToArray();
            for (int c = 0; c < subject.Network.Couplings.Count; c++)
                Branches(subject, s, c, lane, net, meters[c], ref largest);
            foreach (int p in subject.Machine.Relaxed)
                residual = Math.Max(residual, Nodes(subject, s, p, lane, net[p]));
        }
        var conductances = subject
            .Network.Couplings.Select((c, i) => meters[i].Read(c, subject.Network.Shapes(c)[0].Size, subject.Samples))
            .OfType<Conductances>()
            .ToArray();
        return new(residual, largest, conductances);
    }

    /// <summary>Adds the currents of every branch of a coupling to the nodes at its ends.</summary>
    private static void Branches(
        AuditSubject subject,
        State<double> s,
        int coupling,
        int lane,
        double[][,] net,
        Meter meter,
        ref double largest
    )
    {
        var definition = subject.Network.Couplings[coupling];
        var ends = subject.Machine.Ends(coupling);
        int first = subject.Machine.TensorsOf(coupling).First;
        var tensors = subject.Machine.Parameters;
        var a = ends[0];
        var b = ends.Length > 1 ? ends[1] : a;
        double At((int Population, int Field) end, int row) => s.X(end.Population, end.Field)[row, lane];
        switch (definition)
        {
            case Bias:
                for (int i = 0; i < tensors[first].Rows; i++)
                    net[a.Population][a.Field, i] += tensors[first].Value[i, 0];
                return;
            case Resistive:
                for (int i = 0; i < tensors[first].Rows; i++)
                for (int j = 0; j < tensors[first].Cols; j++)
                    Branch(tensors[first].Value[i, j], i, j, 1, ref largest);
                return;
            case Diffusive:
                for (int i = 0; i < tensors[first].Rows; i++)
                    Branch(tensors[first].Value[i, 0], i, i, 1, ref largest);
                return;
            case ChainDiffusive:
                for (int i = 1; i < subject.Network.Populations[a.Population].Size; i++)
                    Branch(tensors[first].Value[0, 0], i - 1, i, 1, ref largest);
                return;
            case RailResistive:
                for (int i = 0; i < tensors[first].Rows; i++)
                for (int j = 0; j < tensors[first].Cols; j++)
                {
                    // One resistor to the neuron, one behind an ideal inverter, which shows −u_j and returns the current reversed.
                    Branch(tensors[first].Value[i, j], i, j, 1, ref largest);
                    Branch(tensors[first + 1].Value[i, j], i, j, -1, ref largest);
                }
                return;
            case DifferentialResistive d:
                for (int i = 0; i < tensors[first].Rows; i++)
                for (int j = 0; j < tensors[first].Cols; j++)
                {
                    // Two resistors g = w/V to clamps at +V x and −V x.
                    Branch(tensors[first].Value[i, j] / d.Gain, i, j, d.Gain, ref largest);
                    Branch(tensors[first + 1].Value[i, j] / d.Gain, i, j, -d.Gain, ref largest);
                }
                return;
        }

        // A resistor from node i of a to node j of b behind an ideal element that shows ratio × its voltage, without loss.
        void Branch(double conductance, int i, int j, double ratio, ref double largest)
        {
            double current = conductance * (ratio * At(b, j) - At(a, i));
            largest = Math.Max(largest, Math.Abs(current));
            meter.Add(conductance, current);
            net[a.Population][a.Field, i] += current;
            net[b.Population][b.Field, j] -= ratio * current;
        }
    }

    /// <summary>Largest unbalanced current of a population's nodes: the branches' currents and the neuron's own.</summary>
    private static double Nodes(AuditSubject subject, State<double> s, int p, int lane, double[,] net)
    {
        var population = subject.Network.Populations[p];
        var neuron = population.Neuron!;
        double worst = 0;
        for (int f = 0; f < population.Fields; f++)
        {
            var force = neuron.H.Derive(neuron.Fields[f]);
            for (int i = 0; i < population.Size; i++)
            {
                double Value(Symbol symbol)
                {
                    for (int g = 0; g < population.Fields; g++)
                        if (neuron.Fields[g] == symbol)
                            return s.X(p, g)[i, lane];
                    if (subject.Machine.Site(p).Trained.TryGetValue(symbol.Name, out var tensor))
                        return tensor.Values[tensor.Rows > 1 ? i : 0];
                    var values = population.Parameters[symbol.Name];
                    return values[values.Length > 1 ? i : 0];
                }
                double own = population.Scale * force.Evaluate(Value),
                    // The activator's branch takes current out of the node; an inhibitor's force rises with what flows in.
                    balance = f == 0 ? net[f, i] - own : net[f, i] + own;
                if (f == 0 && neuron.Box is { } box)
                {
                    double u = s.X(p, 0)[i, lane];
                    balance = (u <= box.Low && balance < 0) || (u >= box.High && balance > 0) ? 0 : balance;
                }
                worst = Math.Max(worst, Math.Abs(balance));
            }
        }
        return worst;
    }

    /// <summary>Collects the resistors of one coupling over lanes.</summary>
    private sealed class Meter
    {
        private double _least = double.PositiveInfinity,
            _largest,
            _sum,
            _power;

        public void Add(double conductance, double current)
        {
            _least = Math.Min(_least, conductance);
            _largest = Math.Max(_largest, conductance);
            _sum += conductance;
            _power += conductance > 0 ? current * current / conductance : 0;
        }

        public Conductances? Read(Coupling coupling, int nodes, int samples) =>
            double.IsInfinity(_least)
                ? null
                : new(coupling.Name, (coupling as DifferentialResistive)?.Gain, _least, _largest, _sum / samples / nodes, _power / samples);
    }
}

/// <summary>The resistors of one coupling, in units of the neurons' own conductances.</summary>
/// <param name="Coupling">Name of the coupling.</param>
/// <param name="Gain">Input gain V of a differential pair; null for other couplings.</param>
/// <param name="Least">Smallest conductance; 0 is an open circuit.</param>
/// <param name="Largest">Largest conductance.</param>
/// <param name="Load">Mean over driven nodes of the sum of their conductances.</param>
/// <param name="Power">Mean over samples of Σ g (u_i − u_j)² at rest.</param>
public sealed record Conductances(string Coupling, double? Gain, double Least, double Largest, double Load, double Power);
