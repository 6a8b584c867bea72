using System.Numerics;
using Nagumo.Compute;
using Nagumo.Learning;
using Nagumo.Relaxation;

namespace Nagumo.Hamiltonian;

/// <summary>Equilibrium Propagation of a chain read as a boundary problem: both ends Lagrangian, inhibitors coupled in depth.</summary>
/// <remarks>
/// Free: rest state of S − injᵀu_0 with inj = W x + b. Nudged: the same with ±β C'(u_L)ᵀ u_L, C' held at its free value. dC/dθ is the contrast
/// of ∂S/∂θ over all layers, dC/dinj that of −u_0. [Scellier and Bengio 2017, doi:10.3389/fncom.2017.00024; docs/hamiltonian.md]
/// </remarks>
internal sealed class ChainEqProp<T> : ChainLearner<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Samples that relax together: they stop together, whatever the threads.</summary>
    private const int Tile = 64;

    private const int PowerSteps = 10;

    /// <summary>Of the bound that F'' ≤ 1 gives, most suffices: activations away from 0 curve less, and the momentum tolerates a third more.</summary>
    private const double Margin = 0.9;

    private readonly ChainRelaxer<T>[] _free,
        _plus,
        _minus;
    private readonly RelaxationReport[] _freeReports,
        _nudgedReports;
    private readonly double[] _curvature;
    private readonly T[][] _probe,
        _image;

    public ChainEqProp(LearnerSetup setup)
        : base(setup, shape => shape.Chain.Depth + 1, packed: true)
    {
        if (Exact && typeof(T) != typeof(double))
            throw new ArgumentException(
                "estimator.kind = 'exact' is not for training a chain read as a boundary problem: it solves one system in float64 for each sample. Train by contrasts; 'check' compares them with the exact gradient."
            );
        int tiles = (setup.Batch + Tile - 1) / Tile;
        ChainRelaxer<T>[] Each() => [.. Enumerable.Range(0, tiles).Select(_ => new ChainRelaxer<T>(Machine, Tile))];
        (_free, _plus, _minus) = (Each(), Each(), Each());
        (_freeReports, _nudgedReports) = (new RelaxationReport[tiles], new RelaxationReport[tiles]);
        _curvature = new double[Machine.Layers];
        _probe = [.. _curvature.Select(_ => new T[Shape.Chain.Trunk.Size])];
        _image = [.. _curvature.Select(_ => new T[Shape.Chain.Units])];
    }

    protected override int Walk => Shape.Chain.Depth + 1;

    protected override int TileLanes(int count) => Tile;

    /// <summary>Packs, and bounds the block's curvature anew: |s| σ_max(K_l)² where it is positive.</summary>
    protected override void Load(int thread, int threads)
    {
        base.Load(thread, threads);
        for (int l = thread; l < _curvature.Length; l += threads)
            _curvature[l] = Shape.Chain.Strength < 0 ? -Shape.Chain.Strength * Math.Pow(Margin * LargestSingularValue(l), 2) : 0;
    }

    protected override void Free(int tile, int at, int count, bool predict, GemmWorkspace<T> ws)
    {
        var relaxer = _free[tile];
        relaxer.Clear(count);
        _freeReports[tile] = relaxer.Relax(Lanes(Input, at, count), default, T.Zero, _curvature, Stop, ws);
        var u = relaxer.State(Machine.Layers - 1).Q[0];
        for (int r = 0; r < u.Rows; r++)
            u.Row(r).CopyTo(Last.Row(r)[at..]);
    }

    protected override void Nudge(int tile, int at, int count, GemmWorkspace<T> ws)
    {
        var (injection, force) = (Lanes(Input, at, count), Lanes(LastForce, at, count));
        if (Exact)
        {
            Differentiate(_free[tile], _plus[tile], force);
            return;
        }
        _plus[tile].Copy(_free[tile]);
        _nudgedReports[tile] = _plus[tile].Relax(injection, force, T.CreateChecked(Betas.Plus), _curvature, Stop, ws);
        if (Betas.Minus == 0)
            return;
        _minus[tile].Mirror(_plus[tile], _free[tile]);
        var minus = _minus[tile].Relax(injection, force, T.CreateChecked(Betas.Minus), _curvature, Stop, ws);
        _nudgedReports[tile] = Join([_nudgedReports[tile], minus], 0);
    }

    protected override void Contrast(int tile, int l, int at, int count, GemmWorkspace<T> ws)
    {
        if (Exact)
        {
            ReadTangent(_free[tile], _plus[tile], l, at, count, ws);
            return;
        }
        var (plus, minus) = (_plus[tile], Minus(tile));
        double deltaBeta = Betas.Plus - Betas.Minus;
        if (Contrasts.ReadsLinks && l < Shape.Chain.Depth)
            for (int f = 0; f < Machine.Fields; f++)
                Contrasts.ReadLink(f, Stretch(plus, l, f), 0, Stretch(minus, l, f), 0, deltaBeta, at, count);
        Contrasts.Read(plus.State(l), 0, minus.State(l), 0, deltaBeta, at, count);
        for (int lane = at; lane < at + count; lane++)
            if (HasEscaped(lane))
                Contrasts.Drop(lane);
    }

    /// <summary>dq/dβ = −H⁻¹ C' of every lane, into the state of another relaxer.</summary>
    private void Differentiate(ChainRelaxer<T> free, ChainRelaxer<T> response, MatView<T> force)
    {
        response.Clear(free.Lanes);
        using var action = new ResidualAction((ChainMachine<double>)(object)Machine, Machine.Layers);
        int n = Shape.Chain.Trunk.Size;
        for (int lane = 0; lane < free.Lanes; lane++)
        {
            var q = action.Zeros();
            for (int l = 0; l < q.Length; l++)
            for (int i = 0; i < q[l].Length; i++)
                q[l][i] = double.CreateChecked(free.State(l).Q[i / n].Row(i % n)[lane]);
            double[] cost = new double[q[^1].Length];
            for (int i = 0; i < n; i++)
                cost[i] = double.CreateChecked(force.Row(i)[lane]);
            var tangent = new BoundaryProblem(action).Response(q, q.Length - 1, cost);
            for (int l = 0; l < q.Length; l++)
            for (int i = 0; i < q[l].Length; i++)
                response.State(l).Q[i / n].Row(i % n)[lane] = T.CreateChecked(tangent[l][i]);
        }
    }

    private void ReadTangent(ChainRelaxer<T> free, ChainRelaxer<T> response, int l, int at, int count, GemmWorkspace<T> ws)
    {
        Machine.TangentKick(l, free.State(l), response.State(l), ws);
        Contrasts.ReadTangent(free.State(l), response.State(l), at, count);
        for (int f = 0; f < Machine.Fields && Contrasts.ReadsLinks && l < Shape.Chain.Depth; f++)
            Contrasts.ReadLinkTangent(f, Stretch(free, l, f), Stretch(response, l, f), at, count);
    }

    /// <summary>q_l+1 − q_l.</summary>
    private static MatView<T> Stretch(ChainRelaxer<T> relaxer, int l, int f)
    {
        var (s, next) = (relaxer.State(l), relaxer.State(l + 1));
        for (int r = 0; r < s.Q[f].Rows; r++)
            RowMath.AddScaled(s.Q[f].Row(r), -T.One, next.Q[f].Row(r), s.Force[f].Row(r));
        return s.Force[f];
    }

    protected override void Sensitivity(int tile, int at, int count)
    {
        T inverse = T.CreateChecked(-1 / (Betas.Plus - Betas.Minus));
        var (plus, minus) = (_plus[tile].State(0).Q[0], Minus(tile).State(0).Q[0]);
        for (int r = 0; r < plus.Rows; r++)
        {
            var a = plus.Row(r);
            var b = minus.Row(r);
            var into = Lanes(Input, at, count).Row(r);
            for (int i = 0; i < count; i++)
                into[i] =
                    HasEscaped(at + i) ? T.Zero
                    : Exact ? -a[i]
                    : (a[i] - b[i]) * inverse;
        }
    }

    /// <summary>Where the second phase of the contrast rests: at −β, or free.</summary>
    private ChainRelaxer<T> Minus(int tile) => Betas.Minus == 0 ? _free[tile] : _minus[tile];

    protected override (RelaxationReport Free, RelaxationReport Nudged) Reached(int escaped) =>
        (Join(_freeReports.AsSpan(0, Tiles), escaped), Join(_nudgedReports.AsSpan(0, Tiles), 0));

    protected override void CheckEscaped(int escaped, int samples)
    {
        if (escaped > 0)
            throw new DivergenceException(
                $"{escaped} of {samples} samples did not stay finite while relaxing: the chain has left the condition k_eff < m. Lower k or a positive chain.block_strength, bound the blocks (optimizer.norm_bounds), or lower optimizer.rate."
            );
    }

    public override void Dispose()
    {
        base.Dispose();
        foreach (var relaxer in (ChainRelaxer<T>[])[.. _free, .. _plus, .. _minus])
            relaxer.Dispose();
    }

    private int Tiles => (Count + Tile - 1) / Tile;

    private static RelaxationReport Join(ReadOnlySpan<RelaxationReport> reports, int escaped)
    {
        RelaxationReport all = new("nesterov", 0, 0, escaped);
        foreach (var r in reports)
            all = new(r.Method, Math.Max(all.Sweeps, r.Sweeps), Math.Max(all.Residual, r.Residual), all.NotConverged + r.NotConverged);
        return all;
    }

    /// <summary>σ_max(K_l) by power iteration from always the same vector, so that a resumed run computes the same.</summary>
    private double LargestSingularValue(int l)
    {
        var k = Machine.K[l];
        Span<T> x = _probe[l],
            y = _image[l];
        for (int i = 0; i < x.Length; i++)
            x[i] = T.CreateChecked(1 + i % 7 / 7.0);
        T norm = T.Zero;
        for (int step = 0; step < PowerSteps; step++)
        {
            T inverse = T.One / T.Max(T.Sqrt(LaneSum.Dot<T>(x, x)), T.Epsilon);
            for (int j = 0; j < y.Length; j++)
                y[j] = inverse * LaneSum.Dot<T>(k.Value.Row(j), x);
            norm = T.Sqrt(LaneSum.Dot<T>(y, y));
            x.Clear();
            for (int j = 0; j < y.Length; j++)
                RowMath.AddScaled(k.Value.Row(j), y[j], x, x);
        }
        return double.CreateChecked(norm);
    }
}
