using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Nagumo.Data;

/// <summary>Names of columns: a name or number, or a list of them.</summary>
internal sealed class NamesConverter : JsonConverter<string[]>
{
    public override string[] Read(ref Utf8JsonReader reader, Type type, JsonSerializerOptions options)
    {
        if (reader.TokenType != JsonTokenType.StartArray)
            return [Name(ref reader)];
        var names = new List<string>();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
            names.Add(Name(ref reader));
        return [.. names];
    }

    public override void Write(Utf8JsonWriter writer, string[] value, JsonSerializerOptions options)
    {
        if (value.Length == 1)
        {
            writer.WriteStringValue(value[0]);
            return;
        }
        writer.WriteStartArray();
        foreach (string name in value)
            writer.WriteStringValue(name);
        writer.WriteEndArray();
    }

    private static string Name(ref Utf8JsonReader reader) =>
        reader.TokenType switch
        {
            JsonTokenType.String => reader.GetString()!,
            JsonTokenType.Number when reader.TryGetInt32(out int number) => number.ToString(CultureInfo.InvariantCulture),
            _ => throw new JsonException("expected a column's name or number, or a list of them"),
        };
}
