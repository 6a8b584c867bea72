using System.Diagnostics;
using System.Globalization;
using Nagumo.Learning;

namespace Nagumo.Audits;

/// <summary>Whether gradient, stability and rest states of a network are what theory says: all audits that apply to it, in float64, and their claims.</summary>
/// <remarks>
/// A network that relaxes is its own adjoint, stable, and has one rest state a sample; a ladder that is read as a pass has no rest states, and its
/// layers are symplectic instead. Where couplings are resistors, currents obey Kirchhoff's law. The gradient is asked for everywhere.
/// </remarks>
public sealed class NetworkCheck
{
    /// <summary>Networks of more neurons are followed at this many samples only where the flow or eigenvalues are needed.</summary>
    private const int Large = 400,
        FewSamples = 2;

    /// <summary>With so many blocks of parameters, those of layers in depth, one number of each is differenced rather than two.</summary>
    private const int ManyBlocks = 16;

    /// <summary>Number of samples.</summary>
    public required int Samples { get; init; }

    /// <summary>The gradient in the limit of small β.</summary>
    public required GradientAudit Gradient { get; init; }

    /// <summary>Whether it is its own adjoint; null for a pass.</summary>
    public SelfAdjointnessAudit? Adjoint { get; init; }

    /// <summary>Whether the physical flow stays at the rest states; null for a pass.</summary>
    public StabilityAudit? Stability { get; init; }

    /// <summary>Whether it ends there from elsewhere; null for a pass.</summary>
    public FlowAudit? Flow { get; init; }

    /// <summary>Kirchhoff's law; null where couplings are not resistors.</summary>
    public KirchhoffAudit? Kirchhoff { get; init; }

    /// <summary>The layers' recurrence; null where there are no layers in depth.</summary>
    public LadderAudit? Ladder { get; init; }

    /// <summary>The gradient that training uses.</summary>
    public required RecipeAudit Recipe { get; init; }

    /// <summary>The residual of each sweep of the free phase, the largest over samples; empty where layers in depth do not sweep.</summary>
    public required IReadOnlyList<double> Residuals { get; init; }

    /// <summary>Whether every phase, the flow and the eigenvalue searches converged; the recipe's own phases need not.</summary>
    public bool Converged => Gradient.Converged && Flow?.Relaxation.Converged != false && Stability?.Converged != false && Recipe.Converged;

    /// <summary>Whether all of it converged and every claim holds.</summary>
    public bool Passed => Converged && Claims.All(c => c.Holds);

    /// <summary>The claims of all audits.</summary>
    public IReadOnlyList<Claim> Claims =>
        [
            .. Gradient.Claims,
            .. Adjoint?.Claims ?? [],
            .. Stability?.Claims ?? [],
            .. Flow?.Claims ?? [],
            .. Kirchhoff?.Claims ?? [],
            .. Ladder?.Claims ?? [],
            .. Recipe.Claims,
        ];

    /// <summary>Runs the audits.</summary>
    /// <param name="trainer">Network, weights, recipe and data; only the gradients of its last batch are lost.</param>
    /// <param name="samples">Indices into its test set, at least one: where gradient and rest states are looked at.</param>
    /// <param name="worst">Whether the recipe's own gradient is looked at where the cost is largest, too: it makes sense of trained weights.</param>
    /// <param name="progress">Told before and after every audit: some take minutes.</param>
    /// <exception cref="ArgumentException">No sample, or a network that an audit does not take; the message says why.</exception>
    /// <exception cref="ArithmeticException">The exact gradient's linear solve did not converge: a rest state is degenerate.</exception>
    /// <exception cref="DivergenceException">Too many samples of a pass escaped.</exception>
    public static NetworkCheck Run(Trainer trainer, IReadOnlyList<int> samples, bool worst = false, IProgress<string>? progress = null)
    {
        using var subject = new AuditSubject(trainer.Experiment, trainer.Data.Test, samples);
        // One chip: the devices of the trainer, their age included.
        subject.Load(trainer);
        bool large = subject.Network.Populations.Where(p => !p.IsClamped).Sum(p => p.Size) > Large,
            rests = !subject.IsPass;
        // A large ladder is looked at as its conditioning is, at the first sample, and by eigenvalues: its flow is as slow as it is deep.
        bool largeLadder = large && trainer.Experiment.Chain is not null;
        int few = largeLadder ? 1
            : large ? FewSamples
            : subject.Samples,
            coordinates = subject.Parameters.Count > ManyBlocks ? 1 : 2;
        var gradient = Timed("gradient: finite differences and estimates over β", () => GradientAudit.Run(subject, coordinates));
        var adjoint = rests ? Timed("self-adjointness", () => SelfAdjointnessAudit.Run(subject)) : null;
        var stability = rests ? Timed("stability", () => StabilityAudit.Run(subject, few, flow: !largeLadder)) : null;
        var flow = rests ? Timed("flow from u = v = 0 and five random starts", () => FlowAudit.Run(subject, few)) : null;
        return new()
        {
            Samples = subject.Samples,
            Gradient = gradient,
            Adjoint = adjoint,
            Stability = stability,
            Flow = flow,
            Kirchhoff = KirchhoffAudit.Applies(subject.Network) ? Timed("Kirchhoff's law", () => KirchhoffAudit.Run(subject)) : null,
            Ladder = trainer.Experiment.Chain is null
                ? null
                : Timed("recurrence of the layers", () => LadderAudit.Run(trainer, samples[0], stability)),
            Recipe = Timed("recipe's own gradient", () => RecipeAudit.Run(trainer, subject.Samples, worst)),
            Residuals = subject.ResidualOfSweeps(),
        };

        T Timed<T>(string what, Func<T> audit)
        {
            long start = Stopwatch.GetTimestamp();
            progress?.Report($"{what} …");
            var result = audit();
            double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
            progress?.Report(string.Create(CultureInfo.InvariantCulture, $"{what}: {seconds:F1} s"));
            return result;
        }
    }
}
