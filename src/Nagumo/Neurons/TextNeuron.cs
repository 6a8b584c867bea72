using Nagumo.Symbolics;

namespace Nagumo.Neurons;

/// <summary>A neuron whose potential is given as text, e.g. in a configuration file.</summary>
/// <remarks>
/// <c>-k*(u^2/2 - u^4/12) + u*v - gamma*v^2/2 + a*v</c> with parameters k, gamma, a and inhibitor v is the FitzHugh–Nagumo neuron.
/// u is the activator; every other name must be a parameter or an inhibitor.
/// </remarks>
public sealed class TextNeuron : Neuron
{
    private readonly Expr _potential;

    /// <param name="potential">The formula; u is the activator.</param>
    /// <param name="parameters">Parameter values by name.</param>
    /// <param name="inhibitors">Time constants by inhibitor name.</param>
    /// <param name="box">Box of the activator, or null.</param>
    /// <exception cref="ExpressionFormatException">The text does not parse or uses an unknown name; the message shows the position.</exception>
    /// <exception cref="ArgumentException">A declared parameter or inhibitor does not occur in the formula.</exception>
    public TextNeuron(
        string potential,
        IReadOnlyDictionary<string, double> parameters,
        IReadOnlyDictionary<string, double>? inhibitors = null,
        Interval? box = null
    )
    {
        var symbols = new Dictionary<string, Symbol> { [U.Name] = U };
        foreach (var (name, value) in parameters)
            Declare(new Parameter(value, name: name));
        foreach (var (name, tau) in inhibitors ?? new Dictionary<string, double>())
            Declare(new Inhibitor(name, new Parameter(tau, min: 0, name: name == "v" ? "tau" : "tau_" + name)));
        Text = potential;
        _potential = Expr.Parse(potential, symbols.GetValueOrDefault);
        if (!_potential.Contains(U))
            throw new ArgumentException($"The potential '{potential}' does not contain the activator u.");
        foreach (var (name, symbol) in symbols)
            if (!_potential.Contains(symbol))
                throw new ArgumentException(
                    $"'{name}' is declared but does not occur in the potential '{potential}'. Remove it or use it."
                );
        Box = box;

        void Declare(Symbol symbol)
        {
            if (!symbols.TryAdd(symbol.Name, symbol))
                throw new ArgumentException(
                    symbol.Name == U.Name
                        ? "'u' is the activator: call the parameter or inhibitor something else."
                        : $"'{symbol.Name}' is declared twice, as a parameter and as an inhibitor. Keep one of them."
                );
        }
    }

    /// <summary>The formula as it was given.</summary>
    public string Text { get; }

    /// <inheritdoc/>
    public override Interval? Box { get; }

    /// <inheritdoc/>
    public override string Name => "text";

    /// <inheritdoc/>
    public override string Summary => "potential given as text";

    /// <inheritdoc/>
    public override Expr Potential(Expr u) => _potential;
}
