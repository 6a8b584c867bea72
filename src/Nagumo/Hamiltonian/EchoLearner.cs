using System.Numerics;
using Nagumo.Compute;
using Nagumo.Kernels;
using Nagumo.Learning;
using Nagumo.Relaxation;
using Nagumo.Symbolics;
using static Nagumo.Symbolics.Functions;

namespace Nagumo.Hamiltonian;

/// <summary>Hamiltonian echo backpropagation of a chain read as a layer-wise pass.</summary>
/// <remarks>
/// Forward: u_0 = A tanh(W x + b), v_0 = p_0 = 0; for l = 0 … L−1: p += ∂U_l/∂q, q += D⁻¹p. Only (q_L, p_L) is kept. Echo: from q_L with the
/// momentum turned round and kicked, P = −p_L + β C'(q_L), the same elements in reverse: q += D⁻¹P, P += ∂U_l/∂q. A cost on layer l adds
/// β ∂C_l/∂q when the echo is there. The gradient is [∂S/∂θ (echo at +β) − ∂S/∂θ (echo at β₋)]/(β₊ − β₋), read where the kick is taken.
/// The two echoes are twice the lanes. Memory does not depend on depth. "exact" carries the echo's derivative in β instead.
/// [López-Pastor and Marquardt 2023, doi:10.1103/PhysRevX.13.031020; docs/hamiltonian.md]
/// </remarks>
internal sealed class EchoLearner<T> : ChainLearner<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Activators may move freely up to here; the penalty acts beyond.</summary>
    private const double ActivityLimit = 1;
    internal const double DefaultAmplitude = 0.6;
    private const double DefaultMaxEscaped = 0.02;

    private readonly LaneState<T>[] _passes,
        _echoes;
    private readonly Kernel<T> _encode;
    private readonly Kernel<T>? _penalty;
    private readonly double _maxEscaped;
    private readonly int _threads;

    public EchoLearner(LearnerSetup<T> setup)
        : base(setup, shape => shape.Chain.Depth, packed: false)
    {
        var options = setup.Experiment.Chain!;
        _maxEscaped = options.MaxEscaped ?? DefaultMaxEscaped;
        var (z, u, beta) = (new Symbol("z"), new Symbol("u"), new Symbol("beta"));
        var encoder = (options.Amplitude ?? DefaultAmplitude) * Tanh(z);
        _encode = KernelCompiler.Compile<T>(new("encode", [z], [], [new(encoder), new(encoder.Derive(z))]));
        if (options.ActivityPenalty is > 0 and var rho)
        {
            var cost = rho * Pow(Max(Abs(u) - ActivityLimit, 0), 2);
            _penalty = KernelCompiler.Compile<T>(new("penalty", [u], [beta], [new(beta * cost.Derive(u), OutputKind.Add)]));
        }
        // Any tiling gives the same bytes: as many tiles as threads.
        _threads = setup.Team.Threads;
        int lanes = TileLanes(setup.Batch);
        _passes = [.. Enumerable.Range(0, _threads).Select(_ => Machine.CreateState(lanes))];
        _echoes = [.. _passes.Select(_ => Machine.CreateState(Exact ? lanes : 2 * lanes))];
    }

    protected override int Walk => Shape.Chain.Depth;

    protected override int TileLanes(int count) => ((count + _threads - 1) / _threads + 15) / 16 * 16;

    protected override void Free(int tile, int at, int count, bool predict, GemmWorkspace<T> ws)
    {
        var s = _passes[tile];
        s.Resize(count);
        s.Clear();
        var z = Lanes(Input, at, count);
        _encode.Run([Of(z), Of(s.Q[0]), Of(Lanes(InputSlope, at, count))], z.Rows, count);
        for (int l = 0; l < Shape.Chain.Depth; l++)
        {
            Machine.Kick(l, s, ws);
            Machine.Drift(s);
        }
        for (int r = 0; r < s.Q[0].Rows; r++)
            s.Q[0].Row(r).CopyTo(Last.Row(r)[at..]);
    }

    protected override void Nudge(int tile, int at, int count, GemmWorkspace<T> ws)
    {
        var (pass, echo) = (_passes[tile], _echoes[tile]);
        for (int lane = 0; lane < count; lane++)
            if (HasEscaped(at + lane))
                pass.ClearLane(lane);
        if (Exact)
        {
            // The pass itself turns round; the echo carries the derivative in β, which starts as the kick.
            for (int f = 0; f < Machine.Fields; f++)
            for (int r = 0; r < pass.P[f].Rows; r++)
                RowMath.Scale(pass.P[f].Row(r), -T.One, pass.P[f].Row(r));
            echo.Resize(count);
            echo.Clear();
            Kick(T.One, echo.P[0], pass.Q[0]);
            return;
        }
        echo.Resize(2 * count);
        for (int half = 0; half < 2; half++)
        {
            for (int f = 0; f < Machine.Fields; f++)
            for (int r = 0; r < pass.P[f].Rows; r++)
            {
                pass.Q[f].Row(r).CopyTo(echo.Q[f].Row(r)[(half * count)..]);
                RowMath.Scale(pass.P[f].Row(r), -T.One, echo.P[f].Row(r).Slice(half * count, count));
            }
            Kick(T.CreateChecked(half == 0 ? Betas.Plus : Betas.Minus), Lanes(echo.P[0], half * count, count), pass.Q[0]);
        }

        void Kick(T beta, MatView<T> momentum, MatView<T> u)
        {
            for (int r = 0; r < momentum.Rows; r++)
                RowMath.AddScaled(Lanes(LastForce, at, count).Row(r), beta, momentum.Row(r), momentum.Row(r));
            Penalise(u, momentum, beta);
        }
    }

    protected override void Contrast(int tile, int l, int at, int count, GemmWorkspace<T> ws)
    {
        var (pass, echo) = (_passes[tile], _echoes[tile]);
        var (plus, minus) = Betas;
        if (Contrasts.ReadsLinks)
            ReadLinks(tile, at, count);
        Machine.Drift(echo);
        if (Exact)
        {
            Machine.Drift(pass);
            Machine.TangentKick(l, pass, echo, ws);
            Contrasts.ReadTangent(pass, echo, at, count);
            if (l > 0)
                Penalise(pass.Q[0], echo.P[0], T.One);
        }
        else
        {
            Machine.Kick(l, echo, ws);
            Contrasts.Read(echo, 0, echo, count, plus - minus, at, count);
            for (int half = 0; half < 2 && l > 0; half++)
                Penalise(
                    Lanes(echo.Q[0], half * count, count),
                    Lanes(echo.P[0], half * count, count),
                    T.CreateChecked(half == 0 ? plus : minus)
                );
        }
        for (int lane = at; lane < at + count; lane++)
            if (HasEscaped(lane))
                Contrasts.Drop(lane);
    }

    protected override void Sensitivity(int tile, int at, int count)
    {
        var (plus, minus) = Betas;
        T inverse = T.CreateChecked(1 / (plus - minus));
        for (int r = 0; r < Input.Rows; r++)
        {
            var into = Lanes(Input, at, count).Row(r);
            var slope = Lanes(InputSlope, at, count).Row(r);
            var p = _echoes[tile].P[0].Row(r);
            for (int i = 0; i < count; i++)
                into[i] = HasEscaped(at + i) ? T.Zero : slope[i] * (Exact ? p[i] : (p[i] - p[count + i]) * inverse);
        }
    }

    protected override (RelaxationReport Free, RelaxationReport Nudged) Reached(int escaped) =>
        // A pass satisfies its recurrence by construction: no residual is left, but a sample may have escaped.
        (new("pass", Shape.Chain.Depth, 0, escaped), new("echo", Shape.Chain.Depth, 0, 0));

    protected override void CheckEscaped(int escaped, int samples)
    {
        if (escaped > _maxEscaped * samples)
            throw new DivergenceException(
                $"{escaped} of {samples} samples escaped: beyond |u| = √3 the cubic drives a pass to infinity, and more than chain.max_escaped = {_maxEscaped:R} of a batch did. "
                    + "Lower chain.amplitude or network.populations' scale, raise chain.activity_penalty, or lower optimizer.rate."
            );
    }

    public override void Dispose()
    {
        base.Dispose();
        foreach (var s in _passes.Concat(_echoes))
            s.Dispose();
    }

    /// <summary>momentum += β ∂C_l/∂u.</summary>
    private unsafe void Penalise(MatView<T> u, MatView<T> momentum, T beta) =>
        _penalty?.Run([Of(u), new(&beta, 0), Of(momentum)], u.Rows, u.Cols);

    /// <summary>Before the drift: the stretch q_l+1 − q_l is −D⁻¹P, of which only the square counts.</summary>
    private void ReadLinks(int tile, int at, int count)
    {
        var (pass, echo) = (_passes[tile], _echoes[tile]);
        var (plus, minus) = Betas;
        for (int f = 0; f < Machine.Fields; f++)
        {
            Stretch(echo, f);
            if (Exact)
            {
                Stretch(pass, f);
                Contrasts.ReadLinkTangent(f, pass.Force[f], echo.Force[f], at, count);
            }
            else
                Contrasts.ReadLink(f, echo.Force[f], 0, echo.Force[f], count, plus - minus, at, count);
        }

        void Stretch(LaneState<T> state, int f)
        {
            T factor = T.One / Machine.Diffusion(f);
            for (int r = 0; r < state.P[f].Rows; r++)
                RowMath.Scale(state.P[f].Row(r), factor, state.Force[f].Row(r));
        }
    }
}
