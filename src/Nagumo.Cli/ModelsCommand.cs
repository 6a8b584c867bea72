using System.CommandLine;

namespace Nagumo.Cli;

/// <summary>Models.</summary>
internal static class ModelsCommand
{
    /// <summary>The command.</summary>
    public static Command Build() => new("models", "todo");
}
