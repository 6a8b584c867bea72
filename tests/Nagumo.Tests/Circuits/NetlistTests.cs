using System.Globalization;
using System.Text.RegularExpressions;
using Nagumo.Circuits;
using Nagumo.Compute;
using Nagumo.Couplings;
using Nagumo.Networks;
using Nagumo.Neurons;
using Nagumo.Symbolics;

namespace Nagumo.Tests.Circuits;

/// <summary>Exported netlists against netlists that were written by hand, and what may not stand in one.</summary>
public sealed partial class NetlistTests
{
    private static readonly Dictionary<string, double> Turing = new() { ["u"] = 1, ["v"] = 9 };

    internal static FitzHughNagumo TuringNeuron => new(1, 0.5, 0.1, 0.2);

    [Fact]
    public void A_single_cell_is_the_one_written_by_hand()
    {
        using var cell = CircuitNetwork.Neuron(new FitzHughNagumo(tau: 12.5), 0.5);
        Compare(
            "a.cir",
            cell.Build(),
            n =>
                n switch
                {
                    "n1" => "n_0",
                    "m1" => "xn_0.l_v",
                    "b1" => "xn_0.b_v",
                    _ => n,
                },
            // Its source stands the other way round: Vb 0 b1 −0.10775.
            skip: 'V'
        );
    }

    [Fact]
    public void A_chain_is_the_one_written_by_hand()
    {
        using var chain = CircuitNetwork.Chain(TuringNeuron, 100, Turing);
        var circuit = chain.Build();
        string reference = circuit.Elements.OfType<VoltageSource>().Single().Plus;
        Compare(
            "b_gyr100.cir",
            circuit,
            n =>
                n == "vref"
                    ? reference
                    : n[0] switch
                    {
                        'n' => $"n_{n[1..]}",
                        'w' => $"n_{n[1..]}_v",
                        _ => n,
                    }
        );
    }

    [Theory]
    [InlineData(Weights.Transconductors, "c_tc.cir")]
    [InlineData(Weights.Rails, "c_rail.cir")]
    public void A_layered_network_is_the_one_written_by_hand(Weights weights, string file)
    {
        using var network = Layered();
        Compare(file, network.Build(new(Weights: weights)), Rename);

        static string Rename(string n)
        {
            if (n == "mid2")
                return "mirror";
            int digit = n.IndexOfAny([.. "0123456789"]);
            if (digit < 0 || !int.TryParse(n[digit..], CultureInfo.InvariantCulture, out int i) || n == "0")
                return n;
            string node =
                i < 20 ? $"a_{i}"
                : i < 40 ? $"b_{i - 20}"
                : $"c_{i - 40}";
            return n[..digit] switch
            {
                "n" => node,
                "m" => $"x{node}.l_v",
                "b" => $"x{node}.b_v",
                "x" => node + "_inv",
                "xi" => node + "_inv_e",
                _ => n,
            };
        }
    }

    /// <summary>The layered network of the reference, 20-20-10.</summary>
    internal static CircuitNetwork Layered()
    {
        var entry = Reference.Entry("net", "net.c_seed0");
        double[] currents = entry.Numbers("I");
        Population Layer(string name, int size) => new(name, new FitzHughNagumo(), size);
        var network = CircuitNetwork.Of(
            new(
                [Layer("a", 20), Layer("b", 20), Layer("c", 10)],
                [new Bilinear("a", "b", 0), new Bilinear("b", "c", 0), new Bias("a"), new Bias("b"), new Bias("c")]
            )
        );
        int at = 0;
        foreach (var tensor in network.Machine.Parameters)
            if (tensor.Name.EndsWith(".b", StringComparison.Ordinal))
                for (int i = 0; i < tensor.Values.Length; i++)
                    tensor.Values[i] = currents[at++];
            else
            {
                string rows = tensor.Name == "b-a.W" ? "W1_rows_are_layer1" : "W2_rows_are_layer2";
                double[] w = [.. entry.GetProperty(rows).EnumerateArray().SelectMany(r => r.EnumerateArray().Select(x => x.GetDouble()))];
                for (int i = 0; i < w.Length; i++)
                    tensor.Values[i] = w[i];
            }
        network.Reload();
        return network;
    }

