using System.CommandLine;

namespace Nagumo.Cli;

/// <summary>Completion.</summary>
internal static class CompletionCommand
{
    /// <summary>The command.</summary>
    public static Command Build() => new("completion", "todo");
}
