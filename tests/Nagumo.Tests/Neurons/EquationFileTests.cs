using Nagumo.Neurons;
using Nagumo.Symbolics;

namespace Nagumo.Tests.Neurons;

public sealed class EquationFileTests
{
    /// <summary>One and the same system, v' = v − v³/3 − w + 0.5, w' = 0.08 (v + 0.7 − 0.8 w), as different programs write it.</summary>
    public static TheoryData<string, string> Dialects =>
        new()
        {
            { "plain.txt", "v' = v - v^3/3 - w + 0.5\nw' = 0.08*(v + 0.7 - 0.8*w)" },
            { "windows.txt", "v' = v - v^3/3 - w + 0.5\r\n\r\n\tw' = 0.08*(v + 0.7 - 0.8*w)  # recovery\r\n" },
            { "julia.txt", "ε = 0.08\nv' = v - v^3/3 - w + 0.5\nw' = ε*(v + 0.7 - 0.8*w)" },
            { "greek.txt", "τ*w' = v + α - β*w\nα = 0.7 % offset\nβ = 0.8 // slope\nτ = 12.5\nv' = v − v³/3 − w + 0.5" },
            { "curly.txt", "v’ = v - v^3/3 - w + 0.5\nw′ = 0.08*(v + 0.7 - 0.8*w)" },
            { "leibniz.txt", "C*dv/dt = 2*(v - v**3/3 - w + I); (1/0.08)*dw/dt = v + 0.7 - 0.8*w; C = 2; I = 1/C" },
            {
                "xpp.ode",
                "# XPPAUT\npar I=0.5, a=0.7 b=0.8\nparam tau=12.5\n!eps=1/tau\ninit v=-1, w=1\ndV/dt = f(v) - w + i\ndw/dt = eps*(V + A - b*w)\nf(x)=x-pow(x,3)/3\naux s=v+w\n\"{a=1} note\n@ total=200, dt=.05\ndone\nnot read"
            },
            { "brian.txt", "dv/dt = v - v**3/3 - w + I : 1\ndw/dt = (v + 0.7 - 0.8*w)/tau : 1\nI : 1\ntau : second\nI = 0.5\ntau = 12.5" },
            { "quantity.txt", "cubic = v - v*v*v/3\nv' = cubic + drive\ndrive = 0.5 - w\nw' = 0.08*(v + 0.7 - 0.8*w)" },
            {
                "text.json",
                """
                    { "equations": ["v' = v - v^3/3 - w + I", "w' = (v + a - b*w)/tau"], // two
                      "parameters": { "I": 0.5, "a": 0.7, "b": "a + 0.1", "tau": 12.5 }, "start": { "v": -1 } }
                    """
            },
        };

    [Theory, MemberData(nameof(Dialects))]
    public void One_system_in_the_dialects_of_many_programs(string name, string text)
    {
        var system = EquationFile.Parse(text, name);
        int v = system.Variables[0].Name.Equals("v", StringComparison.OrdinalIgnoreCase) ? 0 : 1;
        double[] at = [1.3, -0.4];
        double[] expected = [at[0] - at[0] * at[0] * at[0] / 3 - at[1] + 0.5, 0.08 * (at[0] + 0.7 - 0.8 * at[1])];
        for (int i = 0; i < 2; i++)
            Assert.Equal(expected[i], Rate(system, i == 0 ? v : 1 - v, s => s == system.Variables[v] ? at[0] : at[1]), 1e-14);
    }

    [Theory, MemberData(nameof(Dialects))]
    public void What_it_prints_reads_back(string name, string text)
    {
        var system = EquationFile.Parse(text, name);
        var again = EquationFile.Parse(system.ToString(), "again");
        Assert.Equal(system.Variables, again.Variables);
        Assert.Equal(system.NumericRates, again.NumericRates);
        Assert.Equal(system.Start, again.Start);
        Assert.Equal(system.Parameters.Select(p => (p.Name, p.Value)), again.Parameters.Select(p => (p.Name, p.Value)));
    }

