using System.CommandLine;

namespace Nagumo.Cli;

/// <summary>Info.</summary>
internal static class InfoCommand
{
    /// <summary>The command.</summary>
    public static Command Build() => new("info", "todo");
}
