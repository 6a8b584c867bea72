using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Nagumo.Compute;
using Nagumo.Data;

namespace Nagumo.Learning;

/// <summary>Thrown when a checkpoint cannot be used; the message says why and what to do.</summary>
public sealed class CheckpointException(string message) : Exception(message);

/// <summary>The state of a training run between two epochs.</summary>
/// <remarks>
/// File: magic "NAGUMO2\n" (the digit counts formats), length and bytes of a JSON header, the arrays as little-endian floats in the header's order and in that of memory, SHA-256 of all
/// that. It is written beside its place and renamed, so that a reader finds the old one or the new one, never a part.
/// </remarks>
public sealed class Checkpoint
{
    private static readonly byte[] Magic = "NAGUMO2\n"u8.ToArray();
    private readonly Header _header;
    private readonly Dictionary<string, float[]> _arrays;

    private Checkpoint(Header header, Dictionary<string, float[]> arrays) => (_header, _arrays) = (header, arrays);

    /// <summary>Epochs done.</summary>
    public int Epoch => _header.Epoch;

    /// <summary>Their metrics.</summary>
    public IReadOnlyList<EpochMetrics> History => _header.History;

    /// <summary>The experiment that it belongs to.</summary>
    public Experiment Experiment => _header.Experiment;

    internal static Checkpoint Of(
        Experiment experiment,
        IReadOnlyList<Tensor<float>> parameters,
        Optimizer<float> optimizer,
        int epoch,
        IReadOnlyList<EpochMetrics> history,
        Checkpoint? reuse
    )
    {
        var arrays = new Dictionary<string, float[]>();
        foreach (var p in parameters)
            Copy(p.Name, p.Programmed);
        foreach (var (name, values) in optimizer.State)
            Copy(name, values.Span);
        var shapes = arrays.Select(a => new ArrayHeader(a.Key, a.Value.Length)).ToArray();
        return new(new(experiment, epoch, optimizer.Steps, [.. history], shapes), arrays);

        // Megabytes in every epoch: written over the last ones, they do not pile up until the collector comes.
        void Copy(string name, ReadOnlySpan<float> values)
        {
            float[]? into = reuse?._arrays.GetValueOrDefault(name);
            values.CopyTo(arrays[name] = into?.Length == values.Length ? into : new float[values.Length]);
        }
    }

    internal void Restore(IReadOnlyList<Tensor<float>> parameters, Optimizer<float> optimizer)
    {
        // Earlier versions kept all matrices of a chain row by row.
        bool former = parameters.Any(p => !_arrays.ContainsKey(p.Name) && _arrays.ContainsKey(Ladder.Former(p.Name)));
        foreach (var p in parameters)
            Lay(Array(p.Name, p.Programmed.Length), p, p.Programmed);
        foreach (var (name, values) in optimizer.State)
            Lay(
                Array(name, (int)values.Length),
                name.StartsWith("q.", StringComparison.Ordinal) ? null : parameters.FirstOrDefault(p => name[2..] == p.Name),
                values.Span
            );
        optimizer.Resume(_header.Steps);

        void Lay(float[] values, Tensor<float>? of, Span<float> into)
        {
            if (!former || of is null || of.ProgrammedValue.ColStride == 1)
            {
                values.CopyTo(into);
                return;
            }
            for (int i = 0; i < of.Rows; i++)
            for (int j = 0; j < of.Cols; j++)
                into[j * of.Rows + i] = values[i * of.Cols + j];
        }
    }

    /// <summary>Writes the file, whole or not at all.</summary>
    /// <exception cref="IOException">The disk is full or the folder read-only; an older checkpoint stays as it was.</exception>
    public void Write(string path) =>
        AtomicFile.Write(
            path,
            stream =>
            {
                using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
                byte[] header = JsonSerializer.SerializeToUtf8Bytes(_header, CheckpointJson.Default.Header);
                Put(Magic);
                Put(BitConverter.GetBytes(header.Length));
                Put(header);
                foreach (var a in _header.Arrays)
                    Put(System.Runtime.InteropServices.MemoryMarshal.AsBytes(_arrays[a.Name].AsSpan()));
                stream.Write(hash.GetHashAndReset());

                void Put(ReadOnlySpan<byte> bytes)
                {
                    hash.AppendData(bytes);
                    stream.Write(bytes);
                }
            }
        );

    /// <summary>Reads and verifies a file.</summary>
    /// <exception cref="CheckpointException">Missing, truncated, damaged, or with numbers that are not finite.</exception>
    public static Checkpoint Read(string path)
    {
        byte[] bytes;
        try
        {
            bytes = File.ReadAllBytes(path);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new CheckpointException($"There is no checkpoint '{path}'. Train first, or name the run's folder.");
        }
        int body = bytes.Length - SHA256.HashSizeInBytes,
            start = Magic.Length + sizeof(int);
        if (body < start || !bytes.AsSpan(0, Magic.Length).SequenceEqual(Magic))
            throw new CheckpointException(
                bytes.AsSpan().StartsWith(Magic.AsSpan(0, Magic.Length - 2))
                    ? $"'{path}' is a checkpoint of another version of Nagumo. Train again, or use that version."
                    : $"'{path}' is not a Nagumo checkpoint, or only the beginning of one ({bytes.Length} bytes)."
            );
        if (!SHA256.HashData(bytes.AsSpan(0, body)).AsSpan().SequenceEqual(bytes.AsSpan(body)))
            throw new CheckpointException($"'{path}' is damaged: its checksum does not match. Train again, or use a copy.");
        int length = BitConverter.ToInt32(bytes, Magic.Length);
        var header = JsonSerializer.Deserialize(bytes.AsSpan(start, length), CheckpointJson.Default.Header)!;
        var arrays = new Dictionary<string, float[]>();
        int at = start + length;
        foreach (var a in header.Arrays)
        {
            var values = new float[a.Length];
            bytes.AsSpan(at, a.Length * sizeof(float)).CopyTo(System.Runtime.InteropServices.MemoryMarshal.AsBytes(values.AsSpan()));
            arrays[a.Name] = values;
            at += a.Length * sizeof(float);
            int wrong = System.Array.FindIndex(values, x => !float.IsFinite(x));
            if (wrong >= 0)
                throw new CheckpointException(
                    $"'{path}' is of a run that diverged: '{a.Name}' holds {values[wrong]} at {wrong}. Train again with a lower optimizer.rate."
                );
        }
        return new(header, arrays);
    }

    private float[] Array(string name, int length) =>
        (_arrays.TryGetValue(name, out var values) || _arrays.TryGetValue(Ladder.Former(name), out values)) && values.Length == length
            ? values
            : throw new CheckpointException(
                $"The checkpoint has {(values is null ? "no" : $"{values.Length} values of")} '{name}', the network needs {length}: it belongs to another architecture or optimizer."
            );

    internal sealed record ArrayHeader(string Name, int Length);

    internal sealed record Header(Experiment Experiment, int Epoch, long Steps, EpochMetrics[] History, ArrayHeader[] Arrays);
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
    Converters = [typeof(NumberOrListConverter)]
)]
[JsonSerializable(typeof(Checkpoint.Header))]
internal sealed partial class CheckpointJson : JsonSerializerContext;
