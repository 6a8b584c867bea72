using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using Nagumo.Circuits;

namespace Nagumo.Cli;

/// <summary><c>nagumo circuit infer</c>: what a trained network's circuit answers in ngspice, sample by sample.</summary>
internal static class CircuitInferCommand
{
    /// <summary>The command.</summary>
    public static Command Build()
    {
        var target = new CircuitTarget(_ => Use.State, severalSamples: true);
        var noise = CircuitCommand.Noise();
        var seed = CircuitCommand.Seed();
        var timeout = CircuitCommand.Timeout();
        var json = CommonOptions.Json("one JSON object");
        var command = new Command("infer", "Answers of a trained network's circuit in ngspice: class, label, margin, settling time");
        target.AddTo(command);
        foreach (Option option in (Option[])[noise, seed, timeout, json])
            command.Add(option);
        command.SetAction(parsed =>
        {
            var (output, error) = (parsed.InvocationConfiguration.Output, parsed.InvocationConfiguration.Error);
            var options = target.Options(parsed);
            using var interruption = new Interruption();
            var ngspice = CircuitCommand.Ngspice(parsed.GetValue(timeout), interruption.Token);
            bool asJson = parsed.GetValue(json);
            var answers = new List<(int Sample, CircuitInference Inference)>();
            foreach (var (sample, network) in target.FindSamples(parsed, error, interruption.Token))
                using (network)
                {
                    network.Start(parsed.GetValue(noise), parsed.GetValue(seed));
                    var inference = CircuitInference.Of(network, options, ngspice: ngspice);
                    if (!asJson && answers.Count == 0)
                        output.WriteLine($"{"sample", 6}  {"answer", 6}  {"label", 5}  {"margin", 8}  {"settled in", 10}");
                    answers.Add((sample, inference));
                    if (!asJson)
                        output.WriteLine(Row(sample, inference, options.Units));
                }
            if (asJson)
                output.WriteLine(Json.Text(Object(target.Name(parsed), answers, options.Units)));
            else
                output.WriteLine(Summary(answers));
            return answers.Any(a => !a.Inference.Circuit.IsSettled) ? ExitCode.NotConverged
                : answers.Any(a => a.Inference.OwnAnswer is { } own && own != a.Inference.Answer) ? ExitCode.Failed
                : ExitCode.Done;
        });
        return command;
    }

    private static string Row(int sample, CircuitInference i, Units units) =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"{sample, 6}  {i.Answer, 6}  {i.Label, 5}  {Engineering.Text(i.Margin * units.Span, "V"), 8}  {(i.Circuit.IsSettled ? Engineering.Text(i.SettlingTime * units.Time, "s") : "NOT settled"), 10}"
        )
        + (i.Answer == i.Label ? "" : "  wrong")
        + (i.OwnAnswer is { } own && own != i.Answer ? $"  the library answers {own}" : "");

    private static string Summary(IReadOnlyList<(int, CircuitInference Inference)> answers)
    {
        int right = answers.Count(a => a.Inference.Answer == a.Inference.Label),
            same = answers.Count(a => a.Inference.OwnAnswer == a.Inference.Answer),
            unsettled = answers.Count(a => !a.Inference.Circuit.IsSettled);
        return $"{right} of {answers.Count} right; {same} of {answers.Count} as the library's own rest state; "
            + $"{(unsettled == 0 ? "every circuit settled" : $"{unsettled} NOT settled")}; {Terminal.Duration(answers.Sum(a => a.Inference.Circuit.Seconds))} of ngspice";
    }

    private static JsonObject Object(string name, IReadOnlyList<(int Sample, CircuitInference Inference)> answers, Units units) =>
        new()
        {
            ["target"] = name,
            ["right"] = answers.Count(a => a.Inference.Answer == a.Inference.Label),
            ["samples"] = new JsonArray([
                .. answers.Select(a => new JsonObject
                {
                    ["sample"] = a.Sample,
                    ["answer"] = a.Inference.Answer,
                    ["label"] = a.Inference.Label,
                    ["own_answer"] = a.Inference.OwnAnswer,
                    ["margin"] = a.Inference.Margin,
                    ["margin_v"] = a.Inference.Margin * units.Span,
                    ["settled"] = a.Inference.Circuit.IsSettled,
                    ["settling_s"] = a.Inference.SettlingTime * units.Time,
                    ["residual"] = a.Inference.Circuit.Residual,
                }),
            ]),
            ["elements"] = answers[0].Inference.Circuit.Elements,
            ["ngspice_seconds"] = answers.Sum(a => a.Inference.Circuit.Seconds),
            ["units"] = CircuitJson.Of(units),
        };
}
