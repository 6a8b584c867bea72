using System.Text.Json;
using System.Text.Json.Serialization;

namespace Nagumo.Data;

/// <summary>How a user's own data become inputs and targets: settled when they are trained on, kept in the run, followed by every later command.</summary>
/// <param name="Sha256">What the data were.</param>
/// <param name="Kind">"table", "npz", "npy", "IDX" or "pictures".</param>
/// <param name="Shape">The shape of a sample.</param>
/// <param name="Inputs">The map of the inputs.</param>
/// <param name="InputNames">What the values of a sample are called; null for arrays and pictures.</param>
/// <param name="Columns">The columns of a table; null for others.</param>
/// <param name="DecimalComma">Whether a table has decimal commas.</param>
/// <param name="Classes">The names of the classes; null for real targets.</param>
/// <param name="Targets">The names of the real targets; null for classes.</param>
/// <param name="TargetMap">The map of the real targets; null for classes.</param>
public sealed record Preparation(
    string Sha256,
    string Kind,
    int[] Shape,
    Normalisation Inputs,
    string[]? InputNames = null,
    PreparedColumn[]? Columns = null,
    bool DecimalComma = false,
    string[]? Classes = null,
    string[]? Targets = null,
    Normalisation? TargetMap = null
)
{
    /// <summary>The file of a run that keeps it.</summary>
    public const string FileName = "data.json";

    /// <summary>As JSON.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, PreparationJson.Default.Preparation) + "\n";

    /// <summary>Reads what <see cref="ToJson"/> wrote.</summary>
    /// <exception cref="InvalidDataException">It is not that.</exception>
    public static Preparation Read(string path)
    {
        try
        {
            return JsonSerializer.Deserialize(File.ReadAllText(path), PreparationJson.Default.Preparation)
                ?? throw new JsonException("empty");
        }
        catch (JsonException e)
        {
            throw new InvalidDataException($"{path}: not what training writes there ({e.Message.TrimEnd('.')}).", e);
        }
    }

    internal Understanding Understanding(bool needsTargets) =>
        new(
            needsTargets,
            Classes,
            Targets,
            Columns is null
                ? null
                : new TableSchema([.. Columns.Select((c, i) => new TableColumn(c.Name, i + 1, Role(c.Role), c.Categories))], DecimalComma),
            Kind != "pictures" ? null
                : Shape is [3, _, _] ? "rgb"
                : "grey"
        );

    internal static PreparedColumn[]? Prepared(TableSchema? schema) =>
        schema is null
            ? null
            : [.. schema.Columns.Select(c => new PreparedColumn(c.Name, c.Role.ToString().ToLowerInvariant(), c.Categories))];

    private static ColumnRole Role(string role) =>
        Enum.TryParse(role, ignoreCase: true, out ColumnRole known) && Enum.IsDefined(known)
            ? known
            : throw new InvalidDataException($"{FileName}: a column's role is '{role}'; input, target and ignored are known.");
}

/// <summary>A column of a table that was trained on.</summary>
/// <param name="Name">Its name; null where the table has no header.</param>
/// <param name="Role">"input", "target" or "ignored".</param>
/// <param name="Categories">The names that stand in it; null for numbers.</param>
public sealed record PreparedColumn(string? Name, string Role, string[]? Categories = null);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    WriteIndented = true,
    NewLine = "\n"
)]
[JsonSerializable(typeof(Preparation))]
internal sealed partial class PreparationJson : JsonSerializerContext;
