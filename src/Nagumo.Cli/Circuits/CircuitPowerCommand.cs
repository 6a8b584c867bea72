using System.CommandLine;
using System.Text.Json.Nodes;
using Nagumo.Circuits;
using Nagumo.Data;

namespace Nagumo.Cli;

/// <summary><c>nagumo circuit power</c>: power at rest by kind of element, settling time, energies, conductances.</summary>
internal static class CircuitPowerCommand
{
    /// <summary>The command.</summary>
    public static Command Build()
    {
        var target = new CircuitTarget(_ => Use.State | Use.Nudges | Use.Cost);
        var list = new Option<string?>("--conductances")
        {
            Description = "Write every coupling's conductance to this .csv",
            HelpName = "FILE",
        };
        var noise = CircuitCommand.Noise();
        var seed = CircuitCommand.Seed();
        var json = CommonOptions.Json("one JSON object");
        var command = new Command(
            "power",
            "Power at rest by kind of element, settling time, energy per inference and update, conductances"
        );
        target.AddTo(command);
        foreach (Option option in (Option[])[list, noise, seed, json])
            command.Add(option);
        command.SetAction(parsed =>
        {
            var output = parsed.InvocationConfiguration.Output;
            var options = target.Options(parsed);
            string? conductances = parsed.GetValue(list) is { } named ? OutputPath.OfFile(named, "list of conductances", "element,") : null;
            var (network, mode) = target.Find(parsed, parsed.InvocationConfiguration.Error);
            using var _ = network;
            network.Start(parsed.GetValue(noise), parsed.GetValue(seed), mode);
            if (network.Oscillates())
                throw new InputException($"{network.Title}: it oscillates, so it has no power at rest.");
            double[] start = network.Fields();
            var rest = network.Relax();
            var circuit = network.Build(options);
            var budget = PowerBudget.Of(circuit);
            network.SetFields(start);
            var timing = Timing.Of(network, options.Units, budget.SupplyWatts);
            if (conductances is { } path)
                AtomicFile.WriteText(path, PowerBudget.Conductances(circuit));
            string name = target.Name(parsed);
            if (parsed.GetValue(json))
                output.WriteLine(Json.Text(Object(name, network.Neurons, circuit, budget, timing, options.Units)));
            else
            {
                Print(target.Shown(parsed), network.Neurons, circuit, budget, timing, output);
                if (conductances is not null)
                    output.WriteLine(OutputPath.Said(conductances));
            }
            return rest.Converged ? ExitCode.Done : ExitCode.NotConverged;
        });
        return command;
    }

    private static void Print(string name, int neurons, Circuit circuit, PowerBudget budget, Timing timing, TextWriter output)
    {
        output.WriteLine($"{name}: {Counted.Of(neurons, "neuron")}, {Counted.Of(circuit.Size, "element")}");
        output.WriteLine();
        output.WriteLine("POWER AT REST (taken up; what delivers is negative)");
        int width = budget.Shares.Max(s => s.Name.Length);
        foreach (var s in budget.Shares)
            output.WriteLine($"  {s.Name.PadRight(width)}  {Terminal.Count(s.Count), 7}  {Engineering.Text(s.Watts, "W"), 10}");
        output.WriteLine(
            $"  supplies deliver {Engineering.Text(budget.SupplyWatts, "W")}, {Engineering.Text(budget.SupplyWatts / neurons, "W")} for each neuron; balance to {Terminal.Short(budget.Imbalance)}"
        );
        output.WriteLine();
        output.WriteLine("TIME AND ENERGY");
        output.WriteLine($"  inference {Engineering.Text(timing.InferenceSeconds, "s")}, {Engineering.Text(timing.InferenceJoules, "J")}");
        if (timing is { NudgedSeconds: { } nudged, UpdateJoules: { } update })
            output.WriteLine(
                $"  update    {Engineering.Text(timing.InferenceSeconds + 2 * nudged, "s")}, {Engineering.Text(update, "J")} (a free and two nudged phases)"
            );
        if (budget.Couplings is { } g)
            output.WriteLine($"  coupling resistors        {Terminal.Count(g.Count)}, {Range(g)}");
        if (budget.Transconductances is { } t)
            output.WriteLine($"  coupling transconductors  {Terminal.Count(t.Count)}, {Range(t)}");
        output.WriteLine();
        output.WriteLine("Left out: amplifiers' own supplies, losses of inductors and capacitors, reading, writing, everything digital.");
    }

    private static string Range(ConductanceRange g) =>
        $"{Engineering.Text(g.LeastSiemens, "S")} to {Engineering.Text(g.LargestSiemens, "S")} ({Engineering.Text(1 / g.LargestSiemens, "Ω")} to {Engineering.Text(1 / g.LeastSiemens, "Ω")})";

    private static JsonObject Object(string name, int neurons, Circuit circuit, PowerBudget budget, Timing timing, Units units) =>
        new()
        {
            ["target"] = name,
            ["neurons"] = neurons,
            ["elements"] = circuit.Size,
            ["supply_w"] = budget.SupplyWatts,
            ["imbalance"] = budget.Imbalance,
            ["shares"] = new JsonArray([
                .. budget.Shares.Select(s => new JsonObject
                {
                    ["name"] = s.Name,
                    ["count"] = s.Count,
                    ["power_w"] = s.Watts,
                }),
            ]),
            ["inference_s"] = timing.InferenceSeconds,
            ["inference_j"] = timing.InferenceJoules,
            ["nudged_s"] = timing.NudgedSeconds,
            ["update_j"] = timing.UpdateJoules,
            ["coupling_resistors"] = Of(budget.Couplings),
            ["coupling_transconductors"] = Of(budget.Transconductances),
            ["units"] = CircuitJson.Of(units),
        };

    private static JsonObject? Of(ConductanceRange? range) =>
        range is null
            ? null
            : new()
            {
                ["count"] = range.Count,
                ["least_s"] = range.LeastSiemens,
                ["largest_s"] = range.LargestSiemens,
            };
}
