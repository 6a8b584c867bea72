using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;

namespace Nagumo.Cli;

/// <summary>Numbers as they are typed after options and keys: with a point, without groups, finite, whatever the machine's language is.</summary>
internal static class Numbers
{
    private delegate bool TryParse<T>(string text, out T value);

    /// <summary>A finite number: <c>-1.5</c>, <c>1e-3</c>; not <c>1,5</c>, <c>1_000</c>, <c>0x10</c>, <c>NaN</c>, <c>1e999</c>.</summary>
    public static bool TryReal(string text, out double value) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out value) && double.IsFinite(value);

    /// <summary>Whether a text is a number with a unit behind it: 20mV.</summary>
    public static bool HasUnit(string text) => Unit(text) is { Length: > 0 } unit && TryReal(text[..^unit.Length], out _);

    /// <summary>What to say of a key's text that is no finite number; of one with a unit, what it would be without.</summary>
    public static InputException Refused(string key, string text)
    {
        if (!HasUnit(text))
            return new($"{key} = {text}: give a finite number.");
        string unit = Unit(text);
        _ = TryReal(text[..^unit.Length], out double x);
        double scale =
            unit.Trim().Length < 2
                ? 1
                : unit.Trim()[0] switch
                {
                    'm' => 1e-3,
                    'u' or 'µ' or 'μ' => 1e-6,
                    'n' => 1e-9,
                    'p' => 1e-12,
                    'k' => 1e3,
                    'M' => 1e6,
                    _ => 1,
                };
        return new(
            string.Create(
                CultureInfo.InvariantCulture,
                $"{key} = {text}: give a number without a unit, such as {key}={x * scale:G6}. It is in the neuron's own units: its equations have no dimensions, and docs/circuits.md says what they are in volts, amperes and seconds."
            )
        );
    }

    private static string Unit(string text)
    {
        int digits = text.Length;
        while (digits > 0 && (char.IsLetter(text[digits - 1]) || text[digits - 1] is ' ' or '%'))
            digits--;
        return text[digits..];
    }

    private static bool TryWhole(string text, out int value) =>
        int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out value);

    private static bool TryNatural(string text, out ulong value) =>
        ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value);

    /// <summary>Lets every option with a number, here and in all commands below, take nothing else.</summary>
    /// <exception cref="InvalidOperationException">An option of a type without a rule.</exception>
    public static void BeStrict(Command command)
    {
        foreach (var option in command.Options)
            switch (option)
            {
                case Option<double> real:
                    real.CustomParser = Strict<double, double>(TryReal, x => x);
                    break;
                case Option<double?> real:
                    real.CustomParser = Strict<double, double?>(TryReal, x => x);
                    break;
                case Option<int> whole:
                    whole.CustomParser = Strict<int, int>(TryWhole, x => x);
                    break;
                case Option<int?> whole:
                    whole.CustomParser = Strict<int, int?>(TryWhole, x => x);
                    break;
                case Option<ulong> natural:
                    natural.CustomParser = Strict<ulong, ulong>(TryNatural, x => x);
                    break;
                case Option<ulong?> natural:
                    natural.CustomParser = Strict<ulong, ulong?>(TryNatural, x => x);
                    break;
                default:
                    if (
                        (Nullable.GetUnderlyingType(option.ValueType) ?? option.ValueType) is { IsPrimitive: true } type
                        && type != typeof(bool)
                    )
                        throw new InvalidOperationException($"{option.Name}: no rule for numbers of the type {type.Name}.");
                    break;
            }
        foreach (var below in command.Subcommands)
            BeStrict(below);
    }

    /// <summary>What an option of a type takes, for people.</summary>
    public static string Expected(Type type) =>
        (Nullable.GetUnderlyingType(type) ?? type) switch
        {
            var t when t == typeof(double) => "a number",
            var t when t == typeof(ulong) => "a whole number ≥ 0",
            var t when t == typeof(int) => "a whole number",
            var t when t == typeof(bool) => "true, false or nothing",
            _ => "one value",
        };

    /// <summary>How to write a number that was written for people: "1,5", "1 000", "1_000".</summary>
    public static string Remedy(string text) =>
        text.Any(char.IsAsciiDigit) && text.AsSpan().ContainsAny(", _'") ? ": write 1.5 with a point and 1500 without a separator" : "";

    private static Func<ArgumentResult, TOption> Strict<T, TOption>(TryParse<T> parse, Func<T, TOption> convert) =>
        result =>
        {
            if (result.Tokens is [var token] && parse(token.Value, out var value))
                return convert(value);
            result.AddError("not a number");
            return default!;
        };
}
