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

    /// <summary>Power iteration comes from below: a little more than it found.</summary>
    private const double Margin = 1.05;

    private readonly ChainRelaxer<T>[] _free,
        _nudged;
    private readonly RelaxationReport[] _freeReports,
        _nudgedReports;
    private readonly MatView<T>[] _nudges;
    private readonly Buffer<T> _memory;
    private readonly double[] _curvature;
    private readonly double[] _probe,
        _image;

    public ChainEqProp(LearnerSetup setup)
        : base(setup, shape => shape.Chain.Depth + 1)
    {
        if (Exact)
            throw new ArgumentException(
                "estimator.kind = 'exact' is not for a chain read as a boundary problem: train it by contrasts, and let 'check' compare them with the exact gradient."
            );
        int tiles = (setup.Batch + Tile - 1) / Tile,
            n = Shape.Chain.Trunk.Size;
        _free = [.. Enumerable.Range(0, tiles).Select(_ => new ChainRelaxer<T>(Machine, Tile))];
        _nudged = [.. Enumerable.Range(0, tiles).Select(_ => new ChainRelaxer<T>(Machine, 2 * Tile))];
        (_freeReports, _nudgedReports) = (new RelaxationReport[tiles], new RelaxationReport[tiles]);
        // Injection and nudge of both phases, side by side.
        _memory = new(4L * tiles * n * Tile);
        unsafe
        {
            _nudges = [.. Enumerable.Range(0, 2 * tiles).Select(i => new MatView<T>(_memory.Pointer + 2L * i * n * Tile, n, 2 * Tile, 2 * Tile))];
        }
        _curvature = new double[Machine.Layers];
        (_probe, _image) = (new double[n], new double[Shape.Chain.Units]);
        Load();
    }

    protected override int Walk => Shape.Chain.Depth + 1;

    protected override int TileLanes(int count) => Tile;

    /// <summary>Bounds the block's curvature anew: |s| σ_max(K_l)² where it is positive.</summary>
    public override void Load()
    {
        for (int l = 0; l < _curvature.Length; l++)
            _curvature[l] = Shape.Chain.Strength < 0 ? -Shape.Chain.Strength * Math.Pow(Margin * LargestSingularValue(l), 2) : 0;
    }

    protected override void Free(int tile, int at, int count, bool predict, GemmWorkspace<T> ws)
    {
        var relaxer = _free[tile];
        relaxer.Clear(count);
        _freeReports[tile] = relaxer.Relax(Lanes(Input, at, count), default, _curvature, Stop, ws);
        var u = relaxer.Layer(Machine.Layers - 1).Q[0];
        for (int r = 0; r < u.Rows; r++)
            u.Row(r).CopyTo(Last.Row(r)[at..]);
    }

    protected override void Nudge(int tile, int at, int count, GemmWorkspace<T> ws)
    {
        var (injection, nudge) = (_nudges[2 * tile].Slice(0, Input.Rows, 0, 2 * count), _nudges[2 * tile + 1].Slice(0, Input.Rows, 0, 2 * count));
        T plus = T.CreateChecked(Betas.Plus),
            minus = T.CreateChecked(Betas.Minus);
        for (int r = 0; r < Input.Rows; r++)
        {
            var given = Lanes(Input, at, count).Row(r);
            given.CopyTo(injection.Row(r));
            given.CopyTo(injection.Row(r)[count..]);
            var force = Lanes(LastForce, at, count).Row(r);
            RowMath.Scale(force, plus, nudge.Row(r)[..count]);
            RowMath.Scale(force, minus, nudge.Row(r)[count..]);
        }
        _nudged[tile].CopyTwice(_free[tile]);
        _nudgedReports[tile] = _nudged[tile].Relax(injection, nudge, _curvature, Stop, ws);
    }

    protected override void Contrast(int tile, int l, int at, int count, GemmWorkspace<T> ws)
    {
        var s = _nudged[tile].Layer(l);
        double deltaBeta = Betas.Plus - Betas.Minus;
        if (Contrasts.ReadsLinks && l < Shape.Chain.Depth)
            for (int f = 0; f < Machine.Fields; f++)
            {
                for (int r = 0; r < s.Q[f].Rows; r++)
                    RowMath.AddScaled(s.Q[f].Row(r), -T.One, _nudged[tile].Layer(l + 1).Q[f].Row(r), s.Force[f].Row(r));
                Contrasts.ReadLink(f, s.Force[f], 0, count, deltaBeta, at, count);
            }
        Contrasts.Read(s, 0, count, deltaBeta, at, count);
        for (int lane = at; lane < at + count; lane++)
            if (HasEscaped(lane))
                Contrasts.Drop(lane);
    }

    protected override void Sensitivity(int tile, int at, int count)
    {
        T inverse = T.CreateChecked(-1 / (Betas.Plus - Betas.Minus));
        var u = _nudged[tile].Layer(0).Q[0];
        for (int r = 0; r < u.Rows; r++)
        {
            var row = u.Row(r);
            var into = Lanes(Input, at, count).Row(r);
            for (int i = 0; i < count; i++)
                into[i] = HasEscaped(at + i) ? T.Zero : (row[i] - row[count + i]) * inverse;
        }
    }

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
        foreach (var relaxer in _free.Concat(_nudged))
            relaxer.Dispose();
        _memory.Dispose();
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
        for (int i = 0; i < _probe.Length; i++)
            _probe[i] = 1 + (i % 7) / 7.0;
        double norm = 0;
        for (int step = 0; step < PowerSteps; step++)
        {
            double length = Math.Sqrt(_probe.Sum(x => x * x));
            for (int j = 0; j < _image.Length; j++)
            {
                double sum = 0;
                var row = k.Value.Row(j);
                for (int i = 0; i < row.Length; i++)
                    sum += double.CreateChecked(row[i]) * _probe[i];
                _image[j] = sum / length;
            }
            norm = Math.Sqrt(_image.Sum(x => x * x));
            Array.Clear(_probe);
            for (int j = 0; j < _image.Length; j++)
            {
                var row = k.Value.Row(j);
                for (int i = 0; i < row.Length; i++)
                    _probe[i] += double.CreateChecked(row[i]) * _image[j];
            }
        }
        return norm;
    }
}
