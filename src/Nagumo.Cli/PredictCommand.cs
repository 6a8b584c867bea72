using System.CommandLine;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Nagumo.Data;

namespace Nagumo.Cli;

/// <summary><c>nagumo predict</c>: what a trained network sees in one picture.</summary>
internal static class PredictCommand
{
    private const int Bar = 40;

    /// <summary>The command.</summary>
    public static Command Build()
    {
        var model = new Argument<string>("RUN") { Description = "A run's folder, a checkpoint.bin or a weights.npz", HelpName = "RUN" };
        var picture = new Argument<string>("FILE|DATASET:INDEX")
        {
            Description = "A PNG, PGM or npy file of the right size (bright on dark), or a test sample as DATASET:INDEX",
            HelpName = "FILE|DATASET:INDEX",
        };
        var config = new Option<string?>("--config")
        {
            Description = "Preset or configuration of a weights.npz [default: config.json beside it]",
            HelpName = "PRESET|FILE",
        };
        var json = CommonOptions.Json();
        var command = new Command("predict", "Class probabilities of one picture") { model, picture, config, json };
        command.SetAction(parsed =>
            Run(
                parsed.GetRequiredValue(model),
                parsed.GetRequiredValue(picture),
                parsed.GetValue(config),
                parsed.GetValue(json),
                parsed.InvocationConfiguration.Output,
                parsed.InvocationConfiguration.Error
            )
        );
        return command;
    }

    private static int Run(string path, string name, string? config, bool json, TextWriter output, TextWriter error)
    {
        var model = TrainedModel.Find(path, config);
        var blank = TrainedModel.Blank(model.Experiment);
        var (pixels, label) = Picture(name, blank.Rows, blank.Cols, error);
        using var trainer = model.Load(blank, 1);
        var answer = trainer.Predict(pixels);
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
                answer.Relaxation.Sweeps
            );
            output.WriteLine(JsonSerializer.Serialize(result, CliJson.Default.PredictResult));
        }
        else
        {
            Draw(pixels, blank.Rows, blank.Cols, output);
            for (int c = 0; c < answer.Probabilities.Length; c++)
            {
                double p = answer.Probabilities[c];
                string bar = new('█', (int)Math.Round(Bar * p));
                string remark = c == label ? "  label" : "";
                output.WriteLine($"{(c == answer.Class ? '>' : ' ')} {c}  {Terminal.Percent(100 * p), 8}  {bar}{remark}".TrimEnd());
            }
            output.WriteLine(
                $"answer {answer.Class}{(label is { } l ? l == answer.Class ? ", right" : $", wrong: the label is {l}" : "")}; "
                    + $"{(answer.Relaxation.Converged ? "converged" : "NOT converged")} in {answer.Relaxation.Sweeps} sweeps, residual {Terminal.Short(answer.Relaxation.Residual)}"
            );
        }
        return answer.Relaxation.Converged ? ExitCode.Done : ExitCode.NotConverged;
    }

    /// <summary>The pixels, and the label when it is known.</summary>
    private static (byte[] Pixels, int? Label) Picture(string name, int rows, int cols, TextWriter error)
    {
        int colon = name.LastIndexOf(':');
        string stem = colon > 0 ? name[..colon] : name,
            suffix = colon > 0 ? name[(colon + 1)..] : "";
        bool isFile = File.Exists(name);
        if (!isFile && DataSets.All.Any(d => d.Name == stem))
        {
            if (suffix.Length == 0)
                throw new InputException($"give an index: {stem}:0");
            var test = Target.Load(stem, error).Test;
            int index = Index(suffix, test.Count, $"test samples of {stem}");
            if ((test.Rows, test.Cols) != (rows, cols))
                throw new InputException($"{stem} has pictures of {test.Rows} × {test.Cols}, the network reads {rows} × {cols}.");
            return (test.Image(index).ToArray(), test.Labels[index]);
        }
        if (!isFile && !File.Exists(stem))
            throw new InputException(
                colon > 0 && !stem.Contains('.') && !stem.Contains('/')
                    ? $"there is no data set '{stem}'.{Nearest.Hint(stem, [.. DataSets.All.Select(d => d.Name)])}"
                    : $"there is no picture '{name}'. Name a PNG, PGM or npy file, or a test sample such as mnist:0."
            );
        var images = ImageFile.Read(isFile ? name : stem, rows, cols);
        int size = rows * cols,
            count = images.Length / size;
        if (isFile && count != 1)
            throw new InputException($"'{name}' holds {count} pictures: choose one, {name}:0 to {name}:{count - 1}.");
        int at = isFile ? 0 : Index(suffix, count, $"pictures of '{stem}'");
        return (images.AsSpan(at * size, size).ToArray(), null);
    }

    private static int Index(string text, int count, string what) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int index) && index < count
            ? index
            : throw new InputException($"'{text}' is no index into the {Terminal.Count(count)} {what}: give 0 to {count - 1}.");

    /// <summary>Two pixels in each character: grey on a terminal with colours, ink and paper elsewhere.</summary>
    private static void Draw(byte[] pixels, int rows, int cols, TextWriter output)
    {
        bool colour = Terminal.HasColour(output);
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
            output.WriteLine(colour ? line.Append("\u001b[0m").ToString() : line.ToString().TrimEnd());
        }
    }
}
