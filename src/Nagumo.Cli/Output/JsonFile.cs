using System.Text.Json;
using System.Text.Json.Nodes;

namespace Nagumo.Cli;

/// <summary>Files that users write: JSON with comments and trailing commas.</summary>
internal static class JsonFile
{
    private static readonly JsonDocumentOptions Lenient = new()
    {
        CommentHandling = JsonCommentHandling.Skip,
        AllowTrailingCommas = true,
        AllowDuplicateProperties = false,
    };

    /// <summary>The text of a file that should hold JSON.</summary>
    /// <exception cref="InputException">The file is empty.</exception>
    public static string Text(string file) =>
        File.ReadAllText(file) is var text && string.IsNullOrWhiteSpace(text)
            ? throw new InputException($"{file}: the file is empty.")
            : text;

    /// <summary>Whether a text is JSON at all, be it with a key twice.</summary>
    public static bool IsJson(string text)
    {
        try
        {
            using var _ = JsonDocument.Parse(text, Lenient with { AllowDuplicateProperties = true });
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    /// <summary>Why a text is no JSON, or which key stands there twice, and where; null when all is well.</summary>
    public static string? Fault(string text)
    {
        try
        {
            using var document = JsonDocument.Parse(text, Lenient with { AllowDuplicateProperties = true });
            return Twice(document.RootElement) is { } key ? $"the key '{key}' stands there twice: keep one" : null;
        }
        catch (JsonException e)
        {
            // .NET writes the place behind the reason, from 0.
            int place = e.Message.IndexOf(" LineNumber: ", StringComparison.Ordinal);
            string reason = (place < 0 ? e.Message : e.Message[..place]).TrimEnd('.', ' ');
            return $"not JSON: {reason} (line {(e.LineNumber ?? 0) + 1}, column {(e.BytePositionInLine ?? 0) + 1})";
        }
    }

    /// <summary>A text that is JSON.</summary>
    public static JsonDocument Document(string text) => JsonDocument.Parse(text, Lenient);

    /// <summary>The object in a file.</summary>
    /// <exception cref="InputException">The file is empty, no JSON, or no object.</exception>
    public static JsonObject Object(string file)
    {
        string text = Text(file);
        if (Fault(text) is { } fault)
            throw new InputException($"{file}: {fault}");
        return JsonNode.Parse(text, documentOptions: Lenient) as JsonObject
            ?? throw new InputException($"{file}: expected an object, {{\"key\": value}}.");
    }

    /// <summary>The value of a key; null where it is absent.</summary>
    /// <exception cref="InputException">It is of another kind.</exception>
    public static T? Value<T>(JsonObject? config, string key, string expected)
        where T : struct =>
        config?[key] is not { } node ? null
        : node is JsonValue value && value.TryGetValue(out T result) ? result
        : throw new InputException($"{key} = {node.ToJsonString()}: give {expected}.");

    /// <summary>The first key that stands twice in one object; null where none does.</summary>
    private static string? Twice(JsonElement element) =>
        element.ValueKind switch
        {
            JsonValueKind.Object => element.EnumerateObject().GroupBy(p => p.Name).FirstOrDefault(g => g.Skip(1).Any())?.Key
                ?? element.EnumerateObject().Select(p => Twice(p.Value)).FirstOrDefault(key => key is not null),
            JsonValueKind.Array => element.EnumerateArray().Select(Twice).FirstOrDefault(key => key is not null),
            _ => null,
        };
}
