using Nagumo.Media;
using Nagumo.Neurons;

namespace Nagumo.Tests.Media;

/// <summary>Bifurcation diagrams against published ones, closed forms and an independent program.</summary>
public sealed class BifurcationTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private static BifurcationDiagram Diagram(Kinetics kinetics, double low, double high, string? parameter = null, double current = 0) =>
        BifurcationDiagram.Of(new(new(kinetics), current, parameter), low, high, cancel: Cancel);

    /// <summary>Hopf points in closed form; the folds of cycles by bisection of the current at which orbits from outside no longer end on a cycle
    /// (SciPy's DOP853, relative tolerance 1e-12): 0.32417852 to 0.32417854. Between them a canard: all sizes within 1e-8 of the current.</summary>
    [Fact]
    public void The_textbooks_neuron_has_two_subcritical_onsets_and_two_folds_of_cycles()
    {
        var diagram = Diagram(new FitzHughNagumo(tau: 12.5), -0.3, 1.8);
        Assert.Equal([0.331281337, 1.418718663], diagram.HopfPoints.Select(p => Math.Round(p.Parameter, 9)));
        Assert.All(diagram.HopfPoints, p => Assert.Equal("subcritical", p.Hopf.Kind));
        Assert.Empty(diagram.SaddleNodes);
        Assert.Single(diagram.Rest);
        var branch = Assert.Single(diagram.Cycles);
        Assert.Equal((CycleEnd.Hopf, CycleEnd.Hopf), (branch.Begin, branch.End));
        Assert.InRange(diagram.Folds[0].Parameter, 0.32417852, 0.32417854);
        // u → −u, v → −v, I → 2a/γ − I leaves the equations as they are.
        Assert.Equal(1.75, diagram.Folds[0].Parameter + diagram.Folds[1].Parameter, 1e-9);
        // Beside the stable rest state, an unstable and a stable cycle.
        Assert.Equal([false, true], branch.At(0.328).Select(c => c.IsStable));
        Assert.Equal(39.47441498, Assert.Single(branch.At(0.5)).Period, 1e-6);
        // Every size between the folds' and the Hopf points', without a gap.
        for (int i = 0; i + 1 < branch.Points.Count; i++)
        {
            var (a, b) = (branch.Points[i].Cycle, branch.Points[i + 1].Cycle);
            Assert.InRange(b.Amplitude, 0.5 * a.Amplitude, 2 * a.Amplitude);
        }
    }

    /// <summary>Morris–Lecar with the parameters of its Hopf regime: Hopf points at 93.86 and 212.02, folds of cycles at 88.3 and 216.9. [Ermentrout and
    /// Terman 2010, §3.2, doi:10.1007/978-0-387-87708-2; Rinzel and Ermentrout 1998]</summary>
    [Fact]
    public void Morris_and_Lecars_diagram_is_the_published_one()
    {
        const string Text = """
            C*V' = I - gL*(V-VL) - gCa*0.5*(1+tanh((V-V1)/V2))*(V-VCa) - gK*n*(V-VK)
            n' = phi*0.5*(exp((V-V3)/(2*V4)) + exp(-(V-V3)/(2*V4)))*(0.5*(1+tanh((V-V3)/V4)) - n)
            I = 0
            C = 20
            gL = 2
            gCa = 4.4
            gK = 8
            VL = -60
            VCa = 120
            VK = -84
            V1 = -1.2
            V2 = 18
            V3 = 2
            V4 = 30
            phi = 0.04
            """;
        foreach (string? parameter in (string?[])["I", null])
        {
            var diagram = Diagram(EquationFile.Parse(Text, "morris-lecar").Kinetics, 0, 250, parameter);
            Assert.Equal([93.86, 212.02], diagram.HopfPoints.Select(p => Math.Round(p.Parameter, 2)));
            Assert.All(diagram.HopfPoints, p => Assert.Equal("subcritical", p.Hopf.Kind));
            Assert.Equal([88.3, 216.9], diagram.Folds.Select(p => Math.Round(p.Parameter, 1)));
            Assert.Single(diagram.Cycles);
        }
    }

    /// <summary>A branch that is followed from its Hopf point and from a cycle in its middle is one; the one with the wider range stays.</summary>
    [Fact]
    public void A_branch_followed_twice_is_one()
    {
        var family = new CellFamily(new PlanarNeuron(new FitzHughNagumo(tau: 3)));
        var onset = new RestCurve(family.Neuron).HopfPoints[0];
        var whole = CycleBranch.FromHopf(family, onset.Current, onset.U, onset.V, -0.3, 1.8, cancel: Cancel);
        var part = CycleBranch.FromCycle(family, 0.8, Assert.Single(whole.At(0.8)), 0.6, 1.1, cancel: Cancel);
        Assert.Equal(CycleEnd.Range, part.End);
        Assert.Same(whole, Assert.Single(BifurcationDiagram.Distinct([part, whole])));
        Assert.Same(part, Assert.Single(BifurcationDiagram.Distinct([part, part])));
    }

    /// <summary>Van der Pol in Liénard's form with μ = 5 (τ = μ²): supercritical Hopf points at a = ±1 with the period 2πμ, the canard at
    /// 1 − ε/8 − 3ε²/32 − 173ε³/1024, ε = 1/μ² [Zvonkin and Shubin 1984], the period at a = 0 of van der Pol's equation, μ · 11.6122.</summary>
    [Fact]
    public void Van_der_Pols_diagram_has_its_canards()
    {
        var neuron = new TextNeuron(
            "-(u^2/2 - u^4/12) + u*v - a*v",
            new Dictionary<string, double> { ["a"] = 0 },
            new Dictionary<string, double> { ["v"] = 25 }
        );
        var diagram = Diagram(neuron, -1.5, 1.5, "a");
        Assert.Equal([-1, 1], diagram.HopfPoints.Select(p => Math.Round(p.Parameter, 12)));
        Assert.All(diagram.HopfPoints, p => Assert.Equal("supercritical", p.Hopf.Kind));
        Assert.All(diagram.HopfPoints, p => Assert.Equal(10 * Math.PI, 2 * Math.PI / p.Hopf.Omega, 1e-9));
        var branch = Assert.Single(diagram.Cycles);
        Assert.All(branch.Points, p => Assert.True(p.Cycle.IsStable));
        Assert.Equal(5 * 11.6122, Assert.Single(branch.At(0)).Period, 5e-4);
        double eps = 1 / 25.0,
            canard = 1 - eps / 8 - 3 * eps * eps / 32 - 173 * eps * eps * eps / 1024;
        var middle = branch.Points.First(p => p.Parameter > 0.9 && p.Cycle.Amplitude is > 0.8 and < 1.6);
        // The next term of the series, about 2 ε⁴, and the width of the explosion.
        Assert.Equal(canard, middle.Parameter, 1e-5);
    }

    /// <summary>Closed forms: the Brusselator oscillates from B = 1 + A² on with the period 2π/A; u² − v + I, v' = (u − v)/10 has its Hopf point at
    /// u = 1/20 and its saddle-node at u = 1/2, and the cycle ends at a homoclinic orbit.</summary>
    [Fact]
    public void Onsets_are_where_closed_forms_have_them()
    {
        var brusselator = Diagram(
            EquationFile.Parse("x' = A + x^2*y - (B+1)*x\ny' = B*x - x^2*y\nA = 1\nB = 1.7", "brusselator").Kinetics,
            0.5,
            3,
            "B"
        );
        var onset = Assert.Single(brusselator.HopfPoints);
        Assert.Equal(2, onset.Parameter, 1e-10);
        Assert.Equal(2 * Math.PI, 2 * Math.PI / onset.Hopf.Omega, 1e-9);
        Assert.Equal(CycleEnd.Range, Assert.Single(brusselator.Cycles).End);

        var quadratic = Diagram(
            new TextNeuron("-u^3/3 + u*v - v^2/2", new Dictionary<string, double>(), new Dictionary<string, double> { ["v"] = 10 }),
            -0.1,
            0.3
        );
        Assert.Equal(0.0475, Assert.Single(quadratic.HopfPoints).Parameter, 1e-12);
        Assert.Equal(0.25, Assert.Single(quadratic.SaddleNodes).Parameter, 1e-12);
        Assert.Equal(CycleEnd.Homoclinic, Assert.Single(quadratic.Cycles).End);
    }

    /// <summary>A transcritical crossing, u' = u (λ − u), in the first variable: both branches, no saddle-node.</summary>
    [Fact]
    public void Branches_that_cross_are_both_there()
    {
        var diagram = Diagram(EquationFile.Parse("u' = u*(p - u)\nv' = u - v\np = 1", "crossing").Kinetics, -1, 1, "p");
        Assert.Equal(2, diagram.Rest.Count);
        Assert.Empty(diagram.SaddleNodes);
        Assert.NotEmpty(diagram.Crossings);
        Assert.All(diagram.Crossings, p => Assert.Equal(0, p.Parameter, 1e-6));
    }

    /// <summary>Units and origins of u, v, t and I: the same diagram.</summary>
    [Theory]
    [InlineData(1e-3, 1e3, 1e2, 0.4)]
    [InlineData(1e3, 1e-2, 1e-3, -70)]
    [InlineData(40, 40, 1, 0)]
    public void No_unit_changes_the_diagram(double u, double v, double t, double origin)
    {
        // u = (U − origin)/u₀, v = V/v₀, time in units of t.
        string text = $"""
            U' = {t:R}^-1*{u:R}*(x - x^3/3 - V/{v:R}) + {t:R}^-1*I
            V' = {t:R}^-1*{v:R}*(x + 0.7 - 0.8*V/{v:R})/12.5
            x = (U - ({origin:R}))/{u:R}
            I = 0
            """;
        var plain = Diagram(new FitzHughNagumo(tau: 12.5), -0.3, 1.8);
        var scaled = Diagram(EquationFile.Parse(text, "scaled").Kinetics, -0.3 * u, 1.8 * u, "I");
        Assert.Equal(plain.HopfPoints.Count, scaled.HopfPoints.Count);
        for (int i = 0; i < 2; i++)
        {
            Assert.Equal(plain.HopfPoints[i].Parameter, scaled.HopfPoints[i].Parameter / u, 1e-8);
            Assert.Equal(plain.Folds[i].Parameter, scaled.Folds[i].Parameter / u, 1e-8);
            Assert.Equal(plain.Folds[i].Cycle.Period, scaled.Folds[i].Cycle.Period / t, 1e-3 * plain.Folds[i].Cycle.Period);
        }
        Assert.Equal(plain.Cycles.Count, scaled.Cycles.Count);
    }

    [Fact]
    public void What_cannot_be_is_named()
    {
        Assert.Contains(
            "the range 2 to 1 is empty",
            Assert.Throws<ArgumentException>(() => Diagram(new FitzHughNagumo(), 2, 1)).Message,
            StringComparison.Ordinal
        );
        Assert.Contains(
            "tau",
            Assert.ThrowsAny<ArgumentException>(() => Diagram(new FitzHughNagumo(), -1, 1, "tau")).Message,
            StringComparison.Ordinal
        );
        using var cancelled = new CancellationTokenSource();
        cancelled.Cancel();
        Assert.Throws<OperationCanceledException>(() =>
            BifurcationDiagram.Of(new(new(new FitzHughNagumo(tau: 12.5))), 0, 1, cancel: cancelled.Token)
        );
    }
}
