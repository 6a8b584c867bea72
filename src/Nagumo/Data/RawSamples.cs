namespace Nagumo.Data;

/// <summary>What is to be learned, as a file holds it.</summary>
internal abstract record RawTargets
{
    /// <summary>Classes.</summary>
    /// <param name="Names">What the classes are called.</param>
    /// <param name="Labels">The class of each sample.</param>
    public sealed record OfClasses(string[] Names, int[] Labels) : RawTargets;

    /// <summary>Real numbers.</summary>
    /// <param name="Names">What the numbers are called.</param>
    /// <param name="Values">[samples × names].</param>
    public sealed record OfNumbers(string[] Names, double[] Values) : RawTargets;
}

/// <summary>Samples as a file holds them: of one shape and in the type that they have there, not divided and not normalised.</summary>
/// <param name="Inputs">[samples, …].</param>
/// <param name="Targets">What is to be learned; null where the file does not say.</param>
/// <param name="Lines">Of a text table the line of each sample, from 1; null for other sources.</param>
internal sealed record RawSamples(NpyArray Inputs, RawTargets? Targets, int[]? Lines = null)
{
    /// <summary>How many samples.</summary>
    public int Count => Inputs.Shape[0];

    /// <summary>The shape of a sample; one number where the file has one for each.</summary>
    public int[] Shape => Inputs.Shape.Length == 1 ? [1] : Inputs.Shape[1..];

    /// <summary>Values of a sample.</summary>
    public int Size => Shape.Aggregate(1, (product, n) => product * n);

    /// <summary>The values of one sample as they are, in double precision.</summary>
    public void Read(int sample, Span<double> row)
    {
        int at = sample * row.Length;
        switch (Inputs.Values)
        {
            case byte[] x:
                Convert(x.AsSpan(at, row.Length), row, v => v);
                break;
            case float[] x:
                Convert(x.AsSpan(at, row.Length), row, v => v);
                break;
            case double[] x:
                x.AsSpan(at, row.Length).CopyTo(row);
                break;
            case int[] x:
                Convert(x.AsSpan(at, row.Length), row, v => v);
                break;
            case long[] x:
                Convert(x.AsSpan(at, row.Length), row, v => v);
                break;
            case bool[] x:
                Convert(x.AsSpan(at, row.Length), row, v => v ? 1 : 0);
                break;
        }

        static void Convert<T>(ReadOnlySpan<T> from, Span<double> to, Func<T, double> convert)
        {
            for (int i = 0; i < to.Length; i++)
                to[i] = convert(from[i]);
        }
    }
}

/// <summary>All that a source holds.</summary>
/// <param name="Kind">What it is, for people: "a table", "npz".</param>
/// <param name="Train">The samples, or those to train on.</param>
/// <param name="Test">Those to test on; null where the source does not divide them.</param>
/// <param name="InputNames">What the values of a sample are called; null for arrays.</param>
/// <param name="IsCategory">Which values are one of a column's categories; null for none.</param>
/// <param name="Schema">How a table was understood; null for arrays.</param>
/// <param name="Notes">What else is to be said.</param>
internal sealed record RawData(
    string Kind,
    RawSamples Train,
    RawSamples? Test,
    string[]? InputNames = null,
    bool[]? IsCategory = null,
    TableSchema? Schema = null,
    IReadOnlyList<string>? Notes = null
);
