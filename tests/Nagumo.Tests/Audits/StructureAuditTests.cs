using Nagumo.Audits;
using Nagumo.Compute;
using Nagumo.Learning;
using Nagumo.Neurons;
using Nagumo.Tests.Learning;
using Nagumo.Tests.Vectors;

namespace Nagumo.Tests.Audits;

public sealed class StructureAuditTests
{
    private static StructureAudit Audit(string equations) => StructureAudit.Run(FlowSystem.Of(EquationFile.Parse(equations, "test")));

    private static FlowSystem Linear(double[] j, params (int, int)[] pairs)
    {
        int n = (int)Math.Sqrt(j.Length);
        return new(
            "linear",
            [.. Enumerable.Range(0, n).Select(i => $"x{i}")],
            (x, f) =>
            {
                for (int i = 0; i < n; i++)
                {
                    f[i] = 0;
                    for (int k = 0; k < n; k++)
                        f[i] += j[i * n + k] * x[k];
                }
            }
        )
        {
            Pairs = pairs,
        };
    }

    [Theory]
    [InlineData(0, Structure.Gradient)]
    [InlineData(1, Structure.SkewGradient)]
    [InlineData(2, Structure.Hamiltonian)]
    [InlineData(3, Structure.Neither)]
    public void Published_jacobians_are_classified_and_their_weights_found(int entry, Structure expected)
    {
        var vector = Vector.Beyond("audit", entry);
        var pairs = vector.TryGetProperty("pairs", out var p)
            ? p.EnumerateArray().Select(x => (x[0].GetInt32(), x[1].GetInt32())).ToArray()
            : [];
        var audit = StructureAudit.Run(Linear(vector.Numbers("J"), pairs), cancel: TestContext.Current.CancellationToken);
        Assert.Equal(expected, audit.Class);
        if (vector.TryGetProperty("w", out var w))
        {
            Assert.InRange(audit.Defect, 0, 1e-9);
            Assert.InRange(Vector.RelativeError(audit.Weights, w.Numbers()), 0, 1e-10);
        }
    }

