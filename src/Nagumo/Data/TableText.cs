using System.Text;
using nietras.SeparatedValues;

namespace Nagumo.Data;

/// <summary>The rows of a text table with their lines: separators , ; tab |, quotes as in RFC 4180, any kind of line end, UTF-8 or UTF-16 with a mark.</summary>
/// <remarks>Empty lines are passed over; "# a,b,c" as a first line is a header, as NumPy's savetxt writes it.</remarks>
internal sealed class TableText : IDisposable
{
    private static readonly char[] Separators = ['\t', ';', ',', '|'];

    private readonly string _name;
    private readonly Stream _stream;
    private readonly SepReader _reader;
    private int _next = 1;

    private TableText(string name, Stream stream, SepReader reader, char separator)
    {
        (_name, _stream, _reader, Separator) = (name, stream, reader, separator);
    }

    /// <summary>What stands between the cells.</summary>
    public char Separator { get; }

    /// <summary>The line on which the present row begins, from 1.</summary>
    public int Line { get; private set; }

    /// <summary>Cells of the present row.</summary>
    public int Count => _reader.Current.ColCount;

    /// <summary>Opens a table before its first row.</summary>
    /// <param name="path">The file, plain or gzipped.</param>
    /// <param name="separator">",", ";", "tab", "|", or null to find out.</param>
    public static TableText Open(string path, string? separator)
    {
        char between =
            separator is null ? Guess(path)
            : separator == "tab" ? '\t'
            : separator[0];
        var stream = DataStream.Open(path);
        try
        {
            var reader = Sep.New(between)
                .Reader(o =>
                    o with
                    {
                        HasHeader = false,
                        DisableColCountCheck = true,
                        DisableFastFloat = true,
                        DisableQuotesParsing = false,
                    }
                )
                .From(Text(stream));
            return new(path, stream, reader, between);
        }
        catch (Exception e) when (Trouble(path, 1, e) is { } trouble)
        {
            stream.Dispose();
            throw trouble;
        }
    }

    /// <summary>Goes to the next row that is not empty; false at the end.</summary>
    public bool Next()
    {
        try
        {
            while (_reader.MoveNext())
            {
                (Line, _next) = (_next, _reader.Current.LineNumberToExcl);
                if (Count > 1 || !_reader.Current[0].Span.Trim().IsEmpty)
                    return true;
            }
            return false;
        }
        catch (Exception e) when (Trouble(_name, _next, e) is { } trouble)
        {
            throw trouble;
        }
    }

    /// <summary>A cell without the blanks and quotes around it.</summary>
    /// <exception cref="InvalidDataException">A quote that does not close, or text after it.</exception>
    public ReadOnlySpan<char> Cell(int column)
    {
        var cell = _reader.Current[column].Span.Trim();
        if (cell.IndexOf('"') < 0)
            return cell;
        int inner = cell.Count('"') - 2;
        if (cell.Length < 2 || cell[0] != '"' || cell[^1] != '"' || inner % 2 != 0)
            throw new InvalidDataException(
                $"{_name}, {new Place(Line, column + 1)}: {(cell[0] == '"' && cell.Count('"') % 2 != 0 ? "a quotation mark that is never closed" : "a quotation mark within the cell")}, {Excerpt.Of(cell.ToString().ReplaceLineEndings(" "))}; quote the whole cell and double the marks within, \"so \"\"it\"\" is\"."
            );
        cell = cell[1..^1];
        if (inner == 0)
            return cell;
        string text = cell.ToString().Replace("\"\"", "\"", StringComparison.Ordinal);
        return text.Length == cell.Length - inner / 2
            ? text
            : throw new InvalidDataException(
                $"{_name}, {new Place(Line, column + 1)}: a single quotation mark within a quoted cell; double it."
            );
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _reader.Dispose();
        _stream.Dispose();
    }

    private static StreamReader Text(Stream stream) =>
        new(stream, new UTF8Encoding(false, throwOnInvalidBytes: true), detectEncodingFromByteOrderMarks: true, 1 << 16);

    /// <summary>What the layers below say, in the words of a table; null for what is none of theirs.</summary>
    private static InvalidDataException? Trouble(string name, int line, Exception e) =>
        e switch
        {
            DecoderFallbackException => new(
                $"{name}: not UTF-8 text (after line {line}). Save it as UTF-8, or: iconv -f WINDOWS-1252 -t UTF-8 '{name}' > new.csv",
                e
            ),
            InvalidDataException when !e.Message.StartsWith(name, StringComparison.Ordinal) => new(
                $"{name}: damaged gzip data ({e.Message.TrimEnd('.')}).",
                e
            ),
            NotSupportedException or ArgumentException => new(
                $"{name}, line {line}: a row or cell too long to be one of a table ({e.Message.TrimEnd('.')}).",
                e
            ),
            _ => null,
        };

    /// <summary>The separator that divides the first lines into the same number of cells, the more the better.</summary>
    private static char Guess(string path)
    {
        using var stream = DataStream.Open(path);
        using var text = Text(stream);
        char[] begin = new char[1 << 16];
        int length;
        try
        {
            length = text.ReadBlock(begin);
        }
        catch (Exception e) when (Trouble(path, 1, e) is { } trouble)
        {
            throw trouble;
        }
        if (Array.IndexOf(begin, '\0', 0, length) >= 0)
            throw new InvalidDataException(
                $"{path}: not a table of text. Read are .npz, .npy, .csv, .tsv, .txt, IDX (each also .gz), and folders of pictures."
            );
        var counts = Counts(begin.AsSpan(0, length), isWhole: length < begin.Length);
        char best = ',';
        int most = 0;
        foreach (char separator in Separators)
        {
            int[] of = [.. counts.Select(line => line[Array.IndexOf(Separators, separator)])];
            // Lines of unequal counts are a second choice: some line is wrong, and shall be named.
            int rank =
                of.Length == 0 || of[0] == 0 ? 0
                : of.All(n => n == of[0]) ? of[0] + 1_000_000
                : of[0];
            if (rank > most)
                (best, most) = (separator, rank);
        }
        return best;
    }

    /// <summary>How often each separator stands outside of quotes in each of the first lines.</summary>
    private static List<int[]> Counts(ReadOnlySpan<char> text, bool isWhole)
    {
        var lines = new List<int[]>();
        int[] line = new int[Separators.Length];
        bool isQuoted = false,
            isEmpty = true;
        foreach (char c in text)
        {
            if (c is '\n' or '\r' && !isQuoted)
            {
                if (!isEmpty)
                    lines.Add(line);
                if (lines.Count == 20)
                    return lines;
                (line, isEmpty) = (new int[Separators.Length], true);
                continue;
            }
            isEmpty = false;
            isQuoted ^= c == '"';
            if (!isQuoted && Array.IndexOf(Separators, c) is var at and >= 0)
                line[at]++;
        }
        if (!isEmpty && (isWhole || lines.Count == 0))
            lines.Add(line);
        return lines;
    }
}
