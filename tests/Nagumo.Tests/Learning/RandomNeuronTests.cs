using Nagumo.Audits;
using Nagumo.Learning;
using Nagumo.Relaxation;
using Nagumo.Tests.Networks;
using static Nagumo.Tests.Audits.Tiny;

namespace Nagumo.Tests.Learning;

/// <summary>Random neurons, with inhibitors, boxes and domains, in random small graphs: refused by name, or trained by the right gradient.</summary>
public sealed class RandomNeuronTests
{
    private static readonly string[] Activators =
    [
        "u^2/2",
        "-k*(u^2/2 - u^4/12)",
        "k*logcosh(u) + u^2/8",
        "softplus(k*u) + u^2/4",
        "exp(u) + u^2/4",
        "u*log(u)",
        "u*log(u) + (1-u)*log(1-u)",
        "u^2/2 - u^4/12",
        "0*u^2",
        "u*sqrt(u)",
        "1/u + k*u",
    ];

    private static readonly string[] Inhibitors =
    [
        "",
        " + u*v - g*v^2/2",
        " + u*v - g*v^2/2 - v^4/8",
        " + u*v - g*v^2/2 - logcosh(v)",
        " + u*v + v^2/2 - v^4/4",
        " + u*v - logcosh(v)",
        " - g*v^2/2 + 0.3*v - v^4/10",
        " + tanh(u)*v - g*v^2/2",
    ];

    private static readonly double[]?[] Boxes = [null, [0, 1], [0.01, 3], [-0.5, 0.5], [-2, -0.5]];

    [Fact, Trait("speed", "slow")]
    public void They_are_refused_by_name_or_train_by_the_right_gradient()
    {
        int trained = 0,
            refused = 0;
        var wrong = new List<string>();
        // The same cases on every machine.
        var random = new Random(15);
        double Between(double low, double high) => low + (high - low) * random.NextDouble();
        for (int i = 0; i < 1000; i++)
        {
            string potential = Activators[random.Next(Activators.Length)] + Inhibitors[random.Next(Inhibitors.Length)];
            var box = Boxes[random.Next(Boxes.Length)];
            var (k, g, bias, graph) = (Between(0.1, 2), Between(0.2, 2), Between(-1, 1), random.Next(5));
            try
            {
                if (Check(potential, box, k, g, bias, graph))
                    trained++;
                else
                    refused++;
            }
            catch (Exception e)
            {
                string where = box is null ? "" : $" in [{box[0]}, {box[1]}]";
                wrong.Add($"{i}: {potential}{where}, k = {k:R}, g = {g:R}, bias = {bias:R}, graph {graph}: {e.Message}");
            }
        }
        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
        Assert.True(trained > 200 && refused > 200, $"{trained} trained, {refused} refused");
    }

    // A ghost: the sweeps of one sample stand nearly still where two rest states have met, at a residual of 2e-4, and go on to another place.
    [Fact, Trait("speed", "slow")]
    public void A_check_sweeps_on_where_the_free_phase_stands_nearly_still()
    {
        using var trainer = new Trainer(
            Experiment("0*u^2 + tanh(u)*v - g*v^2/2", [-2, -0.5], 1.95, 2, 0.1875, graph: 2),
            new("tiny", Images(), Images()),
            1
        );
        using var subject = new AuditSubject(trainer.Experiment, Images(), [0, 1, 2, 3]);
        subject.Load(trainer);
        using var s = subject.Present(4, l => l, out var images);
        using var _ = images;
        Assert.True(AuditSubject.AtRest(subject.Rest(s).Residual));
        var naive = NaiveNetwork.Of(subject.Machine);
        Assert.All(Enumerable.Range(0, 4), lane => Assert.InRange(naive.Residual(NaiveNetwork.Lane(subject.Machine, s, lane)), 0, 1e-10));
    }

    // The same ghost in training, whose forty fixed sweeps end in it at a residual of 2e-4 without being near rest.
    [Fact]
    public void Training_goes_on_where_the_free_phase_stands_nearly_still()
    {
        using var trainer = new Trainer(
            Experiment("0*u^2 + tanh(u)*v - g*v^2/2", [-2, -0.5], 1.95, 2, 0.1875, graph: 2),
            new("tiny", Images(), Images()),
            1
        );
        var epoch = trainer.TrainEpoch(cancel: TestContext.Current.CancellationToken);
        Assert.True(epoch.FreeSweeps > 40, $"{epoch.FreeSweeps} sweeps");
        // Rest, to the rounding of float32.
        Assert.InRange(epoch.FreeResidual, 0, 1e-5);
    }

