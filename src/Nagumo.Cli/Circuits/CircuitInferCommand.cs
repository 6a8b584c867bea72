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
            var answers = new List<Answered>();
            foreach (var (sample, network, evaluated, names) in target.FindSamples(parsed, error, interruption.Token))
                using (network)
                {
                    network.Start(parsed.GetValue(noise), parsed.GetValue(seed));
                    var answer = new Answered(sample, CircuitInference.Of(network, options, ngspice: ngspice), evaluated, names);
                    int width = Math.Max(6, names.Max(n => n.Length));
                    if (!asJson && answers.Count == 0)
                        output.WriteLine(
                            $"{"sample", 6}  {"answer".PadLeft(width)}  {"label".PadLeft(width)}  {"margin", 8}  {"settled in", 10}"
                        );
                    answers.Add(answer);
                    if (!asJson)
                        output.WriteLine(Row(answer, width, options.Units));
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

    /// <summary>A sample, its circuit's answer, that of evaluation's rest state (null where it finds none), and what the classes are called.</summary>
    private sealed record Answered(int Sample, CircuitInference Inference, int? Evaluated, IReadOnlyList<string> Names)
    {
        public bool IsAnother => Evaluated is { } e && e != Inference.Answer;
    }

    private static string Row(Answered a, int width, Units units)
    {
        var i = a.Inference;
        return string.Create(
                CultureInfo.InvariantCulture,
                $"{a.Sample, 6}  {a.Names[i.Answer].PadLeft(width)}  {a.Names[i.Label].PadLeft(width)}  {Engineering.Text(i.Margin * units.Span, "V"), 8}  {(i.Circuit.IsSettled ? Engineering.Text(i.SettlingTime * units.Time, "s") : "NOT settled"), 10}"
            )
            + (i.Answer == i.Label ? "" : "  wrong")
            + (i.OwnAnswer is { } own && own != i.Answer ? $"  the library answers {a.Names[own]}" : "")
            + (a.IsAnother ? $"  eval answers {a.Names[a.Evaluated!.Value]}" : "");
    }

    private static string Summary(IReadOnlyList<Answered> answers)
    {
        int right = answers.Count(a => a.Inference.Answer == a.Inference.Label),
            same = answers.Count(a => a.Inference.OwnAnswer == a.Inference.Answer),
            evaluated = answers.Count(a => a.Evaluated == a.Inference.Answer),
            another = answers.Count(a => a.IsAnother),
            unsettled = answers.Count(a => !a.Inference.Circuit.IsSettled);
        return $"{right} of {answers.Count} right; {same} of {answers.Count} as the library from the same start; {evaluated} of {answers.Count} as eval; "
            + $"{(unsettled == 0 ? "every circuit settled" : $"{unsettled} NOT settled")}; {Terminal.Duration(answers.Sum(a => a.Inference.Circuit.Seconds))} of ngspice"
            + (
                another == 0
                    ? ""
                    : $"\n{Counted.Of(another, "sample")} with a second rest state: the circuit, switched on at zero, comes to another one than eval, which starts layer by layer. Bound the norms between layers (optimizer.norm_bounds) and train again"
            );
    }

    private static JsonObject Object(string name, IReadOnlyList<Answered> answers, Units units) =>
        new()
        {
            ["target"] = name,
            ["classes"] = new JsonArray([.. answers[0].Names.Select(n => JsonValue.Create(n))]),
            ["right"] = answers.Count(a => a.Inference.Answer == a.Inference.Label),
            ["samples"] = new JsonArray([
                .. answers.Select(a => new JsonObject
                {
                    ["sample"] = a.Sample,
                    ["answer"] = a.Inference.Answer,
                    ["label"] = a.Inference.Label,
                    ["own_answer"] = a.Inference.OwnAnswer,
                    ["eval_answer"] = a.Evaluated,
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
