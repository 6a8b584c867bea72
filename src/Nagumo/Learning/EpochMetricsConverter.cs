using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace Nagumo.Learning;

/// <summary>An epoch's metrics as JSON: snake_case keys, the scores named after what they are, <c>train_error_percent</c> or <c>train_rmse</c>.</summary>
public sealed class EpochMetricsConverter : JsonConverter<EpochMetrics>
{
    private const string Train = "train_",
        Validation = "validation_",
        Loss = "loss";

    /// <inheritdoc/>
    public override EpochMetrics Read(ref Utf8JsonReader reader, Type type, JsonSerializerOptions options)
    {
        var number = (JsonTypeInfo<double>)options.GetTypeInfo(typeof(double));
        var m = new EpochMetrics(0, 0, 0, null, null, 0, 0, 0, 0, 0);
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            string key = reader.GetString()!;
            reader.Read();
            if (reader.TokenType == JsonTokenType.Null)
                continue;
            double value = JsonSerializer.Deserialize(ref reader, number);
            m = key switch
            {
                "epoch" => m with { Epoch = (int)value },
                Train + Loss => m with { TrainLoss = value },
                Validation + Loss => m with { ValidationLoss = value },
                "free_sweeps" => m with { FreeSweeps = (int)value },
                "free_residual" => m with { FreeResidual = value },
                "nudged_sweeps" => m with { NudgedSweeps = (int)value },
                "nudged_residual" => m with { NudgedResidual = value },
                "not_converged" => m with { NotConverged = (int)value },
                _ when key.StartsWith(Train, StringComparison.Ordinal) => m with { TrainScore = value, Score = key[Train.Length..] },
                _ when key.StartsWith(Validation, StringComparison.Ordinal) => m with { ValidationScore = value },
                _ => throw new JsonException($"unknown metric '{key}'"),
            };
        }
        return m;
    }

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, EpochMetrics m, JsonSerializerOptions options)
    {
        var number = (JsonTypeInfo<double>)options.GetTypeInfo(typeof(double));
        writer.WriteStartObject();
        writer.WriteNumber("epoch", m.Epoch);
        Put(Train + Loss, m.TrainLoss);
        Put(Train + m.Score, m.TrainScore);
        Put(Validation + m.Score, m.ValidationScore);
        Put(Validation + Loss, m.ValidationLoss);
        writer.WriteNumber("free_sweeps", m.FreeSweeps);
        Put("free_residual", m.FreeResidual);
        writer.WriteNumber("nudged_sweeps", m.NudgedSweeps);
        Put("nudged_residual", m.NudgedResidual);
        writer.WriteNumber("not_converged", m.NotConverged);
        writer.WriteEndObject();

        void Put(string key, double? value)
        {
            if (value is null && options.DefaultIgnoreCondition == JsonIgnoreCondition.WhenWritingNull)
                return;
            writer.WritePropertyName(key);
            if (value is { } x)
                JsonSerializer.Serialize(writer, x, number);
            else
                writer.WriteNullValue();
        }
    }
}
