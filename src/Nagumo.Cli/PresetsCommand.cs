using System.CommandLine;

namespace Nagumo.Cli;

/// <summary>Presets.</summary>
internal static class PresetsCommand
{
    /// <summary>The command.</summary>
    public static Command Build() => new("presets", "todo");
}
