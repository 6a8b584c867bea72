using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using Nagumo.Circuits;

namespace Nagumo.Cli;

/// <summary><c>nagumo circuit verify</c>: the circuit in ngspice against our own rest state or limit cycle.</summary>
internal static class CircuitVerifyCommand
{
    /// <summary>The command.</summary>
    public static Command Build()
    {
        var target = new CircuitTarget(_ => Use.State);
        var from = new Option<string>("--from")
        {
            Description = "start: ngspice settles by itself from the same noisy start; rest: from our rest state, where it should stay",
            HelpName = "start|rest",
            DefaultValueFactory = _ => "start",
        };
        var noise = CircuitCommand.Noise();
        var seed = CircuitCommand.Seed();
        var timeout = CircuitCommand.Timeout();
        var json = CommonOptions.Json("one JSON object");
        var command = new Command(
            "verify",
            "Every node's settled voltage in ngspice against our rest state; of an oscillating neuron period and peaks"
        );
        target.AddTo(command);
        foreach (Option option in (Option[])[from, noise, seed, timeout, json])
            command.Add(option);
        command.SetAction(parsed =>
        {
            var output = parsed.InvocationConfiguration.Output;
            var options = target.Options(parsed);
            var start = parsed.GetValue(from) switch
            {
                "start" => VerifyFrom.Start,
                "rest" => VerifyFrom.Rest,
                var word => throw new InputException($"--from {word}: give start or rest."),
            };
            using var interruption = new Interruption();
            var ngspice = CircuitCommand.Ngspice(parsed.GetValue(timeout), interruption.Token);
            var (network, mode) = target.Find(parsed, parsed.InvocationConfiguration.Error, interruption.Token);
            using var _ = network;
            network.Start(parsed.GetValue(noise), parsed.GetValue(seed), mode);
            string name = target.Name(parsed);
            bool asJson = parsed.GetValue(json);
            bool oscillates = network.Oscillates();
            if (oscillates && parsed.GetResult(from) is { Implicit: false })
                throw new InputException($"--from is for what comes to rest, and {network.Title} oscillates: leave it out.");
            return oscillates
                ? Report(name, CycleVerification.Of(network, options, ngspice), asJson, output)
                : Report(name, Verification.Of(network, options, start, ngspice: ngspice), start, options.Units, asJson, output);
        });
        return command;
    }

    private static int Report(string name, CycleVerification v, bool json, TextWriter output)
    {
        double time = v.Units.Time;
        if (json)
            output.WriteLine(
                Json.Text(
                    new JsonObject
                    {
                        ["target"] = name,
                        ["kind"] = "limit-cycle",
                        ["agrees"] = v.Agrees,
                        ["period_s"] = v.Ours.Period * time,
                        ["ngspice_period_s"] = v.Circuit.Period * time,
                        ["period_error"] = v.PeriodError,
                        ["low"] = v.Ours.Low,
                        ["high"] = v.Ours.High,
                        ["ngspice_low"] = v.Circuit.Low,
                        ["ngspice_high"] = v.Circuit.High,
                        ["peak_error"] = v.PeakError,
                        ["ngspice_seconds"] = v.Seconds,
                        ["units"] = CircuitJson.Of(v.Units),
                    }
                )
            );
        else
        {
            output.WriteLine($"{name}: limit cycle");
            output.WriteLine(
                $"  period   ours {Si(v.Ours.Period * time, "s")}, ngspice {Si(v.Circuit.Period * time, "s")}: error {Part(v.PeriodError)}"
            );
            output.WriteLine(
                $"  u        ours {Fixed(v.Ours.Low)} to {Fixed(v.Ours.High)}, ngspice {Fixed(v.Circuit.Low)} to {Fixed(v.Circuit.High)}: error {Part(v.PeakError)}"
            );
            output.WriteLine($"  ngspice  {Terminal.Duration(v.Seconds)}");
            output.WriteLine(v.Agrees ? "✓ period and peaks agree within 0.1 %" : "✗ period or peaks differ by more than 0.1 %");
        }
        return v.Agrees ? ExitCode.Done : ExitCode.Failed;
    }

    private static int Report(string name, Verification v, VerifyFrom from, Units units, bool json, TextWriter output)
    {
        if (json)
            output.WriteLine(
                Json.Text(
                    new JsonObject
                    {
                        ["target"] = name,
                        ["kind"] = "rest-state",
                        ["from"] = from == VerifyFrom.Start ? "start" : "rest",
                        ["agrees"] = v.Agrees,
                        ["nodes"] = v.Fields.Count,
                        ["elements"] = v.Circuit.Elements,
                        ["largest_error_of_full_scale"] = v.LargestError,
                        ["full_scale_v"] = v.FullScaleVolts,
                        ["method"] = v.Ours.Method,
                        ["residual"] = v.Ours.Residual,
                        ["converged"] = v.Ours.Converged,
                        ["ngspice_residual"] = v.Circuit.Residual,
                        ["ngspice_settled"] = v.Circuit.IsSettled,
                        ["ngspice_oscillates"] = v.Circuit.Oscillates,
                        ["ngspice_simulated_s"] = v.Circuit.Time * units.Time,
                        ["ngspice_seconds"] = v.Circuit.Seconds,
                        ["fields"] = new JsonArray([
                            .. v.Fields.Select(f => new JsonObject
                            {
                                ["population"] = f.Population,
                                ["neuron"] = f.Neuron,
                                ["field"] = f.Field,
                                ["ours"] = f.Ours,
                                ["ngspice"] = f.Circuit,
                            }),
                        ]),
                        ["units"] = CircuitJson.Of(units),
                    }
                )
            );
        else
        {
            var worst = v.Worst;
            output.WriteLine(
                $"{name}: {Terminal.Count(v.Fields.Count)} voltages and currents, {Counted.Of(v.Circuit.Elements, "element")}"
            );
            output.WriteLine(
                $"  ours     {(v.Ours.Converged ? "at rest" : "NOT at rest")}, residual {Terminal.Short(v.Ours.Residual)} ({v.Ours.Method})"
            );
            output.WriteLine(
                $"  ngspice  {(v.Circuit.IsSettled ? "settled" : "NOT settled")}, residual {Terminal.Short(v.Circuit.Residual)} after {Si(v.Circuit.Time * units.Time, "s")}, in {Terminal.Duration(v.Circuit.Seconds)}"
            );
            output.WriteLine(
                $"  largest error {Part(v.LargestError)} of full scale ({Si(v.FullScaleVolts, "V")}), at {worst.Population}[{worst.Neuron}].{worst.Field}"
            );
            output.WriteLine(
                v.Agrees
                    ? $"✓ every node agrees within {Part(Verification.Tolerance)} of full scale"
                    : $"✗ {(v.Circuit.IsSettled && v.Ours.Converged ? "the rest states differ"
                        : v.Circuit.Oscillates ? "it does not come to rest: it oscillates. Choose another current or faster inhibitors"
                        : "not at rest")}"
            );
        }
        return v.Agrees ? ExitCode.Done
            : v.Ours.Converged && v.Circuit.IsSettled ? ExitCode.Failed
            : ExitCode.NotConverged;
    }

    private static string Fixed(double x) => x.ToString("F5", CultureInfo.InvariantCulture);

    private static string Part(double x) => Terminal.Short(x);

    private static string Si(double x, string unit) => Engineering.Text(x, unit);
}
