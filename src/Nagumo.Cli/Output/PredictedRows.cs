using System.Globalization;
using System.Text.Json;
using Nagumo.Data;
using Nagumo.Learning;

namespace Nagumo.Cli;

/// <summary>What a network that learned a user's own data says of the samples of a file: a class and its probability, or numbers in their units.</summary>
internal static class PredictedRows
{
    /// <summary>Prints a line for each sample; indices count from 0, as in the file's arrays and in <c>--json</c>.</summary>
    public static int Run(
        TrainedModel model,
        Preparation preparation,
        string path,
        string name,
        bool invert,
        Func<Trainer, Samples, int[], bool, WrittenStates>? states,
        bool json,
        TextWriter output,
        TextWriter error
    )
    {
        if (invert)
            throw new InputException(
                "--invert is for networks of pictures of a named data set; this one reads its pictures as it was trained on them."
            );
        var (file, index) = Place(name);
        var (samples, hasTargets, notes) = PreparedData.Read(
            model.Experiment.Data with
            {
                Source = file,
                Y = null,
                Test = null,
                TestIndices = null,
            },
            preparation
        );
        foreach (string note in notes)
            error.WriteLine($"{Path.GetFileName(file)}: {note}");
        if (index >= samples.Count)
            throw new InputException($"'{name}': {file} has samples 0 to {samples.Count - 1}.");
        using var trainer = model.Load(new DataSet(Path.GetFileName(file), samples, samples), 1);
        int[] wanted = index is { } one ? [one] : [.. Enumerable.Range(0, samples.Count)];
        var trained = PreparedData.TrainingRows(model.Experiment.Data, preparation, file);
        PredictedRow[] rows =
        [
            .. wanted.Select(i => Row(i, samples, hasTargets, trainer.Predict(samples, i)) with { TrainedOn = trained?.Contains(i) }),
        ];
        var written = states?.Invoke(trainer, samples, wanted, hasTargets);
        if (json)
            output.WriteLine(
                JsonSerializer.Serialize(
                    new PredictedRowsResult(path, file, preparation.Classes, rows, rows.All(r => r.Converged), written?.File),
                    CliJson.Default.PredictedRowsResult
                )
            );
        else
        {
            Print(rows, preparation, output);
            if (written is not null)
                output.WriteLine($"states {written}");
        }
        return rows.All(r => r.Converged) ? ExitCode.Done : ExitCode.NotConverged;
    }

    /// <summary>A file, and the sample of it that is asked for: my.csv:3.</summary>
    private static (string File, int? Index) Place(string name)
    {
        if (Path.Exists(name))
            return (name, null);
        int colon = name.LastIndexOf(':');
        string file = colon > 0 ? name[..colon] : name;
        if (!Path.Exists(file))
            throw new InputException($"there is no file or folder '{file}'.");
        return int.TryParse(name[(colon + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out int index)
            ? (file, index)
            : throw new InputException($"'{name}': give the index of a sample after the colon, from 0.");
    }

    private static PredictedRow Row(int i, Samples samples, bool hasTargets, Prediction answer)
    {
        var (converged, residual) = (answer.Relaxation.Converged, answer.Relaxation.Residual);
        if (samples.Targets is not NumberTargets numbers)
        {
            var names = samples.Classes.Names;
            int best = answer.Class!.Value;
            return new(
                i,
                names[best],
                answer.Probabilities![best],
                hasTargets ? names[samples.Labels[i]] : null,
                answer.Probabilities,
                null,
                converged,
                residual,
                null
            );
        }
        double[] target = new double[numbers.Width];
        numbers.Read(i, target);
        PredictedNumber[] predicted =
        [
            .. numbers.Columns.Select(
                (c, j) => new PredictedNumber(c.Name, answer.Numbers![j], hasTargets ? c.Offset + c.Scale * target[j] : null, c.Unit)
            ),
        ];
        return new(i, null, null, null, null, predicted, converged, residual, null);
    }

    private static void Print(PredictedRow[] rows, Preparation preparation, TextWriter output)
    {
        int digits = rows[^1].Index.ToString(CultureInfo.InvariantCulture).Length,
            width = (preparation.Classes ?? []).Select(c => c.Length).DefaultIfEmpty(0).Max();
        foreach (var row in rows)
        {
            string answer = row.Numbers is { } numbers
                ? string.Join(
                    "   ",
                    numbers.Select(n =>
                        $"{n.Name} {Number(n.Value, n.Unit)}{(n.Target is { } target ? $" (target {Number(target, n.Unit)})" : "")}"
                    )
                )
                : $"{row.Class!.PadRight(width)}  {Terminal.Percent(100 * row.Probability!.Value), 8}"
                    + (
                        row.Label is null ? ""
                        : row.Label == row.Class ? "  right"
                        : $"  wrong: {row.Label}"
                    );
            output.WriteLine(
                $"{row.Index.ToString(CultureInfo.InvariantCulture).PadLeft(digits)}  {answer}{(row is { TrainedOn: true, Label: not null } or { TrainedOn: true, Numbers: not null } ? ", trained on" : "")}{(row.Converged ? "" : $"   NOT converged, residual {Terminal.Short(row.Residual)}")}"
            );
        }
        if (rows.Length < 2)
            return;
        PredictedRow[] known = [.. rows.Where(r => r.TrainedOn == true)],
            fresh = [.. rows.Where(r => r.TrainedOn != true)];
        if (rows[0].Label is null)
        {
            if (known.Length > 0)
                output.WriteLine(
                    $"{Terminal.Count(known.Length)} of {Counted.Of(rows.Length, "sample")} were trained on: they say nothing about others"
                );
            return;
        }
        if (fresh.Length > 0)
            output.WriteLine($"{Wrong(fresh)}{(known.Length > 0 ? " of those not trained on" : "")}");
        if (known.Length > 0)
            output.WriteLine(
                $"{Wrong(known)} of those trained on{(fresh.Length > 0 ? ", which say nothing about others" : ": all of them, so this says nothing about others")}"
            );

        static string Wrong(PredictedRow[] some) =>
            $"{Terminal.Count(some.Count(r => r.Label != r.Class))} of {Terminal.Count(some.Length)} wrong";
    }

    private static string Number(double x, string? unit) =>
        x.ToString("G6", CultureInfo.InvariantCulture) + (unit is null ? "" : $" {unit}");
}
