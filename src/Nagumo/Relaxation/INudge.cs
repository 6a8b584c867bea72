using System.Numerics;
using Nagumo.Networks;

namespace Nagumo.Relaxation;

/// <summary>A nudge that is not a constant current: it answers the drives of its population itself.</summary>
internal interface INudge<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>The nudged population.</summary>
    int Population { get; }

    /// <summary>Sets the population's activators from its drives.</summary>
    void Respond(State<T> s);

    /// <summary>Raises each lane's residual to the largest |∂(H + βC)/∂u| of the population, from its drives.</summary>
    void Measure(State<T> s);
}
