namespace Nagumo.Relaxation;

/// <summary>A flow that is smooth but for corners and jumps, which lie where one of some functions of the state changes its sign.</summary>
internal interface ICornered : IVelocity
{
    /// <summary>Number of functions.</summary>
    int Corners { get; }

    /// <summary>Their values at a state.</summary>
    void Conditions(ReadOnlySpan<double> x, Span<double> values);
}
