using System.Globalization;
using System.Text.Json.Nodes;
using Nagumo.Neurons;

namespace Nagumo.Cli;

/// <summary>The resolved values of a simulation's keys and of its neuron's parameters.</summary>
internal sealed class Settings
{
    private readonly Dictionary<string, string> _values;
    private readonly Dictionary<string, double> _parameters;
    private readonly IReadOnlyList<string> _changed;

    private Settings(
        Kinetics kinetics,
        JsonNode neuronText,
        Dictionary<string, double> parameters,
        Dictionary<string, string> values,
        IReadOnlyList<string> changed
    ) => (Kinetics, NeuronText, _parameters, _values, _changed) = (kinetics, neuronText, parameters, values, changed);

    /// <summary>The cells: a neuron, or equations.</summary>
    public Kinetics Kinetics { get; }

    /// <summary>The values of all its parameters by name.</summary>
    public IReadOnlyDictionary<string, double> Parameters => _parameters;

    /// <summary>The model's name, or its definition when it was given as text.</summary>
    public JsonNode NeuronText { get; }

    /// <summary>The value of a number.</summary>
    public double this[string key] => double.Parse(_values[key], CultureInfo.InvariantCulture);

    /// <summary>The value of a number; null where it is "auto".</summary>
    public double? Given(string key) => _values[key] == "auto" ? null : this[key];

    /// <summary>The value of a whole number.</summary>
    public int Whole(string key) => (int)this[key];

    /// <summary>The value of a word.</summary>
    public string Word(string key) => _values[key];

    /// <summary>Whether every value is the phenomenon's own, those of some keys aside: published numbers then apply.</summary>
    public bool ArePublished(params string[] aside) => _changed.All(aside.Contains);

    /// <summary>Whether a key or a parameter has another value than the phenomenon's own.</summary>
    public bool IsChanged(string key) => _changed.Contains(key);

    /// <summary>All values, as configuration.</summary>
    public JsonObject ToJson()
    {
        var json = new JsonObject();
        foreach (var (name, value) in _values)
            json[name] = Numbers.TryReal(value, out double x) ? x : value;
        foreach (var (name, value) in _parameters)
            json[name] = value;
        return json;
    }

    /// <summary>Defaults, then the row of a table that a word names, then assignments.</summary>
    /// <param name="phenomenon">What is simulated.</param>
    /// <param name="kinetics">The cells, or null for the phenomenon's own.</param>
    /// <param name="neuronText">How the configuration names it.</param>
    /// <param name="assignments">KEY=VALUE, in order.</param>
    /// <exception cref="InputException">An unknown key or a value out of range, naming key, range and remedy.</exception>
    public static Settings Resolve(
        Phenomenon phenomenon,
        Kinetics? kinetics,
        JsonNode? neuronText,
        IReadOnlyList<(string Key, string Value)> assignments
    )
    {
        bool own = kinetics is null || kinetics.Name == Phenomenon.DefaultNeuron;
        kinetics ??= NeuronModels.All.First(n => n.Name == Phenomenon.DefaultNeuron);
        var values = phenomenon.Keys.ToDictionary(k => k.Name, k => k.DefaultFor(kinetics));
        var parameters = kinetics.Parameters.ToDictionary(p => p.Name, p => p.Value);
        var names = values.Keys.Concat(parameters.Keys).ToArray();
        if (values.Keys.FirstOrDefault(parameters.ContainsKey) is { } twice)
            throw new InputException($"the neuron's parameter '{twice}' has the name of a key of '{phenomenon.Name}': rename it.");
        IEnumerable<(string, string)> defaults = own ? phenomenon.Neuron.Select(p => (p.Key, Equations.Number(p.Value))) : [];
        Apply(defaults);
        var (valuesBefore, parametersBefore) = (values.ToArray(), parameters.ToArray());
        Apply(phenomenon.Row(assignments).Concat(assignments));
        foreach (
            var idle in phenomenon.Keys.Where(k =>
                k.Needs is { } needs && values[k.Name] != k.DefaultFor(kinetics) && !needs.Holds(n => values[n])
            )
        )
            throw new InputException(
                $"{idle.Name} = {values[idle.Name]} would change nothing: it acts where {idle.Needs!.Text}. Leave it out."
            );
        string[] changed =
        [
            .. valuesBefore.Where(p => values[p.Key] != p.Value).Select(p => p.Key),
            .. parametersBefore.Where(p => parameters[p.Key] != p.Value).Select(p => p.Key),
            .. own ? (string[])[] : ["neuron"],
        ];
        return new(kinetics, neuronText ?? kinetics.Name, parameters, values, changed);

        void Apply(IEnumerable<(string, string)> given)
        {
            foreach (var (key, text) in given)
            {
                if (phenomenon.Keys.FirstOrDefault(k => k.Name == key) is { } setting)
                    values[key] = setting.Validate(text);
                else if (kinetics.Parameters.FirstOrDefault(p => p.Name == key) is { } parameter)
                    parameters[key] = Numbers.TryReal(text, out double x) ? Validated(parameter, x) : throw Numbers.Refused(key, text);
                else
                    throw new InputException($"'{phenomenon.Name}' has no key '{key}'.{Nearest.Hint(key, names)}");
            }
        }
    }

    private static double Validated(Parameter parameter, double x)
    {
        try
        {
            return parameter.Validate(x);
        }
        catch (ArgumentOutOfRangeException e)
        {
            throw new InputException(e.Message);
        }
    }
}
