using System.CommandLine;
using System.Text.Json.Nodes;
using Nagumo.Circuits;
using Nagumo.Data;
using Nagumo.Learning;
using Nagumo.Networks;

namespace Nagumo.Cli;

/// <summary><c>nagumo info</c>: what a preset, configuration or run consists of.</summary>
internal static class InfoCommand
{
    /// <summary>The command.</summary>
    public static Command Build()
    {
        var target = new Argument<string>("PRESET|config.json|RUN")
        {
            Description = "A preset, a config.json or a run's folder",
            HelpName = "PRESET|config.json|RUN",
        };
        var set = CommonOptions.SetKey("network.populations.h1.size=500");
        var json = CommonOptions.Json("one JSON object");
        var command = new Command("info", "Equations, sizes, parameters and budget of a preset or run") { target, set, json };
        command.SetAction(parsed =>
            Run(parsed.GetRequiredValue(target), parsed.GetValue(set)!, parsed.GetValue(json), parsed.InvocationConfiguration.Output)
        );
        return command;
    }

    private static int Run(string name, string[] assignments, bool json, TextWriter output)
    {
        var target = Target.Find(name).With(assignments, Use.Description);
        var e = target.Experiment;
        var (network, weights) = Consists(e);
        var checkpoint =
            target.Run is { } run && File.Exists(RunFolder.CheckpointOf(run)) ? Checkpoint.Read(RunFolder.CheckpointOf(run)) : null;
        if (checkpoint is not null)
            TrainedModel.RequireUnchanged(target.Run!, checkpoint);
        var result = target.Run is { } finished ? RunFolder.ResultOf(finished) : null;
        if (json)
            output.WriteLine(Json.Text(Object(name, target, network, weights, checkpoint, result)));
        else
            Print(name, target, network, weights, checkpoint, result, output);
        return ExitCode.Done;
    }

    /// <summary>A block of parameters.</summary>
    private sealed record Block(string Name, int[] Shape)
    {
        public long Count => Shape.Aggregate(1L, (n, k) => n * k);
    }

    /// <summary>The network and its blocks, in the sizes that the configuration states: nothing of that size is allocated.</summary>
    private static (Network, IReadOnlyList<Block>) Consists(Experiment e)
    {
        if (e.Chain is null)
        {
            var (network, blocks) = e.Describe();
            return (
                network,
                [.. blocks.Select(b => new Block(b.Name, b.Shape.Count == 2 && b.Shape[1] == 1 ? [b.Shape[0]] : [.. b.Shape]))]
            );
        }
        using var trainer = new Trainer(e with { Validation = 0 }, TrainedModel.Blank(e), 1);
        return (trainer.Network, [.. trainer.Weights().Select(w => new Block(w.Key, w.Value.Shape))]);
    }

    private static void Print(
        string name,
        Target target,
        Network network,
        IReadOnlyList<Block> weights,
        Checkpoint? checkpoint,
        TrainResult? result,
        TextWriter output
    )
    {
        var e = target.Experiment;
        output.WriteLine(
            Presets.All.Concat(CircuitPresets.All).FirstOrDefault(p => p.Name == name).Summary is { } summary
                ? $"{name}: {summary}{Changed.Text(e, target.AsRead)}"
                : $"{name}: {target.Label}"
        );
        output.WriteLine();
        output.WriteLine("POPULATIONS");
        int width = network.Populations.Max(p => p.Name.Length);
        foreach (var p in network.Populations)
            output.WriteLine(
                $"  {p.Name.PadRight(width)}  {(p.Shape.Count == 1 ? Terminal.Count(p.Size) : string.Join(" × ", p.Shape)), 6}  {Describe(p)}"
            );
        output.WriteLine();
        output.WriteLine("COUPLINGS");
        width = network.Couplings.Max(c => c.Name.Length);
        int term = network.Couplings.Max(c => c.Term.Length);
        foreach (var c in network.Couplings)
            output.WriteLine($"  {c.Name.PadRight(width)}  {c.Term.PadRight(term)}  {Shapes(weights.Where(w => Owner(w.Name) == c.Name))}");
        foreach (var p in network.Populations.Where(p => p.Trained.Count > 0))
            output.WriteLine($"  {p.Name} trains its neurons' {string.Join(", ", p.Trained)}");
        output.WriteLine($"  {Counted.Of(weights.Sum(w => w.Count), "parameter")} in all");
        output.WriteLine();
        output.WriteLine("NEURONS");
        foreach (var neuron in network.Populations.Select(p => p.Neuron).OfType<Neurons.Neuron>().DistinctBy(n => n.H.ToString()))
        {
            output.WriteLine($"  {neuron.Name}");
            foreach (string equation in Equations.Of(neuron))
                output.WriteLine($"      {equation}");
        }
        output.WriteLine();
        output.WriteLine("TRAINING");
        output.WriteLine(
            $"  {e.Data}, {Counted.Of(e.Epochs, "epoch")}, batches of {e.Batch}{(e.Validation > 0 ? $", {Terminal.Count(e.Validation)} held out" : "")}, seed {e.Seed}"
        );
        output.WriteLine(
            $"  {e.Estimator.Kind} estimator, beta {Equations.Number(e.Estimator.Beta)}, nudge {e.Estimator.Nudge}; "
                + $"{e.Readout.Cost}{(e.Readout.Cost == "cross-entropy" ? $", kappa {Equations.Number(e.Readout.Kappa)}" : "")}"
        );
        output.WriteLine($"  free {Sweeps(e.Free)}; nudged {Sweeps(e.Nudged)}; evaluation {Sweeps(e.Evaluation)}");
        output.WriteLine(
            $"  {e.Optimizer.Kind}, rate {Equations.Number(e.Optimizer.Rate)}{string.Concat((e.Optimizer.Rates ?? new Dictionary<string, double>()).Select(r => $", {r.Key} {Equations.Number(r.Value)}"))}, "
                + $"{e.Optimizer.Schedule} schedule, weight decay {Equations.Number(e.Optimizer.WeightDecay)}"
        );
        if (Chip.Of(e) is { Length: > 0 } chip)
            output.WriteLine($"  {chip}");
        if (checkpoint is null)
            return;
        output.WriteLine();
        output.WriteLine("RUN");
        var last = checkpoint.History.Count > 0 ? checkpoint.History[^1] : null;
        output.WriteLine(
            $"  {checkpoint.Epoch} of {Counted.Of(e.Epochs, "epoch")} done{(last is null ? "" : $"; loss {Terminal.Short(last.TrainLoss)}, training {Scores.Name(last.Score)} {Scores.Text(last.Score, last.TrainScore)}")}"
        );
        output.WriteLine(
            result is null
                ? $"  not finished: {Terminal.Whole($"{Terminal.Command} train {Terminal.Quoted(name)} --resume")}"
                : $"  test {Scores.Name(result.Score)} {Scores.Text(result.Score, result.TestScore, result.Unit)}"
        );
    }

