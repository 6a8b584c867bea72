namespace Nagumo.Cli;

/// <summary>What the command's exit codes mean.</summary>
public static class ExitCode
{
    /// <summary>Done.</summary>
    public const int Done = 0;

    /// <summary>Failed: disk, network, divergence, a bug.</summary>
    public const int Failed = 1;

    /// <summary>Usage, or an input that cannot be used.</summary>
    public const int Usage = 2;

    /// <summary>The result did not converge.</summary>
    public const int NotConverged = 3;

    /// <summary>Interrupted; the state up to the last finished epoch is kept.</summary>
    public const int Interrupted = 130;

    /// <summary>Whoever read standard output closed the pipe, as <c>head</c> does: 128 + SIGPIPE, as a shell reports other programs.</summary>
    public const int ReaderLeft = 141;
}
