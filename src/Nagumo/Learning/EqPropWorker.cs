using System.Numerics;
using Nagumo.Compute;
using Nagumo.Networks;
using Nagumo.Relaxation;

namespace Nagumo.Learning;

/// <summary>One thread's part in Equilibrium Propagation: its states and workspace, and the phases of a slice of samples.</summary>
internal sealed class EqPropWorker<T> : IDisposable
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly Machine<T> _machine;
    private readonly Readout _readout;
    private readonly State<T> _free,
        _difference;
    private readonly double[] _z,
        _force;
    private readonly CostNudge<T>? _costNudge;
    private readonly bool _corrected;
    private readonly ReadoutNoise<T>? _noise;
    private readonly IRelaxer<T>? _relaxer;
    private readonly State<T>? _measured;

    /// <param name="machine">The machine.</param>
    /// <param name="readout">Where it is read and nudged.</param>
    /// <param name="lanes">Most samples of a slice.</param>
    /// <param name="fullCost">Whether the nudge is the full cost term rather than a constant current.</param>
    /// <param name="corrected">Whether nudged phases follow the transposed couplings, for a network that is not its own adjoint.</param>
    /// <param name="noise">How states are read; null for exact readings.</param>
    /// <param name="relaxer">Relaxes in place of block sweeps; null for those.</param>
    public EqPropWorker(
        Machine<T> machine,
        Readout readout,
        int lanes,
        bool fullCost,
        bool corrected,
        ReadoutNoise<T>? noise,
        IRelaxer<T>? relaxer
    )
    {
        (_machine, _readout, _corrected, _noise, _relaxer) = (machine, readout, corrected, noise, relaxer);
        _free = machine.CreateState(lanes);
        _difference = machine.CreateDifference(2 * lanes, readout.Population);
        _measured = relaxer is null ? null : machine.CreateState(2 * lanes);
        _z = new double[readout.Classes];
        _force = new double[readout.Outputs];
        _costNudge = fullCost ? new(machine, readout, 2 * lanes) : null;
    }

    public Workspace<T> Workspace { get; } = new();

    /// <summary>Reused for every sample's own stream.</summary>
    public Rng Random { get; } = new(0);

    /// <summary>What the slices since <see cref="Reset"/> gave.</summary>
    public BatchReport Report { get; private set; }

    /// <summary>The free state of the last slice.</summary>
    public State<T> FreeState => _free;

    public void Reset() => Report = default;

    /// <summary>Free phase: clamp, feed forward, sweep to rest.</summary>
    /// <param name="input">Population that is clamped.</param>
    /// <param name="values">[inputs × samples].</param>
    /// <param name="options">When to stop.</param>
    /// <param name="trusted">Whether sweeps that fail are handed over to other methods, as results need; training reports them instead.</param>
    public RelaxationReport Free(int input, MatView<T> values, SweepOptions options, bool trusted)
    {
        _free.Resize(values.Cols);
        _free.Clamp(input, values);
        _machine.LoadConstants(_free, Workspace);
        if (_relaxer is not null)
        {
            _free.Clear();
            return _relaxer.Relax(_machine, _free, Workspace);
        }
        BlockSweeps.FeedForward(_machine, _free, Workspace);
        return trusted
            ? Relaxer.Relax(_machine, _free, options, first: -1, Workspace)
            : BlockSweeps.Relax(_machine, _free, options, first: -1, Workspace);
    }

    /// <summary>Loss and error of each lane of the free state; optionally its readout.</summary>
    /// <param name="samples">The lanes' samples.</param>
    /// <param name="labels">Labels of the whole set.</param>
    /// <param name="free">What the free phase reached.</param>
    /// <param name="losses">Receives the cost of each lane.</param>
    /// <param name="readout">Receives [lanes × classes] unless empty.</param>
    public void Judge(
        ReadOnlySpan<int> samples,
        ReadOnlySpan<byte> labels,
        RelaxationReport free,
        Span<double> losses,
        Span<double> readout
    )
    {
        int errors = 0;
        for (int lane = 0; lane < samples.Length; lane++)
        {
            _readout.Read(_free, lane, _z);
            int label = labels[samples[lane]],
                best = 0;
            losses[lane] = _readout.Cost.Value(_z, label);
            for (int c = 1; c < _z.Length; c++)
                if (_z[c] > _z[best])
                    best = c;
            errors += best == label ? 0 : 1;
            if (!readout.IsEmpty)
                _z.CopyTo(readout[(lane * _z.Length)..]);
        }
        Report += new BatchReport(samples.Length, 0, errors, free, default);
    }

    /// <summary>Nudged phases from the free state, ±β side by side (centred) or one; then the contrast into the batch's lanes at <paramref name="at"/>.</summary>
    public void Nudge(
        ReadOnlySpan<int> samples,
        ReadOnlySpan<byte> labels,
        int epoch,
        double beta,
        bool centred,
        SweepOptions options,
        Contrasts<T> contrasts,
        int at
    )
    {
        int n = samples.Length,
            phases = centred ? 2 : 1,
            p = _readout.Population;
        _difference.Resize(phases * n);
        // f(x) − 2A(x − x*), A = (J − Jᵀ)/2: from the free state x* on, the nudged flow has the transposed Jacobian. [arXiv:2602.03670]
        _difference.Adjoint = _corrected;
        if (_costNudge is not null)
            _costNudge.Begin(samples, labels, beta, phases);
        else
            for (int lane = 0; lane < n; lane++)
            {
                _readout.Read(_free, lane, _z);
                _readout.Force(_z, labels[samples[lane]], _force);
                var constant = _difference.Constant(p, 0);
                for (int i = 0; i < _force.Length; i++)
                {
                    double force = Math.Abs(_force[i]) < Negligible ? 0 : _force[i];
                    T current = T.CreateChecked(beta * force);
                    constant[i, lane] = -current;
                    if (centred)
                        constant[i, n + lane] = current;
                }
            }
        var report = _relaxer is null
            ? NudgedSweeps.Relax(_machine, _free, _difference, options, p, _costNudge, Workspace)
            : Measure(_relaxer, _measured!);
        Report += new BatchReport(0, 0, 0, default, report);
        if (!centred)
        {
            // The other phase is the free one.
            _difference.Resize(2 * n);
            _difference.Clear(n);
        }
        _noise?.Disturb(_machine, _difference, 0, samples, epoch, 0, Random);
        _noise?.Disturb(_machine, _difference, n, samples, epoch, 1, Random);
        contrasts.Read(_free, _difference, centred ? 2 * beta : beta, at, n, presynaptic: _corrected);
    }

    /// <summary>Nudged rest states as another relaxer finds them, whole, and their differences from the free one.</summary>
    private RelaxationReport Measure(IRelaxer<T> relaxer, State<T> nudged)
    {
        int n = _free.Lanes;
        nudged.Resize(_difference.Lanes);
        for (int at = 0; at < nudged.Lanes; at += n)
            nudged.CopyFrom(_free, at);
        var (constant, current) = (nudged.Constant(_readout.Population, 0), _difference.Constant(_readout.Population, 0));
        for (int r = 0; r < constant.Rows; r++)
            RowMath.AddScaled(current.Row(r), T.One, constant.Row(r), constant.Row(r));
        var report = relaxer.Relax(_machine, nudged, Workspace);
        foreach (int p in _machine.Network.Order)
            for (int f = 0; f < _machine.Network.Populations[p].Fields; f++)
            {
                var (x, free, d) = (nudged.X(p, f), _free.X(p, f), _difference.X(p, f));
                for (int r = 0; r < d.Rows; r++)
                for (int at = 0; at < nudged.Lanes; at += n)
                    RowMath.AddScaled(free.Row(r), -T.One, x.Row(r).Slice(at, n), d.Row(r).Slice(at, n));
            }
        return report;
    }

    /// <summary>Below this a nudge's currents would be subnormal somewhere in the network, and slow; no gradient sees them.</summary>
    private const double Negligible = 1e-25;

    /// <summary>Implicit differentiation: dx/dβ = −(∂²H/∂x²)⁻¹ ∂C/∂x by MINRES at the free state, and its contrast. The reference.</summary>
    /// <exception cref="ArithmeticException">The linear solve did not converge: the rest state is not one, or is degenerate.</exception>
    public void Differentiate(ReadOnlySpan<int> samples, ReadOnlySpan<byte> labels, Contrasts<T> contrasts, int at)
    {
        int n = samples.Length,
            p = _readout.Population;
        using var x = _machine.CreateState(n, allFields: true);
        using var derivative = _machine.CreateState(n, allFields: true);
        x.CopyFrom(_free, 0);
        _machine.FillInhibitors(x, Workspace);
        using var hessian = new HessianOperator<T>(_machine, x, Workspace);
        for (int lane = 0; lane < n; lane++)
        {
            _readout.Read(x, lane, _z);
            _readout.Force(_z, labels[samples[lane]], _force);
            for (int i = 0; i < _force.Length; i++)
                derivative.X(p, 0)[i, lane] = T.CreateChecked(-_force[i]);
        }
        var right = new T[hessian.Size * n];
        var solution = new T[right.Length];
        hessian.Gather(derivative, right);
        for (int i = 0; i < right.Length; i++)
            if (hessian.Fixed[i])
                right[i] = T.Zero;
        var solved = new Minres<T>(hessian.Size, n).Solve(hessian, right, solution, SolveTolerance, 20 * hessian.Size);
        if (!(solved.LargestResidual <= Math.Sqrt(SolveTolerance)))
            throw new ArithmeticException(
                $"Implicit differentiation: the linear solve stopped at a residual of {solved.LargestResidual:g3} after {solved.Iterations} products. Relax further (free.tolerance), or check stability."
            );
        hessian.Scatter(solution, derivative, masked: true);
        contrasts.ReadTangent(x, derivative, at, n);
    }

    /// <summary>Relative residual of the linear solve: near the rounding of the scalar type.</summary>
    private static double SolveTolerance => typeof(T) == typeof(float) ? 1e-6 : 1e-13;

    public void Dispose()
    {
        _free.Dispose();
        _difference.Dispose();
        _measured?.Dispose();
        Workspace.Dispose();
    }
}
