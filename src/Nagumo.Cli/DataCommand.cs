using System.CommandLine;

namespace Nagumo.Cli;

/// <summary>Data.</summary>
internal static class DataCommand
{
    /// <summary>The command.</summary>
    public static Command Build() => new("data", "todo");
}