    /// <summary>Five of each class, written as a user would.</summary>
    public static TheoryData<Structure, string> HandMade =>
        new()
        {
            { Structure.Gradient, "x' = x - x^3 + y\n y' = x - 2*y" },
            { Structure.Gradient, "2*x' = -x + 0.5*tanh(x + y)\n 5*y' = -y + 0.5*tanh(x + y) + 0.3" },
            { Structure.Gradient, "a' = -a + 0.3*b\n b' = -b + 0.6*a + 0.2*c\n c' = -c + 0.1*b + 0.5" },
            { Structure.Gradient, "x' = -4*x^3 - 2*x*y^2 + 1\n y' = -2*x^2*y - y" },
            { Structure.Gradient, "x' = -x + 1\n y' = -3*y - y^3" },
            { Structure.SkewGradient, "u' = u - u^3/3 - v + 0.2\n 0.5*v' = u + 0.7 - 0.8*v" },
            { Structure.SkewGradient, "u' = -u - u^3 - v*u + 1\n 3*v' = u^2/2 - v" },
            { Structure.SkewGradient, "q' = p - q + 0.3\n p' = -q - p" },
            {
                Structure.SkewGradient,
                "u1' = u1 - u1^3/3 - v1 + 0.4*(u2 - u1)\n u2' = u2 - u2^3/3 - v2 + 0.4*(u1 - u2) + 0.1\n 0.5*v1' = u1 - 0.8*v1 + 2*(v2 - v1)\n 0.5*v2' = u2 - 0.8*v2 + 2*(v1 - v2)"
            },
            { Structure.SkewGradient, "x' = -x + 2*y + z\n y' = -6*x - y + z\n z' = -x + (1/3)*y - z + 0.2" },
            { Structure.Hamiltonian, "pairs: q p\n q' = p + p^3\n p' = -sigmoid(q) + 0.3 - q^3*0.1" },
            { Structure.Hamiltonian, "pairs: q1 p1, q2 p2\n q1' = p1\n q2' = p2\n p1' = -q1 - q1^3 + 0.3*q2\n p2' = -q2 + 0.3*q1" },
            { Structure.Hamiltonian, "pairs: a b\n a' = b + a*b\n b' = -a - b^2/2 - a^2*0.1" },
            { Structure.Hamiltonian, "pairs: q1 p1, q2 p2\n q1' = p1 + 0.2*p2\n q2' = p2 + 0.2*p1\n p1' = -2*q1 + q2\n p2' = -2*q2 + q1" },
            {
                Structure.Hamiltonian,
                "pairs: x px, y py\n x' = px - 0.3*y\n y' = py + 0.3*x\n px' = -x - 2*x*y - 0.3*py\n py' = -y - x^2 + y^2 + 0.3*px"
            },
            { Structure.QGradient, "pairs: q p\n q' = p\n p' = -q - q^3 - 0.2*p" },
            {
                Structure.QGradient,
                "pairs: q1 p1, q2 p2\n q1' = p1\n q2' = p2\n p1' = -q1 - q1^3 + 0.3*q2 - 0.1*p1\n p2' = -q2 + 0.3*q1 - 0.4*p2"
            },
            {
                Structure.QGradient,
                "x' = -(x + x^3 - 1) + 0.5*(y + y^3)\n y' = -0.5*(x + x^3 - 1) - (y + y^3)\n z' = -z - z^3 + 0.2*(x + x^3 - 1)"
            },
            {
                Structure.QGradient,
                "x' = -(x + x^3 + 0.3*y - 1) + 0.5*(y + y^3 + 0.3*x + 0.2*z)\n y' = -0.5*(x + x^3 + 0.3*y - 1) - (y + y^3 + 0.3*x + 0.2*z) + 0.3*(z + z^3 + 0.2*y)\n z' = -0.3*(y + y^3 + 0.3*x + 0.2*z) - (z + z^3 + 0.2*y)"
            },
            { Structure.QGradient, "q1' = p1\n q2' = p2\n p1' = -q1 - q1^3 + 0.3*q2 - 0.1*p1 + 0.2\n p2' = -q2 - q2^3 + 0.3*q1 - 0.4*p2" },
            // The first looks like a symmetric network: W = Wᵀ, and it is at rest at 0.
            {
                Structure.SelfAdjointAtRest,
                "x' = -x + 0.5*tanh(y) + 0.2*tanh(z)\n y' = -y + 0.5*tanh(x) - 0.4*tanh(z)\n z' = -z + 0.2*tanh(x) - 0.4*tanh(y)"
            },
            { Structure.SelfAdjointAtRest, "x' = -x + 0.3*y + y^2\n y' = -y + 0.3*x + x^3" },
            { Structure.SelfAdjointAtRest, "u' = -u - v + u*v\n v' = u - v" },
            { Structure.SelfAdjointAtRest, "x' = -x + y*z\n y' = -y + x*z\n z' = -z - 3*x*y + x^2" },
            { Structure.SelfAdjointAtRest, "a' = -a + sigmoid(b) - 0.5\n b' = -b + tanh(a)*(1 + a)" },
            { Structure.Neither, "x' = -x + 0.5*y - 0.3*z\n y' = -y + 0.5*z - 0.3*x\n z' = -z + 0.5*x - 0.3*y" },
            { Structure.Neither, "x' = -x + 0.2*y + 0.1\n y' = -y - y^3\n z' = -z + x*y - z^3 + 0.1*x" },
            // All pairs have two sides and one sign; only the cycle's products differ, by a thousandth.
            {
                Structure.Neither,
                "x' = -x - x^3 + 0.3*y + 0.2*z + 0.1\n y' = -y - y^3 + 0.3*x + 0.4*z\n z' = -z - z^3 + 0.2004*x + 0.4*y - 0.3"
            },
            {
                Structure.Neither,
                "x' = -x + tanh(0.4*y + 0.2*z + 0.3)\n y' = -y + tanh(0.4*x + 0.3*z)\n z' = -z + tanh(-0.2*x + 0.3*y + x*y)"
            },
            {
                Structure.Neither,
                "r' = r - r^2 - 0.6*r*f + 0.2*c\n f' = -f + 0.7*r*f + 0.1\n c' = -c + 0.3*f^2 + 0.2*r\n r(0) = 1\n f(0) = 0.3"
            },
        };

