using System.Text.Json;

namespace Nagumo.Neurons;

/// <summary>Equations written as text, one statement a line, or as JSON; read into an <see cref="EquationSystem"/>.</summary>
/// <remarks>
/// <para><c>u' = k*(u - u^3/3) - v</c> or <c>du/dt = …</c> is an equation; <c>tau*v' = …</c>, <c>C*dv/dt = …</c> one with a time constant.
/// <c>k = 0.5</c> is a parameter, <c>b = 2*k</c> one that follows others, <c>m = (1 + tanh(u))/2</c> a quantity, <c>f(x) = x - x^3/3</c> a function, in any
/// order. <c>u(0) = 0.1</c> is where a search for rest starts; <c>pairs: q1 p1, q2 p2</c> pairs coordinates and momenta; <c>units: V mV, t ms</c>
/// states units, which label what is printed and drawn; <c>#</c>, <c>%</c> and
/// <c>//</c> begin a comment. Expressions are those of potentials; names may be Greek, and ’ and ′ are primes.</para>
/// <para>Of XPPAUT: <c>par a=1, b=2</c>, <c>init u=-1</c>, <c>!b=2*a</c>, <c>aux</c> and <c>@</c> lines (ignored), <c>done</c>; names of a file <c>*.ode</c> compare without case.
/// Of Brian: a unit's tail <c>: 1</c>; a bare <c>I : 1</c> declares a parameter that needs a value.</para>
/// <para>JSON: <c>{"equations": ["u' = …", …], "parameters": {"k": 0.5}, "start": {"u": 0.1}, "units": {"u": "mV", "t": "ms"}}</c>.</para>
/// </remarks>
public static class EquationFile
{
    private static readonly JsonDocumentOptions Lenient = new()
    {
        CommentHandling = JsonCommentHandling.Skip,
        AllowTrailingCommas = true,
        AllowDuplicateProperties = false,
    };

    private static readonly string[] Keys = ["equations", "parameters", "start", "units"];

    /// <summary>Reads a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="parameters">Values that replace those of the text, also where it gives none; null for none.</param>
    /// <exception cref="EquationFileException">The text is no system of equations: file, line, column, what is wrong and how to write it.</exception>
    /// <exception cref="ArgumentException">The text has no parameter of a name that is given.</exception>
    public static EquationSystem Read(string path, IReadOnlyDictionary<string, double>? parameters = null) =>
        Parse(File.ReadAllText(path), Path.GetFileName(path), parameters);

    /// <summary>Reads a text; one that begins with { is JSON.</summary>
    /// <param name="text">The statements.</param>
    /// <param name="name">What the system is called, in messages too.</param>
    /// <param name="parameters">See <see cref="Read"/>.</param>
    /// <exception cref="EquationFileException">See <see cref="Read"/>.</exception>
    /// <exception cref="ArgumentException">See <see cref="Read"/>.</exception>
    public static EquationSystem Parse(string text, string name, IReadOnlyDictionary<string, double>? parameters = null) =>
        new EquationReader(name, [.. text.TrimStart().StartsWith('{') ? OfJson(text, name) : Lines(text)]).System(parameters);

    /// <summary>Whether a text states equations: any text that is not JSON, or an object with the key "equations".</summary>
    /// <param name="text">The text of a file.</param>
    public static bool StatesEquations(string text)
    {
        if (text.TrimStart() is not ['{' or '[', ..])
            return !string.IsNullOrWhiteSpace(text);
        try
        {
            using var document = JsonDocument.Parse(text, Lenient);
            return document.RootElement.ValueKind == JsonValueKind.Object && document.RootElement.TryGetProperty(Keys[0], out _);
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static IEnumerable<Statement> Lines(string text)
    {
        string[] lines = text.ReplaceLineEndings("\n").Split('\n');
        for (int l = 0; l < lines.Length; l++)
        {
            string line = Statement.WithoutComment(lines[l]);
            if (line.Trim().ToLowerInvariant() is "done" or "d")
                yield break;
            int column = 0;
            foreach (string part in line.Split(';'))
            {
                yield return new(part, $"line {l + 1}", column);
                column += part.Length + 1;
            }
        }
    }

    private static List<Statement> OfJson(string text, string name)
    {
        var statements = new List<Statement>();
        try
        {
            using var document = JsonDocument.Parse(text, Lenient);
            foreach (var property in document.RootElement.EnumerateObject())
            {
                var value = property.Value;
                switch (property.Name)
                {
                    case "equations" when value.ValueKind == JsonValueKind.String:
                        statements.AddRange(Lines(value.GetString()!));
                        break;
                    case "equations" when value.ValueKind == JsonValueKind.Array && value.EnumerateArray().All(IsText):
                        statements.AddRange(
                            value
                                .EnumerateArray()
                                .Select((e, i) => new Statement(Statement.WithoutComment(e.GetString()!), $"equations[{i}]", 0))
                        );
                        break;
                    case "parameters" or "start" when value.ValueKind == JsonValueKind.Object:
                        foreach (var p in value.EnumerateObject())
                            statements.Add(
                                IsText(p.Value) || p.Value.ValueKind == JsonValueKind.Number
                                    ? new($"{p.Name}{(property.Name == "start" ? "(0)" : "")} = {p.Value}", $"{property.Name}.{p.Name}", 0)
                                    : throw new EquationFileException(
                                        $"{name}: {property.Name}.{p.Name} = {Excerpt.Of(p.Value.GetRawText())}: give a number"
                                    )
                            );
                        break;
                    case "units" when value.ValueKind == JsonValueKind.Object && value.EnumerateObject().All(p => IsText(p.Value)):
                        foreach (var p in value.EnumerateObject())
                            statements.Add(new($"units: {p.Name} {p.Value}", $"units.{p.Name}", 0));
                        break;
                    default:
                        throw new EquationFileException(
                            Keys.Contains(property.Name)
                                ? $"{name}: '{property.Name}' = {Excerpt.Of(value.GetRawText())}: give {(property.Name == "equations" ? "a list of texts, [\"u' = …\", …]" : property.Name == "units" ? "texts by name, {\"u\": \"mV\", \"t\": \"ms\"}" : "numbers by name, {\"a\": 1}")}"
                                : $"{name}: a file of equations has no key '{Excerpt.Of(property.Name)}'.{Nearest.Hint(Excerpt.Of(property.Name), Keys)}"
                        );
                }
            }
        }
        catch (JsonException e)
        {
            throw new EquationFileException($"{name}: not JSON: {e.Message}");
        }
        return statements;

        static bool IsText(JsonElement e) => e.ValueKind == JsonValueKind.String;
    }
}

/// <summary>A text is no system of equations; the message names file, line and column.</summary>
public sealed class EquationFileException(string message) : FormatException(message);
