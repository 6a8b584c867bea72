using System.CommandLine;

namespace Nagumo.Cli;

/// <summary>Predict.</summary>
internal static class PredictCommand
{
    /// <summary>The command.</summary>
    public static Command Build() => new("predict", "todo");
}
