using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Nagumo.Data;

/// <summary>Finds samples with the same inputs.</summary>
internal static class Duplicates
{
    /// <summary>How many samples of one list have the inputs of a sample of another.</summary>
    public static int Shared(RawSamples train, ReadOnlySpan<int> trained, RawSamples test, ReadOnlySpan<int> tested)
    {
        var seen = new HashSet<UInt128>(trained.Length);
        double[] row = new double[train.Size];
        foreach (int sample in trained)
            seen.Add(Key(train, sample, row));
        int shared = 0;
        foreach (int sample in tested)
            shared += seen.Contains(Key(test, sample, row)) ? 1 : 0;
        return shared;
    }

    /// <summary>How many samples have the inputs of an earlier one.</summary>
    public static int Within(RawSamples samples)
    {
        var seen = new HashSet<UInt128>(samples.Count);
        double[] row = new double[samples.Size];
        int again = 0;
        for (int i = 0; i < samples.Count; i++)
            again += seen.Add(Key(samples, i, row)) ? 0 : 1;
        return again;
    }

    /// <summary>128 bits of the SHA-256 of the values as float64: equal in whatever type they are stored.</summary>
    private static UInt128 Key(RawSamples samples, int sample, double[] row)
    {
        samples.Read(sample, row);
        // −0 is 0.
        for (int i = 0; i < row.Length; i++)
            row[i] += 0.0;
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(MemoryMarshal.AsBytes(row.AsSpan()), hash);
        return MemoryMarshal.Read<UInt128>(hash);
    }
}
