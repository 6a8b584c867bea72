using System.Globalization;
using System.Text.RegularExpressions;

namespace Nagumo.Cli;

/// <summary>What the terminal can do, and how numbers look in it.</summary>
internal static partial class Terminal
{
    /// <summary>Whether a writer is a terminal on which lines can move.</summary>
    public static bool IsLive(TextWriter writer) => IsTerminal(Raw(writer));

    /// <summary>The writer under those that break lines and escape what a terminal would obey, for what moves or colours on purpose.</summary>
    public static TextWriter Raw(TextWriter writer) =>
        writer switch
        {
            Page page => Raw(page.Inner),
            PlainWriter plain => plain.Inner,
            _ => writer,
        };

    /// <summary>Puts a line in the place of the one that moves; nothing in it moves by itself, and it does not wrap.</summary>
    public static void Replace(TextWriter writer, string line = "")
    {
        int room = Width(writer) - 1;
        Raw(writer).Write($"\r\u001b[K{PlainWriter.Escaped(line.Length > room ? line[..room] : line)}");
    }

    /// <summary>Ends what moves: clears its line and shows the cursor, which it may have hidden.</summary>
    public static void Restore(TextWriter writer)
    {
        if (IsLive(writer))
            Raw(writer).Write("\r\u001b[K\u001b[?25h");
    }

    private static bool IsTerminal(TextWriter writer) =>
        (
            ReferenceEquals(writer, Console.Error) && !Console.IsErrorRedirected
            || ReferenceEquals(writer, Console.Out) && !Console.IsOutputRedirected
        ) && Environment.GetEnvironmentVariable("TERM") is not ("dumb" or "");

    private const int UsualWidth = 80,
        LeastWidth = 20;

    /// <summary>Characters of a line: COLUMNS where it is set, otherwise the terminal's, 80 where there is none.</summary>
    public static int Width(TextWriter writer)
    {
        if (
            int.TryParse(Environment.GetEnvironmentVariable("COLUMNS"), NumberStyles.None, CultureInfo.InvariantCulture, out int columns)
            && columns >= LeastWidth
        )
            return columns;
        try
        {
            return IsLive(writer) && Console.WindowWidth is >= LeastWidth and var width ? width : UsualWidth;
        }
        catch (IOException)
        {
            return UsualWidth;
        }
    }

    /// <summary>Whether a writer is a terminal that shows colours.</summary>
    public static bool HasColour(TextWriter writer) =>
        IsLive(writer) && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR"));

    /// <summary>How the command was called; the launchers of a clone tell.</summary>
    public static string Command => Environment.GetEnvironmentVariable("NAGUMO_COMMAND") is { Length: > 0 } typed ? typed : "nagumo";

    /// <summary>A path as one argument of the shell, whatever is in it; a leading "-" makes it no option.</summary>
    public static string Quoted(string path) =>
        path.StartsWith('-') ? Quoted("./" + path)
        : Plain().IsMatch(path) ? path
        : OperatingSystem.IsWindows() ? $"\"{path}\""
        : path.Any(char.IsControl) ? $"$'{string.Concat(path.Select(Escaped))}'"
        : $"'{path.Replace("'", @"'\''", StringComparison.Ordinal)}'";

    private static string Escaped(char c) =>
        char.IsControl(c) ? $@"\u{(int)c:x4}"
        : c is '\'' or '\\' ? $@"\{c}"
        : $"{c}";

    [GeneratedRegex(@"^[\p{L}\p{N}_./:@%+,=-]+$")]
    private static partial Regex Plain();

    /// <summary>Text that a page does not break: a command to paste, a number with its unit.</summary>
    public static string Whole(string text) => text.Replace(' ', Page.Joint);

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