    private static JsonObject Object(
        string name,
        Target target,
        Network network,
        IReadOnlyList<Block> weights,
        Checkpoint? checkpoint,
        TrainResult? result
    ) =>
        new()
        {
            ["name"] = name,
            ["populations"] = new JsonArray([
                .. network.Populations.Select(p => new JsonObject
                {
                    ["name"] = p.Name,
                    ["size"] = p.Size,
                    ["shape"] = new JsonArray([.. p.Shape.Select(n => (JsonNode)n)]),
                    ["neuron"] = p.Neuron?.Name,
                    ["scale"] = p.Scale,
                    ["trained"] = new JsonArray([.. p.Trained.Select(t => (JsonNode)t)]),
                }),
            ]),
            ["couplings"] = new JsonArray([.. network.Couplings.Select(c => new JsonObject { ["name"] = c.Name, ["term"] = c.Term })]),
            ["neurons"] = new JsonArray([
                .. network
                    .Populations.Select(p => p.Neuron)
                    .OfType<Neurons.Neuron>()
                    .DistinctBy(n => n.H.ToString())
                    .Select(Equations.Json),
            ]),
            ["parameters"] = new JsonArray([
                .. weights.Select(w => new JsonObject
                {
                    ["name"] = w.Name,
                    ["shape"] = new JsonArray([.. w.Shape.Select(n => (JsonNode)n)]),
                }),
            ]),
            ["parameter_count"] = weights.Sum(w => w.Count),
            ["config"] = JsonNode.Parse(target.Experiment.ToJson()),
            ["overrides"] = Changed.Json(target.Experiment, Changed.Origin(target.AsRead)),
            ["epochs_done"] = checkpoint?.Epoch ?? 0,
            ["finished"] = result is not null,
            ["test_error_percent"] = result?.TestErrorPercent,
            ["metrics"] = result?.Metrics?.DeepClone(),
        };

    private static string Describe(Population p) =>
        p.Rail is { } rail ? $"rail at {string.Join(", ", rail.Select(Equations.Number))}"
        : p.Neuron is null ? "clamped to the sample"
        : $"{p.Neuron.Name}  {(p.Scale == 1 ? "" : $"scale {Equations.Number(p.Scale)}  ")}"
            + string.Join(", ", p.Parameters.Select(q => $"{q.Key} {(q.Value.Length == 1 ? Equations.Number(q.Value[0]) : "per neuron")}"));

    private static string Sweeps(Relaxation.SweepOptions s) =>
        s.Tolerance == 0
            ? Counted.Of(s.MaxSweeps, "sweep")
            : $"to residual {Terminal.Short(s.Tolerance)} in at most {Counted.Of(s.MaxSweeps, "sweep")}";

    private static string Shapes(IEnumerable<Block> weights) =>
        string.Join(", ", weights.Select(w => $"{w.Name[(w.Name.LastIndexOf('.') + 1)..]} {string.Join(" × ", w.Shape)}"));

    private static string Owner(string block) => block[..block.LastIndexOf('.')];
}
