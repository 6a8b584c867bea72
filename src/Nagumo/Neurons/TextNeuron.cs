using System.Text.RegularExpressions;
using Nagumo.Symbolics;

namespace Nagumo.Neurons;

/// <summary>A neuron whose potential is given as text, e.g. in a configuration file.</summary>
/// <remarks>
/// <c>-k*(u^2/2 - u^4/12) + u*v - gamma*v^2/2 + a*v</c> with parameters k, gamma, a and inhibitor v is the FitzHugh–Nagumo neuron.
/// u is the activator; every other name must be a parameter or an inhibitor. The time constant of the inhibitor v is the parameter tau, that of
/// another inhibitor w is tau_w; where the formula has a parameter of that name, v's is tau_v, and w's gets an underscore at its end.
/// </remarks>
public sealed partial class TextNeuron : Neuron
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
        inhibitors ??= new Dictionary<string, double>();
        var taken = new HashSet<string>([U.Name, .. parameters.Keys, .. inhibitors.Keys]);
        foreach (var (name, tau) in inhibitors)
            Declare(new Inhibitor(name, new Parameter(tau, min: 0, name: TimeConstant(name))));
        Text = potential;
        var named = new HashSet<string>();
        _potential = ExprParser.Parse(
            potential,
            name =>
            {
                named.Add(name);
                return symbols.GetValueOrDefault(name);
            },
            Remedy
        );
        // 0*u^2 names the activator and leaves its slope to the loads; whether there is one is the machine's question.
        if (!named.Contains(U.Name))
            throw new ArgumentException($"The potential '{potential}' does not contain the activator u.");
        foreach (var (name, symbol) in symbols)
            if (symbol != U && !_potential.Contains(symbol))
                throw new ArgumentException(
                    $"'{name}' is declared but does not occur in the potential '{potential}'. Remove it or use it."
                );
        Box = box;

        // What the user calls tau is his: the time constant steps aside.
        string TimeConstant(string inhibitor)
        {
            string name = inhibitor == "v" && !taken.Contains("tau") ? "tau" : "tau_" + inhibitor;
            while (!taken.Add(name))
                name += "_";
            return name;
        }

        // A potential of other letters lacks u; everything else that is unknown is misspelt or was not declared.
        string Remedy(string unknown)
        {
            string[] known = [.. symbols.Keys];
            if (!Activator().IsMatch(potential) && unknown != "t")
                return $"the activator is called u: write u for {unknown}";
            string? near =
                unknown.Length == 1
                    ? Array.Find(known, k => k.Equals(unknown, StringComparison.OrdinalIgnoreCase))
                    : Nearest.To(unknown, known);
            return near is null
                ? "add it to parameters, or to inhibitors"
                : $"did you mean '{near}'? Otherwise add '{unknown}' to parameters";
        }

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

    [GeneratedRegex(@"(?<![\w.])u(?![\w.])")]
    private static partial Regex Activator();

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