    [Theory]
    [InlineData("V' = -V - w + I\nw' = V\nI = 1\nunits: V mV, t ms\nunit: I µA/cm²", "text")]
    [InlineData(
        """{ "equations": ["V' = -V - w + I", "w' = V"], "parameters": { "I": 1 }, "units": { "V": "mV", "t": "ms", "I": "µA/cm²" } }""",
        "json"
    )]
    [InlineData("v' = -v - w + i\nw' = v\npar I=1\nunits: V mV, t ms, I µA/cm²\ndone", "x.ode")]
    public void Units_are_stated_by_name_and_kept(string text, string name)
    {
        var system = EquationFile.Parse(text, name);
        Assert.Equal("mV", system.Units[system.Variables[0].Name]);
        Assert.Equal(("ms", "µA/cm²", 3), (system.Units["t"], system.Units["I"], system.Units.Count));
        Assert.Equal(system.Units, EquationFile.Parse(system.ToString(), name).Units);
        Assert.Equal(system.Units, system.With(new Dictionary<string, double> { ["I"] = 2 }).Kinetics.Units);
    }

    [Fact]
    public void Parameters_stay_symbols_and_others_follow_them()
    {
        var system = EquationFile.Parse("c = 2*b\nx' = c*x - a\nb = a^2\na = 3\nx(0) = c/9", "test");
        Assert.Equal(["a"], system.Parameters.Select(p => p.Name));
        Assert.Equal([2.0], system.Start);
        Assert.Equal(18 * 5 - 3, Rate(system, 0, _ => 5));
        var changed = system.With(new Dictionary<string, double> { ["a"] = 1 });
        Assert.Equal(2 * 5 - 1, Rate(changed, 0, _ => 5));
        Assert.Equal(2 / 9.0, changed.Start[0], 1e-15);
        // One that is set follows no longer.
        var held = system.With(new Dictionary<string, double> { ["b"] = 7 });
        Assert.Equal(["b", "a"], held.Parameters.Select(p => p.Name));
        Assert.Equal(14 * 5 - 3, Rate(held, 0, _ => 5));
        Assert.Contains(
            "test has no parameter 'd'.",
            Assert.Throws<ArgumentException>(() => system.With(new Dictionary<string, double> { ["d"] = 7 })).Message
        );
        Assert.Contains(
            "'x' is a variable",
            Assert.Throws<ArgumentException>(() => system.With(new Dictionary<string, double> { ["x"] = 7 })).Message
        );
    }

    [Fact]
    public void A_declared_parameter_takes_its_value_from_outside()
    {
        const string text = "dv/dt = (I - v)/tau : 1\nI : 1\ntau : second";
        Assert.Equal(
            "lif: 'I', 'tau' are declared without a value: write I = …, tau = …",
            Assert.Throws<EquationFileException>(() => EquationFile.Parse(text, "lif")).Message
        );
        var given = EquationFile.Parse(text, "lif", new Dictionary<string, double> { ["I"] = 2, ["tau"] = 4 });
        Assert.Equal(0.25, Rate(given, 0, _ => 1));
    }

    [Theory]
    [InlineData("sinh(x)", 0.3, 0.30452029344714265)]
    [InlineData("cosh(x)", -2.0, 3.7621956910836314)]
    [InlineData("sinh(x)", 1e-9, 1e-9)]
    [InlineData("tan(x)", 0.5, 0.5463024898437905)]
    [InlineData("ln(x)", 2.0, 0.6931471805599453)]
    [InlineData("pow(x, 3)", -2.0, -8.0)]
    [InlineData("pow(x, 1.5)", 4.0, 8.0)]
    [InlineData("pow(x, 0.3)", 2.0, 1.2311444133449163)]
    [InlineData("pow(2, x)", 3.0, 8.0)]
    [InlineData("heaviside(x - 1)", 1.0, 1.0)]
    [InlineData("heav(x - 1)", 0.999, 0.0)]
    [InlineData("sign(x)*sqrt(abs(x))", -9.0, -3.0)]
    [InlineData("x^(2) + x⁻²", 2.0, 4.25)]
    public void Functions_have_their_values_and_their_derivatives(string text, double at, double expected)
    {
        var system = EquationFile.Parse($"x' = {text}", "test");
        Assert.Equal(expected, Rate(system, 0, _ => at), 1e-15 * Math.Max(1, Math.Abs(expected)));
        // Central difference with h = 1e-5: h² f‴/6 and ε/h, both below 1e-9 here; not across the step.
        if (text.StartsWith("heav", StringComparison.Ordinal))
            return;
        double h = 1e-5 * Math.Max(1e-4, Math.Abs(at)),
            derivative = system.Rates[0].Derive(system.Variables[0]).Evaluate((Func<Symbol, double>)(_ => at));
        Assert.Equal((Rate(system, 0, _ => at + h) - Rate(system, 0, _ => at - h)) / (2 * h), derivative, 1e-8 * Math.Max(1, derivative));
    }

