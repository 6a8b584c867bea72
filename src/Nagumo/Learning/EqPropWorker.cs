using System.Numerics;
using Nagumo.Compute;
using Nagumo.Data;
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
        _y,
        _force;
    private readonly CostNudge<T>? _costNudge;
    private readonly bool _corrected;
    private readonly ReadoutNoise<T>? _noise;
    private readonly IRelaxer? _relaxer;
    private readonly Head<T>? _head;
    private State<T>? _measured;

    /// <param name="machine">The machine.</param>
    /// <param name="readout">Where it is read and nudged.</param>
    /// <param name="lanes">Most samples of a slice.</param>
    /// <param name="fullCost">Whether the nudge is the full cost term rather than a constant current.</param>
    /// <param name="corrected">Whether nudged phases follow the transposed couplings, for a network that is not its own adjoint.</param>
    /// <param name="noise">How states are read; null for exact readings.</param>
    /// <param name="relaxer">Relaxes in place of block sweeps; null for those.</param>
    /// <param name="head">Reads in place of the readout's neurons; null for those.</param>
    public EqPropWorker(
        Machine<T> machine,
        Readout readout,
        int lanes,
        bool fullCost,
        bool corrected,
        ReadoutNoise<T>? noise,
        IRelaxer? relaxer,
        Head<T>? head = null
    )
    {
        (_machine, _readout, _corrected, _noise, _relaxer, _head) = (machine, readout, corrected, noise, relaxer, head);
        _free = machine.CreateState(lanes, Workspace);
        _difference = machine.CreateDifference(2 * lanes, readout.Population);
        (_z, _y) = (new double[readout.Width], new double[readout.Width]);
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
            return _relaxer.Relax(_machine, _free, options);
        }
        BlockSweeps.FeedForward(_machine, _free, Workspace);
        return trusted
            ? Relaxers.HandOver.Relax(_machine, _free, options)
            : BlockSweeps.Relax(_machine, _free, options, first: -1, Workspace);
    }

    /// <summary>Loss and miss of each lane of the free state; optionally its readout.</summary>
    /// <param name="at">First lane of the batch.</param>
    /// <param name="samples">The lanes' samples.</param>
    /// <param name="targets">Targets of the whole set.</param>
    /// <param name="free">What the free phase reached.</param>
    /// <param name="losses">Receives the cost of each lane.</param>
    /// <param name="misses">Receives what the task says of each lane.</param>
    /// <param name="readout">Receives [lanes × width] unless empty.</param>
    public void Judge(
        int at,
        ReadOnlySpan<int> samples,
        Targets targets,
        RelaxationReport free,
        Span<double> losses,
        Span<double> misses,
        Span<double> readout
    )
    {
        _head?.Read(_free, at, Workspace.Gemm);
        for (int lane = 0; lane < samples.Length; lane++)
        {
            Read(_free, at, lane);
            targets.Read(samples[lane], _y);
            losses[lane] = _readout.Cost.Value(_z, _y);
            misses[lane] = _readout.Task.Miss(_z, _y);
            if (!readout.IsEmpty)
                _z.CopyTo(readout[(lane * _z.Length)..]);
        }
        Report += new BatchReport(samples.Length, 0, 0, free, default);
    }

    /// <summary>The nudged phases of a pair from the free state, side by side; then their contrast into the batch's lanes at <paramref name="at"/>.</summary>
    /// <remarks>Sweeps relax the differences; where they lead nowhere, <c>whole</c> relaxes the nudged states themselves.</remarks>
    public void Nudge(
        ReadOnlySpan<int> samples,
        Targets targets,
        int epoch,
        NudgePair pair,
        int index,
        SweepOptions options,
        Contrasts<T> contrasts,
        int at,
        IRelaxer? whole = null
    )
    {
        whole ??= _relaxer;
        var (plus, minus, _) = pair;
        bool both = minus != 0;
        int n = samples.Length,
            phases = both ? 2 : 1,
            p = _readout.Population;
        _difference.Resize(phases * n);
        if (_costNudge is not null)
            _costNudge.Begin(samples, targets, plus, phases);
        else
        {
            var constant = _difference.Constant(p, 0);
            for (int lane = 0; lane < n; lane++)
            {
                Read(_free, at, lane);
                targets.Read(samples[lane], _y);
                _readout.Force(_z, _y, _force);
                _head?.Push(at + lane, _force);
                for (int i = 0; _head is null && i < _force.Length; i++)
                {
                    double force = Math.Abs(_force[i]) < Negligible ? 0 : _force[i];
                    constant[i, lane] = -T.CreateChecked(plus * force);
                    if (both)
                        constant[i, n + lane] = -T.CreateChecked(minus * force);
                }
            }
            for (int phase = 0; _head is not null && phase < phases; phase++)
                _head.Pull(
                    at,
                    n,
                    -T.CreateChecked(phase == 0 ? plus : minus),
                    default,
                    _head.At.Of(Phase(constant, phase, n)),
                    Workspace.Gemm
                );
        }
        // f(x) − 2A(x − x*), A = (J − Jᵀ)/2: from the free state x* on, the nudged flow has the transposed Jacobian. [arXiv:2602.03670]
        var report = whole is null
            ? NudgedSweeps.Relax(_machine, _free, _difference, options, p, _costNudge, Workspace, adjoint: _corrected)
            : Measure(whole, options);
        Report += new BatchReport(0, 0, 0, default, report);
        if (!both)
        {
            // The other phase is the free one.
            _difference.Resize(2 * n);
            _difference.Clear(n);
        }
        _noise?.Disturb(_machine, _difference, 0, samples, epoch, 2 * index, Random);
        _noise?.Disturb(_machine, _difference, n, samples, epoch, 2 * index + 1, Random);
        contrasts.Read(_free, _difference, plus - minus, at, n, presynaptic: _corrected);
    }

    /// <summary>Nudged rest states as another relaxer finds them, whole, and their differences from the free one.</summary>
    private RelaxationReport Measure(IRelaxer relaxer, SweepOptions options)
    {
        int n = _free.Lanes;
        var nudged = _measured ??= _machine.CreateState(_difference.Capacity, Workspace);
        if (!relaxer.JoinsLanes)
            return Measure(relaxer, nudged, options, 0, _difference.Lanes);
        var report = Measure(relaxer, nudged, options, 0, n);
        for (int at = n; at < _difference.Lanes; at += n)
        {
            var next = Measure(relaxer, nudged, options, at, n);
            report = new(
                report.Method,
                Math.Max(report.Sweeps, next.Sweeps),
                double.IsNaN(next.Residual) ? next.Residual : Math.Max(report.Residual, next.Residual),
                report.NotConverged + next.NotConverged
            );
        }
        return report;
    }

    /// <summary>Lanes [from, from + lanes) of the differences.</summary>
    private RelaxationReport Measure(IRelaxer relaxer, State<T> nudged, SweepOptions options, int from, int lanes)
    {
        int n = _free.Lanes;
        nudged.Resize(lanes);
        for (int at = 0; at < lanes; at += n)
            nudged.CopyFrom(_free, at);
        if (_machine.ReadsInputsWhileRelaxing)
            nudged.ClampRepeated(_free);
        var (constant, current) = (nudged.Constant(_readout.Population, 0), _difference.Constant(_readout.Population, 0));
        constant.Add(T.One, current.Lanes(from, lanes));
        if (from > 0)
            foreach (int p in _machine.Network.Order)
                for (int f = 0; f < _machine.Network.Populations[p].Fields; f++)
                    if (!_difference.X(p, f).IsEmpty)
                        FieldVerbs.Sum(-T.One, _difference.X(p, f).Lanes(0, n), _free.X(p, f), nudged.X(p, f));
        var report = relaxer.Relax(_machine, nudged, options);
        foreach (int p in _machine.Network.Order)
            for (int f = 0; f < _machine.Network.Populations[p].Fields; f++)
            {
                var (x, free, d) = (nudged.X(p, f), _free.X(p, f), _difference.X(p, f));
                for (int at = 0; at < lanes && !d.IsEmpty; at += n)
                    FieldVerbs.Sum(-T.One, free, x.Lanes(at, n), d.Lanes(from + at, n));
            }
        return report;
    }

    /// <summary>The outputs of a lane into _z.</summary>
    private void Read(State<T> s, int at, int lane)
    {
        if (_head is null)
            _readout.Read(s, lane, _z);
        else
            _head.Output(at + lane, _z);
    }

    private static MatView<T> Phase(MatView<T> view, int phase, int lanes) => view.Slice(0, view.Rows, phase * lanes, lanes);

    /// <summary>Below this a nudge's currents would be subnormal somewhere in the network, and slow; no gradient sees them.</summary>
    private const double Negligible = 1e-25;

    /// <summary>Implicit differentiation: dx/dβ = −(∂²H/∂x²)⁻¹ ∂C/∂x by MINRES at the free state, and its contrast. The reference.</summary>
    /// <exception cref="ArithmeticException">The linear solve did not converge: the rest state is not one, or is degenerate.</exception>
    public void Differentiate(ReadOnlySpan<int> samples, Targets targets, Contrasts<T> contrasts, int at)
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
            Read(x, at, lane);
            targets.Read(samples[lane], _y);
            _readout.Force(_z, _y, _force);
            _head?.Push(at + lane, _force);
            for (int i = 0; _head is null && i < _force.Length; i++)
                derivative.X(p, 0)[i, lane] = T.CreateChecked(-_force[i]);
        }
        _head?.Pull(at, n, -T.One, default, derivative.At(_head.At), Workspace.Gemm);
        var right = new T[hessian.Size * n];
        var solution = new T[right.Length];
        hessian.Gather(derivative, right);
        for (int i = 0; i < right.Length; i++)
            if (hessian.Fixed[i])
                right[i] = T.Zero;
        Refine(hessian, right, solution);
        hessian.Scatter(solution, derivative, masked: true);
        contrasts.ReadTangent(x, derivative, at, n);
    }

    /// <summary>Solves, and again for what is left, until the last correction of every population is small against its own solution.</summary>
    /// <remarks>
    /// A solve's residual is relative to the nudge's force at the readout. Where that is 10⁴ times what reaches the first layer, a residual of 1e-6
    /// leaves nothing right there; the residual of the solution so far, of which every row rounds by its own terms, does not know the readout.
    /// </remarks>
    private void Refine(HessianOperator<T> hessian, T[] right, T[] solution)
    {
        int n = hessian.Lanes;
        var minres = new Minres<T>(hessian.Size, n);
        T[] left = (T[])right.Clone(),
            correction = new T[right.Length];
        double worst = double.PositiveInfinity;
        string block = "";
        for (int round = 0; round < MostRounds; round++)
        {
            Array.Clear(correction);
            var solved = minres.Solve(hessian, left, correction, SolveTolerance, 20 * hessian.Size);
            if (round == 0 && !(solved.LargestResidual <= Math.Sqrt(SolveTolerance)))
                throw new ArithmeticException(
                    $"Implicit differentiation: the linear solve stopped at a residual of {solved.LargestResidual:g3} after {solved.Iterations} products. Relax further (free.tolerance), or check stability."
                );
            for (int i = 0; i < solution.Length; i++)
                solution[i] += correction[i];
            double before = worst;
            (worst, block) = round == 0 ? (double.PositiveInfinity, "") : Largest(correction, solution, n);
            if (worst <= BlockTolerance || (round > 1 && worst > before / 2))
                break;
            hessian.Apply(solution, left);
            for (int i = 0; i < left.Length; i++)
                left[i] = right[i] - left[i];
        }
        if (!(worst <= Math.Sqrt(BlockTolerance)))
            throw new ArithmeticException(
                $"Implicit differentiation: the derivative of population '{block}' is known to {worst:g3} of itself only, in {(typeof(T) == typeof(float) ? "float32" : "float64")}. Lower readout.kappa, or use estimator.kind = 'centred'."
            );
    }

    /// <summary>The largest |correction| relative to |solution| of one population in one lane, and its name.</summary>
    private (double Worst, string Block) Largest(T[] correction, T[] solution, int lanes)
    {
        double worst = 0;
        string block = "";
        int at = 0;
        foreach (int p in _machine.Relaxed)
        {
            var population = _machine.Network.Populations[p];
            int end = at + population.Size * population.Fields * lanes;
            for (int l = 0; l < lanes; l++)
            {
                double moved = 0,
                    all = 0;
                for (int i = at + l; i < end; i += lanes)
                {
                    moved += Math.Pow(double.CreateChecked(correction[i]), 2);
                    all += Math.Pow(double.CreateChecked(solution[i]), 2);
                }
                // What is too small for its own square in the scalar type is too small for any gradient.
                if (all > 1e-60 && !(Math.Sqrt(moved / all) <= worst))
                    (worst, block) = (Math.Sqrt(moved / all), population.Name);
            }
            at = end;
        }
        return (worst, block);
    }

    /// <summary>Solves of one derivative, the first included.</summary>
    private const int MostRounds = 5;

    /// <summary>What the last correction of a population may be of its derivative.</summary>
    private static double BlockTolerance => typeof(T) == typeof(float) ? 1e-5 : 1e-11;

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
