using Nagumo.Media;
using Nagumo.Neurons;
using Nagumo.Symbolics;

namespace Nagumo.Tests.Media;

/// <summary>No claim about a cell depends on the unit or the origin of u, v or t: rescaled and shifted, it is the same cell.</summary>
public class RescalingTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>Cells with their currents: the library's, users' potentials, and equations.</summary>
    private static readonly (string Name, Kinetics Cell, double Current)[] Cells =
    [
        ("textbook, excitable", new FitzHughNagumo(tau: 12.5), 0),
        ("textbook, oscillating", new FitzHughNagumo(tau: 12.5), 0.5),
        ("textbook, rest beside a cycle", new FitzHughNagumo(tau: 12.5), 0.328),
        ("two foci and a cycle", new FitzHughNagumo(1, 1.4, 0, 9), 0),
        ("two nodes", new FitzHughNagumo(1, 2, 0.2, 0.5), 0),
        ("monostable", new FitzHughNagumo(), 0),
        ("stiffening inhibitor", new NonlinearInhibitorFitzHughNagumo(tau: 8), 0.1),
        ("rates of 1/eps", Text("(u^4/4 - 1.1*u^3/3 + 0.1*u^2/2 + u*v - 0.5*v^2/2)/eps", 100, ("eps", 0.01)), 0),
        ("canard", Text("-(u^2/2 - u^4/4) + u*v + v - v^2/4", 10), 1.3),
        ("cubic", Text("u^4/4 - (1+a)*u^3/3 + a*u^2/2 + u*v - g*v^2/2", 100, ("a", 0.1), ("g", 2)), 0),
        ("bistable cubic", Text("3*u^4/4 - 4*u^3/3 + 1.5*u^2/2 + u*v - 0.5*v^2/2", 20), 0),
        ("van der Pol at its Hopf point", Text("-(u^2/2 - u^4/12) + u*v - a*v", 20, ("a", 1)), 0),
        ("van der Pol", Text("-(u^2/2 - u^4/12) + u*v - a*v", 25, ("a", 0)), 0),
        ("centre", Text("u*v", 1), 0),
        ("without reset", Text("-u^3/3 + u*v - v^2/2", 10), -0.1),
        ("piecewise linear", Text("u^2/2 - max(u-a, 0) + u*v - g*v^2/2", 50, ("a", 0.25), ("g", 0.5)), 0),
        ("Barkley", Equations("u' = u*(1-u)*(u-(v+b)/a)/eps\nv' = u - v\na = 0.75\nb = 0.06\neps = 0.02"), 0),
        ("Brusselator", Equations("u' = 1 + u^2*v - (B+1)*u\nv' = B*u - u^2*v\nB = 2.5"), 0),
        (
            "Morris-Lecar",
            Equations(
                """
                C*V' = - gL*(V-VL) - gCa*0.5*(1+tanh((V-V1)/V2))*(V-VCa) - gK*n*(V-VK)
                n' = phi*0.5*(exp((V-V3)/(2*V4)) + exp(-(V-V3)/(2*V4)))*(0.5*(1+tanh((V-V3)/V4)) - n)
                C = 20; gL = 2; gCa = 4.4; gK = 8; VL = -60; VCa = 120; VK = -84; V1 = -1.2; V2 = 18; V3 = 2; V4 = 30; phi = 0.04
                """
            ),
            90
        ),
        ("Aliev-Panfilov", Equations(AlievPanfilov), 0),
        ("Gray-Scott", Equations("u' = -u*v^2 + F*(1-u)\nv' = u*v^2 - (F+k)*v\nF = 0.037\nk = 0.06"), 0),
        ("Gray-Scott, three states", Equations("u' = -u*v^2 + F*(1-u)\nv' = u*v^2 - (F+k)*v\nF = 0.03\nk = 0.055"), 0),
        ("Oregonator", Equations("eps*u' = u*(1-u) - f*v*(u-q)/(u+q)\nv' = u - v\neps = 0.04\nf = 1.4\nq = 0.002"), 0),
        ("Oregonator, excitable", Equations("eps*u' = u*(1-u) - f*v*(u-q)/(u+q)\nv' = u - v\neps = 0.01\nf = 3\nq = 0.002"), 0),
        ("Lengyel-Epstein", Equations("u' = a - u - 4*u*v/(1+u^2)\nv' = s*b*(u - u*v/(1+u^2))\na = 10\nb = 4\ns = 2"), 0),
        ("Lengyel-Epstein, oscillating", Equations("u' = a - u - 4*u*v/(1+u^2)\nv' = s*b*(u - u*v/(1+u^2))\na = 10\nb = 1\ns = 1.5"), 0),
        ("McKean", Equations("u' = heaviside(u - a) - u - v\nv' = eps*(u - g*v)\na = 0.25\neps = 0.02\ng = 0.25"), 0),
        ("clipped line", Equations("u' = max(-1 - u, min(u, 1 - u)) - v\nv' = eps*(u + 0.3 - 0.2*v)\neps = 0.1"), 0.1),
        ("clipped sigmoid", Equations("u' = 3*tanh(u) - 2*u - v\nv' = 0.1*(max(u, -1) + 0.4 - 0.3*v)"), 0.2),
        (
            "textbook at its Hopf point",
            new FitzHughNagumo(tau: 12.5),
            new PlanarNeuron(new FitzHughNagumo(tau: 12.5)).Curve.HopfPoints[0].Current
        ),
    ];

    private const string AlievPanfilov = """
        u' = -k*u*(u-a)*(u-1) - u*v
        v' = (eps + mu1*v/(u+mu2))*(-v - k*u*(u-a-1))
        k = 8; a = 0.15; eps = 0.002; mu1 = 0.2; mu2 = 0.3
        """;

    private static readonly Lazy<RegimeReport>[] Plain =
    [
        .. Cells.Select(c => new Lazy<RegimeReport>(() => RegimeReport.Of(new(c.Cell), c.Current))),
    ];

    private static readonly Lazy<CellUnits>[] Scales =
    [
        .. Cells.Select(c => new Lazy<CellUnits>(() => CellUnits.Of(new(c.Cell), c.Current))),
    ];

    private static TextNeuron Text(string potential, double tau, params (string Name, double Value)[] parameters) =>
        new(potential, parameters.ToDictionary(p => p.Name, p => p.Value), new Dictionary<string, double> { ["v"] = tau });

    private static Kinetics Equations(string text) => EquationFile.Parse(text, "cell").Kinetics;

    /// <summary>U = a u + b, V = c v + d, T = e t: τ_u e U' = a F_u + a I.</summary>
    private static Kinetics Rescaled(Kinetics k, double a, double b, double c, double d, double e)
    {
        Expr Moved(Expr f) =>
            f.Substitute(s =>
                s == k.Fields[0] ? (k.Fields[0] - b) / a
                : s == k.Fields[1] ? (k.Fields[1] - d) / c
                : null
            );
        return new(k.Name, k.Fields, [a * Moved(k.Forces[0]), c * Moved(k.Forces[1])], [e * k.Taus[0], e * k.Taus[1]], k.Parameters);
    }

    /// <summary>Units from 1e-3 to 1e3 of u, v and t, origins up to a thousand lengths of the cell away; the same draws on every machine.</summary>
    private static IEnumerable<(int Cell, double A, double B, double C, double D, double E)> Draws(int count, int seed)
    {
        double[] shifts = [0, 1, -1, 3, -3, 10, -30, 50, -200, 1000];
        var random = new Random(seed);
        double Unit() => Math.Pow(10, 6 * random.NextDouble() - 3);
        double Shift() => shifts[random.Next(shifts.Length)];
        for (int i = 0; i < count; i++)
        {
            int cell = i % Cells.Length;
            var scales = Scales[cell].Value;
            double a = Unit(),
                c = Unit();
            yield return (cell, a, Shift() * scales.U * a, c, Shift() * scales.V * c, Unit());
        }
    }

    private static void SameFor(int count, int seed)
    {
        var wrong = new List<string>();
        foreach (var x in Draws(count, seed))
            try
            {
                Same(x);
            }
            catch (Exception e) when (e is Xunit.Sdk.IAssertionException or ArgumentException or ArithmeticException)
            {
                wrong.Add($"{x}: {e.Message}");
            }
        Assert.True(wrong.Count == 0, $"{wrong.Count} of {count}:\n{string.Join("\n", wrong)}");
    }

    private static void Same((int Cell, double A, double B, double C, double D, double E) x)
    {
        var (name, cell, current) = Cells[x.Cell];
        var plain = Plain[x.Cell].Value;
        var other = RegimeReport.Of(new(Rescaled(cell, x.A, x.B, x.C, x.D, x.E)), x.A * current, Cancel);
        Assert.True(plain.Regime == other.Regime, $"{name}: {plain.Regime} became {other.Regime}");
        Assert.True(plain.Confirmed == other.Confirmed, $"{name}: confirmed {plain.Confirmed} became {other.Confirmed}");
        Assert.True(plain.Attractors == other.Attractors, $"{name}: {plain.Attractors} became {other.Attractors}");
        double length = Scales[x.Cell].Value.U;
        void Near(string what, double expected, double found, double tolerance) =>
            Assert.True(Math.Abs(found - expected) <= tolerance, $"{name}: {what} {expected:R} became {found:R}");
        foreach (var (r, s) in plain.Rest.Zip(other.Rest))
            Near("rest", r.U, (s.U - x.B) / x.A, 1e-7 * length);
        double drive = plain.SaddleNodes.Concat(plain.HopfPoints.Select(h => h.Current)).Select(Math.Abs).DefaultIfEmpty(0).Max();
        Assert.Equal(plain.SaddleNodes.Count, other.SaddleNodes.Count);
        foreach (var (p, q) in plain.SaddleNodes.Zip(other.SaddleNodes))
            Near("saddle-node", p, q / x.A, 1e-7 * (drive + length));
        Assert.Equal(plain.HopfPoints.Select(h => h.Kind), other.HopfPoints.Select(h => h.Kind));
        foreach (var (p, q) in plain.HopfPoints.Zip(other.HopfPoints))
        {
            Near("Hopf current", p.Current, q.Current / x.A, 1e-6 * (drive + length));
            Near("period at onset", 1, p.Omega / (q.Omega * x.E), 1e-5);
        }
        foreach (var (p, q) in plain.Cycles.OrderBy(c => c.UMin).Zip(other.Cycles.OrderBy(c => c.UMin)))
        {
            Near("period", 1, q.Period / x.E / p.Period, 1e-6);
            Near("largest u", p.UMax, (q.UMax - x.B) / x.A, 1e-5 * length);
        }
        Assert.Equal(plain.Pulse is null, other.Pulse is null);
        if (plain.Pulse is { } pulse)
        {
            Near("gain", pulse.Gain, other.Pulse!.Gain, 2e-2 * pulse.Gain);
            if (plain.Regime == Regime.Excitable)
                Near("threshold", pulse.Threshold, other.Pulse.Threshold / x.A, 1e-5 * length);
            // Beside Barkley's invariant line u = 1 orbits come within e^−22 of how far they begin from it, and there the place of the line, known to the rounding
            // of (U − b)/a alone, decides on which side they leave: the kick that escapes is known to e^22 times that.
            double line = name == "Barkley" ? Math.Exp(22) * Math.ScaleB(1, -53) * (1 + Math.Abs(x.B) / x.A) : 0;
            Assert.Equal(pulse.Escape is null, other.Pulse.Escape is null);
            Near("escape", pulse.Escape ?? 0, (other.Pulse.Escape ?? 0) / x.A, 1e-5 * length + line);
        }
    }

    // Trace 1 − a², at u = a. Counted from n lengths away, numbers are known to n 2⁻⁵³, u as well, and the trace changes by twice that: 1 − a² = ∓2e
    // with e a hundred times as large is told from 0, and a = 1 is 0.
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(-1)]
    [InlineData(3)]
    [InlineData(50)]
    [InlineData(-1000)]
    [InlineData(1e6)]
    public void A_Hopf_point_is_one_within_rounding_wherever_it_is_counted_from(double shift)
    {
        foreach (double unit in (double[])[1, 0.37, 800])
        {
            RestState At(double a) =>
                new PlanarNeuron(
                    Rescaled(Text("-(u^2/2 - u^4/12) + u*v - a*v", 20, ("a", a)), unit, shift * unit, 3 / unit, shift / unit, 0.01)
                )
                    .Curve.At(0)
                    .Single();
            double e = 100 * (1 + Math.Abs(shift)) * Math.ScaleB(1, -53);
            Assert.Equal("weakly attracting focus", At(1).Kind);
            Assert.Equal("stable focus", At(1 + e).Kind);
            Assert.Equal("unstable focus", At(1 - e).Kind);
        }
    }

    // u = 0 is a rest state, but the formula counts u from 1, say: it is found to the rounding of that origin. F_u = −u (k (u − a)(u − 1) + v), so that the
    // slopes there are −k a = −1.2 and −ε.
    [Fact]
    public void Aliev_Panfilov_rests_at_0()
    {
        var rest = new PlanarNeuron(Equations(AlievPanfilov)).Curve.At(0);
        Assert.Equal(["saddle", "stable node", "unstable node", "saddle"], rest.Select(r => r.Kind));
        Assert.Equal(0, rest[1].U, 1e-15);
        Assert.Equal(0, rest[1].V, 1e-15);
        Assert.Equal(-1.202, rest[1].Trace, 1e-12);
        // v = −ε (u + μ₂)/μ₁ on the other line.
        Assert.Equal(-0.003, rest[0].V, 1e-15);
    }

    // Neurons of one variable, of two and of three.
    [Fact, Trait("speed", "slow")]
    public void Every_neuron_of_the_library_has_its_own_units()
    {
        var random = new Random(3);
        foreach (var model in NeuronModels.All)
        {
            Kinetics k = model;
            double at = model.Box is { } box ? 0.5 * (box.Low + box.High) + 0.1 * (box.High - box.Low) : 0.3;
            double[] rest = [at, .. k.Fields.Skip(1).Select((_, i) => 0.2 - 0.1 * i)];
            var plain = CellUnits.Of(k, null, rest);
            for (int draw = 0; draw < 20; draw++)
            {
                double[] unit = [.. rest.Select(_ => Math.Pow(10, 6 * random.NextDouble() - 3))],
                    origin = [.. unit.Select(x => x * 100 * (random.NextDouble() - 0.5))];
                double time = Math.Pow(10, 6 * random.NextDouble() - 3);
                Expr Moved(Expr f) =>
                    f.Substitute(s =>
                    {
                        int field = k.Fields.ToList().IndexOf(s);
                        return field < 0 ? null : (k.Fields[field] - origin[field]) / unit[field];
                    });
                var moved = new Kinetics(
                    k.Name,
                    k.Fields,
                    [.. k.Forces.Select((f, i) => unit[i] * Moved(f))],
                    [.. k.Taus.Select(t => time * t)],
                    k.Parameters
                );
                var other = CellUnits.Of(moved, null, [.. rest.Select((x, i) => origin[i] + unit[i] * x)]);
                Assert.Equal(plain is null, other is null);
                if (plain is null)
                    continue;
                void Near(double expected, double found, double size) =>
                    Assert.True(Math.Abs(expected - found) <= 1e-9 * size, $"{model.Name}: {expected:R} became {found:R}");
                Near(origin[0] + unit[0] * plain.MiddleU, other!.MiddleU, Math.Abs(origin[0]) + unit[0] * plain.U);
                Near(unit[0] * plain.U, other.U, other.U);
                Near(time * plain.T, other.T, other.T);
                Near(plain.Fast / time, other.Fast, other.Fast);
                Near(plain.Slow / time, other.Slow, other.Slow);
                if (rest.Length > 1)
                    Near(unit[1] * plain.V, other.V, other.V);
            }
        }
    }

    // The line u = 0 solves v' = 0 but never u' = 0: shifted, its place is known to rounding only, and v there may be anything.
    [Theory]
    [InlineData(-200)]
    [InlineData(30)]
    [InlineData(1000)]
    public void A_pole_of_the_rest_curve_is_no_rest_state(double shift)
    {
        var (_, cell, current) = Cells.Single(c => c.Name == "Brusselator");
        double length = 0.5779692884153314;
        var rest = Assert.Single(new RestCurve(new(Rescaled(cell, length, shift * length, 1.9, 0, 1))).At(length * current));
        Assert.Equal(1, rest.U / length - shift, 1e-9);
        Assert.Equal(2.5, rest.V / 1.9, 1e-9);
    }

    // Trace B − 1 − u², determinant u², I = u − 1 along v = B/u: Hopf points at u = ±√(B − 1), no saddle-node.
    [Theory]
    [InlineData(0, 0)]
    [InlineData(3, 0)]
    [InlineData(-7.3, 11.9)]
    [InlineData(200, -1000)]
    [InlineData(1e5, 1e5)]
    public void The_Brusselator_keeps_its_Hopf_points_wherever_it_is_counted_from(double shiftU, double shiftV)
    {
        var (_, cell, _) = Cells.Single(c => c.Name == "Brusselator");
        const double A = 0.37,
            C = 1.9;
        var curve = new RestCurve(new(Rescaled(cell, A, shiftU * A, C, shiftV * C, 3)));
        Assert.Empty(curve.SaddleNodes);
        Assert.Equal(2, curve.HopfPoints.Count);
        foreach (var (h, u) in curve.HopfPoints.Zip([-Math.Sqrt(1.5), Math.Sqrt(1.5)]))
        {
            double rounding = 1e-14 * (1 + Math.Abs(shiftU) + Math.Abs(shiftV));
            Assert.Equal(u, h.U / A - shiftU, rounding);
            Assert.Equal(2.5 / u, h.V / C - shiftV, rounding);
            Assert.Equal(u - 1, h.Current / A, 10 * rounding);
            Assert.Equal(Math.Abs(u), 3 * h.Omega, 100 * rounding);
        }
    }

    [Fact, Trait("speed", "slow")]
    public void No_verdict_changes() => SameFor(2 * Cells.Length, 1);

    [Fact, Trait("speed", "slow")]
    public void No_verdict_changes_in_600_more() => SameFor(600, 2);
}
