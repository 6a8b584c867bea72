using System.Text.Json.Nodes;
using Nagumo.Compute;
using Nagumo.Hamiltonian;
using Nagumo.Kernels;
using Nagumo.Networks;
using Nagumo.Neurons;

namespace Nagumo.Tests.Hamiltonian;

/// <summary>Both readings of chains, against independently computed states, gradients and contrasts.</summary>
public sealed class VectorTests
{
    private const double States = 1e-10,
        Contrasts = 1e-8;

    public static TheoryData<int> Pass => [0, 1];
    public static TheoryData<int> Boundary => [0, 1];
    public static TheoryData<int> Energy => [0, 1];
    public static TheoryData<int> Spectra => [.. Enumerable.Range(0, Vectors.Cases("spatial_spectrum").Count)];

    private static void Agree(JsonNode expected, Dictionary<string, double[]> actual, double tolerance)
    {
        foreach (var (name, values) in actual)
            Assert.True(
                Vectors.Distance(expected.Numbers(name), values) <= tolerance,
                $"{name}: {Vectors.Distance(expected.Numbers(name), values):g3}"
            );
    }

    [Theory, MemberData(nameof(Pass))]
    public void A_pass_its_echo_and_its_gradients(int index)
    {
        var c = Vectors.Cases("heb")[index]!;
        using var machine = Vectors.Chain(c["model"]!);
        using var action = new ResidualAction(new(machine));
        var (q, p) = Shooting.Forward(action, c.Numbers("q0"), c.Numbers("p0"));
        for (int l = 0; l < action.Layers; l++)
        {
            Assert.True(Vectors.Distance(c.Layers("q")[l], q[l]) <= States);
            Assert.True(Vectors.Distance(c.Layers("p")[l], p[l]) <= States);
        }
        Assert.Equal(c.Number("action_no_last"), action.Value(q, last: false), States);
        var jacobian = action.Jacobian(0, q[0]);
        Assert.True(Vectors.Distance(c.Numbers("jacobian_layer0"), [.. jacobian.Cast<double>()]) <= States);

        var cost = new SoftmaxEnd(c.Numbers("Wout"), new double[3], c.Whole("label"));
        using var gradients = new ChainGradients(new(machine));
        var end = gradients.Pass(c.Numbers("q0"), c.Numbers("p0"));
        Assert.Equal(c.Number("cost"), cost.Value(end.Q), States);
        var force = new double[end.Q.Length];
        cost.Gradient(end.Q, force);
        Assert.True(Vectors.Distance(c.Numbers("dCdq_L"), force) <= States);

        var (dq, dp) = gradients.ExactPass(end, cost);
        Agree(c["grad_exact"]!, Vectors.Gradients(machine, action.Layers - 1), States);
        Assert.True(Vectors.Distance(c["grad_exact"]!.Numbers("q0"), dq) <= States);
        Assert.True(Vectors.Distance(c["grad_exact"]!.Numbers("p0"), dp) <= States);

        double beta = c.Number("beta");
        var trace = new List<(double[] Q, double[] P)>();
        gradients.Echo(end, cost, beta, -beta, trace);
        Agree(c["grad_contrast"]!, Vectors.Gradients(machine, action.Layers - 1), Contrasts);
        trace.Reverse();
        for (int l = 0; l < action.Layers; l++)
        {
            Assert.True(Vectors.Distance(c.Layers("echo_plus_q")[l], trace[l].Q) <= States);
            Assert.True(Vectors.Distance(c.Layers("echo_plus_P")[l], trace[l].P) <= States);
        }
    }

    [Theory, MemberData(nameof(Boundary))]
    public void A_rest_state_its_nudged_states_and_gradients(int index)
    {
        var c = Vectors.Cases("bvp")[index]!;
        using var machine = Vectors.Chain(c["model"]!);
        using var action = new ResidualAction(new(machine));
        bool clamped = c["left"]!.GetValue<string>() == "clamp";
        var problem = new BoundaryProblem(
            action,
            clamped ? c.Numbers("x") : null,
            clamped ? null : c.Numbers("inj"),
            new SoftmaxEnd(c.Numbers("Wout"), new double[3], c.Whole("label"))
        );
        var q = Rest(0);
        Same(c.Layers("Q"), q);
        Same(c.Layers("p_incoming"), problem.Momenta(q));
        Assert.Equal(c.Number("cost"), problem.Cost!.Value(q[^1]), States);
        double injected = clamped ? 0 : q[0].Zip(c.Numbers("inj"), (a, b) => a * b).Sum();
        Assert.Equal(c.Number("action"), action.Value(q) - injected, States);

        var response = problem.Response(q);
        var adjoint = c.Layers("lambda_adjoint");
        for (int l = problem.First; l < q.Length; l++)
            Assert.True(Vectors.Distance(adjoint[l - (adjoint.Length < q.Length ? 1 : 0)], [.. response[l].Select(x => -x)]) <= States);

        using var gradients = new ChainGradients(new(machine));
        gradients.ExactBoundary(q, response);
        Agree(c["grad_exact"]!, Vectors.Gradients(machine, action.Layers), States);
        if (!clamped)
            Assert.True(Vectors.Distance(c["grad_exact"]!.Numbers("inj"), [.. response[0].Select(x => -x)]) <= States);

        double beta = c.Number("beta");
        var (plus, minus) = (Rest(beta), Rest(-beta));
        Same(c.Layers("Q_plus"), plus);
        Same(c.Layers("Q_minus"), minus);
        gradients.Contrast(plus, minus, 2 * beta);
        Agree(c["grad_contrast"]!, Vectors.Gradients(machine, action.Layers), Contrasts);

        double[][] Rest(double strength)
        {
            var nudged = problem with { Beta = strength };
            var state = nudged.Start();
            Assert.True(BoundarySolver.Solve(nudged, state, new(1e-14, 30)) is { Residual: < 1e-13 });
            return state;
        }

        static void Same(double[][] expected, double[][] actual)
        {
            for (int l = 0; l < expected.Length; l++)
                Assert.True(Vectors.Distance(expected[l], actual[l]) <= States);
        }
    }

