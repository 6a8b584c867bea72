using System.Text.Json;

namespace Nagumo.Cli.Tests;

/// <summary><c>nagumo simulate neuron --neuron FILE</c>: users' cells as potentials and as equations, against closed forms and other programs.</summary>
public sealed class SimulateNeuronTests : IDisposable
{
    private readonly Sandbox _sandbox = new();

    public void Dispose() => _sandbox.Dispose();

    private const string Barkley = """
        u' = u*(1-u)*(u-(v+b)/a)/eps
        v' = u - v
        a = 0.75
        b = 0.06
        eps = 0.02
        """;

    private (int Code, JsonElement Measured) Analysed(string text, params string[] settings)
    {
        string file = _sandbox["cell"],
            folder = _sandbox[$"run-{Directory.GetDirectories(_sandbox.Folder).Length}"];
        File.WriteAllText(file, text);
        string[] common = ["simulate", "neuron", "--neuron", file, "--set", "curve=0", "--no-pictures", "--json", "--out", folder];
        var outcome = Sandbox.Run([.. common, .. settings.SelectMany(s => (string[])["--set", s])]);
        using var json = JsonDocument.Parse(outcome.Output);
        return (outcome.Code, json.RootElement.GetProperty("measured").Clone());
    }

    private static double[] Values(JsonElement e) => [.. e.EnumerateArray().Select(x => x.GetDouble())];

    [Fact]
    public void A_potential_in_millivolts_is_excitable_with_its_threshold_in_millivolts()
    {
        // The textbook's neuron times 40: 40 · 0.55546.
        var (code, measured) = Analysed(
            """{ "potential": "-(u^2/2 - u^4/(12*s^2)) + u*v - 0.8*v^2/2 + 0.7*s*v", "parameters": { "s": 40 }, "inhibitors": { "v": 12.5 } }""",
            "current=0"
        );
        Assert.Equal(0, code);
        Assert.Equal("excitable", measured.GetProperty("regime").GetString());
        Assert.Equal(22.2, measured.GetProperty("threshold_kick").GetDouble(), 0.1);
    }

    [Theory]
    [InlineData("gamma=3", "a=0")]
    [InlineData("gamma=3", "a=0", "kick=1.2")]
    public void A_kick_to_another_rest_state_is_no_spike(params string[] settings)
    {
        string[] common = ["simulate", "spike", "--set", "curve=0", "--set", "current=0", "--no-pictures", "--out", _sandbox["switch"]];
        var outcome = Sandbox.Run([.. common, .. settings.SelectMany(s => (string[])["--set", s])]);
        Assert.Equal(3, outcome.Code);
        Assert.Contains("takes the neuron to its other rest state", outcome.Output.ReplaceLineEndings(" ").Replace("   ", " "));
        Assert.DoesNotContain("kick that spikes", outcome.Output);
    }

    [Fact]
    public void Rates_of_1_over_eps_end()
    {
        var (code, measured) = Analysed(
            """{ "potential": "(u^4/4 - 1.1*u^3/3 + 0.1*u^2/2 + u*v - 0.5*v^2/2)/eps", "parameters": { "eps": 0.01 }, "inhibitors": { "v": 100 } }""",
            "current=0"
        );
        Assert.Equal(0, code);
        Assert.Equal("excitable", measured.GetProperty("regime").GetString());
    }

    [Fact]
    public void A_piecewise_linear_neuron_has_a_rest_state_on_either_piece()
    {
        // v = 2u; −3u = 0 below the corner, 1 − 3u = 0 above it.
        var (code, measured) = Analysed(
            """{ "potential": "u^2/2 - max(u-a, 0) + u*v - g*v^2/2", "parameters": { "a": 0.25, "g": 0.5 }, "inhibitors": { "v": 50 } }""",
            "current=0"
        );
        Assert.Equal(0, code);
        Assert.Equal("bistable", measured.GetProperty("regime").GetString());
        Assert.Equal([0, 1.0 / 3], Values(measured.GetProperty("rest_u")), (a, b) => Math.Abs(a - b) < 1e-12);
        Assert.Equal(3.8, measured.GetProperty("pulse_gain").GetDouble(), 0.1);
    }

