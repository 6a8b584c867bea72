using System.Globalization;
using System.Text.Json;
using Nagumo.Circuits;

namespace Nagumo.Tests.Circuits;

/// <summary>Netlists and numbers made by an independent program, and what tests need to use them.</summary>
internal static class Reference
{
    private static readonly JsonDocument All = JsonDocument.Parse(Text("circuits.json"));

    /// <summary>An entry by its id.</summary>
    public static JsonElement Entry(string section, string id) =>
        All.RootElement.GetProperty(section).EnumerateArray().Single(e => e.GetProperty("id").GetString() == id);

    public static double Number(this JsonElement e, string key) => e.GetProperty(key).GetDouble();

    public static double[] Numbers(this JsonElement e, string key) => [.. e.GetProperty(key).EnumerateArray().Select(x => x.GetDouble())];

    /// <summary>A netlist's text.</summary>
    public static string Text(string name)
    {
        using var reader = new StreamReader(typeof(Reference).Assembly.GetManifestResourceStream(name)!);
        return reader.ReadToEnd();
    }

    /// <summary>Skips a test where ngspice is not installed.</summary>
    public static Ngspice Ngspice()
    {
        Assert.SkipUnless(Nagumo.Circuits.Ngspice.Default.IsAvailable(), "ngspice is not installed (apt-get install ngspice).");
        return Nagumo.Circuits.Ngspice.Default;
    }

    /// <summary>The elements of a netlist: kind, nodes as <paramref name="rename"/> has them, value; without behavioural sources, references and comments.</summary>
    public static List<(string Key, double Value)> Elements(string netlist, Func<string, string> rename)
    {
        var found = new List<(string, double)>();
        foreach (string line in netlist.Split('\n').Skip(1).TakeWhile(l => l != ".control"))
        {
            if (line.Length == 0 || !char.IsAsciiLetter(line[0]) || line[0] is 'B')
                continue;
            string[] words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            char kind = words[0][0];
            int nodes = kind is 'G' or 'E' ? 4 : 2;
            string[] names = [.. words[1..(1 + nodes)].Select(rename)];
            // A resistor or capacitor has no direction.
            if (kind is 'R' or 'C')
                Array.Sort(names, StringComparer.Ordinal);
            string last = words.Skip(1 + nodes).First(w => w != "DC" && !w.StartsWith("IC=", StringComparison.Ordinal));
            if (kind == 'F')
                continue;
            double value = double.Parse(last, CultureInfo.InvariantCulture);
            // A current g into a node is −g out of it.
            if (kind == 'G' && names[1] == Element.Ground)
                (names[0], names[1], value) = (names[1], names[0], -value);
            found.Add(($"{kind} {string.Join(' ', names)}", value));
        }
        return found;
    }

    /// <summary>A netlist of the reference with its control block turned into cards, and the end of its analysis.</summary>
    public static (string Netlist, double End) Runnable(string text, IEnumerable<string> vectors)
    {
        var lines = text.Split('\n').ToList();
        int from = lines.IndexOf(".control"),
            to = lines.IndexOf(".endc");
        lines.RemoveRange(from, to - from + 1);
        lines.InsertRange(from, vectors.Chunk(20).Select(chunk => ".save " + string.Join(' ', chunk)));
        string tran = lines.First(l => l.StartsWith(".tran", StringComparison.Ordinal));
        return (string.Join('\n', lines), double.Parse(tran.Split(' ')[2], CultureInfo.InvariantCulture));
    }
}
