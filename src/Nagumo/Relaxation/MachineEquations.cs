using System.Numerics;
using Nagumo.Compute;
using Nagumo.Networks;

namespace Nagumo.Relaxation;

/// <summary>∇H = 0 over all fields of a machine's state: (∂²H/∂x² + S M/h) δ = −∇H, S = diag(+1, −1), M = s τ, symmetric and indefinite.</summary>
/// <remarks>
/// Solved by elimination along a row of cells, otherwise by MINRES. A field that rests against its box stays there while its force pushes outwards.
/// [Paige and Saunders 1975, doi:10.1137/0712047]
/// </remarks>
internal sealed class MachineEquations<T> : IRestEquations<T>, IDisposable
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly State<T> _state;
    private readonly FieldVector<T> _vector;
    private readonly HessianOperator<T> _hessian;
    private readonly Shifted _matrix;
    private readonly Minres<T> _minres;
    private readonly ChainSolve<T>? _chain;
    private readonly T[] _right;
    private readonly double _tolerance;
    private readonly int _iterations;
    private bool _eliminated;

    /// <param name="machine">The machine.</param>
    /// <param name="state">A state that stores all fields, inputs and constants loaded; the point at which the equations are looked at.</param>
    /// <param name="tolerance">Relative residual of MINRES.</param>
    /// <param name="iterations">Most iterations of MINRES, in units of the fields of a lane.</param>
    public MachineEquations(Machine<T> machine, State<T> state, double tolerance, int iterations)
    {
        (_state, _tolerance) = (state, tolerance);
        _vector = new(machine, state);
        _hessian = new(machine, state, state.Workspace);
        _iterations = iterations * _hessian.Size;
        _matrix = new(_hessian, _vector.SkewTimes(machine));
        _minres = new(_hessian.Size, state.Lanes);
        _chain = ChainSolve<T>.Applies(machine.Network, state.Lanes) ? new(machine, _matrix) : null;
        _right = new T[Size];
    }

    /// <inheritdoc/>
    public int Size => _hessian.Size * _hessian.Lanes;

    /// <inheritdoc/>
    public int Lanes => _hessian.Lanes;

    /// <summary>Solves from the fields that a state holds; the state then holds the solution, and its residuals.</summary>
    public static RelaxationReport Relax(
        Machine<T> machine,
        State<T> state,
        double tolerance,
        int iterations,
        Func<RestSolver<T>, T[], RelaxationReport> method
    ) =>
        AllFields.Relax(
            machine,
            state,
            full =>
            {
                using var equations = new MachineEquations<T>(machine, full, tolerance, iterations);
                var x = new T[equations.Size];
                equations._vector.Gather(full, x);
                var report = method(new(equations), x);
                equations._vector.Scatter(x, full);
                machine.FullResidual(full, full.Workspace);
                return report;
            }
        );

    /// <inheritdoc/>
    public void Residual(Span<T> x, Span<T> f, Span<double> residual)
    {
        _vector.Scatter(x, _state);
        _vector.Gather(_state, x);
        _hessian.Downhill(f);
        residual.Clear();
        for (int i = 0; i < f.Length; i++)
        {
            ref double worst = ref residual[i % Lanes];
            worst = Math.Max(worst, double.CreateChecked(T.Abs(f[i])));
        }
    }

    /// <inheritdoc/>
    public bool Linearise(ReadOnlySpan<T> x, double shift)
    {
        _vector.Scatter(x, _state);
        _hessian.FindFixed();
        _matrix.Inverse = T.CreateChecked(shift);
        _eliminated = _chain is not null && _chain.Factor();
        return true;
    }

    /// <inheritdoc/>
    public void Solve(Span<T> step)
    {
        if (_eliminated)
        {
            _chain!.Solve(step);
            return;
        }
        step.CopyTo(_right);
        step.Clear();
        _minres.Solve(_matrix, _right, step, _tolerance, _iterations);
    }

    /// <summary>Frees the memory.</summary>
    public void Dispose() => _hessian.Dispose();

    /// <summary>∂²H/∂x² + S M/h.</summary>
    private sealed class Shifted(HessianOperator<T> hessian, double[] skewTimes) : ILaneOperator<T>
    {
        private readonly T[] _masses = [.. skewTimes.Select(t => T.CreateChecked(-t))];

        /// <summary>1/h.</summary>
        public T Inverse { get; set; }

        public int Size => hessian.Size;
        public int Lanes => hessian.Lanes;

        public void Apply(ReadOnlySpan<T> x, Span<T> y)
        {
            hessian.Apply(x, y);
            if (Inverse == T.Zero)
                return;
            for (int i = 0; i < y.Length; i++)
                y[i] += Inverse * _masses[i / Lanes] * x[i];
        }
    }
}