    [Fact]
    public void Beyond_its_threshold_a_neuron_without_reset_escapes()
    {
        // u² − v − 0.1 and u − v: rest at (1 ± √1.4)/2, saddle-node at current 1/4.
        var (code, measured) = Analysed("""{ "potential": "-u^3/3 + u*v - v^2/2", "inhibitors": { "v": 10 } }""", "current=-0.1");
        Assert.Equal(0, code);
        double root = Math.Sqrt(1.4);
        Assert.Equal([(1 - root) / 2, (1 + root) / 2], Values(measured.GetProperty("rest_u")), (a, b) => Math.Abs(a - b) < 1e-7);
        Assert.Contains(Values(measured.GetProperty("saddle_node_currents")), i => Math.Abs(i - 0.25) < 1e-7);
        Assert.True(measured.GetProperty("escape_kick").GetDouble() > 0);
    }

    [Fact]
    public void An_exact_Hopf_point_has_no_cycle_and_a_centre_is_one()
    {
        var (_, vanDerPol) = Analysed(
            """{ "potential": "-(u^2/2 - u^4/12) + u*v - a*v", "parameters": { "a": 0 }, "inhibitors": { "v": 25 } }""",
            "tau=20",
            "a=1",
            "current=0"
        );
        Assert.False(vanDerPol.TryGetProperty("period", out _));
        var (_, centre) = Analysed("""{ "potential": "u*v", "inhibitors": { "v": 1 } }""", "current=0");
        Assert.Equal("centre", centre.GetProperty("rest_kind")[0].GetString());
    }

    /// <summary>u − u³/3 − u/γ + I = 0 has a double root at u² = 1 − 1/γ, I = ±(2/3)(1 − 1/γ)^(3/2).</summary>
    [Theory]
    [InlineData(0, true)]
    [InlineData(1e-12, false)]
    [InlineData(-1e-12, false)]
    public void A_saddle_node_within_rounding_is_told(double beside, bool told)
    {
        double current = 2.0 / 3 * Math.Pow(0.5, 1.5) + beside;
        var (_, measured) = Analysed("u' = u - u^3/3 - v + 0*u\nv' = (u - 2*v)/20", $"current={current:R}");
        Assert.Equal(told, measured.TryGetProperty("at_saddle_node", out var at));
        if (told)
            Assert.Equal([current], Values(at), (a, b) => Math.Abs(a - b) < 1e-14);
    }

    [Fact]
    public void Two_foci_live_beside_a_cycle()
    {
        var outcome = Sandbox.Run([
            .. "simulate neuron --set gamma=1.4 --set a=0 --set tau=9 --set current=0 --set curve=0 --no-pictures --json --out".Split(' '),
            _sandbox["a"],
        ]);
        Assert.Equal(0, outcome.Code);
        using var json = JsonDocument.Parse(outcome.Output);
        var measured = json.RootElement.GetProperty("measured");
        Assert.Equal(45.728, measured.GetProperty("period").GetDouble(), 1e-3);
        Assert.Equal(1.7416, measured.GetProperty("cycle_u_max").GetDouble(), 1e-4);
        Assert.Equal(2, measured.GetProperty("rest_kind").EnumerateArray().Count(k => k.GetString() == "stable focus"));
    }

    [Fact]
    public void A_neuron_that_never_oscillates_says_so_and_draws_no_frequency()
    {
        var outcome = Sandbox.Run([
            .. "simulate neuron --set gamma=1.5 --set a=0 --set tau=0.5 --set current=0 --json --out".Split(' '),
            _sandbox["n"],
        ]);
        Assert.Equal(0, outcome.Code);
        using var json = JsonDocument.Parse(outcome.Output);
        var measured = json.RootElement.GetProperty("measured");
        Assert.StartsWith("at no current from -0.1", measured.GetProperty("firing").GetString());
        Assert.False(measured.TryGetProperty("firing_from", out _));
        Assert.False(File.Exists(Path.Combine(_sandbox["n"], "frequency.png")));
        Assert.True(File.Exists(Path.Combine(_sandbox["n"], "phase-plane.png")));
    }

    // Where its cycles live does not depend on the current that the neuron is run at.
    [Theory]
    [InlineData("0.5")]
    [InlineData("1e7")]
    [InlineData("-3e8")]
    [InlineData("1e30")]
    public void The_textbooks_firing_ends_at_folds_of_cycles(string current)
    {
        var outcome = Sandbox.Run(["simulate", "neuron", "--set", $"current={current}", "--json", "--out", _sandbox["t"]]);
        Assert.Equal(0, outcome.Code);
        using var json = JsonDocument.Parse(outcome.Output);
        var measured = json.RootElement.GetProperty("measured");
        Assert.Equal([0.324178523], Values(measured.GetProperty("firing_from")), (a, b) => Math.Abs(a - b) < 1e-9);
        Assert.Equal([1.425821477], Values(measured.GetProperty("firing_to")), (a, b) => Math.Abs(a - b) < 1e-9);
        Assert.Equal("fold of cycles", measured.GetProperty("firing_to_kind")[0].GetString());
        Assert.True(File.Exists(Path.Combine(_sandbox["t"], "frequency.png")));
    }

