using System.Globalization;
using Nagumo.Audits;
using Nagumo.Compute;
using Nagumo.Neurons;

namespace Nagumo.Tests.Audits;

/// <summary>What an audit says of a flow does not depend on the units and origins of its variables, nor on that of time.</summary>
public sealed class UnitsTests
{
    private const string Diode = "C*v' = -(g3*v^3 - g1*v) - i + I0\nL*i' = v + E0 - R*i\nR = 40\ng1 = 0.01\ng3 = 0.5\nE0 = 0.05\nI0 = 0\n";

    /// <summary>Rest states by hand or published, and the class; NaN where there is no rest state.</summary>
    public static TheoryData<string, Structure, double[]> Systems =>
        new()
        {
            // g3 v³ − g1 v + (v + E0)/R = 0.
            { Diode + "C = 20e-9\nL = 5e-3", Structure.SkewGradient, [-0.07126757376531796, -0.0005316893441007949] },
            { Diode + "C = 20e-12\nL = 5e-6", Structure.SkewGradient, [-0.07126757376531796, -0.0005316893441007949] },
            { "x' = 1e-13*(1 - x)\ny' = 1e-13*(0.5*x - y)", Structure.Neither, [1, 0.5] },
            { "x' = 1e-13*(1 - x) + 1e-14*y\ny' = 1e-13*(0.1*x - y)", Structure.Gradient, [1 / 0.99, 0.1 / 0.99] },
            // u + 0.7 = 0.8 (u − u³/3).
            { "u' = u - u^3/3 - v\nv' = (u + 0.7 - 0.8*v)/1e6", Structure.SkewGradient, [-1.1994080352440, -0.6242600440550] },
            { "u' = u - u^3/3 - v\n1e9*v' = u + 0.7 - 0.8*v", Structure.SkewGradient, [-1.1994080352440, -0.6242600440550] },
            {
                "x' = y - x^3 + 3*x^2 - z + 2\ny' = 1 - 5*x^2 - y\nz' = 0.006*(4*(x + 1.6) - z)",
                Structure.SelfAdjointAtRest,
                [-1.1272490717508, -5.3534523488149, 1.8910037129969]
            },
            {
                "x' = x*(1 - x) - 2*x*y/(x + 0.2)\ny' = 0.1*y*(2*x/(x + 0.2) - 1)\nx(0) = 0.3\ny(0) = 0.2",
                Structure.SelfAdjointAtRest,
                [0.2, 0.16]
            },
            { "x' = x*(1 - y)\ny' = y*(x - 1)\nx(0) = 2\ny(0) = 0.5", Structure.SelfAdjointAtRest, [1, 1] },
            // Duffing and van der Pol.
            { "pairs: q p\nq' = p\np' = q - q^3\nq(0) = 0.8", Structure.Hamiltonian, [1, 0] },
            { "x' = 3*(x - x^3/3 - y)\ny' = x/3", Structure.SkewGradient, [0, 0] },
            // Lorenz at C₊ = (√(β(ρ − 1)), …, ρ − 1).
            {
                "x' = 10*(y - x)\ny' = x*(28 - z) - y\nz' = x*y - 8*z/3\nx(0) = 8\ny(0) = 8\nz(0) = 26",
                Structure.Neither,
                [8.4852813742386, 8.4852813742386, 27]
            },
            { "x' = -4*x^3 - 2*x*y^2 + 1\n5*y' = -2*x^2*y - y", Structure.Gradient, [0.6299605249474366, 0] },
            // Locked: 1 + 2 sin(d) = 0 for d = t2 − t1, wherever the pair turns.
            { "t1' = 1 + sin(t2 - t1) \nt2' = 1 + sin(t1 - t2) - 0.0001*t2", Structure.Gradient, [double.NaN, double.NaN] },
            { "t1' = 3 + sin(t2 - t1)\nt2' = sin(t1 - t2)", Structure.Neither, [double.NaN, double.NaN] },
            { "x' = exp(-x)", Structure.Neither, [double.NaN] },
            { "x' = 1 + x^2", Structure.Neither, [double.NaN] },
            { "x' = 1 - tanh(x)", Structure.Neither, [double.NaN] },
            { "x' = 1/(1 + x^2)", Structure.Neither, [double.NaN] },
            { "x' = 2 + sin(x)", Structure.Neither, [double.NaN] },
            // Degenerate rest states, where J is singular.
            { "x' = -x^3\nx(0) = 1", Structure.Gradient, [0] },
            { "x' = -(x - 3)^2", Structure.Gradient, [3] },
        };

