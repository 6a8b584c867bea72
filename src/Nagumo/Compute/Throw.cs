using System.Diagnostics.CodeAnalysis;

namespace Nagumo.Compute;

/// <summary>Cold halves of argument checks: the check inlines, the message does not.</summary>
internal static class Throw
{
    [DoesNotReturn]
    public static void Argument(string message, string parameter) => throw new ArgumentException(message, parameter);

    [DoesNotReturn]
    public static void Range(string parameter, object? value, string message) =>
        throw new ArgumentOutOfRangeException(parameter, value, message);

    [DoesNotReturn]
    public static void Invalid(string message) => throw new InvalidOperationException(message);
}
