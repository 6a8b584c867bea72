namespace Nagumo.Data;

/// <summary>What was understood of some data, and what was not.</summary>
/// <param name="Source">The file or folder.</param>
/// <param name="Kind">"table", "npz", "npy", "IDX" or "pictures".</param>
/// <param name="Bytes">Bytes on the disk.</param>
/// <param name="Sha256">Their SHA-256.</param>
/// <param name="Samples">How many samples, those of a test part of their own not counted.</param>
/// <param name="TestSamples">Samples of a test part of their own; null without one.</param>
/// <param name="Shape">The shape of a sample; null where it cannot be read.</param>
/// <param name="Type">The type of a value: "uint8", "float32", "float64", "int32", "int64"; null where it cannot be read.</param>
/// <param name="Columns">The columns of a table, or the values of the inputs as one.</param>
/// <param name="Classes">The classes and how many samples each has; null for real targets.</param>
/// <param name="Targets">The real targets; null for classes.</param>
/// <param name="Constant">Inputs that are the same in all samples, by name or index.</param>
/// <param name="Duplicates">Samples whose inputs are those of an earlier one.</param>
/// <param name="SharedWithTest">Test samples, of the division that training would make, whose inputs are also trained on.</param>
/// <param name="Division">How training would divide them, in words.</param>
/// <param name="Notes">What else is to be known.</param>
/// <param name="Problems">What cannot be read, each with file, line and column; empty when all can.</param>
public sealed record DataDescription(
    string Source,
    string Kind,
    long Bytes,
    string Sha256,
    int Samples,
    int? TestSamples,
    int[]? Shape,
    string? Type,
    IReadOnlyList<ColumnDescription> Columns,
    IReadOnlyList<KeyValuePair<string, int>>? Classes,
    IReadOnlyList<ColumnDescription>? Targets,
    IReadOnlyList<string> Constant,
    int Duplicates,
    int SharedWithTest,
    string? Division,
    IReadOnlyList<string> Notes,
    IReadOnlyList<string> Problems
)
{
    /// <summary>Looks at data as training would.</summary>
    /// <param name="options">Which, and how they are to be understood.</param>
    /// <exception cref="IOException">They cannot be opened.</exception>
    public static DataDescription Of(DataOptions options)
    {
        options.Validate();
        string path = options.Source;
        if (!DataReader.IsPath(path))
            throw new FileNotFoundException($"there is no file or folder '{path}'.", path);
        var about = new DataDescription(
            path,
            Directory.Exists(path) ? "pictures" : "arrays",
            Size(path),
            DataStream.Sha256(path),
            0,
            null,
            null,
            null,
            [],
            null,
            null,
            [],
            0,
            0,
            null,
            [],
            []
        );
        try
        {
            if (about.Kind != "pictures" && DataReader.Kind(path) == FileKind.Table)
                about = (about with { Kind = "table" }).WithScan(TableScan.Of(path, options));
            return about.Problems.Count > 0 ? about : about.WithData(DataReader.Read(options), options);
        }
        catch (InvalidDataException e)
        {
            return about with { Problems = [.. about.Problems, e.Message] };
        }
    }

    /// <summary>What a table holds column by column, read or not.</summary>
    private DataDescription WithScan(TableScan scan) =>
        this with
        {
            Samples = scan.Rows,
            Columns =
            [
                .. scan.Columns.Select(c => new ColumnDescription(
                    c.Label,
                    "",
                    c.IsNumeric ? "numbers"
                        : c.Numbers == 0 ? "text"
                        : "numbers and text",
                    c.Numbers > 0 ? c.Min : null,
                    c.Numbers > 0 ? c.Max : null,
                    null,
                    null,
                    c.Missing,
                    [.. c.MissingAt.Select(at => at.ToString())],
                    c.IsNumeric ? null : c.Values?.Count
                )),
            ],
            Problems = scan.Problems,
        };

    private DataDescription WithData(RawData data, DataOptions options)
    {
        var division = Nagumo.Data.Division.Of(data, options);
        int[] all = [.. Enumerable.Range(0, data.Train.Count)];
        int size = data.Train.Size;
        bool isTable = data.Schema is not null;
        var standard = Normalisation.Fit("standard", perColumn: true, all, size, data.Train.Read, null);
        var range = Normalisation.Fit("range", perColumn: true, all, size, data.Train.Read, null);
        string[] names = data.InputNames ?? [.. Enumerable.Range(0, size).Select(i => Index(i, data.Train.Shape))];
        return this with
        {
            Kind = data.Kind,
            Samples = data.Train.Count,
            TestSamples = data.Test?.Count,
            Shape = data.Train.Shape,
            Type = isTable ? "float64" : TypeName(data.Train.Inputs.Values),
            Columns = isTable ? Table(data.Schema!, names, standard) : [Whole(data.Train, all)],
            Classes = data.Train.Targets is RawTargets.OfClasses classes
                ? [.. classes.Names.Select((name, c) => KeyValuePair.Create(name, classes.Labels.Count(l => l == c)))]
                : null,
            Targets = data.Train.Targets is RawTargets.OfNumbers numbers ? Numbers(numbers) : null,
            Constant = [.. range.Constant.Select(i => names[i])],
            Duplicates = Nagumo.Data.Duplicates.Within(data.Train),
            SharedWithTest = Nagumo.Data.Duplicates.Shared(
                division.Train.From,
                division.Train.Samples,
                division.Test.From,
                division.Test.Samples
            ),
            Division = $"{division.Train.Samples.Length} to train on, {division.Test.Samples.Length} to test on: {division.How}",
            Notes = [.. data.Notes ?? [], .. Outliers.Of(data.Train, data.InputNames, data.Schema)],
        };
    }

    /// <summary>The scanned columns with their roles and, of inputs of numbers, mean and spread.</summary>
    private ColumnDescription[] Table(TableSchema schema, string[] names, Normalisation standard) =>
        [
            .. Columns.Zip(
                schema.Columns,
                (scanned, column) =>
                {
                    string role = column.Role.ToString().ToLowerInvariant();
                    int at = column is { Role: ColumnRole.Input, Categories: null } ? Array.IndexOf(names, column.Label) : -1;
                    return scanned with
                    {
                        Role = role,
                        Holds =
                            column.Role == ColumnRole.Ignored ? scanned.Holds
                            : column.Categories is null ? "numbers"
                            : column.Role == ColumnRole.Target ? "classes"
                            : "categories",
                        Distinct = column.Categories?.Length ?? scanned.Distinct,
                        Mean = at >= 0 ? standard.Offset[at] : null,
                        Deviation =
                            at < 0 ? null
                            : standard.Constant.Contains(at) ? 0
                            : standard.Scale[at],
                    };
                }
            ),
        ];

    private static ColumnDescription Whole(RawSamples samples, int[] all)
    {
        var (standard, range) = (
            Normalisation.Fit("standard", perColumn: false, all, samples.Size, samples.Read, null),
            Normalisation.Fit("range", perColumn: false, all, samples.Size, samples.Read, null)
        );
        return Of("inputs", "input", standard, range, 0);
    }

    private static ColumnDescription[] Numbers(RawTargets.OfNumbers numbers)
    {
        int size = numbers.Names.Length;
        int[] all = [.. Enumerable.Range(0, numbers.Values.Length / size)];
        void Read(int sample, Span<double> row) => numbers.Values.AsSpan(sample * size, size).CopyTo(row);
        var (standard, range) = (
            Normalisation.Fit("standard", perColumn: true, all, size, Read, null),
            Normalisation.Fit("range", perColumn: true, all, size, Read, null)
        );
        return [.. numbers.Names.Select((name, i) => Of(name, "target", standard, range, i))];
    }

    private static ColumnDescription Of(string name, string role, Normalisation standard, Normalisation range, int i)
    {
        bool isConstant = range.Constant.Contains(i);
        double spread = isConstant ? 0 : range.Scale[i];
        return new(
            name,
            role,
            "numbers",
            range.Offset[i] - spread,
            range.Offset[i] + spread,
            standard.Offset[i],
            standard.Constant.Contains(i) ? 0 : standard.Scale[i],
            0,
            [],
            null
        );
    }

    private static string Index(int value, int[] shape)
    {
        var index = new int[shape.Length];
        for (int axis = shape.Length - 1; axis >= 0; value /= shape[axis--])
            index[axis] = value % shape[axis];
        return $"[{string.Join(", ", index)}]";
    }

    private static string TypeName(Array values) =>
        values switch
        {
            byte[] => "uint8",
            float[] => "float32",
            double[] => "float64",
            int[] => "int32",
            _ => "int64",
        };

    private static long Size(string path) =>
        Directory.Exists(path)
            ? ImageFolder.Files(path).Sum(file => new FileInfo(Path.Combine(path, file)).Length)
            : new FileInfo(path).Length;
}

/// <summary>One column of a table, the inputs of other data as one, or a real target.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Role">"input", "target", "ignored", or empty where that is not settled.</param>
/// <param name="Holds">"numbers", "categories", "classes", "text", or "numbers and text".</param>
/// <param name="Min">The least number; null without numbers.</param>
/// <param name="Max">The largest.</param>
/// <param name="Mean">The mean; null where it was not taken.</param>
/// <param name="Deviation">The standard deviation.</param>
/// <param name="Missing">Cells without a value.</param>
/// <param name="MissingAt">The first of them.</param>
/// <param name="Distinct">How many different texts; null for numbers, and for very many.</param>
public sealed record ColumnDescription(
    string Name,
    string Role,
    string Holds,
    double? Min,
    double? Max,
    double? Mean,
    double? Deviation,
    long Missing,
    IReadOnlyList<string> MissingAt,
    int? Distinct
);
