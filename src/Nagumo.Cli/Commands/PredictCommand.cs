using System.CommandLine;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Nagumo.Data;
using Nagumo.Learning;

namespace Nagumo.Cli;

/// <summary><c>nagumo predict</c>: what a trained network sees in one picture, or in samples of a user's own.</summary>
internal static class PredictCommand
{
    /// <summary>Columns of a name and its bar, so that a line of 60 columns holds them.</summary>
    private const int Bar = 39,
        ShortestBar = 8;

    /// <summary>The command.</summary>
    public static Command Build()
    {
        var model = new Argument<string>("RUN") { Description = "A run's folder, a checkpoint.bin or a weights.npz", HelpName = "RUN" };
        var picture = new Argument<string>("FILE|DATASET:INDEX")
        {
            Description =
                "A PNG, PGM or npy file of the right size (bright on dark), or a test sample as DATASET:INDEX; of a run on your own data a file like them, all its samples or one, FILE:INDEX",
            HelpName = "FILE|DATASET:INDEX",
        };
        var config = new Option<string?>("--config")
        {
            Description = "Preset or configuration of a weights.npz [default: config.json beside it]",
            HelpName = "PRESET|FILE",
        };
        var invert = new Option<bool>("--invert") { Description = "Read dark ink on a bright or transparent ground as bright on dark" };
        var states = new StatesOptions(nudges: false);
        var json = CommonOptions.Json();
        var command = new Command("predict", "Class probabilities, or numbers with their units, of a picture or of the rows of a table")
        {
            model,
            picture,
            config,
            invert,
            json,
        };
        states.AddTo(command);
        command.SetAction(parsed =>
            Run(
                parsed.GetRequiredValue(model),
                parsed.GetRequiredValue(picture),
                parsed.GetValue(config),
                parsed.GetValue(invert),
                states.Wanted(parsed) ? (trainer, set, chosen, known) => states.Write(parsed, trainer, set, chosen, null, known) : null,
                parsed.GetValue(json),
                parsed.InvocationConfiguration.Output,
                parsed.InvocationConfiguration.Error
            )
        );
        return command;
    }

    private static int Run(
        string path,
        string name,
        string? config,
        bool invert,
        Func<Trainer, Samples, int[], bool, WrittenStates>? states,
        bool json,
        TextWriter output,
        TextWriter error
    )
    {
        var model = TrainedModel.Find(path, config);
        if (model.Preparation is { } preparation)
            return PredictedRows.Run(model, preparation, path, name, invert, states, json, output, error);
        var blank = TrainedModel.Blank(model.Experiment);
        var (set, isKnown) = Sample(name, blank.Train, invert, error);
        // Samples of a data set are what they are.
        string? warning = isKnown ? null : PictureLook.Oddity(set.Bytes(0), Rows(set), set.Shape[^1]);
        using var trainer = model.Load(blank, 1);
        var answer = trainer.Predict(set, 0);
        var written = states?.Invoke(trainer, set, [0], isKnown);
        int? label = isKnown && set.Targets is ClassTargets known ? known.Labels[0] : null;
        var numbers = answer.Numbers is { } predicted ? Numbers((NumberTargets)set.Targets, predicted, isKnown) : null;
        if (json)
        {
            var result = new PredictResult(
                path,
                name,
                answer.Class,
                answer.Probabilities,
                label,
                answer.Relaxation.Converged,
                answer.Relaxation.Residual,
                answer.Relaxation.Sweeps,
                warning,
                numbers,
                written?.File
            );
            output.WriteLine(JsonSerializer.Serialize(result, CliJson.Default.PredictResult));
        }
        else
        {
            if (set.IsBytes && set.Shape.Count == 2)
                Draw(set.Bytes(0), Rows(set), set.Shape[^1], output);
            string relaxed =
                $"{(answer.Relaxation.Converged ? "converged" : "NOT converged")} in {Counted.Of(answer.Relaxation.Sweeps, "sweep")}, residual {Terminal.Short(answer.Relaxation.Residual)}";
            foreach (var n in numbers ?? [])
                output.WriteLine(
                    $"{n.Name}  {Number(n.Value, n.Unit)}{(n.Target is { } target ? $"   target {Number(target, n.Unit)}" : "")}"
                );
            if (answer is { Class: { } best, Probabilities: { } probabilities })
            {
                var names = (set.Targets as ClassTargets)?.Names ?? [.. probabilities.Select((_, c) => $"{c}")];
                int width = names.Max(n => n.Length),
                    whole = Math.Max(ShortestBar, Bar - width);
                for (int c = 0; c < probabilities.Length; c++)
                {
                    string bar = new('█', (int)Math.Round(whole * probabilities[c]));
                    string remark = c == label ? "  label" : "";
                    output.WriteLine(
                        $"{(c == best ? '>' : ' ')} {names[c].PadRight(width)}  {Terminal.Percent(100 * probabilities[c]), 8}  {bar}{remark}".TrimEnd()
                    );
                }
                output.WriteLine(
                    $"answer {names[best]}{(label is { } l ? l == best ? ", right" : $", wrong: the label is {names[l]}" : "")}; {relaxed}"
                );
            }
            else
                output.WriteLine(relaxed);
        }
        if (written is not null && !json)
            output.WriteLine($"states {written}");
        if (warning is not null)
            error.WriteLine($"warning: the answer may mean nothing: {name} is not like what the network learned from: {warning}.");
        return answer.Relaxation.Converged ? ExitCode.Done : ExitCode.NotConverged;
    }