    [Theory, MemberData(nameof(HandMade))]
    public void Hand_made_systems_are_what_they_are(Structure expected, string equations)
    {
        var audit = Audit(equations);
        Assert.True(audit.Converged);
        Assert.True(
            expected == audit.Class,
            $"{audit.Class}: rest {audit.RestDefect:g3}, all {audit.ProbeDefect:g3}, pairs {audit.PairDefect:g3}, Q {audit.StructureDefect:g3}\n{equations}"
        );
        if (expected == Structure.Neither)
            Assert.NotEmpty(audit.Broken);
        else
        {
            Assert.InRange(audit.Defect, 0, 1e-9);
            Assert.InRange(audit.Cosine, 1 - 1e-9, 1);
        }
    }

    [Fact, Trait("speed", "slow")]
    public void Five_hundred_random_systems_of_known_class_are_all_found()
    {
        Structure[] kinds = Enum.GetValues<Structure>();
        var wrong = new List<string>();
        double worst = 0;
        for (int i = 0; i < 500; i++)
        {
            var rng = new Rng((ulong)i);
            var kind = kinds[i % kinds.Length];
            int n = 3 + rng.NextInt(38);
            var (system, tau) = RandomFlows.Of(kind, n, rng);
            var audit = StructureAudit.Run(system, new(Seed: (ulong)i), TestContext.Current.CancellationToken);
            if (audit.Class != kind || !audit.Converged)
                wrong.Add(
                    $"{i}: {kind} of {system.Dimension} is called {audit.Class}, residual {audit.Residual:g3}, rest {audit.RestDefect:g3}, all {audit.ProbeDefect:g3}, pairs {audit.PairDefect:g3}, Q {audit.StructureDefect:g3}"
                );
            else if (kind != Structure.Neither)
                worst = Math.Max(worst, audit.Defect);
            if (tau is null || audit.Class != kind)
                continue;
            double[] ratios = [.. audit.Weights.Zip(tau, (w, t) => w / t / (audit.Weights[0] / tau[0]))];
            if (ratios.Any(r => Math.Abs(r - 1) > 1e-6))
                wrong.Add($"{i}: {kind}: time constants are off by {ratios.Max(r => Math.Abs(r - 1)):g3}");
        }
        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
        // Differences at probes ten ranges away leave about 1e-9; more than the tolerance would be misclassified above.
        Assert.InRange(worst, 0, 1e-8);
        TestContext.Current.TestOutputHelper?.WriteLine($"largest defect {worst:g3}");
    }

    [Fact]
    public void Differences_give_the_jacobian_that_derivatives_give()
    {
        var exact = FlowSystem.Of(EquationFile.Parse("x' = exp(-x) - x*y^3 + tanh(3*x)\n y' = logcosh(x*y) - 5*y", "test"));
        var numeric = new FlowSystem("test", exact.Variables, (x, f) => exact.Flow(x, f));
        double[] at = [0.7, -1.3];
        // Truncation h⁴ f⁽⁵⁾/480 of h = 2⁻¹¹ and rounding ε/h: both near 1e-12.
        Assert.InRange(Vector.RelativeError(numeric.Jacobian(at), exact.Jacobian(at)), 0, 3e-12);
    }

    [Fact]
    public void The_bias_of_plain_EqProp_is_that_of_the_published_network()
    {
        // cos of J⁻¹c and J⁻ᵀc, worked out here from the published Jacobian for the published gradients with respect to the bias.
        var vector = Vector.Beyond("nonconservative");
        double[] naive = vector.Numbers("grad_b_naive_limit"),
            exact = vector.Numbers("grad_b_exact");
        double cosine = naive.Zip(exact, (a, b) => a * b).Sum() / Math.Sqrt(naive.Sum(x => x * x) * exact.Sum(x => x * x));
        var audit = StructureAudit.Run(Linear(vector.Numbers("J")), cancel: TestContext.Current.CancellationToken);
        Assert.Equal(Structure.Neither, audit.Class);
        // Other costs, other cosines; that of this cost is 0.8: all are visibly below 1.
        Assert.InRange(cosine, 0.5, 0.95);
        Assert.InRange(audit.PlainCosine, -1, 0.95);
    }

