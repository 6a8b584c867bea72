using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Nagumo.Cli;

/// <summary>Files that users write: JSON with comments and trailing commas.</summary>
internal static partial class JsonFile
{
    private static readonly JsonDocumentOptions Lenient = new() { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true };

    /// <summary>The text of a file that should hold JSON.</summary>
    /// <exception cref="InputException">The file is empty or no JSON; says where.</exception>
    public static string Text(string file)
    {
        string text = File.ReadAllText(file);
        if (string.IsNullOrWhiteSpace(text))
            throw new InputException($"{file}: the file is empty.");
        try
        {
            using var _ = JsonDocument.Parse(text, Lenient);
            return text;
        }
        catch (JsonException e)
        {
            string place = string.Create(null, $"line {(e.LineNumber ?? 0) + 1}, column {(e.BytePositionInLine ?? 0) + 1}"),
                reason = Place().Replace(e.Message, "").TrimEnd('.', ' ');
            throw new InputException($"{file}: not JSON at {place}: {reason}.");
        }
    }

    /// <summary>The object in a file.</summary>
    /// <exception cref="InputException">The file is empty, no JSON, or no object.</exception>
    public static JsonObject Object(string file)
    {
        try
        {
            return JsonNode.Parse(Text(file), documentOptions: Lenient) as JsonObject
                ?? throw new InputException($"{file}: expected an object, {{\"key\": value}}.");
        }
        catch (ArgumentException)
        {
            throw new InputException($"{file}: a key stands there twice: keep one.");
        }
    }

    /// <summary>What .NET adds to the reason.</summary>
    [GeneratedRegex(@" (Path: .*)?LineNumber: .*$")]
    private static partial Regex Place();
}
