using Nagumo.Compute;
using Nagumo.Hamiltonian;
using Nagumo.Learning;

namespace Nagumo.Audits;

/// <summary>What layers in depth have beyond other networks: their recurrence is symplectic, one sample's states obey it, and it is conditioned.</summary>
/// <remarks>
/// In float64, from the layered action S = Σ_l U_l(q_l) + links alone: its own derivatives, block Newton in place of the learner's relaxation.
/// [docs/hamiltonian.md]
/// </remarks>
/// <param name="Reading">"boundary" or "pass".</param>
/// <param name="Symplecticity">Largest |JᵀΩJ − Ω| / |J|² over the layers.</param>
/// <param name="Recurrence">Pass: largest relative error after going forward and back. Boundary: largest violation of the recurrence by the rest state.</param>
/// <param name="Activity">Largest |u|.</param>
/// <param name="Conditioning">Of the rest state; its stability is that of <see cref="StabilityAudit"/>. Null for a pass.</param>
/// <param name="ActivatorsAlone">Rate at which the activators alone decay, inhibitors held: negative where they run away. NaN for a pass.</param>
public sealed record LadderAudit(
    string Reading,
    double Symplecticity,
    double Recurrence,
    double Activity,
    Conditioning? Conditioning,
    double ActivatorsAlone
)
{
    private const double SymplecticBound = 1e-13,
        RecurrenceBound = 1e-10;

    private bool IsPass => Reading == "pass";

    /// <summary>What is claimed.</summary>
    public IReadOnlyList<Claim> Claims =>
        [
            new(
                "each layer is symplectic: |JᵀΩJ − Ω| / |J|²",
                [Symplecticity],
                $"≤ {Claim.Say(SymplecticBound)}",
                Symplecticity <= SymplecticBound
            ),
            new(
                IsPass ? "forward and back through all layers" : "the rest state satisfies the recurrence, layer by layer",
                [Recurrence],
                $"≤ {Claim.Say(RecurrenceBound)}",
                Recurrence <= RecurrenceBound
            ),
            .. Conditioning is not { } c
                ? [new("largest |u| of the first sample; the barrier is at √3", [Activity], "", true)]
                : new Claim[]
                {
                    new(
                        "C1: effective strength below what the inhibitors hold, k_eff < m",
                        [c.EffectiveStrength],
                        $"< {Claim.Say(c.Bound)}",
                        c.HoldsC1
                    ),
                    new("‖H⁻¹‖; κ of shooting; κ of the slowest mode", [c.InverseNorm, c.Kappa, c.SlowestKappa], "", true),
                    new(
                        $"activators alone, inhibitors held: smallest rate of decay{(ActivatorsAlone < 0 ? "; unstable without inhibitors" : "")}",
                        [ActivatorsAlone],
                        "",
                        true
                    ),
                },
        ];

    /// <summary>Runs the audit at one sample of the trainer's test set.</summary>
    /// <param name="trainer">A trainer of a ladder; its weights are looked at.</param>
    /// <param name="sample">Which sample.</param>
    /// <param name="stability">Of its rest states; null for a pass.</param>
    internal static LadderAudit Run(Trainer trainer, int sample, StabilityAudit? stability)
    {
        using var trained = new TrainedChain(trainer, trainer.Data.Test, sample);
        var (action, start, neurons) = (trained.Action, trained.Start, trained.Recurrence.Size);
        double[][] q,
            p;
        double recurrence = 0;
        Conditioning? conditioning = null;
        if (stability is null)
        {
            (q, p) = Shooting.Forward(action, start, new double[start.Length]);
            var (x, momentum) = ((double[])q[^1].Clone(), (double[])p[^1].Clone());
            for (int l = action.Layers - 2; l >= 0; l--)
                action.Inverse(l, x, momentum);
            recurrence = Largest(x, q[0]) / q[0].Max(Math.Abs);
        }
        else
        {
            var problem = new BoundaryProblem(action, Injection: start);
            q = problem.Start();
            BoundarySolver.Solve(problem, q);
            p = problem.Momenta(q);
            for (int l = 0; l + 1 < q.Length; l++)
            {
                var (x, momentum) = ((double[])q[l].Clone(), (double[])p[l].Clone());
                action.Step(l, x, momentum);
                recurrence = Math.Max(recurrence, Math.Max(Largest(x, q[l + 1]), Largest(momentum, p[l + 1])));
            }
            double tau = action.Population.Neuron!.Inhibitors is [var v, ..] ? action.Population.Parameters[v.Tau.Name][0] : 1;
            var rng = new Rng(trainer.Experiment.Seed).Split("conditioning");
            conditioning = Conditioning.Of(problem, q, rng, (stability.Rightmost, tau * stability.MaxTauRatio));
        }
        return new(
            stability is null ? "pass" : "boundary",
            Enumerable.Range(0, q.Length - 1).Max(l => LayeredAction.Asymplecticity(action.Jacobian(l, q[l]))),
            recurrence,
            q.Max(layer => layer.Take(neurons).Max(Math.Abs)),
            conditioning,
            -stability?.ActivatorRate ?? double.NaN
        );
    }

    private static double Largest(double[] a, double[] b) => a.Zip(b, (x, y) => Math.Abs(x - y)).Max();
}
