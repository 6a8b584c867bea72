using System.Text.Json;
using System.Text.Json.Serialization;

namespace Nagumo.Learning;

/// <summary>Reads 0.5 as well as [0.5, 0.6] where a list of numbers is expected.</summary>
internal sealed class NumberOrListConverter : JsonConverter<double[]>
{
    public override double[] Read(ref Utf8JsonReader reader, Type type, JsonSerializerOptions options)
    {
        if (reader.TokenType == JsonTokenType.Number)
            return [reader.GetDouble()];
        if (reader.TokenType != JsonTokenType.StartArray)
            throw new JsonException("expected a number or a list of numbers");
        var values = new List<double>();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
            values.Add(reader.TokenType == JsonTokenType.Number ? reader.GetDouble() : throw new JsonException("expected a number"));
        return [.. values];
    }

    public override void Write(Utf8JsonWriter writer, double[] value, JsonSerializerOptions options)
    {
        if (value.Length == 1)
        {
            writer.WriteNumberValue(value[0]);
            return;
        }
        writer.WriteStartArray();
        foreach (double x in value)
            writer.WriteNumberValue(x);
        writer.WriteEndArray();
    }
}
