using System.Text;

namespace Nagumo.Cli;

/// <summary>Text for people: lines are broken at spaces, so that they fit the terminal or page.</summary>
/// <remarks>What is broken goes on under the last column of its line. A word longer than the page stays whole, and so does what
/// <see cref="Terminal.Whole"/> keeps together.</remarks>
internal sealed class Page(TextWriter inner, int width) : TextWriter
{
    /// <summary>A space at which no line is broken; written as a space.</summary>
    public const char Joint = '\uE000';

    /// <summary>A column that begins beyond this part of the line leaves too little room for what goes on under it.</summary>
    private const double LastColumn = 0.6;

    private const int Hanging = 2;

    /// <summary>Room that a label keeps beside its numbers.</summary>
    private const int LeastLabel = 24;

    private readonly StringBuilder _line = new();

    /// <summary>Where the text goes.</summary>
    public TextWriter Inner => inner;

    /// <summary>Characters of a line on standard output.</summary>
    public static int Width => Terminal.Width(Console.Out);

    public override Encoding Encoding => inner.Encoding;

    public override void Write(char value)
    {
        if (value == '\n')
        {
            foreach (string part in Broken(_line.ToString(), width))
                inner.WriteLine(part);
            _line.Clear();
        }
        else if (value != '\r')
            _line.Append(value);
    }

    public override void Flush()
    {
        inner.Write(_line.Replace(Joint, ' ').ToString());
        _line.Clear();
        inner.Flush();
    }

    /// <summary>A line as lines of at most <paramref name="width"/> characters.</summary>
    public static IEnumerable<string> Broken(string line, int width)
    {
        string indent = new(' ', Column(line, width));
        while (line.Length > width && Break(line, indent.Length, width) is > 0 and var at)
        {
            yield return line[..at].TrimEnd().Replace(Joint, ' ');
            line = indent + line[at..].TrimStart();
        }
        yield return line.Replace(Joint, ' ');
    }

    /// <summary>Parts two spaces apart, as many on a line as it has room for; the lines below the first begin under its second part.</summary>
    public static IEnumerable<string> Filled(IReadOnlyList<string> parts, int width)
    {
        string line = parts[0],
            indent = new(' ', parts[0].Length);
        foreach (string part in parts.Skip(1))
        {
            if (line != indent && line.Length + 2 + part.TrimEnd().Length > width)
            {
                yield return line.TrimEnd();
                line = indent;
            }
            line += "  " + part;
        }
        yield return line.TrimEnd();
    }

    /// <summary>A table on a page: labels, of which the long ones are broken, and what stands beside their last lines.</summary>
    public static IEnumerable<string> Table(IReadOnlyList<(string Label, string Numbers)> rows)
    {
        // Numbers that leave no room for a label run over the page.
        int page = Width,
            most = page - 2 - LeastLabel,
            room = page - 2 - rows.Select(r => r.Numbers.Length).Where(n => n <= most).DefaultIfEmpty().Max(),
            wide = Math.Min(room, rows.Max(r => r.Label.Length));
        foreach (var (label, numbers) in rows)
        {
            string[] lines = [.. Broken(label, room)];
            foreach (string line in lines[..^1])
                yield return line;
            yield return $"{lines[^1].PadRight(wide)}  {numbers}".TrimEnd();
        }
    }

    /// <summary>The last space that leaves a line on the page; otherwise the first beyond it; 0 for none.</summary>
    private static int Break(string line, int from, int width)
    {
        int at = line.LastIndexOf(' ', width);
        return at > from ? at : Math.Max(0, line.IndexOf(' ', Math.Max(width, from)));
    }

    /// <summary>Where the last column begins: columns stand two spaces or more apart.</summary>
    private static int Column(string line, int width)
    {
        int text = line.Length - line.TrimStart().Length,
            last = text;
        for (int i = text + 2; i <= Math.Min(LastColumn * width, line.Length - 1); i++)
            if (line[i] != ' ' && line[i - 1] == ' ' && line[i - 2] == ' ')
                last = i;
        return last > text ? last : text + Hanging;
    }
}
