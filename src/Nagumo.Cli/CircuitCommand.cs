using System.CommandLine;

namespace Nagumo.Cli;

/// <summary><c>nagumo circuit</c>: networks as electrical circuits.</summary>
internal static class CircuitCommand
{
    /// <summary>The command with its own commands.</summary>
    public static Command Build() =>
        new("circuit", "Networks as electrical circuits: netlists, ngspice, schematics, power, learning")
        {
            CircuitExportCommand.Build(),
            CircuitVerifyCommand.Build(),
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

    /// <summary>Seed of that noise.</summary>
    public static Option<long> Seed() =>
        new("--seed")
        {
            Description = "Seed of the noise",
            HelpName = "N",
            DefaultValueFactory = _ => 1,
        };
}
