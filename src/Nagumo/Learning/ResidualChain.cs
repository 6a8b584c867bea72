using Nagumo.Networks;

namespace Nagumo.Learning;

/// <summary>A chain of equal layers q_l = (u_l, v_l), l = 0 … L, joined by diffusion, with a self-adjoint residual block on each. The definition only.</summary>
/// <remarks>
/// Potential: S = Σ_l U_l(q_l) + Σ_l ½ (q_l+1 − q_l)ᵀ D (q_l+1 − q_l), D = diag(g, −d), with the on-site potential
/// U_l = s_h h(u, v) − s Σ F(K_l u + b_l) − I_lᵀ u and F = log cosh. h is any neuron's local potential and s_h its population's scale: the
/// step of the chain. A block of s &gt; 0 is of activator type (it pulls like a hidden population coupled by −s aᵀ K u), one of s &lt; 0 of
/// inhibitor type. Dimensionless. [docs/hamiltonian.md]
/// </remarks>
internal sealed record ResidualChain
{
    /// <param name="trunk">Neuron, size n, scale and parameters of one layer.</param>
    /// <param name="depth">L ≥ 1: the layers are 0 … L.</param>
    /// <param name="units">Units m ≥ 1 of a block: K_l is [m × n].</param>
    /// <param name="strength">s of either sign.</param>
    /// <param name="activatorDiffusion">g &gt; 0.</param>
    /// <param name="inhibitorDiffusion">d &gt; 0; unused by a neuron without inhibitors.</param>
    /// <param name="trained">Which of "activator_diffusion" and "inhibitor_diffusion" learning may change.</param>
    /// <exception cref="ArgumentException">A value out of its range, or a neuron in a box.</exception>
    public ResidualChain(
        Population trunk,
        int depth,
        int units,
        double strength,
        double activatorDiffusion,
        double inhibitorDiffusion,
        IReadOnlyList<string>? trained = null
    )
    {
        if (trunk.Neuron is not { } neuron)
            throw new ArgumentException($"Population '{trunk.Name}' is clamped: the layers of a chain need a neuron.");
        if (neuron.Box is not null)
            throw new ArgumentException(
                $"Population '{trunk.Name}': {neuron.Name} lives in a box, where a rest state need not balance its forces; a layer's momentum would then not be carried on. Use a neuron without a box."
            );
        if (neuron.Inhibitors.Count > 1)
            throw new ArgumentException(
                $"Population '{trunk.Name}': {neuron.Name} has {neuron.Inhibitors.Count} inhibitors; chains take one or none."
            );
        Check.That("chain.depth", depth, depth is >= 1 and <= 65_536, "1 to 65536 layers");
        Check.AtLeast("chain.units", units, 1);
        Check.Finite("chain.strength", strength);
        Check.Positive("chain.activator_diffusion", activatorDiffusion);
        Check.That(
            "chain.inhibitor_diffusion",
            inhibitorDiffusion,
            inhibitorDiffusion > 0 && double.IsFinite(inhibitorDiffusion),
            "a finite number > 0; at d = 0 the inhibitors have no momentum and must be eliminated first"
        );
        (Trunk, Depth, Units, Strength) = (trunk, depth, units, strength);
        (ActivatorDiffusion, InhibitorDiffusion, Trained) = (activatorDiffusion, inhibitorDiffusion, trained ?? []);
    }

    /// <summary>Neuron, size, scale and parameters of one layer.</summary>
    public Population Trunk { get; }

    /// <summary>L.</summary>
    public int Depth { get; }

    /// <summary>m.</summary>
    public int Units { get; }

    /// <summary>s.</summary>
    public double Strength { get; }

    /// <summary>g.</summary>
    public double ActivatorDiffusion { get; }

    /// <summary>d.</summary>
    public double InhibitorDiffusion { get; }

    /// <summary>The diffusions that learning may change.</summary>
    public IReadOnlyList<string> Trained { get; }
}
