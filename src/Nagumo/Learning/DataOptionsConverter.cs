using System.Text.Json;
using System.Text.Json.Serialization;
using Nagumo.Data;

namespace Nagumo.Learning;

/// <summary>Data in a configuration: "mnist", or a section with the source and how it is understood.</summary>
internal sealed class DataOptionsConverter : JsonConverter<DataOptions>
{
    /// <summary>Nothing is no data.</summary>
    public override bool HandleNull => true;

    public override DataOptions Read(ref Utf8JsonReader reader, Type type, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.String ? new(reader.GetString()!)
        : reader.TokenType == JsonTokenType.Null ? throw new JsonException("could not be converted")
        : JsonSerializer.Deserialize(ref reader, ExperimentJson.Default.DataOptions) ?? throw new JsonException("null");

    public override void Write(Utf8JsonWriter writer, DataOptions value, JsonSerializerOptions options)
    {
        if (value == new DataOptions(value.Source))
            writer.WriteStringValue(value.Source);
        else
            JsonSerializer.Serialize(writer, value, ExperimentJson.Default.DataOptions);
    }
}
