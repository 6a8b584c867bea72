using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using CsCheck;
using Nagumo.Circuits;
using Nagumo.Compute;
using Nagumo.Couplings;
using Nagumo.Networks;
using Nagumo.Neurons;

namespace Nagumo.Tests.Circuits;

/// <summary>Networks of random names, neurons and couplings: the exported file, run as it is, prints our rest state.</summary>
public sealed class RandomNetlistTests
{
    private static readonly string[] PopulationNames =
    [
        "v",
        "V",
        "α",
        "β",
        "alpha",
        "0",
        "gnd",
        "GND",
        "out",
        "OUT",
        "n.1",
        "n_1",
        "n-1",
        "a b",
        "A_b",
        "it's",
        "say \"x\"",
        "mid",
        "mirror",
        "ref",
        "ref_1",
        "h",
        "h_0",
        "h_0_v",
        "x",
        "time",
        "temper",
        "hertz",
        "tunnel_diode",
        "V(1)",
        "{p}",
        "$",
        ";c",
        "*",
        "+",
        "k0_0",
        "nudge_h",
        "é",
        "日本",
        "averyveryveryverylongnameofapopulation1",
        "averyveryveryverylongnameofapopulation2",
    ];

    private static readonly string[] InhibitorNames =
    [
        "v",
        "V",
        "w",
        "α",
        "β",
        "alpha",
        "v_0",
        "v_1",
        "m",
        "w_m",
        "mid",
        "time",
        "c",
        "C",
        "g",
        "i0",
        "q",
        "I",
        "π",
    ];

    [Fact]
    public void A_few_random_networks_print_our_rest_state() => Check(4);

    [Fact, Trait("speed", "slow")]
    public void Many_random_networks_print_our_rest_state() => Check(150);

