using System.Numerics;
using Nagumo.Networks;

namespace Nagumo.Relaxation;

/// <summary>A nudge that is not a constant current: it answers the drives of its population itself.</summary>
internal interface INudge<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>The nudged population.</summary>
    int Population { get; }

    /// <summary>Sets the differences of the population's activators from those of its drives.</summary>
    void Respond(State<T> free, State<T> d);

    /// <summary>Raises each lane's residual to the largest change of |∂(H + βC)/∂u| of the population.</summary>
    void Measure(State<T> free, State<T> d);
}
