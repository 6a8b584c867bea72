using System.Numerics;

namespace Nagumo.Relaxation;

/// <summary>Equations of rest f(x) = 0 of a flow M x' = f(x), and the linear systems of <see cref="RestSolver{T}"/>'s steps.</summary>
/// <remarks>
/// How they are solved is their own matter: MINRES (<see cref="MachineEquations{T}"/>), bands, blocks, dense. Rows of f and of the matrix may carry
/// any common factor, also of either sign, which makes a skew-gradient system symmetric. Lanes are independent; numbers of one lie a lane's count apart.
/// </remarks>
internal interface IRestEquations<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Numbers of x, all lanes together.</summary>
    int Size { get; }

    /// <summary>Lanes.</summary>
    int Lanes => 1;

    /// <summary>f(x), and what the tolerance means of it.</summary>
    /// <param name="x">The state; confined to its boxes in place.</param>
    /// <param name="f">Receives f.</param>
    /// <param name="residual">Receives the size of f of each lane; NaN where it is not a number.</param>
    void Residual(Span<T> x, Span<T> f, Span<double> residual);

    /// <summary>Makes M/h − J at a state ready for <see cref="Solve"/>.</summary>
    /// <param name="x">The state.</param>
    /// <param name="shift">1/h; 0 for Newton's steps.</param>
    /// <returns>False where the matrix is known to be singular.</returns>
    bool Linearise(ReadOnlySpan<T> x, double shift);

    /// <summary>step ← (M/h − J)⁻¹ step.</summary>
    void Solve(Span<T> step);

    /// <summary>The size of a step; NaN stays.</summary>
    double Length(ReadOnlySpan<T> step) => RestSolver<T>.Largest(step);
}
