namespace Nagumo.Relaxation;

/// <summary>What a relaxation reached.</summary>
/// <param name="Method">The method that ended it: "sweeps", "accelerated", "newton" or "flow".</param>
/// <param name="Sweeps">Sweeps or steps done.</param>
/// <param name="Residual">Largest |∂H/∂x| over lanes, boxes respected; NaN when the state is not finite.</param>
/// <param name="NotConverged">Lanes whose residual is above the tolerance.</param>
/// <param name="Time">Simulated time for the flow, otherwise 0.</param>
/// <remarks>Block sweeps measure the state that enters a sweep: the state they leave is at least one sweep better.</remarks>
public readonly record struct RelaxationReport(string Method, int Sweeps, double Residual, int NotConverged, double Time = 0)
{
    /// <summary>What sweeps would still move, as the last two tell: the residual is what one of them moves. 0 for other methods.</summary>
    internal double Left { get; init; }

    /// <summary>Whether it ended only because the sweeps that it was allowed were used up: more of them, rather than another method, may go on.</summary>
    public bool IsUnderway { get; init; }

    /// <summary>Whether every lane reached the tolerance.</summary>
    public bool Converged => NotConverged == 0;
}
