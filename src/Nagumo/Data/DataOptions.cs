using System.Globalization;
using System.Text.Json.Serialization;

namespace Nagumo.Data;

/// <summary>Which data, and how they are understood: the section "data" of a configuration.</summary>
/// <remarks>In a configuration the source alone may stand for the section: <c>"data": "mnist"</c>.</remarks>
/// <param name="Source">A named set, a file (.npz, .npy, .csv, .tsv, .txt, IDX; each also .gz) or a folder of pictures in a folder a class.</param>
/// <param name="Target">CSV: the columns to be learned, by name or by number from 1; null for the last column.</param>
/// <param name="Ignore">CSV: columns that are left out, by name or number.</param>
/// <param name="Categories">CSV: columns of numbers that are names of something (a post code), by name or number.</param>
/// <param name="X">npz: the name of the inputs [x].</param>
/// <param name="Y">npz: the name of the targets [y]; npy and IDX: the file of the targets.</param>
/// <param name="TargetKind">"auto", "classes" or "numbers": what the targets are.</param>
/// <param name="Test">What is tested on: a share between 0 and 1, or a file of the same kind; null for the file's own test part, or else 0.2.</param>
/// <param name="TestIndices">A file of the indices of the test samples, from 0 (text or npy).</param>
/// <param name="Seed">Which samples a share takes.</param>
/// <param name="Normalise">"standard" (mean 0, variance 1), "range" (−1 to 1) or "none": the inputs, fitted on the training samples.</param>
/// <param name="Per">"column", "whole", or null: column for tables, whole for pictures.</param>
/// <param name="NormaliseTarget">"standard", "range" or "none": real targets, column by column.</param>
/// <param name="Missing">"refuse" or "drop": what becomes of rows with a missing value.</param>
/// <param name="Header">CSV: whether the first line names the columns; null to find out.</param>
/// <param name="Separator">CSV: ",", ";", "tab" or "|"; null to find out.</param>
/// <param name="Decimal">CSV: "." or ",".</param>
/// <param name="Colour">Pictures: "auto" (grey where all are), "grey" or "rgb".</param>
/// <param name="Sha256">What the data were when they were trained on; written by training.</param>
public sealed record DataOptions(
    string Source = "mnist",
    string[]? Target = null,
    string[]? Ignore = null,
    string[]? Categories = null,
    string? X = null,
    string? Y = null,
    string TargetKind = "auto",
    string? Test = null,
    string? TestIndices = null,
    ulong Seed = 1,
    string Normalise = "standard",
    string? Per = null,
    string NormaliseTarget = "standard",
    string Missing = "refuse",
    bool? Header = null,
    string? Separator = null,
    string Decimal = ".",
    string Colour = "auto",
    string? Sha256 = null
)
{
    /// <summary>The share that is tested on where nothing else is said.</summary>
    public const double DefaultShare = 0.2;

    private static readonly string[] Normalisations = ["standard", "range", "none"];

    /// <summary>A source as it is.</summary>
    public static implicit operator DataOptions(string source) => new(source);

    /// <summary>The share of samples to test on; null where <see cref="Test"/> names a file or nothing.</summary>
    public double? TestShare =>
        double.TryParse(Test, NumberStyles.Float, CultureInfo.InvariantCulture, out double share) && !File.Exists(Test) ? share : null;

    /// <summary>The file to test on; null where <see cref="Test"/> is a share or nothing.</summary>
    public string? TestFile => TestShare is null ? Test : null;

    /// <summary>The source.</summary>
    public override string ToString() => Source;

    /// <inheritdoc cref="DataOptions"/>
    [JsonConverter(typeof(NamesConverter))]
    public string[]? Target { get; init; } = Target;

    /// <inheritdoc cref="DataOptions"/>
    [JsonConverter(typeof(NamesConverter))]
    public string[]? Ignore { get; init; } = Ignore;

    /// <inheritdoc cref="DataOptions"/>
    [JsonConverter(typeof(NamesConverter))]
    public string[]? Categories { get; init; } = Categories;

    /// <inheritdoc cref="DataOptions"/>
    [JsonConverter(typeof(NumberOrTextConverter))]
    public string? Test { get; init; } = Test;

    /// <summary>Throws when a value is out of its range, naming it.</summary>
    /// <exception cref="ArgumentException">See the message.</exception>
    public void Validate()
    {
        if (string.IsNullOrWhiteSpace(Source))
            throw new ArgumentException("data.source is empty: name a data set, a file or a folder.");
        Check.Choice("data.target_kind", TargetKind, "auto", "classes", "numbers");
        Check.Choice("data.normalise", Normalise, Normalisations);
        Check.Choice("data.normalise_target", NormaliseTarget, Normalisations);
        Check.Choice("data.missing", Missing, "refuse", "drop");
        Check.Choice("data.decimal", Decimal, ".", ",");
        Check.Choice("data.colour", Colour, "auto", "grey", "rgb");
        if (Per is not null)
            Check.Choice("data.per", Per, "column", "whole");
        if (Separator is not null)
            Check.Choice("data.separator", Separator, ",", ";", "tab", "|");
        if (Decimal == "," && Separator == ",")
            throw new ArgumentException("data.decimal = ',' and data.separator = ',': a comma cannot be both.");
        if (TestShare is { } share && !(share is > 0 and < 1))
            throw new ArgumentException(
                string.Create(CultureInfo.InvariantCulture, $"data.test = {share:R}: give a share between 0 and 1, or a file.")
            );
        if (Test is not null && TestIndices is not null)
            throw new ArgumentException("data.test and data.test_indices both say what is tested on: give one of them.");
    }
}
