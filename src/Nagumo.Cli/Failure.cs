using System.Text.Json;
using System.Text.RegularExpressions;
using Nagumo.Circuits;
using Nagumo.Data;
using Nagumo.Learning;
using Nagumo.Neurons;
using Nagumo.Relaxation;
using Nagumo.Symbolics;

namespace Nagumo.Cli;

/// <summary>An input that cannot be used; the message is for people.</summary>
internal sealed class InputException(string message) : Exception(message);

/// <summary>From exceptions to a line of text and an exit code.</summary>
internal static partial class Failure
{
    /// <summary>Set to 1 to see where an error comes from.</summary>
    public const string DebugVariable = "NAGUMO_DEBUG";

    /// <summary>Says what went wrong.</summary>
    public static int Report(Exception e, TextWriter error)
    {
        e = e is AggregateException or TypeInitializationException && e.InnerException is { } inner ? inner : e;
        if (e is ReaderLeftException)
            return ExitCode.ReaderLeft;
        var (code, message) = e switch
        {
            OperationCanceledException => (ExitCode.Interrupted, "interrupted"),
            JsonException
            or ExpressionFormatException
            or EquationFileException
            or ArgumentException
            or InputException
            or InvalidDataException
            or CheckpointException => (ExitCode.Usage, e.Message),
            // A variable of the environment that cannot be followed.
            InvalidOperationException when e.Message.StartsWith("NAGUMO_", StringComparison.Ordinal) => (ExitCode.Usage, e.Message),
            // A linear solve that did not converge says what to do.
            ArithmeticException when e.GetType() == typeof(ArithmeticException) => (ExitCode.Failed, e.Message),
            DataAcquisitionException or DivergenceException or NgspiceException or NotFiniteNumberException => (ExitCode.Failed, e.Message),
            NotAtRestException => (ExitCode.NotConverged, e.Message),
            IOException or UnauthorizedAccessException => (ExitCode.Failed, FileTrouble.Text(e)),
            _ => (ExitCode.Failed, $"{e.GetType().Name}: {e.Message} This is a bug: please report it, with {DebugVariable}=1 set."),
        };
        error.WriteLine($"error: {Plain(message, e)}");
        if (Environment.GetEnvironmentVariable(DebugVariable) == "1")
            error.WriteLine(e);
        return code;
    }

    /// <summary>The message without .NET's additions; only a formula keeps its lines, for the caret under it.</summary>
    private static string Plain(string message, Exception e)
    {
        message = ParameterSuffix().Replace(message, "");
        return e is ExpressionFormatException ? message : message.ReplaceLineEndings(" ");
    }

    [GeneratedRegex(@" \(Parameter '[^']*'\)|\r?\nActual value was [^\r\n]*")]
    private static partial Regex ParameterSuffix();
}
