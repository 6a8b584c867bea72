using System.Globalization;

namespace Nagumo.Cli;

/// <summary>What the terminal can do, and how numbers look in it.</summary>
internal static class Terminal
{
    /// <summary>Whether a writer is a terminal on which lines can move.</summary>
    public static bool IsLive(TextWriter writer) =>
        (
            ReferenceEquals(writer, Console.Error) && !Console.IsErrorRedirected
            || ReferenceEquals(writer, Console.Out) && !Console.IsOutputRedirected
        ) && Environment.GetEnvironmentVariable("TERM") is not ("dumb" or "");

    /// <summary>Whether a writer is a terminal that shows colours.</summary>
    public static bool HasColour(TextWriter writer) =>
        IsLive(writer) && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR"));

    /// <summary>How the command was called; the launchers of a clone tell.</summary>
    public static string Command => Environment.GetEnvironmentVariable("NAGUMO_COMMAND") is { Length: > 0 } typed ? typed : "nagumo";

    /// <summary>A path as an argument of the shell.</summary>
    public static string Quoted(string path) => path.Contains(' ') ? $"'{path}'" : path;

    /// <summary>1 epoch, 2 epochs.</summary>
    public static string Epochs(int n) => $"{n} epoch{(n == 1 ? "" : "s")}";

    /// <summary>60,000.</summary>
    public static string Count(long n) => n.ToString("N0", CultureInfo.InvariantCulture);

    /// <summary>1.62 %.</summary>
    public static string Percent(double percent) => percent.ToString("F2", CultureInfo.InvariantCulture) + " %";

    /// <summary>Three digits: 0.0123, 1.2e-06.</summary>
    public static string Short(double x) => x.ToString("G3", CultureInfo.InvariantCulture).Replace("E", "e", StringComparison.Ordinal);

    /// <summary>12.3 s, 4 m 05 s, 2 h 07 m.</summary>
    public static string Duration(double seconds)
    {
        if (!double.IsFinite(seconds))
            return "–";
        if (seconds < 59.95)
            return seconds.ToString(seconds < 10 ? "F1" : "F0", CultureInfo.InvariantCulture) + " s";
        long whole = (long)Math.Round(seconds);
        return whole < 3600
            ? string.Create(CultureInfo.InvariantCulture, $"{whole / 60} m {whole % 60:00} s")
            : string.Create(CultureInfo.InvariantCulture, $"{whole / 3600} h {whole / 60 % 60:00} m");
    }
}
