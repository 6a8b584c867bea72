using System.CommandLine;
using Nagumo.Circuits;

namespace Nagumo.Cli;

/// <summary><c>nagumo circuit</c>: networks as electrical circuits.</summary>
internal static class CircuitCommand
{
    /// <summary>The command with its own commands.</summary>
    public static Command Build() =>
        new("circuit", "Networks as electrical circuits: netlists, ngspice, inference, schematics, power, learning")
        {
            CircuitExportCommand.Build(),
            CircuitVerifyCommand.Build(),
            CircuitInferCommand.Build(),
            CircuitDrawCommand.Build(),
            CircuitPowerCommand.Build(),
            CircuitLearnCommand.Build(),
        };

    /// <summary>Standard deviation of the noise that a run starts with.</summary>
    public static Option<double> Noise() =>
        new("--noise")
        {
            Description = "Standard deviation of the noise on the activators at the start",
            HelpName = "SD",
            DefaultValueFactory = _ => 0.05,
        };

    /// <summary>Longest run of ngspice.</summary>
    public static Option<double> Timeout() =>
        new("--timeout")
        {
            Description = "Longest run of ngspice, in seconds",
            HelpName = "S",
            DefaultValueFactory = _ => 600,
        };

    /// <summary>ngspice as it is installed, ended by an interruption.</summary>
    public static Ngspice Ngspice(double timeoutSeconds, CancellationToken cancel) =>
        new(Circuits.Ngspice.Default.Executable, timeoutSeconds) { Cancel = cancel };

    /// <summary>Seed of that noise.</summary>
    public static Option<ulong> Seed() =>
        new("--seed")
        {
            Description = "Seed of the noise",
            HelpName = "N",
            DefaultValueFactory = _ => 1,
        };
}