    private static void Check(int iterations)
    {
        var ngspice = Reference.Ngspice();
        string folder = Directory.CreateTempSubdirectory("nagumo-test-").FullName;
        try
        {
            Gen.ULong.ForAll(s => Prints(s, ngspice, Path.Combine(folder, $"{s}.cir")), iter: iterations);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static void Prints(ulong seed, Ngspice ngspice, string file)
    {
        var rng = new Rng(seed);
        int Below(int n) => (int)(rng.NextUInt64() % (ulong)n);
        using var network = Network(Below);
        network.Start(0.2, seed % 1000);
        double[] start = network.Fields();
        Assert.True(network.Relax().Converged);
        double[] rest = network.Fields();
        network.SetFields(start);
        var options = new CircuitOptions(
            Units.Of(Below(2) == 0 ? TunnelDiode.Like1N3716 : TunnelDiode.LowPower),
            Below(2) == 0 ? Weights.Transconductors : Weights.Rails,
            Below(2) == 0 ? InhibitorBranch.Auto : InhibitorBranch.Gyrator,
            Below(2) == 0 ? Inputs.Sources : Inputs.Currents
        );
        var circuit = network.Build(options);
        string[] names = [.. circuit.Elements.Select(e => e.FullName.ToLowerInvariant())];
        Assert.Equal(names.Length, names.Distinct().Count());
        string netlist = circuit.Export(Transient.SettlingCourse(400));
        Assert.Equal(netlist, network.Build(options).Export(Transient.SettlingCourse(400)));
        File.WriteAllText(file, netlist);
        string said = Run(ngspice, file);
        // ngspice prints seven digits.
        for (int i = 0; i < rest.Length; i++)
        {
            var p = circuit.Probes[i];
            var found = Regex.Match(said, $@"(?m)^{Regex.Escape(p.Label)} *= +(\S+)");
            Assert.True(found.Success, $"seed {seed}: {p.Label} is not printed: {said}");
            double x = p.ToModel(double.Parse(found.Groups[1].Value, CultureInfo.InvariantCulture));
            double ours = rest[Array.IndexOf(Order(network), (p.Population, p.Field, p.Neuron))];
            Assert.True(Math.Abs(x - ours) < 1e-5, $"seed {seed}: {p.Label} is {x:R}, ours {ours:R}\n{netlist}");
        }
    }

    private static (int, int, int)[] Order(CircuitNetwork network) =>
        [
            .. new Nagumo.Relaxation.FieldVector<double>(network.Machine, network.State).Parts.SelectMany(part =>
                Enumerable.Range(0, part.Rows).Select(i => (part.Population, part.Field, i))
            ),
        ];

    /// <summary>Weak couplings between neurons of one rest state each, so that there is one to compare with.</summary>
    private static CircuitNetwork Network(Func<int, int> below)
    {
        var names = PopulationNames.ToList();
        string Name()
        {
            string name = names[below(names.Count)];
            names.Remove(name);
            return name;
        }
        double input = 0.3 * below(5) - 0.6;
        var populations = new List<Population> { Population.Clamped(Name(), 2) };
        for (int p = 1 + below(3); p >= 0; p--)
            populations.Add(new(Name(), Neuron(below), 1 + below(3), below(2) == 0 ? 1 : 0.5));
        var couplings = new List<Coupling>();
        for (int p = 1; p < populations.Count; p++)
        {
            string a = populations[p].Name,
                b = populations[below(p)].Name;
            bool clamped = b == populations[0].Name;
            couplings.Add(
                below(clamped ? 3 : 4) switch
                {
                    0 => new Bilinear(new(a), new(b), 0.05, $"c{p}"),
                    1 => new Resistive(new(a), new(b), 0.01, 0.1, $"c{p}"),
                    2 when clamped => new DifferentialResistive(new(a), new(b), 4, 0.05, name: $"c{p}"),
                    _ => new RailResistive(new(a), new(b), 0.05, $"c{p}"),
                }
            );
            couplings.Add(new Bias(a, 0.2 * below(5) - 0.4, $"b{p}"));
            if (populations[p].Neuron!.Inhibitors is [var v, ..] && below(2) == 0)
                couplings.Add(new Bilinear(new(a, v.Name), new(b), 0.03, $"i{p}"));
            if (populations[p].Size > 1 && below(2) == 0)
                couplings.Add(new DiffusiveAlong(new(a), 0.1, name: $"d{p}"));
        }
        return CircuitNetwork.Of(new(populations, couplings), [input, -input], (ulong)below(1000));
    }

    private static Neuron Neuron(Func<int, int> below)
    {
        if (below(3) == 0)
            return new FitzHughNagumo(gamma: 0.5 + 0.1 * below(4), tau: 0.2 + 0.1 * below(4));
        if (below(4) == 0)
            return new LogCoshNeuron();
        var inhibitors = InhibitorNames.ToList();
        var terms = new List<string>
        {
            below(2) == 0 ? "u^4/12 + 0.2*u^2"
            : below(2) == 0 ? "0.6*u^2 + 0.3*logcosh(u)"
            : "0.4*u^2",
        };
        var taus = new Dictionary<string, double>();
        for (int n = below(3); n >= 0; n--)
        {
            string v = inhibitors[below(inhibitors.Count)];
            inhibitors.Remove(v);
            taus[v] = 0.2 + 0.1 * below(3);
            terms.Add(below(3) == 0 ? $"0.3*u*{v} - {v}^2/2 - {v}^4/40" : $"0.4*u*{v} - 0.6*{v}^2 + 0.1*{v}");
        }
        return new TextNeuron(string.Join(" + ", terms), new Dictionary<string, double>(), taus);
    }

    /// <summary>What ngspice says to a file, run as a user would.</summary>
    private static string Run(Ngspice ngspice, string file)
    {
        using var process = Process.Start(
            new ProcessStartInfo(ngspice.Executable, ["-b", file]) { RedirectStandardOutput = true, RedirectStandardError = true }
        )!;
        var error = process.StandardError.ReadToEndAsync();
        string said = process.StandardOutput.ReadToEnd() + error.Result;
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, said);
        return said;
    }
}