    [Theory, MemberData(nameof(Systems))]
    public void Rest_states_and_classes_are_the_known_ones(string equations, Structure expected, double[] rest)
    {
        var audit = StructureAudit.Run(FlowSystem.Of(EquationFile.Parse(equations, "test")), cancel: TestContext.Current.CancellationToken);
        if (double.IsNaN(rest[0]) && expected == Structure.Neither)
        {
            Assert.False(audit.Converged, $"at rest at {string.Join(", ", audit.State)}, |x'| {audit.Residual}");
            return;
        }
        Assert.True(audit.Converged);
        Assert.Equal(expected, audit.Class);
        for (int i = 0; i < rest.Length && !double.IsNaN(rest[i]); i++)
            // A double root is found to the square root of the rounding.
            Assert.Equal(
                rest[i],
                audit.State[i],
                Math.Abs(rest[i]) * 1e-10 + (equations.Contains(")^2") || equations.Contains("-x^3\n") ? 1e-6 : 1e-12)
            );
    }

    [Theory, MemberData(nameof(Systems))]
    public void Other_units_and_origins_change_nothing(string equations, Structure expected, double[] rest)
    {
        var plain = EquationFile.Parse(equations, "test");
        var reference = StructureAudit.Run(FlowSystem.Of(plain), cancel: TestContext.Current.CancellationToken);
        bool exists = !double.IsNaN(rest[0]) || expected != Structure.Neither;
        var rng = new Rng(7).Split(equations);
        for (int trial = 0; trial < 25; trial++)
        {
            int n = plain.Variables.Count;
            double rate = Math.Pow(10, rng.NextInt(25) - 12);
            // The unit of action is one for all pairs: q and p in turn.
            double[] unit = [.. Enumerable.Range(0, n).Select(_ => Math.Pow(10, rng.NextInt(7) - 3))],
                origin = [.. Enumerable.Range(0, n).Select(i => unit[i] * (trial % 2 == 0 ? 0 : 3 * rng.NextNormal()))];
            string text = Rescaled(plain, unit, origin, rate);
            var audit = StructureAudit.Run(FlowSystem.Of(EquationFile.Parse(text, "test")), cancel: TestContext.Current.CancellationToken);
            Assert.True(exists == audit.Converged, $"{audit.Converged}, |x'| {audit.Residual}, {string.Join(", ", audit.State)}\n{text}");
            if (!exists)
                continue;
            Assert.True(
                reference.Class == audit.Class,
                $"{audit.Class}, defect {audit.ProbeDefect}, {audit.PairDefect}, {audit.StructureDefect}\n{text}"
            );
            for (int i = 0; i < n && !double.IsNaN(rest[i]); i++)
                Assert.True(
                    Math.Abs((audit.State[i] - origin[i]) / unit[i] - reference.State[i]) < 1e-5 * Math.Max(1, Math.Abs(rest[i])),
                    $"{(audit.State[i] - origin[i]) / unit[i]} for {reference.State[i]}\n{text}"
                );
        }
    }

    /// <summary>The same equations for X = unit·x + origin in a time that runs 1/rate as fast.</summary>
    private static string Rescaled(EquationSystem system, double[] unit, double[] origin, double rate)
    {
        var index = system.Variables.Select((v, i) => (v, i)).ToDictionary(p => p.v.Name, p => p.i);
        var lines = system
            .NumericRates.Select(
                (f, i) =>
                    $"{system.Variables[i]}' = {N(rate * unit[i])}*({f.Substitute(s => (new Nagumo.Symbolics.Symbol(s.Name) - origin[index[s.Name]]) / unit[index[s.Name]])})"
            )
            .Concat(system.Start.Select((x, i) => $"{system.Variables[i]}(0) = {N(unit[i] * x + origin[i])}"));
        if (system.Pairs.Count > 0)
            lines = lines.Append(
                $"pairs: {string.Join(", ", system.Pairs.Select(p => $"{system.Variables[p.Q]} {system.Variables[p.P]}"))}"
            );
        return string.Join('\n', lines);

        static string N(double x) => x.ToString("R", CultureInfo.InvariantCulture);
    }
}
