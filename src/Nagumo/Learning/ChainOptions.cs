namespace Nagumo.Learning;

/// <summary>A deep chain of equal layers: how the network's one hidden population is repeated in depth, and how the chain is read.</summary>
/// <remarks>
/// The network then states one layer: a clamped input, the hidden population (its scale is the chain's step), a linear readout; bilinear
/// couplings from input to layer and from layer to readout, and their biases. The same recurrence has two readings that are different
/// functions with different gradients: "boundary", a two-point problem that relaxes, trained by Equilibrium Propagation; and "pass", an
/// initial-value problem, trained by Hamiltonian echo. The readout looks at the last layer and does not act back on it.
/// [docs/hamiltonian.md]
/// </remarks>
/// <param name="Reading">"boundary" or "pass".</param>
/// <param name="Depth">L ≥ 1: layers 0 … L.</param>
/// <param name="BlockStrength">s of the residual block −s Σ F(K u + b): &gt; 0 activator type, &lt; 0 inhibitor type.</param>
/// <param name="InhibitorDiffusion">D_v &gt; 0.</param>
/// <param name="ActivatorDiffusion">D_u &gt; 0.</param>
/// <param name="BlockUnits">Units of a block; 0 for as many as the layer has neurons.</param>
/// <param name="BlockSd">Standard deviation of the initial K, ≥ 0; null for 1/√n.</param>
/// <param name="Amplitude">Pass only: bound of the encoder u_0 = amplitude · tanh(W x + b), &gt; 0; null for 0.6.</param>
/// <param name="ActivityPenalty">Pass only: ρ ≥ 0 of the cost ρ Σ_l Σ_i max(0, |u_l,i| − 1)² that keeps activators from escaping; null for 0.</param>
/// <param name="MaxEscaped">Pass only: share of a batch, in [0, 1), that may escape before training stops; null for 0.02.</param>
/// <param name="Train">Which of "activator_diffusion" and "inhibitor_diffusion" learning may change.</param>
public sealed record ChainOptions(
    string Reading,
    int Depth,
    double BlockStrength,
    double InhibitorDiffusion,
    double ActivatorDiffusion = 1,
    int BlockUnits = 0,
    double? BlockSd = null,
    double? Amplitude = null,
    double? ActivityPenalty = null,
    double? MaxEscaped = null,
    IReadOnlyList<string>? Train = null
)
{
    internal static readonly string[] Trainable = ["activator_diffusion", "inhibitor_diffusion"];

    /// <summary>Throws when a value is out of its range, naming it.</summary>
    /// <exception cref="ArgumentException">See the message.</exception>
    public void Validate()
    {
        Check.Choice("chain.reading", Reading, "boundary", "pass");
        foreach (string name in Train ?? [])
            if (!Trainable.Contains(name))
                throw new ArgumentException($"chain.train names '{name}'.{Nearest.Hint(name, Trainable)}");
        Check.That("chain.block_units", BlockUnits, BlockUnits >= 0, "0 or more units");
        if (BlockSd is { } sd)
            Check.NotNegative("chain.block_sd", sd);
        if (Amplitude is { } amplitude)
            Check.Positive("chain.amplitude", amplitude);
        if (ActivityPenalty is { } penalty)
            Check.NotNegative("chain.activity_penalty", penalty);
        Check.That("chain.max_escaped", MaxEscaped, MaxEscaped is null or (>= 0 and < 1), "a number in [0, 1)");
        foreach (
            var (key, given) in new[]
            {
                ("amplitude", Amplitude is not null),
                ("activity_penalty", ActivityPenalty is not null),
                ("max_escaped", MaxEscaped is not null),
            }
        )
            if (given && Reading == "boundary")
                throw new ArgumentException($"chain.{key} belongs to a pass; set chain.reading to 'pass', or leave it out.");
    }
}
