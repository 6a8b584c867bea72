using System.Buffers;
using System.Text;

namespace Nagumo.Cli;

/// <summary>Text in which a terminal finds no commands: control characters and changes of the writing direction, which names of files,
/// networks and neurons may hold, are shown as \u001b. Tabs and ends of lines stay.</summary>
/// <param name="inner">Receives the text.</param>
internal sealed class PlainWriter(TextWriter inner) : TextWriter
{
    private static readonly SearchValues<char> Unsafe = SearchValues.Create([
        .. Enumerable.Range(0, 0x20).Concat(Enumerable.Range(0x7F, 0x21)).Select(c => (char)c).Except(['\t', '\n']),
        .. "\u202A\u202B\u202C\u202D\u202E\u2066\u2067\u2068\u2069\u2028\u2029",
    ]);

    /// <summary>For what moves or colours on purpose.</summary>
    public TextWriter Inner => inner;

    public override Encoding Encoding => inner.Encoding;

    public override void Write(char value) => Write([value]);

    public override void Write(string? value) => Write(value.AsSpan());

    public override void Write(char[] buffer, int index, int count) => Write(buffer.AsSpan(index, count));

    public override void Write(ReadOnlySpan<char> buffer)
    {
        if (buffer.ContainsAny(Unsafe))
            inner.Write(Escaped(buffer));
        else
            inner.Write(buffer);
    }

    public override void WriteLine(string? value) => Write(value + NewLine);

    public override void WriteLine(ReadOnlySpan<char> buffer) => Write(string.Concat(buffer, NewLine));

    public override void Flush() => inner.Flush();

    /// <summary>Whether a terminal might obey it; a tab and the end of a line count.</summary>
    public static bool IsUnsafe(char c) => char.IsControl(c) || Unsafe.Contains(c);

    /// <summary>The text with everything unsafe as its code.</summary>
    public static string Escaped(ReadOnlySpan<char> text)
    {
        var plain = new StringBuilder();
        for (int i = 0; i < text.Length; i++)
            if (Unsafe.Contains(text[i]) && !(text[i] == '\r' && i + 1 < text.Length && text[i + 1] == '\n'))
                plain.Append($"\\u{(int)text[i]:x4}");
            else
                plain.Append(text[i]);
        return plain.ToString();
    }
}
