using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Nagumo.Data;
using Nagumo.Learning;

namespace Nagumo.Cli;

/// <summary><c>nagumo data describe</c>: what is understood of a file or folder, and what cannot be read.</summary>
internal static class DataDescribeCommand
{
    /// <summary>Rows of a list that are shown; the rest is counted.</summary>
    private const int Most = 40;

    /// <summary>The command.</summary>
    public static Command Build()
    {
        var file = new Argument<string>("FILE|FOLDER")
        {
            Description = "A file of data, or a folder of pictures",
            HelpName = "FILE|FOLDER",
        };
        var test = new Option<string?>("--test") { Description = "A second file of the same kind, to test on", HelpName = "FILE" };
        var set = CommonOptions.Set("How it is to be understood: data.target=COLUMN, data.ignore=COLUMN, data.test=0.3, …; repeatable");
        var json = CommonOptions.Json("one JSON object");
        var command = new Command(
            "describe",
            "What is understood of your own data: samples, classes, ranges, missing values, duplicates, and what cannot be read"
        )
        {
            file,
            test,
            set,
            json,
        };
        command.SetAction(parsed =>
        {
            var output = parsed.InvocationConfiguration.Output;
            foreach (string? named in (string?[])[parsed.GetRequiredValue(file), parsed.GetValue(test)])
                if (named is not null && !Path.Exists(named))
                    throw new InputException($"'{named}': no such file or folder. Check the path.");
            var options = OwnData.Options(parsed.GetRequiredValue(file), parsed.GetValue(test), parsed.GetValue(set)!);
            var about = DataDescription.Of(options);
            if (parsed.GetValue(json))
                output.WriteLine(JsonSerializer.Serialize(about, CliJson.Default.DataDescription));
            else
                Print(about, output);
            foreach (string problem in parsed.GetValue(json) ? [] : about.Problems)
                parsed.InvocationConfiguration.Error.WriteLine($"error: {problem}");
            return about.Problems.Count > 0 ? ExitCode.Usage : ExitCode.Done;
        });
        return command;
    }

    private static void Print(DataDescription about, TextWriter output)
    {
        output.WriteLine($"{about.Source}: {about.Kind}, {Bytes(about.Bytes)}, SHA-256 {about.Sha256[..16]}…");
        if (about.Samples > 0)
            output.WriteLine(
                $"samples     {Terminal.Count(about.Samples)}{(about.TestSamples is { } t ? $" and {Terminal.Count(t)} to test on" : "")}"
                    + (about.Shape is null ? "" : $", each [{string.Join(", ", about.Shape)}] of {about.Type}")
            );
        if (about.Columns.Count > 0)
            Columns(about.Columns, output);
        if (about.Classes is { } classes)
        {
            output.WriteLine($"classes     {classes.Count}");
            int width = classes.Max(c => Math.Min(24, c.Key.Length));
            foreach (var (name, count) in classes.Take(Most))
                output.WriteLine($"            {Excerpted(name).PadRight(width)}  {Terminal.Count(count)}");
            if (classes.Count > Most)
                output.WriteLine($"            … and {classes.Count - Most} more");
        }
        else if (about.Targets is { } targets)
            foreach (var target in targets.Take(Most))
                output.WriteLine(
                    $"target      {Excerpted(target.Name)}: {Range(target)}, mean {Number(target.Mean)}, deviation {Number(target.Deviation)}"
                );
        long missing = about.Columns.Sum(c => c.Missing);
        if (about.Kind == "table")
            output.WriteLine($"missing     {(missing == 0 ? "none" : $"{Counted.Of(missing, "value")}: {Places(about.Columns)}")}");
        if (about.Shape is not null)
        {
            output.WriteLine($"constant    {List(about.Constant, "none", "values")}");
            output.WriteLine(
                $"duplicates  {(about.Duplicates == 0 ? "none" : $"{Counted.Of(about.Duplicates, "sample has", "samples have")} the inputs of an earlier one")}"
                    + (
                        about.SharedWithTest > 0
                            ? $"; {Counted.Of(about.SharedWithTest, "test sample is", "test samples are")} trained on too"
                            : ""
                    )
            );
            output.WriteLine($"division    {about.Division}");
        }
        foreach (string note in about.Notes)
            output.WriteLine($"note        {note}");
    }

    private static void Columns(IReadOnlyList<ColumnDescription> columns, TextWriter output)
    {
        int width = columns.Take(Most).Max(c => Excerpted(c.Name).Length);
        bool isFirst = true;
        foreach (var column in columns.Take(Most))
        {
            string holds =
                column.Distinct is { } n ? $"{n} {column.Holds}"
                : column.Min is null ? column.Holds
                : Range(column) + (column.Mean is null ? "" : $", mean {Number(column.Mean)}, deviation {Number(column.Deviation)}");
            output.WriteLine(
                $"{(isFirst ? "columns     " : "            ")}{Excerpted(column.Name).PadRight(width)}  {column.Role, -7}  {holds}".TrimEnd()
            );
            isFirst = false;
        }
        if (columns.Count > Most)
            output.WriteLine($"            … and {columns.Count - Most} more");
    }

    private static string Places(IReadOnlyList<ColumnDescription> columns)
    {
        var places = columns.SelectMany(c => c.MissingAt).Take(5).ToArray();
        return string.Join("; ", places) + (columns.Sum(c => c.Missing) > places.Length ? "; …" : "");
    }

    private static string List(IReadOnlyList<string> names, string none, string what) =>
        names.Count == 0 ? none
        : names.Count <= 8 ? string.Join(", ", names.Select(Excerpted))
        : $"{Terminal.Count(names.Count)} {what}: {string.Join(", ", names.Take(5).Select(Excerpted))}, …";

    private static string Range(ColumnDescription column) => $"{Number(column.Min)} to {Number(column.Max)}";

    private static string Number(double? x) => x is { } value ? value.ToString("G6", CultureInfo.InvariantCulture) : "–";

    private static string Excerpted(string name) => name.Length <= 24 ? name : name[..23] + "…";

    private static string Bytes(long bytes) =>
        bytes < 1000 ? $"{bytes} bytes"
        : bytes < 1_000_000 ? string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e3:0.#} kB")
        : string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e6:0.#} MB");
}
