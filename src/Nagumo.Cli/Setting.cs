using System.Globalization;

namespace Nagumo.Cli;

/// <summary>A key of a simulation that --set reaches.</summary>
/// <param name="Name">The key, snake_case.</param>
/// <param name="Default">Its value unless it is set.</param>
/// <param name="Text">What it is, with its unit.</param>
internal abstract record Setting(string Name, string Default, string Text)
{
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

    /// <summary>One of some words.</summary>
    public static Setting Word(string name, string value, string text, params string[] choices) =>
        new WordSetting(name, value, choices, text);

    private sealed record NumberSetting(string Name, double Value, double Min, double Max, bool Integer, string Text)
        : Setting(Name, Equations.Number(Value), Text)
    {
        public override string Domain =>
            (double.IsFinite(Min) ? Equations.Number(Min) : "-∞") + " to " + (double.IsFinite(Max) ? Equations.Number(Max) : "∞");

        public override string Validate(string text) =>
            double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double x)
            && double.IsFinite(x)
            && x >= Min
            && x <= Max
            && (!Integer || x == Math.Floor(x))
                ? Equations.Number(x)
                : throw new InputException($"{Name} = {text}: give a {(Integer ? "whole" : "finite")} number, {Domain}.");
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
