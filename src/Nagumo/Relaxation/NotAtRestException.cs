namespace Nagumo.Relaxation;

/// <summary>Thrown where a result needs a rest state and none was reached by any method; the message says what to change.</summary>
public sealed class NotAtRestException(string message) : Exception(message);
