using System.CommandLine;

namespace Nagumo.Cli;

/// <summary>Eval.</summary>
internal static class EvalCommand
{
    /// <summary>The command.</summary>
    public static Command Build() => new("eval", "todo");
}
