namespace Nagumo.Relaxation;

/// <summary>An autonomous flow x' = f(x).</summary>
internal interface IVelocity
{
    /// <summary>Number of variables.</summary>
    int Size { get; }

    /// <summary>velocity = f(x); the spans do not overlap.</summary>
    void At(ReadOnlySpan<double> x, Span<double> velocity);
}

/// <summary>A flow with a stiff linear part, f(x) = g(x) + L x.</summary>
internal interface IStiffVelocity : IVelocity
{
    /// <summary>A step begins at x: the place to set L to the Jacobian there, where L is not constant.</summary>
    void Linearise(ReadOnlySpan<double> x) { }

    /// <summary>x ← (1 − h L)⁻¹ x.</summary>
    void Solve(double h, Span<double> x);
}