    // v–v couplings of a loop gain above 1 with every u against its box: u's misfit was 0 while v grew without end, and all was "converged".
    [Fact]
    public void Inhibitors_that_run_away_behind_a_box_are_seen()
    {
        var e = Experiment("exp(u) + u^2/4 + u*v - g*v^2/2", [-1, 1], 1, 0.6, -0.9, graph: 0);
        e = e with { Network = e.Network with { Couplings = [.. e.Network.Couplings, W("b.v", "a.v", 2, "vv")] } };
        using var subject = new AuditSubject(e, Images(), [0, 1]);
        Assert.Contains("runs away", Assert.Throws<NotAtRestException>(() => subject.Gradient(new("exact"))).Message);
    }

    [Fact]
    public void A_network_that_runs_away_is_said_to_and_no_rate_is_blamed()
    {
        // Its response grows as I³: any loop of couplings wins in the end.
        var e = Experiment("0*u^2 + u*v - g*v^2/2 - v^4/8", null, 1, 1.9, 0.9, graph: 0);
        using var subject = new AuditSubject(e, Images(), [0, 1]);
        Assert.Contains("runs away", Assert.Throws<NotAtRestException>(() => subject.Gradient(new("exact"))).Message);
        using var trainer = new Trainer(e, new("tiny", Images(), Images()), 1);
        string said = Assert.Throws<DivergenceException>(() => trainer.Train()).Message;
        Assert.Contains("No parameter has changed yet", said);
        Assert.DoesNotContain("optimizer.rate", said);
    }

    // Where every unit lies against its box the exact gradient is 0 and has no direction; what a nudge frees is then all there is.
    private static bool IsRight(RecipeBlock block, bool kinked) =>
        block.Cosine > (kinked ? 0.9 : 0.99) || (kinked && block.Cosine == 0 && block.RelativeError < 0.1);

    private static Experiment Experiment(string potential, double[]? box, double k, double g, double bias, int graph)
    {
        var parameters = new Dictionary<string, double[]>();
        if (potential.Contains("k*"))
            parameters["k"] = [k];
        if (potential.Contains("g*"))
            parameters["g"] = [g];
        bool inhibited = potential.Contains("v^") || potential.Contains("(v)") || potential.Contains("*v");
        PopulationOptions Hidden(string name) =>
            new(
                name,
                5,
                Parameters: parameters,
                Potential: potential,
                Inhibitors: inhibited ? new Dictionary<string, double> { ["v"] = 0.5 } : null,
                Box: box
            );
        return Net(
            [X, Hidden("a"), Hidden("b"), Out()],
            [
                W("a", "x", 0.5),
                new("bias", "a", Value: bias),
                W("b", "a", 0.15),
                new("bias", "b", Value: bias),
                W("out", "b", 0.15),
                new("bias", "out"),
                .. graph switch
                {
                    1 => [W("out", "a", 0.1)],
                    2 => (CouplingOptions[])[new("resistive", "a", "b", Low: 0.05, High: 0.1, Name: "r")],
                    3 => [new("diffusive", "a", "b", D: 0.1, Name: "d")],
                    4 when inhibited => [W("b.v", "a.v", 0.1, "vv")],
                    _ => [],
                },
            ]
        ) with
        {
            Data = "tiny",
            Batch = 4,
            Free = new(40, 0),
            Nudged = new(40, 0),
            Estimator = new(Beta: 0.02),
        };
    }

    private static bool Check(string potential, double[]? box, double k, double g, double bias, int graph)
    {
        var e = Experiment(potential, box, k, g, bias, graph);
        try
        {
            using var trainer = new Trainer(e, new("tiny", Images(), Images()), 1);
            var audit = RecipeAudit.Run(trainer, samples: 4, worst: false);
            // A unit that meets its box between the phases changes the gradient in a jump.
            bool kinked = box is not null;
            Assert.All(
                audit.Random.Blocks,
                block => Assert.True(IsRight(block, kinked), $"{potential}, {block.Name}: cosine {block.Cosine}")
            );
            trainer.Train();
            Assert.All(SmallExperiments.Weights(trainer), x => Assert.True(float.IsFinite(x)));
            return true;
        }
        catch (Exception refusal) when (refusal is ArgumentException or NotAtRestException or ArithmeticException)
        {
            return false;
        }
    }
}