    public static TheoryData<string> SmallPresets => ["fhn-neurons", "fhn-nonlinear-inhibitor"];

    [Theory, MemberData(nameof(SmallPresets))]
    public void Small_presets_are_skew_gradient_with_their_own_time_constants(string name)
    {
        using var subject = new AuditSubject(Presets.Get(name), SmallExperiments.All.Test, [0]);
        var audit = StructureAudit.Run(name, subject);
        Assert.Equal(Structure.SkewGradient, audit.Class);
        Assert.InRange(audit.Defect, 0, 1e-9);
        Assert.InRange(audit.Cosine, 1 - 1e-9, 1);
    }

    [Theory]
    [InlineData("fhn-chain", Structure.SkewGradient)]
    [InlineData("fhn-residual", Structure.Hamiltonian)]
    public void Chains_are_what_their_reading_makes_of_them(string name, Structure expected)
    {
        var preset = Presets.Get(name);
        var small = preset with
        {
            Validation = 0,
            Network = preset.Network with
            {
                Populations = [.. preset.Network.Populations.Select((p, i) => i == 1 ? p with { Size = 6 } : p)],
            },
        };
        using var trainer = new Trainer(small, SmallExperiments.Images(20), 1);
        var audit = StructureAudit.Run(name, trainer, SmallExperiments.All.Test);
        Assert.Equal(expected, audit.Class);
        Assert.InRange(audit.Defect, 0, 1e-9);
        // A pass is a flow of one layer's (q, p); a boundary problem one of all layers' q.
        Assert.Equal(expected == Structure.Hamiltonian ? 24 : 12 * (small.Chain!.Depth + 1), audit.System.Dimension);
        if (expected == Structure.SkewGradient)
            // Inhibitors ascend with their τ_v = 0.3.
            Assert.Equal(-0.3, audit.Weights[6 * (small.Chain!.Depth + 1)] / audit.Weights[0], 1e-9);
    }

    [Fact]
    public void A_box_holds_what_rests_at_its_edge()
    {
        var boxed = Tiny.Layered("hopfield");
        using var subject = Tiny.Subject(boxed);
        var audit = StructureAudit.Run("boxed", subject);
        Assert.Equal(Structure.Gradient, audit.Class);
        Assert.Equal(8, audit.Held + audit.System.Dimension);
    }

    [Fact]
    public void Without_a_rest_state_nothing_is_claimed()
    {
        var audit = Audit("x' = 1 + x^2");
        Assert.False(audit.Converged);
        Assert.True(audit.Residual >= 1);
    }

    [Theory]
    [InlineData("u' = u - vv", "test, line 1, column 10: unknown name 'vv'")]
    [InlineData("u' = u\nv' = u +* v", "test, line 2, column 9: unexpected '*', expected a number, a name or '('")]
    [InlineData("u' = u\nu' = 1", "test, line 2, column 1: 'u' has two equations: keep one")]
    [InlineData("k = 2", "test: there is no equation. Write one a line, such as u' = u - u^3/3 - v or du/dt = u - u^3/3 - v.")]
    [InlineData("u' = k*u\nk = 1/0", "test, line 2, column 6: division by 0")]
    [InlineData("0*u' = u", "test, line 1, column 1: a time constant of 0: eliminate the variable instead")]
    [InlineData("q' = p\np' = -q\npairs: q r", "test, line 3, column 7: 'r' has no equation.")]
    [InlineData(
        "u' = -u\nhello",
        "test, line 2, column 1: not a statement; write x' = …, tau*x' = …, name = number, x(0) = number, units: x mV or pairs: q p"
    )]
    [InlineData("u' = -u\nw(0) = 1", "test, line 2, column 1: 'w' has no equation.")]
    public void Bad_equations_are_named_with_their_place(string text, string message) =>
        Assert.StartsWith(message, Assert.Throws<EquationFileException>(() => EquationFile.Parse(text, "test")).Message);

    [Fact]
    public void A_system_needs_variables_of_different_names() =>
        Assert.Contains(
            "two variables 'x'",
            Assert.Throws<ArgumentException>(() => new FlowSystem("s", ["x", "x"], (_, _) => { })).Message
        );
}