    [Fact]
    public void Bilinear_neighbours()
    {
        var c = Vectors.Cases("bilinear")[0]!;
        using var action = Bilinear(c);
        var (u, p) = Shooting.Forward(action, c.Numbers("u0"), c.Numbers("p0"));
        for (int l = 0; l < action.Layers; l++)
        {
            Assert.True(Vectors.Distance(c.Layers("u")[l], u[l]) <= States);
            Assert.True(Vectors.Distance(c.Layers("p")[l], p[l]) <= States);
        }
        var cost = new TargetEnd(c.Numbers("target"));
        Assert.Equal(c.Number("cost"), cost.Value(u[^1]), States);

        // The echo of this recurrence, exactly: its derivative in β, kicked by C' at the end, gives −∂S/∂W = u_l u_l+1ᵀ along it.
        var (weights, biases) = LayeredEcho.Exact(action, u, cost);
        Assert.True(Vectors.Distance(c.Numbers("grad_W"), [.. weights.SelectMany(w => w)]) <= States);
        Assert.True(Vectors.Distance(c.Numbers("grad_b"), [.. biases.SelectMany(b => b)]) <= States);
        // And by contrast of two echoes.
        var (contrasted, _) = LayeredEcho.Contrast(action, u[^1], p[^1], cost, 1e-4);
        Assert.True(Vectors.Distance(c.Numbers("grad_W"), [.. contrasted.SelectMany(w => w)]) <= 1e-5);
    }

    [Theory, MemberData(nameof(Energy))]
    public void A_deep_energy_based_model(int index)
    {
        var c = Vectors.Cases("hopfield")[index]!;
        using var action = Hopfield(c);
        var problem = new BoundaryProblem(action, c.Numbers("x"), Cost: new TargetEnd(c.Numbers("target")));
        var u = problem.Start();
        Assert.True(BoundarySolver.Solve(problem, u, new(1e-14, 40)) is { Residual: < 1e-13 });
        for (int l = 0; l < action.Layers; l++)
            Assert.True(Vectors.Distance(c.Layers("u")[l], u[l]) <= States);
        // Momenta are given for the square case only, where there is a map; the rectangular one has a rest state all the same.
        var p = problem.Momenta(u);
        for (int l = 1; l < action.Layers && c["p_incoming_1toL"] is not null; l++)
            Assert.True(Vectors.Distance(c.Layers("p_incoming_1toL")[l - 1], p[l]) <= States);

        var response = problem.Response(u);
        var (weights, biases) = (new List<double>(), new List<double>());
        for (int l = 0; l < action.Layers; l++)
        {
            biases.AddRange(response[l].Select(x => -x));
            for (int i = 0; i < u[l].Length && l + 1 < action.Layers; i++)
                weights.AddRange(u[l + 1].Select((next, j) => -(response[l][i] * next + u[l][i] * response[l + 1][j])));
        }
        Assert.True(Vectors.Distance(c.Numbers("grad_W"), [.. weights]) <= States);
        Assert.True(Vectors.Distance(c.Numbers("grad_b"), [.. biases]) <= States);
    }

    [Theory, MemberData(nameof(Spectra))]
    public void Spatial_multipliers(int index)
    {
        var c = Vectors.Cases("spatial_spectrum")[index]!;
        double h = c.Number("h");
        // At u = 0 the neuron's second derivatives are −k, 1 and −γ.
        var spectrum = SpatialSpectrum.Of(-h * c.Number("k"), h, -h * c.Number("gamma"), c.Number("g"), c.Number("d"));
        Assert.Equal(c.Number("mu_trace"), spectrum.MuTrace, 1e-12);
        Assert.Equal(c.Number("mu_det"), spectrum.MuDeterminant, 1e-12);
        Assert.Equal(c.Number("discriminant"), spectrum.Discriminant, 1e-10);
        Assert.True(Vectors.Distance(c.Numbers("moduli_sorted"), spectrum.Moduli) <= States);
        Assert.Equal(c["kind"]!.GetValue<string>() == "elliptic", spectrum.IsElliptic);
    }

    internal static NeuronLayers Bilinear(JsonNode c)
    {
        var neuron = new TextNeuron(
            "-k*(u^2/2 - u^4/12) + r*u^2/2",
            new Dictionary<string, double> { ["k"] = c.Number("k"), ["r"] = c.Number("r") }
        );
        return new(
            [.. Enumerable.Range(0, c.Whole("L") + 1).Select(l => new Population($"u{l}", neuron, c.Whole("n")))],
            c.Layers("W"),
            Padded(c.Layers("b"), c.Whole("L") + 1, c.Whole("n")),
            c.Number("g")
        );
    }

    internal static NeuronLayers Hopfield(JsonNode c)
    {
        var neuron = new TextNeuron("u^2/2 + c*u^4/4", new Dictionary<string, double> { ["c"] = c.Number("c") });
        double[] sizes = c.Numbers("sizes");
        return new([.. sizes.Select((n, l) => new Population($"u{l}", neuron, (int)n))], c.Layers("W"), c.Layers("b"));
    }

    /// <summary>The last layer's bias is not part of a pass, and may be missing.</summary>
    private static double[][] Padded(double[][] biases, int layers, int size) =>
        [.. biases, .. Enumerable.Range(0, layers - biases.Length).Select(_ => new double[size])];
}
