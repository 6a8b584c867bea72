using System.Numerics;
using System.Runtime.InteropServices;
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
        _elimination;
    private readonly T[] _worst;
    private int _lanes;

    /// <param name="machine">The chain, L + 1 layers with on-site potentials.</param>
    /// <param name="lanes">Most lanes.</param>
    public ChainRelaxer(ChainMachine<T> machine, int lanes)
    {
        _machine = machine;
        _layers = [.. Enumerable.Range(0, machine.Layers).Select(_ => machine.CreateState(lanes))];
        int padded = (lanes + 15) / 16 * 16;
        _previous = new((long)machine.Layers * machine.Fields * machine.Chain.Trunk.Size * padded);
        _elimination = new((long)machine.Layers * 8 * Vector<T>.Count);
        _worst = new T[lanes];
    }

    /// <summary>The layers' states.</summary>
    public LaneState<T> Layer(int l) => _layers[l];

    /// <summary>Begins with so many lanes at q = 0.</summary>
    public void Clear(int lanes)
    {
        _lanes = lanes;
        foreach (var s in _layers)
        {
            s.Resize(lanes);
            s.Clear();
        }
    }

    /// <summary>Begins at two copies of another relaxer's state.</summary>
    public void CopyTwice(ChainRelaxer<T> from)
    {
        Clear(2 * from._lanes);
        for (int l = 0; l < _layers.Length; l++)
        for (int f = 0; f < _machine.Fields; f++)
        for (int r = 0; r < _layers[l].Q[f].Rows; r++)
        {
            from._layers[l].Q[f].Row(r).CopyTo(_layers[l].Q[f].Row(r));
            from._layers[l].Q[f].Row(r).CopyTo(_layers[l].Q[f].Row(r)[from._lanes..]);
        }
    }

    /// <summary>Relaxes; the states end where their hidden units and residual were measured.</summary>
    /// <param name="injection">Current into layer 0, [n × lanes].</param>
    /// <param name="nudge">Force ∂(βC)/∂u on the last layer, [n × lanes], or default.</param>
    /// <param name="curvature">c_l: a bound of the block's curvature, one for each layer.</param>
    /// <param name="options">When to stop.</param>
    /// <param name="ws">The thread's workspace.</param>
    public RelaxationReport Relax(
        MatView<T> injection,
        MatView<T> nudge,
        ReadOnlySpan<double> curvature,
        SweepOptions options,
        GemmWorkspace<T> ws
    )
    {
        double theta = 1;
        for (int steps = 0; ; steps++)
        {
            var (residual, above) = Evaluate(injection, nudge, options.Tolerance, ws);
            if (steps == options.MaxSweeps || (options.Tolerance > 0 && above == 0) || !double.IsFinite(residual))
                return new("nesterov", steps, residual, options.Tolerance > 0 ? above : 0);
            double next = (1 + Math.Sqrt(1 + 4 * theta * theta)) / 2,
                momentum = steps == 0 ? 0 : (theta - 1) / next;
            theta = Step(momentum, curvature, steps == 0) ? next : 1;
        }
    }

    public void Dispose()
    {
        foreach (var s in _layers)
            s.Dispose();
        _previous.Dispose();
        _elimination.Dispose();
    }

    /// <summary>Force[f] = ∂S/∂q_f of every layer; the largest over lanes, and how many lanes are above the tolerance.</summary>
    private (double Residual, int Above) Evaluate(MatView<T> injection, MatView<T> nudge, double tolerance, GemmWorkspace<T> ws)
    {
        int last = _layers.Length - 1;
        Array.Clear(_worst);
        for (int l = 0; l <= last; l++)
            _machine.Force(l, _layers[l], ws);
        for (int l = 0; l <= last; l++)
        for (int f = 0; f < _machine.Fields; f++)
        {
            T d = _machine.Diffusion(f);
            T degree = T.CreateChecked((l > 0 ? 1 : 0) + (l < last ? 1 : 0));
            for (int r = 0; r < _layers[l].Q[f].Rows; r++)
            {
                var force = _layers[l].Force[f].Row(r);
                RowMath.AddScaled(_layers[l].Q[f].Row(r), d * degree, force, force);
                if (l > 0)
                    RowMath.AddScaled(_layers[l - 1].Q[f].Row(r), -d, force, force);
                if (l < last)
                    RowMath.AddScaled(_layers[l + 1].Q[f].Row(r), -d, force, force);
                if (f == 0 && l == 0)
                    RowMath.AddScaled(injection.Row(r), -T.One, force, force);
                if (f == 0 && l == last && !nudge.IsEmpty)
                    RowMath.AddScaled(nudge.Row(r), T.One, force, force);
                LargerOf(force, _worst);
            }
        }
        T worst = T.Zero;
        int above = 0;
        for (int i = 0; i < _lanes; i++)
        {
            worst = T.Max(worst, _worst[i]);
            above += double.CreateChecked(_worst[i]) <= tolerance ? 0 : 1;
        }
        return (double.CreateChecked(worst), above);
    }

    /// <summary>worst = max(worst, |x|), NaN where either is.</summary>
    private static void LargerOf(ReadOnlySpan<T> x, Span<T> worst)
    {
        var xs = MemoryMarshal.Cast<T, Vector<T>>(x);
        var ws = MemoryMarshal.Cast<T, Vector<T>>(worst[..x.Length]);
        for (int i = 0; i < xs.Length; i++)
            ws[i] = Vector.Max(ws[i], Vector.Abs(xs[i]));
        for (int i = xs.Length * Vector<T>.Count; i < x.Length; i++)
            worst[i] = T.Max(worst[i], T.Abs(x[i]));
    }

    /// <summary>One step from where the force was measured, then the momentum's move.</summary>
    /// <returns>False when the step went against the force: the momentum starts afresh.</returns>
    private bool Step(double momentum, ReadOnlySpan<double> curvature, bool first)
    {
        int layers = _layers.Length,
            rows = _machine.Chain.Trunk.Size,
            fields = _machine.Fields,
            vector = Vector<T>.Count;
        foreach (var s in _layers)
            _machine.Site.Curvature(s.Q, s.Curvature);
        nint stride = _layers[0].Q[0].RowStride;
        Vector<T> g = new(_machine.Diffusion(0)),
            d = fields > 1 ? new(_machine.Diffusion(1)) : Vector<T>.Zero,
            guard = new(T.CreateChecked(Guard)),
            push = new(T.CreateChecked(momentum));
        var turn = Vector<T>.Zero;
        var work = (Vector<T>*)_elimination.Pointer;
        for (int r = 0; r < rows; r++)
        for (int at = 0; at < _lanes; at += vector)
        {
            // Elimination, layer by layer: [[a, b], [b, e]] the diagonal block so far, (x, y) the right-hand side.
            Vector<T> gain0 = default,
                gain1 = default,
                gain2 = default,
                x = default,
                y = default;
            for (int l = 0; l < layers; l++)
            {
                var s = _layers[l];
                nint i = r * stride + at;
                T degree = T.CreateChecked((l > 0 ? 1 : 0) + (l < layers - 1 ? 1 : 0));
                var a = Vector.Load(s.Curvature[0].Data + i) + g * degree + new Vector<T>(T.CreateChecked(curvature[l]));
                var (b, e) = (Vector<T>.Zero, Vector<T>.One);
                var (fx, fy) = (-Vector.Load(s.Force[0].Data + i), Vector<T>.Zero);
                if (fields > 1)
                {
                    b = Vector.Load(s.Curvature[1].Data + i);
                    e = Vector.Load(s.Curvature[2].Data + i) + d * degree;
                    fy = -Vector.Load(s.Force[1].Data + i);
                }
                if (l > 0)
                {
                    // Off-diagonal −diag(g, d): the Schur complement takes away D Δ⁻¹ D, the right-hand side gains D Δ⁻¹ (x, y).
                    a -= g * g * gain0;
                    b -= g * d * gain1;
                    e -= d * d * gain2;
                    fx += g * (gain0 * x + gain1 * y);
                    fy += d * (gain1 * x + gain2 * y);
                }
                var inverse = Vector<T>.One / (a * e - b * b);
                (gain0, gain1, gain2) = (e * inverse, -b * inverse, a * inverse);
                (x, y) = (fx, fy);
                var w = work + 5 * l;
                (w[0], w[1], w[2], w[3], w[4]) = (gain0, gain1, gain2, x, y);
            }
            Vector<T> du = default,
                dv = default;
            for (int l = layers - 1; l >= 0; l--)
            {
                var s = _layers[l];
                nint i = r * stride + at;
                var w = work + 5 * l;
                var (rx, ry) = (w[3] + g * du, w[4] + d * dv);
                (du, dv) = (w[0] * rx + w[1] * ry, w[1] * rx + w[2] * ry);
                Move(s, l, 0, i, du);
                if (fields > 1)
                    Move(s, l, 1, i, dv);
            }
        }
        return !(Sum(turn) > T.Zero);

        void Move(LaneState<T> s, int l, int f, nint i, Vector<T> step)
        {
            T* q = s.Q[f].Data + i,
                old = _previous.Pointer + ((long)l * fields + f) * rows * stride + i;
            var x = Vector.Load(q) + step;
            if (f == 0)
                x = Vector.Min(Vector.Max(x, -guard), guard);
            var before = first ? x : Vector.Load(old);
            if (f == 0)
                turn += Vector.Load(s.Force[0].Data + i) * (x - before);
            x.Store(old);
            (x + push * (x - before)).Store(q);
        }
    }

    private T Sum(Vector<T> x)
    {
        T sum = T.Zero;
        for (int i = 0; i < Vector<T>.Count; i++)
            sum += x[i];
        return sum;
    }
}
