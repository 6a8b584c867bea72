using Nagumo.Neurons;

namespace Nagumo.Cli;

/// <summary>A key of a simulation that --set reaches.</summary>
/// <param name="Name">The key, snake_case.</param>
/// <param name="Default">Its value unless it is set.</param>
/// <param name="Text">What it is, with its unit.</param>
internal abstract record Setting(string Name, string Default, string Text)
{
    /// <summary>Where the key acts at all; null for everywhere.</summary>
    public Condition? Needs { get; init; }

    /// <summary>Its value for a neuron that is given by equations, unless it is set; null for the same as for others.</summary>
    public string? OfEquations { get; init; }

    /// <summary>Its value for some cells unless it is set.</summary>
    public string DefaultFor(Kinetics kinetics) => kinetics.Neuron is null && OfEquations is { } own ? own : Default;

    /// <summary>The range or the choices, for people.</summary>
    public abstract string Domain { get; }

    /// <summary>The value as it is kept, or a message that names key, value and remedy.</summary>
    /// <exception cref="InputException">The text is no value of this key.</exception>
    public abstract string Validate(string text);

    /// <summary>A number in [min, max].</summary>
    public static Setting Number(
        string name,
        double value,
        string text,
        double min = double.NegativeInfinity,
        double max = double.PositiveInfinity
    ) => new NumberSetting(name, value, min, max, false, text);

    /// <summary>A whole number in [min, max].</summary>
    public static Setting Whole(string name, int value, string text, int min, int max) =>
        new NumberSetting(name, value, min, max, true, text);

    /// <summary>A number, or "auto" for one that the neuron itself gives.</summary>
    public static Setting Auto(string name, string text, double min = double.NegativeInfinity, double max = double.PositiveInfinity) =>
        new AutoSetting(name, new NumberSetting(name, 0, min, max, false, text));

    /// <summary>One of some words.</summary>
    public static Setting Word(string name, string value, string text, params string[] choices) =>
        new WordSetting(name, value, choices, text);

    /// <summary>A name, checked by what it names.</summary>
    public static Setting Named(string name, string value, string text) => new TextSetting(name, value, text);

    private sealed record TextSetting(string Name, string Value, string Text) : Setting(Name, Value, Text)
    {
        public override string Domain => "a name";

        public override string Validate(string text) =>
            text.Length > 0 ? text : throw new InputException($"{Name} is empty: give a name, such as {Value}.");
    }

    private sealed record NumberSetting(string Name, double Value, double Min, double Max, bool Integer, string Text)
        : Setting(Name, Equations.Number(Value), Text)
    {
        public override string Domain =>
            (double.IsFinite(Min) ? Equations.Number(Min) : "-∞") + " to " + (double.IsFinite(Max) ? Equations.Number(Max) : "∞");

        public override string Validate(string text) =>
            Numbers.TryReal(text, out double x) && x >= Min && x <= Max && (!Integer || x == Math.Floor(x))
                ? Equations.Number(x)
                : throw (
                    Numbers.HasUnit(text)
                        ? Numbers.Refused(Name, text)
                        : new InputException($"{Name} = {text}: give a {(Integer ? "whole" : "finite")} number, {Domain}.")
                );
    }

    private sealed record AutoSetting(string Name, NumberSetting Given) : Setting(Name, "auto", Given.Text)
    {
        public override string Domain => $"auto | {Given.Domain}";

        public override string Validate(string text) =>
            text == Default ? text
            : Numbers.TryReal(text, out _) ? Given.Validate(text)
            : throw new InputException($"{Name} = {text}: give auto, or a finite number, {Given.Domain}.");
    }

    private sealed record WordSetting(string Name, string Value, string[] Choices, string Text) : Setting(Name, Value, Text)
    {
        public override string Domain => string.Join(" | ", Choices);

        public override string Validate(string text) =>
            Choices.Contains(text)
                ? text
                : throw new InputException($"{Name} = {text}: give one of {string.Join(", ", Choices)}.{Nearest.Hint(text, Choices)}");
    }
}

/// <summary>What other keys must be for a key to have its effect.</summary>
/// <param name="Text">In words, after "it acts where".</param>
/// <param name="Holds">Whether it is so, by the values of the other keys.</param>
internal sealed record Condition(string Text, Func<Func<string, string>, bool> Holds)
{
    /// <summary>A key has one of some words.</summary>
    public static Condition Is(string key, params string[] words) =>
        new($"{key} = {string.Join(" or ", words)}", values => words.Contains(values(key)));
}
