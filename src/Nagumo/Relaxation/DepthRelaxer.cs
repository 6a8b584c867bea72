using System.Numerics;
using System.Runtime.CompilerServices;
using Nagumo.Compute;
using Nagumo.Couplings;
using Nagumo.Networks;

namespace Nagumo.Relaxation;

/// <summary>Rest states of layers in depth that diffusion joins, many lanes at once.</summary>
/// <remarks>
/// Each step solves, for every neuron and lane by itself, the chain along depth with the neuron's own second derivatives, loads and both
/// diffusions: a 2 × 2 block elimination over the layers, linear in depth. What the loads overdo is made up for by Nesterov's momentum,
/// restarted when the step turns against the force. Inhibitors are solved with the activators, so nothing is eliminated by hand and any neuron
/// will do. It converges where the inhibitors hold the activators, which makes the reduced energy convex. [docs/hamiltonian.md;
/// Nesterov 2004, §2.2; O'Donoghue and Candès 2015, doi:10.1007/s10208-013-9150-3]
/// </remarks>
internal sealed class DepthRelaxer<T> : IRelaxer, IDisposable
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Activators beyond this are pulled back: Newton on a cubic may overshoot on its way.</summary>
    private const double Guard = 20;

    private readonly Stack<Room> _rooms = new();
    private readonly bool[] _along;
    private readonly int _population,
        _layers,
        _size;
    private readonly int[] _diffusion;

    /// <param name="machine">A machine to which it applies; others of the same network are relaxed, too.</param>
    /// <exception cref="ArgumentException">It does not apply.</exception>
    public DepthRelaxer(Machine<T> machine)
    {
        var network = machine.Network;
        if (Depth.Fault(network) is { } fault)
            throw new ArgumentException(
                $"The depth relaxer is for one population of layers that diffusion along its first axis joins; {fault}."
            );
        _population = machine.Relaxed.Single();
        var population = network.Populations[_population];
        (_layers, _size) = (population.Shape[0], population.Shape.Stride(0));
        _along = [.. network.Couplings.Select(Depth.IsAlong)];
        _diffusion = [.. Enumerable.Range(0, population.Fields).Select(f => Depth.DiffusionOf(network, _population, f))];
    }

    /// <summary>Whether it applies to a network.</summary>
    public static bool Applies(Network network) => Depth.Fault(network) is null;

    /// <summary>Momentum is common to all lanes.</summary>
    public bool JoinsLanes => true;

    /// <summary>Relaxes all lanes. The report's residual is that of the state which entered the last step.</summary>
    /// <exception cref="NotSupportedException">A machine of another scalar type than this was made for.</exception>
    public RelaxationReport Relax<TOther>(Machine<TOther> machine, State<TOther> state, SweepOptions options)
        where TOther : unmanaged, IBinaryFloatingPointIeee754<TOther> =>
        machine is Machine<T> m && state is State<T> s
            ? Relax(m, s, options)
            : throw new NotSupportedException($"This depth relaxer is for machines of {typeof(T).Name}.");

    private RelaxationReport Relax(Machine<T> machine, State<T> s, SweepOptions options)
    {
        Room room;
        lock (_rooms)
            room = _rooms.TryPop(out var used) ? used : new();
        try
        {
            return Relax(machine, s, room, options, s.Workspace);
        }
        finally
        {
            lock (_rooms)
                _rooms.Push(room);
        }
    }

    private RelaxationReport Relax(Machine<T> machine, State<T> s, Room room, SweepOptions options, Workspace<T> ws)
    {
        var site = machine.Site(_population);
        var x = s.Fields(_population);
        var drives = s.Drives(_population);
        room.Layout(x);
        double theta = 1,
            residual = double.NaN;
        int steps = 0,
            above = s.Lanes;
        while (steps < options.MaxSweeps)
        {
            machine.PrepareWithout(s, _population, _along, ws);
            for (int l = 0; l < _layers; l++)
            {
                // A layer at a time: what is driven is still in the cache when its forces are taken.
                machine.Drive(s, _population, l * _size, _size, ws);
                site.Forces(x, drives, room.Force, l * _size, _size);
                site.Curvature(x, room.Curvature, l * _size, _size);
            }
            double next = (1 + Math.Sqrt(1 + 4 * theta * theta)) / 2,
                momentum = steps == 0 ? 0 : (theta - 1) / next;
            bool along = DepthStep.Take(
                _layers,
                x,
                room.Force,
                room.Curvature,
                room.Old,
                room.Worst,
                Diffusion(machine, 0),
                Diffusion(machine, 1),
                T.CreateChecked(Guard),
                T.CreateChecked(momentum),
                steps == 0,
                room.Work(DepthStep.Scratch<T>(_layers))
            );
            room.Worst.Lanes(0, s.Lanes).CopyRowsTo(s.LaneResidual);
            theta = along ? next : 1;
            steps++;
            (residual, above) = BlockSweeps.Judge(s, options.Tolerance);
            if (!double.IsFinite(residual) || (options.Tolerance > 0 && above == 0))
                break;
        }
        // The state is the step's end, without the momentum's move beyond it.
        for (int f = 0; f < x.Length && steps > 0; f++)
            room.Old[f].CopyRowsTo(x[f]);
        return new("nesterov", steps, residual, options.Tolerance > 0 ? above : 0);
    }

    /// <summary>D of a field: g, or −d of an inhibitor, whose links ascend.</summary>
    private T Diffusion(Machine<T> machine, int field)
    {
        if (field >= _diffusion.Length)
            return T.Zero;
        T d = machine.Parameters[machine.TensorsOf(_diffusion[field]).First].Values[0];
        return field == 0 ? d : -d;
    }

    /// <summary>Frees the memory.</summary>
    public void Dispose()
    {
        foreach (var room in _rooms)
            room.Dispose();
    }

    /// <summary>One thread's rows beside a state: forces, curvatures, the positions of the step before. Grows at its first use with larger states.</summary>
    private sealed class Room : IDisposable
    {
        private Buffer<T> _memory = new(0),
            _work = new(0);

        public MatView<T>[] Force { get; private set; } = [];
        public MatView<T>[] Curvature { get; private set; } = [];
        public MatView<T>[] Old { get; private set; } = [];
        public MatView<T> Worst { get; private set; }

        /// <summary>Lays the rows out as a state's fields lie, so that one index serves all.</summary>
        public void Layout(ReadOnlySpan<MatView<T>> fields)
        {
            int n = fields.Length;
            var like = fields[0];
            if (Force.Length == n && Force[0].Rows == like.Rows && Force[0].Cols == like.Cols && Force[0].RowStride == like.RowStride)
                return;
            // Layers lie a power of two apart, as a rule: a line more between arrays keeps what one neuron needs out of one set of the caches.
            int stride = (int)like.RowStride;
            long each = (long)like.Rows * stride + Buffer<T>.Alignment / Unsafe.SizeOf<T>();
            int rows = 2 * n + n * (n + 1) / 2;
            if (_memory.Length < rows * each + stride)
            {
                _memory.Dispose();
                _memory = new(rows * each + stride);
                // Padding of rows is computed with, too.
                _memory.Span.Clear();
            }
            long next = 0;
            if (Force.Length != n)
                (Force, Curvature, Old) = (new MatView<T>[n], new MatView<T>[n * (n + 1) / 2], new MatView<T>[n]);
            foreach (var views in (ReadOnlySpan<MatView<T>[]>)[Force, Curvature, Old])
                for (int k = 0; k < views.Length; k++, next += each)
                    views[k] = _memory.View(next, like.Rows, like.Cols, stride);
            Worst = _memory.View(next, 1, stride);
        }

        public Buffer<T> Work(int length)
        {
            if (_work.Length < length)
            {
                _work.Dispose();
                _work = new(length);
            }
            return _work;
        }

        public void Dispose()
        {
            _memory.Dispose();
            _work.Dispose();
        }
    }
}