    [Theory]
    [InlineData(
        "q'' = -q - 0.1*q'",
        "test, line 1, column 1: an equation of second order; write two of first order, q' = p and p' = -q - 0.1*p"
    )]
    [InlineData(
        "d2x/dt2 = -x - dx/dt",
        "test, line 1, column 3: an equation of second order; write two of first order, x' = dx and dx' = -x - dx"
    )]
    [InlineData("q' = p\np' = -q + 0.3*cos(1.2*t)", "test, line 2, column 23: unknown name 't'; equations that name the time are not read")]
    [InlineData("q' = p\np' = -q'", "test, line 2, column 8: a rate of change stands on the right: write the right-hand side")]
    [InlineData("x' = a*x\na = b\nb = 2*c\nc = a", "test, line 2, column 1: a needs b needs c needs a: give one of them a number")]
    [InlineData("x' = a*x\na = b", "test, line 2, column 5: unknown name 'b'; give it a value, b = …")]
    [InlineData("x' = f(x)\nf(y) = f(y)", "test, line 2, column 1: the function 'f' calls itself")]
    [InlineData("x' = f(x, 1)\nf(y) = y", "test, line 1, column 6: f takes 1 argument, not 2")]
    [InlineData("w' = W", "test, line 1, column 6: unknown name 'W'; did you mean 'w'?")]
    [InlineData("k' = k(k - 1)", "test, line 1, column 6: unknown function 'k'; write k*(…) for a product")]
    [InlineData("x' = a*x\na = 1\na = 2", "test, line 3, column 1: the parameter 'a' is given twice")]
    [InlineData("x' = 1\nx = 2", "test, line 2, column 1: 'x' is a variable and a parameter: rename one")]
    [InlineData("x' = x/a\na = exp(1000)", "test, line 2, column 1: a is not a finite number")]
    [InlineData("tau*x' = x\ntau = a - 1\na = 1", "test, line 1, column 1: a time constant of 0: eliminate the variable instead")]
    [InlineData("{\"equations\": [\"x' = y\"]}", "test, equations[0], column 6: unknown name 'y'")]
    [InlineData("{\"equations\": [\"x' = y\"], \"paramters\": {}}", "test: a file of equations has no key 'paramters'. Did you mean")]
    [InlineData("{\"equations\": [\"x' = y\"], \"parameters\": {\"y\": null}}", "test: parameters.y = null: give a number")]
    [InlineData("{\"equations\": 3}", "test: 'equations' = 3: give a list of texts")]
    [InlineData("{\"equations\": [", "test: not JSON: ")]
    public void What_is_not_read_is_named_with_how_to_write_it(string text, string message) =>
        Assert.StartsWith(message, Assert.Throws<EquationFileException>(() => EquationFile.Parse(text, "test")).Message);

    [Theory]
    [InlineData("x' = x", true)]
    [InlineData(" {\"equations\": []}", true)]
    [InlineData("{\"potential\": \"u^2\"}", false)]
    [InlineData("{", false)]
    [InlineData("", false)]
    public void A_file_of_equations_is_recognised(string text, bool expected) => Assert.Equal(expected, EquationFile.StatesEquations(text));

    private static double Rate(EquationSystem system, int i, Func<Symbol, double> values) =>
        system.Rates[i].Evaluate((Func<Symbol, double>)(s => s is Parameter p ? p.Value : values(s)));
}