    // On v = u the force is u (1 − u) (u (1 − 1/a) − b/a)/eps: u = 0, 1 and −b/(1 − a). The line u = 1 is invariant: a kick onto it ends on its saddle,
    // one beyond it escapes along u = (v + b)/a.
    [Theory]
    [InlineData(Barkley)]
    [InlineData(
        """{ "equations": [ "u' = u*(1-u)*(u-(v+b)/a)/eps", "v' = u - v" ], "parameters": { "a": 0.75, "b": 0.06, "eps": 0.02 } }"""
    )]
    public void Equations_are_analysed_like_potentials(string text)
    {
        var (code, measured) = Analysed(text, "current=0");
        Assert.Equal(0, code);
        Assert.Equal("excitable", measured.GetProperty("regime").GetString());
        Assert.Equal("yes", measured.GetProperty("confirmed_by_run").GetString());
        Assert.Equal([-0.24, 0, 1], Values(measured.GetProperty("rest_u")), (a, b) => Math.Abs(a - b) < 1e-12);
        // Above b/a = 0.08, where u' changes its sign, by what v moves meanwhile.
        Assert.InRange(measured.GetProperty("threshold_kick").GetDouble(), 0.08, 0.12);
        Assert.Equal(1, measured.GetProperty("escape_kick").GetDouble(), 1e-3);
    }

    // Greek letters, a curly prime and dv/dt: the textbook's neuron at I = 0.5, period 39.47441498.
    [Theory]
    [InlineData("ε = 0.08\nv' = v - v^3/3 - w + 0.5\nw' = ε*(v + 0.7 - 0.8*w)\n")]
    [InlineData("v’ = v - v^3/3 - w + 0.5\nw’ = 0.08*(v + 0.7 - 0.8*w)\n")]
    public void Spellings_of_other_programs_are_the_same_neuron(string text)
    {
        var (code, measured) = Analysed(text, "current=0");
        Assert.Equal(0, code);
        Assert.Equal(39.47441498, measured.GetProperty("period").GetDouble(), 1e-5);
    }

    // As other programs' files state them; rest states by hand. Lengyel–Epstein: (a/5, 1 + a²/25); Brusselator: (A, B/A); Gray–Scott: (1, 0);
    // Oregonator: u² + (q + f − 1) u − q (1 + f) = 0, v = u; Aliev–Panfilov: (0, 0), and those on v = −eps (u + mu2)/mu1.
    public static TheoryData<string, string, double[], double[]> Published =>
        new()
        {
            {
                "C*V' = I - gL*(V-VL) - gCa*0.5*(1+tanh((V-V1)/V2))*(V-VCa) - gK*n*(V-VK)\n"
                    + "n' = phi*0.5*(exp((V-V3)/(2*V4)) + exp(-(V-V3)/(2*V4)))*(0.5*(1+tanh((V-V3)/V4)) - n)\n"
                    + "I = 0\nC = 20\ngL = 2\ngCa = 4.4\ngK = 8\nVL = -60\nVCa = 120\nVK = -84\nV1 = -1.2\nV2 = 18\nV3 = 2\nV4 = 30\nphi = 0.04\nV(0) = -60\nn(0) = 0.01",
                "excitable",
                [-60.855382232309495],
                [0.014915024953999378]
            },
            { "x' = A + x^2*y - (B+1)*x\ny' = B*x - x^2*y\nA = 1\nB = 1.7\nx(0) = 1\ny(0) = 1", "monostable", [1], [1.7] },
            { "u' = -u*v^2 + F*(1-u)\nv' = u*v^2 - (F+k)*v\nF = 0.037\nk = 0.06\nu(0) = 0.4\nv(0) = 0.3", "monostable", [1], [0] },
            {
                "eps*u' = u*(1-u) - f*v*(u-q)/(u+q)\nv' = u - v\neps = 0.04\nf = 1.4\nq = 0.002\nu(0) = 0.01\nv(0) = 0.01",
                "oscillatory",
                [-0.4136052680438562, 0, 0.0116052680438563],
                [-0.4136052680438562, 0, 0.0116052680438563]
            },
            { "u' = a - u - 4*u*v/(1+u^2)\nv' = s*b*(u - u*v/(1+u^2))\na = 10\nb = 4\ns = 2\nu(0) = 2\nv(0) = 5", "monostable", [2], [5] },
            {
                "u' = -k*u*(u-a)*(u-1) - u*v\nv' = (eps + mu1*v/(u+mu2))*(-v - k*u*(u-a-1))\nk = 8\na = 0.15\neps = 0.002\nmu1 = 0.2\nmu2 = 0.3",
                "excitable",
                [0, 0, 0.14933971920203484, 1.0019102807979652],
                [-0.003, 0, -0.004493397192020348, -0.013019102807979651]
            },
        };

