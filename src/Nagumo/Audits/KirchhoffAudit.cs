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
    public static bool Applies(Network network) => network.Couplings.All(c => c.IsPassive) && network.Couplings.Any(c => c.Ends.Count > 1);

    private const double Bound = 1e-10;

    /// <summary>What is claimed.</summary>
    public IReadOnlyList<Claim> Claims =>
        [
            new(
                "Kirchhoff's current law at every node, from literal resistor currents",
                [Residual],
                $"< {Claim.Say(Bound)}",
                Residual < Bound
            ),
        ];

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
            {
                var branches = new Branches(subject, s, c, lane, net, meters[c]);
                subject.Network.Couplings[c].Stamp(branches);
                largest = Math.Max(largest, branches.Largest);
            }
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
    private sealed class Branches(AuditSubject subject, State<double> s, int coupling, int lane, double[][,] net, Meter meter) : ICircuit
    {
        private readonly EndPlace[] _ends = subject.Machine.Ends(coupling).ToArray();

        public double Largest { get; private set; }

        public IReadOnlyList<double[]> Parameters { get; } = subject.Machine.ParametersOf(coupling);

        public IReadOnlyList<double[]> Reverse => Parameters;

        public IReadOnlyList<EndShape> Ends { get; } = subject.Network.Shapes(subject.Network.Couplings[coupling]);

        /// <summary>From node i of a to node j of b behind an ideal element that shows ratio × its voltage, without loss: an inverter, a clamp's gain.</summary>
        public void Resistor(string label, int i, int j, double conductance, double ratio = 1)
        {
            var (a, b) = (_ends[0], _ends[1]);
            double current = conductance * (ratio * At(b, j) - At(a, i));
            Largest = Math.Max(Largest, Math.Abs(current));
            meter.Add(conductance, current, Ends[1].Clamped ? ratio : 1);
            net[a.Population][a.Field, a.First + i] += current;
            net[b.Population][b.Field, b.First + j] -= ratio * current;
        }

        public void Source(string label, int end, int i, double current) =>
            net[_ends[end].Population][_ends[end].Field, _ends[end].First + i] += current;

        public void Transconductor(string label, int end, int i, int j, double g) => throw Active(label);

        public void Product(string label, int i, int j, double forth, double back) => throw Active(label);

        public void Behaviour(
            string label,
            int end,
            int i,
            Expr current,
            params ReadOnlySpan<(Symbol Symbol, int End, int Neuron)> fields
        ) => throw Active(label);

        private double At(EndPlace end, int row) => s.X(end.Population, end.Field)[end.First + row, lane];

        private ArgumentException Active(string label) =>
            new($"Coupling '{subject.Network.Couplings[coupling].Name}' calls itself passive, and its element {label} is no resistor.");
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
                    return subject.Machine.NeuronParameter(p, symbol.Name, i);
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

        private double? _gain;

        public void Add(double conductance, double current, double ratio)
        {
            if (ratio != 1)
                _gain = Math.Abs(ratio);
            _least = Math.Min(_least, conductance);
            _largest = Math.Max(_largest, conductance);
            _sum += conductance;
            _power += conductance > 0 ? current * current / conductance : 0;
        }

        public Conductances? Read(Coupling coupling, int nodes, int samples) =>
            double.IsInfinity(_least) ? null : new(coupling.Name, _gain, _least, _largest, _sum / samples / nodes, _power / samples);
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
