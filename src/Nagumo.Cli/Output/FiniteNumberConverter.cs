using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Nagumo.Cli;

/// <summary>A number that is not finite is null, which every reader of JSON knows.</summary>
internal sealed class FiniteNumberConverter : JsonConverter<double>
{
    public override bool HandleNull => true;

    /// <remarks>Version 0.1.0 wrote "NaN".</remarks>
    public override double Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType switch
        {
            JsonTokenType.Null => double.NaN,
            JsonTokenType.Number => reader.GetDouble(),
            JsonTokenType.String when double.TryParse(reader.GetString(), CultureInfo.InvariantCulture, out double value) => value,
            _ => throw new JsonException(),
        };

    public override void Write(Utf8JsonWriter writer, double value, JsonSerializerOptions options)
    {
        if (double.IsFinite(value))
            writer.WriteNumberValue(value);
        else
            writer.WriteNullValue();
    }
}