    [Theory]
    [MemberData(nameof(Published))]
    public void Published_equations_have_their_rest_states(string text, string regime, double[] u, double[] v)
    {
        var (code, measured) = Analysed(text, "current=0");
        Assert.Equal(0, code);
        Assert.Equal(regime, measured.GetProperty("regime").GetString());
        Assert.Equal("yes", measured.GetProperty("confirmed_by_run").GetString());
        Assert.Equal(u, Values(measured.GetProperty("rest_u")), (a, b) => Math.Abs(a - b) < 1e-9 * Math.Max(1, Math.Abs(a)));
        Assert.Equal(v, Values(measured.GetProperty("rest_v")), (a, b) => Math.Abs(a - b) < 1e-9 * Math.Max(1, Math.Abs(a)));
    }

    // XPPAUT's and Brian's spelling of the textbook's neuron, its parameters given there or here: period 39.47441498 at I = 0.5.
    [Theory]
    [InlineData(
        "# an XPPAUT file\npar I=0.5, a=0.7, b=0.8\npar tau=12.5\ninit v=-1, w=1\ndv/dt = v - v^3/3 - w + I\ndw/dt = (v + a - b*w)/tau\n@ total=200, dt=0.05\ndone"
    )]
    [InlineData("dv/dt = v - v**3/3 - w + I : 1\ndw/dt = (v + 0.7 - 0.8*w)/tau : 1\nI : 1\ntau : 1", "I=0.5", "tau=12.5")]
    public void Files_of_other_programs_are_the_same_neuron(string text, params string[] settings)
    {
        var (code, measured) = Analysed(text, [.. settings, "current=0"]);
        Assert.Equal(0, code);
        Assert.Equal(39.47441498, measured.GetProperty("period").GetDouble(), 1e-5);
        File.WriteAllText(_sandbox["audited.txt"], text);
        var audit = Sandbox.Run(["audit", _sandbox["audited.txt"], .. settings.SelectMany(s => (string[])["--set", s]), "--json"]);
        Assert.Equal(0, audit.Code);
        Assert.Contains("skew-gradient", audit.Output);
    }

    private const string Classic = "v' = v - v^3/3 - w + I\nw' = 0.08*(v + 0.7 - 0.8*w)\nI = 0\n";

    // The textbook's period and Hopf currents are those of the I in the file: nothing is added to it unasked.
    [Theory]
    [InlineData(Classic)]
    [InlineData("""{ "equations": ["v' = v - v^3/3 - w + I", "w' = 0.08*(v + 0.7 - 0.8*w)"], "parameters": { "I": 0 } }""")]
    public void Equations_get_no_current_beside_their_own(string text)
    {
        var (code, measured) = Analysed(text, "I=0.5");
        Assert.Equal(0, code);
        Assert.Equal(39.47441498, measured.GetProperty("period").GetDouble(), 1e-5);
        Assert.Equal([0.331281337, 1.418718663], Values(measured.GetProperty("hopf_own")), (a, b) => Math.Abs(a - b) < 1e-8);
        Assert.Equal([-0.168718663, 0.918718663], Values(measured.GetProperty("hopf_currents")), (a, b) => Math.Abs(a - b) < 1e-8);
        Assert.Equal("activator v, inhibitor w", measured.GetProperty("variables").GetString());
    }

