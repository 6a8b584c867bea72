using System.Text.Json;
using System.Text.Json.Serialization;
using Nagumo.Data;

namespace Nagumo.Learning;

/// <summary>Source-generated JSON: snake_case keys, unknown keys refused, a single number where a list is expected.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    AllowDuplicateProperties = false,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    ReadCommentHandling = JsonCommentHandling.Skip,
    AllowTrailingCommas = true,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    WriteIndented = true,
    NewLine = "\n",
    Converters = [typeof(NumberOrListConverter)]
)]
[JsonSerializable(typeof(Experiment))]
[JsonSerializable(typeof(DataOptions))]
[JsonSerializable(typeof(string))]
internal sealed partial class ExperimentJson : JsonSerializerContext;
