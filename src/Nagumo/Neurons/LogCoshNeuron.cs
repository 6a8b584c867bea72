using Nagumo.Symbolics;
using static Nagumo.Symbolics.Functions;

namespace Nagumo.Neurons;

/// <summary>Energy-based neuron with a smooth saturating conductance.</summary>
/// <remarks>
/// h(u) = c u²/2 + s·log cosh(u);  u' = −c u − s·tanh(u) + I. Convex for c &gt; 0, s ≥ −c: the response is unique. Dimensionless; log cosh
/// is the antiderivative of the textbook's tanh rate. [Hopfield 1984, doi:10.1073/pnas.81.10.3088]
/// </remarks>
public sealed class LogCoshNeuron(double c = 1, double s = 1) : Neuron
{
    /// <summary>Leak c and strength s of the saturating part.</summary>
    public readonly Parameter C = new(c, min: 1e-6),
        S = new(s);

    /// <inheritdoc/>
    public override string Name => "log-cosh";

    /// <inheritdoc/>
    public override string Summary => "smooth energy-based neuron: leak and tanh conductance";

    /// <inheritdoc/>
    public override string Reference => "Hopfield 1984, doi:10.1073/pnas.81.10.3088";

    /// <inheritdoc/>
    public override Expr Potential(Expr u) => C * u * u / 2 + S * LogCosh(u);
}