    [Fact]
    public void Nothing_in_a_netlist_is_a_power_or_depends_on_the_culture()
    {
        var comma = (CultureInfo)CultureInfo.InvariantCulture.Clone();
        comma.NumberFormat.NumberDecimalSeparator = ",";
        using var network = Layered();
        string Text() => network.Build(new(Weights: Weights.Rails)).Netlist(Transient.Settling(200));
        string plain = Text();
        var before = CultureInfo.CurrentCulture;
        try
        {
            CultureInfo.CurrentCulture = comma;
            Assert.Equal(plain, Text());
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
        Assert.DoesNotContain("^", plain, StringComparison.Ordinal);
        Assert.DoesNotContain("**", plain, StringComparison.Ordinal);
        Assert.DoesNotContain("pow(", plain, StringComparison.Ordinal);
        Assert.Contains("exact at its peak and valley only", plain, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_model_is_built_or_refused_with_a_reason()
    {
        foreach (var neuron in NeuronModels.All)
        {
            using var network = CircuitNetwork.Neuron(neuron, 0.1);
            if (neuron.Box is not { } box)
                Assert.True(network.Build().Size >= 3);
            else
                Assert.Contains(
                    $"is held in the box {box}",
                    Assert.Throws<ArgumentException>(() => network.Build()).Message,
                    StringComparison.Ordinal
                );
        }
    }

    [Fact]
    public void A_negative_conductance_is_refused()
    {
        using var chain = CircuitNetwork.Chain(TuringNeuron, 3, Turing);
        chain.Machine.Parameters[1].Values[0] = -0.5;
        var error = Assert.Throws<ArgumentException>(() => chain.Build());
        Assert.Contains("conductance -0.5 (k1_0). A resistor needs a finite number ≥ 0", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_netlist_that_is_too_large_is_refused()
    {
        using var network = CircuitNetwork.Of(
            new([new("a", new Linear(), 400), new("b", new Linear(), 400)], [new Bilinear("a", "b", 0.1)])
        );
        var error = Assert.Throws<ArgumentException>(() => network.Build());
        Assert.Contains("more than 250,000 elements", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Inhibitors_without_time_or_leak_are_refused()
    {
        using var still = CircuitNetwork.Neuron(new FitzHughNagumo(tau: 0), 0);
        Assert.Contains(
            "a circuit needs a time constant > 0",
            Assert.Throws<ArgumentException>(() => still.Build()).Message,
            StringComparison.Ordinal
        );
        using var free = CircuitNetwork.Neuron(
            new TextNeuron("u^2/2 + u*v + v^2/2", new Dictionary<string, double>(), new Dictionary<string, double> { ["v"] = 1 }),
            0
        );
        Assert.Contains("its resistor must be > 0", Assert.Throws<ArgumentException>(() => free.Build()).Message, StringComparison.Ordinal);
    }

    /// <summary>Every function of expressions, evaluated by ngspice: a voltage of one behavioural source each across 1 Ω.</summary>
    [Fact]
    public void Ngspice_evaluates_expressions_as_we_do()
    {
        var ngspice = Reference.Ngspice();
        var x = new Symbol("x");
        string[] texts =
        [
            "x^3 - 2*x^2/3 + x/7",
            "1/(2 + x^2)^2",
            "exp(-x)*x",
            "log(3 + x)",
            "sin(9*x)",
            "x*cos(4 - x)",
            "tanh(2*x)",
            "logcosh(3*x)",
            "softplus(-4*x)",
            "sigmoid(5*x)",
            "sqrt(2.5 + x)",
            "abs(x)^3",
            "sign(x)*x^2",
            "min(x, x^2)",
            "max(-x, x^3)",
            "select(x - 0.3, x^2, -x)",
        ];
        double[] points = [-1.7, -0.4, 0.2, 0.9, 2.3];
        var cards = new List<string> { "* expressions" };
        var expected = new Dictionary<string, double>();
        for (int p = 0; p < points.Length; p++)
        {
            cards.Add($"Vx{p} x{p} 0 DC {points[p].ToString("R", CultureInfo.InvariantCulture)}");
            for (int t = 0; t < texts.Length; t++)
            {
                var e = Expr.Parse(texts[t], name => name == "x" ? x : null);
                cards.Add($"B{p}_{t} 0 y{p}_{t} I={SpiceWriter.Write(e, _ => $"V(x{p})")}");
                cards.Add($"R{p}_{t} y{p}_{t} 0 1");
                cards.Add($".save v(y{p}_{t})");
                expected[$"v(y{p}_{t})"] = e.Evaluate((Symbol _) => points[p]);
            }
        }
        cards.AddRange([".options reltol=1e-9 abstol=1e-14 vntol=1e-12", ".tran 0.5 1 0 0.5 uic", ".end", ""]);
        var run = ngspice.Run(string.Join('\n', cards), 1, [.. expected.Keys]);
        // gmin, 1e-12 S across 1 Ω, and the last Newton step.
        foreach (var (vector, value) in expected)
            Assert.True(
                Math.Abs(run.Result.Last[vector] - value) < 1e-10 * Math.Max(1, Math.Abs(value)),
                $"{vector}: {value:R}, ngspice {run.Result.Last[vector]:R}"
            );
    }

    /// <summary>By hand every neuron got an inverter; of the first layer none is used.</summary>
    [GeneratedRegex(@" a_\d+_inv")]
    private static partial Regex UnusedInverter();

    private static void Compare(string file, Circuit circuit, Func<string, string> rename, char skip = ' ')
    {
        var theirs = Reference
            .Elements(Reference.Text(file), rename)
            .Where(e => e.Key[0] != skip && !UnusedInverter().IsMatch(e.Key))
            .ToLookup(e => e.Key, e => e.Value);
        var ours = Reference
            .Elements(
                string.Join('\n', circuit.Elements.Where(e => e is not Diode).Select(e => e.Card(TopLevel.Words)).Prepend("flat")),
                n => n
            )
            .Where(e => e.Key[0] != skip)
            .ToLookup(e => e.Key, e => e.Value);
        Assert.Equal(theirs.Select(e => e.Key).Order(), ours.Select(e => e.Key).Order());
        foreach (var element in theirs)
        foreach (var (a, b) in element.Order().Zip(ours[element.Key].Order()))
            Assert.True(Math.Abs(a - b) <= 1e-12 * Math.Abs(a), $"{element.Key}: {a:R} by hand, {b:R} exported");
    }

    /// <summary>Names that SPICE would fold into one, or read as something else.</summary>
    [Theory]
    [InlineData("v", "V")]
    [InlineData("α", "β")]
    [InlineData("α", "alpha")]
    [InlineData("v", "v_2")]
    [InlineData("v", "V_2")]
    [InlineData("é", "è")]
    [InlineData("time", "TIME")]
    [InlineData("m", "w_m")]
    [InlineData("v.1", "v_1")]
    public void Two_inhibitors_are_two_whatever_they_are_called(string first, string second)
    {
        var ngspice = Reference.Ngspice();
        using var neuron = CircuitNetwork.Neuron(
            new TextNeuron(
                $"u^4/12 + 0.1*u^2/2 + u*{first} - {first}^2/2 + 0.3*u*{second} - {second}^2 + 0.2*{second}",
                new Dictionary<string, double>(),
                new Dictionary<string, double> { [first] = 0.5, [second] = 0.25 }
            ),
            0.3
        );
        foreach (var branch in Enum.GetValues<InhibitorBranch>())
        {
            neuron.Start(0.1, 1);
            var v = Verification.Of(neuron, new(Inhibitors: branch), ngspice: ngspice);
            Assert.True(v.Agrees, $"{first}, {second}: {v.LargestError}");
        }
        string[] names = [.. neuron.Build().Elements.Select(e => e.FullName.ToLowerInvariant())];
        Assert.Equal(names.Length, names.Distinct().Count());
    }

    /// <summary>The user's populations beside the builder's own nodes, and beside each other.</summary>
    [Fact]
    public void No_population_takes_a_name_of_the_builder_s()
    {
        var ngspice = Reference.Ngspice();
        string[] names =
        [
            "0",
            "gnd",
            "out",
            "OUT",
            "n.1",
            "n_1",
            "mid",
            "mirror",
            "a b",
            "'a\"b",
            "h",
            "h_0",
            "nudge_h",
            "ref",
            "Ω",
            "V(0)",
            "time",
        ];
        var couplings = new List<Coupling>();
        for (int i = 1; i < names.Length; i++)
            couplings.Add(new RailResistive(Quoted(names[i - 1]), Quoted(names[i]), 0.05));
        using var network = CircuitNetwork.Of(new([.. names.Select(n => new Population(n, new FitzHughNagumo(), 1))], couplings));
        network.Start(0.3, 5);
        var circuit = network.Build();
        string[] elements = [.. circuit.Elements.Select(e => e.FullName.ToLowerInvariant())],
            nodes = [.. circuit.Probes.Where(p => p.Node is not null).Select(p => p.Node!.ToLowerInvariant())];
        Assert.Equal(elements.Length, elements.Distinct().Count());
        Assert.Equal(names.Length, nodes.Distinct().Count());
        string netlist = circuit.Export(Transient.SettlingCourse(200));
        Assert.Contains("* Population 'OUT' is written out_2.", netlist, StringComparison.Ordinal);
        Assert.Contains("* Population 'Ω' is written omega.", netlist, StringComparison.Ordinal);
        var v = Verification.Of(network, ngspice: ngspice);
        Assert.True(v.Agrees, $"{v.LargestError} at {v.Worst}");

        static End Quoted(string name) => new(name, "u");
    }
}
