using System.CommandLine;
using System.Text.Json.Nodes;
using Nagumo.Circuits;
using Nagumo.Data;

namespace Nagumo.Cli;

/// <summary><c>nagumo circuit export</c>: a network as a SPICE netlist.</summary>
internal static class CircuitExportCommand
{
    /// <summary>The command.</summary>
    public static Command Build()
    {
        var file = CommonOptions.Out("Write the netlist to this file [default: standard output]", "FILE");
        var duration = new Option<double>("--duration")
        {
            Description = "Length of the transient analysis, in units of the membranes' time",
            HelpName = "T",
            DefaultValueFactory = _ => 200,
        };
        var nudge = new Option<double>("--nudge")
        {
            Description =
                "Of a trained network: the outputs' nudge currents of this strength towards the sample's label; 0 is the free phase",
            HelpName = "BETA",
            DefaultValueFactory = _ => 0,
        };
        var target = new CircuitTarget(parsed => Use.State | Use.Title | (parsed.GetValue(nudge) == 0 ? 0 : Use.Cost));
        var noise = CircuitCommand.Noise();
        var seed = CircuitCommand.Seed();
        var json = CommonOptions.Json("one JSON object");
        var command = new Command("export", "A neuron, chain or network as a SPICE netlist for ngspice");
        target.AddTo(command);
        foreach (Option option in (Option[])[file, duration, nudge, noise, seed, json])
            command.Add(option);
        command.SetAction(parsed =>
        {
            var (output, error) = (parsed.InvocationConfiguration.Output, parsed.InvocationConfiguration.Error);
            var options = target.Options(parsed);
            string? path = parsed.GetValue(file) is { } named ? OutputPath.OfFile(named, "netlist", "*") : null;
            bool asJson = parsed.GetValue(json);
            if (asJson && path is null)
                throw new InputException("--json describes the file: name it with --out.");
            var (network, mode) = target.Find(parsed, error);
            using var _ = network;
            network.Start(parsed.GetValue(noise), parsed.GetValue(seed), mode);
            double beta = parsed.GetValue(nudge);
            var circuit = network.Build(options, beta == 0 ? null : network.Nudges(beta));
            // One neuron is watched, a network is let settle.
            double time = parsed.GetValue(duration);
            string netlist = circuit.Export(network.Neurons == 1 ? Transient.Course(time) : Transient.SettlingCourse(time));
            if (path is null)
            {
                output.Write(netlist);
                return ExitCode.Done;
            }
            AtomicFile.WriteText(path, netlist);
            if (asJson)
                output.WriteLine(
                    Json.Text(
                        new JsonObject
                        {
                            ["target"] = target.Name(parsed),
                            ["file"] = path,
                            ["neurons"] = network.Neurons,
                            ["elements"] = circuit.Size,
                            ["bytes"] = new FileInfo(path).Length,
                            ["units"] = CircuitJson.Of(options.Units),
                        }
                    )
                );
            else
            {
                output.WriteLine(
                    $"{OutputPath.Said(path)}: {Counted.Of(network.Neurons, "neuron")}, {Counted.Of(circuit.Size, "element")}"
                );
                output.WriteLine($"run it with: ngspice -b {Terminal.Quoted(path)}");
                output.WriteLine(
                    $"keep its course: ngspice -b {Terminal.Quoted(path)} -r {Terminal.Quoted(Path.ChangeExtension(path, ".raw"))}"
                );
            }
            return ExitCode.Done;
        });
        return command;
    }
}