    private static PredictedNumber[] Numbers(NumberTargets targets, double[] predicted, bool isKnown) =>
        [
            .. targets.Columns.Select(
                (c, i) => new PredictedNumber(c.Name, predicted[i], isKnown ? c.Offset + c.Scale * targets.Values[i] : null, c.Unit)
            ),
        ];

    private static int Rows(Samples set) => set.Size / set.Shape[^1];

    private static string Text(Samples set) => string.Join(" × ", set.Shape);

    private static string Number(double x, string? unit) =>
        x.ToString("G6", CultureInfo.InvariantCulture) + (unit is null ? "" : $" {unit}");

    /// <summary>One sample, and whether its target is known.</summary>
    private static (Samples Set, bool IsKnown) Sample(string name, Samples like, bool invert, TextWriter error)
    {
        int colon = name.LastIndexOf(':');
        string stem = colon > 0 ? name[..colon] : name,
            suffix = colon > 0 ? name[(colon + 1)..] : "";
        bool isFile = File.Exists(name);
        if (!isFile && DataSets.All.Any(d => d.Name == stem))
        {
            if (suffix.Length == 0)
                throw new InputException($"give an index: {stem}:0");
            if (invert)
                throw new InputException("--invert is for pictures in files; the samples of data sets are read as they are.");
            var test = Target.Load(stem, error).Test;
            int index = Index(suffix, test.Count, $"test samples of {stem}");
            // A network reads values in their order; how many stand in a row is a matter of drawing them.
            if (test.Size != like.Size)
                throw new InputException($"{stem} has samples of {Text(test)}, the network reads {Text(like)}.");
            return (test.Select([index]), true);
        }
        if (!isFile && !File.Exists(stem))
            throw new InputException(
                colon > 0 && !stem.Contains('.') && !stem.Contains('/')
                    ? $"there is no data set '{stem}'.{Nearest.Hint(stem, [.. DataSets.All.Select(d => d.Name)])}"
                    : $"there is no picture '{name}'. Name a PNG, PGM or npy file, or a test sample such as mnist:0."
            );
        var images = ImageFile.Read(isFile ? name : stem, Rows(like), like.Shape[^1], invert);
        int size = like.Size,
            count = images.Length / size;
        if (isFile && count != 1)
            throw new InputException($"'{name}' holds {Counted.Of(count, "picture")}: choose one, {name}:0 to {name}:{count - 1}.");
        int at = isFile ? 0 : Index(suffix, count, $"pictures of '{stem}'");
        return (new([Rows(like), like.Shape[^1]], images.AsSpan(at * size, size).ToArray(), like.Targets.Select([0]), like.Map), false);
    }

    private static int Index(string text, int count, string what) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int index) && index < count
            ? index
            : throw new InputException($"'{text}' is no index into the {Terminal.Count(count)} {what}: give 0 to {count - 1}.");

    /// <summary>Two pixels in each character: grey on a terminal with colours, ink and paper elsewhere.</summary>
    private static void Draw(ReadOnlySpan<byte> pixels, int rows, int cols, TextWriter output)
    {
        bool colour = Terminal.HasColour(output);
        output = colour ? Terminal.Raw(output) : output;
        for (int y = 0; y < rows; y += 2)
        {
            var line = new StringBuilder();
            for (int x = 0; x < cols; x++)
            {
                byte upper = pixels[y * cols + x],
                    lower = y + 1 < rows ? pixels[(y + 1) * cols + x] : (byte)0;
                if (colour)
                    line.Append(CultureInfo.InvariantCulture, $"\u001b[38;2;{upper};{upper};{upper}m\u001b[48;2;{lower};{lower};{lower}m▀");
                else
                    line.Append(
                        (upper >= 96, lower >= 96) switch
                        {
                            (true, true) => '█',
                            (true, false) => '▀',
                            (false, true) => '▄',
                            _ => ' ',
                        }
                    );
            }
            output.WriteLine(colour ? line.Append("\u001b[0m").ToString() : Terminal.Whole(line.ToString().TrimEnd()));
        }
    }
}