    // A current that is asked for adds to theirs, under another name.
    [Fact]
    public void A_current_beside_I_has_another_name()
    {
        File.WriteAllText(_sandbox["cell"], Classic);
        string[] line = ["simulate", "neuron", "--neuron", _sandbox["cell"], "--set", "curve=0", "--no-pictures"];
        var outcome = Sandbox.Run([.. line, "--set", "I=0.2", "--set", "current=0.3", "--out", _sandbox["out"]]);
        Assert.Equal(0, outcome.Code);
        Assert.Contains("I = 0.2, current = 0.3", outcome.Output);
        Assert.Contains("39.474415", outcome.Output);
        Assert.Contains("rest w", outcome.Output);
        Assert.DoesNotContain("rest u", outcome.Output);
        // An I that moves the inhibitor as well is no current: nothing is said in its units.
        var (_, measured) = Analysed("v' = v - v^3/3 - w + I\nw' = 0.08*(v + 0.7 - 0.8*w + I^2)\nI = 0.1\n");
        Assert.False(measured.TryGetProperty("hopf_own", out _));
    }

    // I/2 in v': a current of 1 is 2 of I, so the Hopf points are at twice the textbook's.
    [Fact]
    public void Their_own_current_may_have_a_factor()
    {
        var (_, measured) = Analysed("v' = v - v^3/3 - w + I/2\nw' = 0.08*(v + 0.7 - 0.8*w)\nI = 1\n");
        Assert.Equal([0.662562675, 2.837437325], Values(measured.GetProperty("hopf_own")), (a, b) => Math.Abs(a - b) < 1e-8);
    }

    // The textbook's neuron in millivolts, u = V/40: its threshold is 40 · 0.555 of them, and 1 is far below.
    private const string Millivolts = "V' = V - V^3/(3*s^2) - w\nw' = 0.08*(V + 0.7*s - 0.8*w)\ns = 40\n";

    [Theory]
    [InlineData("auto", 0, 40 * 1.79343208)]
    [InlineData("30", 0, 0.0)]
    [InlineData("1", 3, 0.0)]
    [InlineData("-30", 3, 0.0)]
    public void A_spike_is_kicked_beyond_its_own_threshold_or_says_that_there_is_none(string kick, int code, double peak)
    {
        File.WriteAllText(_sandbox["cell"], Millivolts);
        string[] line = ["simulate", "spike", "--neuron", _sandbox["cell"], "--set", $"kick={kick}", "--set", "curve=0", "--no-pictures"];
        var outcome = Sandbox.Run([.. line, "--json", "--out", _sandbox["out"]]);
        Assert.Equal(code, outcome.Code);
        using var json = JsonDocument.Parse(outcome.Output);
        var measured = json.RootElement.GetProperty("measured");
        if (peak > 0)
            Assert.Equal(peak, measured.GetProperty("peak_u").GetDouble(), 1e-4);
        if (code == 0)
        {
            Assert.DoesNotContain("no spike", outcome.Error);
            return;
        }
        string why = json.RootElement.GetProperty("why").GetString()!;
        Assert.StartsWith($"no spike: the kick of {kick} is ", why);
        Assert.Contains("threshold 22.22", why);
        Assert.Contains(why, outcome.Error);
        // What it advises spikes.
        string advised = why[(why.LastIndexOf("kick=", StringComparison.Ordinal) + 5)..];
        line[5] = $"kick={advised}";
        Assert.Equal(0, Sandbox.Run([.. line, "--out", _sandbox["advised"]]).Code);
    }

    // Equations that start at rest are not kicked: that is no spike either.
    [Fact]
    public void A_spike_from_a_stated_rest_says_that_there_is_none()
    {
        File.WriteAllText(_sandbox["cell"], Millivolts + "V(0) = -47.9763\nw(0) = -24.9704\n");
        string[] line = ["simulate", "spike", "--neuron", _sandbox["cell"], "--set", "curve=0", "--no-pictures"];
        var outcome = Sandbox.Run([.. line, "--out", _sandbox["a"]]);
        Assert.Equal(3, outcome.Code);
        Assert.Contains("no spike: from the start that the equations state", outcome.Output);
        Assert.Equal(0, Sandbox.Run([.. line, "--set", "kick=40", "--out", _sandbox["b"]]).Code);
    }

    // The settings' list tells both defaults.
    [Fact]
    public void The_list_tells_the_current_of_equations() =>
        Assert.Contains(
            "0 for a file of equations",
            Sandbox.Run("simulate", "neuron", "--list").Output.ReplaceLineEndings(" ").Replace("  ", "")
        );

