using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace Nagumo.Circuits;

/// <summary>ngspice's binary raw file: named vectors of equal length, the first one the time.</summary>
internal sealed class RawFile
{
    private const int MostHeader = 1 << 26;
    private readonly Dictionary<string, int> _columns = [];
    private readonly double[] _values;

    private RawFile(IReadOnlyList<string> names, double[] values)
    {
        for (int i = 0; i < names.Count; i++)
            _columns[names[i]] = i;
        (_values, Points) = (values, values.Length / names.Count);
    }

    /// <summary>Number of points.</summary>
    public int Points { get; }

    /// <summary>Names of the vectors, in small letters.</summary>
    public IEnumerable<string> Names => _columns.Keys;

    /// <summary>Whether there is such a vector.</summary>
    public bool Has(string name) => _columns.ContainsKey(name);

    /// <summary>A vector.</summary>
    public double[] this[string name]
    {
        get
        {
            int column = _columns[name];
            var vector = new double[Points];
            for (int i = 0; i < Points; i++)
                vector[i] = _values[i * _columns.Count + column];
            return vector;
        }
    }

    /// <summary>All vectors at their last point.</summary>
    public Dictionary<string, double> Last => _columns.ToDictionary(c => c.Key, c => _values[(Points - 1) * _columns.Count + c.Value]);

    /// <summary>Reads the first plot of a file.</summary>
    /// <exception cref="InvalidDataException">It is no whole binary raw file of real numbers, or a number is not finite.</exception>
    public static RawFile Read(string path)
    {
        byte[] bytes = File.ReadAllBytes(path);
        int at = 0,
            variables = 0,
            points = 0;
        List<string> names = [];
        while (true)
        {
            string line = Line();
            if (line.StartsWith("No. Variables:", StringComparison.Ordinal))
                variables = Count(line);
            else if (line.StartsWith("No. Points:", StringComparison.Ordinal))
                points = Count(line);
            else if (line.StartsWith("Flags:", StringComparison.Ordinal) && !line.Contains("real", StringComparison.Ordinal))
                throw Bad("it holds complex numbers");
            else if (line.StartsWith("Variables:", StringComparison.Ordinal))
                for (int i = 0; i < variables; i++)
                    names.Add(
                        Line().Split('\t', StringSplitOptions.RemoveEmptyEntries) is [_, var name, ..]
                            ? name.ToLowerInvariant()
                            : throw Bad("a variable has no name")
                    );
            else if (line == "Binary:")
                break;
            else if (line == "Values:")
                throw Bad("it is written as text");
        }
        if (names.Count == 0 || points == 0)
            throw Bad("it holds no points");
        if (bytes.Length - at < (long)variables * points * sizeof(double))
            throw Bad($"it ends early: {points} points of {variables} numbers are announced, {bytes.Length - at} bytes follow");
        var values = new double[variables * points];
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = BinaryPrimitives.ReadDoubleLittleEndian(bytes.AsSpan(at + i * sizeof(double)));
            if (!double.IsFinite(values[i]))
                throw Bad($"{names[i % variables]} is {values[i]} at point {i / variables}");
        }
        return new(names, values);

        string Line()
        {
            int end = Array.IndexOf(bytes, (byte)'\n', at);
            if (end < 0 || at > MostHeader)
                throw Bad("its header has no end");
            string line = Encoding.Latin1.GetString(bytes, at, end - at).Trim();
            at = end + 1;
            return line;
        }

        int Count(string line) =>
            int.TryParse(line[(line.IndexOf(':') + 1)..], NumberStyles.Integer, CultureInfo.InvariantCulture, out int n) && n >= 0
                ? n
                : throw Bad($"'{line}' is no number");

        InvalidDataException Bad(string what) => new($"ngspice's result '{Path.GetFileName(path)}' cannot be used: {what}.");
    }
}
