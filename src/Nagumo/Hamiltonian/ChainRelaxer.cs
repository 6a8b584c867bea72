using System.Numerics;
using Nagumo.Compute;
using Nagumo.Relaxation;

namespace Nagumo.Hamiltonian;

/// <summary>Rest states of a chain read as a boundary problem, many lanes at once.</summary>
/// <remarks>
/// Each step solves, for every neuron and lane by itself, the chain along depth with the neuron's own second derivatives, both diffusions and
/// a bound c_l of the block's curvature on the diagonal: a 2 × 2 block elimination over the layers, linear in depth. What the bound overdoes
/// is made up for by Nesterov's momentum, restarted when the step turns against the force. The inhibitors are solved with the activators,
/// so nothing is eliminated by hand and any neuron will do. It converges where C1 makes the reduced energy convex.
/// [Nesterov 2004, §2.2; O'Donoghue and Candès 2015, doi:10.1007/s10208-013-9150-3]
/// </remarks>
internal sealed unsafe class ChainRelaxer<T> : IDisposable
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Activators beyond this are pulled back: Newton on a cubic may overshoot on its way.</summary>
    private const double Guard = 20;

    private readonly ChainMachine<T> _machine;
    private readonly LaneState<T>[] _layers;
    private readonly Buffer<T> _previous,
        _elimination,
        _worst;
    private readonly Layer[] _pointers;

    /// <param name="machine">The chain, L + 1 layers with on-site potentials.</param>
    /// <param name="lanes">Most lanes.</param>
    public ChainRelaxer(ChainMachine<T> machine, int lanes)
    {
        _machine = machine;
        _layers = [.. Enumerable.Range(0, machine.Layers).Select(_ => machine.CreateState(lanes))];
        _pointers = new Layer[machine.Layers];
        int padded = (lanes + 15) / 16 * 16;
        _previous = new((long)machine.Layers * machine.Fields * machine.Chain.Trunk.Size * padded);
        _elimination = new((long)machine.Layers * 5 * Vector<T>.Count);
        _worst = new(padded);
    }

    /// <summary>Where one layer's numbers are: positions, forces, curvatures, and the positions of the step before.</summary>
    private struct Layer
    {
        public T* U,
            V,
            ForceU,
            ForceV,
            UU,
            UV,
            VV,
            OldU,
            OldV;
    }

    /// <summary>The layers' states.</summary>
    public LaneState<T> State(int l) => _layers[l];

    /// <summary>Lanes in use.</summary>
    public int Lanes { get; private set; }

    /// <summary>Begins with so many lanes at q = 0.</summary>
    public void Clear(int lanes)
    {
        Lanes = lanes;
        bool two = _machine.Fields > 1;
        for (int l = 0; l < _layers.Length; l++)
        {
            var s = _layers[l];
            s.Resize(lanes);
            s.Clear();
            long layer = (long)s.Q[0].Rows * s.Q[0].RowStride;
            T* old = _previous.Pointer + l * _machine.Fields * layer;
            _pointers[l] = new()
            {
                U = s.Q[0].Data,
                V = two ? s.Q[1].Data : null,
                ForceU = s.Force[0].Data,
                ForceV = two ? s.Force[1].Data : null,
                UU = s.Curvature[0].Data,
                UV = two ? s.Curvature[1].Data : null,
                VV = two ? s.Curvature[2].Data : null,
                OldU = old,
                OldV = old + layer,
            };
        }
    }

    /// <summary>Begins at another relaxer's state.</summary>
    public void Copy(ChainRelaxer<T> from)
    {
        Clear(from.Lanes);
        for (int l = 0; l < _layers.Length; l++)
        for (int f = 0; f < _machine.Fields; f++)
        for (int r = 0; r < _layers[l].Q[f].Rows; r++)
            from._layers[l].Q[f].Row(r).CopyTo(_layers[l].Q[f].Row(r));
    }

    /// <summary>Begins at a state's mirror image in another: 2 centre − image. Where −β rests to first order when +β rests at the image.</summary>
    public void Mirror(ChainRelaxer<T> image, ChainRelaxer<T> centre)
    {
        Clear(centre.Lanes);
        for (int l = 0; l < _layers.Length; l++)
        for (int f = 0; f < _machine.Fields; f++)
        for (int r = 0; r < _layers[l].Q[f].Rows; r++)
        {
            var row = _layers[l].Q[f].Row(r);
            RowMath.Scale(centre._layers[l].Q[f].Row(r), T.CreateChecked(2), row);
            RowMath.AddScaled(image._layers[l].Q[f].Row(r), -T.One, row, row);
        }
    }

    /// <summary>Relaxes. The report's residual is that of the state which entered the last step; the hidden units belong to the state left.</summary>
    /// <param name="injection">Current into layer 0, [n × lanes].</param>
    /// <param name="force">∂C/∂u on the last layer, [n × lanes]; default for none.</param>
    /// <param name="beta">Its factor.</param>
    /// <param name="curvature">c_l: a bound of the block's curvature, one for each layer.</param>
    /// <param name="options">When to stop.</param>
    /// <param name="ws">The thread's workspace.</param>
    public RelaxationReport Relax(
        MatView<T> injection,
        MatView<T> force,
        T beta,
        ReadOnlySpan<double> curvature,
        SweepOptions options,
        GemmWorkspace<T> ws
    )
    {
        double theta = 1,
            residual = double.NaN;
        int steps = 0,
            above = Lanes;
        while (steps < options.MaxSweeps)
        {
            for (int l = 0; l < _layers.Length; l++)
            {
                _machine.Force(l, _layers[l], ws);
                _machine.Site.Curvature(_layers[l].Q, _layers[l].Curvature);
            }
            double next = (1 + Math.Sqrt(1 + 4 * theta * theta)) / 2,
                momentum = steps == 0 ? 0 : (theta - 1) / next;
            theta = Step(injection, force, beta, momentum, curvature, steps == 0) ? next : 1;
            steps++;
            (residual, above) = Judge(options.Tolerance);
            if (!double.IsFinite(residual) || (options.Tolerance > 0 && above == 0))
                break;
        }
        // The state is the step's end, without the momentum's move beyond it.
        for (int l = 0; l < _layers.Length; l++)
        {
            for (int f = 0; f < _machine.Fields; f++)
            {
                var q = _layers[l].Q[f];
                long size = (long)q.Rows * q.RowStride * sizeof(T);
                Buffer.MemoryCopy(f == 0 ? _pointers[l].OldU : _pointers[l].OldV, q.Data, size, size);
            }
            _machine.Activate(l, _layers[l], ws);
        }
        return new("nesterov", steps, residual, options.Tolerance > 0 ? above : 0);
    }

    public void Dispose()
    {
        foreach (var s in _layers)
            s.Dispose();
        _previous.Dispose();
        _elimination.Dispose();
        _worst.Dispose();
    }

    private (double Residual, int Above) Judge(double tolerance)
    {
        T worst = T.Zero;
        int above = 0;
        foreach (T x in _worst.Span[..Lanes])
        {
            worst = T.Max(worst, x);
            above += double.CreateChecked(x) <= tolerance ? 0 : 1;
        }
        return (double.CreateChecked(worst), above);
    }

    /// <summary>Adds links, injection and nudge to the on-site forces, measures each lane, solves along depth and moves.</summary>
    /// <returns>False when the step went against the force: the momentum starts afresh.</returns>
    private bool Step(MatView<T> injection, MatView<T> force, T beta, double momentum, ReadOnlySpan<double> curvature, bool first)
    {
        int layers = _layers.Length,
            rows = _machine.Chain.Trunk.Size,
            last = layers - 1;
        bool two = _machine.Fields > 1;
        nint stride = _layers[0].Q[0].RowStride;
        Vector<T> g = new(_machine.Diffusion(0)),
            d = two ? new(_machine.Diffusion(1)) : Vector<T>.Zero,
            guard = new(T.CreateChecked(Guard)),
            push = new(T.CreateChecked(momentum)),
            nudge = new(beta),
            turn = Vector<T>.Zero,
            // Of the last vector of a row only these lanes are ours.
            tail = Vector<T>.Zero;
        _worst.Span.Clear();
        var work = (Vector<T>*)_elimination.Pointer;
        var bounds = stackalloc T[layers];
        for (int l = 0; l < layers; l++)
            bounds[l] = T.CreateChecked(curvature[l]);
        fixed (Layer* pointers = _pointers)
            for (int r = 0; r < rows; r++)
            for (int at = 0; at < Lanes; at += Vector<T>.Count)
            {
                nint i = r * stride + at;
                // [[h0, h1], [h1, h2]] is the inverse of the eliminated diagonal block, (x, y) the eliminated right-hand side.
                Vector<T> h0 = default,
                    h1 = default,
                    h2 = default,
                    x = default,
                    y = default,
                    belowU = default,
                    belowV = default,
                    u = Vector.Load(pointers[0].U + i),
                    v = two ? Vector.Load(pointers[0].V + i) : default,
                    worst = Vector.Load(_worst.Pointer + at);
                for (int l = 0; l < layers; l++)
                {
                    ref readonly var p = ref pointers[l];
                    T degree = T.CreateTruncating((l > 0 ? 1 : 0) + (l < last ? 1 : 0));
                    Vector<T> aboveU = default,
                        aboveV = default;
                    if (l < last)
                    {
                        aboveU = Vector.Load(pointers[l + 1].U + i);
                        if (two)
                            aboveV = Vector.Load(pointers[l + 1].V + i);
                    }
                    var fu = Vector.Load(p.ForceU + i) + g * (u * degree - belowU - aboveU);
                    if (l == 0)
                        fu -= Vector.Load(injection.Data + r * injection.RowStride + at);
                    if (l == last && !force.IsEmpty)
                        fu += nudge * Vector.Load(force.Data + r * force.RowStride + at);
                    fu.Store(p.ForceU + i);
                    worst = Vector.Max(worst, Vector.Abs(fu));
                    var a = Vector.Load(p.UU + i) + g * degree + new Vector<T>(bounds[l]);
                    Vector<T> b = default,
                        e = Vector<T>.One,
                        fv = default;
                    if (two)
                    {
                        fv = Vector.Load(p.ForceV + i) + d * (v * degree - belowV - aboveV);
                        worst = Vector.Max(worst, Vector.Abs(fv));
                        b = Vector.Load(p.UV + i);
                        e = Vector.Load(p.VV + i) + d * degree;
                    }
                    // Off the diagonal stands −diag(g, d): the Schur complement loses D Δ⁻¹ D, the right-hand side gains D Δ⁻¹ (x, y).
                    a -= g * g * h0;
                    b -= g * d * h1;
                    e -= d * d * h2;
                    (x, y) = (g * (h0 * x + h1 * y) - fu, d * (h1 * x + h2 * y) - fv);
                    var inverse = Vector<T>.One / (a * e - b * b);
                    (h0, h1, h2) = (e * inverse, -b * inverse, a * inverse);
                    var w = work + 5 * l;
                    (w[0], w[1], w[2], w[3], w[4]) = (h0, h1, h2, x, y);
                    (belowU, belowV, u, v) = (u, v, aboveU, aboveV);
                }
                worst.Store(_worst.Pointer + at);
                Vector<T> du = default,
                    dv = default;
                for (int l = last; l >= 0; l--)
                {
                    ref readonly var p = ref pointers[l];
                    var w = work + 5 * l;
                    var (rx, ry) = (w[3] + g * du, w[4] + d * dv);
                    (du, dv) = (w[0] * rx + w[1] * ry, w[1] * rx + w[2] * ry);
                    var to = Vector.Min(Vector.Max(Vector.Load(p.U + i) + du, -guard), guard);
                    var moved = first ? Vector<T>.Zero : to - Vector.Load(p.OldU + i);
                    if (at + Vector<T>.Count <= Lanes)
                        turn += Vector.Load(p.ForceU + i) * moved;
                    else
                        tail += Vector.Load(p.ForceU + i) * moved;
                    to.Store(p.OldU + i);
                    (to + push * moved).Store(p.U + i);
                    if (!two)
                        continue;
                    to = Vector.Load(p.V + i) + dv;
                    moved = first ? Vector<T>.Zero : to - Vector.Load(p.OldV + i);
                    to.Store(p.OldV + i);
                    (to + push * moved).Store(p.V + i);
                }
            }
        T sum = T.Zero;
        for (int i = 0; i < Vector<T>.Count; i++)
            sum += turn[i] + (i < Lanes % Vector<T>.Count ? tail[i] : T.Zero);
        return !(sum > T.Zero);
    }
}