    [Theory]
    [InlineData("q'' = -q - 0.1*q'", "an equation of second order; write two of first order, q' = p and p' = -q - 0.1*p")]
    [InlineData("q' = p\np' = -q - 0.1*p + 0.3*cos(1.2*t)", "unknown name 't'; equations that name the time are not read")]
    [InlineData("dv/dt = v - v**3/3 - w + I : 1\ndw/dt = v - w : 1\nI : 1", "'I' is declared without a value: write I = …")]
    [InlineData(
        """{ "potential": "-(V^2/2 - V^4/12) + V*w - 0.8*w^2/2 + 0.7*w", "inhibitors": { "w": 12.5 } }""",
        "unknown name 'V' at position 2; the activator is called u: write u for V"
    )]
    public void What_cannot_be_taken_is_named_with_how_to_write_it(string text, string expected)
    {
        File.WriteAllText(_sandbox["cell"], text);
        Assert.Contains(expected, Said("simulate", "neuron", "--neuron", _sandbox["cell"], "--out", _sandbox["out"]));
        if (!text.StartsWith('{'))
            Assert.Contains(expected, Said("audit", _sandbox["cell"]));

        static string Said(params string[] line)
        {
            var outcome = Sandbox.Run(line);
            Assert.Equal(2, outcome.Code);
            return outcome.Error;
        }
    }

    // u − u³/3 + I = (u + 0.7)/0.8 of a current or of time constants far off: an answer, in seconds.
    [Theory]
    [InlineData("neuron", "current=1e5", "monostable", 1e5)]
    [InlineData("neuron", "tau=1e-30", "monostable", 0.5)]
    [InlineData("spike", "tau=1e6", "excitable", 0.0)]
    [InlineData("spike", "kick=50", "excitable", 0.0)]
    public void Numbers_far_off_are_answered(string phenomenon, string key, string regime, double current)
    {
        var outcome = Sandbox.Run(
            "simulate",
            phenomenon,
            "--set",
            key,
            "--set",
            "curve=0",
            "--no-pictures",
            "--json",
            "--out",
            _sandbox["out"]
        );
        Assert.Equal(0, outcome.Code);
        var measured = JsonDocument.Parse(outcome.Output).RootElement.GetProperty("measured");
        Assert.Equal(regime, measured.GetProperty("regime").GetString());
        double u = Assert.Single(Values(measured.GetProperty("rest_u")));
        Assert.Equal(0, u - u * u * u / 3 - (u + 0.7) / 0.8 + current, 1e-9 * Math.Max(1, current));
    }

    /// <summary>Equations that state a start run from there, and of several rest states take the one that it leads to.</summary>
    [Fact]
    public void A_stated_start_is_where_the_course_begins()
    {
        const string Bistable = "u' = u - u^3/3 - v\nv' = (u - 3*v)/2\n";
        foreach (double sign in (double[])[-1, 1])
        {
            string file = _sandbox["cell"],
                folder = _sandbox[$"from{sign}"];
            File.WriteAllText(file, FormattableString.Invariant($"{Bistable}u(0) = {0.4 * sign}\nv(0) = {0.1 * sign}"));
            string[] set = ["--set", "current=0", "--set", "curve=0", "--set", "time=60", "--set", "samples=61"];
            Assert.Equal(0, Sandbox.Run(["simulate", "neuron", "--neuron", file, "--save", "--no-pictures", "--out", folder, .. set]).Code);
            var course = Nagumo.Data.Npz.Read(Path.Combine(folder, "trajectory.npz"));
            double[] u = (double[])course["u"].Values,
                v = (double[])course["v"].Values;
            Assert.Equal((0.4 * sign, 0.1 * sign), (u[0], v[0]));
            // u − u³/3 = u/3: ±√2.
            Assert.Equal(sign * Math.Sqrt(2), u[^1], 1e-6);
            var chain = Sandbox.Run(
                "simulate",
                "turing",
                "--neuron",
                file,
                "--set",
                "cells=20",
                "--set",
                "time=5",
                "--set",
                "d_v=0",
                "--no-pictures",
                "--json",
                "--out",
                _sandbox[$"chain{sign}"]
            );
            string rest = JsonDocument.Parse(chain.Output).RootElement.GetProperty("measured").GetProperty("rest").GetString()!;
            Assert.StartsWith(sign < 0 ? "u = -1.4142, stable, 1 of 2" : "u = 1.4142, stable, 1 of 2", rest);
        }
    }
}
