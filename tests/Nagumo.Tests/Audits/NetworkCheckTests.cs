using Nagumo.Audits;
using Nagumo.Compute;
using Nagumo.Data;
using Nagumo.Hamiltonian;
using Nagumo.Learning;
using Nagumo.Tests.Hamiltonian;
using static Nagumo.Tests.Audits.Tiny;

namespace Nagumo.Tests.Audits;

/// <summary>One check for networks and ladders: what holds is claimed, what does not is told.</summary>
public sealed class NetworkCheckTests(ITestOutputHelper output)
{
    private static readonly DataSet Three = new("three", LadderCase.Set, LadderCase.Set),
        Few = new("few", Images(), Images());

    private static Experiment Boundary => LadderCase.Get("boundary - u, v strong").Experiment(new("centred", LadderCase.Beta), 60, 60);

    private static Experiment Pass => LadderCase.Get("pass + u, v strong").Experiment(new("centred", 0.01));

    private static Experiment Without(Experiment pass, double penalty) =>
        pass with
        {
            Chain = pass.Chain! with { ActivityPenalty = penalty },
        };

    private NetworkCheck Run(Experiment e, DataSet data, params int[] samples)
    {
        using var trainer = new Trainer(e, data, 1);
        var check = NetworkCheck.Run(trainer, samples);
        foreach (var c in check.Claims)
            output.WriteLine($"{c.Holds} {c.Text}: {c.Number} {c.Bound}");
        return check;
    }

    [Fact]
    public void A_network_that_learns_passes_and_a_nudge_too_strong_does_not()
    {
        var e = Layered("fitzhugh-nagumo", 0.8) with { Estimator = new(Beta: 0.1), Free = new(40, 0), Nudged = new(40, 0) };
        var right = Run(e, Few, 0, 1, 2, 3);
        Assert.True(right.Passed && right.Converged);
        Assert.Null(right.Ladder);
        Assert.NotEmpty(right.Residuals);

        var wrong = Run(e with { Estimator = new(Beta: 50) }, Few, 0, 1, 2, 3);
        Assert.True(wrong.Converged);
        Assert.False(wrong.Passed);
        Assert.StartsWith("recipe's own gradient", Assert.Single(wrong.Claims, c => !c.Holds).Text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_ladder_at_rest_is_a_network_and_obeys_its_recurrence()
    {
        var check = Run(Boundary, Three, 0, 1, 2);
        Assert.True(check.Passed);
        Assert.InRange(check.Gradient.Centred!.Slope, 1.95, 2.05);
        Assert.InRange(check.Gradient.OneSided!.Slope, 0.95, 1.05);
        Assert.InRange(check.Gradient.FiniteDifference, 0, 1e-8);
        Assert.Equal(1, check.Flow!.RestStates);
        Assert.InRange(check.Ladder!.Recurrence, 0, 1e-13);
        // Its block and its diffusions are among what is differenced, and so is the head.
        foreach (string name in (string[])["x-layer.W", "layer2.K", "layer1.I.b", "layer.k", "layer.inhibitor_diffusion.D", "layer-out.W"])
            Assert.Contains(check.Gradient.Parameters, p => p.Name == name && p.Norm > 1e-6);
    }

    [Fact]
    public void A_pass_has_no_rest_states_and_an_exact_echo()
    {
        // The penalty's second derivative jumps, and with it the order.
        var check = Run(Without(Pass, 0), Three, 0, 1, 2);
        Assert.True(check.Passed);
        Assert.True(check is { Adjoint: null, Stability: null, Flow: null, Residuals.Count: 0, Ladder.Conditioning: null });
        Assert.InRange(check.Gradient.Centred!.Slope, 1.95, 2.05);
        Assert.InRange(check.Gradient.FiniteDifference, 0, 1e-8);
        Assert.InRange(check.Ladder!.Recurrence, 0, 1e-14);
    }

    /// <summary>Costs on layers are part of what the gradient descends.</summary>
    [Fact]
    public void The_exact_gradient_of_a_pass_is_that_of_its_cost_and_its_layers_costs()
    {
        // Layers that begin beyond the limit of 1, and stay there.
        var strong = Pass with
        {
            Chain = Pass.Chain! with { Amplitude = 1.6 },
            Network = Pass.Network with { Couplings = [Pass.Network.Couplings[0] with { Sd = 1 }, .. Pass.Network.Couplings.Skip(1)] },
        };
        using AuditSubject penalised = new(strong, LadderCase.Set, [0, 1, 2]),
            plain = new(Without(strong, 0), LadderCase.Set, [0, 1, 2]);
        using ILearner<double> learner = penalised.Learner(new()),
            other = plain.Learner(new());
        Assert.True(penalised.Loss(learner) > 1.001 * plain.Loss(other));
        Assert.InRange(GradientAudit.Run(penalised).FiniteDifference, 0, 1e-7);
    }

    /// <summary>Eigenvalues of the machine's Hessian, by products, against those of the action's own blocks.</summary>
    [Fact]
    public void Stability_of_a_ladder_is_that_of_its_action()
    {
        var check = Run(Boundary, Three, 1);
        using var trainer = new Trainer(Boundary, Three, 1);
        using var trained = new TrainedChain(trainer, LadderCase.Set, 1);
        var problem = new BoundaryProblem(trained.Action, Injection: trained.Start);
        double[][] q = problem.Start();
        BoundarySolver.Solve(problem, q);
        var own = Conditioning.Of(problem, q, new Rng(1));
        Assert.Equal(own.Rightmost, check.Ladder!.Conditioning!.Rightmost, 1e-6);
        Assert.Equal(own.MaxTau, check.Ladder.Conditioning.MaxTau, 1e-3 * own.MaxTau);
        Assert.Equal(own.Kappa, check.Ladder.Conditioning.Kappa);

        // The activators alone: the smallest eigenvalue of ∂²S/∂u².
        using var hessian = problem.CreateHessian();
        problem.Hessian(q, hessian);
        var entries = SparseRows.Of(hessian);
        int neurons = trained.Recurrence.Size;
        int[] activators = [.. Enumerable.Range(0, q.Length).SelectMany(l => Enumerable.Range(hessian.Offsets[l], neurons))];
        var block = MathNet.Numerics.LinearAlgebra.Matrix<double>.Build.Dense(activators.Length, activators.Length);
        double[] unit = new double[entries.Rows],
            column = new double[unit.Length];
        for (int j = 0; j < activators.Length; j++)
        {
            Array.Clear(unit);
            unit[activators[j]] = 1;
            entries.Times(unit, column);
            block.SetColumn(j, [.. activators.Select(i => column[i])]);
        }
        Assert.Equal(block.Evd().EigenValues.Min(z => z.Real), check.Ladder.ActivatorsAlone, 1e-6);
    }

    [Fact]
    public void A_claim_says_its_numbers()
    {
        Assert.Equal("1.23e-07; 2", new Claim("a", [1.2345e-7, 2], "", true).Number);
        Assert.Equal("0.99990", new Claim("a", [0.9999], "", true) { Format = "F5" }.Number);
        Assert.Equal("", new Claim("a", [], "", true).Number);
    }
}
