using System.Globalization;

namespace Nagumo;

/// <summary>What options may be, in one sentence for all of them: <c>key = value: give what is allowed.</c></summary>
/// <remarks>Each gives the value back, so that a record's property checks what it takes: <c>Rate { get; init; } = Check.Positive("optimizer.rate", Rate)</c>.
/// What is not a number fits nothing.</remarks>
internal static class Check
{
    /// <summary>A value that is allowed.</summary>
    /// <param name="key">What a user calls it, with its section: "optimizer.rate".</param>
    /// <param name="value">It.</param>
    /// <param name="valid">Whether it is allowed.</param>
    /// <param name="allowed">What is, as it follows "give".</param>
    /// <exception cref="ArgumentOutOfRangeException">It is not.</exception>
    public static T That<T>(string key, T value, bool valid, string allowed) =>
        valid ? value : throw new ArgumentOutOfRangeException(key[(key.LastIndexOf('.') + 1)..], $"{key} = {Text(value)}: give {allowed}.");

    /// <summary>A finite number.</summary>
    public static double Finite(string key, double value) => That(key, value, double.IsFinite(value), "a finite number");

    /// <summary>A finite number &gt; 0.</summary>
    /// <param name="key">Its key.</param>
    /// <param name="value">It.</param>
    /// <param name="usual">A number that usually does; null for none.</param>
    public static double Positive(string key, double value, string? usual = null) =>
        That(key, value, value > 0 && double.IsFinite(value), "a finite number > 0" + (usual is null ? "" : $"; {usual} is usual"));

    /// <summary>A finite number ≥ 0.</summary>
    public static double NotNegative(string key, double value) =>
        That(key, value, value >= 0 && double.IsFinite(value), "a finite number ≥ 0");

    /// <summary>At least so many.</summary>
    public static int AtLeast(string key, int value, int least) => That(key, value, value >= least, $"at least {least}");

    /// <summary>One of several words.</summary>
    /// <exception cref="ArgumentException">It is none of them; the nearest is suggested.</exception>
    public static string Choice(string key, string value, params string[] choices) =>
        choices.Contains(value) ? value : throw new ArgumentException($"{key} = '{value}'.{Nearest.Hint(value, choices)}");

    private static string Text<T>(T value) => value is string text ? $"'{text}'" : string.Create(CultureInfo.InvariantCulture, $"{value}");
}
