using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Nagumo.Data;

/// <summary>A text, or a number that is one: a share of samples, where a file may be named too.</summary>
internal sealed class NumberOrTextConverter : JsonConverter<string>
{
    public override string Read(ref Utf8JsonReader reader, Type type, JsonSerializerOptions options) =>
        reader.TokenType switch
        {
            JsonTokenType.String => reader.GetString()!,
            JsonTokenType.Number => reader.GetDouble().ToString("R", CultureInfo.InvariantCulture),
            _ => throw new JsonException("expected a share between 0 and 1, or a file"),
        };

    public override void Write(Utf8JsonWriter writer, string value, JsonSerializerOptions options)
    {
        if (double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out double share) && double.IsFinite(share))
            writer.WriteNumberValue(share);
        else
            writer.WriteStringValue(value);
    }
}
